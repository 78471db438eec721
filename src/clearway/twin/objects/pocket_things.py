"""Harmless things that fit a pocket."""

from __future__ import annotations

import numpy as np

from clearway.scattering import Mesh
from clearway.twin.objects.carried import Coating, Family, Made, Piece, Split
from clearway.twin.objects.solids import arc, bent_rod, bowed, box, extruded, revolved, turned

__all__ = ["POCKET_THINGS"]


def _phone(rng: np.random.Generator) -> Made:
    """Electronics behind glass: a metal plate for the curtain."""
    size = (rng.uniform(0.138, 0.168), rng.uniform(0.066, 0.079), rng.uniform(0.0072, 0.0095))
    return Made((Piece("slab", box(size), "aluminium").behind(Coating("glass", 0.0007)),))


def _folding_phone(rng: np.random.Generator) -> Made:
    size = (rng.uniform(0.084, 0.10), rng.uniform(0.070, 0.078), rng.uniform(0.0065, 0.008))
    half = Piece("half", box(size), "aluminium").behind(Coating("glass", 0.0007))
    return Made((half, half.moved((0.0, 0.0, size[2] + 0.001))))


def _key_bunch(rng: np.random.Generator) -> Made:
    return _keys(rng, int(rng.integers(3, 8)))


def _car_key(rng: np.random.Generator) -> Made:
    keys = _keys(rng, int(rng.integers(1, 4)))
    size = (rng.uniform(0.06, 0.08), rng.uniform(0.034, 0.042), rng.uniform(0.013, 0.018))
    fob = Piece("fob", box(size, (-0.055, 0, 0.012)), "polymer")
    return Made((*keys.pieces, fob), keys.attributes)


def _keys(rng: np.random.Generator, count: int) -> Made:
    ring = bent_rod(arc(rng.uniform(0.011, 0.015), 0, 345, points=20), 0.0012, sides=6, closed=True)
    pieces = [Piece("ring", ring, "steel")]
    for index in range(count):
        length, height = rng.uniform(0.048, 0.062), 0.0035 * index
        blade = box((length * 0.7, 0.009, 0.002), (0.014 + length * 0.6, 0, height))
        bow = revolved([-0.0009, 0.0009], 0.0125, sides=10)
        solid = Mesh.joined(blade, turned(bow, "y", 90, (0.02, 0, height)))
        pieces.append(Piece("key", solid, "steel").turned("z", rng.uniform(-60, 60)))
    return Made(tuple(pieces), {"keys": count})


def _wallet(rng: np.random.Generator) -> Made:
    """Folded leather about cards and, on top of them, a few coins."""
    size = (rng.uniform(0.098, 0.125), rng.uniform(0.08, 0.10), rng.uniform(0.012, 0.028))
    body = Piece("body", box(size), "leather")
    coins = int(rng.integers(0, 9))
    pieces = [body]
    for _ in range(coins):
        place = (rng.uniform(-0.3, 0.3) * size[0], rng.uniform(-0.3, 0.3) * size[1])
        coin = turned(revolved([0, 0.002], rng.uniform(0.0085, 0.0125), sides=12), "y", 90)
        lying = Piece("coin", coin, "steel").behind(Coating("leather", 0.002))
        height = 0.5 * size[2] + 0.003 + 0.0003 * len(pieces)
        pieces.append(lying.moved((*place, height)))
    return Made(tuple(pieces), {"coins": coins})


def _card_holder(rng: np.random.Generator) -> Made:
    size = (rng.uniform(0.09, 0.105), rng.uniform(0.058, 0.066), rng.uniform(0.007, 0.013))
    return Made((Piece("case", box(size), "aluminium"),))


def _hip_flask(rng: np.random.Generator) -> Made:
    """Flat, and curved about its length to follow the hip; full of a watery drink, all metal."""
    size = (rng.uniform(0.085, 0.098), rng.uniform(0.095, 0.125), rng.uniform(0.02, 0.026))
    body = bowed(box(size, edge_m=0.005, segments=10), 0.12)
    neck = turned(revolved([0, 0.025], 0.0095, sides=12), "z", 90, (0, size[1] / 2 - 0.004, 0))
    return Made(tuple(Piece("flask", mesh, "steel").turned("z", -90) for mesh in (body, neck)))


def _spectacle_case(rng: np.random.Generator) -> Made:
    length, width = rng.uniform(0.152, 0.172), rng.uniform(0.056, 0.07)
    depth = rng.uniform(0.032, 0.046)
    body = box((length, width, depth), edge_m=0.012)
    if rng.random() < 0.5:
        return Made((Piece("case", body, "aluminium").behind(Coating("leather", 0.001)),))
    frame = box((length - 0.03, 0.04, 0.012))
    return Made(
        (
            Piece("case", body, "polymer", wall_m=0.002, opaque=False),
            Piece("spectacles", frame, "polymer", wall_m=0.003),
        )
    )


def _medical_pump(rng: np.random.Generator) -> Made:
    """Insulin pump or heart recorder: batteries and boards in a plastic case, and its tube."""
    size = (rng.uniform(0.08, 0.10), rng.uniform(0.05, 0.06), rng.uniform(0.018, 0.025))
    case = Piece("case", box(size), "aluminium").behind(Coating("polymer", 0.002))
    reach = np.linspace(0.0, rng.uniform(0.15, 0.25), 8)
    path = np.column_stack([size[0] / 2 - 0.004 + reach, 0.02 * np.sin(20 * reach), 0 * reach])
    return Made((case, Piece("tube", bent_rod(path, 0.0015, sides=6), "polymer")))


def _multi_tool(rng: np.random.Generator) -> Made:
    """A multi-tool or folding knife in its sheath."""
    size = (rng.uniform(0.095, 0.118), rng.uniform(0.024, 0.04), rng.uniform(0.012, 0.02))
    tool = extruded(0.5 * np.array(size[:2]) * [(-1, -1), (1, -0.8), (1, 0.8), (-1, 1)], size[2])
    return Made((Piece("tool", tool, "steel").behind(Coating("leather", 0.002)),))


_TRAIN, _TEST = Split.TRAIN, Split.TEST_ONLY

POCKET_THINGS: tuple[Family, ...] = tuple(
    Family(*row)
    for row in (
        ("phone", "slab", _TRAIN, ((0.138, 0.168), (0.066, 0.079), (0.007, 0.01)), _phone),
        ("phone", "folded", _TEST, ((0.084, 0.10), (0.07, 0.078), (0.013, 0.018)), _folding_phone),
        ("keys", "bunch", _TRAIN, ((0.04, 0.10), (0.02, 0.13), (0.005, 0.03)), _key_bunch),
        ("keys", "car_key", _TEST, ((0.11, 0.18), (0.03, 0.13), (0.015, 0.03)), _car_key),
        ("wallet", "bifold", _TRAIN, ((0.098, 0.125), (0.08, 0.10), (0.012, 0.036)), _wallet),
        (
            "wallet",
            "card_holder",
            _TEST,
            ((0.09, 0.105), (0.058, 0.066), (0.007, 0.013)),
            _card_holder,
        ),
        ("hip_flask", "curved", _TRAIN, ((0.11, 0.15), (0.08, 0.105), (0.025, 0.045)), _hip_flask),
        (
            "spectacle_case",
            "hard",
            _TRAIN,
            ((0.152, 0.172), (0.056, 0.07), (0.032, 0.046)),
            _spectacle_case,
        ),
        (
            "medical_pump",
            "belt_pump",
            _TRAIN,
            ((0.22, 0.36), (0.05, 0.065), (0.018, 0.025)),
            _medical_pump,
        ),
        (
            "pocket_tool",
            "multi_tool",
            _TEST,
            ((0.095, 0.118), (0.024, 0.04), (0.012, 0.02)),
            _multi_tool,
        ),
    )
)
