"""What a disturbance does: whether a recogniser falls silent before it goes wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from clearway.domain import ThreatClass
from clearway.domain.intervals import Figure, wilson_share
from clearway.errors import ArgumentError
from clearway.recognition.scoring.passages import ScoredPassages

__all__ = ["RobustnessRow", "falls_silent_first", "robustness_row"]


@dataclass(frozen=True, slots=True)
class RobustnessRow:
    """One strength of one disturbance, at the threshold of the undisturbed set."""

    disturbance: str
    strength: str
    n_threat: int
    pd: Figure
    """Detected among all with the threat."""
    not_examined: Figure
    """Share of all passages in which no frame was good enough: the recogniser says so."""
    silent_miss: Figure
    """Examined and missed among all with the threat: the recogniser does not know."""
    pfa: Figure
    """Alarms among all without a threat."""


def robustness_row(
    passages: ScoredPassages,
    threat: ThreatClass | None,
    threshold: float,
    disturbance: str,
    strength: str,
) -> RobustnessRow:
    """Score one disturbed set.

    Parameters
    ----------
    passages : ScoredPassages
    threat : ThreatClass or None
        None for any.
    threshold : float
        Of the undisturbed set.
    disturbance, strength : str
        For the table, such as "dead elements" and "10 %".

    Returns
    -------
    RobustnessRow
    """
    score = passages.score_of(threat)
    carrying = ~passages.innocent if threat is None else passages.carries(threat)
    alarm = score >= threshold
    n = int(carrying.sum())
    return RobustnessRow(
        disturbance,
        strength,
        n,
        wilson_share(int((carrying & alarm).sum()), n),
        wilson_share(int((~passages.examined).sum()), len(passages)),
        wilson_share(int((carrying & passages.examined & ~alarm).sum()), n),
        wilson_share(int((passages.innocent & alarm).sum()), int(passages.innocent.sum())),
    )


def falls_silent_first(rows: Sequence[RobustnessRow], allowed: float) -> bool:
    """Whether silent misses stay within a share at every strength of a disturbance.

    Parameters
    ----------
    rows : sequence of RobustnessRow
        Of one disturbance.
    allowed : float
        Share of silent misses that nobody may exceed: the lower end of its interval counts, so
        that a short test does not fail by chance.

    Raises
    ------
    ArgumentError
        Without rows, or where no threat was scored.
    """
    lows = [row.silent_miss.low for row in rows]
    if not lows or None in lows:
        raise ArgumentError("rows", "score no threat", "score passages with threats")
    return all(low <= allowed for low in lows if low is not None)
