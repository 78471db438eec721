"""What follows when the machine tells of an alert.

* An alert that is not on the desk becomes an alarm, even if it is told as updated or closed: what
  was told before may have been lost.
* A report older than the one known, or told once more, changes nothing.
* New grounds (`Grounds.surpass`) make an alarm ring again that was acknowledged and that nobody
  deals with.  One that somebody deals with is told as changed, and a decision taken on the
  earlier version is refused.  One that people have judged comes back to the queue.
* News that comes when no drill is on takes the drill's mark from an alarm: they are real.
* An alert that is *withdrawn* is like the return to normal of ISA-18.2: once acknowledged, the
  alarm leaves.  One whose person has *departed* is not: the suspect is gone and nobody has stopped
  them.  That is news, and must be acknowledged for itself.
* An alert that is *merged* gives its place to another about the same person, and with it who
  deals with it, which guards are on the way, and whether its grounds were seen.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import structs

from clearway.alarms.alarm import JUDGED, Acknowledgement, Alarm, GuardTask, Outcome, Resolution
from clearway.alarms.outputs import Change
from clearway.alarms.report import AlertReport, Grounds
from clearway.alarms.turn import Turn
from clearway.domain import Closing

_AFTER_THE_DRILL = "news that came when no drill was on: this is real"


def take_report(turn: Turn, report: AlertReport) -> None:
    """Take a report into the desk."""
    before = turn.alarms.get(report.alert_id)
    if before is None:
        _open(turn, report)
        for alarm_id in tuple(turn.alarms):
            _merge(turn, turn.alarms[alarm_id])
    elif _is_newer(report, before.report):
        _update(turn, before, report)


def _is_newer(report: AlertReport, known: AlertReport) -> bool:
    if report.time_ns == known.time_ns:
        return report != known and not (report.live and not known.live)
    return report.time_ns > known.time_ns


def _open(turn: Turn, report: AlertReport) -> None:
    number = _next_number(turn)
    turn.desk = structs.replace(turn.desk, last_number=number)
    # What no sensor speaks for cannot be shelved with any: it speaks for itself.
    speakers = tuple(sorted(report.speakers)) or (report.alert_id,)
    alarm = Alarm(
        report=report,
        number=number,
        listed_ns=turn.time_ns,
        drill=turn.desk.drill is not None,
        shelved=turn.shelves(speakers),
        speakers=speakers,
        known=Grounds.of(report),
    )
    turn.put(alarm, Change.OPENED, text=report.description)


def _next_number(turn: Turn) -> int:
    """The next number that nobody on the desk has, going round after the highest."""
    taken = {alarm.number for alarm in turn.alarms.values()}
    highest = turn.settings.highest_number
    if len(taken) >= highest:
        return max(taken) + 1
    number = turn.desk.last_number % highest + 1
    while number in taken:
        number = number % highest + 1
    return number


def _update(turn: Turn, before: Alarm, report: AlertReport) -> None:
    speakers = _joined(before.speakers, report.speakers)
    alarm = structs.replace(
        before, report=report, speakers=speakers, shelved=turn.shelves(speakers)
    )
    grounds = Grounds.of(report)
    news = report.live and grounds.surpass(before.known, turn.settings.reopen_odds_ratio)
    if before.resolution is not None:
        judged = before.resolution.outcome in JUDGED
        if news if judged else report.live:
            turn.put(
                turn.reopened(alarm),
                Change.REOPENED,
                text=_said_of_drill(turn, before),
                known=grounds.after(before.known),
                drill=turn.still_drill(before),
            )
        else:
            turn.put(alarm, _what(before, alarm))
        return
    text = ""
    if news:
        text = _said_of_drill(turn, before)
        alarm = structs.replace(
            alarm,
            drill=turn.still_drill(before),
            known=grounds.after(before.known),
            version=before.version + 1,
            acknowledged=before.acknowledged if before.attended else None,
        )
    heir = _heir(turn, alarm)
    ended = before.live and not report.live
    if ended and heir is None and report.closed_because is not Closing.WITHDRAWN:
        alarm = structs.replace(
            alarm,
            version=before.version + 1,
            acknowledged=before.acknowledged if before.attended else None,
        )
    alarm = turn.put(alarm, _what(before, alarm), text=text)
    if heir is None:
        turn.settle(alarm)
    else:
        _merge(turn, alarm)


def _joined(one: Iterable[str], other: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({*one, *other}))


def _said_of_drill(turn: Turn, before: Alarm) -> str:
    """What the history is told of the drill's mark when there is news."""
    return _AFTER_THE_DRILL if before.drill and not turn.still_drill(before) else ""


def _what(before: Alarm, after: Alarm) -> Change:
    if before.live and not after.live:
        return Change.ENDED
    if after.version > before.version:
        return Change.EVIDENCE_ADDED
    if after.shelved != before.shelved:
        return Change.SHELVED if after.shelved else Change.UNSHELVED
    return Change.UPDATED


def _merge(turn: Turn, alarm: Alarm) -> None:
    """Give the place of an alarm, and what people did about it, to the one that goes on."""
    heir = _heir(turn, alarm)
    if heir is None or alarm.live or not alarm.listed:
        return
    reopened = not heir.listed
    if reopened:
        # Whoever judged that one has not judged this one.
        heir = turn.reopened(heir)
    speakers = _joined(heir.speakers, alarm.speakers)
    acknowledged = _seen_in_both(turn, heir, alarm)
    first_ns = heir.first_acknowledged_ns
    if first_ns is None and acknowledged is not None:
        first_ns = alarm.first_acknowledged_ns
    heir = turn.put(
        heir,
        Change.REOPENED if reopened else Change.JOINED,
        text=f"alarm {alarm.number} is about the same person",
        version=heir.version + 1,
        drill=heir.drill and alarm.drill,
        speakers=speakers,
        shelved=turn.shelves(speakers),
        holders=(*heir.holders, *(one for one in alarm.holders if not heir.held_by(one.name))),
        guards=_tasks(heir, alarm),
        acknowledged=acknowledged,
        first_acknowledged_ns=first_ns,
        known=heir.known.after(alarm.known),
    )
    turn.put(
        alarm,
        Change.RESOLVED,
        text=f"goes on as alarm {heir.number}",
        holders=(),
        guards=(),
        resolution=Resolution(
            outcome=Outcome.MERGED, by=None, at_ns=turn.time_ns, merged_into=heir.alarm_id
        ),
    )
    turn.settle(heir)


def _heir(turn: Turn, alarm: Alarm) -> Alarm | None:
    """The alarm that goes on in place of this one, if the desk knows of any."""
    heir = turn.survivor(alarm.report.merged_into)
    return None if heir is None or heir.alarm_id == alarm.alarm_id else heir


def _seen_in_both(turn: Turn, heir: Alarm, alarm: Alarm) -> Acknowledgement | None:
    """The acknowledgement that holds for both, if there is one.

    What was acknowledged about one silences the other only if the other has no better grounds,
    or somebody is dealing with it.
    """
    ratio = turn.settings.reopen_odds_ratio
    if heir.acknowledged is None:
        unseen = Grounds.of(heir.report).surpass(alarm.known, ratio)
        return None if unseen and not alarm.holders else alarm.acknowledged
    unseen = alarm.acknowledged is None and Grounds.of(alarm.report).surpass(heir.known, ratio)
    return None if unseen and not heir.attended else heir.acknowledged


def _tasks(one: Alarm, other: Alarm) -> tuple[GuardTask, ...]:
    """The guards' tasks of both; of two tasks of one guard, the one that got further."""
    furthest: dict[str, GuardTask] = {}
    for task in (*one.guards, *other.guards):
        known = furthest.get(task.guard)
        if known is None or _progress(task) > _progress(known):
            furthest[task.guard] = task
    return tuple(sorted(furthest.values(), key=lambda task: task.sent_ns))


def _progress(task: GuardTask) -> tuple[bool, bool, bool, bool]:
    return (
        task.underway,
        task.answer is not None,
        task.read_ns is not None,
        task.delivered_ns is not None,
    )
