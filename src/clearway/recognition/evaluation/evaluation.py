"""All figures of one model on one set of passages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clearway.domain import ThreatClass
from clearway.domain.intervals import Figure, wilson_share
from clearway.errors import ArgumentError
from clearway.recognition.classes import OUTCOMES, THREATS
from clearway.recognition.evaluation.arrays import STRATA, arrays_of, sizes_m
from clearway.recognition.evaluation.calibration import ClaimFigures, claims_at, priors
from clearway.recognition.evaluation.scored import ScoredPassage
from clearway.recognition.quality import Reason
from clearway.recognition.scoring import ScoredPassages
from clearway.recognition.scoring.roc import (
    CONFIDENCE_ROUNDS,
    OperatingPoint,
    Roc,
    operating_point,
    roc_curve,
)
from clearway.recognition.scoring.strata import (
    ShareRow,
    SizeRow,
    nuisance_by_object,
    pd_by_size,
    pd_by_stratum,
)

__all__ = ["PFAS", "ClassFigures", "Evaluation", "NotExamined", "Share", "evaluate"]

PFAS = (0.01, 0.001)
"""False alarms per passage: what Clearway's goals are stated at, and what a station lives with."""

_EDGES_M = (0.0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.7, 1.0, 2.5)


@dataclass(frozen=True, slots=True)
class Share:
    """A count among cases, with its 95 % Wilson interval."""

    count: int
    n: int
    share: Figure

    @classmethod
    def of(cls, count: int, n: int) -> Share:
        """Of numbers."""
        return cls(count, n, wilson_share(count, n))


@dataclass(frozen=True, eq=False)
class ClassFigures:
    """Detection of one threat, or of any."""

    threat: ThreatClass | None
    """None for any."""
    n_bodies: int
    """Bodies among those who carry it."""
    roc: Roc
    points: tuple[OperatingPoint, ...]
    """One per Pfa that was asked for."""
    strata: Mapping[str, tuple[ShareRow, ...]]
    """At the first Pfa, by the name of the stratum."""
    by_size: tuple[SizeRow, ...]
    """At the first Pfa; empty for any threat, and where no size is stated."""
    right_place: Share
    """Detected at the first Pfa with the place on the body that is labelled, among all detected
    whose place is labelled."""


@dataclass(frozen=True, eq=False)
class NotExamined:
    """Passages in which no frame was good enough."""

    with_threat: Share
    without: Share
    by_reason: Mapping[Reason, int]
    """Passages by their most frequent reason, most first."""


@dataclass(frozen=True, eq=False)
class Evaluation:
    """Everything that a report tells of one model."""

    model: str
    n_by_outcome: Mapping[str, int]
    n_bodies: int
    n_innocent_bodies: int
    """Bodies among those without a threat."""
    pfas: tuple[float, ...]
    classes: tuple[ClassFigures, ...]
    """Any threat first, then those in the set."""
    nuisance: Mapping[float, tuple[ShareRow, ...]]
    """Alarms for any threat by harmless object, at each Pfa."""
    claims: tuple[ClaimFigures, ...]
    not_examined: NotExamined


def evaluate(
    passages: Sequence[ScoredPassage],
    rng: np.random.Generator,
    *,
    pfas: tuple[float, ...] = PFAS,
    threat_share: float = 1e-4,
    rounds: int = CONFIDENCE_ROUNDS,
) -> Evaluation:
    """Compute the figures of one model.

    Parameters
    ----------
    passages : sequence of ScoredPassage
        Of one model, each once: recorded, or simulated for a test.
    rng : numpy.random.Generator
        For resampling bodies.
    pfas : tuple of float
        Rates of false alarms per passage; strata are told at the first.
    threat_share : float
        Share of people with a threat at a station, for the calibration error there; the default
        is assumed.
    rounds : int
        Of the resampling.

    Returns
    -------
    Evaluation

    Raises
    ------
    ArgumentError
        Passages of several models, or without a threat, or with threats alone.
    """
    scored = arrays_of(passages)
    if not scored.innocent.any() or scored.innocent.all():
        raise ArgumentError(
            "passages",
            f"hold {(~scored.innocent).sum()} with a threat and {scored.innocent.sum()} without",
            "record passages of both",
        )
    present = [threat for threat in THREATS if scored.carries(threat).any()]
    classes = tuple(
        _of_class(passages, scored, threat, pfas, rng, rounds) for threat in (None, *present)
    )
    counts = np.bincount(scored.outcome, minlength=len(OUTCOMES)).tolist()
    return Evaluation(
        model=passages[0].model,
        n_by_outcome=dict(zip(OUTCOMES, counts, strict=True)),
        n_bodies=len(np.unique(scored.body)),
        n_innocent_bodies=len(np.unique(scored.body[scored.innocent])),
        pfas=pfas,
        classes=classes,
        nuisance=_nuisance(scored, classes[0], pfas),
        claims=tuple(
            figures
            for name, prior in priors(threat_share).items()
            for figures in claims_at(scored, name, prior)
        ),
        not_examined=_not_examined(passages, scored),
    )


def _of_class(
    passages: Sequence[ScoredPassage],
    scored: ScoredPassages,
    threat: ThreatClass | None,
    pfas: tuple[float, ...],
    rng: np.random.Generator,
    rounds: int,
) -> ClassFigures:
    points = tuple(operating_point(scored, threat, pfa, rng, rounds) for pfa in pfas)
    threshold = points[0].threshold
    carrying = ~scored.innocent if threat is None else scored.carries(threat)
    detected = carrying & (scored.score_of(threat) >= threshold)
    return ClassFigures(
        threat=threat,
        n_bodies=len(np.unique(scored.body[carrying])),
        roc=roc_curve(scored, threat),
        points=points,
        strata={name: pd_by_stratum(scored, threat, threshold, name) for name in STRATA},
        by_size=(
            ()
            if threat is None
            else pd_by_size(scored, threat, threshold, sizes_m(passages), _EDGES_M)
        ),
        right_place=_right_place(passages, detected),
    )


def _right_place(passages: Sequence[ScoredPassage], detected: NDArray[np.bool_]) -> Share:
    told = [
        one.said.place == one.truth.place
        for one, found in zip(passages, detected, strict=True)
        if found and one.truth.place is not None
    ]
    return Share.of(sum(told), len(told))


def _nuisance(
    scored: ScoredPassages, any_threat: ClassFigures, pfas: tuple[float, ...]
) -> dict[float, tuple[ShareRow, ...]]:
    return {
        pfa: nuisance_by_object(scored, None, point.threshold)
        for pfa, point in zip(pfas, any_threat.points, strict=True)
    }


def _not_examined(passages: Sequence[ScoredPassage], scored: ScoredPassages) -> NotExamined:
    silent = ~scored.examined
    shares = [
        Share.of(int((silent & group).sum()), int(group.sum()))
        for group in (~scored.innocent, scored.innocent)
    ]
    reasons = Counter(
        one.said.reasons[0] for one, missed in zip(passages, silent, strict=True) if missed
    )
    return NotExamined(shares[0], shares[1], dict(reasons.most_common()))
