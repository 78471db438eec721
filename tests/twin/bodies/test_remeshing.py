"""Triangulating a surface evenly, and finding the nearest points of one."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearway.twin.bodies.nearest import Surface
from clearway.twin.bodies.remeshing import evened
from tests.twin.bodies.shapes import ball, edge_use, sheet, volume_m3


@pytest.mark.parametrize("wanted_m", [0.2, 0.5])
def test_a_ball_of_uneven_triangles_becomes_even(wanted_m: float) -> None:
    places, faces = ball(400, axes=(1.0, 1.0, 1.5))
    new, new_faces = evened(places, faces, np.full(len(places), wanted_m))
    assert set(edge_use(new_faces)) == {2}
    assert len(new) - len(edge_use(new_faces)) + len(new_faces) == 2
    corners = new[new_faces]
    edges = np.linalg.norm(corners - np.roll(corners, 1, axis=1), axis=2)
    assert np.median(edges) == pytest.approx(wanted_m, rel=0.1)
    assert np.percentile(edges, 2) > 0.7 * wanted_m
    assert np.percentile(edges, 98) < 1.4 * wanted_m
    degrees = np.bincount(new_faces.ravel())
    assert degrees.min() >= 4
    assert degrees.max() <= 8
    # Chords of a ball lie inside it, by an eighth of their squared length.
    assert volume_m3(new, new_faces) == pytest.approx(
        volume_m3(places, faces), rel=0.4 * wanted_m**2
    )
    away = places_on(places, faces, new, new)
    assert np.abs(away - new).max() < 1e-9


def places_on(
    places: np.ndarray, faces: np.ndarray, points: np.ndarray, outward: np.ndarray
) -> np.ndarray:
    surface = Surface(places, faces)
    return surface.places(surface.nearest(points, outward))


def test_a_sheet_keeps_its_border_and_stays_flat() -> None:
    places, faces = sheet(12, 7, 0.01)
    new, new_faces = evened(places, faces, np.full(len(places), 0.02))
    assert np.abs(new[:, 2]).max() < 1e-12
    first, second, third = new[new_faces].swapaxes(0, 1)
    upwards = np.cross(second - first, third - first)[:, 2]
    assert upwards.min() > 0.0
    # Corners of the border are cut.
    assert upwards.sum() / 2 == pytest.approx(0.12 * 0.07, rel=0.1)


def test_edges_are_short_where_they_are_wanted_short() -> None:
    places, faces = ball(800)
    wanted = np.where(places[:, 2] > 0.5, 0.12, 0.3)
    new, new_faces = evened(places, faces, wanted)
    corners = new[new_faces]
    edges = np.linalg.norm(corners - np.roll(corners, 1, axis=1), axis=2).mean(axis=1)
    height = corners[..., 2].mean(axis=1)
    assert np.median(edges[height > 0.75]) == pytest.approx(0.12, rel=0.15)
    assert np.median(edges[height < 0.0]) == pytest.approx(0.3, rel=0.15)


@settings(max_examples=30)
@given(seed=st.integers(0, 1000))
def test_nearest_points_are_no_further_than_any_others(seed: int) -> None:
    rng = np.random.default_rng(seed)
    places, faces = ball(30, seed)
    points = rng.uniform(0.3, 1.5, (5, 1)) * (d := rng.standard_normal((5, 3)))
    d /= np.linalg.norm(d, axis=1, keepdims=True)
    surface = Surface(places, faces)
    found = surface.nearest(points, d)
    assert np.allclose(found.shares.sum(axis=1), 1.0)
    assert found.shares.min() >= 0.0
    distance = np.linalg.norm(surface.places(found) - points, axis=1)
    shares = rng.dirichlet(np.ones(3), (200, len(faces)))
    others = np.einsum("nfc,fci->nfi", shares, places[faces])
    first, second, third = places[faces].swapaxes(0, 1)
    normals = np.cross(second - first, third - first)
    for point, outward, least in zip(points, d, distance, strict=True):
        facing = normals @ outward > 0
        assert least <= np.linalg.norm(others[:, facing] - point, axis=2).min() + 1e-9


def test_the_border_is_found() -> None:
    places, faces = sheet(5, 4, 0.1)
    nearest = Surface(places, faces).nearest_on_border(np.array([[0.21, 0.03, 0.1]]))
    assert nearest[0] == pytest.approx([0.21, 0.0, 0.0])
