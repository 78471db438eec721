"""How far an arm must be held off for what lies between it and the body.

In the frame of one shoulder: origin in its joint, x forward along the thorax, y outwards, z up.
Holding the arm off turns it, and whatever it holds, about this x axis.  So a point keeps its x and
its distance from the axis; only its angle grows.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from clearway.twin.bodies.body import Body
from clearway.twin.bodies.skeleton import SIDES, Bone
from clearway.twin.bodies.skinning import skinned
from clearway.twin.bodies.walker import Walker

__all__ = ["arm_over_cycle_m", "further_off_rad", "seen_from_shoulder"]

_PHASES = np.arange(24) / 24.0
_OUTWARD = (-1.0, 1.0)
"""Sign of y on the right and on the left."""
_OF_ARM = 0.8
"""Weight from which a vertex counts as of an arm."""
_CELL_M = 0.03
"""Of the maps that are compared: wider than the gaps between points of a coarse skin."""
_FROM_AXIS_M, _TO_AXIS_M = 0.2, 1.6
"""Nearer to the joint hardly any turning makes room: there the flesh of an armpit yields."""
_CELLS_ALONG, _CELLS_AWAY = 60, int(_TO_AXIS_M / _CELL_M) + 1


def seen_from_shoulder(
    points_m: NDArray[np.float64], body: Body, motion: NDArray[np.float64], side: int
) -> NDArray[np.float64]:
    """Points of the frame of the poses in the frame of a shoulder.

    Parameters
    ----------
    points_m : (n, 3) ndarray of float
    body : Body
    motion : (n_bones, 3, 4) ndarray of float
        Of the bones at this moment, as of `clearway.twin.bodies.Walker.motions`.
    side : int
        0 for the right, 1 for the left.

    Returns
    -------
    (n, 3) ndarray of float
    """
    clavicle = motion[Bone[f"{SIDES[side]}_CLAVICLE"]]
    joint_m = body.joints_m[Bone[f"{SIDES[side]}_UPPER_ARM"]]
    shoulder_m = clavicle[:, :3] @ joint_m + clavicle[:, 3]
    thorax = motion[Bone.THORAX, :, :3]
    seen: NDArray[np.float64] = (points_m - shoulder_m) @ thorax * [1.0, _OUTWARD[side], 1.0]
    return seen


def arm_over_cycle_m(walker: Walker, side: int) -> NDArray[np.float64]:
    """(n, 3) points of an arm at all phases of a walk, in the frame of its shoulder.

    Parameters
    ----------
    walker : Walker
    side : int
        0 for the right, 1 for the left.
    """
    body = walker.body
    bones = [Bone[f"{SIDES[side]}_{part}"] for part in ("UPPER_ARM", "LOWER_ARM", "HAND")]
    arm = np.flatnonzero(body.skin.weights[:, bones].sum(axis=1) > _OF_ARM)
    motions = walker.motions(_PHASES)
    placed = skinned(body.skin.weights[arm], body.vertices_m[arm], motions)
    return np.concatenate(
        [
            seen_from_shoulder(points_m, body, motion, side)
            for points_m, motion in zip(placed, motions, strict=True)
        ]
    )


def further_off_rad(
    arm_m: NDArray[np.float64], other_m: NDArray[np.float64], clear_m: float
) -> float:
    """Angle by which an arm must be turned outwards so that it passes outside of something.

    Both are compared cell by cell, along the axis and by the distance from it: the innermost
    of the arm has to pass the outermost of the other.

    Parameters
    ----------
    arm_m, other_m : (n, 3) ndarray of float
        Points in the frame of the shoulder.  Between the points of one of them there may be gaps of
        up to 30 mm; points of all phases of a gait may be taken together.
    clear_m : float
        Distance to keep.

    Returns
    -------
    float
        Radians; 0 where there is room enough.

    Examples
    --------
    >>> hand, thing = np.array([[0.0, 0.0, -0.6]]), np.array([[0.0, 0.06, -0.6]])
    >>> round(float(np.degrees(further_off_rad(hand, thing, clear_m=0.0))), 1)
    5.7
    """
    innermost = -_outermost(arm_m, sign=-1.0)
    outermost = _outermost(other_m, sign=1.0)
    away_m = (np.arange(_CELLS_AWAY) + 0.5) * _CELL_M
    missing = outermost - innermost + clear_m / away_m
    return max(0.0, float(missing.max()))


def _outermost(points_m: NDArray[np.float64], sign: float) -> NDArray[np.float64]:
    """Largest angle from straight down, times a sign, in each cell; -inf in empty ones."""
    x, y, z = points_m.T
    away = np.hypot(y, z)
    along = np.floor(x / _CELL_M).astype(int) + _CELLS_ALONG // 2
    kept = (away > _FROM_AXIS_M) & (away < _TO_AXIS_M) & (z < 0.0)
    kept &= (along >= 0) & (along < _CELLS_ALONG)
    outermost = np.full((_CELLS_ALONG, _CELLS_AWAY), -np.inf)
    cell = along[kept], (away[kept] / _CELL_M).astype(int)
    np.maximum.at(outermost, cell, sign * np.arctan2(y[kept], -z[kept]))
    return outermost
