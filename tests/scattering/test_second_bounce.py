"""Corners of two plates against the closed form."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pytest

from clearway.scattering import Mesh, Part
from clearway.scattering.closed_forms import dihedral_amplitude
from clearway.scattering.scene import Scene, simulate
from clearway.scattering.settings import Currents, Settings
from tests.scattering.scenes import (
    ACROSS,
    METAL,
    UPRIGHT,
    about_vertical,
    ball,
    decibels,
    distance,
    far_channel,
    scattering_amplitude_m,
    small_panel,
)

FREQUENCIES_HZ = np.linspace(8e9, 18e9, 4)
FAR_M = 200.0
SIDE_M = 0.15


def corner(azimuth_rad: float) -> Mesh:
    """Two squares that meet at the vertical edge x = y = 0, seen from -y at the azimuth."""
    low, high = -SIDE_M / 2, SIDE_M / 2
    places = [(0, 0), (SIDE_M, 0), (0, SIDE_M)]
    vertices = [[x, y, z] for z in (low, high) for x, y in places]
    upright = Mesh(vertices, [[0, 4, 1], [0, 3, 4], [0, 2, 5], [0, 5, 3]])
    return upright.moved(about_vertical(-np.pi / 2 - azimuth_rad))


@pytest.mark.parametrize("currents", ["electric", "both", "specular"])
@pytest.mark.parametrize("azimuth_deg", [25, 45, 60])
@pytest.mark.parametrize("polarisation", ["along_edge", "across_edge"])
def test_right_angle_within_a_decibel(
    polarisation: Literal["along_edge", "across_edge"], azimuth_deg: float, currents: Currents
) -> None:
    antenna = UPRIGHT if polarisation == "along_edge" else ACROSS
    here_m = [0, -FAR_M, 0]
    elements = far_channel(here_m, here_m, antenna, antenna)
    azimuth_rad = np.radians(azimuth_deg)
    options = Settings(currents=currents, bounces=2, longest_edge_wavelengths=0.3, echo_sum="exact")
    parts = [Part(corner(azimuth_rad), METAL)]
    samples = simulate(parts, elements, FREQUENCIES_HZ, options).samples
    found = scattering_amplitude_m(samples, FREQUENCIES_HZ, elements)
    expected = [
        complex(dihedral_amplitude(SIDE_M, SIDE_M, f, azimuth_rad, polarisation))
        for f in FREQUENCIES_HZ
    ]
    assert np.abs(decibels(found, expected)).max() < 0.3
    assert np.abs(np.angle(found / np.array(expected))).max() < 0.1


def test_one_bounce_alone_misses_the_corner() -> None:
    here_m = [0, -FAR_M, 0]
    elements = far_channel(here_m, here_m)
    parts = [Part(corner(np.pi / 4), METAL)]
    once, twice = (
        simulate(parts, elements, [10e9], Settings(bounces=bounces, echo_sum="exact")).samples
        for bounces in (1, 2)
    )
    assert abs(once.item()) < 0.1 * abs(twice.item())


def test_ball_has_no_second_bounce() -> None:
    parts = [Part(ball(0.1, [0, 1.2, 1], 4), METAL)]
    once, twice = (
        simulate(
            parts, small_panel(2, 3), [8e9, 9e9], Settings(bounces=bounces, echo_sum="exact")
        ).samples
        for bounces in (1, 2)
    )
    assert distance(twice, once) == 0


def test_both_orders_of_a_corner_are_alike() -> None:
    """Seen along the bisector, each face is as often the first as the other."""
    elements = small_panel(3, 3)
    mirrored = np.diag([-1.0, 1.0, 1.0])
    mesh = corner(np.pi / 4).moved(np.eye(3), [0, 1.3, 1])
    other = Mesh(mesh.vertices_m @ mirrored, mesh.faces[:, ::-1])
    options = Settings(bounces=2, echo_sum="exact", longest_edge_wavelengths=0.3)
    here, there = (
        Scene([Part(one, METAL)], elements, [9e9, 10e9], options).sweep.samples
        for one in (mesh, other)
    )
    assert distance(there, here) < 0.02
