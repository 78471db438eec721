"""Long guns and handguns as coarse outer shapes.

Only what a radar of 8 to 18 GHz resolves: the envelope of the main masses, and which of them are
metal.  There is no mechanism, no bore and no moving part.  Along x the muzzle is ahead, along y
the sights are up.  Overall lengths after the classes of `docs`: handguns of about 185 mm (full
size), 160 mm (compact) and 150 mm (subcompact), sub-machine guns of 400 to 560 mm, rifles of
about 650 mm folded and 880 mm with the stock out, hunting guns up to 1.1 m.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from clearway.domain.threat import ThreatClass
from clearway.scattering import Mesh
from clearway.twin.objects.carried import Coating, Family, Made, Maker, Piece, Split
from clearway.twin.objects.solids import bent_rod, box, extruded, revolved, rod, turned

__all__ = ["FIREARMS"]

_HANGS_AT = 0.2
"""Part of the length from the butt at which a long gun lies against its sling or hand."""


@dataclass(frozen=True)
class _Layout:
    """Where along a long gun its masses lie, from the butt; metres."""

    length: float
    receiver: tuple[float, float]
    handguard_end: float
    furniture: str


def _stocked_rifle(rng: np.random.Generator) -> Made:
    length, stock = rng.uniform(0.84, 1.02), rng.uniform(0.22, 0.28)
    layout = _layout(rng, length, stock, rng.uniform(0.20, 0.26))
    butt = _butt(rng, stock, layout.furniture)
    return _assembled(layout, (butt, *_action(rng, layout), *_magazine(rng, layout.receiver)))


def _folded_rifle(rng: np.random.Generator) -> Made:
    length = rng.uniform(0.60, 0.72)
    layout = _layout(rng, length, 0.0, rng.uniform(0.22, 0.27))
    stock = _skeleton(rng, 0.015, rng.uniform(0.20, 0.25), rng.uniform(0.026, 0.034))
    return _assembled(layout, (stock, *_action(rng, layout), *_magazine(rng, layout.receiver)))


def _sub_machine_gun(rng: np.random.Generator) -> Made:
    length = rng.uniform(0.40, 0.56)
    layout = _layout(rng, length, 0.0, length * rng.uniform(0.5, 0.6))
    return _assembled(layout, (*_action(rng, layout), *_magazine(rng, layout.receiver)))


def _pump_gun(rng: np.random.Generator) -> Made:
    length, stock = rng.uniform(0.92, 1.10), rng.uniform(0.28, 0.34)
    layout = _layout(rng, length, stock, rng.uniform(0.18, 0.22))
    front = layout.receiver[1]
    tube = rod((front - 0.01, -0.028, 0), (front + rng.uniform(0.3, 0.42), -0.028, 0), 0.012)
    pieces = (
        _butt(rng, stock, layout.furniture),
        *_action(rng, layout, pistol_grip=False),
        Piece("tube", tube, "steel"),
    )
    return _assembled(layout, pieces)


def _bullpup(rng: np.random.Generator) -> Made:
    length = rng.uniform(0.66, 0.80)
    body = length * rng.uniform(0.68, 0.76)
    top, deep = rng.uniform(0.03, 0.04), rng.uniform(0.07, 0.10)
    outline = [(0, -deep), (body, -0.045), (body, top), (0, top)]
    layout = _Layout(length, (0.02, body - 0.02), body + 0.01, "polymer")
    pieces = (
        Piece("inner", box((body - 0.05, 0.05, 0.034), (body / 2, 0, 0)), "steel").behind(
            Coating("polymer", 0.004)
        ),
        Piece("shell", extruded(outline, 0.046), "polymer", wall_m=0.004, opaque=False),
        Piece("grip", _grip(body * 0.62, -0.03, 0.10), "polymer"),
        *_magazine(rng, (0.06, body * 0.42)),
        Piece("barrel", rod((body - 0.01, 0.005, 0), (length, 0.005, 0), 0.010), "steel"),
    )
    return _assembled(layout, pieces)


def _double_barrel(rng: np.random.Generator) -> Made:
    length, stock = rng.uniform(1.01, 1.14), rng.uniform(0.32, 0.37)
    layout = _layout(rng, length, stock, 0.09)
    pieces = [_butt(rng, stock, "wood"), *_action(rng, layout, pistol_grip=False)]
    below = rod((stock + 0.05, -0.013, 0), (length - 0.001, -0.013, 0), 0.011)
    return _assembled(layout, (*pieces, Piece("lower_barrel", below, "steel")))


def _layout(
    rng: np.random.Generator, length_m: float, stock_m: float, receiver_m: float
) -> _Layout:
    front = stock_m + receiver_m
    handguard = front + rng.uniform(0.4, 0.65) * (length_m - front)
    return _Layout(length_m, (stock_m, front), handguard, str(rng.choice(["wood", "polymer"])))


def _action(
    rng: np.random.Generator, layout: _Layout, *, pistol_grip: bool = True
) -> tuple[Piece, ...]:
    """Receiver, barrel, handguard and grip."""
    back, front = layout.receiver
    height, width = rng.uniform(0.05, 0.065), rng.uniform(0.034, 0.044)
    wall, radius = rng.uniform(0.003, 0.007), rng.uniform(0.008, 0.011)
    end = layout.handguard_end
    receiver = box((front - back, height, width), ((front + back) / 2, 0, 0))
    guard = box((end - front, 0.045, width + 0.004), ((end + front) / 2, 0.004, 0), edge_m=0.008)
    covered = rod((front - 0.01, 0.014, 0), (end, 0.014, 0), radius)
    free = rod((end - 0.001, 0.014, 0), (layout.length, 0.014, 0), 0.95 * radius)
    pieces = [
        Piece("receiver", receiver, "steel"),
        Piece("barrel_covered", covered, "steel").behind(Coating(layout.furniture, wall)),
        Piece("barrel", free, "steel"),
        Piece("handguard", guard, layout.furniture, wall_m=wall, opaque=False),
    ]
    if pistol_grip:
        pieces.append(Piece("grip", _grip(back + 0.03, -0.02, rng.uniform(0.09, 0.11)), "polymer"))
    return tuple(pieces)


def _grip(x_m: float, y_m: float, length_m: float) -> Mesh:
    outline = [(0, 0), (-0.022, -length_m), (0.02, -length_m), (0.042, 0)]
    return extruded(np.add(outline, (x_m, y_m)), 0.03, taper=0.1)


def _magazine(rng: np.random.Generator, span_m: tuple[float, float]) -> tuple[Piece, ...]:
    """Slanted box below the receiver; the polymer kind is full, hence metal behind a wall."""
    length, slant = rng.uniform(0.12, 0.22), rng.uniform(0.0, 25.0)
    x = span_m[0] + rng.uniform(0.55, 0.85) * (span_m[1] - span_m[0])
    upright = box((rng.uniform(0.035, 0.065), length, 0.026), (0, -length / 2, 0))
    piece = Piece("magazine", turned(upright, "z", slant, (x, -0.015, 0)), "steel")
    return (piece if rng.random() < 0.6 else piece.behind(Coating("polymer", 0.002)),)


def _butt(rng: np.random.Generator, length_m: float, substance: str) -> Piece:
    """Stock with its end at x = 0; one in four is a metal skeleton."""
    if rng.random() < 0.25:
        return _skeleton(rng, 0.0, length_m + 0.01, 0.0)
    drop = rng.uniform(0.09, 0.13)
    outline = [(0, -drop), (length_m + 0.015, -0.022), (length_m + 0.015, 0.018), (0, 0.01)]
    return Piece("stock", extruded(outline, rng.uniform(0.032, 0.042), taper=0.12), substance)


def _skeleton(rng: np.random.Generator, start_m: float, length_m: float, z_m: float) -> Piece:
    end, drop = start_m + length_m, rng.uniform(0.05, 0.09)
    path = [
        (end, 0, z_m),
        (start_m + 0.01, 0, z_m),
        (start_m + 0.01, -drop, z_m),
        (end, -0.02, z_m),
    ]
    return Piece("stock", bent_rod(path, 0.006), "steel")


def _assembled(layout: _Layout, pieces: tuple[Piece, ...]) -> Made:
    shift = (-_HANGS_AT * layout.length, 0.0, 0.0)
    return Made(tuple(piece.moved(shift) for piece in pieces), {"length_m": layout.length})


def _pistol(rng: np.random.Generator, length_m: tuple[float, float], height_m: float) -> Made:
    length, height = rng.uniform(*length_m), height_m * rng.uniform(0.95, 1.05)
    frame = str(rng.choice(["polymer", "steel"], p=[0.65, 0.35]))
    slide = box((length, 0.030, rng.uniform(0.024, 0.030)))
    lower = box((length * rng.uniform(0.75, 0.92), 0.022, 0.023), (-0.01, -0.024, 0))
    return _centred_pistol(
        frame,
        height,
        (Piece("slide", slide, "steel"), Piece("frame", lower, frame)),
        grip_x_m=-length / 2 + 0.018,
    )


def _centred_pistol(frame: str, height_m: float, upper: tuple[Piece, ...], grip_x_m: float) -> Made:
    """Add the grip: the metal of its magazine behind a wall, where the frame is polymer."""
    drop = height_m - 0.03
    outline = [(0, 0), (-0.016, -drop), (0.034, -drop), (0.05, 0)]
    grip = extruded(np.add(outline, (grip_x_m, -0.016)), 0.028, taper=0.08)
    piece = Piece("grip", grip, "steel")
    if frame == "polymer":
        piece = piece.behind(Coating("polymer", 0.003))
    return Made((*upper, piece), {"frame": frame})


def _full_size(rng: np.random.Generator) -> Made:
    return _pistol(rng, (0.178, 0.205), 0.132)


def _compact(rng: np.random.Generator) -> Made:
    return _pistol(rng, (0.155, 0.170), 0.118)


def _subcompact(rng: np.random.Generator) -> Made:
    return _pistol(rng, (0.142, 0.152), 0.105)


def _pocket(rng: np.random.Generator) -> Made:
    return _pistol(rng, (0.115, 0.136), 0.092)


def _revolver(rng: np.random.Generator) -> Made:
    barrel, drum = rng.uniform(0.055, 0.115), rng.uniform(0.017, 0.020)
    cylinder = revolved([-0.002, 0.038], [drum, drum], sides=12)
    upper = (
        Piece("frame", box((0.075, 0.036, 0.016), (0.005, -0.004, 0)), "steel"),
        Piece("drum", cylinder, "steel"),
        Piece("barrel", rod((0.035, 0.006, 0), (0.04 + barrel, 0.006, 0), 0.0085), "steel"),
    )
    grip = str(rng.choice(["wood", "polymer"]))
    drop = rng.uniform(0.075, 0.095)
    outline = [(-0.036, 0.004), (-0.062, -drop), (-0.024, -drop), (0.0, -0.012)]
    return Made(
        (*upper, Piece("grip", extruded(outline, 0.030, taper=0.1), grip)), {"barrel_m": barrel}
    )


_REST = ((0.08, 0.30), (0.028, 0.075))
"""Height and thickness of any long gun."""


def _long(name: str, split: Split, length_m: tuple[float, float], make: Maker) -> Family:
    return Family("long_gun", name, split, (length_m, *_REST), make, ThreatClass.LONG_GUN)


def _hand(
    name: str,
    split: Split,
    length_m: tuple[float, float],
    height_m: tuple[float, float],
    make: Maker,
) -> Family:
    size = (length_m, height_m, (0.024, 0.042))
    return Family("handgun", name, split, size, make, ThreatClass.HANDGUN)


FIREARMS: tuple[Family, ...] = (
    _long("stocked_rifle", Split.TRAIN, (0.84, 1.02), _stocked_rifle),
    _long("folded_stock_rifle", Split.TRAIN, (0.60, 0.72), _folded_rifle),
    _long("sub_machine_gun", Split.TRAIN, (0.40, 0.56), _sub_machine_gun),
    _long("pump_gun", Split.TRAIN, (0.92, 1.10), _pump_gun),
    _long("bullpup", Split.TEST_ONLY, (0.66, 0.80), _bullpup),
    _long("double_barrel", Split.TEST_ONLY, (1.00, 1.14), _double_barrel),
    _hand("full_size", Split.TRAIN, (0.178, 0.207), (0.12, 0.15), _full_size),
    _hand("compact", Split.TRAIN, (0.155, 0.176), (0.105, 0.135), _compact),
    _hand("subcompact", Split.TRAIN, (0.142, 0.158), (0.095, 0.12), _subcompact),
    _hand("pocket", Split.TEST_ONLY, (0.115, 0.142), (0.08, 0.11), _pocket),
    _hand("revolver", Split.TEST_ONLY, (0.15, 0.22), (0.085, 0.125), _revolver),
)
