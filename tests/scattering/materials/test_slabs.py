"""The echoes of a slab add up to what its transfer matrix says."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from clearway.errors import ArgumentError
from clearway.imaging.sweep import SPEED_OF_LIGHT_M_S
from clearway.scattering.closed_forms import layered_response
from clearway.scattering.materials import (
    Conductor,
    HalfSpace,
    Layer,
    Slab,
    material,
    permittivity_at,
)
from clearway.scattering.part import Echo, Material

BAND_HZ = np.linspace(8e9, 18e9, 100)
SKIN = HalfSpace(31.3 - 14.4j)
BACKINGS = [None, SKIN, Conductor()]


def _summed(found: tuple[Echo, ...], frequency_hz: float) -> NDArray[np.complex128]:
    """(2, ...) reflection (perpendicular, parallel) of all echoes together."""
    wavenumber = 2 * np.pi * frequency_hz / SPEED_OF_LIGHT_M_S
    total: NDArray[np.complex128] = np.sum(
        [
            np.stack((echo.perpendicular, echo.parallel)) * np.exp(-1j * wavenumber * echo.path_m)
            for echo in found
        ],
        axis=0,
    )
    return total


def _exact(slab: Slab, cosine: NDArray[np.float64], frequency_hz: float) -> NDArray[np.complex128]:
    behind: complex | None = 1.0
    if isinstance(slab.backing, Conductor):
        behind = None
    elif slab.backing is not None:
        behind = permittivity_at(slab.backing.permittivity, frequency_hz)
    own = permittivity_at(slab.permittivity, frequency_hz)
    response = layered_response([(own, slab.thickness_m)], cosine, frequency_hz, behind)
    return np.stack((response.reflection_perpendicular, response.reflection_parallel))


def _error_db(slab: Slab, cosine: float) -> float:
    """Largest error where the reflectance is within 15 dB of its maximum over the band."""
    at = np.array(cosine)
    found = np.array([_summed(slab.echoes(at, f), f) for f in BAND_HZ])
    exact = np.array([_exact(slab, at, f) for f in BAND_HZ])
    exact_db = 20 * np.log10(np.maximum(np.abs(exact), 1e-12))
    difference = np.abs(20 * np.log10(np.maximum(np.abs(found), 1e-12)) - exact_db)
    return float(difference[exact_db > exact_db.max(axis=0) - 15].max())


@given(
    real=st.floats(1.5, 7.0),
    loss_tangent=st.floats(0.0, 0.3),
    thickness_m=st.floats(3e-3, 0.06),
    cosine=st.floats(np.cos(np.deg2rad(45)), 1.0),
    backing=st.sampled_from(BACKINGS),
)
def test_echoes_add_up_to_the_transfer_matrix_within_1_db(
    real: float,
    loss_tangent: float,
    thickness_m: float,
    cosine: float,
    backing: HalfSpace | Conductor | None,
) -> None:
    slab = Slab(real * (1 - 1j * loss_tangent), thickness_m, backing)
    assert _error_db(slab, cosine) <= 1.0


@pytest.mark.parametrize("angle_deg", [0, 30, 60])
@pytest.mark.parametrize("backed", [False, True])
@pytest.mark.parametrize("thickness_m", [0.01, 0.02, 0.03, 0.05])
@pytest.mark.parametrize("real", [2.8, 3.0, 3.2])
def test_explosive_blocks_of_all_sizes(
    real: float, thickness_m: float, backed: bool, angle_deg: float
) -> None:
    slab = Slab(real * (1 - 0.01j), thickness_m, SKIN if backed else None)
    assert _error_db(slab, np.cos(np.deg2rad(angle_deg))) <= 1.0


@pytest.mark.parametrize("backing", BACKINGS)
def test_many_echoes_are_exact(backing: HalfSpace | Conductor | None) -> None:
    slab = Slab(4.0 - 0.2j, 0.02, backing, back_echoes=60)
    cosine = np.linspace(0.3, 1.0, 8)
    for frequency_hz in BAND_HZ[::33]:
        np.testing.assert_allclose(
            _summed(slab.echoes(cosine, frequency_hz), frequency_hz),
            _exact(slab, cosine, frequency_hz),
            atol=1e-9,
        )


def test_a_band_of_a_few_centres_does() -> None:
    """Coefficients of 8 centres, phases of all frequencies: within 0.3 dB of the matrix."""
    slab = Slab(3.0 - 0.03j, 0.03, SKIN)
    cosine = np.array(0.9)
    parts = np.array_split(BAND_HZ, 8)
    found = np.concatenate(
        [
            [
                _summed(slab.echoes(cosine, float(part.mean())), frequency_hz)
                for frequency_hz in part
            ]
            for part in parts
        ]
    )
    exact = np.array([_exact(slab, cosine, frequency_hz) for frequency_hz in BAND_HZ])
    assert np.abs(20 * np.log10(np.abs(found / exact))).max() < 0.3


def test_the_back_of_a_block_shows_at_twice_its_optical_thickness() -> None:
    """In the impulse response over the band, block and skin stand 2 n d apart."""
    slab = Slab(3.0, 0.05, SKIN)
    spectrum = np.array([_exact(slab, np.array(1.0), frequency_hz)[0] for frequency_hz in BAND_HZ])
    profile = np.abs(np.fft.ifft(spectrum * np.hanning(100), 4000))
    step_m = SPEED_OF_LIGHT_M_S / (BAND_HZ[1] - BAND_HZ[0]) / 4000
    past_front = int(0.08 / step_m)
    peak_m = (past_front + np.argmax(profile[past_front:2000])) * step_m
    back = slab.echoes(np.array(1.0), 13e9)[1]
    assert float(back.path_m) == pytest.approx(2 * np.sqrt(3.0) * 0.05)
    assert peak_m == pytest.approx(float(back.path_m), abs=2e-3)


def test_a_lossy_slab_is_as_good_as_endless() -> None:
    cosine = np.linspace(0.2, 1.0, 5)
    slab, half_space = Slab(31.3 - 14.4j, 0.05), HalfSpace(31.3 - 14.4j)
    np.testing.assert_allclose(
        _summed(slab.echoes(cosine, 10e9), 10e9),
        _summed(half_space.echoes(cosine, 10e9), 10e9),
        atol=1e-6,
    )


@pytest.mark.parametrize(
    "surface", [Conductor(), HalfSpace(4.0), Slab(3.0, 0.02), Layer(2.0, 1e-3), material("skin")]
)
def test_at_normal_incidence_polarisation_does_not_matter(surface: Material) -> None:
    for echo in surface.echoes(np.ones(3), 13e9):
        np.testing.assert_allclose(echo.perpendicular, echo.parallel)
        assert echo.path_m.shape == (3,)


def test_refusals() -> None:
    with pytest.raises(ArgumentError, match="thickness_m"):
        Slab(3.0, 0.0)
    with pytest.raises(ArgumentError, match="back_echoes"):
        Slab(3.0, 0.02, back_echoes=-1)
    with pytest.raises(ArgumentError, match="permittivity"):
        Slab(3 + 0.1j, 0.02, back_echoes=1).echoes(np.ones(1), 13e9)
