"""Each alert from opening to closing, with its reasons and its truth, in words."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from clearway.domain import ThreatClass
from clearway.trial.outcomes import AlertOutcome, Cause
from clearway.trial.report.data import Row, RunData
from clearway.trial.report.style import clock

_TIMES = "\N{MULTIPLICATION SIGN}"
_WORTH_NAMING = 0.02
"""Classes less probable than this are left out of an alert's words."""


@dataclass(frozen=True, slots=True)
class AlertStory:
    """One alert as the report tells it."""

    outcome: AlertOutcome
    time_s: float
    """When it opened, since the start of the run."""
    classes: str
    probability: str
    """Of a threat: at opening and, if it changed, at the end."""
    odds: str
    """Prior, weight of the evidence and, by them, the leading candidate's probability."""
    candidates: str
    evidence: str
    truth: str
    leader: str
    """Whether the leading candidate was the person examined."""

    @property
    def number(self) -> int:
        """The alert's id, which marks it in the pictures."""
        return self.outcome.alert_id

    @property
    def clock(self) -> str:
        """When it opened, in minutes and seconds."""
        return clock(self.time_s)


def alert_stories(data: RunData) -> tuple[AlertStory, ...]:
    """Tell every alert of a run, in the order in which they opened."""
    readings = {(row["sensor_id"], row["sequence"]): row for row in data.evidence}
    changes: dict[int, list[Row]] = {}
    for row in data.alerts:
        changes.setdefault(row["alert_id"], []).append(row)
    return tuple(
        _story(data, outcome, changes[outcome.alert_id], readings)
        for outcome in data.outcomes.alerts
    )


def _story(
    data: RunData, outcome: AlertOutcome, changes: list[Row], readings: dict[tuple[str, int], Row]
) -> AlertStory:
    opened, last = changes[0], changes[-1]
    behind = [
        readings[key]
        for key in zip(last["evidence_sensor_ids"], last["evidence_sequences"], strict=True)
    ]
    return AlertStory(
        outcome=outcome,
        time_s=data.since_start_s(opened["time_ns"]),
        classes=_classes(opened),
        probability=_probability(opened["probability"], last["probability"]),
        odds=_odds(opened),
        candidates=_candidates(opened),
        evidence="; ".join(_reading(row) for row in behind),
        truth=_truth(outcome.cause, behind[0]),
        leader=_leader(data, opened, behind[0]["true_person_id"]),
    )


def _classes(opened: Row) -> str:
    shares = {threat.value: opened[f"p_{threat.value}"] for threat in ThreatClass}
    named = [
        f"{plain(name)} {share:.2f}".replace(" ", "\N{NO-BREAK SPACE}")
        for name, share in sorted(shares.items(), key=lambda item: -item[1])
        if share >= _WORTH_NAMING
    ]
    return ", ".join(named) or "none probable"


def _probability(opened: float, last: float) -> str:
    now, later = f"{opened:.2f}", f"{last:.2f}"
    return now if now == later else f"{now}, later {later}"


def _odds(opened: Row) -> str:
    factor = math.exp(opened["log_likelihood_ratio"])
    shown = f"{factor:.2g}" if factor < 10 else f"{factor:,.0f}"
    return f"{opened['prior_threat']:.2g} {_TIMES} {shown} → {opened['p_threat']:.2f}"


def _candidates(opened: Row) -> str:
    shares = opened["candidate_probabilities"]
    if not shares:
        return "0"
    return f"{len(shares)} ({shares[0]:.2f})"


def _reading(row: Row) -> str:
    if row["examined"] <= 0.0:
        said = "not examined"
    elif row["declared"]:
        said = " and ".join(plain(name) for name in row["declared"])
    else:
        said = "nothing found"
    substance = f" ({plain(row['substance'])})" if row["substance"] else ""
    return f"{row['sensor_id']}: {said}{substance}"


def _truth(cause: Cause, opening: Row) -> str:
    match cause:
        case Cause.CARRIER:
            return f"carrier: {plain(opening['true_carries'])}"
        case Cause.NUISANCE:
            return "harmless object or trace"
        case Cause.FALSE:
            return "nobody there" if opening["true_person_id"] < 0 else "nothing on the person"


def _leader(data: RunData, opened: Row, person_id: int) -> str:
    if not opened["candidate_track_ids"]:
        return "nobody named"
    instant = data.instants.first_from(opened["time_ns"])
    if instant is None:
        return "unknown: the run ended"
    if person_id < 0:
        return "no: nobody was there"
    owner = data.instants.owner(opened["candidate_track_ids"][0], instant)
    return "yes" if owner == person_id else "no"


def plain(name: str) -> str:
    """A name from the tables in words.

    Examples
    --------
    >>> plain("long_gun_explosive")
    'long gun and explosive'
    """
    return " and ".join(_parts(name)).replace("_", " ")


def _parts(name: str) -> Iterator[str]:
    firearm = name.removesuffix("_explosive")
    yield firearm
    if firearm != name:
        yield "explosive"
