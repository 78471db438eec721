"""What can happen to the alarm desk: each input is one of these.

All carry the time, in UTC nanoseconds by the clock of whoever asks: the desk has none.
"""

from __future__ import annotations

from typing import Annotated, TypeAlias

from msgspec import Meta, Struct

from clearway.alarms.alarm import Answer, DismissReason, Outcome
from clearway.alarms.report import AlertReport
from clearway.alarms.roles import Actor

FreeText: TypeAlias = Annotated[str, Meta(max_length=2000)]
"""What somebody writes; the length is checked where it is read from a wire."""


class _Event(Struct, frozen=True, kw_only=True, tag=True):
    time_ns: int


class _Act(_Event, frozen=True, kw_only=True, tag=True):
    actor: Actor


class _AlarmAct(_Act, frozen=True, kw_only=True, tag=True):
    alarm_id: str


class _Decision(_AlarmAct, frozen=True, kw_only=True, tag=True):
    seen: int | None = None
    """`Alarm.version` as it was shown when this was decided; refused if there was news since."""


class AlertTold(_Event, frozen=True, kw_only=True, tag=True):
    """The machine tells of an alert: it opened, changed or closed."""

    report: AlertReport


class PeoplePresent(_Event, frozen=True, kw_only=True, tag=True):
    """Who is signed in and connected from now on; guards in the order of their coming."""

    people: tuple[Actor, ...]


class TimePassed(_Event, frozen=True, kw_only=True, tag=True):
    """Nothing happened; to be told about once a second."""


class Acknowledge(_Decision, frozen=True, kw_only=True, tag=True):
    """Somebody has seen the alarm; it stays in the queue and is silent."""


class Unacknowledge(_AlarmAct, frozen=True, kw_only=True, tag=True):
    """Let it ring again; whoever dealt with it no longer does."""


class TakeOver(_Decision, frozen=True, kw_only=True, tag=True):
    """Deal with it from now on."""


class HandOver(_Decision, frozen=True, kw_only=True, tag=True):
    """Let a colleague who is present deal with it."""

    to: str


class Dismiss(_Decision, frozen=True, kw_only=True, tag=True):
    """Nobody needs to go."""

    reason: DismissReason
    text: FreeText = ""


class Resolve(_Decision, frozen=True, kw_only=True, tag=True):
    """Say how it turned out."""

    outcome: Outcome
    text: FreeText = ""


class Escalate(_AlarmAct, frozen=True, kw_only=True, tag=True):
    """Send a guard."""

    guard: str | None = None
    """None: whoever is least busy."""
    seen: int | None = None
    """`Alarm.version` as it was shown.  A guard is sent whatever the news; but after news that was
    not seen an alarm that rings goes on ringing, and nobody deals with it but the guard."""


class Delivered(_AlarmAct, frozen=True, kw_only=True, tag=True):
    """The call has reached the guard's phone."""


class Read(_AlarmAct, frozen=True, kw_only=True, tag=True):
    """The guard has opened it."""


class Reply(_AlarmAct, frozen=True, kw_only=True, tag=True):
    """The guard says how it stands; a later answer takes the place of an earlier one."""

    answer: Answer
    text: FreeText = ""


class ShelveSensor(_Act, frozen=True, kw_only=True, tag=True):
    """Let a sensor that is known to be wrong call nobody by itself for a while."""

    sensor: str
    until_ns: int
    reason: FreeText


class UnshelveSensor(_Act, frozen=True, kw_only=True, tag=True):
    """Let it ring again before its time."""

    sensor: str


class SetDrill(_Act, frozen=True, kw_only=True, tag=True):
    """Begin or end a drill."""

    on: bool


GuardAct: TypeAlias = Delivered | Read | Reply
OperatorAct: TypeAlias = (
    Acknowledge | Unacknowledge | TakeOver | HandOver | Dismiss | Resolve | Escalate
)
AlarmAct: TypeAlias = OperatorAct | GuardAct
"""What somebody does about one alarm."""
SiteAct: TypeAlias = ShelveSensor | UnshelveSensor | SetDrill
Act: TypeAlias = AlarmAct | SiteAct
"""What somebody does."""
Input: TypeAlias = AlertTold | PeoplePresent | TimePassed | Act
"""Anything that can happen."""
