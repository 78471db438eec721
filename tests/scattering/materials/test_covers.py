"""Garments pass, weaken and return what the transfer matrix of their layers says."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearway.errors import ArgumentError
from clearway.imaging.sweep import SPEED_OF_LIGHT_M_S
from clearway.scattering.closed_forms import layered_response
from clearway.scattering.materials import Layer, Stack, moistened

COSINES = np.array([0.3, 0.7, 1.0])


@given(st.floats(1.0, 3.0), st.floats(0.0, 5e-3), st.floats(0.05, 1.0), st.floats(8e9, 18e9))
def test_air_is_nothing(
    real: float, thickness_m: float, cosine: float, frequency_hz: float
) -> None:
    air = Layer(1.0, thickness_m)
    for coefficient in air.transmission(np.array(cosine), frequency_hz):
        assert coefficient == pytest.approx(1.0)
    (echo,) = air.echoes(np.array(cosine), frequency_hz)
    assert abs(echo.perpendicular) < 1e-9
    under_air = Stack((air, Layer(real, 1e-3))).echoes(np.array(cosine), frequency_hz)
    bare = Layer(real, 1e-3).echoes(np.array(cosine), frequency_hz)
    assert abs(under_air[0].parallel) == pytest.approx(abs(bare[0].parallel), abs=1e-12)


@given(st.floats(1.1, 4.0), st.floats(0.0, 3e-3), st.floats(0.05, 1.0))
def test_what_a_dry_garment_returns_it_does_not_pass(
    real: float, thickness_m: float, cosine: float
) -> None:
    layer = Layer(real, thickness_m)
    (echo,) = layer.echoes(np.array(cosine), 13e9)
    passed = layer.transmission(np.array(cosine), 13e9)
    for reflection, transmission in zip((echo.perpendicular, echo.parallel), passed, strict=True):
        assert abs(reflection) ** 2 + abs(transmission) ** 2 == pytest.approx(1.0)


def test_a_thin_garment_delays_by_its_index_less_that_of_air() -> None:
    """Without reflections between the faces: ``exp(-j k d (eps - 1) / 2)`` for small d."""
    thickness_m, real = 1e-5, 1.6
    passed, _ = Layer(real, thickness_m).transmission(np.array(1.0), 13e9)
    wavenumber = 2 * np.pi * 13e9 / SPEED_OF_LIGHT_M_S
    assert np.angle(passed) == pytest.approx(-wavenumber * thickness_m * (real - 1) / 2, rel=1e-3)


def test_wet_clothes_hide_more_and_shine_more() -> None:
    dry = 1.6 - 0.064j
    passed, returned = [], []
    for water_fraction in (0.0, 0.1, 0.3, 0.6):
        layer = Layer(moistened(dry, water_fraction), 0.5e-3)
        passed.append(abs(layer.transmission(np.array(1.0), 13e9)[0]))
        returned.append(abs(layer.echoes(np.array(1.0), 13e9)[0].perpendicular))
    assert passed == sorted(passed, reverse=True)
    assert returned == sorted(returned)
    assert moistened(dry, 0.0).at(13e9) == pytest.approx(dry)


def test_shirt_under_coat_is_one_stack_of_layers() -> None:
    coat, gap, shirt = Layer(1.4 - 0.03j, 3e-3), Layer(1.0, 8e-3), Layer(1.6 - 0.064j, 0.5e-3)
    stack = Stack((coat, gap, shirt))
    exact = layered_response(
        [(1.4 - 0.03j, 3e-3), (1.0, 8e-3), (1.6 - 0.064j, 0.5e-3)], COSINES, 15e9
    )
    wavenumber = 2 * np.pi * 15e9 / SPEED_OF_LIGHT_M_S
    assert stack.thickness_m == pytest.approx(11.5e-3)
    perpendicular, parallel = stack.transmission(COSINES, 15e9)
    in_air = np.exp(-1j * wavenumber * 11.5e-3 * COSINES)
    np.testing.assert_allclose(perpendicular * in_air, exact.transmission_perpendicular)
    np.testing.assert_allclose(parallel * in_air, exact.transmission_parallel)
    (echo,) = stack.echoes(COSINES, 15e9)
    np.testing.assert_allclose(echo.perpendicular, exact.reflection_perpendicular)
    np.testing.assert_array_equal(echo.path_m, 0)


def test_refusals() -> None:
    with pytest.raises(ArgumentError, match="thickness_m"):
        Layer(1.6, -1e-3)
    with pytest.raises(ArgumentError, match="water_fraction"):
        moistened(1.6, 1.2)
