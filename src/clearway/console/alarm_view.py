"""An alarm as the console's pages show it, to each of its people as much as they may see."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from msgspec import structs

from clearway.accounts import Users
from clearway.alarms import (
    Action,
    Actor,
    Alarm,
    AlarmChanged,
    Change,
    EvidenceLine,
    GuardTask,
    Permission,
    Place,
    allowed_actions,
)
from clearway.console.alarm_shapes import (
    AlarmHistory,
    AlarmView,
    CandidateView,
    EndedView,
    EvidenceView,
    GuardTaskView,
    HistoryLine,
    PersonView,
    PlaceView,
    ResolutionView,
    ThreatView,
)
from clearway.console.times import microseconds
from clearway.control_room.record import MACHINE
from clearway.control_room.room import ControlRoom
from clearway.domain import Modality

__all__ = [
    "actions_of",
    "alarm_history",
    "alarm_view",
    "display_names",
    "may_follow",
    "may_see",
    "view_for",
    "without_person",
]

_LOST: Final = "lost"
"""Why an alert ended that the machine has lost sight of."""


def display_names(users: Users) -> dict[str, str]:
    """How everybody is shown to others, by the name of the account."""
    return {user.name: user.display for user in users.all()}


def may_see(alarm: Alarm, actor: Actor) -> bool:
    """Whether somebody may see this alarm: guards see those they were called to."""
    if actor.may(Permission.SEE_ALARMS):
        return True
    return actor.may(Permission.SEE_TASK) and alarm.task_of(actor.name) is not None


def may_follow(alarm: Alarm, actor: Actor) -> bool:
    """Whether somebody may see whom it is about: a guard whose task is over no longer may."""
    if actor.may(Permission.SEE_ALARMS):
        return True
    task = alarm.task_of(actor.name) if actor.may(Permission.SEE_TASK) else None
    return task is not None and task.underway


def actions_of(alarm: Alarm, room: ControlRoom, actor: Actor) -> tuple[Action, ...]:
    """What somebody may do about an alarm now."""
    return allowed_actions(room.desk, alarm.alarm_id, actor, room.clock())


def view_for(
    alarm: Alarm, room: ControlRoom, actor: Actor, displays: Mapping[str, str]
) -> AlarmView:
    """An alarm as somebody is shown it now.

    Parameters
    ----------
    alarm : Alarm
    room : ControlRoom
    actor : Actor
        Who is known to be allowed to see it.
    displays : mapping of str to str
        Of `display_names`; an account that is not there goes by its name.
    """
    group = room.desk.flood.group_of(alarm.alarm_id)
    view = alarm_view(
        alarm,
        displays,
        place=room.last_seen(alarm),
        group=None if group is None else group.group_id,
        actions=actions_of(alarm, room, actor),
    )
    return view if may_follow(alarm, actor) else without_person(view)


def alarm_view(
    alarm: Alarm,
    displays: Mapping[str, str],
    *,
    place: Place | None,
    group: str | None = None,
    actions: tuple[Action, ...] = (),
) -> AlarmView:
    """All that there is to be shown of an alarm.

    Parameters
    ----------
    alarm : Alarm
    displays : mapping of str to str
    place : Place or None
        Where its most probable candidate was seen last.
    group : str, optional
        Of alarms that came together.
    actions : tuple of Action
    """
    report = alarm.report
    known = sum(candidate.probability for candidate in report.candidates)
    holder = next(iter(alarm.holders), None)
    return AlarmView(
        id=alarm.alarm_id,
        number=alarm.number,
        version=alarm.version,
        stage=alarm.stage,
        live=alarm.live,
        ended=None if alarm.live else EndedView(_because(alarm), microseconds(report.time_ns)),
        opened_us=microseconds(alarm.listed_ns),
        changed_us=microseconds(alarm.changed_ns),
        severity=report.severity,
        drill=alarm.drill,
        shelved=alarm.shelved,
        ringing=alarm.ringing,
        rings=alarm.rings,
        reported=alarm.reported,
        operator=None if holder is None else _person(holder.name, displays),
        guards=tuple(_task(task, displays) for task in alarm.guards),
        threat=ThreatView(report.probability, report.prior, report.classes),
        examined=report.examined,
        not_examined=tuple(one for one in Modality if not report.examined.get(one)),
        evidence=tuple(map(_evidence, report.evidence)),
        candidates=tuple(CandidateView(one.track_id, one.probability) for one in report.candidates),
        outside=max(0.0, 1.0 - known),
        last_seen=None
        if place is None
        else PlaceView(place.x_m, place.y_m, microseconds(place.time_ns)),
        resolution=_resolution(alarm),
        group=group,
        actions=actions,
    )


def without_person(view: AlarmView) -> AlarmView:
    """The same without whom it is about and where they are."""
    return structs.replace(view, candidates=(), outside=1.0, last_seen=None)


def alarm_history(view: AlarmView, changes: Iterable[AlarmChanged]) -> AlarmHistory:
    """An alarm together with what became of it; the machine's small changes are left out."""
    lines = tuple(
        HistoryLine(microseconds(one.time_ns), one.by or "", one.what, one.text)
        for one in changes
        if one.what is not Change.UPDATED
    )
    return AlarmHistory(**structs.asdict(view), history=lines)


def _because(alarm: Alarm) -> str:
    because = alarm.report.closed_because
    return _LOST if because is None else because.value


def _person(name: str, displays: Mapping[str, str]) -> PersonView:
    return PersonView(name, displays.get(name, name))


def _task(task: GuardTask, displays: Mapping[str, str]) -> GuardTaskView:
    return GuardTaskView(
        name=task.guard,
        display=displays.get(task.guard, task.guard),
        sent_us=microseconds(task.sent_ns),
        delivered_us=_maybe(task.delivered_ns),
        read_us=_maybe(task.read_ns),
        answer=task.answer,
        answered_us=_maybe(task.answered_ns),
        text=task.text,
    )


def _evidence(line: EvidenceLine) -> EvidenceView:
    return EvidenceView(
        sensor=line.sensor,
        modality=line.modality,
        classes=line.classes,
        substance=line.substance,
        looks=line.looks,
        probability=line.probability,
        body_place=line.body_place,
        time_us=microseconds(line.time_ns),
    )


def _resolution(alarm: Alarm) -> ResolutionView | None:
    resolution = alarm.resolution
    if resolution is None:
        return None
    return ResolutionView(
        outcome=resolution.outcome,
        reason=resolution.reason,
        text=resolution.text,
        by=resolution.by or MACHINE,
        at_us=microseconds(resolution.at_ns),
    )


def _maybe(time_ns: int | None) -> int | None:
    return None if time_ns is None else microseconds(time_ns)
