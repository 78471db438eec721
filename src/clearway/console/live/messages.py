"""What is told over a WebSocket as JSON."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec
from msgspec import Struct

from clearway.alarms import Group, Summons
from clearway.console.alarm_shapes import AlarmView
from clearway.console.sensor_view import SensorHealthView
from clearway.console.statistics_view import StatisticsView
from clearway.console.times import microseconds
from clearway.service.outputs import Notice

__all__ = [
    "MESSAGES",
    "AlarmTold",
    "Alarms",
    "CallTold",
    "Clock",
    "DrillTold",
    "GroupView",
    "Groups",
    "Message",
    "NoticeTold",
    "Sensors",
    "Skipped",
    "StatisticsTold",
    "groups_of",
    "notice_told",
    "text_of",
]


class GroupView(Struct, frozen=True):
    """Alarms that came together."""

    id: str
    alarms: tuple[str, ...]
    since_us: int


class Message(Struct, frozen=True, kw_only=True, tag_field="type"):
    """Any of these."""


class Alarms(Message, frozen=True, kw_only=True, tag="alarms"):
    """All alarms: what was told of any before is over."""

    alarms: tuple[AlarmView, ...]
    groups: tuple[GroupView, ...]


class AlarmTold(Message, frozen=True, kw_only=True, tag="alarm"):
    """One alarm, as it is from now on."""

    alarm: AlarmView


class CallTold(Message, frozen=True, kw_only=True, tag="call"):
    """Somebody must look at an alarm now: a supervisor, or operators where none is present."""

    alarm: str
    """Its id."""
    why: Summons


class Groups(Message, frozen=True, kw_only=True, tag="groups"):
    """All groups of alarms, as they are from now on."""

    groups: tuple[GroupView, ...]


class Sensors(Message, frozen=True, kw_only=True, tag="sensors"):
    """How all sensors do."""

    sensors: tuple[SensorHealthView, ...]


class StatisticsTold(StatisticsView, frozen=True, kw_only=True, tag_field="type", tag="statistics"):
    """The figures as of now."""


class Skipped(Message, frozen=True, kw_only=True, tag="skipped"):
    """The client was too slow for so many frames since the last one."""

    frames: int


class NoticeTold(Message, frozen=True, kw_only=True, tag="notice"):
    """There is something to know."""

    text: str
    level: str
    time_us: int


class DrillTold(Message, frozen=True, kw_only=True, tag="drill"):
    """Whether a drill is on."""

    on: bool


class Clock(Message, frozen=True, kw_only=True, tag="clock"):
    """What time it is in what is shown."""

    time_us: int
    live: bool
    speed: float


MESSAGES: Final = (
    Alarms,
    AlarmTold,
    CallTold,
    Groups,
    Sensors,
    StatisticsTold,
    Skipped,
    NoticeTold,
    DrillTold,
    Clock,
)


def text_of(message: Struct) -> str:
    """A message as it is sent."""
    return msgspec.json.encode(message).decode()


def groups_of(groups: Iterable[Group]) -> tuple[GroupView, ...]:
    """Groups of alarms as they are shown."""
    return tuple(GroupView(one.group_id, one.members, microseconds(one.since_ns)) for one in groups)


def notice_told(notice: Notice) -> NoticeTold:
    """A notice as it is told."""
    return NoticeTold(
        text=notice.text, level=notice.level.value, time_us=microseconds(notice.time_ns)
    )
