"""What an object is made of, before anybody carries it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from clearway.domain.threat import ThreatClass
from clearway.errors import ArgumentError
from clearway.scattering import Mesh
from clearway.twin.objects.solids import shifted, turned, volume_m3

__all__ = ["METALS", "CarriedObject", "Coating", "Family", "Fit", "Made", "Maker", "Piece", "Split"]

METALS = frozenset({"aluminium", "steel"})
"""Substances that no wave of the curtain enters."""


class Split(StrEnum):
    """Where a family may occur: a recogniser is tested on families it has never met."""

    TRAIN = "train"
    TEST_ONLY = "test_only"


class Fit(StrEnum):
    """How a piece follows the body when the object is wrapped round it."""

    RIGID = "rigid"
    """Keeps its shape and lies on the tangent plane at its anchor."""
    BENT = "bent"
    """Follows the girth and keeps its length."""
    ROUND = "round"
    """Follows the girth and is stretched to close round the body."""


class Coating(NamedTuple):
    """A thin layer over a piece."""

    substance: str
    thickness_m: float


@dataclass(frozen=True, eq=False)
class Piece:
    """One solid, or several of the same substance.

    Object frame: the body is at z <= 0, +z points away from it, +x along the object.
    """

    name: str
    mesh: Mesh
    substance: str
    wall_m: float | None = None
    """Thickness of the wall where the piece is hollow; None where it is solid."""
    covers: tuple[Coating, ...] = ()
    """Thin layers over it, the outermost first: the plastic round the water of a bottle."""
    opaque: bool = True
    """Whether it hides what is behind it; the cloth of a bag does not."""
    fit: Fit = Fit.RIGID
    anchor_m: tuple[float, float] = (0.0, 0.0)
    """x and y of the point from which a wrapped piece is laid out."""
    at_back: bool = False
    """Whether a wrapped piece has its place from the middle of the back, not of the front."""

    @cached_property
    def thickness_m(self) -> float | None:
        """How deep a wave finds the back face, along z; None for metal.

        For a solid this is its mean chord, volume over projected area (exact where each line
        along z enters it once).
        """
        if self.substance in METALS:
            return None
        if self.wall_m is not None:
            return self.wall_m
        shadow_m2 = 0.5 * float(np.abs(self.mesh.normals[:, 2]) @ self.mesh.areas_m2)
        return volume_m3(self.mesh) / shadow_m2

    def moved(self, shift_m: ArrayLike) -> Piece:
        """Shifted, anchor and all."""
        shift = np.asarray(shift_m, dtype=np.float64)
        return replace(
            self,
            mesh=shifted(self.mesh, shift),
            anchor_m=(self.anchor_m[0] + float(shift[0]), self.anchor_m[1] + float(shift[1])),
        )

    def turned(self, axis: str, angle_deg: float) -> Piece:
        """Rotated about an axis of the object frame; the thickness becomes that along the new z."""
        return replace(self, mesh=turned(self.mesh, axis, angle_deg))

    def behind(self, *layers: Coating) -> Piece:
        """The same with further layers outside."""
        return replace(self, covers=(*layers, *self.covers))


class Made(NamedTuple):
    """What a maker of a family returns."""

    pieces: tuple[Piece, ...]
    attributes: Mapping[str, str | float | bool] = {}
    girth_m: float | None = None
    """Length of belt that goes once round; None for what is not wrapped round the body."""


@dataclass(frozen=True, eq=False)
class CarriedObject:
    """A thing that a person may carry, as a coarse outer shape for scattering.

    Object frame: origin at the point that lies against the body, or in the hand; +x along the
    long axis, +z outward from the body, +y completes the right-handed frame.  All of it is at
    z >= 0.
    """

    kind: str
    family: str
    split: Split
    threat: ThreatClass | None
    pieces: tuple[Piece, ...]
    attributes: Mapping[str, str | float | bool] = field(default_factory=dict)
    girth_m: float | None = None
    content: CarriedObject | None = None
    """What is in it, for a container; its pieces are among ``pieces``."""

    @cached_property
    def bounds_m(self) -> NDArray[np.float64]:
        """(2, 3) smallest and largest coordinates."""
        vertices = np.concatenate([piece.mesh.vertices_m for piece in self.pieces])
        return np.stack([vertices.min(axis=0), vertices.max(axis=0)])

    @property
    def size_m(self) -> tuple[float, float, float]:
        """Extent along x, y and z; of a belt, laid out flat."""
        x, y, z = (self.bounds_m[1] - self.bounds_m[0]).tolist()
        return x, y, z

    @property
    def n_faces(self) -> int:
        """Triangles, before any refinement."""
        return sum(len(piece.mesh) for piece in self.pieces)

    def scaled(self, factor: float) -> CarriedObject:
        """The same shape at another size, to find out where detection fails.

        Layers and walls keep their thickness.
        """
        if not factor > 0:
            raise ArgumentError("factor", f"is {factor}", "give a factor above 0")
        pieces = tuple(
            replace(
                piece,
                mesh=piece.mesh.moved(factor * np.eye(3)),
                anchor_m=(factor * piece.anchor_m[0], factor * piece.anchor_m[1]),
            )
            for piece in self.pieces
        )
        return replace(self, pieces=pieces)


Bounds: TypeAlias = tuple[tuple[float, float], tuple[float, float], tuple[float, float]]
Maker: TypeAlias = Callable[[np.random.Generator], Made]


@dataclass(frozen=True)
class Family:
    """A construction of which single objects are drawn."""

    kind: str
    name: str
    split: Split
    size_m: Bounds
    """Least and largest extent along x, y and z of what is drawn."""
    make: Maker = field(repr=False)
    threat: ThreatClass | None = None

    def draw(self, rng: np.random.Generator) -> CarriedObject:
        """One object of the family, resting on z = 0."""
        made = self.make(rng)
        lowest = min(float(piece.mesh.vertices_m[:, 2].min()) for piece in made.pieces)
        return CarriedObject(
            kind=self.kind,
            family=self.name,
            split=self.split,
            threat=self.threat,
            pieces=tuple(piece.moved((0.0, 0.0, -lowest)) for piece in made.pieces),
            attributes=made.attributes,
            girth_m=made.girth_m,
        )
