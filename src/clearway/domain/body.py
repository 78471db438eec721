"""Places on a person, as a guard would call them."""

from __future__ import annotations

from enum import StrEnum


class BodyPlace(StrEnum):
    """Where on a person something is; right and left are the person's own."""

    HEAD = "head"
    NECK = "neck"
    CHEST = "chest"
    TORSO = "torso"
    RIGHT_TORSO = "right_torso"
    LEFT_TORSO = "left_torso"
    ABDOMEN = "abdomen"
    WAIST = "waist"
    RIGHT_HIP = "right_hip"
    LEFT_HIP = "left_hip"
    BACK = "back"
    LOWER_BACK = "lower_back"
    RIGHT_ARM = "right_arm"
    LEFT_ARM = "left_arm"
    RIGHT_HAND = "right_hand"
    LEFT_HAND = "left_hand"
    RIGHT_THIGH = "right_thigh"
    LEFT_THIGH = "left_thigh"
    RIGHT_CALF = "right_calf"
    LEFT_CALF = "left_calf"
    RIGHT_ANKLE = "right_ankle"
    LEFT_ANKLE = "left_ankle"
    BAG = "bag"
    BACKPACK = "backpack"
