"""Smooth refinement."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import ArrayLike, NDArray

from clearway.errors import ArgumentError
from clearway.twin.bodies import population
from clearway.twin.bodies.subdivision import butterfly
from tests.twin.bodies.shapes import ball, edge_use, volume_m3

numbers = st.floats(-10, 10)
seeds = st.integers(0, 1000)
OCTAHEDRON = np.array(
    [[0, 1, 2], [1, 3, 2], [3, 4, 2], [4, 0, 2], [1, 0, 5], [3, 1, 5], [4, 3, 5], [0, 4, 5]],
    dtype=np.int32,
)
TETRAHEDRON = np.array([[0, 1, 2], [0, 2, 3], [0, 3, 1], [1, 3, 2]], dtype=np.int32)


@given(size=st.integers(5, 60), seed=seeds)
def test_each_face_becomes_four_and_the_surface_stays_closed(size: int, seed: int) -> None:
    places, faces = ball(size, seed)
    finer = butterfly(faces)
    assert len(finer.faces) == 4 * len(faces)
    assert set(edge_use(finer.faces)) == {2}
    assert finer.matrix.shape == (size + len(edge_use(faces)), size)
    assert np.array_equal(finer.edges.shape, (len(edge_use(faces)), 2))
    middle = finer.faces.reshape(-1, 4, 3)[:, 3]
    for face, own in zip(faces[:20], middle, strict=False):
        ends = finer.edges[own - size]
        assert set(ends.ravel().tolist()) == set(face.tolist())
    assert volume_m3(finer.matrix @ places, finer.faces) > 0


@given(
    size=st.integers(5, 60),
    seed=seeds,
    linear=arrays(np.float64, (3, 3), elements=numbers),
    shift=arrays(np.float64, 3, elements=numbers),
)
def test_affine_maps_before_and_after_are_the_same(
    size: int, seed: int, linear: np.ndarray, shift: np.ndarray
) -> None:
    places, faces = ball(size, seed)
    matrix = butterfly(faces).matrix
    moved_first = matrix @ (places @ linear.T + shift)
    assert np.allclose(moved_first, (matrix @ places) @ linear.T + shift, atol=1e-9)


@given(size=st.integers(5, 60), seed=seeds, normal=arrays(np.float64, 3, elements=numbers))
def test_what_is_flat_stays_flat_and_old_vertices_stay(
    size: int, seed: int, normal: np.ndarray
) -> None:
    places, faces = ball(size, seed)
    flat = places - np.outer(places @ normal, normal) / max(normal @ normal, 1e-9)
    fine = butterfly(faces).matrix @ flat
    assert np.array_equal(fine[:size], flat)
    assert np.allclose(fine @ normal, flat[0] @ normal, atol=1e-8)


def at(i: ArrayLike, j: ArrayLike) -> NDArray[np.int64]:
    """Vertex of a torus of 8 x 8."""
    vertex: NDArray[np.int64] = np.asarray(i) % 8 * 8 + np.asarray(j) % 8
    return vertex


def test_the_middle_of_a_regular_net_follows_the_weights_of_the_butterfly() -> None:
    # A torus of 8 x 8 has six neighbours everywhere.
    i, j = (axis.ravel() for axis in np.meshgrid(np.arange(8), np.arange(8), indexing="ij"))
    faces = np.concatenate(
        [
            np.stack([at(i, j), at(i + 1, j), at(i + 1, j + 1)], axis=-1),
            np.stack([at(i, j), at(i + 1, j + 1), at(i, j + 1)], axis=-1),
        ]
    ).astype(np.int32)
    finer = butterfly(faces)
    edge = np.flatnonzero((finer.edges == np.array([at(2, 2), at(3, 2)])).all(axis=1))[0]
    weights = finer.matrix[[64 + edge]].toarray()[0]
    expected = {(2, 2): 8, (3, 2): 8, (3, 3): 2, (2, 1): 2}
    expected |= {(2, 3): -1, (4, 3): -1, (1, 1): -1, (3, 1): -1}
    wanted = np.zeros(64)
    for place, sixteenths in expected.items():
        wanted[at(*place)] = sixteenths / 16
    assert np.allclose(weights, wanted)


@pytest.mark.parametrize(
    ("faces", "n_vertices"), [(TETRAHEDRON, 4), (OCTAHEDRON, 6)], ids=["three", "four"]
)
def test_solids_of_vertices_with_few_neighbours_are_rounded(
    faces: np.ndarray, n_vertices: int
) -> None:
    if n_vertices == 4:
        places = np.array([[1.0, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]]) / np.sqrt(3)
    else:
        places = np.concatenate([np.eye(3), -np.eye(3)])
    places = places if volume_m3(places, faces) > 0 else -places
    finer = butterfly(faces)
    fine = finer.matrix @ places
    radius = np.linalg.norm(fine[n_vertices:], axis=1)
    # All edges are alike, and their new vertices lie outside their middles.
    assert np.ptp(radius) < 1e-12
    middle = np.linalg.norm(places[faces[0, 0]] + places[faces[0, 1]]) / 2
    assert middle < radius[0] < 1.0
    assert volume_m3(fine, finer.faces) > volume_m3(places, faces)


@settings(max_examples=10)
@given(number=st.integers(0, 59), move=arrays(np.float64, (3, 4), elements=st.floats(-2, 2)))
def test_skins_follow_affine_maps(number: int, move: np.ndarray) -> None:
    body = population()[number]
    matrix = body.skin.refined(2).matrix
    moved = matrix @ (body.vertices_m @ move[:, :3].T + move[:, 3])
    fine = body.refined(2).vertices_m
    assert np.allclose(moved, fine @ move[:, :3].T + move[:, 3], atol=1e-10)


def test_skins_are_refined_once_and_levels_add_up() -> None:
    skin, body = population()[0].skin, population()[0]
    assert skin.refined(1) is skin.refined(1)
    assert body.refined(1) is body.refined(1)
    assert body.refined(0) is body
    twice = skin.refined(1).skin.refined(1)
    assert np.array_equal(twice.skin.faces, skin.refined(2).skin.faces)
    both = twice.matrix @ skin.refined(1).matrix
    assert abs(both - skin.refined(2).matrix).max() < 1e-12
    weights = skin.refined(2).skin.weights
    assert np.allclose(weights.sum(axis=1), 1.0)
    assert weights.data.min() > 0.0


@pytest.mark.parametrize("levels", [-1, 4])
def test_impossible_levels_are_refused(levels: int) -> None:
    with pytest.raises(ArgumentError, match="choose 0 to 3"):
        population()[0].skin.refined(levels)
