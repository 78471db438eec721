"""Outfits: what people wear on top of each other, in families that a test set can keep apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from clearway.errors import ArgumentError
from clearway.twin.clothing.garments import GARMENTS, Garment, Piece

__all__ = ["FAMILIES", "Outfit", "OutfitFamily", "Use", "draw_outfit", "family_names"]


class Use(StrEnum):
    """What a family of outfits may serve for."""

    TRAIN = "train"
    TEST_ONLY = "test_only"
    """Never seen in training: a whole type of clothing is new in the test."""


@dataclass(frozen=True, slots=True)
class OutfitFamily:
    """A type of clothing."""

    name: str
    use: Use
    garments: tuple[tuple[Garment, ...], ...]
    """From the inside out; of each tuple one is worn."""


@dataclass(frozen=True, slots=True)
class Outfit:
    """What one person wears."""

    family: OutfitFamily
    pieces: tuple[Piece, ...]
    """From the inside out."""
    wet: bool


def _family(name: str, use: Use, *choices: str) -> OutfitFamily:
    worn = tuple(tuple(GARMENTS[garment] for garment in choice.split("|")) for choice in choices)
    return OutfitFamily(name, use, worn)


_LEGWEAR = "jeans|trousers"
_UNDER = "t_shirt|shirt"

FAMILIES = {
    family.name: family
    for family in (
        _family("t_shirt_and_jeans", Use.TRAIN, "t_shirt", "jeans"),
        _family("shirt_and_trousers", Use.TRAIN, "shirt", "trousers"),
        _family("sweater", Use.TRAIN, _UNDER, _LEGWEAR, "sweater"),
        _family("suit", Use.TRAIN, "shirt", "suit_trousers", "suit_jacket"),
        _family("denim_jacket", Use.TRAIN, "t_shirt", _LEGWEAR, "denim_jacket"),
        _family("down_jacket", Use.TRAIN, _UNDER, _LEGWEAR, "down_jacket"),
        _family("wool_coat", Use.TRAIN, "shirt", "trousers|suit_trousers", "wool_coat"),
        _family("hoodie", Use.TRAIN, "t_shirt", _LEGWEAR, "hoodie"),
        _family("cycling_jacket", Use.TRAIN, "t_shirt", _LEGWEAR, "cycling_jacket"),
        _family("leather_jacket", Use.TEST_ONLY, "t_shirt", _LEGWEAR, "leather_jacket"),
        _family("rain_coat", Use.TEST_ONLY, _UNDER, _LEGWEAR, "rain_coat"),
        _family("dress", Use.TEST_ONLY, "dress"),
        _family("hi_vis_vest", Use.TEST_ONLY, _UNDER, "trousers", "hi_vis_vest"),
    )
}
"""Every family, by its name."""


def family_names(use: Use) -> tuple[str, ...]:
    """The families for training, or those only for tests.

    Examples
    --------
    >>> family_names(Use.TEST_ONLY)
    ('leather_jacket', 'rain_coat', 'dress', 'hi_vis_vest')
    """
    return tuple(family.name for family in FAMILIES.values() if family.use is use)


def draw_outfit(
    rng: np.random.Generator, families: Sequence[str], wet_share: float = 0.0
) -> Outfit:
    """What somebody wears.

    Parameters
    ----------
    rng : numpy.random.Generator
    families : sequence of str
        Names of `FAMILIES` to draw from, all equally likely.
    wet_share : float
        How many people come out of the rain.  Then the outermost garment at every place is wet:
        the last one and the legwear.

    Raises
    ------
    ArgumentError
        An unknown family, none at all, or a share outside 0 to 1.
    """
    unknown = sorted(set(families) - set(FAMILIES))
    if unknown or not families:
        raise ArgumentError(
            "families",
            f"are {', '.join(unknown)}, not known" if unknown else "are none",
            f"give some of {', '.join(FAMILIES)}",
        )
    if not 0 <= wet_share <= 1:
        raise ArgumentError("wet_share", f"is {wet_share}", "give a share from 0 to 1")
    family = FAMILIES[families[int(rng.integers(len(families)))]]
    wet = bool(rng.random() < wet_share)
    worn = [choice[int(rng.integers(len(choice)))] for choice in family.garments]
    pieces = tuple(
        garment.drawn(rng, wet=wet and not _sheltered(garment, worn[place + 1 :]))
        for place, garment in enumerate(worn)
    )
    return Outfit(family, pieces, wet)


def _sheltered(garment: Garment, outside: Sequence[Garment]) -> bool:
    """Whether another garment keeps the rain off most of it."""
    return any(
        2 * len(garment.reach.keys() & outer.reach.keys()) > len(garment.reach) for outer in outside
    )
