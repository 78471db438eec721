"""What became of each carrier's passage and of each alert.

A passage is judged strictly: the carrier's first sensor alarm must lead, within the site's
deadline, to an alert of its own whose leading candidate is the carrier's track.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeAlias

from clearway.domain import Closing, nanoseconds, seconds
from clearway.domain.threat import HYPOTHESES, N_CELLS
from clearway.store.tables import read_table
from clearway.trial.instants import Instants

LATER_S = 5.0
"""How long after the alert the right person must still be named."""

THREATS = frozenset(HYPOTHESES[1:N_CELLS])
"""What makes a person a carrier."""

_Row: TypeAlias = dict[str, Any]
_Key: TypeAlias = tuple[str, int]


class Outcome(StrEnum):
    """How an alarm at a carrier ended; all but the first count as wrong."""

    RIGHT = "right person"
    WRONG = "wrong person"
    UNTRACKED = "nobody named"
    NO_ALERT = "no alert"
    MERGED = "merged into another person's alert"
    LATE = "too late"


_OWN_AND_IN_TIME = frozenset({Outcome.RIGHT, Outcome.WRONG, Outcome.UNTRACKED})
"""Outcomes of an alarm that led to an alert of its own before the deadline."""


class Cause(StrEnum):
    """What opened an alert."""

    CARRIER = "carrier"
    NUISANCE = "nuisance"
    FALSE = "false"


@dataclass(frozen=True, slots=True)
class Passage:
    """One carrier past the threat sensors."""

    person_id: int
    carries: str
    examined: bool
    raised_alarm: bool
    at_alarm: Outcome | None
    """None where no sensor raised an alarm."""
    later: Outcome | None
    latency_s: float | None
    """From passing the first sensor that alarmed to the alert; None without one."""
    candidates: int | None
    """Size of the alert's candidate set; None without an alert."""
    candidates_hold_carrier: bool

    @property
    def found(self) -> bool:
        """Whether an alert of its own, in time, has the carrier among its candidates."""
        return self.at_alarm in _OWN_AND_IN_TIME and self.candidates_hold_carrier


@dataclass(frozen=True, slots=True)
class AlertOutcome:
    """One alert as it opened."""

    alert_id: int
    opened_ns: int
    probability: float
    cause: Cause
    x_m: float
    y_m: float
    names_somebody: bool
    """Whether there is a leading candidate, whom a guard would stop."""
    leader_carries: bool
    """Whether the leading candidate carries a threat."""


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Everything that the metrics count."""

    passages: tuple[Passage, ...]
    unfinished: int
    """Carriers whose first reading came too near the end of the run to be judged."""
    alerts: tuple[AlertOutcome, ...]
    examined_people: int
    """People of whom a threat sensor has examined at least a part."""
    passing_people: int
    """People who passed at least one threat sensor."""


def judge(folder: Path, deadline_s: float, instants: Instants | None = None) -> Outcomes:
    """Judge a run from its tables alone.

    Parameters
    ----------
    folder : Path
        The run folder.
    deadline_s : float
        An alert later than this after the first alarm is too late.
    instants : Instants, optional
        Of the same folder, where they are at hand already.

    Returns
    -------
    Outcomes
    """
    return _Judge(folder, deadline_s, instants or Instants(folder)).judge()


class _Judge:
    def __init__(self, folder: Path, deadline_s: float, instants: Instants) -> None:
        self._instants = instants
        self._deadline_ns = nanoseconds(deadline_s)
        self._readings: list[_Row] = read_table(folder, "evidence").to_pylist()
        self._reading_of: dict[_Key, _Row] = {_key(row): row for row in self._readings}
        self._alerts: list[_Row] = read_table(folder, "alerts").to_pylist()
        self._first_change: dict[_Key, _Row] = {}
        self._changes: dict[int, list[_Row]] = {}
        for change in self._alerts:
            self._changes.setdefault(change["alert_id"], []).append(change)
            for key in _keys_behind(change):
                self._first_change.setdefault(key, change)

    def judge(self) -> Outcomes:
        by_person: dict[int, list[_Row]] = {}
        for row in self._readings:
            by_person.setdefault(row["true_person_id"], []).append(row)
        for rows in by_person.values():
            rows.sort(key=lambda row: int(row["true_ns"]))
        people = {person: rows for person, rows in by_person.items() if person >= 0}
        carriers = {
            person: rows for person, rows in people.items() if rows[0]["true_carries"] in THREATS
        }
        finished = {p: rows for p, rows in carriers.items() if self._is_finished(rows)}
        return Outcomes(
            passages=tuple(self._passage(p, rows) for p, rows in sorted(finished.items())),
            unfinished=len(carriers) - len(finished),
            alerts=tuple(self._alert_outcome(changes[0]) for changes in self._changes.values()),
            examined_people=sum(any(map(_examines, rows)) for rows in people.values()),
            passing_people=len(people),
        )

    def _is_finished(self, rows: list[_Row]) -> bool:
        times = self._instants.times_ns
        return len(times) > 0 and rows[0]["true_ns"] + self._deadline_ns <= int(times[-1])

    def _passage(self, person_id: int, rows: list[_Row]) -> Passage:
        alarms = [row for row in rows if row["declared"]]
        change = self._first_alert_change(alarms)
        at_alarm = later = latency_s = None
        candidates, holds = None, False
        if alarms:
            at_alarm = later = self._standing(person_id, alarms[0], change)
        if change is not None:
            latency_s = seconds(change["time_ns"] - alarms[0]["true_ns"])
            candidates = len(change["candidate_track_ids"])
            owners = self._candidate_owners(change, self._instants.first_from(change["time_ns"]))
            holds = person_id in owners
            if at_alarm in _OWN_AND_IN_TIME:
                later = self._standing_later(person_id, change)
        return Passage(
            person_id=person_id,
            carries=rows[0]["true_carries"],
            examined=any(map(_examines, rows)),
            raised_alarm=bool(alarms),
            at_alarm=at_alarm,
            later=later,
            latency_s=latency_s,
            candidates=candidates,
            candidates_hold_carrier=holds,
        )

    def _first_alert_change(self, alarms: list[_Row]) -> _Row | None:
        changes = [self._first_change.get(_key(row)) for row in alarms]
        known = [change for change in changes if change is not None]
        return min(known, key=lambda change: change["time_ns"], default=None)

    def _standing(self, person_id: int, alarm: _Row, change: _Row | None) -> Outcome:
        """How the alarm stood when its alert first told of it."""
        if change is None:
            return Outcome.NO_ALERT
        if change["time_ns"] - alarm["true_ns"] > self._deadline_ns:
            return Outcome.LATE
        opening = self._opening_reading(self._changes[change["alert_id"]][0])
        if opening["true_person_id"] != person_id:
            return Outcome.MERGED
        instant = self._instants.first_from(change["time_ns"])
        return self._names(person_id, change, instant)

    def _standing_later(self, person_id: int, change: _Row) -> Outcome:
        """How it stands later, or when the carrier leaves the floor, whichever is first."""
        instant_ns = self._instants.first_from(change["time_ns"])
        if instant_ns is None:
            return Outcome.UNTRACKED
        until_ns = instant_ns + nanoseconds(LATER_S)
        last_ns = self._instants.last_with(person_id, until_ns)
        later_ns = instant_ns if last_ns is None else max(last_ns, instant_ns)
        standing = self._latest_change(change["alert_id"], later_ns)
        if standing is not None and standing["closed_because"] == Closing.WITHDRAWN:
            return Outcome.NO_ALERT
        return self._names(person_id, standing or change, later_ns)

    def _latest_change(self, alert_id: int, until_ns: int) -> _Row | None:
        """The last that was told of an alert, or of the alert that it was merged into."""
        known = [
            row
            for row in self._changes[alert_id]
            if row["time_ns"] <= until_ns and row["candidate_track_ids"]
        ]
        if not known:
            return None
        merged_into = known[-1]["merged_into"]
        if merged_into is None:
            return known[-1]
        return self._latest_change(merged_into, until_ns) or known[-1]

    def _names(self, person_id: int, change: _Row, instant_ns: int | None) -> Outcome:
        """Whether an alert's leading candidate is this person at an instant."""
        owners = self._candidate_owners(change, instant_ns)
        if not owners:
            return Outcome.UNTRACKED
        return Outcome.RIGHT if owners[0] == person_id else Outcome.WRONG

    def _candidate_owners(self, change: _Row, instant_ns: int | None) -> list[int | None]:
        """Whose tracks an alert's candidates are at an instant, most probable first."""
        if instant_ns is None:
            return []
        return [self._instants.owner(track, instant_ns) for track in change["candidate_track_ids"]]

    def _opening_reading(self, opened: _Row) -> _Row:
        return self._reading_of[_keys_behind(opened)[0]]

    def _alert_outcome(self, opened: _Row) -> AlertOutcome:
        reading = self._opening_reading(opened)
        if reading["true_carries"] in THREATS:
            cause = Cause.CARRIER
        else:
            cause = Cause.NUISANCE if reading["truly_harmless_alarm"] else Cause.FALSE
        owners = self._candidate_owners(opened, self._instants.first_from(opened["time_ns"]))
        leader = owners[0] if owners else None
        return AlertOutcome(
            alert_id=opened["alert_id"],
            opened_ns=opened["opened_ns"],
            probability=opened["probability"],
            cause=cause,
            x_m=reading["x_m"],
            y_m=reading["y_m"],
            names_somebody=bool(opened["candidate_track_ids"]),
            leader_carries=leader is not None and self._instants.carries[leader] in THREATS,
        )


def _examines(row: _Row) -> bool:
    """Whether a reading told the engine anything of the person."""
    return row["examined"] > 0.0 and row["refused"] is None


def _key(row: _Row) -> _Key:
    return row["sensor_id"], row["sequence"]


def _keys_behind(change: _Row) -> list[_Key]:
    return list(zip(change["evidence_sensor_ids"], change["evidence_sequences"], strict=True))
