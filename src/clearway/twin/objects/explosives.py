"""Explosive belts and vests as coarse outer shapes.

What a curtain can see of them: dielectric blocks, tubes or sheets (relative permittivity 2.8 to
3.2, little loss) of 15 to 60 mm, whose front and back faces echo apart, and the metal that may
lie over them.  A real layer of fragments holds hundreds of pieces of a few millimetres; here a
few tens stand for it, enough for its speckle, while its full strength is underestimated.  What
feeds a device is one plain box.  Nothing here functions or shows how to.

Laid out flat, +x runs round the body with x = 0 in front, +y is up.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from clearway.domain.threat import ThreatClass
from clearway.scattering import Mesh
from clearway.twin.objects.belts import GIRTH_M, REACH_M, strap
from clearway.twin.objects.carried import Coating, Family, Fit, Made, Maker, Piece, Split
from clearway.twin.objects.solids import box, ellipsoid, revolved, turned

__all__ = ["EXPLOSIVES"]

_SUBSTANCE = "explosive_simulant"
_CLOTH = (Coating("polyester", 0.001),)
_CARRIER_M = 0.002
_FRAGMENTS = 32
_WITH_FRAGMENTS = 0.5


def _block_belt(rng: np.random.Generator) -> Made:
    size = (rng.uniform(0.05, 0.10), rng.uniform(0.09, 0.16), rng.uniform(0.015, 0.06))
    return _belt(rng, _block(size), int(rng.integers(3, 9)), size)


def _pipe_belt(rng: np.random.Generator) -> Made:
    radius, length = rng.uniform(0.014, 0.026), rng.uniform(0.12, 0.22)
    metal = rng.random() < 0.3
    tube = turned(revolved([-length / 2, length / 2], radius, sides=12), "z", 90, (0, 0, radius))
    piece = Piece("pipe", tube, "steel" if metal else _SUBSTANCE)
    if not metal:
        piece = piece.behind(Coating("polymer", 0.003))
    return _belt(rng, piece, int(rng.integers(4, 10)), (2 * radius, length, 2 * radius))


def _block_vest(rng: np.random.Generator) -> Made:
    size = (rng.uniform(0.07, 0.11), rng.uniform(0.11, 0.17), rng.uniform(0.015, 0.05))
    columns = int(rng.integers(2, 4))
    places = _raster(columns, 2, (size[0] + 0.012, size[1] + 0.015))
    height = 2 * size[1] + 0.015
    return _worn(rng, _block(size), places, size, height, on_back=rng.random() < 0.5)


def _panel_belt(rng: np.random.Generator) -> Made:
    """Soft flat panels that bend with the body."""
    size = (rng.uniform(0.10, 0.18), rng.uniform(0.09, 0.16), rng.uniform(0.012, 0.035))
    return _belt(rng, _panel(size), int(rng.integers(2, 5)), size)


def _panel_vest(rng: np.random.Generator) -> Made:
    size = (rng.uniform(0.11, 0.17), rng.uniform(0.13, 0.20), rng.uniform(0.012, 0.03))
    rows = int(rng.integers(1, 3))
    places = _raster(2, rows, (size[0] + 0.015, size[1] + 0.015))
    height = rows * size[1] + (rows - 1) * 0.015
    return _worn(rng, _panel(size), places, size, height, on_back=rng.random() < 0.5)


def _sheet_vest(rng: np.random.Generator) -> Made:
    size = (rng.uniform(0.26, 0.36), rng.uniform(0.28, 0.40), rng.uniform(0.015, 0.028))
    return _worn(rng, _bent("sheet", size, 16), np.zeros((1, 2)), size, size[1], on_back=True)


def _slab_belt(rng: np.random.Generator) -> Made:
    """One long soft slab over the front half, as in a body belt for goods."""
    size = (rng.uniform(0.34, 0.48), rng.uniform(0.10, 0.17), rng.uniform(0.018, 0.035))
    return _worn(rng, _bent("slab", size, 20), np.zeros((1, 2)), size, 0.05)


def _block(size_m: tuple[float, float, float]) -> Piece:
    mesh = box(size_m, (0, 0, size_m[2] / 2))
    return Piece("block", mesh, _SUBSTANCE, covers=_CLOTH)


def _panel(size_m: tuple[float, float, float]) -> Piece:
    return _bent("panel", size_m, 8)


def _bent(name: str, size_m: tuple[float, float, float], segments: int) -> Piece:
    mesh = box(size_m, (0, 0, size_m[2] / 2), segments=segments)
    return Piece(name, mesh, _SUBSTANCE, wall_m=size_m[2], covers=_CLOTH, fit=Fit.BENT)


def _belt(
    rng: np.random.Generator, charge: Piece, count: int, size_m: tuple[float, float, float]
) -> Made:
    """One row of charges about the front, as many of them as go round a slim person."""
    pitch = size_m[0] + rng.uniform(0.004, 0.03)
    places = _raster(min(count, int(REACH_M / pitch)), 1, (pitch, 0.0))
    return _worn(rng, charge, places, size_m, 0.05)


def _worn(
    rng: np.random.Generator,
    charge: Piece,
    places_m: NDArray[np.float64],
    size_m: tuple[float, float, float],
    carrier_width_m: float,
    *,
    on_back: bool = False,
) -> Made:
    """Charges on a carrier, perhaps under fragments, and a supply beside those in front.

    ``places_m`` is where they are in front, and again on the back.
    """
    fragments = bool(rng.random() < _WITH_FRAGMENTS)
    per_charge = max(4, _FRAGMENTS // ((1 + on_back) * len(places_m)))
    pieces = [strap("polyester", carrier_width_m, _CARRIER_M)]
    for at_back in (False, True)[: 1 + on_back]:
        middle = GIRTH_M / 2 if at_back else 0.0
        for x, y in places_m:
            shift = (middle + x, y, _CARRIER_M + 0.001)
            pieces.append(replace(charge.moved(shift), at_back=at_back))
            if fragments:
                layer = Piece("fragments", _fragments(rng, per_charge, size_m), "steel")
                layer = replace(layer, covers=_CLOTH, fit=charge.fit, at_back=at_back)
                pieces.append(layer.moved(shift))
    pieces.append(_supply(rng, places_m[:, 0].max() + size_m[0] / 2))
    attributes = {"fragments": fragments, "thickness_m": size_m[2]}
    return Made(tuple(pieces), attributes, GIRTH_M)


def _raster(columns: int, rows: int, pitch_m: tuple[float, float]) -> NDArray[np.float64]:
    """(columns x rows, 2) centres, even about the origin."""
    x, y = (
        pitch * (np.arange(n) - (n - 1) / 2)
        for n, pitch in zip((columns, rows), pitch_m, strict=True)
    )
    return np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)


def _fragments(rng: np.random.Generator, count: int, size_m: tuple[float, float, float]) -> Mesh:
    """Balls or short cylinders over the outer face, each in a cell of its own."""
    columns = max(1, round(np.sqrt(count * size_m[0] / size_m[1])))
    rows = max(1, round(count / columns))
    cells = _raster(columns, rows, (size_m[0] / columns, size_m[1] / rows))
    room = 0.5 * min(size_m[0] / columns, size_m[1] / rows)
    radius = min(rng.uniform(0.003, 0.006), 0.45 * room)
    is_ball = rng.random() < 0.5
    solids = []
    for x, y in cells + rng.uniform(-0.4, 0.4, cells.shape) * room:
        place = (x, y, size_m[2] + radius)
        if is_ball:
            solids.append(ellipsoid((radius,) * 3, place, sides=6, rings=3))
        else:
            bar = revolved([-1.2 * radius, 1.2 * radius], 0.8 * radius, sides=6)
            solids.append(turned(bar, "z", rng.uniform(0, 180), place))
    return Mesh.joined(*solids)


def _supply(rng: np.random.Generator, beside_m: float) -> Piece:
    """A coarse box for whatever feeds the device, next to the charges."""
    size = (rng.uniform(0.035, 0.06), rng.uniform(0.05, 0.08), rng.uniform(0.015, 0.025))
    substance = "steel" if rng.random() < 0.5 else "polymer"
    x = (beside_m + 0.5 * size[0] + 0.01) * rng.choice([-1.0, 1.0])
    return Piece("supply", box(size, (0, 0, size[2] / 2)), substance).moved((x, 0.0, 0.003))


def _family(
    name: str,
    split: Split,
    height_m: tuple[float, float],
    depth_m: tuple[float, float],
    make: Maker,
) -> Family:
    size = ((0.94, 1.17), height_m, depth_m)
    return Family("explosive", name, split, size, make, ThreatClass.EXPLOSIVE)


EXPLOSIVES: tuple[Family, ...] = (
    _family("block_belt", Split.TRAIN, (0.09, 0.16), (0.017, 0.08), _block_belt),
    _family("pipe_belt", Split.TRAIN, (0.12, 0.22), (0.03, 0.07), _pipe_belt),
    _family("block_vest", Split.TRAIN, (0.23, 0.37), (0.017, 0.07), _block_vest),
    _family("panel_belt", Split.TRAIN, (0.09, 0.16), (0.014, 0.055), _panel_belt),
    _family("panel_vest", Split.TRAIN, (0.13, 0.42), (0.014, 0.05), _panel_vest),
    _family("slab_belt", Split.TEST_ONLY, (0.10, 0.17), (0.02, 0.052), _slab_belt),
    _family("sheet_vest", Split.TEST_ONLY, (0.28, 0.40), (0.017, 0.045), _sheet_vest),
)
