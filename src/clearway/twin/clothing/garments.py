"""Garments: where they lie on the body, how loosely, how they fold, and the metal on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from clearway.errors import ArgumentError
from clearway.twin.clothing.fabrics import FABRICS, Fabric, Range, Sheet

__all__ = ["GARMENTS", "Closure", "ClosureKind", "Garment", "Piece"]

TORSO = (
    "chest",
    "right_torso",
    "left_torso",
    "abdomen",
    "waist",
    "back",
    "lower_back",
)
HIPS = ("right_hip", "left_hip")
ARMS = ("right_arm", "left_arm")
ARMS_AND_HANDS = (*ARMS, "right_hand", "left_hand")
THIGHS = ("right_thigh", "left_thigh")
CALVES = ("right_calf", "left_calf")
ANKLES = ("right_ankle", "left_ankle")
LEGS = (*THIGHS, *CALVES, *ANKLES)

Reach = Mapping[str, Range]
"""Region, and between which shares of its height it is covered: 0 at its top, 1 at its bottom."""


def _reach(*parts: tuple[Sequence[str], float, float]) -> Reach:
    return {region: (upper, lower) for regions, upper, lower in parts for region in regions}


_COAT = _reach((TORSO, 0.0, 1.0), (HIPS, 0.0, 1.0), (ARMS, 0.0, 1.0))
_TOP = {**_COAT, **_reach((("waist", "lower_back", *HIPS), 0.0, 0.8))}
_SHORT_SLEEVES = {**_TOP, **_reach((ARMS, 0.0, 0.4))}
_VEST = {place: span for place, span in _TOP.items() if place not in ARMS}
_DRESS = {**_COAT, **_reach((ARMS, 0.0, 0.4))}
_TROUSERS = _reach(
    (("waist",), 0.1, 1.0),
    (("lower_back",), 0.45, 1.0),
    ((*HIPS, *THIGHS, *CALVES), 0.0, 1.0),
    (ANKLES, 0.0, 0.5),
)


class ClosureKind(StrEnum):
    """Metal on a garment."""

    ZIP = "zip"
    """A strip of metal teeth down the front."""
    BUTTONS = "buttons"
    """Discs down the front."""
    BANDS = "bands"
    """Rings of retroreflective tape around the body."""


@dataclass(frozen=True, slots=True)
class Closure:
    """Metal on a garment; bands reflect because glass-bead tape is backed with aluminium."""

    kind: ClosureKind
    width_m: float
    """Width of the strip or tape, diameter of a button."""
    count: int = 1
    chance: float = 1.0
    """How many of such garments have it in metal."""


@dataclass(frozen=True, slots=True)
class Garment:
    """A kind of garment, with the spread in which people wear it.

    Ease (the gap to what is underneath, where the cloth does not rest on it) and folds are
    assumed; that casual clothes touch the body at the shoulders and stand off by up to some
    centimetres at the waist was measured by J. Frackiewicz-Kaczmarek et al., Quantitative
    analysis of the air gap between the skin and the clothing, 3DBST 2010, 107.
    """

    name: str
    reach: Reach
    fabrics: tuple[Fabric, ...]
    """From the outside in."""
    ease_m: Range
    fold_amplitude_m: Range
    """Greatest height of a fold over the mean surface."""
    fold_wavelength_m: Range
    """Shortest and longest distance from fold to fold: stiff cloth has long ones."""
    hangs: bool = False
    """Folds run down, as in a coat, rather than in all directions."""
    skirt: float = 0.0
    """Share of the way from the crotch to the floor over which it hangs as a tube."""
    closures: tuple[Closure, ...] = field(default=())

    def __post_init__(self) -> None:
        if not 0 <= self.skirt < 1:
            raise ArgumentError("skirt", f"is {self.skirt}", "give a share from 0 to below 1")

    def drawn(self, rng: np.random.Generator, *, wet: bool) -> Piece:
        """One garment of its kind."""
        return Piece(
            garment=self,
            sheets=tuple(fabric.drawn(rng, wet=wet) for fabric in self.fabrics),
            ease_m=float(rng.uniform(*self.ease_m)),
            fold_amplitude_m=float(rng.uniform(*self.fold_amplitude_m)),
            closures=tuple(kind for kind in self.closures if rng.random() < kind.chance),
        )


@dataclass(frozen=True, slots=True)
class Piece:
    """One garment as somebody wears it."""

    garment: Garment
    sheets: tuple[Sheet, ...]
    """From the outside in."""
    ease_m: float
    fold_amplitude_m: float
    closures: tuple[Closure, ...] = ()

    @property
    def thickness_m(self) -> float:
        """Of all sheets together."""
        return sum(sheet.thickness_m for sheet in self.sheets)

    @property
    def mass_kg_m2(self) -> float:
        """Areal density of all sheets, with their water."""
        return sum(sheet.mass_kg_m2 for sheet in self.sheets)

    def covered(
        self, regions: NDArray[np.str_], height_m: NDArray[np.float64]
    ) -> NDArray[np.bool_]:
        """Which faces of a body it lies on, without its skirt.

        Parameters
        ----------
        regions : (n_faces,) str
            Place on the body of each face.
        height_m : (n_faces,) float64
            Of each face over the floor.
        """
        covered = np.zeros(len(regions), dtype=bool)
        for region, (upper, lower) in self.garment.reach.items():
            here = np.flatnonzero(regions == region)
            if len(here):
                top, bottom = height_m[here].max(), height_m[here].min()
                depth = (top - height_m[here]) / max(top - bottom, 1e-9)
                covered[here] = (upper <= depth) & (depth <= lower)
        return covered


def _garment(
    name: str,
    reach: Reach,
    fabrics: str,
    ease_mm: Range,
    fold_mm: Range,
    wavelength_mm: Range,
    *closures: Closure,
    hangs: bool = False,
    skirt: float = 0.0,
) -> Garment:
    def metres(spread: Range) -> Range:
        return spread[0] * 1e-3, spread[1] * 1e-3

    return Garment(
        name,
        reach,
        tuple(FABRICS[fabric] for fabric in fabrics.split()),
        metres(ease_mm),
        metres(fold_mm),
        metres(wavelength_mm),
        hangs,
        skirt,
        closures,
    )


_ZIP = Closure(ClosureKind.ZIP, 6e-3, chance=0.5)
_FLY = Closure(ClosureKind.BUTTONS, 17e-3)
_STUDS = Closure(ClosureKind.BUTTONS, 17e-3, count=6)
_TAPE = Closure(ClosureKind.BANDS, 50e-3, count=2)
_STRIPE = Closure(ClosureKind.BANDS, 20e-3, chance=0.7)

GARMENTS = {
    garment.name: garment
    for garment in (
        _garment("t_shirt", _SHORT_SLEEVES, "jersey", (4, 25), (2, 8), (60, 150)),
        _garment("shirt", _TOP, "shirting", (5, 30), (3, 10), (60, 160)),
        _garment("sweater", _TOP, "knit", (3, 20), (2, 8), (80, 200)),
        _garment("hoodie", _TOP, "sweat", (8, 35), (4, 12), (80, 200), _ZIP),
        _garment("suit_jacket", _TOP, "suiting lining", (6, 25), (2, 6), (120, 300)),
        _garment("denim_jacket", _TOP, "denim", (6, 25), (3, 8), (90, 220), _STUDS),
        _garment("leather_jacket", _TOP, "leather lining", (6, 25), (3, 10), (100, 260), _ZIP),
        _garment("down_jacket", _TOP, "shell down lining", (4, 20), (3, 10), (60, 120), _ZIP),
        _garment(
            "wool_coat",
            _COAT,
            "coating lining",
            (8, 30),
            (4, 15),
            (140, 320),
            hangs=True,
            skirt=0.5,
        ),
        _garment("cycling_jacket", _TOP, "shell lining", (4, 18), (2, 8), (60, 180), _ZIP, _STRIPE),
        _garment("rain_coat", _COAT, "rainproof", (10, 40), (5, 15), (80, 220), _ZIP, skirt=0.3),
        _garment("hi_vis_vest", _VEST, "mesh", (5, 30), (3, 10), (80, 220), _TAPE),
        _garment("dress", _DRESS, "crepe", (3, 15), (3, 15), (60, 160), hangs=True, skirt=0.5),
        _garment("jeans", _TROUSERS, "denim", (3, 18), (2, 7), (50, 120), _FLY),
        _garment("trousers", _TROUSERS, "twill", (6, 25), (3, 9), (60, 150)),
        _garment("suit_trousers", _TROUSERS, "suiting", (8, 28), (3, 8), (80, 200), hangs=True),
    )
}
"""Every kind of garment, by its name."""
