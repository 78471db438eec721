"""Fresnel's coefficients and transfer matrices keep to energy, limits and each other."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearway.errors import ArgumentError
from clearway.imaging.sweep import SPEED_OF_LIGHT_M_S
from clearway.scattering.closed_forms import fresnel, layered_response
from clearway.scattering.closed_forms.layers import longitudinal_index

FREQUENCY_HZ = 13e9
cosines = st.floats(0.05, 1.0)
reals = st.floats(1.0, 12.0)
loss_tangents = st.floats(0.0, 1.0)
thicknesses_m = st.floats(0.0, 0.08)


@given(st.lists(st.tuples(reals, thicknesses_m), max_size=4), cosines)
def test_what_lossless_layers_do_not_reflect_they_transmit(
    layers: list[tuple[float, float]], cosine: float
) -> None:
    response = layered_response(layers, cosine, FREQUENCY_HZ)
    for reflection, transmission in (
        (response.reflection_perpendicular, response.transmission_perpendicular),
        (response.reflection_parallel, response.transmission_parallel),
    ):
        assert abs(reflection) ** 2 + abs(transmission) ** 2 == pytest.approx(1.0, abs=1e-9)


@given(reals, loss_tangents, thicknesses_m, cosines)
def test_lossy_layers_absorb(
    real: float, loss_tangent: float, thickness_m: float, cosine: float
) -> None:
    response = layered_response(
        [(real * (1 - 1j * loss_tangent), thickness_m)], cosine, FREQUENCY_HZ
    )
    for reflection, transmission in (
        (response.reflection_perpendicular, response.transmission_perpendicular),
        (response.reflection_parallel, response.transmission_parallel),
    ):
        assert abs(reflection) ** 2 + abs(transmission) ** 2 <= 1 + 1e-9


@given(reals, loss_tangents, cosines)
def test_fresnel_of_the_textbook(real: float, loss_tangent: float, cosine: float) -> None:
    """Against the coefficients by Snell's angle, with the sign of the parallel one turned."""
    eps = real * (1 - 1j * loss_tangent)
    index = np.sqrt(eps)
    inside = np.sqrt(1 - (1 - cosine**2) / eps)
    perpendicular, parallel = fresnel(eps, cosine)
    assert perpendicular == pytest.approx((cosine - index * inside) / (cosine + index * inside))
    assert parallel == pytest.approx(
        (inside - index * cosine) / (inside + index * cosine), abs=1e-12
    )


@given(reals, thicknesses_m, cosines)
def test_a_layer_before_its_own_kind_is_a_half_space(
    real: float, thickness_m: float, cosine: float
) -> None:
    eps = real - 0.3j
    response = layered_response([(eps, thickness_m)], cosine, FREQUENCY_HZ, eps)
    wavenumber = 2 * np.pi * FREQUENCY_HZ / SPEED_OF_LIGHT_M_S
    passage = np.exp(-1j * wavenumber * thickness_m * longitudinal_index(eps, cosine))
    perpendicular, parallel = fresnel(eps, cosine)
    assert response.reflection_perpendicular == pytest.approx(perpendicular)
    assert response.reflection_parallel == pytest.approx(parallel, abs=1e-12)
    assert response.transmission_perpendicular == pytest.approx((1 + perpendicular) * passage)


def test_one_layer_is_airys_formula() -> None:
    eps, thickness_m, cosine = 3.1 - 0.2j, 0.017, np.linspace(0.1, 1, 7)
    response = layered_response([(eps, thickness_m)], cosine, FREQUENCY_HZ)
    wavenumber = 2 * np.pi * FREQUENCY_HZ / SPEED_OF_LIGHT_M_S
    passage = np.exp(-1j * wavenumber * thickness_m * longitudinal_index(eps, cosine))
    for front, reflection, transmission in zip(
        fresnel(eps, cosine),
        (response.reflection_perpendicular, response.reflection_parallel),
        (response.transmission_perpendicular, response.transmission_parallel),
        strict=True,
    ):
        divisor = 1 - front**2 * passage**2
        np.testing.assert_allclose(reflection, front * (1 - passage**2) / divisor)
        np.testing.assert_allclose(transmission, (1 - front**2) * passage / divisor)


@given(st.floats(1.2, 12.0))
def test_nothing_returns_in_parallel_polarisation_at_brewsters_angle(real: float) -> None:
    cosine = 1 / np.sqrt(1 + real)
    perpendicular, parallel = fresnel(real, cosine)
    assert abs(parallel) < 1e-9
    assert perpendicular.real == pytest.approx((1 - real) / (1 + real))


def test_layers_before_a_conductor_return_all_or_lose_it() -> None:
    cosine = np.array([0.2, 0.7, 1.0])
    lossless = layered_response([(3.0, 0.02), (6.0, 0.01)], cosine, FREQUENCY_HZ, None)
    np.testing.assert_allclose(np.abs(lossless.reflection_parallel), 1)
    np.testing.assert_array_equal(lossless.transmission_parallel, 0)
    bare = layered_response([], cosine, FREQUENCY_HZ, None)
    np.testing.assert_allclose(bare.reflection_perpendicular, -1)
    np.testing.assert_allclose(bare.reflection_parallel, -1)


def test_a_conductor_is_the_limit_of_a_lossy_half_space() -> None:
    for reflection in fresnel(1 - 1e12j, np.array([0.3, 1.0])):
        np.testing.assert_allclose(reflection, -1, atol=1e-4)


def test_a_metre_of_water_neither_overflows_nor_transmits() -> None:
    eps = 50 - 36j
    response = layered_response([(eps, 1.0)], np.array([0.3, 1.0]), 18e9)
    np.testing.assert_allclose(
        response.reflection_perpendicular, fresnel(eps, np.array([0.3, 1.0]))[0]
    )
    np.testing.assert_array_less(np.abs(response.transmission_parallel), 1e-200)


def test_everything_returns_along_the_surface() -> None:
    perpendicular, parallel = fresnel(4.0, 0.0)
    assert perpendicular == pytest.approx(-1, abs=1e-3)
    assert parallel == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize(
    ("layer", "name"), [((3.0, -0.01), "thickness_m"), ((3 + 0.1j, 0.01), "permittivity")]
)
def test_refusals(layer: tuple[complex, float], name: str) -> None:
    with pytest.raises(ArgumentError, match=name):
        layered_response([layer], 1.0, FREQUENCY_HZ)
