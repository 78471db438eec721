"""The bones that a walk needs, and how joint angles turn them.

Frame of a body: x forward, y to the person's left, z up, metres.
"""

from __future__ import annotations

from enum import IntEnum
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["PARENT", "SIDES", "Bone", "about_x", "about_y", "about_z", "bone_motion", "turning"]


class Bone(IntEnum):
    """A rigid segment; its joint is where it meets its parent."""

    PELVIS = 0
    LUMBAR = 1
    THORAX = 2
    NECK = 3
    HEAD = 4
    RIGHT_CLAVICLE = 5
    RIGHT_UPPER_ARM = 6
    RIGHT_LOWER_ARM = 7
    RIGHT_HAND = 8
    LEFT_CLAVICLE = 9
    LEFT_UPPER_ARM = 10
    LEFT_LOWER_ARM = 11
    LEFT_HAND = 12
    RIGHT_THIGH = 13
    RIGHT_SHIN = 14
    RIGHT_FOOT = 15
    RIGHT_TOES = 16
    LEFT_THIGH = 17
    LEFT_SHIN = 18
    LEFT_FOOT = 19
    LEFT_TOES = 20


SIDES = ("RIGHT", "LEFT")
"""In the order of every axis of length two in this package."""


def _chains() -> tuple[tuple[Bone, ...], ...]:
    spine = (Bone.PELVIS, Bone.LUMBAR, Bone.THORAX, Bone.NECK, Bone.HEAD)
    limbs = [
        (trunk, *(Bone[f"{side}_{part}"] for part in parts))
        for side in SIDES
        for trunk, parts in (
            (Bone.THORAX, ("CLAVICLE", "UPPER_ARM", "LOWER_ARM", "HAND")),
            (Bone.PELVIS, ("THIGH", "SHIN", "FOOT", "TOES")),
        )
    ]
    return (spine, *limbs)


PARENT: dict[Bone, Bone] = {
    child: parent for chain in _chains() for parent, child in pairwise(chain)
}
"""The bone that each hangs from; the pelvis hangs from none."""


def _about(axis: int, angle_rad: ArrayLike) -> NDArray[np.float64]:
    angle = np.asarray(angle_rad, dtype=np.float64)
    first, second = (axis + 1) % 3, (axis + 2) % 3
    rotation = np.zeros((*angle.shape, 3, 3))
    rotation[..., axis, axis] = 1.0
    rotation[..., first, first] = rotation[..., second, second] = np.cos(angle)
    rotation[..., second, first] = np.sin(angle)
    rotation[..., first, second] = -np.sin(angle)
    return rotation


def about_x(angle_rad: ArrayLike) -> NDArray[np.float64]:
    """(..., 3, 3) rotations that lift the left side."""
    return _about(0, angle_rad)


def about_y(angle_rad: ArrayLike) -> NDArray[np.float64]:
    """(..., 3, 3) rotations that lean forward what stands, and swing back what hangs."""
    return _about(1, angle_rad)


def about_z(angle_rad: ArrayLike) -> NDArray[np.float64]:
    """(..., 3, 3) rotations that turn to the left."""
    return _about(2, angle_rad)


def turning(start: ArrayLike, end: ArrayLike) -> NDArray[np.float64]:
    """Smallest rotation, (3, 3), of one direction into another that is not its opposite.

    Examples
    --------
    >>> bool(np.allclose(turning([2, 0, 0], [0, 3, 0]), about_z(np.pi / 2)))
    True
    """
    a = np.asarray(start, dtype=np.float64) / np.linalg.norm(start)
    b = np.asarray(end, dtype=np.float64) / np.linalg.norm(end)
    x, y, z = np.cross(a, b)
    skew = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    rotation: NDArray[np.float64] = np.eye(3) + skew + skew @ skew / (1.0 + a @ b)
    return rotation


def bone_motion(
    joints_m: NDArray[np.float64], rotations: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Rigid motions of all bones out of the rest pose.

    Parameters
    ----------
    joints_m : (n_bones, 3) ndarray of float
        In the rest pose.
    rotations : (n_poses, n_bones, 3, 3) ndarray of float
        Of each bone out of the rest pose, in the axes of the body (not of its parent).

    Returns
    -------
    (n_poses, n_bones, 3, 4) ndarray of float
        Rotation and translation of each; the pelvis turns about its own joint.
    """
    motions = np.empty((*rotations.shape[:2], 3, 4))
    motions[..., :3] = rotations
    for bone in Bone:
        joint = joints_m[bone]
        parent = PARENT.get(bone)
        place = (
            motions[:, parent, :, :3] @ joint + motions[:, parent, :, 3]
            if parent is not None
            else joint
        )
        motions[:, bone, :, 3] = place - rotations[:, bone] @ joint
    return motions
