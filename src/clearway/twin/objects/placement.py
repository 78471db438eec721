"""From the object's own frame to a place on the body."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial.transform import Rotation

from clearway.errors import ArgumentError
from clearway.imaging.checks import finite_real_array
from clearway.scattering import Mesh
from clearway.twin.objects.carried import CarriedObject, Coating, Piece
from clearway.twin.objects.sites import WORN_ROUND, ways_to_carry

__all__ = ["CALM", "USUAL", "Frame", "Jitter", "Placed", "place", "placed"]


class Frame(NamedTuple):
    """A site on the body."""

    origin_m: ArrayLike
    """(3,) point on the skin."""
    outward: ArrayLike
    """(3,) normal of the skin."""
    up: ArrayLike
    """(3,) which way is up there; only its part along the skin counts."""

    def axes(self) -> NDArray[np.float64]:
        """(3, 3) rotation; its columns are up, left as seen from outside, and outward.

        Raises
        ------
        ArgumentError
            The two directions are parallel, or one is zero.
        """
        outward, up = (
            finite_real_array(name, value, (3,))
            for name, value in (("outward", self.outward), ("up", self.up))
        )
        left = np.cross(outward, up)
        lengths = np.linalg.norm(left), np.linalg.norm(outward)
        if min(lengths) < 1e-9:
            raise ArgumentError("up", f"is {up}, outward is {outward}", "give two directions")
        left, outward = left / lengths[0], outward / lengths[1]
        return np.column_stack([np.cross(left, outward), left, outward])


@dataclass(frozen=True, slots=True)
class Jitter:
    """How much no two people carry a thing in the same way."""

    shift_m: float = 0.015
    """Standard deviation along the skin, each way."""
    roll: float = 1.0
    """Factor on the spread of roll that belongs to the way of carrying."""
    tilt_deg: float = 2.0
    """Standard deviation of rocking off the skin, about either axis along it."""
    gap_m: tuple[float, float] = (0.001, 0.010)
    """Least and largest distance from the skin."""


USUAL = Jitter()
"""As people carry things."""
CALM = Jitter(0.0, 0.0, 0.0, (0.0, 0.0))
"""No jitter: at the site, in contact, as the way of carrying says."""


class Placed(NamedTuple):
    """A piece of an object where it is carried."""

    name: str
    mesh: Mesh
    substance: str
    thickness_m: float | None
    """As `Piece.thickness_m`, along the object's z before it was placed."""
    covers: tuple[Coating, ...]
    opaque: bool


def placed(piece: Piece, vertices_m: NDArray[np.float64]) -> Placed:
    """A piece with its vertices elsewhere."""
    mesh = Mesh(vertices_m, piece.mesh.faces)
    return Placed(piece.name, mesh, piece.substance, piece.thickness_m, piece.covers, piece.opaque)


def place(
    carried: CarriedObject,
    site: str,
    frame: Frame,
    rng: np.random.Generator,
    jitter: Jitter = USUAL,
) -> list[Placed]:
    """Put an object at a site of the body.

    The object's origin comes to the site, its +z along the outward normal, and its +x at the roll
    that belongs to the way of carrying.  Then it is jittered, and moved outward until none of it
    is closer to the tangent plane of the skin than the gap drawn.  What would reach below the
    floor, z = 0, is lifted onto it: a crutch stands, it does not pierce.

    Parameters
    ----------
    carried : CarriedObject
    site : str
        One of `ways_to_carry`.
    frame : Frame
        Where the body has that site.
    rng : numpy.random.Generator
    jitter : Jitter

    Returns
    -------
    list of Placed
        In the order of the object's pieces, in the frame of ``frame``.

    Raises
    ------
    ArgumentError
        The object is not carried there, is to be wrapped, or the frame has no directions.
    """
    way = ways_to_carry(carried).get(site)
    if way is None or site in WORN_ROUND:
        known = ", ".join(sorted(set(ways_to_carry(carried)) - WORN_ROUND)) or "a girth; use wrap"
        raise ArgumentError("site", f"{site!r} is none for a {carried.kind}", f"choose {known}")
    axes = frame.axes()
    turned_over = way.turns_over and rng.random() < 0.5
    roll = way.roll_deg + jitter.roll * way.spread_deg * rng.standard_normal()
    tilts = jitter.tilt_deg * rng.standard_normal(2)
    turn = Rotation.from_euler("zxy", [-roll if turned_over else roll, *tilts], degrees=True)
    if turned_over:
        turn *= Rotation.from_euler("x", 180, degrees=True)
    local = [piece.mesh.vertices_m @ turn.as_matrix().T for piece in carried.pieces]
    lowest = min(float(vertices[:, 2].min()) for vertices in local)
    shift = np.append(jitter.shift_m * rng.standard_normal(2), rng.uniform(*jitter.gap_m) - lowest)
    origin = finite_real_array("origin_m", frame.origin_m, (3,))
    world = [(vertices + shift) @ axes.T + origin for vertices in local]
    sunk = min(0.0, *(float(vertices[:, 2].min()) for vertices in world))
    return [
        placed(piece, vertices - [0.0, 0.0, sunk])
        for piece, vertices in zip(carried.pieces, world, strict=True)
    ]
