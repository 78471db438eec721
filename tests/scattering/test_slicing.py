"""Triangles cut into small ones."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from clearway.errors import ArgumentError
from clearway.scattering import Mesh
from clearway.twin.objects.solids import ellipsoid, rod, volume_m3

coordinates = st.floats(-0.5, 0.5)
triangles = st.lists(st.tuples(coordinates, coordinates, coordinates), min_size=3, max_size=3)


def edges_m(mesh: Mesh) -> NDArray[np.float64]:
    return np.asarray(np.linalg.norm(mesh.corners_m - np.roll(mesh.corners_m, 1, axis=1), axis=2))


@given(triangles, st.floats(0.02, 0.5))
def test_any_triangle_is_cut_into_small_ones_of_the_same_plane(
    corners: list[tuple[float, float, float]], longest: float
) -> None:
    whole = Mesh(corners, [[0, 1, 2]])
    if whole.areas_m2[0] < 1e-6:
        return
    cut = whole.subdivided(longest)
    assert edges_m(cut).max() <= longest * (1 + 1e-6)
    assert cut.areas_m2.sum() == pytest.approx(whole.areas_m2[0])
    np.testing.assert_allclose(cut.normals @ whole.normals[0], 1, atol=1e-6)
    np.testing.assert_allclose(
        cut.areas_m2 @ cut.centroids_m, whole.areas_m2[0] * whole.centroids_m[0], atol=1e-9
    )
    length = edges_m(whole).max() / longest
    needed = whole.areas_m2[0] / (0.433 * longest**2)
    assert len(cut) <= 12 * (needed + length + 1)


def test_solids_stay_closed_in_volume() -> None:
    for solid in (rod((0, 0, 0), (1, 0, 0), 0.01), ellipsoid((0.1, 0.2, 0.05))):
        cut = solid.subdivided(0.008)
        assert volume_m3(cut) == pytest.approx(volume_m3(solid))
        np.testing.assert_allclose(cut.areas_m2 @ cut.normals, 0, atol=1e-12)


def test_a_long_bar_needs_few_facets() -> None:
    bar = rod((0, 0, 0), (0.9, 0, 0), 0.011)
    smallest = bar.areas_m2.sum() / (0.433 * 0.02**2)
    assert len(bar.subdivided(0.02)) < 6 * smallest


def test_small_faces_are_left_alone() -> None:
    ball = ellipsoid((0.01, 0.01, 0.01))
    np.testing.assert_array_equal(ball.subdivided(0.1).corners_m, ball.corners_m)


@pytest.mark.parametrize("length", [0.0, -1.0, float("nan")])
def test_lengths_are_positive(length: float) -> None:
    with pytest.raises(ArgumentError, match="longest_edge_m"):
        ellipsoid((0.01, 0.01, 0.01)).subdivided(length)
