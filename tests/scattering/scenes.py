"""Small scenes before small arrays."""

from __future__ import annotations

from itertools import product

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import ConvexHull

from clearway.imaging import SPEED_OF_LIGHT_M_S, Array
from clearway.imaging.design.panels import jittered_panel
from clearway.scattering import Mesh, Part
from clearway.scattering.antennas import Antenna, Elements
from clearway.scattering.materials import Conductor, HalfSpace

SKIN = HalfSpace(20 - 15j)
METAL = Conductor()
UPRIGHT = np.array([0.0, 0.0, 1.0])
ACROSS = np.array([1.0, 0.0, 0.0])


def ball(radius_m: float, centre_m: ArrayLike, splits: int = 4) -> Mesh:
    """Sphere of 20 x 4^splits faces whose mean radius is the one asked for."""
    corners = _icosahedron().corners_m
    for _ in range(splits):
        a, b, c = corners.swapaxes(0, 1)
        ab, bc, ca = a + b, b + c, c + a
        quarters = ((a, ab, ca), (b, bc, ab), (c, ca, bc), (ab, bc, ca))
        corners = np.concatenate([np.stack(quarter, axis=1) for quarter in quarters])
        corners /= np.linalg.norm(corners, axis=2, keepdims=True)
    scale = radius_m / np.linalg.norm(corners.mean(axis=1), axis=1).mean()
    vertices = scale * corners.reshape(-1, 3) + np.asarray(centre_m)
    return Mesh(vertices, np.arange(len(vertices)).reshape(-1, 3))


def box(size_m: ArrayLike, centre_m: ArrayLike) -> Mesh:
    """Box along the axes."""
    return _hull(np.array(list(product((-0.5, 0.5), repeat=3)))).moved(
        np.diag(np.asarray(size_m, dtype=float)), centre_m
    )


def _icosahedron() -> Mesh:
    """With its corners at distance 1."""
    golden = (1 + 5**0.5) / 2
    corners = np.array([(0, one, two) for one in (-1, 1) for two in (-golden, golden)])
    around = np.concatenate([np.roll(corners, turn, axis=1) for turn in range(3)])
    return _hull(around / np.linalg.norm(around, axis=1, keepdims=True))


def _hull(points: NDArray[np.float64]) -> Mesh:
    """Convex hull about the origin."""
    faces = ConvexHull(points).simplices
    first, second, third = points[faces].swapaxes(0, 1)
    inward = np.einsum("ij,ij->i", np.cross(second - first, third - first), first) < 0
    faces[inward] = faces[inward][:, ::-1]
    return Mesh(points, faces)


def plate(width_m: float, height_m: float, y_m: float = 0.0, turn_rad: float = 0.0) -> Mesh:
    """Rectangle that faces -y, turned about the vertical."""
    x, z = width_m / 2, height_m / 2
    flat = Mesh([[-x, 0, -z], [x, 0, -z], [x, 0, z], [-x, 0, z]], [[0, 1, 2], [0, 2, 3]])
    return flat.moved(about_vertical(turn_rad), [0, y_m, 0])


def about_vertical(angle_rad: float) -> NDArray[np.float64]:
    """Rotation matrix, from x to y."""
    cos, sin = np.cos(angle_rad), np.sin(angle_rad)
    return np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]])


def small_panel(n_tx: int = 6, n_rx: int = 7) -> Elements:
    """Panel of 2 m by 2 m with few elements."""
    return Elements(jittered_panel(n_tx, n_rx, np.random.default_rng(0)))


def skin_and_metal() -> tuple[Part, Part]:
    """A body and an object that hides some of it."""
    body = Part(ball(0.25, [0, 1.3, 1.0]), SKIN)
    return body, Part(box([0.2, 0.02, 0.1], [0.05, 1.0, 1.0]), METAL)


def far_channel(
    transmitter_m: ArrayLike,
    receiver_m: ArrayLike,
    tx_polarisation: ArrayLike = UPRIGHT,
    rx_polarisation: ArrayLike = UPRIGHT,
) -> Elements:
    """One transmitter and one receiver of unit gain."""
    tx, rx = (
        Antenna(1.0, 0.0, polarisation=polarisation)
        for polarisation in (tx_polarisation, rx_polarisation)
    )
    places = (np.asarray(place_m)[None] for place_m in (transmitter_m, receiver_m))
    return Elements(Array(*places), tx, rx)


def scattering_amplitude_m(
    samples: NDArray[np.complex64], frequencies_hz: NDArray[np.float64], elements: Elements
) -> NDArray[np.complex128]:
    """(n_freq,) amplitude F about the origin of one channel of unit gains."""
    ranges_m = np.linalg.norm(elements.positions_m, axis=1)
    wavelength_m = SPEED_OF_LIGHT_M_S / frequencies_hz
    spread = ranges_m.prod() * np.exp(2j * np.pi * ranges_m.sum() / wavelength_m)
    amplitude: NDArray[np.complex128] = samples[:, 0, 0] * 4 * np.pi / wavelength_m * spread
    return amplitude


def decibels(found: ArrayLike, expected: ArrayLike) -> NDArray[np.float64]:
    """Ratio of the magnitudes."""
    ratio: NDArray[np.float64] = 20 * np.log10(np.abs(np.asarray(found) / np.asarray(expected)))
    return ratio


def distance(found: NDArray[np.complex64], expected: NDArray[np.complex64]) -> float:
    """Root mean square of the difference, relative to that of the expected."""
    return float(np.linalg.norm(found - expected) / np.linalg.norm(expected))
