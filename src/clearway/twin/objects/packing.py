"""How things lie in a bag: in layers, one above the other."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np
from scipy.spatial.transform import Rotation

from clearway.errors import ArgumentError
from clearway.twin.objects.carried import CarriedObject, Coating, Piece
from clearway.twin.objects.held_things import books
from clearway.twin.objects.solids import box

__all__ = ["packed"]

_TURNS_DEG = np.arange(0.0, 91.0, 3.0)


class _Slab(NamedTuple):
    """Things that lie side by side in one layer, resting on z = 0."""

    pieces: tuple[Piece, ...]
    depth_m: float


def packed(
    rng: np.random.Generator, room_m: tuple[float, float, float], content: CarriedObject | None
) -> list[Piece]:
    """Fill a room with books, clothes and perhaps something else, in random order along z.

    Parameters
    ----------
    rng : numpy.random.Generator
    room_m : (float, float, float)
        About the middle in x and y, from 0 along z.
    content : CarriedObject or None

    Raises
    ------
    ArgumentError
        The content does not fit at any angle, or is to be worn.
    """
    slabs = [] if content is None else [_laid(rng, room_m, content)]
    left = room_m[2] - sum(slab.depth_m for slab in slabs) - 0.002
    pile = books(rng, (room_m[0], room_m[1], left * rng.uniform(0, 0.7)))
    if pile:
        top = max(float(piece.mesh.vertices_m[:, 2].max()) for piece in pile)
        slabs.append(_Slab(pile, top))
        left -= top + 0.002
    if left > 0.02:
        slabs.append(_clothes(rng, (room_m[0], room_m[1], left)))
    rng.shuffle(slabs)
    return _stacked(slabs)


def _stacked(slabs: list[_Slab]) -> list[Piece]:
    """One above the other; what lies under clothes is covered by them."""
    pieces: list[Piece] = []
    level = 0.0
    for slab in slabs:
        if slab.pieces[0].name == "clothes":
            cloth = Coating("wool", slab.depth_m)
            pieces = [piece.behind(cloth) for piece in pieces]
        pieces += [piece.moved((0.0, 0.0, level)) for piece in slab.pieces]
        level += slab.depth_m + 0.001
    return pieces


def _clothes(rng: np.random.Generator, room_m: tuple[float, float, float]) -> _Slab:
    size = rng.uniform(0.75, 0.97, 3) * room_m
    mesh = box((size[0], size[1], size[2]), (0, 0, size[2] / 2), edge_m=0.2 * size.min())
    return _Slab((Piece("clothes", mesh, "wool", opaque=False),), float(size[2]))


def _laid(
    rng: np.random.Generator, room_m: tuple[float, float, float], content: CarriedObject
) -> _Slab:
    """The content, turned by an angle at which it fits, at a random place."""
    if content.girth_m is not None:
        raise ArgumentError(
            "content", f"is a {content.family} worn on the body", "give a loose thing"
        )
    vertices = np.concatenate([piece.mesh.vertices_m[:, :2] for piece in content.pieces])
    turns = np.array([Rotation.from_euler("z", a, degrees=True).as_matrix() for a in _TURNS_DEG])
    spans = np.ptp(vertices @ turns[:, :2, :2].swapaxes(1, 2), axis=1)
    fitting = np.flatnonzero((spans <= room_m[:2]).all(axis=1))
    if not len(fitting) or content.size_m[2] > room_m[2]:
        raise ArgumentError(
            "content",
            f"of {content.size_m} m does not fit the room of {room_m} m",
            "choose a larger container or a smaller thing",
        )
    turn = turns[rng.choice(fitting)]
    shape = vertices @ turn[:2, :2].T
    slack = 0.5 * (np.array(room_m[:2]) - np.ptp(shape, axis=0))
    middle = 0.5 * (shape.min(axis=0) + shape.max(axis=0))
    shift = np.append(slack * rng.uniform(-1, 1, 2) - middle, 0.0)
    pieces = tuple(replace(piece, mesh=piece.mesh.moved(turn, shift)) for piece in content.pieces)
    return _Slab(pieces, content.size_m[2])
