"""Where on the body things are carried, how often, and which way round.

The weights are assumptions of this project: plausible ways to carry each kind, made broad so that
a recogniser does not learn the place instead of the object.  No statistics of concealment have
been published that could be cited.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from clearway.errors import ArgumentError
from clearway.twin.objects.carried import CarriedObject

__all__ = ["PLACE_OF_SITE", "WORN_ROUND", "Carry", "draw_site", "ways_to_carry"]

PLACE_OF_SITE: Mapping[str, str] = MappingProxyType(
    {
        "waist_front": "waist",
        "waist_right": "right_hip",
        "waist_left": "left_hip",
        "lower_back": "lower_back",
        "right_hip": "right_hip",
        "left_hip": "left_hip",
        "chest_right": "right_torso",
        "chest_left": "left_torso",
        "under_right_arm": "right_torso",
        "under_left_arm": "left_torso",
        "abdomen": "abdomen",
        "back": "back",
        "right_thigh": "right_thigh",
        "left_thigh": "left_thigh",
        "right_ankle": "right_ankle",
        "left_ankle": "left_ankle",
        "right_hand": "right_hand",
        "left_hand": "left_hand",
        "round_waist": "waist",
        "round_trunk": "torso",
    }
)
"""Every site, and the place on the body by which an operator is told of it."""

WORN_ROUND = frozenset({"round_waist", "round_trunk"})
"""Sites that are a girth, not a point."""


class Carry(NamedTuple):
    """One way to carry a kind of thing."""

    weight: float
    roll_deg: float = 0.0
    """From the site's up direction to the object's +x, counter-clockwise as seen from outside."""
    spread_deg: float = 8.0
    """Standard deviation of the roll."""
    turns_over: bool = True
    """Whether either of its flat sides may lie against the body.  What is turned over is also
    rolled the other way, so that it lies as its mirror image would."""


def _both(left_and_right: str, carry: Carry) -> dict[str, Carry]:
    """The same on either side, mirrored on the left unless turning over does that anyhow."""
    mirrored = carry if carry.turns_over else carry._replace(roll_deg=-carry.roll_deg)
    return {
        left_and_right.format("right"): carry,
        left_and_right.format("left"): mirrored,
    }


_DOWN, _ANYHOW = 180.0, 60.0
_IN_HAND = _both("{}_hand", Carry(1.0, _DOWN, 5.0, False))
_POCKETS = {
    **_both("{}_hip", Carry(1.0, 0.0, 15.0)),
    **_both("{}_thigh", Carry(1.0, 0.0, 15.0)),
    **_both("chest_{}", Carry(0.7, 0.0, 12.0)),
    "lower_back": Carry(0.6, 0.0, 15.0),
}
_AT_BELT = {
    "waist_front": Carry(1.0, 160.0, 12.0),
    "waist_right": Carry(1.0, 165.0, 10.0),
    "waist_left": Carry(1.0, 165.0, 10.0),
    "lower_back": Carry(1.0, 150.0, 15.0),
}
"""Barrel down; less than half a turn leaves what stands off it, a grip, higher than it."""
_UNDER_COAT = {
    **_both("under_{}_arm", Carry(1.0, _DOWN, 6.0)),
    "back": Carry(1.0, _DOWN, 12.0),
    **_both("{}_thigh", Carry(0.5, _DOWN, 5.0)),
    "abdomen": Carry(0.5, 140.0, 20.0),
}
_ON_ONE_SIDE = {**_both("{}_hip", Carry(1.0, 90.0, 6.0)), "lower_back": Carry(0.3, 90.0, 6.0)}
_IN_HAND_OR_BELOW_ARM = {
    **_both("{}_hand", Carry(1.0, 0.0, 10.0)),
    **_both("under_{}_arm", Carry(0.7, 90.0, 10.0)),
}

_WAYS: dict[str, dict[str, Carry]] = {
    "long_gun": _UNDER_COAT,
    "handgun": {
        **_AT_BELT,
        **_both("{}_hip", Carry(0.8, 165.0, 12.0)),
        **_both("under_{}_arm", Carry(0.7, -100.0, 15.0)),
        **_both("{}_ankle", Carry(0.4, _DOWN, 8.0)),
        **_both("{}_thigh", Carry(0.4, _DOWN, 12.0)),
        "abdomen": Carry(0.5, 150.0, 20.0),
    },
    "explosive": {"round_waist": Carry(1.0), "round_trunk": Carry(1.0)},
    "explosive/block_belt": {"round_waist": Carry(1.0)},
    "explosive/panel_belt": {"round_waist": Carry(1.0)},
    "explosive/slab_belt": {"round_waist": Carry(1.0)},
    "explosive/block_vest": {"round_trunk": Carry(1.0)},
    "explosive/panel_vest": {"round_trunk": Carry(1.0)},
    "explosive/sheet_vest": {"round_trunk": Carry(1.0)},
    "belt": {"round_waist": Carry(1.0)},
    "brace": {"round_waist": Carry(1.0)},
    "phone": {**_POCKETS, **_both("{}_hand", Carry(1.0, 0.0, 20.0))},
    "keys": {
        **_both("{}_hip", Carry(1.0, _DOWN, _ANYHOW)),
        **_both("{}_thigh", Carry(1.0, _DOWN, _ANYHOW)),
        "waist_right": Carry(0.6, _DOWN, 20.0),
    },
    "wallet": _POCKETS,
    "hip_flask": _POCKETS,
    "spectacle_case": _POCKETS,
    "pocket_tool": {**_POCKETS, "waist_right": Carry(1.0, _DOWN, 8.0)},
    "medical_pump": {
        "waist_front": Carry(1.0, 90.0),
        "waist_left": Carry(1.0, 90.0),
        "abdomen": Carry(1.0, 0.0),
    },
    "laptop": _IN_HAND_OR_BELOW_ARM,
    "tablet": _IN_HAND_OR_BELOW_ARM,
    "books": _IN_HAND_OR_BELOW_ARM,
    "bottle": {**_IN_HAND, **_both("{}_hip", Carry(0.6, 0.0)), **_both("under_{}_arm", Carry(0.3))},
    "umbrella": {**_IN_HAND, **_both("under_{}_arm", Carry(0.4, 60.0, 20.0))},
    "camera": {
        "abdomen": Carry(1.0, 90.0, 6.0, False),
        **_both("{}_hip", Carry(0.5, 90.0, 8.0, False)),
    },
    "tool": {**_AT_BELT, **_both("{}_thigh", Carry(0.8, _DOWN)), **_IN_HAND},
    "food_box": _IN_HAND_OR_BELOW_ARM,
    "headphones": {
        "abdomen": Carry(0.3, 90.0),
        **_both("{}_hand", Carry(0.5, 90.0)),
        **_both("chest_{}", Carry(1.0, 90.0, 8.0)),
    },
    "prosthesis": _both("{}_ankle", Carry(1.0, _DOWN, 3.0, False)),
    "prosthesis/leg_brace": _both("{}_thigh", Carry(1.0, _DOWN, 3.0, False)),
    "prosthesis/forearm_hook": _both("{}_hand", Carry(1.0, _DOWN, 5.0)),
    "crutch": _IN_HAND,
    "walking_stick": _IN_HAND,
    "child": {
        **_both("chest_{}", Carry(1.0, _DOWN, 8.0, False)),
        "abdomen": Carry(0.7, _DOWN, 8.0, False),
    },
    "backpack": {"back": Carry(1.0, 0.0, 3.0, False), "abdomen": Carry(0.1, 0.0, 3.0, False)},
    "shoulder_bag": _ON_ONE_SIDE,
    "long_bag": _ON_ONE_SIDE,
    "long_bag/instrument_bag": {"back": Carry(1.0, 0.0, 8.0, False)},
    "trolley": _IN_HAND,
}


def ways_to_carry(carried: CarriedObject) -> Mapping[str, Carry]:
    """Sites at which an object may be, each with its weight and orientation.

    A family may have ways of its own; otherwise it has those of its kind.
    """
    ways = _WAYS.get(f"{carried.kind}/{carried.family}") or _WAYS.get(carried.kind)
    if ways is None:
        raise ArgumentError("carried", f"is of the unknown kind {carried.kind!r}", "name its sites")
    return ways


def draw_site(
    carried: CarriedObject, rng: np.random.Generator, available: Collection[str] | None = None
) -> str:
    """Draw a site for an object.

    Parameters
    ----------
    carried : CarriedObject
    rng : numpy.random.Generator
    available : collection of str, optional
        Sites that are still free, or that a body model has; all by default.

    Raises
    ------
    ArgumentError
        None of them is one where this is carried.
    """
    ways = ways_to_carry(carried)
    names = [name for name in ways if available is None or name in available]
    if not names:
        raise ArgumentError(
            "available", f"has no site for a {carried.kind}", f"offer one of {', '.join(ways)}"
        )
    weights = np.array([ways[name].weight for name in names])
    return names[int(rng.choice(len(names), p=weights / weights.sum()))]
