"""Small sets of stored looks whose every number is drawn."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from clearway.domain.body import BodyPlace
from clearway.recognition import RegionOfInterest
from clearway.recognition.aspects import N_SECTORS
from clearway.recognition.cells import map_shape, stored_cells
from clearway.recognition.classes import OUTCOMES
from clearway.recognition.evaluation import PassageTruth
from clearway.recognition.quality import LIMITS, MEASURED
from clearway.recognition.stored import Frames, SetAbout

INTEREST = RegionOfInterest((8, 8, 8), pooling=(2, 1, 2))
GOOD = np.array([LIMITS[reason].good for reason in MEASURED])


def about(interest: RegionOfInterest = INTEREST, source: str = "drawn for a test") -> SetAbout:
    return SetAbout.of(source, simulated=True, interest=interest)


def truths(n: int, name: str = "p", n_bodies: int = 4) -> tuple[PassageTruth, ...]:
    """Passages of each outcome in turn; of each body there is each outcome."""
    return tuple(
        PassageTruth(
            passage=f"{name}{number}",
            body=f"body {number // len(OUTCOMES) % n_bodies}",
            outcome=OUTCOMES[number % len(OUTCOMES)],
            object_family="" if number % len(OUTCOMES) == 0 else "thing",
            object_size_m=0.1 * number if number % 2 else None,
            place=BodyPlace.WAIST if number % 3 else None,
            wet=number % 2 == 0,
            speed_m_s=1.2 if number % 2 else None,
        )
        for number in range(n)
    )


def frames(
    passages: tuple[PassageTruth, ...],
    looks: int = 2,
    *,
    seed: int = 1,
    interest: RegionOfInterest = INTEREST,
    **arrays: Any,
) -> Frames:
    """So many looks at each passage; what is given as an array replaces what would be drawn."""
    rng = np.random.default_rng(seed)
    n = looks * len(passages)
    drawn: dict[str, Any] = {
        "passage": np.repeat(np.arange(len(passages)), looks),
        "panel": np.array(["north", "south"])[np.arange(n) % 2],
        "time_s": 0.1 * (np.arange(n) % max(looks, 1)),
        "forward": np.where(rng.random(n) < 0.5, 1, -1).astype(np.int8),
        "person_height_m": rng.uniform(1.5, 1.9, n),
        "measures": np.tile(GOOD, (n, 1)),
        "sectors": rng.random((n, N_SECTORS)) < 0.5,
        "origin_m": rng.uniform(-0.3, 0.1, (n, 3)),
        "place_m": np.full((n, 3), np.nan, np.float32),
        "changed": rng.random((n, *map_shape(interest.pooled_shape))) < 0.5,
        "compared": np.zeros(n, np.bool_),
        "levels": _specks(rng, n, interest),
    }
    levels = arrays.get("levels")
    drawn |= stored_cells(drawn["levels"] if levels is None else levels)._asdict()
    return Frames(about(interest), passages, **(drawn | arrays))


def _specks(rng: np.random.Generator, n: int, interest: RegionOfInterest) -> NDArray[np.uint8]:
    """Noise, and here and there a column that is brighter, so that some cells show something."""
    along, deep, up = interest.pooled_shape
    noise = rng.integers(0, 60, (n, along, deep, up), dtype=np.uint8)
    bright = rng.random((n, along, 1, up)) < 0.015
    return noise + bright * rng.integers(60, 190, bright.shape, dtype=np.uint8)
