"""An alert: what a guard acts on."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from clearway.domain.belief import Belief


class AlertState(StrEnum):
    """Where an alert stands in its life."""

    OPEN = "open"
    UPDATED = "updated"
    CLOSED = "closed"


class Closing(StrEnum):
    """Why an alert was closed."""

    DEPARTED = "departed"
    """All its candidates have left."""
    WITHDRAWN = "withdrawn"
    """Later readings made a threat improbable, and nothing has changed that since."""
    MERGED = "merged"
    """It turned out to be about the same person as an older alert."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A tracked person who may be the carrier that an alert is about."""

    track_id: int
    probability: float
    """Probability that this is the person the sensors saw, given that this person carries."""


@dataclass(frozen=True, slots=True)
class Alert:
    """A suspected carrier: who it may be, how sure, and why.

    The same ``alert_id`` stays from opening to closing; each change is a new immutable record.
    """

    alert_id: int
    state: AlertState
    time_ns: int
    """When the alert took this state, by the engine's clock."""
    opened_ns: int
    candidates: tuple[Candidate, ...]
    """The smallest set that holds the stated candidate mass, most probable first.

    Empty when the sensors saw somebody whom no camera follows.  What the probabilities lack to
    one is the chance that it is someone outside the set."""
    probability: float
    """Probability that the person the sensors saw carries a threat."""
    belief: Belief
    """Belief of the leading candidate; where there is none, of whomever the sensors saw."""
    evidence: tuple[tuple[str, int], ...]
    """The detections behind it, as (sensor_id, sequence), oldest first."""
    closed_because: Closing | None = None
    """None while it is open."""
    merged_into: int | None = None
    """The older alert that goes on in its place."""

    @property
    def leading_track_id(self) -> int | None:
        """The most probable candidate, if anybody tracked is one."""
        return self.candidates[0].track_id if self.candidates else None
