"""What somebody may do about an alarm right now."""

from __future__ import annotations

from enum import StrEnum

from msgspec import structs

from clearway.alarms.alarm import Answer, DismissReason, Outcome
from clearway.alarms.desk import AlarmDesk
from clearway.alarms.flood import Flood
from clearway.alarms.inputs import (
    Acknowledge,
    AlarmAct,
    Delivered,
    Dismiss,
    Escalate,
    HandOver,
    Read,
    Reply,
    Resolve,
    TakeOver,
    Unacknowledge,
)
from clearway.alarms.life_cycle import step
from clearway.alarms.outputs import Refused
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

    Each is tried on a desk that has this alarm alone, so what is offered and what is accepted
    cannot differ.
    """
    alarm = desk.alarms.get(alarm_id)
    if alarm is None:
        return ()
    alone = structs.replace(desk, alarms={alarm_id: alarm}, flood=Flood())
    allowed = []
    for action, act in _tried(desk, alarm_id, actor, time_ns).items():
        _, outputs = step(alone, act)
        if outputs and not isinstance(outputs[0], Refused):
            allowed.append(action)
    return tuple(allowed)


def _tried(desk: AlarmDesk, alarm_id: str, actor: Actor, time_ns: int) -> dict[Action, AlarmAct]:
    to = _colleague(desk, actor)
    false = DismissReason.FALSE_ALARM
    nothing = Outcome.NOTHING
    help_ = Answer.NEED_HELP  # never taken for a repetition
    return {
        Action.ACKNOWLEDGE: Acknowledge(alarm_id=alarm_id, actor=actor, time_ns=time_ns),
        Action.UNACKNOWLEDGE: Unacknowledge(alarm_id=alarm_id, actor=actor, time_ns=time_ns),
        Action.TAKE_OVER: TakeOver(alarm_id=alarm_id, actor=actor, time_ns=time_ns),
        Action.HAND_OVER: HandOver(alarm_id=alarm_id, actor=actor, time_ns=time_ns, to=to),
        Action.DISMISS: Dismiss(alarm_id=alarm_id, actor=actor, time_ns=time_ns, reason=false),
        Action.ESCALATE: Escalate(alarm_id=alarm_id, actor=actor, time_ns=time_ns),
        Action.RESOLVE: Resolve(alarm_id=alarm_id, actor=actor, time_ns=time_ns, outcome=nothing),
        Action.DELIVERED: Delivered(alarm_id=alarm_id, actor=actor, time_ns=time_ns),
        Action.READ: Read(alarm_id=alarm_id, actor=actor, time_ns=time_ns),
        Action.ANSWER: Reply(alarm_id=alarm_id, actor=actor, time_ns=time_ns, answer=help_),
    }


def _colleague(desk: AlarmDesk, actor: Actor) -> str:
    """Somebody else who is present and may decide; the actor if there is nobody, who is refused."""
    return next(
        (
            person.name
            for person in desk.people
            if person.may(Permission.DECIDE) and person.name != actor.name
        ),
        actor.name,
    )
