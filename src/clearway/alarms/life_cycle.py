"""The life of an alarm, as one pure function.

`step` takes the desk and one thing that happened, and returns the next desk and what is to be
told.  It has no clock, does no input or output and draws no random number, so the server, the
replay and a test come to the same end from the same inputs.

What holds whatever happens:

* nobody who was ever in the queue leaves it without a resolution that is told;
* acknowledging never takes a live alarm out of the queue;
* a refused request leaves the desk as it was, and says why;
* who may not do something is refused here, even if the server has let it through.

The rules are in `machine` (what alerts do), `operators`, `guards`, `shelving` and `watch` (what
time does).
"""

from __future__ import annotations

from clearway.alarms import guards, machine, operators, shelving, watch
from clearway.alarms.desk import AlarmDesk
from clearway.alarms.inputs import (
    Acknowledge,
    Act,
    AlertTold,
    Delivered,
    Dismiss,
    Escalate,
    HandOver,
    Input,
    PeoplePresent,
    Read,
    Reply,
    Resolve,
    SetDrill,
    ShelveSensor,
    TakeOver,
    TimePassed,
    Unacknowledge,
    UnshelveSensor,
)
from clearway.alarms.outputs import Output
from clearway.alarms.refusals import RefusedError, require
from clearway.alarms.roles import Permission
from clearway.alarms.turn import Turn

PERMISSION_FOR: dict[type[Act], Permission] = {
    Acknowledge: Permission.DECIDE,
    Unacknowledge: Permission.DECIDE,
    TakeOver: Permission.DECIDE,
    HandOver: Permission.DECIDE,
    Dismiss: Permission.DECIDE,
    Resolve: Permission.DECIDE,
    Escalate: Permission.DECIDE,
    Delivered: Permission.ANSWER,
    Read: Permission.ANSWER,
    Reply: Permission.ANSWER,
    ShelveSensor: Permission.SHELVE,
    UnshelveSensor: Permission.SHELVE,
    SetDrill: Permission.DRILL,
}
"""What somebody must be allowed for each act."""


def step(desk: AlarmDesk, happened: Input) -> tuple[AlarmDesk, tuple[Output, ...]]:
    """Let one thing happen.

    Parameters
    ----------
    desk : AlarmDesk
        As it is; it is not changed.
    happened : Input

    Returns
    -------
    AlarmDesk
        As it is from now on; the very same where nothing has changed.
    tuple of Output
        What to store and tell, in this order.  A request that cannot be met gives one `Refused`
        and nothing else.
    """
    turn = Turn(desk, happened.time_ns)
    try:
        _take(turn, happened)
    except RefusedError as error:
        return desk, (error.refused,)
    return turn.finish()


def _take(turn: Turn, happened: Input) -> None:
    match happened:
        case AlertTold():
            machine.take_report(turn, happened.report)
        case PeoplePresent():
            watch.take_presence(turn, happened.people)
        case TimePassed():
            watch.let_time_pass(turn)
        case _:
            _take_act(turn, happened)


def _take_act(turn: Turn, act: Act) -> None:
    require(act.actor, PERMISSION_FOR[type(act)], turn.time_ns)
    match act:
        case Delivered() | Read() | Reply():
            guards.take_act(turn, act)
        case ShelveSensor() | UnshelveSensor() | SetDrill():
            shelving.take_act(turn, act)
        case _:
            operators.take_act(turn, act)
