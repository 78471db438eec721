"""What helps people walk, and whom they carry.

Long aids have their origin in the hand and reach down along +x.
"""

from __future__ import annotations

import numpy as np

from clearway.scattering import Mesh
from clearway.twin.objects.carried import Coating, Family, Made, Piece, Split
from clearway.twin.objects.solids import arc, bent_rod, box, ellipsoid, revolved, rod, turned

__all__ = ["AIDS"]


def _shank(rng: np.random.Generator) -> Made:
    """Leg prosthesis: a metal tube with its adapters, under a socket.

    The body model keeps its leg; the tube lies before it.
    """
    length, radius = rng.uniform(0.22, 0.34), rng.uniform(0.014, 0.018)
    socket = revolved(np.array([0.0, 0.03, 0.14]) - length / 2 - 0.12, [0.045, 0.052, 0.058])
    adapters = [
        box((0.04, 0.045, 0.045), (x, 0, 0), edge_m=0.006)
        for x in (-length / 2 + 0.035, length / 2 - 0.022)
    ]
    tube = rod((-length / 2, 0, 0), (length / 2, 0, 0), radius)
    return Made(
        (
            Piece("tube", Mesh.joined(tube, *adapters), "aluminium"),
            Piece("socket", socket, "polymer", 0.005),
        )
    )


def _leg_brace(rng: np.random.Generator) -> Made:
    """Two metal uprights with joints, and padded cuffs, outside the leg."""
    length, apart = rng.uniform(0.40, 0.62), rng.uniform(0.09, 0.12)
    bars = [box((length, 0.018, 0.004), (0, y, 0)) for y in (-apart / 2, apart / 2)]
    joints = [
        turned(revolved([-0.005, 0.005], 0.022, sides=12), "y", 90, (0, y, 0))
        for y in (-apart / 2, apart / 2)
    ]
    cuffs = [
        box((0.05, apart - 0.02, 0.006), (x, 0, 0))
        for x in np.array([-0.42, -0.15, 0.2, 0.44]) * length
    ]
    return Made(
        (
            Piece("uprights", Mesh.joined(*bars, *joints), "aluminium"),
            Piece("cuffs", Mesh.joined(*cuffs), "foam", 0.006),
        )
    )


def _forearm_hook(rng: np.random.Generator) -> Made:
    length = rng.uniform(0.20, 0.26)
    shell = revolved(np.array([-0.5, -0.4, 0.5]) * length, [0.048, 0.05, 0.033])
    hook = np.add(arc(0.028, -90, 120), (length / 2 + 0.05, 0.028, 0))
    path = np.concatenate([[[length / 2 - 0.01, 0, 0]], hook])
    return Made(
        (
            Piece("shell", shell, "polymer", 0.004),
            Piece("hook", bent_rod(path, 0.006), "steel"),
        )
    )


def _forearm_crutch(rng: np.random.Generator) -> Made:
    below, above = rng.uniform(0.68, 0.82), rng.uniform(0.20, 0.25)
    tube = bent_rod([(-above, 0, 0.03), (0, 0, 0), (below - 0.03, 0, 0)], 0.011)
    cuff = arc(0.05, 20, 340, points=16)[:, [2, 1, 0]] + [-above + 0.02, 0, 0.04]
    return Made(
        (
            Piece("tube", tube, "aluminium"),
            Piece("handle", rod((0, -0.005, 0), (0, 0.11, 0), 0.015), "polymer"),
            Piece("cuff", bent_rod(cuff, 0.006, sides=6), "polymer"),
            Piece("tip", rod((below - 0.05, 0, 0), (below, 0, 0), 0.017), "rubber"),
        )
    )


def _axillary_crutch(rng: np.random.Generator) -> Made:
    below, above = rng.uniform(0.70, 0.82), rng.uniform(0.42, 0.52)
    legs = [
        bent_rod([(-above, y, 0), (0.25 * below, y, 0), (0.6 * below, 0.2 * y, 0)], 0.009)
        for y in (-0.055, 0.055)
    ]
    foot = rod((0.5 * below, 0, 0), (below, 0, 0), 0.0105)
    return Made(
        (
            Piece("tubes", Mesh.joined(*legs, foot), "aluminium"),
            Piece("handle", rod((0, -0.06, 0), (0, 0.06, 0), 0.014), "polymer"),
            Piece("pad", rod((-above, -0.085, 0), (-above, 0.085, 0), 0.022), "foam"),
        )
    )


def _wooden_stick(rng: np.random.Generator) -> Made:
    length, radius = rng.uniform(0.80, 0.93), rng.uniform(0.009, 0.012)
    bow = arc(0.05, 0, 180)[:, [1, 0, 2]] * [-1, 1, 1] + [0, 0.05, 0]
    path = np.concatenate([bow, [[0.1, 0, 0], [length, 0, 0]]])
    return Made((Piece("stick", bent_rod(path, radius), "wood"),))


def _metal_stick(rng: np.random.Generator) -> Made:
    length = rng.uniform(0.76, 0.90)
    return Made(
        (
            Piece("tube", rod((-0.01, 0, 0), (length, 0, 0), 0.011), "aluminium"),
            Piece("handle", rod((-0.012, -0.03, 0), (-0.012, 0.09, 0), 0.014), "polymer"),
        )
    )


def _infant(rng: np.random.Generator) -> Made:
    return _child(rng, rng.uniform(0.55, 0.75))


def _toddler(rng: np.random.Generator) -> Made:
    return _child(rng, rng.uniform(0.82, 0.98))


def _child(rng: np.random.Generator, height_m: float) -> Made:
    """Head, trunk and limbs as ellipsoids, sitting on the arm; head towards -x."""
    head, trunk = 0.115 * height_m + 0.012, 0.24 * height_m
    width = 0.105 * height_m + 0.02
    clothes = (Coating("polyester", 0.002),)
    lean = rng.uniform(-0.02, 0.02)
    limbs = [
        (0.36 * height_m, (0.1 * height_m, side * 0.9 * width, 0.05), 0.036, 35 * side)
        for side in (-1, 1)
    ]
    solids = [ellipsoid((trunk, width, 0.75 * width))]
    for length, place, radius, angle in limbs:
        leg = ellipsoid((length / 2, radius, radius))
        solids.append(turned(leg, "z", angle, (trunk * 0.75, place[1], place[2])))
        arm = ellipsoid((0.32 * length, 0.7 * radius, 0.7 * radius))
        solids.append(turned(arm, "z", angle, (-0.4 * trunk, 1.1 * place[1], 0.02)))
    skull = ellipsoid((1.1 * head, 0.85 * head, 0.95 * head), (-trunk - 0.75 * head, lean, 0))
    return Made(
        (
            Piece("head", skull, "skin"),
            Piece("body", Mesh.joined(*solids), "skin", covers=clothes),
        ),
        {"height_m": height_m},
    )


_TRAIN, _TEST = Split.TRAIN, Split.TEST_ONLY

AIDS: tuple[Family, ...] = tuple(
    Family(*row)
    for row in (
        ("prosthesis", "shank", _TRAIN, ((0.3, 0.48), (0.1, 0.13), (0.1, 0.13)), _shank),
        (
            "prosthesis",
            "leg_brace",
            _TRAIN,
            ((0.40, 0.62), (0.12, 0.18), (0.008, 0.02)),
            _leg_brace,
        ),
        (
            "prosthesis",
            "forearm_hook",
            _TEST,
            ((0.27, 0.36), (0.09, 0.12), (0.09, 0.11)),
            _forearm_hook,
        ),
        ("crutch", "forearm", _TRAIN, ((0.88, 1.08), (0.1, 0.18), (0.09, 0.13)), _forearm_crutch),
        ("crutch", "axillary", _TEST, ((1.12, 1.38), (0.16, 0.18), (0.04, 0.05)), _axillary_crutch),
        (
            "walking_stick",
            "wooden",
            _TRAIN,
            ((0.84, 1.0), (0.11, 0.13), (0.017, 0.026)),
            _wooden_stick,
        ),
        ("walking_stick", "metal", _TEST, ((0.78, 0.93), (0.11, 0.13), (0.02, 0.03)), _metal_stick),
        ("child", "infant", _TRAIN, ((0.4, 0.75), (0.2, 0.45), (0.1, 0.2)), _infant),
        ("child", "toddler", _TEST, ((0.6, 1.0), (0.25, 0.55), (0.14, 0.25)), _toddler),
    )
)
