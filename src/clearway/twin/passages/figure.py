"""A person at one moment of a walk: body, clothes and what is carried, as parts of a scene."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from clearway.scattering import Mesh, Part
from clearway.scattering.materials import NAMED, HalfSpace, material
from clearway.scattering.part import Material
from clearway.twin.bodies import BodyPose, Region, Walker
from clearway.twin.bodies.sites import below_shoulder_m
from clearway.twin.clothing import CarriedShape, DrapedChange, Dressing, WornOutfit, drape
from clearway.twin.objects import (
    WORN_ROUND,
    Frame,
    Placed,
    WrapSurface,
    as_parts,
    lowered,
    place,
    rested,
    wrap,
)
from clearway.twin.passages.people import CONTAINED, HELD, Load, Walk
from clearway.twin.passages.room import Sketch, habits_with, room_rad

__all__ = ["Carried", "Figure", "Moment"]

_VelocityAt: TypeAlias = Callable[[NDArray[np.float64]], NDArray[np.float64]]
"""Velocities of (n, 3) places that move with what carries them."""

_MIDDLE_HZ = 13e9
_WAIST = "waist_front"
_ARMS = [Region.RIGHT_ARM, Region.LEFT_ARM, Region.RIGHT_HAND, Region.LEFT_HAND]
_UNDER_ARMS = frozenset({"under_right_arm", "under_left_arm"})
_ARMPIT_M = 0.15
"""Below the shoulder joint; what hangs under an arm reaches no higher."""
_SKETCHED_PHASES = (0.0, 0.25, 0.5, 0.75)
_SAMPLE_M = 0.02
_CRUTCH, _TROLLEY = "crutch", "trolley"
_ABOVE_HAND_M = 0.2
"""Things reach no higher above the hand that holds them, but for crutches, on which people lean."""
_LEAST_TRAIL_RAD = np.radians(30.0)
_BELT_LINES_M, _BELT_MIDDLE = (-0.07, 0.0, 0.07), 1
"""Heights above the waist of the lines that a belt follows, and which its own middle lies at."""
_VEST_LINES = (0.1, 0.19, 0.28, 0.43, 0.58)
"""Heights of the lines that a vest follows, as of `BodyPose.girth`."""
_VEST_MIDDLE = 3
"""The line at which its own middle lies."""


@dataclass(frozen=True, eq=False)
class Carried:
    """A load on a person at one moment."""

    parts: list[Part]
    """Of the object alone."""
    faces: tuple[CarriedShape, ...]
    """Its surface, for cloth to fall over."""
    middle_m: NDArray[np.float64]
    """(3,) middle of the object, in the person's frame."""


@dataclass(frozen=True, eq=False)
class Moment:
    """A person without load at one moment, in the person's frame.

    x is forward, y to the person's left, z up from the floor; the origin lies under the pelvis.
    """

    pose: BodyPose
    worn: WornOutfit
    pockets: tuple[Carried, ...] = ()
    faintest_cloth_db: float = -np.inf
    """Cloth that returns less of a wave than this only covers what is under it."""

    @cached_property
    def parts(self) -> list[Part]:
        """Skin, cloth, and what is in the pockets."""
        return [
            *(patch.part for patch in self.worn.body_patches(_skin())),
            *(
                patch.part
                for patch in self.worn.garment_patches
                if _echo_db(patch.part.material) >= self.faintest_cloth_db
            ),
            *(part for carried in self.pockets for part in carried.parts),
        ]

    def with_load(self, load: Load) -> Carried:
        """Put something on the person.

        Things lie as they do at each other moment of the walk, on the skin or on the clothes
        beneath them, and move with the part of the body that carries them.
        """
        face, pieces, velocity_at = self._lying(load)
        covers = self.worn.covers_at(face, load.under)
        is_off = load.site in HELD or load.carried.kind in CONTAINED
        parts = [
            replace(part, velocity_m_s=velocity_at(part.mesh.centroids_m))
            for part in as_parts(pieces, _in_air if is_off else _on_skin, under=covers)
        ]
        shapes = tuple(CarriedShape(piece.mesh, face, load.under) for piece in pieces)
        middle = np.concatenate([piece.mesh.vertices_m for piece in pieces])
        return Carried(parts, shapes, 0.5 * (middle.min(axis=0) + middle.max(axis=0)))

    def draped(self, carried: Carried) -> DrapedChange:
        """Let the clothes fall over a load."""
        return drape(self.worn, carried.faces)

    def sketch(self, phase: float, loads: Sequence[Load]) -> Sketch:
        """Where trunk, legs, things in pockets and loads are, the latter one at a time."""
        pockets = [_points_m([part.mesh for part in one.parts]) for one in self.pockets]
        lying = [(one.site, self._lying(one)[1]) for one in loads]
        loads_m = [(site, _points_m([piece.mesh for piece in pieces])) for site, pieces in lying]
        return Sketch(phase, self._ground_m, pockets, loads_m)

    def _lying(self, load: Load) -> tuple[int, list[Placed], _VelocityAt]:
        """Face of the body beneath a load, the load, and how it moves."""
        rng = np.random.default_rng(load.seed)
        return (self._wrapped if load.site in WORN_ROUND else self._placed)(load, rng)

    def _placed(
        self, load: Load, rng: np.random.Generator
    ) -> tuple[int, list[Placed], _VelocityAt]:
        site = self.pose.site(load.site)
        face = self.worn.nearest_face(site.origin_m)
        cloth_m = self.worn.standoff_m(face, load.under) * site.outward
        frame = Frame(site.origin_m + cloth_m, site.outward, site.up)
        if load.carried.kind == _TROLLEY:
            frame = _trailing(site.origin_m, load.carried.size_m[0])
        pieces = place(load.carried, load.site, frame, rng)
        if load.site in _UNDER_ARMS:
            shoulder_m = below_shoulder_m(self.pose.body, load.site)
            pieces = lowered(pieces, frame, shoulder_m - _ARMPIT_M)
        if load.site in HELD and load.carried.kind != _CRUTCH:
            pieces = lowered(pieces, frame, _ABOVE_HAND_M)
        if load.site not in HELD:
            pieces = rested(pieces, frame, self._ground_m + cloth_m)
        return face, pieces, site.velocity_at

    @cached_property
    def _ground_m(self) -> NDArray[np.float64]:
        """(n, 3) points of trunk and legs, which things lie on; arms make room."""
        own = ~np.isin(self.pose.region, _ARMS)
        return self.pose.mesh.centroids_m[own]

    def _wrapped(
        self, load: Load, rng: np.random.Generator
    ) -> tuple[int, list[Placed], _VelocityAt]:
        if load.site == "round_waist":
            lines = [self.pose.girth(_WAIST, up_m=up_m) for up_m in _BELT_LINES_M]
            middle = lines[_BELT_MIDDLE].points_m
        else:
            lines = [self.pose.girth(along) for along in _VEST_LINES]
            middle = lines[_VEST_MIDDLE].points_m
        front = self.worn.nearest_face(middle[0])
        lift_m = self.worn.standoff_m(front, load.under)
        girth = WrapSurface(
            np.stack([line.points_m + lift_m * line.outward for line in lines]),
            np.stack([line.outward for line in lines]),
            middle_m=float(middle[:, 2].mean()),
        )
        points = np.concatenate([line.points_m for line in lines])
        velocities = np.concatenate([line.velocity_m_s for line in lines])

        def velocity_at(points_m: NDArray[np.float64]) -> NDArray[np.float64]:
            nearest: NDArray[np.float64] = velocities[KDTree(points).query(points_m)[1]]
            return nearest

        return front, wrap(load.carried, girth, rng), velocity_at


class Figure:
    """The person of a walk.

    Parameters
    ----------
    walk : Walk
    loads : sequence of Load
        All that the person carries in one passage or another: the arms make room for them.
    detail : int
        How finely the skin is cut, and the cloth with it: 1 for edges of 12 mm, 2 for 6 mm.
    faintest_cloth_db : float
        See `Moment`.
    """

    def __init__(
        self,
        walk: Walk,
        loads: Sequence[Load] = (),
        *,
        detail: int = 1,
        faintest_cloth_db: float = -np.inf,
    ) -> None:
        self.walk = walk
        self._faintest_cloth_db = faintest_cloth_db
        habits = habits_with(loads, walk.habits)
        self._walker = Walker(walk.body, walk.gait, walk.speed_m_s, habits, detail=detail)
        self._dressing = Dressing.of(
            self._walker.refined_body, walk.outfit, np.random.default_rng(walk.seed)
        )
        if loads or walk.pockets:
            sketches = [self._at(phase).sketch(phase, loads) for phase in _SKETCHED_PHASES]
            self._walker.hold_off(room_rad(self._walker, sketches))

    def at(self, time_s: float) -> Moment:
        """The person so long after being in front of the middle of the first panel."""
        return self._at(self.walk.phase + time_s / self._walker.cycle_s)

    def _at(self, phase: float) -> Moment:
        pose = self._walker.at(phase)
        worn = self._dressing.on(pose)
        bare = Moment(pose, worn)
        pockets = tuple(bare.with_load(load) for load in self.walk.pockets)
        return Moment(pose, worn, pockets, self._faintest_cloth_db)


def _trailing(hand_m: NDArray[np.float64], length_m: float) -> Frame:
    """How a case on wheels is pulled: behind the hand and down to the floor, its handle below."""
    angle = max(_LEAST_TRAIL_RAD, float(np.arccos(np.clip(hand_m[2] / length_m, 0.0, 1.0))))
    back, down = np.sin(angle), np.cos(angle)
    return Frame(hand_m, (-down, 0.0, back), (back, 0.0, down))


def _points_m(meshes: Sequence[Mesh]) -> NDArray[np.float64]:
    """(n, 3) points of surfaces, without wide gaps."""
    return Mesh.joined(*meshes).subdivided(_SAMPLE_M).corners_m.reshape(-1, 3)


def _echo_db(material: Material) -> float:
    """Level of what a material returns straight back, in the middle of the band."""
    echoes = material.echoes(np.ones(1), _MIDDLE_HZ)
    return float(20 * np.log10(sum(abs(echo.perpendicular[0]) for echo in echoes)))


@cache
def _skin() -> HalfSpace:
    skin = material("skin")
    if not isinstance(skin, HalfSpace):
        raise TypeError("skin is to be a half-space, which slabs can lie on")
    return skin


@cache
def _on_skin(name: str, thickness_m: float | None) -> Material:
    """Substance of a piece that lies on the body: what passes it is returned by the skin."""
    if NAMED[name].permittivity is None or thickness_m is None:
        return material(name, thickness_m)
    return material(name, thickness_m, _skin())


@cache
def _in_air(name: str, thickness_m: float | None) -> Material:
    """Substance of a piece that is held off the body, or lies in a bag."""
    return material(name, thickness_m)
