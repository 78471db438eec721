"""What a fusion node says, and what of the service's work is shown to a control room."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from clearway.domain import Alert, Belief, Detection, Track, TrackStates
from clearway.sapient.bindings import SapientMessage
from clearway.sapient.server import ServerEvent


@dataclass(frozen=True, slots=True)
class PeopleReported:
    """Everybody who is followed, for a plan of the site: oftener than each is `PersonReported`."""

    tracks: TrackStates
    beliefs: tuple[Belief, ...]
    """One per track."""


@dataclass(frozen=True, slots=True)
class PersonReported:
    """A fused person, for whoever listens."""

    message: SapientMessage


@dataclass(frozen=True, slots=True)
class Reading:
    """A threat sensor's reading behind an alert."""

    detection: Detection
    looks: int
    """How many looks at the same person it stands on, with its own."""


@dataclass(frozen=True, slots=True)
class AlertTold:
    """An alert opened, changed or closed; must be kept before it is sent."""

    alert_id: str
    alert: Alert
    message: SapientMessage
    readings: tuple[Reading, ...]
    """What it rests on, oldest first, as far as it is remembered."""
    leading: Track | None
    """The most probable candidate as last seen, if anybody tracked is one."""
    merged_into: str | None
    """Id on the wire of the older alert that goes on in its place."""


@dataclass(frozen=True, slots=True)
class SensorTasked:
    """A sensor is asked to look at somebody."""

    node_id: str
    message: SapientMessage


@dataclass(frozen=True, slots=True)
class MessageUnused:
    """A valid message that the engine could not use; the operator is told now and then."""

    node_id: str
    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class AlertEnded:
    """An alert of an earlier run ended, of which the engine knows nothing any more."""

    alert_id: str
    time_ns: int


Output: TypeAlias = PeopleReported | PersonReported | AlertTold | SensorTasked | MessageUnused
"""What a fusion node says: any of these."""


class NoticeLevel(StrEnum):
    """How much a notice matters."""

    INFO = "info"
    WARNING = "warning"
    """Something is not as it should be."""
    ALARM = "alarm"
    """People or alerts may be missed, or what is done may not be kept."""


@dataclass(frozen=True, slots=True)
class Notice:
    """What an operator should know, in one sentence."""

    text: str
    level: NoticeLevel
    time_ns: int


@dataclass(frozen=True, slots=True)
class EngineBegan:
    """The engine knows nobody any more, and numbers people from the beginning."""

    time_ns: int


Observed: TypeAlias = EngineBegan | PeopleReported | AlertTold | AlertEnded | Notice | ServerEvent
"""What a control room is shown of the service's work."""
