"""Names of places on the body."""

from __future__ import annotations

from math import inf

from clearway.domain.body import BodyPlace
from clearway.recognition.proportions import (
    ANKLE,
    CHIN,
    FINGERTIPS,
    HALF_SHOULDERS,
    HIP,
    KNEE,
    SHOULDER,
    TYPICAL_HEIGHT_M,
    WAIST,
    WRIST,
)

__all__ = ["place_name"]

_FRONT = 0.055
"""Half the depth of the flank, as a share of the height: farther forward is chest or abdomen."""
_ARM = HALF_SHOULDERS + 0.03
"""Farther out than a trunk with something on it."""
_HAND_REACH = 0.04


def place_name(
    forward_m: float,
    depth_m: float,
    height_m: float,
    *,
    right_side: bool,
    person_height_m: float | None = None,
    around: bool = False,
) -> BodyPlace:
    """Name the place of an object on the body.

    Parameters
    ----------
    forward_m, depth_m, height_m : float
        In the person's own coordinates, as those of `Volume`; a negative depth is the side that
        the panel sees.
    right_side : bool
        Whether that is the person's right: for a panel at y = 0, whether the person walks
        towards +x.
    person_height_m : float, optional
    around : bool
        Whether the object goes around the body, as a belt does.

    Returns
    -------
    BodyPlace

    Examples
    --------
    >>> place_name(0.0, -0.18, 1.25, right_side=True).value
    'right_torso'
    >>> place_name(-0.12, -0.05, 1.0, right_side=True).value
    'lower_back'
    >>> place_name(0.0, -0.2, 0.6, right_side=False).value
    'left_thigh'
    """
    body_m = person_height_m or TYPICAL_HEIGHT_M
    height, forward, outward = height_m / body_m, forward_m / body_m, -depth_m / body_m
    near = "right" if right_side else "left"
    far = "left" if right_side else "right"
    side = near if outward >= 0 else far
    if height >= SHOULDER:
        return BodyPlace.HEAD if height >= CHIN else BodyPlace.NECK
    if abs(outward) > _ARM and height >= FINGERTIPS - _HAND_REACH and not around:
        return BodyPlace(f"{side}_{'arm' if height >= WRIST else 'hand'}")
    if height >= HIP:
        return _on_trunk(height, forward, side, around=around)
    lowest = ((WRIST - 0.02, "hip"), (KNEE, "thigh"), (ANKLE + 0.02, "calf"), (-inf, "ankle"))
    part = next(part for above, part in lowest if height >= above)
    return BodyPlace(f"{side}_{part}")


def _on_trunk(height: float, forward: float, side: str, *, around: bool) -> BodyPlace:
    """From the hips to the shoulders."""
    low, high = WAIST
    if around:
        return BodyPlace.WAIST if height < high else BodyPlace.TORSO
    if forward < -_FRONT:
        return BodyPlace.LOWER_BACK if height < high else BodyPlace.BACK
    if forward > _FRONT:
        return BodyPlace.ABDOMEN if height < high else BodyPlace.CHEST
    return BodyPlace(f"{side}_{'torso' if height >= low else 'hip'}")
