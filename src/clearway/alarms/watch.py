"""What follows when time passes, or people come and go.

Nobody waits for an answer for ever: every wait has a limit, and at its end somebody else is
called.  Each limit calls once; a call that is lost is followed by the next limit's.
"""

from __future__ import annotations

from msgspec import structs

from clearway.alarms import shelving
from clearway.alarms.alarm import Alarm, GuardTask, Holder, Outcome, Summons
from clearway.alarms.outputs import Change
from clearway.alarms.roles import Actor
from clearway.alarms.turn import Turn


def let_time_pass(turn: Turn) -> None:
    """Do whatever is due."""
    shelving.let_time_pass(turn)
    for alarm_id in tuple(turn.alarms):
        alarm = turn.alarms[alarm_id]
        if alarm.listed:
            alarm = _chase_guards(turn, alarm)
            alarm = _let_holders_go(turn, alarm)
            _remind(turn, alarm)
        elif _is_done_with(turn, alarm):
            turn.file(alarm)


def take_presence(turn: Turn, people: tuple[Actor, ...]) -> None:
    """Note who is present, and who of those who deal with an alarm is not."""
    turn.desk = structs.replace(turn.desk, people=people)
    present = {person.name for person in people}
    for alarm in tuple(turn.alarms.values()):
        holders = tuple(_noted(turn, one, here=one.name in present) for one in alarm.holders)
        if holders != alarm.holders:
            away = [one.name for one in holders if one.absent_since_ns is not None]
            what = Change.HOLDER_AWAY if away else Change.HOLDER_BACK
            turn.put(alarm, what, text=", ".join(away), holders=holders)


def _noted(turn: Turn, holder: Holder, *, here: bool) -> Holder:
    if here is (holder.absent_since_ns is None):
        return holder
    return structs.replace(holder, absent_since_ns=None if here else turn.time_ns)


def _chase_guards(turn: Turn, alarm: Alarm) -> Alarm:
    """Call somebody else instead of guards who do not read, and report those who do not answer."""
    for task in alarm.underway:
        overdue = _overdue(turn, task)
        if overdue is not None:
            alarm = _put_task(turn, alarm, structs.replace(task, passed_on_ns=turn.time_ns))
            others = turn.free_guards(alarm)
            if others:
                alarm = turn.call_guard(alarm, others[0], overdue)
            else:
                alarm = turn.call_supervisor(alarm, overdue)
        elif _unanswered(turn, task):
            alarm = _put_task(turn, alarm, structs.replace(task, chased_ns=turn.time_ns))
            alarm = turn.call_supervisor(alarm, Summons.UNANSWERED)
    return alarm


def _overdue(turn: Turn, task: GuardTask) -> Summons | None:
    """Why a call should go to somebody else, if it should."""
    if task.passed_on_ns is not None or task.read_ns is not None:
        return None
    if task.delivered_ns is None and turn.passed(task.sent_ns, turn.settings.delivered_within_s):
        return Summons.UNDELIVERED
    if turn.passed(task.sent_ns, turn.settings.read_within_s):
        return Summons.UNREAD
    return None


def _unanswered(turn: Turn, task: GuardTask) -> bool:
    return (
        task.read_ns is not None
        and task.answer is None
        and task.chased_ns is None
        and turn.passed(task.read_ns, turn.settings.answer_within_s)
    )


def _put_task(turn: Turn, alarm: Alarm, task: GuardTask) -> Alarm:
    guards = tuple(task if one.guard == task.guard else one for one in alarm.guards)
    return turn.put(alarm, Change.GUARD_OVERDUE, text=task.guard, guards=guards)


def _let_holders_go(turn: Turn, alarm: Alarm) -> Alarm:
    """Take an alarm from whoever has left; one that nobody holds any more rings again."""
    within_s = turn.settings.absent_after_s
    gone = [
        one
        for one in alarm.holders
        if one.absent_since_ns is not None and turn.passed(one.absent_since_ns, within_s)
    ]
    if not gone:
        return alarm
    stay = tuple(one for one in alarm.holders if one not in gone)
    alarm = turn.put(
        alarm,
        Change.HOLDER_LEFT,
        text=", ".join(one.name for one in gone),
        holders=stay,
        acknowledged=alarm.acknowledged if stay else None,
    )
    return alarm if stay else turn.call_supervisor(alarm, Summons.HOLDER_LEFT)


def _remind(turn: Turn, alarm: Alarm) -> None:
    """Call the supervisor to an alarm to which nobody does anything."""
    if alarm.shelved:
        return
    settings = turn.settings
    if alarm.acknowledged is None:
        why = Summons.UNACKNOWLEDGED
        since_ns = alarm.listed_ns if alarm.rung_ns is None else alarm.rung_ns
        within_s = settings.acknowledge_within_s
    elif alarm.underway:
        return
    else:
        why = Summons.NOBODY_DEALS
        since_ns = max((alarm.acknowledged.at_ns, *(one.silent_since_ns for one in alarm.holders)))
        acted = any(one.acted_ns is not None for one in alarm.holders)
        within_s = settings.silent_after_s if acted else settings.deal_within_s
    if why not in alarm.reported and turn.passed(since_ns, within_s):
        turn.call_supervisor(alarm, why)


def _is_done_with(turn: Turn, alarm: Alarm) -> bool:
    """Whether a resolved alarm can leave the desk.

    Not while the machine holds to its alert, which would come back as a new alarm; nor while the
    alarm it was merged into is in the queue, since a guard may still speak of the old one.
    """
    resolution = alarm.resolution
    if resolution is None or alarm.live:
        return False
    heir = turn.survivor(alarm.alarm_id)
    if resolution.outcome is Outcome.MERGED and heir is not None and heir.listed:
        return False
    return turn.passed(max(resolution.at_ns, alarm.report.time_ns), turn.settings.keep_resolved_s)
