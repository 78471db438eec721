"""Harmless things held in the hand, worn on a strap or carried in a bag."""

from __future__ import annotations

import numpy as np

from clearway.scattering import Mesh
from clearway.twin.objects.carried import Coating, Family, Made, Piece, Split
from clearway.twin.objects.solids import arc, bent_rod, box, revolved, rod, shifted, turned

__all__ = ["HELD_THINGS", "books"]


def _laptop(
    size_m: tuple[tuple[float, float], tuple[float, float]], rng: np.random.Generator
) -> Made:
    length, width = rng.uniform(*size_m[0]), rng.uniform(*size_m[1])
    thickness = rng.uniform(0.015, 0.022)
    if rng.random() < 0.6:
        return Made((Piece("case", box((length, width, thickness)), "aluminium"),))
    inner = box((length - 0.02, width - 0.02, thickness - 0.005))
    shell = box((length, width, thickness))
    return Made(
        (
            Piece("case", shell, "polymer", 0.002, opaque=False),
            Piece("boards", inner, "aluminium").behind(Coating("polymer", 0.002)),
        )
    )


def _small_laptop(rng: np.random.Generator) -> Made:
    return _laptop(((0.295, 0.33), (0.205, 0.24)), rng)


def _large_laptop(rng: np.random.Generator) -> Made:
    return _laptop(((0.345, 0.39), (0.24, 0.27)), rng)


def _tablet(rng: np.random.Generator) -> Made:
    size = (rng.uniform(0.195, 0.285), rng.uniform(0.134, 0.215), rng.uniform(0.006, 0.008))
    return Made((Piece("slab", box(size), "aluminium").behind(Coating("glass", 0.0007)),))


def _reader(rng: np.random.Generator) -> Made:
    """Mostly plastic, with the battery as the only large metal."""
    size = (rng.uniform(0.155, 0.175), rng.uniform(0.11, 0.13), rng.uniform(0.008, 0.01))
    shell = Piece("shell", box(size), "polymer", 0.002, opaque=False)
    battery = box((size[0] * 0.45, size[1] * 0.6, size[2] - 0.005))
    return Made((shell, Piece("battery", battery, "aluminium").behind(Coating("polymer", 0.002))))


_BOTTLE = np.array([(0, 0.9), (0.02, 1), (0.68, 1), (0.86, 0.42), (0.98, 0.38), (1, 0.36)])
"""Place along the length, radius, as parts of the whole."""


def _water_bottle(rng: np.random.Generator) -> Made:
    """A surface of water behind a thin plastic film; above its level only the film."""
    length, radius = rng.uniform(0.20, 0.31), rng.uniform(0.031, 0.044)
    level = rng.uniform(0.3, 0.95) * 0.68
    wall = Coating("polymer", 0.0004)
    water = revolved(
        np.array([0.004, 0.02, level]) * length, np.array([0.9, 1, 1]) * (radius - 0.0006)
    )
    pieces = (
        _bottle(length, radius, "polymer", 0.0004),
        Piece("water", water, "water", covers=(wall,)),
    )
    return Made(
        tuple(piece.moved((-length / 2, 0, 0)) for piece in pieces), {"level": level / 0.68}
    )


def _glass_bottle(rng: np.random.Generator) -> Made:
    length, radius = rng.uniform(0.23, 0.32), rng.uniform(0.030, 0.040)
    pieces = [_bottle(length, radius, "glass", 0.003)]
    full = rng.random() < 0.7
    if full:
        water = revolved(
            np.array([0.01, 0.03, 0.62]) * length, np.array([0.9, 1, 1]) * (radius - 0.003)
        )
        pieces.append(Piece("water", water, "water", covers=(Coating("glass", 0.003),)))
    return Made(tuple(piece.moved((-length / 2, 0, 0)) for piece in pieces), {"full": full})


def _steel_bottle(rng: np.random.Generator) -> Made:
    length, radius = rng.uniform(0.22, 0.31), rng.uniform(0.031, 0.042)
    shape = np.array([(0, 0.95), (0.02, 1), (0.75, 1), (0.82, 0.7)]) * [length, radius]
    lid = rod((0.815 * length, 0, 0), (length, 0, 0), 0.66 * radius)
    pieces = (Piece("flask", revolved(*shape.T), "steel"), Piece("lid", lid, "polymer"))
    return Made(tuple(piece.moved((-length / 2, 0, 0)) for piece in pieces))


def _bottle(length_m: float, radius_m: float, substance: str, wall_m: float) -> Piece:
    mesh = revolved(*(_BOTTLE * [length_m, radius_m]).T)
    return Piece("bottle", mesh, substance, wall_m, opaque=False)


def _folding_umbrella(rng: np.random.Generator) -> Made:
    """Cloth rolled round a bundle of metal ribs."""
    return _rolled(rng.uniform(0.22, 0.32), rng.uniform(0.02, 0.03), straight_m=0.05)


def _long_umbrella(rng: np.random.Generator) -> Made:
    length = rng.uniform(0.84, 0.95)
    roll = _rolled(length - 0.08, rng.uniform(0.018, 0.026), straight_m=0.0)
    bow = arc(0.04, 0, 180)[:, [1, 0, 2]] * [-1, 1, 1] + [-length / 2 + 0.05, 0.04, 0]
    handle = np.concatenate([bow, [[-length / 2 + 0.14, -0.0, 0]]])[:, :]
    return Made((*roll.pieces, Piece("handle", bent_rod(handle, 0.009), "wood")))


def _rolled(length_m: float, radius_m: float, straight_m: float) -> Made:
    x = np.array([-0.5, -0.47, 0.3, 0.5]) * length_m + [straight_m, straight_m, 0, 0]
    profile = np.array([0.75, 1.0, 0.85, 0.45])
    cloth = Piece("cloth", revolved(x, profile * radius_m), "polyester", 0.004, opaque=False)
    ribs = revolved(np.add(x, (0.002, 0, 0, 0.02)), profile * (radius_m - 0.005))
    pieces = [cloth, Piece("ribs", ribs, "steel").behind(Coating("polyester", 0.004))]
    if straight_m:
        grip = rod((-length_m / 2, 0, 0), (x[0] + 0.001, 0, 0), 0.6 * radius_m)
        pieces.append(Piece("handle", grip, "polymer"))
    return Made(tuple(pieces))


def _compact_camera(rng: np.random.Generator) -> Made:
    return _camera(rng, (0.095, 0.115), (0.056, 0.068), (0.022, 0.032), 0.02)


def _reflex_camera(rng: np.random.Generator) -> Made:
    return _camera(rng, (0.128, 0.15), (0.09, 0.112), (0.048, 0.065), 0.11)


def _camera(
    rng: np.random.Generator,
    length_m: tuple[float, float],
    height_m: tuple[float, float],
    depth_m: tuple[float, float],
    lens_m: float,
) -> Made:
    """Metal behind plastic, with the front of the lens as a disc of glass."""
    size = (rng.uniform(*length_m), rng.uniform(*height_m), rng.uniform(*depth_m))
    long, radius = lens_m * rng.uniform(0.6, 1.4), 0.38 * size[1]
    barrel = turned(revolved([0, long + 0.004], radius), "y", -90, (0, 0, size[2] / 2 - 0.004))
    glass = turned(revolved([0, 0.005], 0.8 * radius), "y", -90, (0, 0, size[2] / 2 + long - 0.003))
    skin = Coating("polymer", 0.0015)
    return Made(
        (
            Piece("body", box(size), "aluminium").behind(skin),
            Piece("lens", barrel, "aluminium").behind(skin),
            Piece("front_glass", glass, "glass"),
        ),
        {"lens_m": long},
    )


def books(rng: np.random.Generator, room_m: tuple[float, float, float]) -> tuple[Piece, ...]:
    """A pile along z of books that fit a room, with gaps of a millimetre between them."""
    pieces, top = [], 0.0
    while (thickness := rng.uniform(0.012, 0.045)) + top < room_m[2]:
        size = tuple(rng.uniform(0.7, 1.0, 2) * np.minimum(room_m[:2], (0.30, 0.22)))
        slack = 0.5 * (np.array(room_m[:2]) - size) * rng.uniform(-1, 1, 2)
        mesh = box((*size, thickness), (*slack, top + thickness / 2))
        pieces.append(Piece("book", mesh, "paper"))
        top += thickness + 0.001
    return tuple(pieces)


def _book_pile(rng: np.random.Generator) -> Made:
    pile = books(rng, (0.30, 0.22, rng.uniform(0.05, 0.10)))
    return Made(pile, {"books": len(pile)})


def _spanner(rng: np.random.Generator) -> Made:
    length, width = rng.uniform(0.18, 0.32), rng.uniform(0.016, 0.024)
    shaft = box((length * 0.8, width, 0.007))
    jaws = [
        turned(
            revolved([-0.006, 0.006], rng.uniform(1.0, 1.3) * width, sides=10), "y", 90, (x, 0, 0)
        )
        for x in (-0.42 * length, 0.42 * length)
    ]
    return Made((Piece("spanner", Mesh.joined(shaft, *jaws), "steel"),))


def _drill(rng: np.random.Generator) -> Made:
    """Cordless drill: the nearest thing in shape to a handgun that people carry."""
    length, drop = rng.uniform(0.17, 0.22), rng.uniform(0.13, 0.17)
    covered = Coating("polymer", 0.003)
    motor = revolved(np.array([-0.5, -0.45, 0.2, 0.25]) * length, [0.022, 0.03, 0.03, 0.022])
    chuck = rod((0.24 * length, 0, 0), (0.5 * length, 0, 0), 0.018)
    grip = box((0.038, drop, 0.034), (-0.2 * length, -drop / 2, 0), edge_m=0.006)
    pack = box((0.11, 0.05, 0.065), (-0.15 * length, -drop - 0.02, 0), edge_m=0.005)
    return Made(
        (
            Piece("motor", motor, "steel").behind(covered),
            Piece("chuck", chuck, "steel"),
            Piece("grip", grip, "polymer"),
            Piece("pack", pack, "steel").behind(covered),
        )
    )


def _food_box(rng: np.random.Generator) -> Made:
    size = (rng.uniform(0.15, 0.22), rng.uniform(0.10, 0.16), rng.uniform(0.045, 0.08))
    filled = rng.uniform(0.4, 0.9) * (size[2] - 0.004)
    food = box((size[0] - 0.006, size[1] - 0.006, filled), (0, 0, 0.003 - size[2] / 2 + filled / 2))
    shell = Piece("box", box(size), "polymer", 0.0015, opaque=False)
    return Made((shell, Piece("food", food, "food").behind(Coating("polymer", 0.0015))))


def _lunch_tin(rng: np.random.Generator) -> Made:
    size = (rng.uniform(0.16, 0.20), rng.uniform(0.11, 0.14), rng.uniform(0.04, 0.065))
    return Made((Piece("tin", box(size, edge_m=0.006), "aluminium"),))


def _headphones(rng: np.random.Generator) -> Made:
    radius = rng.uniform(0.075, 0.09)
    band = bent_rod(arc(radius, 0, 180, points=16), 0.004, sides=6)
    cup = turned(revolved([-0.018, 0.018], rng.uniform(0.033, 0.042)), "y", 90)
    cups = [shifted(cup, (x, -0.01, 0)) for x in (-radius, radius)]
    return Made(
        (
            Piece("band", band, "steel").behind(Coating("polymer", 0.002)),
            Piece("cups", Mesh.joined(*cups), "polymer", 0.003),
        )
    )


_TRAIN, _TEST = Split.TRAIN, Split.TEST_ONLY

HELD_THINGS: tuple[Family, ...] = tuple(
    Family(*row)
    for row in (
        ("laptop", "small", _TRAIN, ((0.295, 0.33), (0.205, 0.24), (0.015, 0.022)), _small_laptop),
        ("laptop", "large", _TEST, ((0.345, 0.39), (0.24, 0.27), (0.015, 0.022)), _large_laptop),
        ("tablet", "tablet", _TRAIN, ((0.195, 0.285), (0.134, 0.215), (0.006, 0.008)), _tablet),
        ("tablet", "reader", _TEST, ((0.155, 0.175), (0.11, 0.13), (0.008, 0.01)), _reader),
        ("bottle", "water", _TRAIN, ((0.20, 0.31), (0.06, 0.092), (0.06, 0.092)), _water_bottle),
        ("bottle", "steel", _TRAIN, ((0.22, 0.31), (0.06, 0.088), (0.06, 0.088)), _steel_bottle),
        ("bottle", "glass", _TEST, ((0.23, 0.32), (0.058, 0.084), (0.058, 0.084)), _glass_bottle),
        (
            "umbrella",
            "folding",
            _TRAIN,
            ((0.23, 0.35), (0.039, 0.063), (0.039, 0.063)),
            _folding_umbrella,
        ),
        ("umbrella", "long", _TEST, ((0.80, 0.95), (0.05, 0.13), (0.034, 0.055)), _long_umbrella),
        (
            "camera",
            "compact",
            _TRAIN,
            ((0.095, 0.115), (0.056, 0.068), (0.03, 0.065)),
            _compact_camera,
        ),
        ("camera", "reflex", _TEST, ((0.128, 0.15), (0.09, 0.112), (0.11, 0.23)), _reflex_camera),
        ("books", "pile", _TRAIN, ((0.2, 0.31), (0.15, 0.225), (0.01, 0.1)), _book_pile),
        ("tool", "spanner", _TRAIN, ((0.17, 0.34), (0.03, 0.066), (0.007, 0.013)), _spanner),
        ("tool", "drill", _TEST, ((0.16, 0.23), (0.19, 0.26), (0.06, 0.07)), _drill),
        ("food_box", "plastic", _TRAIN, ((0.15, 0.22), (0.10, 0.16), (0.045, 0.08)), _food_box),
        ("food_box", "tin", _TEST, ((0.16, 0.20), (0.11, 0.14), (0.04, 0.065)), _lunch_tin),
        ("headphones", "over_ear", _TRAIN, ((0.2, 0.28), (0.1, 0.16), (0.03, 0.04)), _headphones),
    )
)
