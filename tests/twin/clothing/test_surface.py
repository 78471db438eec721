from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from clearway.twin.bodies.subdivision import butterfly
from clearway.twin.clothing.folds import draw_folds
from clearway.twin.clothing.surface import BaseSurface, cut_out, neighbour_means
from tests.twin.clothing.figure import Figure


def sphere() -> BaseSurface:
    """An octahedron, refined and blown up twice."""
    vertices = np.concatenate([np.eye(3), -np.eye(3)])
    faces = np.array(
        [[0, 1, 2], [1, 3, 2], [3, 4, 2], [4, 0, 2], [1, 0, 5], [3, 1, 5], [4, 3, 5], [0, 4, 5]],
        dtype=np.int32,
    )
    for _ in range(3):
        finer = butterfly(faces)
        vertices, faces = finer.matrix @ vertices, finer.faces
        vertices = vertices / np.linalg.norm(vertices, axis=1, keepdims=True)
    return BaseSurface(vertices, faces, vertices)


def test_neighbour_means_keep_a_constant(figure: Figure) -> None:
    means = neighbour_means(figure.mesh.faces, len(figure.mesh.vertices_m))
    assert np.allclose(means @ np.full(means.shape[1], 3.0), 3.0)


def test_a_part_keeps_places_directions_and_edges() -> None:
    surface = sphere()
    upper = surface.centroids_m[:, 2] > 0
    cut = cut_out(surface.vertices_m, surface.faces, upper)
    part = surface.part(cut)
    assert np.array_equal(part.vertices_m[part.faces], surface.vertices_m[surface.faces[upper]])
    assert np.array_equal(part.outward, part.vertices_m)
    assert part.edge_m == BaseSurface(part.vertices_m, part.faces).edge_m
    assert np.allclose(part.means @ np.ones(len(part.vertices_m)), 1.0)


def test_chosen_vertices_grow_by_their_neighbours() -> None:
    surface = sphere()
    one = np.arange(len(surface.vertices_m)) == 7
    ring = surface.touched((surface.faces == 7).any(axis=1))
    assert np.array_equal(surface.grown(one, 1), ring)
    assert np.array_equal(surface.grown(one, 2), surface.grown(ring, 1))


def test_normals_of_a_sphere_are_radial() -> None:
    surface = sphere()
    plain = BaseSurface(surface.vertices_m, surface.faces)
    assert np.einsum("ij,ij->i", plain.outward, surface.vertices_m).min() > 0.995


def test_cloth_has_half_the_gap_between_two_walls() -> None:
    x, z = (axis.ravel() for axis in np.meshgrid(np.linspace(0, 1, 41), np.linspace(0, 1, 41)))
    corner = np.arange(41 * 40).reshape(40, 41)[:, :-1].ravel()
    quad = np.stack([corner, corner + 1, corner + 42, corner + 41], axis=-1)
    faces = np.concatenate([quad[:, [0, 1, 2]], quad[:, [0, 2, 3]]]).astype(np.int32)
    near, far = (np.stack([x, np.full_like(x, y), z], axis=-1) for y in (0.0, 0.1))
    ahead = np.tile([0.0, 1.0, 0.0], (len(x), 1))
    walls = BaseSurface(
        np.concatenate([near, far]),
        np.concatenate([faces, faces + len(x)]),
        np.concatenate([ahead, -ahead]),
    )
    wall = BaseSurface(near, faces, ahead)
    wanted = np.full(len(x), 0.2)
    assert wall.with_room(wanted, walls).max() <= 0.055
    low = z < 0.5
    assert np.array_equal(wall.with_room(wanted, walls, low) < 0.2, low)
    few = np.full(len(x), 0.04)
    assert np.array_equal(wall.with_room(few, walls), few)


@given(st.integers(0, 2**32))
def test_bridging_and_easing_respect_their_bounds(seed: int) -> None:
    surface = sphere()
    rng = np.random.default_rng(seed)
    floor = rng.uniform(0, 0.02, len(surface.vertices_m))
    offset = floor + rng.uniform(0, 0.05, len(floor))
    assert np.all(surface.bridged(offset, 0.2) >= offset)
    assert np.all(surface.eased(offset, floor, 3) >= floor)


@given(st.integers(0, 2**32), st.booleans())
def test_folds_are_bounded_and_smooth(seed: int, hangs: bool) -> None:
    folds = draw_folds(np.random.default_rng(seed), (0.06, 0.15), hangs=hangs)
    places = np.random.default_rng(1).uniform(-1, 1, (300, 3))
    step = np.random.default_rng(2).standard_normal((300, 3))
    step *= 1e-4 / np.linalg.norm(step, axis=1, keepdims=True)
    heights = folds.at(places)
    assert np.abs(heights).max() <= 1
    steepest = 2 * 2 * np.pi / 0.06
    assert np.abs(folds.at(places + step) - heights).max() <= 1e-4 * steepest
    assert heights.std() > 0.2


def test_hanging_folds_run_down() -> None:
    folds = draw_folds(np.random.default_rng(3), (0.1, 0.2), hangs=True)
    places = np.random.default_rng(4).uniform(-1, 1, (400, 3))
    across, down = (
        np.abs(folds.at(places + step) - folds.at(places)).mean()
        for step in ([0.0, 0.01, 0.0], [0.0, 0.0, 0.01])
    )
    assert across > 3 * down


def test_bridging_is_averaging_that_never_lowers() -> None:
    surface = sphere()
    offset = np.random.default_rng(5).uniform(0, 0.1, len(surface.vertices_m))
    mean = surface.means @ surface.raised_m(offset)
    height = np.einsum("ij,ij->i", mean - surface.vertices_m, surface.outward)
    once = surface.bridged(offset, 0.5 * surface.edge_m)
    np.testing.assert_allclose(once, np.maximum(offset, height), atol=1e-12)
