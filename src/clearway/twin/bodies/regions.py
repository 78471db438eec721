"""The place on the body that each face of the skin belongs to."""

from __future__ import annotations

from enum import IntEnum
from functools import cache

import numpy as np
from numpy.typing import NDArray

from clearway.twin.bodies.body import Body, population
from clearway.twin.bodies.skeleton import SIDES, Bone

__all__ = ["Region", "regions"]


class Region(IntEnum):
    """Names of the console's body figure, in capitals; right is the person's right."""

    HEAD = 0
    NECK = 1
    CHEST = 2
    ABDOMEN = 3
    WAIST = 4
    BACK = 5
    LOWER_BACK = 6
    RIGHT_TORSO = 7
    LEFT_TORSO = 8
    RIGHT_HIP = 9
    LEFT_HIP = 10
    RIGHT_ARM = 11
    LEFT_ARM = 12
    RIGHT_HAND = 13
    LEFT_HAND = 14
    RIGHT_THIGH = 15
    LEFT_THIGH = 16
    RIGHT_CALF = 17
    LEFT_CALF = 18
    RIGHT_ANKLE = 19
    LEFT_ANKLE = 20

    @property
    def place(self) -> str:
        """As the console spells it, for example ``right_torso``."""
        return self.name.lower()


_LIMBS = {
    "UPPER_ARM": "ARM",
    "LOWER_ARM": "ARM",
    "HAND": "HAND",
    "THIGH": "THIGH",
    "SHIN": "CALF",
    "FOOT": "ANKLE",
    "TOES": "ANKLE",
}
_FRONT_DEG, _BACK_DEG = 50.0, 130.0
"""Angles from straight ahead, seen from the trunk's axis, at which the sides begin and end."""
_CHEST, _WAIST, _BACK, _HIP = 0.62, 0.2, 0.38, 0.25
"""Lower ends of chest and back, upper ends of waist and hips: 0 at the hip joints, 1 at the
shoulder joints."""
_HIP_OF_THIGH = 0.02
"""Faces of the thigh above this height are of the hip, waist or lower back."""
_ANKLE = 0.85
"""Where the calf ends, from knee to ankle joint."""


@cache
def regions(detail: int = 0) -> NDArray[np.int64]:
    """(n_faces,) `Region` of each face, the same for all bodies: worked out on the first.

    Parameters
    ----------
    detail : int, optional
        How often the skin has been refined.
    """
    return _regions_of(population()[0].refined(detail))


def _regions_of(body: Body) -> NDArray[np.int64]:
    joints, bone = body.joints_m, body.skin.main_bone
    centroids = body.rest.centroids_m
    hip_m = joints[Bone.RIGHT_THIGH, 2]
    height = (centroids[:, 2] - hip_m) / (joints[Bone.RIGHT_UPPER_ARM, 2] - hip_m)
    region = _of_trunk(centroids, height)
    region[bone == Bone.HEAD] = Region.HEAD
    region[bone == Bone.NECK] = Region.NECK
    for side in SIDES:
        for part, name in _LIMBS.items():
            of_limb = bone == Bone[f"{side}_{part}"]
            if part == "THIGH":
                of_limb &= height < _HIP_OF_THIGH
            region[of_limb] = Region[f"{side}_{name}"]
        knee, ankle = joints[Bone[f"{side}_SHIN"], 2], joints[Bone[f"{side}_FOOT"], 2]
        low = centroids[:, 2] < knee + _ANKLE * (ankle - knee)
        region[(bone == Bone[f"{side}_SHIN"]) & low] = Region[f"{side}_ANKLE"]
    return region


def _of_trunk(centroids: NDArray[np.float64], height: NDArray[np.float64]) -> NDArray[np.int64]:
    azimuth = np.degrees(np.arctan2(centroids[:, 1], centroids[:, 0]))
    left = azimuth > 0
    front = np.select(
        [height > _CHEST, height > _WAIST], [Region.CHEST, Region.ABDOMEN], Region.WAIST
    )
    back = np.where(height > _BACK, Region.BACK, Region.LOWER_BACK)
    side = np.where(
        height > _HIP,
        np.where(left, Region.LEFT_TORSO, Region.RIGHT_TORSO),
        np.where(left, Region.LEFT_HIP, Region.RIGHT_HIP),
    )
    chosen: NDArray[np.int64] = np.select(
        [np.abs(azimuth) < _FRONT_DEG, np.abs(azimuth) > _BACK_DEG], [front, back], side
    )
    return chosen
