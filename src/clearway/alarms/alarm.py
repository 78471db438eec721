"""An alarm: an alert together with what people do about it."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from clearway.alarms.report import AlertReport, Grounds


class Stage(StrEnum):
    """How far people have got with an alarm."""

    NEW = "new"
    """Nobody has acknowledged it."""
    ACKNOWLEDGED = "acknowledged"
    """Somebody has seen it; nobody is dealing with it."""
    ASSIGNED = "assigned"
    """An operator is dealing with it."""
    ESCALATED = "escalated"
    """A guard is on the way or with the person."""
    RESOLVED = "resolved"


class Answer(StrEnum):
    """What a guard says from the hall."""

    FOUND = "found"
    NOT_FOUND = "not_found"
    NEED_HELP = "need_help"


class DismissReason(StrEnum):
    """Why nobody needs to go."""

    HARMLESS_OBJECT = "harmless_object"
    """There is an object, and it is no threat: a nuisance alarm."""
    FALSE_ALARM = "false_alarm"
    """There is nothing."""
    TEST = "test"
    DUPLICATE = "duplicate"
    OTHER = "other"


class Outcome(StrEnum):
    """How an alarm left the queue."""

    THREAT = "threat"
    """A firearm or explosives were found."""
    HARMLESS_OBJECT = "harmless_object"
    """The person was found, with a harmless object: a nuisance alarm."""
    NOTHING = "nothing"
    """The person was found, with nothing: a false alarm."""
    PERSON_NOT_FOUND = "person_not_found"
    DISMISSED = "dismissed"
    ENDED = "ended"
    """The alert ended, and somebody has acknowledged that."""
    MERGED = "merged"
    """Another alarm about the same person goes on in its place."""


GIVEN_BY_PEOPLE = frozenset(
    {Outcome.THREAT, Outcome.HARMLESS_OBJECT, Outcome.NOTHING, Outcome.PERSON_NOT_FOUND}
)
"""The outcomes among which somebody who resolves an alarm chooses."""

JUDGED = GIVEN_BY_PEOPLE | {Outcome.DISMISSED}
"""The outcomes that say that somebody has judged the evidence."""


class Summons(StrEnum):
    """Why a guard or a supervisor is called."""

    SENT = "sent"
    """An operator sends the guard."""
    UNDELIVERED = "undelivered"
    """The call to another guard has not reached the phone."""
    UNREAD = "unread"
    """It has, and nobody has read it."""
    UNANSWERED = "unanswered"
    """The guard has read it and says nothing."""
    HELP_NEEDED = "help_needed"
    UNACKNOWLEDGED = "unacknowledged"
    """Nobody has acknowledged the alarm."""
    NOBODY_DEALS = "nobody_deals"
    """Somebody has, and nothing was done since."""
    HOLDER_LEFT = "holder_left"
    """Whoever dealt with it is away."""


class Acknowledgement(Struct, frozen=True):
    """Somebody has seen the alarm."""

    by: str
    at_ns: int


class Holder(Struct, frozen=True):
    """An operator who is dealing with the alarm."""

    name: str
    since_ns: int
    acted_ns: int | None = None
    """Last own act on this alarm; None until somebody who was handed it has done anything."""
    absent_since_ns: int | None = None

    @property
    def silent_since_ns(self) -> int:
        """Since when nothing has been heard."""
        return self.since_ns if self.acted_ns is None else self.acted_ns


class GuardTask(Struct, frozen=True, kw_only=True):
    """A guard who was called to the person."""

    guard: str
    why: Summons
    by: str | None
    """Who sent the guard; None if nobody in person did."""
    sent_ns: int
    delivered_ns: int | None = None
    read_ns: int | None = None
    answer: Answer | None = None
    answered_ns: int | None = None
    text: str = ""
    passed_on_ns: int | None = None
    """When somebody else was called since this guard did not read it."""
    chased_ns: int | None = None
    """When the supervisor was told that this guard does not answer."""
    stood_down_ns: int | None = None
    """When the alarm was resolved, and with it this task."""

    @property
    def underway(self) -> bool:
        """Whether the guard is on the way or with the person."""
        return self.stood_down_ns is None and self.answer is not Answer.NOT_FOUND


class Resolution(Struct, frozen=True, kw_only=True):
    """How and by whom an alarm was taken off the queue."""

    outcome: Outcome
    reason: DismissReason | None = None
    """Of a dismissal."""
    text: str = ""
    by: str | None
    """None where it follows from earlier acts: a merger, or the end of an acknowledged alarm."""
    at_ns: int
    merged_into: str | None = None

    @property
    def nuisance(self) -> bool:
        """Whether a harmless object raised the alarm."""
        return (
            self.outcome is Outcome.HARMLESS_OBJECT or self.reason is DismissReason.HARMLESS_OBJECT
        )

    @property
    def false(self) -> bool:
        """Whether nothing was there."""
        return self.outcome is Outcome.NOTHING or self.reason is DismissReason.FALSE_ALARM


class Alarm(Struct, frozen=True, kw_only=True):
    """An alert, and what people have done about it.

    It stands on two feet that ISA-18.2 keeps apart: whether the machine still holds to the alert
    (`live`), and whether somebody has acknowledged it.  Only an alarm that has ended *and* was
    acknowledged may leave by itself.  It *rings* while it is unacknowledged and not shelved.
    """

    report: AlertReport
    number: int
    """Short, for speaking; no two alarms on the desk share one."""
    listed_ns: int
    changed_ns: int = 0
    """When anything of it last changed; a clock that is set back does not set this back."""
    drill: bool
    """Whether it came in a drill, and nothing that was news of it has come outside of one."""
    shelved: bool = False
    """Whether only shelved sensors have ever spoken for it; it is listed and silent."""
    speakers: tuple[str, ...] = ()
    """Sensors that have ever spoken for it, sorted, for the machine forgets readings and reports
    what is left of them; its own id stands for evidence of no sensor."""
    known: Grounds
    """What people were called about, or have judged."""
    version: int = 1
    """Counts what was news: what was decided on an earlier version is outdated."""
    rings: int = 0
    """How often it has begun to ring."""
    first_rung_ns: int | None = None
    rung_ns: int | None = None
    """When it last began to ring."""
    acknowledged: Acknowledgement | None = None
    first_acknowledged_ns: int | None = None
    holders: tuple[Holder, ...] = ()
    """Who is dealing with it: one person, or those of alarms that were merged."""
    guards: tuple[GuardTask, ...] = ()
    """One per guard, in the order of the calls."""
    reported: tuple[Summons, ...] = ()
    """What the supervisor has been told since it last began to ring."""
    resolution: Resolution | None = None
    reopened_from: Resolution | None = None
    """The resolution that new evidence has undone."""

    @property
    def alarm_id(self) -> str:
        """The id of its alert on the wire."""
        return self.report.alert_id

    @property
    def live(self) -> bool:
        """Whether the machine still holds to the alert."""
        return self.report.live

    @property
    def listed(self) -> bool:
        """Whether it is in the queue."""
        return self.resolution is None

    @property
    def ringing(self) -> bool:
        """Whether it calls for attention."""
        return self.listed and self.acknowledged is None and not self.shelved

    @property
    def underway(self) -> tuple[GuardTask, ...]:
        """Guards on the way or with the person."""
        return tuple(task for task in self.guards if task.underway)

    @property
    def attended(self) -> bool:
        """Whether somebody is dealing with it."""
        return bool(self.holders or self.underway)

    @property
    def stage(self) -> Stage:
        """How far people have got with it."""
        if self.resolution is not None:
            return Stage.RESOLVED
        if self.underway:
            return Stage.ESCALATED
        if self.holders:
            return Stage.ASSIGNED
        return Stage.NEW if self.acknowledged is None else Stage.ACKNOWLEDGED

    def task_of(self, guard: str) -> GuardTask | None:
        """What a guard was called to do here."""
        return next((task for task in self.guards if task.guard == guard), None)

    def held_by(self, name: str) -> bool:
        """Whether this person is dealing with it."""
        return any(holder.name == name for holder in self.holders)

    def is_anothers(self, name: str) -> bool:
        """Whether somebody deals with it, and this person does not."""
        return bool(self.holders) and not self.held_by(name)

    @property
    def in_need(self) -> GuardTask | None:
        """The task of a guard who asks for help."""
        return next((task for task in self.underway if task.answer is Answer.NEED_HELP), None)
