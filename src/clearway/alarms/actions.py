"""What somebody may do about an alarm right now."""

from __future__ import annotations

from enum import StrEnum

from clearway.alarms.alarm import Alarm
from clearway.alarms.desk import AlarmDesk
from clearway.alarms.holding import colleagues, giving_way
from clearway.alarms.roles import Actor, Permission


class Action(StrEnum):
    """The acts about one alarm."""

    ACKNOWLEDGE = "acknowledge"
    UNACKNOWLEDGE = "unacknowledge"
    TAKE_OVER = "take-over"
    HAND_OVER = "hand-over"
    DISMISS = "dismiss"
    ESCALATE = "escalate"
    RESOLVE = "resolve"
    DELIVERED = "delivered"
    READ = "read"
    ANSWER = "answer"


def allowed_actions(
    desk: AlarmDesk, alarm_id: str, actor: Actor, time_ns: int
) -> tuple[Action, ...]:
    """The acts that would change something if this person did them now.

    What is offered and what `life_cycle.step` accepts must not differ; a thousand alarms are too
    many to try each act on, so a test does instead.
    """
    alarm = desk.alarms.get(alarm_id)
    if alarm is None:
        return ()
    offered: dict[Action, bool] = {}
    if alarm.listed and actor.may(Permission.DECIDE):
        offered |= _decisions(desk, alarm, actor, time_ns)
    if actor.may(Permission.ANSWER):
        offered |= _answers(alarm, actor)
    return tuple(action for action, allowed in offered.items() if allowed)


def _decisions(desk: AlarmDesk, alarm: Alarm, actor: Actor, time_ns: int) -> dict[Action, bool]:
    """Of an alarm in the queue."""
    is_free = not alarm.is_anothers(actor.name)
    is_new = alarm.acknowledged is None
    is_own = alarm.held_by(actor.name)
    called = {task.guard for task in alarm.underway}
    return {
        Action.ACKNOWLEDGE: is_new,
        Action.UNACKNOWLEDGE: is_free and not is_new,
        Action.TAKE_OVER: not is_own and giving_way(alarm, desk.settings, time_ns).to(actor),
        Action.HAND_OVER: is_free and bool(colleagues(desk, actor)),
        Action.DISMISS: is_free and alarm.in_need is None,
        Action.ESCALATE: is_free and not called.issuperset(desk.guards),
        Action.RESOLVE: is_free,
    }


def _answers(alarm: Alarm, actor: Actor) -> dict[Action, bool]:
    """A guard's, who may ask for help even when the alarm is resolved."""
    task = alarm.task_of(actor.name)
    if task is None:
        return {}
    return {
        Action.DELIVERED: task.underway and task.delivered_ns is None,
        Action.READ: task.underway and task.read_ns is None,
        Action.ANSWER: True,
    }
