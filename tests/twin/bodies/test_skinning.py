"""Skeleton and skinning."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearway.twin.bodies import population
from clearway.twin.bodies.skeleton import (
    PARENT,
    Bone,
    about_x,
    about_y,
    about_z,
    bone_motion,
    turning,
)
from clearway.twin.bodies.skinning import skinned

STILL = np.broadcast_to(np.eye(3), (1, len(Bone), 3, 3))
angle = st.floats(-3.1, 3.1)


def test_without_rotation_the_skin_is_at_rest() -> None:
    body = population()[0]
    moved = skinned(body.skin.weights, body.vertices_m, bone_motion(body.joints_m, STILL))
    assert np.allclose(moved[0], body.vertices_m, atol=1e-12)


@given(angle, angle, angle)
def test_a_body_turned_as_a_whole_moves_rigidly(roll: float, pitch: float, yaw: float) -> None:
    body = population()[0]
    rotation = about_z(yaw) @ about_x(roll) @ about_y(pitch)
    motions = bone_motion(body.joints_m, np.broadcast_to(rotation, STILL.shape))
    some = slice(None, None, 97)
    moved = skinned(body.skin.weights[some], body.vertices_m[some], motions)[0]
    pelvis = body.joints_m[Bone.PELVIS]
    assert np.allclose(moved, (body.vertices_m[some] - pelvis) @ rotation.T + pelvis, atol=1e-9)


def test_a_bent_knee_moves_shin_and_foot_but_no_other_bone() -> None:
    body = population()[3]
    rotations = STILL.copy()
    below = [Bone.RIGHT_SHIN, Bone.RIGHT_FOOT, Bone.RIGHT_TOES]
    rotations[:, below] = about_y(np.radians(60.0))
    motions = bone_motion(body.joints_m, rotations)
    stay = [bone for bone in Bone if bone not in below]
    assert np.allclose(motions[0, stay, :, 3], 0.0, atol=1e-12)
    ankle = motions[0, Bone.RIGHT_FOOT, :, :3] @ body.joints_m[Bone.RIGHT_FOOT]
    ankle += motions[0, Bone.RIGHT_FOOT, :, 3]
    # Leaning what hangs goes back and up.
    assert ankle[0] < body.joints_m[Bone.RIGHT_FOOT, 0] - 0.2
    assert ankle[2] > body.joints_m[Bone.RIGHT_FOOT, 2] + 0.1
    knee = body.joints_m[Bone.RIGHT_SHIN]
    assert np.linalg.norm(ankle - knee) == pytest.approx(
        np.linalg.norm(body.joints_m[Bone.RIGHT_FOOT] - knee)
    )


@given(st.lists(angle, min_size=21, max_size=21))
def test_bones_stay_joined_in_any_pose(angles: list[float]) -> None:
    joints = population()[0].joints_m
    rotations = (about_x(angles) @ about_y(angles[::-1]))[None]
    motions = bone_motion(joints, rotations)[0]
    for child, parent in PARENT.items():
        ends = [
            motions[bone, :, :3] @ joints[child] + motions[bone, :, 3] for bone in (child, parent)
        ]
        assert np.allclose(ends[0], ends[1], atol=1e-9)


directions = st.tuples(*[st.floats(-1, 1)] * 3).filter(lambda v: np.linalg.norm(v) > 0.1)


@given(directions, directions)
def test_turning_is_a_rotation_of_one_direction_into_the_other(
    start: tuple[float, float, float], end: tuple[float, float, float]
) -> None:
    a, b = (np.array(v) / np.linalg.norm(v) for v in (start, end))
    if a @ b < -0.99:
        return
    rotation = turning(start, end)
    assert np.allclose(rotation @ a, b, atol=1e-9)
    assert np.allclose(rotation @ rotation.T, np.eye(3), atol=1e-9)


def test_every_bone_but_the_pelvis_hangs_from_an_earlier_one() -> None:
    assert set(PARENT) == set(Bone) - {Bone.PELVIS}
    assert all(parent < child for child, parent in PARENT.items())
