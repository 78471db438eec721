"""What the alarm desk says: each output is one of these.

Every change of an alarm leaves as an `AlarmChanged` with the alarm as it is from then on, so that
the last one of each alarm is the state to store and all of them together are its history.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TypeAlias

from msgspec import Struct

from clearway.alarms.alarm import Alarm, Summons
from clearway.alarms.desk import Drill, Shelf
from clearway.alarms.flood import Group


class Change(StrEnum):
    """What became of an alarm."""

    OPENED = "opened"
    UPDATED = "updated"
    """The machine says something else of it, and nothing that is news to people."""
    EVIDENCE_ADDED = "evidence_added"
    """The machine has better grounds."""
    ENDED = "ended"
    """The machine no longer holds to it."""
    JOINED = "joined"
    """Another alarm was merged into it."""
    RESOLVED = "resolved"
    REOPENED = "reopened"
    SHELVED = "shelved"
    UNSHELVED = "unshelved"
    ACKNOWLEDGED = "acknowledged"
    UNACKNOWLEDGED = "unacknowledged"
    TAKEN_OVER = "taken_over"
    HANDED_OVER = "handed_over"
    HOLDER_AWAY = "holder_away"
    HOLDER_BACK = "holder_back"
    HOLDER_LEFT = "holder_left"
    GUARD_CALLED = "guard_called"
    DELIVERED = "delivered"
    READ = "read"
    ANSWERED = "answered"
    GUARD_OVERDUE = "guard_overdue"
    SUPERVISOR_CALLED = "supervisor_called"


class Refusal(StrEnum):
    """Why a request was refused."""

    NOT_PERMITTED = "not_permitted"
    UNKNOWN = "unknown"
    RESOLVED = "resolved"
    MERGED = "merged"
    HELD = "held"
    ALREADY_DONE = "already_done"
    NOT_ACKNOWLEDGED = "not_acknowledged"
    EVIDENCE_ADDED = "evidence_added"
    HELP_NEEDED = "help_needed"
    NOT_HERE = "not_here"
    NOT_CALLED = "not_called"
    TEXT_NEEDED = "text_needed"
    NOT_A_CHOICE = "not_a_choice"
    TOO_LONG = "too_long"
    REAL_ALARM = "real_alarm"
    SAME_PERSON = "same_person"
    EXPIRED = "expired"


class AlarmChanged(Struct, frozen=True, kw_only=True, tag=True):
    """An alarm as it is from now on, and what happened to it."""

    alarm: Alarm
    what: Change
    by: str | None
    """Who did it; None for the machine and for time."""
    time_ns: int
    text: str = ""


class AlarmFiled(Struct, frozen=True, kw_only=True, tag=True):
    """A resolved alarm has left the desk; its resolution was told long before."""

    alarm_id: str
    time_ns: int


class GuardCalled(Struct, frozen=True, kw_only=True, tag=True):
    """A guard must be told to go."""

    guard: str
    alarm_id: str
    why: Summons
    time_ns: int


class GuardStoodDown(Struct, frozen=True, kw_only=True, tag=True):
    """A guard need not go on."""

    guard: str
    alarm_id: str
    time_ns: int


class SupervisorCalled(Struct, frozen=True, kw_only=True, tag=True):
    """A supervisor must look at an alarm."""

    alarm_id: str
    why: Summons
    time_ns: int


class ShelfChanged(Struct, frozen=True, kw_only=True, tag=True):
    """A sensor was shelved, or rings again."""

    sensor: str
    shelf: Shelf | None
    by: str | None
    """None: its time was over."""
    time_ns: int


class DrillChanged(Struct, frozen=True, kw_only=True, tag=True):
    """A drill began or ended."""

    drill: Drill | None
    by: str | None
    """None: its time was over."""
    time_ns: int


class GroupsChanged(Struct, frozen=True, kw_only=True, tag=True):
    """These are all groups of alarms from now on."""

    groups: tuple[Group, ...]
    time_ns: int


class Refused(Struct, frozen=True, kw_only=True, tag=True):
    """Nothing was done.  Whoever asked is told why, and who was first if somebody was."""

    why: Refusal
    reason: str
    remedy: str
    by: str | None = None
    at_ns: int | None = None
    alarm_id: str | None = None
    time_ns: int


Output: TypeAlias = (
    AlarmChanged
    | AlarmFiled
    | GuardCalled
    | GuardStoodDown
    | SupervisorCalled
    | ShelfChanged
    | DrillChanged
    | GroupsChanged
    | Refused
)
"""Any of them."""
