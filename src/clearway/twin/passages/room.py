"""Room between arms and trunk for what a person carries there.

Whoever carries something at the side holds the arm off it, and whoever has something in a hand
holds it clear of the leg.  All passages of a walk share one posture, with room for each of its
loads: so the person without a load is the same in all of them, and how the arms are held does not
tell a threat from a harmless thing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from clearway.twin.bodies import Arm, Habits, Walker
from clearway.twin.bodies.holding_off import (
    arm_over_cycle_m,
    further_off_rad,
    seen_from_shoulder,
)
from clearway.twin.bodies.skeleton import SIDES
from clearway.twin.passages.people import CONTAINED, Load

__all__ = ["Sketch", "habits_with", "room_rad"]

_HANDS, _HIPS = ("right_hand", "left_hand"), ("right_hip", "left_hip")
_CLEAR_M = 0.005
_FURTHEST_RAD = math.radians(20.0)
"""Arms yield no more: rather is something touched by them."""


class Sketch(NamedTuple):
    """Where things are at one moment, in the person's frame."""

    phase: float
    skin_m: NDArray[np.float64]
    """(n, 3) points of trunk and legs."""
    pockets_m: Sequence[NDArray[np.float64]]
    """(n, 3) points of each thing that is always there."""
    loads_m: Sequence[tuple[str, NDArray[np.float64]]]
    """Site and (n, 3) points of each load, of which only one is there at a time."""


def habits_with(loads: Sequence[Load], habits: Habits) -> Habits:
    """What the arms of somebody do who carries these things.

    A hand that holds something is in no pocket and on no strap.  The hand beside a bag that hangs
    from the shoulder is on its strap: before the bag, which is thicker than an arm is held off.
    """
    right, left = (
        Arm.SWINGING
        if any(load.site == hand for load in loads)
        else Arm.ON_STRAP
        if any(load.site == hip and load.carried.kind in CONTAINED for load in loads)
        else own
        for hand, hip, own in zip(_HANDS, _HIPS, (habits.right_arm, habits.left_arm), strict=True)
    )
    return replace(habits, right_arm=right, left_arm=left)


def room_rad(walker: Walker, sketches: Sequence[Sketch]) -> tuple[float, float]:
    """How much further off the body the right and the left arm are to be held.

    Parameters
    ----------
    walker : Walker
    sketches : sequence of Sketch
        Of this walker, at phases all over the cycle.

    Returns
    -------
    (float, float)
        Radians, 0 to 20 degrees: enough for the thickest thing on each side.
    """
    right, left = (_room_of(walker, sketches, side) for side in range(len(SIDES)))
    return right, left


def _room_of(walker: Walker, sketches: Sequence[Sketch], side: int) -> float:
    motions = walker.motions(np.array([sketch.phase for sketch in sketches]))
    arm_m = arm_over_cycle_m(walker, side)
    needed_rad = 0.0
    for sketch, motion in zip(sketches, motions, strict=True):
        seen = partial(_seen, walker, motion, side)
        worn = [points_m for site, points_m in sketch.loads_m if site not in _HANDS]
        held = [points_m for site, points_m in sketch.loads_m if site == _HANDS[side]]
        if beside := [*sketch.pockets_m, *worn]:
            needed_rad = max(needed_rad, further_off_rad(arm_m, seen(beside), _CLEAR_M))
        if held:
            body = seen([sketch.skin_m, *sketch.pockets_m])
            needed_rad = max(needed_rad, further_off_rad(seen(held), body, _CLEAR_M))
    return min(needed_rad, _FURTHEST_RAD)


def _seen(
    walker: Walker,
    motion: NDArray[np.float64],
    side: int,
    points_m: Sequence[NDArray[np.float64]],
) -> NDArray[np.float64]:
    return seen_from_shoulder(np.concatenate(points_m), walker.body, motion, side)
