"""What a guard's phone and the guard say of a call.

A receipt that comes twice, or after the alarm was resolved, changes nothing and is no fault.  A
guard who was called to an alarm that was merged meanwhile speaks about the one that goes on.

Whoever needs help, or has found a person whom everybody has given up, is in no drill once it is
over, whatever the alarm was.
"""

from __future__ import annotations

from msgspec import structs

from clearway.alarms.alarm import Alarm, Answer, GuardTask, Outcome, Summons
from clearway.alarms.inputs import Delivered, GuardAct, Read, Reply
from clearway.alarms.outputs import Change, Refusal
from clearway.alarms.turn import Turn


def take_act(turn: Turn, act: GuardAct) -> None:
    """Take a receipt or an answer, or refuse it."""
    alarm = turn.survivor(act.alarm_id)
    task = None if alarm is None else alarm.task_of(act.actor.name)
    if alarm is None or task is None:
        raise turn.refusal(
            Refusal.NOT_CALLED,
            f"{act.actor.name} is not called to that alarm",
            "speak to the control room by radio",
            alarm=alarm,
        )
    match act:
        case Delivered():
            if task.underway and task.delivered_ns is None:
                task = structs.replace(task, delivered_ns=turn.time_ns)
                _put(turn, alarm, task, Change.DELIVERED)
        case Read():
            if task.underway and task.read_ns is None:
                _put(turn, alarm, _read(turn, task), Change.READ)
        case Reply():
            _reply(turn, alarm, task, act)


def _reply(turn: Turn, alarm: Alarm, task: GuardTask, act: Reply) -> None:
    needs_help = act.answer is Answer.NEED_HELP
    repeated = task.answer is act.answer and task.text == act.text
    if repeated and not needs_help:
        return
    what = Change.ANSWERED
    contradicted = _contradicts(alarm, act.answer)
    if needs_help or contradicted:
        alarm = structs.replace(alarm, drill=turn.still_drill(alarm))
    task = structs.replace(
        _read(turn, task), answer=act.answer, answered_ns=turn.time_ns, text=act.text
    )
    if contradicted:
        what = Change.REOPENED
        alarm = turn.reopened(alarm)
        task = structs.replace(task, stood_down_ns=None)
    alarm = _put(turn, alarm, task, what, act.answer.value)
    if needs_help:
        alarm = turn.call_supervisor(alarm, Summons.HELP_NEEDED, task.guard)
        for guard in turn.free_guards(alarm):
            alarm = turn.call_guard(alarm, guard, Summons.HELP_NEEDED, task.guard)
    turn.settle(alarm)


def _contradicts(alarm: Alarm, answer: Answer) -> bool:
    """Whether an answer shows that a resolved alarm is not over.

    Whoever cries for help is heard, whatever was decided in the control room.  So is a guard who
    has found the person, unless it was resolved as a threat that was found.
    """
    if alarm.resolution is None or answer is Answer.NOT_FOUND:
        return False
    return answer is Answer.NEED_HELP or alarm.resolution.outcome is not Outcome.THREAT


def _read(turn: Turn, task: GuardTask) -> GuardTask:
    """The task, read by now and so delivered."""
    return structs.replace(
        task,
        delivered_ns=turn.time_ns if task.delivered_ns is None else task.delivered_ns,
        read_ns=turn.time_ns if task.read_ns is None else task.read_ns,
    )


def _put(turn: Turn, alarm: Alarm, task: GuardTask, what: Change, text: str = "") -> Alarm:
    guards = tuple(task if one.guard == task.guard else one for one in alarm.guards)
    return turn.put(alarm, what, by=task.guard, text=text, guards=guards)
