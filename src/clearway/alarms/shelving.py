"""Shelving a sensor, and drills: what holds for the whole site.

A sensor is shelved for a stated reason and time (ISA-18.2), and never beyond the end of a shift.
What it finds is listed all the while.  An alarm is silent only as long as nothing but shelved
sensors has ever spoken for it: what other sensors suspect would ring without the shelved one, and
does so with it.

A drill begins only when no real alarm is in the queue, since nobody must take the one for the
other; what opens during the drill is marked.  The mark stays when the drill is over, until news of
the alarm comes that cannot belong to the drill.  A drill ends by itself, for a carrier who comes
while everybody has forgotten it would be taken for part of it.
"""

from __future__ import annotations

from msgspec import structs

from clearway.alarms.desk import Drill, Shelf
from clearway.alarms.inputs import SetDrill, ShelveSensor, SiteAct, UnshelveSensor
from clearway.alarms.outputs import Change, DrillChanged, Refusal, ShelfChanged
from clearway.alarms.refusals import clock
from clearway.alarms.turn import Turn
from clearway.domain import nanoseconds


def take_act(turn: Turn, act: SiteAct) -> None:
    """Do what somebody asks for the whole site, or refuse it."""
    match act:
        case ShelveSensor():
            _shelve(turn, act)
        case UnshelveSensor():
            _unshelve(turn, act)
        case SetDrill():
            _set_drill(turn, act)


def let_time_pass(turn: Turn) -> None:
    """End the shelves and the drill whose time is over."""
    over = [one for one in turn.desk.shelves.values() if one.until_ns <= turn.time_ns]
    if over:
        _set_shelves(
            turn, {name: one for name, one in turn.desk.shelves.items() if one not in over}
        )
        turn.outputs += [
            ShelfChanged(sensor=one.sensor, shelf=None, by=None, time_ns=turn.time_ns)
            for one in over
        ]
        _review(turn, None)
    drill = turn.desk.drill
    if drill is not None and turn.passed(drill.since_ns, turn.settings.drill_at_most_s):
        _change_drill(turn, None, None)


def _shelve(turn: Turn, act: ShelveSensor) -> None:
    known = turn.desk.shelves.get(act.sensor)
    if known is not None:
        raise turn.refusal(
            Refusal.ALREADY_DONE,
            f"{known.by} shelved {act.sensor} at {clock(known.since_ns)},"
            f" until {clock(known.until_ns)}",
            "end that first, then shelve it anew",
            by=known.by,
            at_ns=known.since_ns,
        )
    at_most_s = turn.settings.shelve_at_most_s
    if not turn.time_ns < act.until_ns <= turn.time_ns + nanoseconds(at_most_s):
        raise turn.refusal(
            Refusal.TOO_LONG,
            f"{act.sensor} cannot be shelved until {clock(act.until_ns)}",
            f"give a time within the next {at_most_s / 3600:g} h",
        )
    if not act.reason.strip():
        raise turn.refusal(
            Refusal.TEXT_NEEDED,
            f"nobody could tell why {act.sensor} is shelved",
            "write what is wrong with it",
        )
    shelf = Shelf(
        sensor=act.sensor,
        since_ns=turn.time_ns,
        until_ns=act.until_ns,
        by=act.actor.name,
        reason=act.reason.strip(),
    )
    _set_shelves(turn, {**turn.desk.shelves, act.sensor: shelf})
    turn.outputs.append(
        ShelfChanged(sensor=act.sensor, shelf=shelf, by=shelf.by, time_ns=turn.time_ns)
    )
    _review(turn, shelf.by)


def _unshelve(turn: Turn, act: UnshelveSensor) -> None:
    if act.sensor not in turn.desk.shelves:
        raise turn.refusal(
            Refusal.ALREADY_DONE, f"{act.sensor} is not shelved", "nothing needs to be done"
        )
    by = act.actor.name
    _set_shelves(turn, {name: one for name, one in turn.desk.shelves.items() if name != act.sensor})
    turn.outputs.append(ShelfChanged(sensor=act.sensor, shelf=None, by=by, time_ns=turn.time_ns))
    _review(turn, by)


def _set_shelves(turn: Turn, shelves: dict[str, Shelf]) -> None:
    turn.desk = structs.replace(turn.desk, shelves=shelves)


def _review(turn: Turn, by: str | None) -> None:
    """Silence the alarms that are shelved from now on, and let those ring that no longer are."""
    for alarm in tuple(turn.alarms.values()):
        shelved = turn.shelves(alarm.speakers)
        if shelved != alarm.shelved:
            what = Change.SHELVED if shelved else Change.UNSHELVED
            turn.put(alarm, what, by=by, shelved=shelved)


def _set_drill(turn: Turn, act: SetDrill) -> None:
    if act.on == (turn.desk.drill is not None):
        return
    if not act.on:
        _change_drill(turn, None, act.actor.name)
        return
    real = [alarm for alarm in turn.alarms.values() if alarm.listed and not alarm.drill]
    if real:
        raise turn.refusal(
            Refusal.REAL_ALARM,
            f"alarm {real[0].number} is real and in the queue",
            "resolve every real alarm first",
            alarm=real[0],
        )
    _change_drill(turn, Drill(by=act.actor.name, since_ns=turn.time_ns), act.actor.name)


def _change_drill(turn: Turn, drill: Drill | None, by: str | None) -> None:
    turn.desk = structs.replace(turn.desk, drill=drill)
    turn.outputs.append(DrillChanged(drill=drill, by=by, time_ns=turn.time_ns))
