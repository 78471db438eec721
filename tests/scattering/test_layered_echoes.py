"""Slabs and covers, against the transfer matrices of their layers."""

from __future__ import annotations

import numpy as np
import pytest

from clearway.imaging import SPEED_OF_LIGHT_M_S
from clearway.scattering import Part
from clearway.scattering.closed_forms import layered_response
from clearway.scattering.materials import Layer, Slab
from clearway.scattering.scene import simulate
from clearway.scattering.settings import Currents, Settings
from tests.scattering.scenes import ACROSS, METAL, UPRIGHT, decibels, far_channel, plate

FREQUENCIES_HZ = np.linspace(8e9, 18e9, 21)
FAR_M = 100.0
CURRENTS: list[Currents] = ["electric", "both", "specular"]


def mirrored(part: Part, degrees: float, polarisation: np.ndarray, options: Settings) -> np.ndarray:
    """Samples of a channel in the specular direction of a plate at the origin."""
    angle = np.radians(degrees)
    aside_m, away_m = FAR_M * np.sin(angle), -FAR_M * np.cos(angle)
    elements = far_channel([-aside_m, away_m, 0], [aside_m, away_m, 0], polarisation, polarisation)
    samples: np.ndarray = simulate([part], elements, FREQUENCIES_HZ, options).samples[:, 0, 0]
    return samples


@pytest.mark.parametrize("currents", CURRENTS)
@pytest.mark.parametrize("sub_bands", [1, 21])
@pytest.mark.parametrize("degrees", [0, 35])
@pytest.mark.parametrize("kind", ["perpendicular", "parallel"])
def test_slab_within_a_decibel_of_the_transfer_matrix(
    kind: str, degrees: float, sub_bands: int, currents: Currents
) -> None:
    """Where its reflectance is within 15 dB of the maximum, front and back interfering."""
    permittivity, thickness_m = 3.0 - 0.03j, 0.025
    polarisation = UPRIGHT if kind == "perpendicular" else ACROSS
    options = Settings(currents=currents, sub_bands=sub_bands, echo_sum="exact")
    sheet = plate(0.12, 0.12)
    found, metal = (
        mirrored(Part(sheet, material), degrees, polarisation, options)
        for material in (Slab(permittivity, thickness_m), METAL)
    )
    cosine = np.cos(np.radians(degrees))
    expected = np.array(
        [
            getattr(
                layered_response([(permittivity, thickness_m)], cosine, f), f"reflection_{kind}"
            )
            for f in FREQUENCIES_HZ
        ]
    )
    strong = abs(expected) > abs(expected).max() * 10 ** (-15 / 20)
    assert strong.sum() > 10
    assert np.abs(decibels(-found / metal, expected)[strong]).max() < 1.0


@pytest.mark.parametrize("currents", CURRENTS)
@pytest.mark.parametrize("kind", ["perpendicular", "parallel"])
def test_covers_are_passed_twice(kind: str, currents: Currents) -> None:
    polarisation = UPRIGHT if kind == "perpendicular" else ACROSS
    layers = [Layer(2.0 - 0.2j, 0.002), Layer(4.0 - 1.0j, 0.001)]
    options = Settings(currents=currents, precision="double", sub_bands=21)
    sheet = plate(0.12, 0.12)
    covered, bare = (
        mirrored(Part(sheet, METAL, covers), 30, polarisation, options) for covers in (layers, ())
    )
    cosine = np.array([np.cos(np.radians(30))])
    which = 0 if kind == "perpendicular" else 1
    once = np.array(
        [
            np.prod([layer.transmission(cosine, f)[which][0] for layer in layers])
            for f in FREQUENCIES_HZ
        ]
    )
    assert covered / bare == pytest.approx(once**2, rel=2e-3)


def test_back_of_a_slab_shows_at_its_optical_depth() -> None:
    options = Settings(echo_sum="exact")
    thickness_m = 0.06
    slab = Part(plate(0.12, 0.12), Slab(3.0, thickness_m, back_echoes=1))
    samples = mirrored(slab, 0, UPRIGHT, options)
    step_hz = FREQUENCIES_HZ[1] - FREQUENCIES_HZ[0]
    delays_s = np.arange(4096) / 4096 / step_hz
    profile = np.abs(np.fft.ifft(samples * np.hanning(len(samples)), 4096))
    front = 2 * FAR_M / SPEED_OF_LIGHT_M_S % (1 / step_hz)
    later_s = (delays_s - front) % (1 / step_hz)
    order = np.argsort(later_s)
    behind = order[(later_s[order] * SPEED_OF_LIGHT_M_S > 0.1) & (later_s[order] < 0.6 / step_hz)]
    found_m = later_s[behind[np.argmax(profile[behind])]] * SPEED_OF_LIGHT_M_S
    assert found_m == pytest.approx(2 * thickness_m * np.sqrt(3), abs=0.005)
