"""Bags and cases, and how things lie in them.

A container is a thin shell through which the wave passes, and layers of things one above the
other along z: books, clothes, and what is hidden among them.  The straps are left out; they are
thin cloth.  Threats in containers are scored apart from those on the body.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from clearway.twin.objects.carried import Bounds, CarriedObject, Coating, Piece, Split
from clearway.twin.objects.packing import packed
from clearway.twin.objects.solids import box, revolved, rod, shifted, turned

__all__ = ["CONTAINERS", "ContainerFamily"]


class _Shell(NamedTuple):
    """An empty container; the inside is a box about the middle of the shell."""

    pieces: tuple[Piece, ...]
    wall: Coating
    room_m: tuple[float, float, float]
    middle_m: tuple[float, float, float]


@dataclass(frozen=True)
class ContainerFamily:
    """A construction of bags or cases."""

    kind: str
    name: str
    split: Split
    size_m: Bounds
    """Least and largest extent along x, y and z."""
    make: Callable[[np.random.Generator], _Shell] = field(repr=False)

    def draw(self, rng: np.random.Generator, content: CarriedObject | None = None) -> CarriedObject:
        """One container with what people usually have in it, and perhaps something else.

        Parameters
        ----------
        rng : numpy.random.Generator
        content : CarriedObject, optional
            Laid at a random place among the books and clothes, turned as far as it must.  The
            container takes its threat class.

        Raises
        ------
        ArgumentError
            The content does not fit this container at any angle, or is to be worn.
        """
        shell = self.make(rng)
        inside = packed(rng, shell.room_m, content)
        shift = np.subtract(shell.middle_m, (0.0, 0.0, shell.room_m[2] / 2))
        pieces = [*shell.pieces, *(piece.behind(shell.wall).moved(shift) for piece in inside)]
        lowest = min(float(piece.mesh.vertices_m[:, 2].min()) for piece in pieces)
        unseen = content is not None and content.split is Split.TEST_ONLY
        return CarriedObject(
            kind=self.kind,
            family=self.name,
            split=Split.TEST_ONLY if unseen else self.split,
            threat=content.threat if content else None,
            pieces=tuple(piece.moved((0.0, 0.0, -lowest)) for piece in pieces),
            attributes={"layers": len(inside)},
            content=content,
        )


def _bag(
    size_m: tuple[float, float, float], wall: Coating, *, edge_m: float = 0.02, x_m: float = 0.0
) -> _Shell:
    mesh = box(size_m, (x_m, 0, 0), edge_m=edge_m)
    shell = Piece("shell", mesh, wall.substance, wall.thickness_m, opaque=False)
    margin = 2 * (wall.thickness_m + 0.3 * edge_m)
    room = (size_m[0] - margin, size_m[1] - margin, size_m[2] - 2 * wall.thickness_m - 0.002)
    return _Shell((shell,), wall, room, (x_m, 0.0, 0.0))


def _fabric(rng: np.random.Generator) -> Coating:
    return Coating("polyester", float(rng.uniform(0.0008, 0.0025)))


def _daypack(rng: np.random.Generator) -> _Shell:
    size = (rng.uniform(0.42, 0.52), rng.uniform(0.27, 0.33), rng.uniform(0.12, 0.20))
    return _bag(size, _fabric(rng), edge_m=0.035)


def _rucksack(rng: np.random.Generator) -> _Shell:
    """Taller, on a frame of two metal stays along the back."""
    size = (rng.uniform(0.54, 0.66), rng.uniform(0.28, 0.34), rng.uniform(0.19, 0.26))
    bag = _bag(size, _fabric(rng), edge_m=0.04)
    back = -size[2] / 2 - 0.004
    stays = tuple(
        Piece("stay", box((0.85 * size[0], 0.02, 0.003), (0, y, back)), "aluminium")
        for y in (-0.07, 0.07)
    )
    return bag._replace(pieces=(*bag.pieces, *stays))


def _tote(rng: np.random.Generator) -> _Shell:
    size = (rng.uniform(0.34, 0.44), rng.uniform(0.30, 0.38), rng.uniform(0.09, 0.15))
    return _bag(size, Coating("leather" if rng.random() < 0.4 else "polyester", 0.0015))


def _messenger(rng: np.random.Generator) -> _Shell:
    """With a metal buckle on its flap."""
    size = (rng.uniform(0.36, 0.42), rng.uniform(0.26, 0.31), rng.uniform(0.09, 0.13))
    bag = _bag(size, _fabric(rng))
    plate = box((0.045, 0.035, 0.003), (0, -0.2 * size[1], size[2] / 2 + 0.004))
    return bag._replace(pieces=(*bag.pieces, Piece("buckle", plate, "steel")))


def _briefcase(rng: np.random.Generator) -> _Shell:
    size = (rng.uniform(0.40, 0.45), rng.uniform(0.29, 0.33), rng.uniform(0.09, 0.12))
    return _bag(size, Coating("leather", 0.0025), edge_m=0.008)


def _sports_bag(rng: np.random.Generator) -> _Shell:
    size = (rng.uniform(0.66, 0.86), rng.uniform(0.28, 0.36), rng.uniform(0.26, 0.32))
    return _bag(size, _fabric(rng), edge_m=0.05)


def _instrument_bag(rng: np.random.Generator) -> _Shell:
    """For a guitar: padded cloth."""
    size = (rng.uniform(1.05, 1.20), rng.uniform(0.36, 0.42), rng.uniform(0.11, 0.14))
    return _bag(size, Coating("polyester", 0.004), edge_m=0.03)


def _soft_trolley(rng: np.random.Generator) -> _Shell:
    return _trolley(rng, _fabric(rng), 0.02)


def _hard_trolley(rng: np.random.Generator) -> _Shell:
    return _trolley(rng, Coating("polymer", float(rng.uniform(0.002, 0.0035))), 0.03)


def _trolley(rng: np.random.Generator, wall: Coating, edge_m: float) -> _Shell:
    """Case that rolls below the hand: a pulled-out metal handle, and four wheels."""
    handle = rng.uniform(0.30, 0.42)
    size = (rng.uniform(0.48, 0.56), rng.uniform(0.34, 0.40), rng.uniform(0.20, 0.25))
    case = _bag(size, wall, edge_m=edge_m, x_m=handle + size[0] / 2)
    back = -size[2] / 2 - 0.007
    reach = handle + 0.9 * size[0]
    bars = [rod((0, y, back), (reach, y, back), 0.006) for y in (-0.08, 0.08)]
    end = handle + size[0] + 0.018
    wheel = turned(revolved([-0.011, 0.011], 0.025, sides=12), "z", 90)
    wheels = [
        shifted(wheel, (end, side * 0.4 * size[1], lift))
        for side in (-1, 1)
        for lift in (-0.35 * size[2], 0.35 * size[2])
    ]
    pieces = (
        *case.pieces,
        *(Piece("handle_bar", bar, "aluminium") for bar in bars),
        Piece("handle", rod((0, -0.09, back), (0, 0.09, back), 0.012), "polymer"),
        *(Piece("wheel", mesh, "rubber") for mesh in wheels),
    )
    return case._replace(pieces=pieces)


_TRAIN, _TEST = Split.TRAIN, Split.TEST_ONLY

CONTAINERS: tuple[ContainerFamily, ...] = tuple(
    ContainerFamily(*row)
    for row in (
        ("backpack", "daypack", _TRAIN, ((0.42, 0.52), (0.27, 0.33), (0.12, 0.20)), _daypack),
        ("backpack", "rucksack", _TEST, ((0.54, 0.66), (0.28, 0.34), (0.19, 0.27)), _rucksack),
        ("shoulder_bag", "tote", _TRAIN, ((0.34, 0.44), (0.30, 0.38), (0.09, 0.15)), _tote),
        (
            "shoulder_bag",
            "messenger",
            _TRAIN,
            ((0.36, 0.42), (0.26, 0.31), (0.09, 0.14)),
            _messenger,
        ),
        (
            "shoulder_bag",
            "briefcase",
            _TEST,
            ((0.40, 0.45), (0.29, 0.33), (0.09, 0.12)),
            _briefcase,
        ),
        ("long_bag", "sports_bag", _TRAIN, ((0.66, 0.86), (0.28, 0.36), (0.26, 0.32)), _sports_bag),
        (
            "long_bag",
            "instrument_bag",
            _TEST,
            ((1.05, 1.20), (0.36, 0.42), (0.11, 0.14)),
            _instrument_bag,
        ),
        ("trolley", "soft", _TRAIN, ((0.82, 1.05), (0.34, 0.40), (0.21, 0.29)), _soft_trolley),
        ("trolley", "hard_shell", _TEST, ((0.82, 1.05), (0.34, 0.40), (0.21, 0.29)), _hard_trolley),
    )
)
