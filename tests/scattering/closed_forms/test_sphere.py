"""The series of Mie against its limits, energy, reciprocity and published figures."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad

from clearway.errors import ArgumentError
from clearway.imaging.sweep import SPEED_OF_LIGHT_M_S
from clearway.scattering.closed_forms import sphere_dyad
from clearway.scattering.closed_forms.sphere import extinction_m2
from tests.scattering.closed_forms.directions import in_plane, random_directions

FREQUENCY_HZ = 10e9
WAVENUMBER = 2 * np.pi * FREQUENCY_HZ / SPEED_OF_LIGHT_M_S
FORWARD, BACK = np.array([0.0, 1.0, 0.0]), np.array([0.0, -1.0, 0.0])
KINDS = [None, 3.0 - 0.1j, 6.27 - 0.12j, 31.3 - 14.4j]


def test_small_conductor_scatters_like_rayleigh() -> None:
    radius_m = 0.02 / WAVENUMBER
    dyad = sphere_dyad(radius_m, FREQUENCY_HZ, FORWARD, BACK)
    expected = 9 * np.pi * radius_m**2 * 0.02**4
    assert 4 * np.pi * abs(dyad[2, 2]) ** 2 == pytest.approx(expected, rel=2e-3)


def test_small_dielectric_sphere_is_a_dipole() -> None:
    """Its amplitude is ``k^2 a^3 (eps - 1) / (eps + 2)``, in phase with the wave."""
    radius_m, eps = 0.02 / WAVENUMBER, 3.0 - 0.5j
    expected = WAVENUMBER**2 * radius_m**3 * (eps - 1) / (eps + 2)
    for leaving in (FORWARD, BACK, np.array([1.0, 0.0, 0.0])):
        dyad = sphere_dyad(radius_m, FREQUENCY_HZ, FORWARD, leaving, permittivity=eps)
        assert dyad[2, 2] == pytest.approx(expected, rel=2e-3)


def test_large_conductor_mirrors() -> None:
    """Geometrical optics: ``-(a / 2) exp(2 j k a)``, from the nearest point."""
    radius_m = 200 / WAVENUMBER
    dyad = sphere_dyad(radius_m, FREQUENCY_HZ, FORWARD, BACK)
    assert dyad[2, 2] == pytest.approx(-radius_m / 2 * np.exp(400j), rel=5e-3)


def test_large_lossy_sphere_reflects_as_its_material() -> None:
    radius_m, index = 200 / WAVENUMBER, np.sqrt(31.3 - 14.4j)
    dyad = sphere_dyad(radius_m, FREQUENCY_HZ, FORWARD, BACK, permittivity=index**2)
    reflection = (1 - index) / (1 + index)
    assert dyad[2, 2] == pytest.approx(radius_m / 2 * reflection * np.exp(400j), rel=5e-3)


def test_resonance_of_the_conducting_sphere() -> None:
    """The first maximum of backscatter: 3.65 pi a^2 at k a = 1.03 (Ruck, 1970, section 3.2)."""
    sizes = np.linspace(0.8, 1.3, 51)
    relative = [
        4
        * np.pi
        * abs(sphere_dyad(x / WAVENUMBER, FREQUENCY_HZ, FORWARD, BACK)[2, 2]) ** 2
        / (np.pi * (x / WAVENUMBER) ** 2)
        for x in sizes
    ]
    assert max(relative) == pytest.approx(3.65, abs=0.02)
    assert sizes[int(np.argmax(relative))] == pytest.approx(1.03, abs=0.02)


@pytest.mark.parametrize("permittivity", KINDS)
@pytest.mark.parametrize("size", [0.3, 4.0, 31.0])
def test_optical_theorem(permittivity: complex | None, size: float) -> None:
    """Extinction is ``-(4 pi / k) Im F`` straight ahead with ``exp(+j omega t)``."""
    radius_m = size / WAVENUMBER
    forward = sphere_dyad(radius_m, FREQUENCY_HZ, FORWARD, FORWARD, permittivity=permittivity)
    extinct = extinction_m2(radius_m, FREQUENCY_HZ, permittivity)
    assert -4 * np.pi / WAVENUMBER * forward[2, 2].imag == pytest.approx(extinct, rel=1e-9)
    assert forward[0, 0] == pytest.approx(forward[2, 2], rel=1e-9)


@pytest.mark.parametrize("permittivity", [None, 3.0])
@pytest.mark.parametrize("size", [0.5, 5.0])
def test_a_lossless_sphere_scatters_all_it_takes(permittivity: float | None, size: float) -> None:
    radius_m = size / WAVENUMBER

    def ring(theta: float) -> float:
        """Power at one angle, averaged over both planes of polarisation."""
        leaving = in_plane(np.pi / 2 + theta)
        dyad = sphere_dyad(radius_m, FREQUENCY_HZ, FORWARD, leaving, permittivity=permittivity)
        return float(np.sum(np.abs(dyad) ** 2) / 2 * 2 * np.pi * np.sin(theta))

    scattered_m2, _ = quad(ring, 0, np.pi, limit=200)
    assert scattered_m2 == pytest.approx(extinction_m2(radius_m, FREQUENCY_HZ, permittivity))


@pytest.mark.parametrize("permittivity", KINDS)
def test_reciprocity(permittivity: complex | None) -> None:
    going, leaving = random_directions(40, 1), random_directions(40, 2)
    there = sphere_dyad(0.05, FREQUENCY_HZ, going, leaving, permittivity=permittivity)
    back = sphere_dyad(0.05, FREQUENCY_HZ, -leaving, -going, permittivity=permittivity)
    np.testing.assert_allclose(there, back.swapaxes(1, 2), atol=1e-12)


def test_turning_the_scene_turns_the_dyad() -> None:
    rotation, _ = np.linalg.qr(np.random.default_rng(3).normal(size=(3, 3)))
    going, leaving = random_directions(20, 4), random_directions(20, 5)
    dyad = sphere_dyad(0.03, FREQUENCY_HZ, going, leaving, permittivity=3 - 0.1j)
    turned = sphere_dyad(
        0.03, FREQUENCY_HZ, going @ rotation.T, leaving @ rotation.T, permittivity=3 - 0.1j
    )
    np.testing.assert_allclose(turned, rotation @ dyad @ rotation.T, atol=1e-12)


def test_the_field_is_across_both_ways() -> None:
    going, leaving = random_directions(20, 6), random_directions(20, 7)
    dyad = sphere_dyad(0.03, FREQUENCY_HZ, going, leaving)
    np.testing.assert_allclose(np.einsum("ni,nij->nj", leaving, dyad), 0, atol=1e-12)
    np.testing.assert_allclose(np.einsum("nij,nj->ni", dyad, going), 0, atol=1e-12)


def test_straight_back_is_the_limit_of_nearly_back() -> None:
    nearly = in_plane(-np.pi / 2 + 1e-6)
    np.testing.assert_allclose(
        sphere_dyad(0.03, FREQUENCY_HZ, FORWARD, BACK),
        sphere_dyad(0.03, FREQUENCY_HZ, FORWARD, nearly),
        atol=1e-6,
    )


def test_far_away_distances_do_not_matter() -> None:
    going, leaving = random_directions(10, 8), random_directions(10, 9)
    near = sphere_dyad(
        0.05, FREQUENCY_HZ, going, leaving, tx_distance_m=1e5, rx_distance_m=np.full(10, 1e5)
    )
    np.testing.assert_allclose(near, sphere_dyad(0.05, FREQUENCY_HZ, going, leaving), atol=1e-6)


@pytest.mark.parametrize("distance_m", [0.6, 1.0, 1.8])
def test_close_by_the_divergence_is_that_of_geometrical_optics(distance_m: float) -> None:
    """A mirror of focal length a / 2 at r - a: the echo is ``a / 2 (r - a) r`` of the wave."""
    radius_m = 0.3
    dyad = sphere_dyad(
        radius_m, 18e9, FORWARD, BACK, tx_distance_m=distance_m, rx_distance_m=distance_m
    )
    expected = radius_m / 2 * distance_m / (distance_m - radius_m)
    assert abs(dyad[2, 2]) == pytest.approx(expected, rel=0.01)


def test_refusals() -> None:
    with pytest.raises(ArgumentError, match="radius_m"):
        sphere_dyad(0.0, FREQUENCY_HZ, FORWARD, BACK)
    with pytest.raises(ArgumentError, match="frequency_hz"):
        sphere_dyad(0.1, 0.0, FORWARD, BACK)
    with pytest.raises(ArgumentError, match="rx_distance_m"):
        sphere_dyad(0.1, FREQUENCY_HZ, FORWARD, BACK, rx_distance_m=0.1)
