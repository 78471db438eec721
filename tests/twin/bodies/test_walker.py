"""The skin of a walker over its cycle."""

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.spatial import KDTree

from clearway.errors import ArgumentError
from clearway.scattering import Mesh
from clearway.twin.bodies import (
    Arm,
    BoulicGait,
    Gait,
    Habits,
    MeasuredGait,
    Region,
    Walker,
    drawn_habits,
    population,
)
from clearway.twin.bodies.clearance import clearance_m

GAITS: list[Gait] = [BoulicGait(), MeasuredGait()]
FLOOR_M = 0.006
"""The root's height is smoothed: the lower foot leaves or enters the floor by no more."""


@cache
def walker(number: int = 0, gait: int = 0, speed_m_s: float = 1.3) -> Walker:
    return Walker(population()[number], GAITS[gait], speed_m_s)


def volume_m3(mesh: Mesh) -> float:
    first, second, third = mesh.corners_m.swapaxes(0, 1)
    return float(np.einsum("fi,fi->", first, np.cross(second, third)) / 6.0)


def mirrored(vertices: NDArray[np.float64]) -> NDArray[np.float64]:
    rest = population()[0].refined(1).vertices_m
    _, partner = KDTree(rest).query(rest * [1.0, -1.0, 1.0])
    return np.asarray(vertices[partner] * [1.0, -1.0, 1.0])


@pytest.mark.parametrize("gait", [0, 1])
@pytest.mark.parametrize("number", [0, 17, 35])
def test_a_posed_body_keeps_its_faces_volume_and_height(number: int, gait: int) -> None:
    posed = walker(number, gait).at(0.0).mesh
    body = population()[number].refined(1)
    assert np.array_equal(posed.faces, body.skin.faces)
    assert volume_m3(posed) == pytest.approx(body.volume_m3, rel=0.03)
    assert 0.92 < np.ptp(posed.vertices_m[:, 2]) / body.height_m < 1.02


@settings(max_examples=12)
@given(
    number=st.integers(0, 59),
    gait=st.sampled_from(GAITS),
    speed=st.floats(0.0, 2.5),
    seed=st.integers(0, 1000),
)
def test_the_lower_foot_touches_the_floor_all_over_the_cycle(
    number: int, gait: Gait, speed: float, seed: int
) -> None:
    someone = Walker(population()[number], gait, speed, drawn_habits(np.random.default_rng(seed)))
    for phase in np.arange(7) / 7.0:
        assert abs(someone.at(phase).mesh.vertices_m[:, 2].min()) < FLOOR_M


@pytest.mark.parametrize("gait", [0, 1])
@pytest.mark.parametrize("phase", [0.0, 0.21, 0.43])
def test_half_a_cycle_later_the_body_is_its_mirror_image(gait: int, phase: float) -> None:
    someone = walker(0, gait)
    now, later = (someone.at(phase + half).mesh.vertices_m for half in (0.0, 0.5))
    assert np.abs(mirrored(now) - later).max() < 2e-3


@settings(max_examples=15)
@given(phase=st.floats(-1.0, 2.0), gait=st.integers(0, 1), speed=st.sampled_from([0.0, 0.7, 1.3]))
def test_velocities_are_those_of_the_places(phase: float, gait: int, speed: float) -> None:
    someone, step_s = walker(4, gait, speed), 2e-3
    before, after = (
        someone.at(phase + sign * step_s / someone.cycle_s).mesh.centroids_m for sign in (-1, 1)
    )
    difference = (after - before) / (2 * step_s) + [speed, 0.0, 0.0]
    error = np.abs(someone.at(phase).velocity_m_s - difference)
    assert error.max() < 0.03 * (0.2 + speed)


@pytest.mark.parametrize("gait", [0, 1])
def test_the_body_advances_at_its_speed_while_a_standing_foot_hardly_moves(gait: int) -> None:
    someone = walker(2, gait)
    poses = [someone.at(phase) for phase in np.arange(24) / 24]
    head = poses[0].region == Region.HEAD
    mean = np.mean([pose.velocity_m_s[head, 0].mean() for pose in poses])
    assert mean == pytest.approx(someone.speed_m_s, abs=0.01)
    assert someone.stride_m == pytest.approx(someone.speed_m_s * someone.cycle_s)
    foot = poses[0].region == Region.RIGHT_ANKLE
    standing = [
        pose.velocity_m_s[
            (pose.region == Region.RIGHT_ANKLE) & (pose.mesh.centroids_m[:, 2] < 0.04)
        ]
        for pose in poses[3:10]
    ]
    assert abs(np.mean([sole[:, 0].mean() for sole in standing])) < 0.15 * someone.speed_m_s
    swinging = poses[18].velocity_m_s[foot, 0].mean()
    assert swinging > 2 * someone.speed_m_s


def test_knees_bend_back_and_arms_counter_swing() -> None:
    pose = walker(0, 0).at(0.0)
    middle = {
        place: pose.mesh.centroids_m[pose.region == place].mean(axis=0)
        for place in (Region.RIGHT_HAND, Region.LEFT_HAND, Region.RIGHT_ANKLE, Region.LEFT_ANKLE)
    }
    # The right heel strikes: right foot ahead, right hand behind.
    assert middle[Region.RIGHT_ANKLE][0] > middle[Region.LEFT_ANKLE][0] + 0.4
    assert middle[Region.RIGHT_HAND][0] < middle[Region.LEFT_HAND][0] - 0.2
    swing = walker(0, 0).at(0.73)
    parts = (Region.RIGHT_THIGH, Region.RIGHT_CALF, Region.RIGHT_ANKLE)
    thigh, calf, ankle = (
        swing.mesh.centroids_m[swing.region == part].mean(axis=0) for part in parts
    )
    straight = thigh + (calf - thigh) * (ankle[2] - thigh[2]) / (calf[2] - thigh[2])
    assert ankle[0] < straight[0]


@pytest.mark.parametrize("gait", [0, 1])
@pytest.mark.parametrize("number", [0, 8, 30, 44])
def test_forearms_and_hands_keep_off_trunk_and_thighs(number: int, gait: int) -> None:
    someone = walker(number, gait)
    assert clearance_m(someone.body, someone._motions(np.arange(10) / 10.0)) > -0.005


def test_standing_is_nearly_still() -> None:
    someone = walker(0, 0, 0.0)
    speeds = np.linalg.norm(someone.at(0.1).velocity_m_s, axis=1)
    assert 0.001 < speeds.max() < 0.05


def test_habits_move_the_arms_they_name() -> None:
    body = population()[3]
    poses = {arm: Walker(body, GAITS[1], 1.0, Habits(right_arm=arm)).at(0.5) for arm in Arm}
    hand = poses[Arm.SWINGING].region == Region.RIGHT_HAND
    height = {arm: pose.mesh.centroids_m[hand, 2].mean() for arm, pose in poses.items()}
    ahead = {arm: pose.mesh.centroids_m[hand, 0].mean() for arm, pose in poses.items()}
    assert height[Arm.ON_STRAP] > height[Arm.SWINGING] + 0.2
    assert ahead[Arm.IN_POCKET] < ahead[Arm.SWINGING]
    swings = []
    for swing in (0.3, 1.0):
        someone = Walker(body, GAITS[0], 1.2, Habits(arm_swing=swing))
        reached = [someone.at(phase).mesh.centroids_m[hand, 0].mean() for phase in (0.0, 0.5)]
        swings.append(abs(reached[1] - reached[0]))
    assert swings[0] < 0.6 * swings[1]


def test_habits_are_drawn_alike_from_the_same_seed_and_differ_between_people() -> None:
    first, again = (
        [drawn_habits(rng) for _ in range(200)]
        for rng in (np.random.default_rng(5), np.random.default_rng(5))
    )
    assert first == again
    resting = [h for h in first if {h.right_arm, h.left_arm} != {Arm.SWINGING}]
    assert 0.1 < len(resting) / len(first) < 0.3


@pytest.mark.parametrize("detail", [0, 2])
def test_poses_of_another_detail_are_of_the_same_walk(detail: int) -> None:
    fine, usual = (Walker(population()[4], GAITS[1], 1.3, detail=d).at(0.4) for d in (detail, 1))
    shared = len(population()[4].vertices_m)
    assert len(fine.mesh) == 4**detail * len(population()[4].skin.faces)
    assert len(fine.region) == len(fine.velocity_m_s) == len(fine.mesh)
    assert np.allclose(fine.mesh.vertices_m[:shared], usual.mesh.vertices_m[:shared], atol=1e-12)
    assert volume_m3(fine.mesh) == pytest.approx(volume_m3(usual.mesh), rel=0.02)
    for name in ("right_hip", "chest_left", "left_ankle", "right_hand"):
        one, other = fine.site(name), usual.site(name)
        assert np.linalg.norm(one.origin_m - other.origin_m) < 6e-3
        assert one.outward @ other.outward > 0.9
        assert np.allclose(one.velocity_m_s, other.velocity_m_s, atol=0.1)
    for along in (0.05, 0.4):
        assert np.abs(fine.girth(along).points_m - usual.girth(along).points_m).max() < 0.015


def test_detail_that_no_radar_sees_is_refused() -> None:
    with pytest.raises(ArgumentError, match="levels"):
        Walker(population()[0], BoulicGait(), 1.0, detail=4)


def test_a_runner_is_refused() -> None:
    with pytest.raises(ArgumentError, match="walk at 0"):
        Walker(population()[0], BoulicGait(), 3.0)
