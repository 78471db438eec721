"""Scored passages whose figures can be counted by hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from clearway.domain.body import BodyPlace
from clearway.recognition import PassageReading
from clearway.recognition.classes import OUTCOMES, THREATS
from clearway.recognition.evaluation import PassageTruth, ScoredPassage
from clearway.recognition.quality import Reason

FAMILIES = {
    "harmless_object": "phone",
    "long_gun": "rifle",
    "handgun": "pistol",
    "explosive": "belt",
}


def reading(
    scores: Sequence[float],
    *,
    ratios: Sequence[float] | None = None,
    place: BodyPlace | None = None,
    reasons: tuple[Reason, ...] = (),
) -> PassageReading:
    silent = bool(reasons)
    given = (0.0, 0.0, *scores) if ratios is None else ratios
    return PassageReading(
        ratios=np.array(given, dtype=np.float64) * (not silent),
        scores=np.array(scores, dtype=np.float64) * (not silent),
        examined=0.0 if silent else 0.8,
        reasons=reasons,
        place=None if silent else place,
        place_share=0.0 if silent else 1.0,
        n_frames=5,
        n_examined=0 if silent else 4,
    )


def scored(
    name: str,
    outcome: str,
    score: float,
    *,
    body: int = 1,
    model: str = "one",
    said: PassageReading | None = None,
    **truth: Any,
) -> ScoredPassage:
    """A passage whose score for the class that it carries, or else for all, is the given one."""
    scores = [
        score if outcome in (threat, "none", "harmless_object") else -20.0 for threat in THREATS
    ]
    about: dict[str, Any] = {
        "object_family": FAMILIES.get(outcome, ""),
        "clothing": "shirt",
        **truth,
    }
    told = PassageTruth(name, str(body), outcome, **about)
    return ScoredPassage(model, told, said or reading(scores))


def ladder(model: str = "one", n: int = 100) -> list[ScoredPassage]:
    """Make ``n`` passages of each outcome with evenly spaced scores, threats 50 above."""
    return [
        scored(
            f"{outcome} {number}",
            outcome,
            number + (50.0 if outcome in THREATS else 0.0),
            body=number % 10,
            model=model,
            speed_m_s=0.8 if number % 2 else 1.2,
            object_size_m=None if outcome == "none" else 0.2 + 0.01 * number,
            wet=number % 4 == 0,
        )
        for outcome in OUTCOMES
        for number in range(n)
    ]
