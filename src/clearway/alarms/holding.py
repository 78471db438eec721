"""Who must leave whom an alarm, and to whom it can be handed.

Plain questions, which both whoever acts and whoever is offered an act are answered alike.
"""

from __future__ import annotations

from msgspec import Struct

from clearway.alarms.alarm import Alarm
from clearway.alarms.desk import AlarmDesk
from clearway.alarms.roles import Actor, Permission
from clearway.alarms.settings import LifeCycleSettings
from clearway.domain import nanoseconds


class GivingWay(Struct, frozen=True):
    """To whom those who deal with an alarm have to give way now."""

    to_supervisor: bool
    to_colleague: bool

    def to(self, actor: Actor) -> bool:
        """Whether to this person."""
        return self.to_supervisor if actor.may(Permission.OVERRULE) else self.to_colleague


def giving_way(alarm: Alarm, settings: LifeCycleSettings, time_ns: int) -> GivingWay:
    """Whether those who deal with an alarm have to give way; nothing else depends on the time.

    To a supervisor, though not in the moment of taking it, or two who reach for it at once would
    take it from each other; and to anybody once nothing has been heard of them for a while.
    """
    overrule_ns = nanoseconds(settings.overrule_after_s)
    silent_ns = nanoseconds(settings.silent_after_s)
    return GivingWay(
        all(time_ns - one.since_ns >= overrule_ns for one in alarm.holders),
        all(
            one.absent_since_ns is not None or time_ns - one.silent_since_ns >= silent_ns
            for one in alarm.holders
        ),
    )


def colleagues(desk: AlarmDesk, actor: Actor) -> tuple[str, ...]:
    """Names of others who are present and may decide, in the order of their coming."""
    return tuple(
        person.name
        for person in desk.people
        if person.may(Permission.DECIDE) and person.name != actor.name
    )
