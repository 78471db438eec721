"""Detections against false alarms, per passage."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from clearway.domain import ThreatClass
from clearway.errors import ArgumentError
from clearway.recognition.scoring.bootstrap import bootstrap_interval
from clearway.recognition.scoring.exact import lower_bound, upper_bound
from clearway.recognition.scoring.passages import ScoredPassages

__all__ = ["OperatingPoint", "Roc", "operating_point", "roc_curve", "threshold_at"]

CONFIDENCE_ROUNDS = 1000


@dataclass(frozen=True, eq=False)
class Roc:
    """Points of a curve, from no alarm at all to an alarm for everybody."""

    threshold: NDArray[np.float64]
    """Decreasing; an alarm is a score that reaches it."""
    pfa: NDArray[np.float64]
    pd: NDArray[np.float64]
    n_innocent: int
    n_threat: int


@dataclass(frozen=True, slots=True)
class OperatingPoint:
    """Detection of one class at a rate of false alarms."""

    asked_pfa: float
    threshold: float
    false_alarms: int
    n_innocent: int
    pfa: float
    """As found; not above what was asked."""
    pfa_upper: float
    """Exact one-sided 95 % bound."""
    detections: int
    n_threat: int
    pd: float
    pd_lower: float
    """Exact one-sided 95 % bound, the threshold taken as given."""
    pd_interval: tuple[float, float]
    """Central 95 % from resampling bodies, threshold included."""
    not_examined: int
    """Threats that were missed because no frame was good enough."""


def threshold_at(innocent: ArrayLike, pfa: float) -> float:
    """Lowest threshold that at most a share of the scores of people without a threat reaches.

    Parameters
    ----------
    innocent : (n,) array_like of float
        Scores.
    pfa : float
        Where n is below 1 / pfa, no score may reach the threshold: it lies above all of them.

    Returns
    -------
    float
        An alarm is a score that reaches it.

    Examples
    --------
    >>> 3.0 < threshold_at([1.0, 2.0, 3.0, 4.0], 0.25) <= 4.0
    True
    """
    scores = np.sort(np.asarray(innocent, dtype=np.float64))
    if not len(scores) or not 0.0 <= pfa <= 1.0:
        raise ArgumentError(
            "innocent", f"holds {len(scores)} scores for a Pfa of {pfa}", "give scores and a share"
        )
    allowed = int(np.floor(pfa * len(scores) * (1 + 1e-12)))
    if allowed >= len(scores):
        return -np.inf
    return float(np.nextafter(scores[len(scores) - 1 - allowed], np.inf))


def roc_curve(passages: ScoredPassages, threat: ThreatClass | None) -> Roc:
    """Curve of one class, or of any threat, against everybody without one.

    Parameters
    ----------
    passages : ScoredPassages
    threat : ThreatClass or None

    Returns
    -------
    Roc
    """
    innocent, carrying = _scores(passages, threat)
    threshold = np.unique(np.concatenate((innocent, carrying, [np.inf, -np.inf])))[::-1]
    pfa = _share_reaching(innocent, threshold)
    pd = _share_reaching(carrying, threshold)
    return Roc(threshold, pfa, pd, len(innocent), len(carrying))


def operating_point(
    passages: ScoredPassages,
    threat: ThreatClass | None,
    pfa: float,
    rng: np.random.Generator,
    rounds: int = CONFIDENCE_ROUNDS,
) -> OperatingPoint:
    """Pd at a Pfa, both per passage, with what so many passages and bodies support.

    Parameters
    ----------
    passages : ScoredPassages
    threat : ThreatClass or None
    pfa : float
    rng : numpy.random.Generator
        For resampling.
    rounds : int
        Of it.

    Returns
    -------
    OperatingPoint

    Raises
    ------
    ArgumentError
        If nobody carries the threat, or everybody a threat.
    """
    innocent, carrying = _scores(passages, threat)
    threshold = threshold_at(innocent, pfa)
    detections = int((carrying >= threshold).sum())
    false_alarms = int((innocent >= threshold).sum())
    of_threat = _carriers(passages, threat)
    score = passages.score_of(threat)

    def pd_of(weights: NDArray[np.float64]) -> float:
        return _weighted_pd(score, passages.innocent, of_threat, weights, pfa)

    return OperatingPoint(
        asked_pfa=pfa,
        threshold=threshold,
        false_alarms=false_alarms,
        n_innocent=len(innocent),
        pfa=false_alarms / len(innocent),
        pfa_upper=upper_bound(false_alarms, len(innocent)),
        detections=detections,
        n_threat=len(carrying),
        pd=detections / len(carrying),
        pd_lower=lower_bound(detections, len(carrying)),
        pd_interval=bootstrap_interval(pd_of, passages.body, rng, rounds),
        not_examined=int((~passages.examined & of_threat).sum()),
    )


def _carriers(passages: ScoredPassages, threat: ThreatClass | None) -> NDArray[np.bool_]:
    return ~passages.innocent if threat is None else passages.carries(threat)


def _scores(
    passages: ScoredPassages, threat: ThreatClass | None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Of those without a threat, and of those with this one."""
    score = passages.score_of(threat)
    innocent, carrying = score[passages.innocent], score[_carriers(passages, threat)]
    if not len(innocent) or not len(carrying):
        raise ArgumentError(
            "passages",
            f"hold {len(carrying)} with {threat or 'a threat'} and {len(innocent)} without",
            "score passages of both",
        )
    return innocent, carrying


def _share_reaching(
    scores: NDArray[np.float64], threshold: NDArray[np.float64]
) -> NDArray[np.float64]:
    below = np.searchsorted(np.sort(scores), threshold, side="left")
    return 1.0 - below / len(scores)


def _weighted_pd(
    score: NDArray[np.float64],
    innocent: NDArray[np.bool_],
    carrying: NDArray[np.bool_],
    weights: NDArray[np.float64],
    pfa: float,
) -> float:
    """Pd where each passage counts as often as its weight says; NaN without carriers."""
    total = weights[carrying].sum()
    if not total or not weights[innocent].sum():
        return float("nan")
    order = np.argsort(-score[innocent], kind="stable")
    ordered = score[innocent][order]
    reached = np.cumsum(weights[innocent][order])
    # The first score that may not be reached; with ties, none of the equal ones may.
    beyond = int(np.searchsorted(reached, pfa * reached[-1] * (1 + 1e-12), side="right"))
    limit = ordered[beyond] if beyond < len(ordered) else -np.inf
    return float(weights[carrying & (score > limit)].sum() / total)
