"""Where on a body something can be carried: named sites, found on the skin of each body at rest.

A site is a point that a ray from the middle of a body part meets on its skin.  It is bound to the
face it meets, so it stays on the skin in any pose.  Shifting a site turns or moves the ray first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from clearway.errors import ArgumentError
from clearway.twin.bodies.body import Body
from clearway.twin.bodies.skeleton import Bone

__all__ = [
    "SITES",
    "BoundPoints",
    "Seat",
    "below_shoulder_m",
    "bound_ring",
    "bound_site",
    "seat_named",
]


class Seat(NamedTuple):
    """A ray: from a point on the axis of a body part, across it, outwards."""

    part: str
    along: float
    """0 at the lower end of the axis, 1 at its upper end."""
    azimuth_deg: float
    """From straight ahead to the left."""
    place: str
    """What the console calls it."""


@dataclass(frozen=True)
class _Axis:
    low: Bone
    high: Bone
    bones: tuple[Bone, ...]
    """Whose skin the ray looks for."""
    forward_m: float = 0.0
    """How far ahead of the joints the middle of the flesh lies."""


def _limb(side: str) -> dict[str, _Axis]:
    thigh, shin, foot, hand = (Bone[f"{side}_{part}"] for part in ("THIGH", "SHIN", "FOOT", "HAND"))
    return {
        f"{side.lower()}_thigh": _Axis(shin, thigh, (thigh,)),
        f"{side.lower()}_shin": _Axis(foot, shin, (shin, foot)),
        f"{side.lower()}_hand": _Axis(hand, Bone[f"{side}_LOWER_ARM"], (hand,)),
    }


_TRUNK = (
    *(Bone.PELVIS, Bone.LUMBAR, Bone.THORAX, Bone.RIGHT_CLAVICLE, Bone.LEFT_CLAVICLE),
    *(Bone.RIGHT_THIGH, Bone.LEFT_THIGH),
)
_AXES = {
    "trunk": _Axis(Bone.PELVIS, Bone.NECK, _TRUNK, forward_m=0.015),
    **_limb("RIGHT"),
    **_limb("LEFT"),
}

SITES: dict[str, Seat] = {
    "waist_front": Seat("trunk", 0.17, 0.0, "waist"),
    "waist_right": Seat("trunk", 0.17, -60.0, "right_hip"),
    "waist_left": Seat("trunk", 0.17, 60.0, "left_hip"),
    "lower_back": Seat("trunk", 0.2, 180.0, "lower_back"),
    "right_hip": Seat("trunk", 0.1, -100.0, "right_hip"),
    "left_hip": Seat("trunk", 0.1, 100.0, "left_hip"),
    "abdomen": Seat("trunk", 0.36, 0.0, "abdomen"),
    "chest_right": Seat("trunk", 0.72, -38.0, "right_torso"),
    "chest_left": Seat("trunk", 0.72, 38.0, "left_torso"),
    "under_right_arm": Seat("trunk", 0.54, -95.0, "right_torso"),
    "under_left_arm": Seat("trunk", 0.54, 95.0, "left_torso"),
    "back": Seat("trunk", 0.68, 180.0, "back"),
    "right_thigh": Seat("right_thigh", 0.72, -35.0, "right_thigh"),
    "left_thigh": Seat("left_thigh", 0.72, 35.0, "left_thigh"),
    "right_ankle": Seat("right_shin", 0.2, -80.0, "right_ankle"),
    "left_ankle": Seat("left_shin", 0.2, 80.0, "left_ankle"),
    "right_hand": Seat("right_hand", -0.25, 90.0, "right_hand"),
    "left_hand": Seat("left_hand", -0.25, -90.0, "left_hand"),
}
"""The named sites."""
_KEPT = 1024
"""Results of the searches at rest: the frames of a passage ask for the same ones."""
_GRAZING = 1e-9
"""Square metres below which a face is seen edge on."""
_ON_EDGE = 1e-6
"""So far beyond an edge, in shares, a face still counts as met: rays may run along a seam."""


class BoundPoints(NamedTuple):
    """Points of the skin, by the faces they lie in."""

    face: NDArray[np.int64]
    """(n,)"""
    shares: NDArray[np.float64]
    """(n, 3) of the face's corners; they sum to 1."""
    up: NDArray[np.float64]
    """(n, 3) at rest: along the axis of the body part, towards the head or the trunk."""


def seat_named(name: str) -> Seat:
    """The seat of a named site.

    Raises
    ------
    ArgumentError
        There is no such site.
    """
    try:
        return SITES[name]
    except KeyError:
        raise ArgumentError("name", f"is {name!r}", f"use one of {', '.join(SITES)}") from None


def below_shoulder_m(body: Body, name: str) -> float:
    """How far below the shoulder joints a site on the trunk lies, at rest.

    Raises
    ------
    ArgumentError
        There is no such site.
    """
    seat = seat_named(name)
    axis = _AXES[seat.part]
    low, high, shoulder = body.joints_m[[axis.low, axis.high, Bone.RIGHT_UPPER_ARM], 2]
    return float(shoulder - low - seat.along * (high - low))


@lru_cache(maxsize=_KEPT)
def bound_site(body: Body, seat: Seat, up_m: float, around_m: float) -> BoundPoints:
    """One point: the seat's, shifted up along the part and around it to the left.

    Raises
    ------
    ArgumentError
        The shift leads off the body part.
    """
    first = _rays(body, seat.part, seat.along, np.array([seat.azimuth_deg]), up_m)
    if around_m:
        hit = _bound(body, seat.part, first)
        radius = np.linalg.norm(_places(body, hit) - first.origin, axis=1)
        turned = seat.azimuth_deg + np.degrees(around_m / radius)
        first = _rays(body, seat.part, seat.along, turned, up_m)
    return _bound(body, seat.part, first)


@lru_cache(maxsize=_KEPT)
def bound_ring(body: Body, along: float, up_m: float, points: int) -> BoundPoints:
    """Points around the trunk, from straight ahead to the left, evenly spaced in direction.

    Raises
    ------
    ArgumentError
        The trunk does not reach there.
    """
    azimuth_deg = 360.0 * np.arange(points) / points
    return _bound(body, "trunk", _rays(body, "trunk", along, azimuth_deg, up_m))


class _Rays(NamedTuple):
    origin: NDArray[np.float64]
    direction: NDArray[np.float64]
    up: NDArray[np.float64]


def _rays(
    body: Body, part: str, along: float, azimuth_deg: NDArray[np.float64], up_m: float
) -> _Rays:
    axis = _AXES[part]
    low, high = body.joints_m[axis.low], body.joints_m[axis.high]
    length_m = float(np.linalg.norm(high - low))
    up = (high - low) / length_m
    ahead = np.array([1.0, 0.0, 0.0]) - up[0] * up
    ahead /= np.linalg.norm(ahead)
    left = np.cross(up, ahead)
    azimuth = np.radians(azimuth_deg)[:, None]
    origin = low + up * (along * length_m + up_m) + ahead * axis.forward_m
    direction = np.cos(azimuth) * ahead + np.sin(azimuth) * left
    return _Rays(origin, direction, np.broadcast_to(up, direction.shape))


def _bound(body: Body, part: str, rays: _Rays) -> BoundPoints:
    near = np.flatnonzero(np.isin(body.skin.main_bone, _AXES[part].bones))
    # All rays lie in one plane across the part: few faces meet it.
    height_m = (body.rest.corners_m[near] - rays.origin) @ rays.up[0]
    near = near[(height_m.min(axis=1) <= _ON_EDGE) & (height_m.max(axis=1) >= -_ON_EDGE)]
    corners = body.rest.corners_m[near]
    chosen, shares = [], []
    for direction in rays.direction:
        index, barycentric = _outermost(corners, rays.origin, direction)
        chosen.append(near[index])
        shares.append(barycentric)
    return BoundPoints(np.array(chosen), np.array(shares), rays.up)


def _outermost(
    corners: NDArray[np.float64], origin: NDArray[np.float64], direction: NDArray[np.float64]
) -> tuple[int, Sequence[float]]:
    """Face that a ray meets last, and where in it (Moeller and Trumbore, 1997)."""
    first = corners[:, 1] - corners[:, 0]
    second = corners[:, 2] - corners[:, 0]
    across = np.cross(direction, second)
    determinant = np.einsum("fi,fi->f", first, across)
    # Only faces that look away from the origin: those whose outside the ray leaves through.
    usable = determinant < -_GRAZING
    scale = np.divide(1.0, determinant, out=np.zeros_like(determinant), where=usable)
    start = origin - corners[:, 0]
    u = np.einsum("fi,fi->f", start, across) * scale
    around = np.cross(start, first)
    v = (around @ direction) * scale
    distance = np.einsum("fi,fi->f", second, around) * scale
    met = usable & (np.minimum(np.minimum(u, v), 1.0 - u - v) >= -_ON_EDGE) & (distance > 0.0)
    if not met.any():
        raise ArgumentError("site", "lies beyond the body part", "shift it less")
    index = int(np.argmax(np.where(met, distance, -np.inf)))
    return index, (1.0 - u[index] - v[index], u[index], v[index])


def _places(body: Body, points: BoundPoints) -> NDArray[np.float64]:
    corners = body.rest.corners_m[points.face]
    places: NDArray[np.float64] = np.einsum("pc,pci->pi", points.shares, corners)
    return places
