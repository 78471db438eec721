"""Physical optics in closed form against the integral over the current, and known maxima."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pytest
from numpy.typing import NDArray

from clearway.errors import ArgumentError
from clearway.imaging.sweep import SPEED_OF_LIGHT_M_S
from clearway.scattering.closed_forms import dihedral_amplitude, plate_dyad
from tests.scattering.closed_forms.directions import in_plane, random_directions

FREQUENCY_HZ = 12e9
WAVELENGTH_M = SPEED_OF_LIGHT_M_S / FREQUENCY_HZ
WAVENUMBER = 2 * np.pi / WAVELENGTH_M


def test_plate_is_the_radiation_of_its_current() -> None:
    """Midpoint rule over 2 J = n x H and the vector potential, in field quantities."""
    width_m, height_m = 0.09, 0.04
    x = (np.arange(300) + 0.5) / 300 * width_m - width_m / 2
    z = (np.arange(160) + 0.5) / 160 * height_m - height_m / 2
    places = np.stack(np.meshgrid(x, [0.0], z, indexing="ij"), -1).reshape(-1, 3)
    cell_m2 = width_m * height_m / len(places)
    for going, leaving in zip(random_directions(12, 1), random_directions(12, 2), strict=True):
        field = np.cross(going, [0.3, -0.5, 0.8])
        normal = np.array([0.0, -np.sign(going[1]), 0.0])
        current = 2 * np.cross(normal, np.cross(going, field))
        phases = np.exp(1j * WAVENUMBER * places @ (leaving - going))
        radiated = -1j * WAVENUMBER / (4 * np.pi) * current * phases.sum() * cell_m2
        expected = radiated - leaving * (leaving @ radiated)
        dyad = plate_dyad(width_m, height_m, FREQUENCY_HZ, going, leaving)
        np.testing.assert_allclose(dyad @ field, expected, atol=2e-5)


def test_plate_mirrors_with_the_sign_of_a_conductor() -> None:
    dyad = plate_dyad(0.1, 0.2, FREQUENCY_HZ, [0, 1, 0], [0, -1, 0])
    expected = -1j * 0.1 * 0.2 / WAVELENGTH_M
    np.testing.assert_allclose(dyad, expected * np.diag([1.0, 0.0, 1.0]), atol=1e-15)


def test_many_directions_at_once() -> None:
    going, leaving = random_directions(5, 3), random_directions(5, 4)
    together = plate_dyad(0.1, 0.2, FREQUENCY_HZ, going, leaving)
    for one, k_i, k_s in zip(together, going, leaving, strict=True):
        np.testing.assert_allclose(one, plate_dyad(0.1, 0.2, FREQUENCY_HZ, k_i, k_s))


@pytest.mark.parametrize("polarisation", ["along_edge", "across_edge"])
def test_dihedral_is_its_two_mirrors_and_their_plates(
    polarisation: Literal["along_edge", "across_edge"],
) -> None:
    """Against the sum of sources: each face lit directly and by the other's mirror image."""
    width_m, height_m, azimuth = 0.12, 0.1, np.deg2rad(38.0)
    sight = in_plane(azimuth)
    field = (
        np.array([0.0, 0.0, 1.0]) if polarisation == "along_edge" else np.cross([0, 0, 1], sight)
    )
    along = {"a": np.array([1.0, 0.0, 0.0]), "b": np.array([0.0, 1.0, 0.0])}
    total = 0j
    for first, second in (("a", "b"), ("b", "a")):
        normal = along[second]  # of the first face: the corner is right-angled
        mirrored = -sight - 2 * normal * (normal @ -sight)
        reflected = -(field - 2 * normal * (normal @ field))
        lit_m = min(1.0, (sight @ along[second]) / (sight @ along[first])) * width_m
        total += _face(along[first], normal, -sight, sight, field, width_m) * height_m
        total += _face(along[second], along[first], mirrored, sight, reflected, lit_m) * height_m
    found = dihedral_amplitude(width_m, height_m, FREQUENCY_HZ, azimuth, polarisation)
    assert found == pytest.approx(total, rel=1e-3)


def _face(
    along: NDArray[np.float64],
    normal: NDArray[np.float64],
    going: NDArray[np.float64],
    leaving: NDArray[np.float64],
    field: NDArray[np.float64],
    length_m: float,
) -> complex:
    """Radiation of one face per metre of edge, received in the incident polarisation."""
    places_m = (np.arange(2000) + 0.5) / 2000 * length_m
    phases = np.exp(1j * WAVENUMBER * places_m * (along @ (leaving - going)))
    current = 2 * np.cross(normal, np.cross(going, field))
    polarisation = np.array([0.0, 0.0, 1.0]) if field[2] else np.cross([0, 0, 1], leaving)
    strength = current @ polarisation
    return complex(-1j * WAVENUMBER / (4 * np.pi) * strength * phases.mean() * length_m)


def test_dihedral_at_its_bisector() -> None:
    amplitude = dihedral_amplitude(
        0.1, 0.15, FREQUENCY_HZ, np.pi / 4, "across_edge", single_bounces=False
    )
    rcs_m2 = 4 * np.pi * np.abs(amplitude) ** 2
    assert rcs_m2 == pytest.approx(8 * np.pi * 0.1**2 * 0.15**2 / WAVELENGTH_M**2)


def test_dihedral_flashes_like_a_plate_at_each_face() -> None:
    """Along a face's normal the double bounce is gone and the other face is edge-on."""
    plate = plate_dyad(0.1, 0.1, FREQUENCY_HZ, [0, 1, 0], [0, -1, 0])[2, 2]
    for azimuth in (0.0, np.pi / 2):
        amplitude = dihedral_amplitude(0.1, 0.1, FREQUENCY_HZ, azimuth)
        assert amplitude == pytest.approx(plate)


def test_double_bounce_turns_the_sign_with_the_polarisation() -> None:
    azimuth = np.linspace(0.2, 1.3, 7)
    along, across = (
        dihedral_amplitude(0.1, 0.1, FREQUENCY_HZ, azimuth, kind, single_bounces=False)
        for kind in ("along_edge", "across_edge")
    )
    np.testing.assert_allclose(along, -across)


def test_refusals() -> None:
    with pytest.raises(ArgumentError, match="azimuth_rad"):
        dihedral_amplitude(0.1, 0.1, FREQUENCY_HZ, [0.1, 2.0])
    with pytest.raises(ArgumentError, match="polarisation"):
        dihedral_amplitude(0.1, 0.1, FREQUENCY_HZ, 0.1, "vertical")  # type: ignore[arg-type]
