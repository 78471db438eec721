"""The shape of an alarm as the API gives it; times in microseconds UTC."""

from __future__ import annotations

from msgspec import Struct

from clearway.alarms import (
    Action,
    Answer,
    Change,
    DismissReason,
    Outcome,
    Severity,
    Stage,
    Summons,
)
from clearway.domain import Modality, ThreatClass

__all__ = [
    "AlarmHistory",
    "AlarmView",
    "CandidateView",
    "EndedView",
    "EvidenceView",
    "GuardTaskView",
    "HistoryLine",
    "PersonView",
    "PlaceView",
    "ResolutionView",
    "ThreatView",
]


class PersonView(Struct, frozen=True):
    """Somebody with an account."""

    name: str
    display: str


class EvidenceView(Struct, frozen=True, kw_only=True):
    """What one sensor contributes."""

    sensor: str
    modality: Modality
    classes: tuple[ThreatClass, ...]
    """What the sensor itself declares."""
    substance: str | None
    looks: int
    probability: float | None
    """Of a threat, by this sensor alone."""
    body_place: str | None
    time_us: int
    """Of the last look."""


class CandidateView(Struct, frozen=True):
    """A tracked person who may be the one."""

    track: int
    probability: float


class GuardTaskView(Struct, frozen=True, kw_only=True):
    """A guard who was called."""

    name: str
    display: str
    sent_us: int
    delivered_us: int | None
    read_us: int | None
    answer: Answer | None
    answered_us: int | None
    text: str
    """What the guard said with the answer."""


class ThreatView(Struct, frozen=True):
    """How sure the machine is."""

    probability: float
    prior: float
    classes: dict[ThreatClass, float]


class PlaceView(Struct, frozen=True):
    """A point of the site frame, and when somebody was there."""

    x: float
    y: float
    time_us: int


class EndedView(Struct, frozen=True):
    """Why the machine no longer holds to the alert, and since when."""

    because: str
    at_us: int


class ResolutionView(Struct, frozen=True, kw_only=True):
    """How and by whom an alarm was taken off the queue."""

    outcome: Outcome
    reason: DismissReason | None
    text: str
    by: str
    at_us: int


class AlarmView(Struct, frozen=True, kw_only=True):
    """An alarm."""

    id: str
    number: int
    """For speaking."""
    version: int
    """Counts what was news of it: a decision says which one it was taken on."""
    stage: Stage
    live: bool
    ended: EndedView | None
    opened_us: int
    """When it came into the queue."""
    changed_us: int
    severity: Severity
    drill: bool
    shelved: bool
    """Whether all that speaks for it comes from shelved sensors."""
    ringing: bool
    """Whether it calls for attention: nobody has acknowledged it, and it is not shelved."""
    rings: int
    """How often it has begun to ring."""
    reported: tuple[Summons, ...]
    """Why the supervisor was called since it last began to ring."""
    operator: PersonView | None
    """Who deals with it."""
    guards: tuple[GuardTaskView, ...]
    threat: ThreatView
    examined: dict[Modality, float]
    """Share of the person that was examined."""
    not_examined: tuple[Modality, ...]
    evidence: tuple[EvidenceView, ...]
    candidates: tuple[CandidateView, ...]
    """Most probable first."""
    outside: float
    """Probability that it is somebody else."""
    last_seen: PlaceView | None
    resolution: ResolutionView | None
    group: str | None
    """Of alarms that came together."""
    actions: tuple[Action, ...]
    """What whoever asks may do about it now."""


class HistoryLine(Struct, frozen=True):
    """What became of an alarm."""

    time_us: int
    actor: str
    """Empty where nobody in person did it."""
    what: Change
    text: str


class AlarmHistory(AlarmView, frozen=True, kw_only=True):
    """An alarm with all that became of it."""

    history: tuple[HistoryLine, ...]
