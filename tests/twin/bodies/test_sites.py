"""Named sites, shifted sites and outlines lie on the skin and follow it."""

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from clearway.errors import ArgumentError
from clearway.scattering import Mesh
from clearway.twin.bodies import (
    SITES,
    BodyPose,
    BoulicGait,
    MeasuredGait,
    Region,
    Walker,
    population,
)

PLACES = {region.place for region in Region}


@cache
def pose(number: int = 0, phase: float = 0.1) -> BodyPose:
    return Walker(population()[number], MeasuredGait(), 1.2).at(phase)


def distance_to_skin_m(mesh: Mesh, point: NDArray[np.float64]) -> float:
    """To the planes of the faces whose corners surround the point's projection."""
    first, second, third = mesh.corners_m.swapaxes(0, 1)
    away = np.einsum("fi,fi->f", point - first, mesh.normals)
    foot = point - away[:, None] * mesh.normals
    inside = np.ones(len(mesh), dtype=bool)
    for a, b in ((first, second), (second, third), (third, first)):
        inside &= np.einsum("fi,fi->f", np.cross(b - a, foot - a), mesh.normals) >= -1e-10
    return float(np.abs(away[inside]).min())


@pytest.mark.parametrize("name", SITES)
@pytest.mark.parametrize("number", [0, 36])
def test_sites_lie_on_the_skin_with_perpendicular_axes(name: str, number: int) -> None:
    site = pose(number).site(name)
    assert distance_to_skin_m(pose(number).mesh, site.origin_m) < 1e-6
    assert np.allclose(site.axes.T @ site.axes, np.eye(3), atol=1e-9)
    assert np.linalg.det(site.axes) == pytest.approx(1.0)
    assert site.place in PLACES
    assert site.name == name


@pytest.mark.parametrize("name", SITES)
def test_normals_point_out_of_the_body(name: str) -> None:
    site, mesh = pose().site(name), pose().mesh
    nearest = np.argmin(np.linalg.norm(mesh.centroids_m - site.origin_m, axis=1))
    assert site.outward @ mesh.normals[nearest] > 0.8


@pytest.mark.parametrize(
    ("name", "outward"),
    [
        ("waist_front", (1, 0, 0)),
        ("abdomen", (1, 0, 0)),
        ("chest_right", (1, 0, 0)),
        ("lower_back", (-1, 0, 0)),
        ("back", (-1, 0, 0)),
        ("right_hip", (0, -1, 0)),
        ("left_hip", (0, 1, 0)),
        ("under_right_arm", (0, -1, 0)),
        ("under_left_arm", (0, 1, 0)),
        ("right_ankle", (0, -1, 0)),
        ("left_ankle", (0, 1, 0)),
    ],
)
def test_sites_face_where_they_are_called(name: str, outward: tuple[int, int, int]) -> None:
    site = Walker(population()[11], BoulicGait(), 0.0).at(0.0).site(name)
    assert site.outward @ np.array(outward) > 0.6
    assert site.up[2] > 0.7


def test_right_and_left_sites_mirror_each_other() -> None:
    standing = Walker(population()[7], BoulicGait(), 0.0).at(0.0)
    for name in SITES:
        if "right" in name:
            right, left = standing.site(name), standing.site(name.replace("right", "left"))
            assert np.allclose(right.origin_m * [1, -1, 1], left.origin_m, atol=5e-3), name


@settings(max_examples=25)
@given(
    name=st.sampled_from(sorted(SITES)),
    up=st.floats(-0.03, 0.03),
    around=st.floats(-0.03, 0.03),
    number=st.sampled_from([0, 13, 36]),
)
def test_shifted_sites_stay_on_the_skin(name: str, up: float, around: float, number: int) -> None:
    shifted = pose(number).site(name, up_m=up, around_m=around)
    assert distance_to_skin_m(pose(number).mesh, shifted.origin_m) < 1e-6
    moved = np.linalg.norm(shifted.origin_m - pose(number).site(name).origin_m)
    assert moved < 3.0 * np.hypot(up, around) + 0.01


def test_shifts_go_up_and_to_the_left() -> None:
    start, up, left = (
        pose().site("abdomen", **shift).origin_m
        for shift in ({}, {"up_m": 0.04}, {"around_m": 0.04})
    )
    assert up[2] - start[2] == pytest.approx(0.04, abs=0.006)
    assert left[1] - start[1] == pytest.approx(0.04, abs=0.01)


def test_a_site_moves_as_its_skin_does() -> None:
    someone, step_s = Walker(population()[0], BoulicGait(), 1.3), 1e-3
    for name in ("right_thigh", "left_hand", "back"):
        site = someone.at(0.7).site(name)
        before, after = (
            someone.at(0.7 + sign * step_s / someone.cycle_s).site(name) for sign in (-1, 1)
        )
        advance = np.array([1.3, 0.0, 0.0])
        velocity = (after.origin_m - before.origin_m) / (2 * step_s) + advance
        assert np.allclose(site.velocity_m_s, velocity, atol=0.05)
        # A point that the frame carries along goes where velocity_at says.
        lever = 0.1 * np.ones(3)
        carried = (after.origin_m + after.axes @ lever - before.origin_m - before.axes @ lever) / (
            2 * step_s
        ) + advance
        told = site.velocity_at((site.origin_m + site.axes @ lever)[None])[0]
        assert np.allclose(told, carried, atol=0.05)


def test_an_object_is_placed_in_front_of_the_skin() -> None:
    plate = Mesh([[0.01, -0.02, 0], [0.01, 0.02, 0], [0.01, 0, 0.03]], [[0, 1, 2]])
    site = pose().site("waist_front")
    placed = site.placed(plate)
    assert placed.normals[0] @ site.outward == pytest.approx(plate.normals[0] @ [1, 0, 0])
    assert (placed.vertices_m - site.origin_m) @ site.outward == pytest.approx([0.01] * 3)


@pytest.mark.parametrize("number", [0, 20, 36])
@pytest.mark.parametrize("along", [0.05, 0.3, 0.55])
def test_girths_go_once_around_the_trunk(number: int, along: float) -> None:
    ring = pose(number).girth(along, points=36)
    loop = np.diff(np.vstack([ring.points_m, ring.points_m[:1]]), axis=0)
    assert 0.55 < np.linalg.norm(loop, axis=1).sum() < 1.7
    middle = ring.points_m.mean(axis=0)
    assert np.median(np.einsum("pi,pi->p", ring.points_m - middle, ring.outward)) > 0.05
    turned = np.unwrap(np.arctan2(*(ring.points_m - middle)[:, 1::-1].T))
    assert turned[-1] - turned[0] == pytest.approx(2 * np.pi * 35 / 36, abs=0.3)
    assert max(distance_to_skin_m(pose(number).mesh, point) for point in ring.points_m[::6]) < 1e-6
    assert np.allclose(np.einsum("pi,pi->p", ring.up, ring.outward), 0.0, atol=1e-9)
    assert ring.velocity_m_s[:, 0].mean() == pytest.approx(1.2, abs=0.4)


def test_a_girth_can_be_asked_for_by_the_name_of_a_site() -> None:
    by_name, by_height = pose().girth("waist_front"), pose().girth(SITES["waist_front"].along)
    assert np.array_equal(by_name.points_m, by_height.points_m)


def test_what_is_not_there_is_refused() -> None:
    with pytest.raises(ArgumentError, match="waist_front"):
        pose().site("elbow")
    with pytest.raises(ArgumentError, match="shift it less"):
        pose().site("abdomen", up_m=2.0)
    with pytest.raises(ArgumentError, match="trunk"):
        pose().girth("left_ankle")
    with pytest.raises(ArgumentError, match="3 or more"):
        pose().girth(0.2, points=2)
