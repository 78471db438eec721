"""Panels: pieces of cloth spanned over a base surface, fitted to a body or hanging as a tube."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import ConvexHull, KDTree

from clearway.scattering import Mesh
from clearway.twin.clothing.folds import Folds
from clearway.twin.clothing.garments import Piece
from clearway.twin.clothing.surface import BaseSurface, Cut

__all__ = ["Ground", "Panel", "fitted_panel", "hanging_panel"]

_CONTACT_M = 0.5e-3
"""Air that stays under cloth that lies on something."""
_BRIDGING_M = 0.045
"""About half the width of the hollows that cloth spans."""
_EASING_PASSES = 3
_RING_STEP_M = 0.012
_TUBE_SIDES = 120


@dataclass(frozen=True, eq=False)
class Panel:
    """One sheet of a garment, all its fabrics together; its surface is their outer face."""

    base: BaseSurface
    offset_m: NDArray[np.float64]
    """(n_vertices,) of the outer face from the base."""
    source: NDArray[np.intp]
    """(n_faces,) face of the body that each lies over and moves with."""
    thickness_m: float

    @cached_property
    def mesh(self) -> Mesh:
        """The outer face."""
        return Mesh(self.base.raised_m(self.offset_m), self.base.faces)

    def moved_to(self, offset_m: NDArray[np.float64]) -> Panel:
        """The same panel elsewhere."""
        return replace(self, offset_m=offset_m)


class Ground(NamedTuple):
    """The part of a body that a garment follows."""

    body: BaseSurface
    """All of it: what cloth must not meet."""
    cut: Cut
    source: NDArray[np.intp]
    """(n_faces,) face of the body that each is."""


def fitted_panel(
    ground: Ground,
    level_m: NDArray[np.float64],
    piece: Piece,
    folds: NDArray[np.float64],
) -> Panel:
    """Cloth that follows the body.

    Where the surface looks up, as on the shoulders, cloth rests on what is underneath; elsewhere
    it stands off by the ease.  Folds go both ways and stop where they touch.  Cloth spans hollows,
    and is pressed thinner than it is where an arm leaves it no room.

    Parameters
    ----------
    ground : Ground
    level_m : (n_vertices,) float64
        Outer face of what is worn underneath, from the skin; of the vertices that are cut out.
    piece : Piece
    folds : (n_vertices,) float64
        Pattern of the folds, -1 to 1.

    Returns
    -------
    Panel
    """
    base = ground.body.part(ground.cut)
    floor = level_m + piece.thickness_m + _CONTACT_M
    ease = piece.ease_m * (0.25 + 0.75 * (1 - np.clip(base.outward[:, 2], 0, 1)))
    air = np.maximum(ease + piece.fold_amplitude_m * folds, 0)
    wanted = base.bridged(floor + air, _BRIDGING_M)
    pressed = level_m + _CONTACT_M
    roomy = np.maximum(base.with_room(wanted, ground.body), pressed)
    eased = np.minimum(base.eased(roomy, pressed, _EASING_PASSES), wanted)
    beside = base.grown(roomy < wanted, _EASING_PASSES)
    offset = np.maximum(base.with_room(eased, ground.body, beside), pressed)
    return Panel(base, offset, ground.source, piece.thickness_m)


def hanging_panel(
    body: BaseSurface,
    legs: NDArray[np.bool_],
    beneath_m: NDArray[np.float64],
    piece: Piece,
    folds: Folds,
) -> Panel | None:
    """A tube around both legs, as the lower part of a coat or a skirt.

    Each ring surrounds the convex hull of everything at its height and is nowhere narrower than
    the ring above it: cloth hangs from the hips, and the knees push it out.

    Parameters
    ----------
    body : BaseSurface
    legs : (n_faces,) bool
        Faces of thighs, calves and ankles.
    beneath_m : (n, 3) float64
        Places of everything the tube goes around.
    piece : Piece
    folds : Folds

    Returns
    -------
    Panel or None
        None when the body has no legs, or the tube would be shorter than two rings.
    """
    if not legs.any():
        return None
    height = body.centroids_m[legs, 2]
    top = height.max() + 0.02
    hem = top - piece.garment.skirt * (top - height.min())
    rings = np.arange(top, hem, -_RING_STEP_M)
    if len(rings) < 2:
        return None
    near = beneath_m[(beneath_m[:, 2] < top + 0.03) & (beneath_m[:, 2] > hem - 0.03)]
    skin = KDTree(body.centroids_m[legs])
    near = near[skin.query(near, distance_upper_bound=0.12)[0] < 0.12]
    axis = 0.5 * (near[:, :2].min(axis=0) + near[:, :2].max(axis=0))
    angle = np.linspace(0, 2 * np.pi, _TUBE_SIDES, endpoint=False)
    radial = np.column_stack([np.cos(angle), np.sin(angle)])
    radius = np.array([_hull_radius(near, ring, axis, radial) for ring in rings])
    radius = np.maximum.accumulate(radius, axis=0)
    base = _tube(axis, radial, radius, rings)
    air = np.maximum(piece.ease_m + piece.fold_amplitude_m * folds.at(base.vertices_m), 0)
    body_faces = np.flatnonzero(legs)
    nearest = skin.query(base.centroids_m)[1]
    return Panel(
        base,
        piece.thickness_m + _CONTACT_M + air,
        body_faces[nearest].astype(np.intp),
        piece.thickness_m,
    )


def _hull_radius(
    places_m: NDArray[np.float64],
    height_m: float,
    axis_m: NDArray[np.float64],
    radial: NDArray[np.float64],
) -> NDArray[np.float64]:
    """How far the convex hull of places near a height reaches from an axis, in each direction."""
    flat = places_m[np.abs(places_m[:, 2] - height_m) < 0.03][:, :2]
    around = np.concatenate([flat - axis_m, 1e-3 * np.array([[1, 1], [1, -1], [-1, 1], [-1, -1]])])
    edges = ConvexHull(around).equations
    facing = radial @ edges[:, :2].T
    reach = np.divide(-edges[:, 2], facing, out=np.full_like(facing, np.inf), where=facing > 1e-9)
    radius: NDArray[np.float64] = reach.min(axis=1)
    return radius


def _tube(
    axis_m: NDArray[np.float64],
    radial: NDArray[np.float64],
    radius_m: NDArray[np.float64],
    heights_m: NDArray[np.float64],
) -> BaseSurface:
    """Rings joined to a tube, open at both ends, radius of shape (rings, sides)."""
    rings, sides = radius_m.shape
    vertices = np.empty((rings, sides, 3))
    vertices[..., :2] = axis_m + radius_m[..., None] * radial
    vertices[..., 2] = heights_m[:, None]
    ring, side = np.meshgrid(np.arange(rings - 1), np.arange(sides), indexing="ij")
    after = (side + 1) % sides
    upper, upper_after = ring * sides + side, ring * sides + after
    lower, lower_after = upper + sides, upper_after + sides
    faces = np.concatenate(
        [
            np.stack([upper, lower, lower_after], axis=-1).reshape(-1, 3),
            np.stack([upper, lower_after, upper_after], axis=-1).reshape(-1, 3),
        ]
    ).astype(np.int32)
    outward = np.zeros((rings * sides, 3))
    outward[:, :2] = np.tile(radial, (rings, 1))
    return BaseSurface(vertices.reshape(-1, 3), faces, outward)
