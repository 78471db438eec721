"""What operators and supervisors may do about an alarm, and when it is refused.

Nobody is overwritten in silence: of two who act at once the second is told who was first, and
when.  An alarm that somebody deals with takes decisions from nobody else; a supervisor may take it
over, and so may a colleague once nothing has been heard from its holder for a while.

Whatever silences an alarm or judges it is refused if there was news since it was decided: nobody
silences what they have not seen.  A guard is sent all the same, and the alarm goes on ringing.
"""

from __future__ import annotations

from msgspec import structs

from clearway.alarms.alarm import (
    GIVEN_BY_PEOPLE,
    Alarm,
    DismissReason,
    Holder,
    Outcome,
    Resolution,
    Summons,
)
from clearway.alarms.holding import colleagues, giving_way
from clearway.alarms.inputs import (
    Acknowledge,
    Dismiss,
    Escalate,
    HandOver,
    OperatorAct,
    Resolve,
    TakeOver,
    Unacknowledge,
)
from clearway.alarms.outputs import Change, Refusal
from clearway.alarms.refusals import clock
from clearway.alarms.roles import Actor
from clearway.alarms.turn import Turn


def take_act(turn: Turn, act: OperatorAct) -> None:
    """Do what an operator asks, or refuse it."""
    alarm = _listed(turn, act.alarm_id)
    match act:
        case Acknowledge():
            _acknowledge(turn, alarm, act)
        case Unacknowledge():
            _unacknowledge(turn, alarm, act.actor)
        case TakeOver():
            _take_over(turn, alarm, act)
        case HandOver():
            _hand_over(turn, alarm, act)
        case Escalate():
            _escalate(turn, alarm, act)
        case Dismiss():
            _dismiss(turn, alarm, act)
        case Resolve():
            _resolve(turn, alarm, act)


def _listed(turn: Turn, alarm_id: str) -> Alarm:
    """The alarm, which must be in the queue."""
    alarm = turn.alarms.get(alarm_id)
    if alarm is None:
        raise turn.refusal(
            Refusal.UNKNOWN,
            f"there is no alarm {alarm_id} in the queue",
            "look for it in the history",
        )
    resolution = alarm.resolution
    if resolution is None:
        return alarm
    heir = turn.survivor(alarm_id)
    if resolution.outcome is Outcome.MERGED and heir is not None:
        raise turn.refusal(
            Refusal.MERGED,
            f"alarm {alarm.number} goes on as alarm {heir.number}, about the same person",
            f"act on alarm {heir.number}",
            at_ns=resolution.at_ns,
            alarm=alarm,
        )
    who = "by itself" if resolution.by is None else f"by {resolution.by}"
    raise turn.refusal(
        Refusal.RESOLVED,
        f"alarm {alarm.number} was resolved {who} at {clock(resolution.at_ns)}"
        f" ({resolution.outcome.value})",
        "look at its history; new evidence brings it back by itself",
        by=resolution.by,
        at_ns=resolution.at_ns,
        alarm=alarm,
    )


def _acknowledge(turn: Turn, alarm: Alarm, act: Acknowledge) -> None:
    name, known = act.actor.name, alarm.acknowledged
    if known is not None:
        if known.by == name:
            return
        raise turn.refusal(
            Refusal.ALREADY_DONE,
            f"{known.by} acknowledged alarm {alarm.number} at {clock(known.at_ns)}",
            "take it over to deal with it",
            by=known.by,
            at_ns=known.at_ns,
            alarm=alarm,
        )
    _refuse_if_outdated(turn, alarm, act.seen)
    alarm = turn.put(turn.seen(alarm, name), Change.ACKNOWLEDGED, by=name)
    turn.settle(alarm)


def _unacknowledge(turn: Turn, alarm: Alarm, actor: Actor) -> None:
    _refuse_if_held(turn, alarm, actor)
    if alarm.acknowledged is None:
        raise turn.refusal(
            Refusal.NOT_ACKNOWLEDGED,
            f"nobody has acknowledged alarm {alarm.number}",
            "nothing needs to be undone",
            alarm=alarm,
        )
    turn.put(alarm, Change.UNACKNOWLEDGED, by=actor.name, acknowledged=None, holders=())


def _take_over(turn: Turn, alarm: Alarm, act: TakeOver) -> None:
    actor = act.actor
    if alarm.held_by(actor.name):
        return
    if not _gives_way(turn, alarm, actor):
        _refuse_if_held(turn, alarm, actor)
    _refuse_if_outdated(turn, alarm, act.seen)
    turn.put(
        turn.seen(alarm, actor.name),
        Change.TAKEN_OVER,
        by=actor.name,
        text=", ".join(holder.name for holder in alarm.holders),
        holders=(_active(turn, actor),),
    )


def _hand_over(turn: Turn, alarm: Alarm, act: HandOver) -> None:
    actor, to = act.actor, act.to
    _refuse_if_held(turn, alarm, actor)
    _refuse_if_outdated(turn, alarm, act.seen)
    others = colleagues(turn.desk, actor)
    if to not in others:
        raise turn.refusal(
            Refusal.NOT_HERE,
            f"{to} is no other operator who is present",
            f"hand it to one of: {', '.join(others)}"
            if others
            else "nobody else is present: keep it",
            alarm=alarm,
        )
    stay = tuple(one for one in alarm.holders if one.name not in {actor.name, to})
    turn.put(
        turn.seen(alarm, actor.name),
        Change.HANDED_OVER,
        by=actor.name,
        text=to,
        holders=(Holder(to, turn.time_ns), *stay),
    )


def _escalate(turn: Turn, alarm: Alarm, act: Escalate) -> None:
    actor, guard = act.actor, act.guard
    _refuse_if_held(turn, alarm, actor)
    free = turn.free_guards(alarm)
    if guard is None and free:
        guard = free[0]
    task = None if guard is None else alarm.task_of(guard)
    if task is not None and task.underway:
        raise turn.refusal(
            Refusal.ALREADY_DONE,
            f"{task.guard} was called to alarm {alarm.number} at {clock(task.sent_ns)}",
            "call another guard" if free else "reach the guard by radio",
            by=task.by,
            at_ns=task.sent_ns,
            alarm=alarm,
        )
    if guard is None or guard not in free:
        raise turn.refusal(
            Refusal.NOT_HERE,
            "no other guard is connected" if guard is None else f"guard {guard} is not connected",
            f"call one of: {', '.join(free)}" if free else "call a guard by radio",
            alarm=alarm,
        )
    if not _is_outdated(alarm, act.seen):
        alarm = turn.seen(alarm, actor.name)
    if alarm.acknowledged is not None:
        alarm = structs.replace(alarm, holders=_acted(turn, alarm, actor))
    turn.call_guard(alarm, guard, Summons.SENT, actor.name)


def _dismiss(turn: Turn, alarm: Alarm, act: Dismiss) -> None:
    _refuse_if_held(turn, alarm, act.actor)
    _refuse_if_outdated(turn, alarm, act.seen)
    task = alarm.in_need
    if task is not None:
        raise turn.refusal(
            Refusal.HELP_NEEDED,
            f"guard {task.guard} asks for help at alarm {alarm.number}",
            "resolve it when the guard is safe",
            by=task.guard,
            at_ns=task.answered_ns,
            alarm=alarm,
        )
    if act.reason is DismissReason.OTHER and not act.text.strip():
        raise turn.refusal(
            Refusal.TEXT_NEEDED,
            "'other' alone does not say why nobody needs to go",
            "write the reason, or choose another",
            alarm=alarm,
        )
    _finish(turn, alarm, act, Outcome.DISMISSED, act.reason)


def _resolve(turn: Turn, alarm: Alarm, act: Resolve) -> None:
    _refuse_if_held(turn, alarm, act.actor)
    _refuse_if_outdated(turn, alarm, act.seen)
    if act.outcome not in GIVEN_BY_PEOPLE:
        raise turn.refusal(
            Refusal.NOT_A_CHOICE,
            f"'{act.outcome.value}' is no outcome that a person gives",
            f"give one of: {', '.join(sorted(GIVEN_BY_PEOPLE))}",
            alarm=alarm,
        )
    _finish(turn, alarm, act, act.outcome, None)


def _finish(
    turn: Turn,
    alarm: Alarm,
    act: Dismiss | Resolve,
    outcome: Outcome,
    reason: DismissReason | None,
) -> None:
    name = act.actor.name
    resolution = Resolution(
        outcome=outcome, reason=reason, text=act.text.strip(), by=name, at_ns=turn.time_ns
    )
    turn.resolve(turn.seen(alarm, name), resolution)


def _refuse_if_held(turn: Turn, alarm: Alarm, actor: Actor) -> None:
    """Refuse what only its holder may do."""
    if not alarm.is_anothers(actor.name):
        return
    holder = alarm.holders[0]
    raise turn.refusal(
        Refusal.HELD,
        f"{holder.name} has been dealing with alarm {alarm.number} since {clock(holder.since_ns)}",
        "take it over first"
        if _gives_way(turn, alarm, actor)
        else f"ask {holder.name} or a supervisor to hand it over",
        by=holder.name,
        at_ns=holder.since_ns,
        alarm=alarm,
    )


def _refuse_if_outdated(turn: Turn, alarm: Alarm, seen: int | None) -> None:
    if _is_outdated(alarm, seen):
        raise turn.refusal(
            Refusal.EVIDENCE_ADDED,
            f"there is news of alarm {alarm.number} since this was decided",
            "look at it again",
            alarm=alarm,
        )


def _is_outdated(alarm: Alarm, seen: int | None) -> bool:
    return seen is not None and seen != alarm.version


def _gives_way(turn: Turn, alarm: Alarm, actor: Actor) -> bool:
    return giving_way(alarm, turn.settings, turn.time_ns).to(actor)


def _active(turn: Turn, actor: Actor) -> Holder:
    return Holder(actor.name, turn.time_ns, turn.time_ns)


def _acted(turn: Turn, alarm: Alarm, actor: Actor) -> tuple[Holder, ...]:
    """The holders, of whom this one has just done something."""
    if not alarm.holders:
        return (_active(turn, actor),)
    return tuple(
        structs.replace(one, acted_ns=turn.time_ns) if one.name == actor.name else one
        for one in alarm.holders
    )
