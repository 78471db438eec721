"""Harmless belts and braces, and the strap that every wrapped thing is built on.

Laid out flat, +x runs round the body with x = 0 in front, +y is up.
"""

from __future__ import annotations

import numpy as np

from clearway.twin.objects.carried import Coating, Family, Fit, Made, Piece, Split
from clearway.twin.objects.solids import box

__all__ = ["BELTS", "GIRTH_M", "REACH_M", "strap"]

GIRTH_M = 0.95
"""Girth for which belts are laid out flat; they are made to fit the wearer's."""
REACH_M = 0.56
"""How far stiff things on a belt reach round the front at most: they fit a girth of 0.7 m."""
_ROUND = (0.94, 1.01)


def strap(substance: str, width_m: float, thickness_m: float) -> Piece:
    """A thin belt all the way round; the body shows through it."""
    mesh = box((GIRTH_M, width_m, thickness_m), (0, 0, thickness_m / 2), segments=48)
    return Piece("strap", mesh, substance, thickness_m, opaque=False, fit=Fit.ROUND)


def _leather_belt(rng: np.random.Generator) -> Made:
    return _buckled(rng, "leather", (0.028, 0.042), (0.035, 0.062))


def _webbing_belt(rng: np.random.Generator) -> Made:
    """With the large plate of a uniform or a western belt."""
    return _buckled(rng, "polyester", (0.038, 0.052), (0.07, 0.105))


def _buckled(
    rng: np.random.Generator,
    substance: str,
    width_m: tuple[float, float],
    buckle_m: tuple[float, float],
) -> Made:
    width, length = rng.uniform(*width_m), rng.uniform(*buckle_m)
    thickness = rng.uniform(0.003, 0.0042)
    plate = box((length, width + 0.012, 0.0035), (0, 0, thickness + 0.003))
    pieces = (strap(substance, width, thickness), Piece("buckle", plate, "steel"))
    return Made(pieces, {"buckle_m": length}, GIRTH_M)


def _back_brace(rng: np.random.Generator) -> Made:
    """An elastic belt with stays of metal in the back and a stiff pad."""
    height = rng.uniform(0.16, 0.25)
    stays = [
        Piece("stay", box((0.012, height - 0.03, 0.0015), (0, 0, 0.005)), "steel", at_back=True)
        .moved((GIRTH_M / 2 + x, 0, 0))
        .behind(Coating("polyester", 0.001))
        for x in (-0.075, -0.025, 0.025, 0.075)
    ]
    pad = box((0.20, height - 0.02, 0.008), (0, 0, 0.012), segments=10)
    padded = Piece("pad", pad, "foam", 0.008, opaque=False, fit=Fit.BENT, at_back=True)
    return Made(
        (strap("polyester", height, 0.004), *stays, padded.moved((GIRTH_M / 2, 0, 0))), {}, GIRTH_M
    )


def _money_belt(rng: np.random.Generator) -> Made:
    """Bundles of paper in pouches: the innocent likeness of a belt of blocks."""
    size = (rng.uniform(0.075, 0.13), rng.uniform(0.065, 0.10), rng.uniform(0.012, 0.04))
    pitch = size[0] + rng.uniform(0.005, 0.02)
    count = min(int(rng.integers(2, 6)), int(REACH_M / pitch))
    bundle = Piece("bundle", box(size, (0, 0, 0.003 + size[2] / 2)), "paper")
    bundle = bundle.behind(Coating("polyester", 0.001))
    places = pitch * (np.arange(count) - (count - 1) / 2)
    bundles = [bundle.moved((x, 0.0, 0.0)) for x in places]
    return Made((strap("polyester", 0.05, 0.002), *bundles), {"bundles": count}, GIRTH_M)


def _gel_wrap(rng: np.random.Generator) -> Made:
    """Warm or cold packs for a sore back, filled with a watery gel."""
    size = (rng.uniform(0.26, 0.40), rng.uniform(0.12, 0.18), rng.uniform(0.014, 0.025))
    mesh = box(size, (0, 0, 0.003 + size[2] / 2), segments=16)
    at_back = bool(rng.random() < 0.6)
    film = (Coating("polymer", 0.0005),)
    gel = Piece("gel", mesh, "water", size[2], film, fit=Fit.BENT, at_back=at_back)
    where = GIRTH_M / 2 if at_back else 0.0
    return Made((strap("polyester", 0.08, 0.003), gel.moved((where, 0, 0))), {}, GIRTH_M)


_TRAIN, _TEST = Split.TRAIN, Split.TEST_ONLY

BELTS: tuple[Family, ...] = tuple(
    Family(*row)
    for row in (
        ("belt", "leather", _TRAIN, (_ROUND, (0.04, 0.054), (0.007, 0.01)), _leather_belt),
        ("belt", "webbing", _TEST, (_ROUND, (0.05, 0.064), (0.007, 0.01)), _webbing_belt),
        ("brace", "back_brace", _TRAIN, ((0.94, 1.06), (0.16, 0.25), (0.015, 0.017)), _back_brace),
        ("brace", "money_belt", _TRAIN, (_ROUND, (0.065, 0.10), (0.014, 0.045)), _money_belt),
        ("brace", "gel_wrap", _TEST, ((0.94, 1.16), (0.12, 0.18), (0.016, 0.03)), _gel_wrap),
    )
)
