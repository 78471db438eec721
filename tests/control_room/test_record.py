"""Alarms on the disk: what a restart and a replay find there."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from clearway.alarms import (
    Acknowledge,
    Alarm,
    AlarmDesk,
    AlertTold,
    Dismiss,
    DismissReason,
    Escalate,
    Input,
    LifeCycleSettings,
    PeoplePresent,
    SetDrill,
    ShelveSensor,
    TakeOver,
    TimePassed,
    step,
)
from clearway.control_room.tables import ALARMS
from clearway.domain import NANOSECONDS, AlertState, Closing
from clearway.errors import InputError
from clearway.store.database import Database, open_database
from tests.control_room.station import (
    ANA,
    GORAN,
    SANJA,
    START_NS,
    Station,
    report,
    without_people,
)

SETTINGS = LifeCycleSettings()
FALSE, CLOSED = DismissReason.FALSE_ALARM, AlertState.CLOSED
IDS = st.sampled_from("ABC")
Making = Callable[[int], Input]

MOVES: st.SearchStrategy[Making] = st.one_of(
    st.builds(
        lambda one, p: lambda t: AlertTold(time_ns=t, report=report(one, t, probability=p)),
        IDS,
        st.sampled_from([0.3, 0.9, 0.999]),
    ),
    st.builds(
        lambda one, why: (
            lambda t: AlertTold(
                time_ns=t, report=report(one, t, state=AlertState.CLOSED, because=why)
            )
        ),
        IDS,
        st.sampled_from([Closing.DEPARTED, Closing.WITHDRAWN]),
    ),
    st.builds(lambda one: lambda t: Acknowledge(time_ns=t, actor=ANA, alarm_id=one), IDS),
    st.builds(lambda one: lambda t: TakeOver(time_ns=t, actor=ANA, alarm_id=one), IDS),
    st.builds(lambda one: lambda t: Escalate(time_ns=t, actor=ANA, alarm_id=one), IDS),
    st.builds(
        lambda one: (
            lambda t: Dismiss(time_ns=t, actor=ANA, alarm_id=one, reason=DismissReason.FALSE_ALARM)
        ),
        IDS,
    ),
    st.just(lambda t: SetDrill(time_ns=t, actor=SANJA, on=True)),
    st.just(
        lambda t: ShelveSensor(
            time_ns=t,
            actor=ANA,
            sensor="curtain_1",
            until_ns=t + 60 * NANOSECONDS,
            reason="rain on the antenna",
        )
    ),
    st.just(lambda t: TimePassed(time_ns=t)),
)


def played(station: Station, moves: list[tuple[float, Making]]) -> list[tuple[int, AlarmDesk]]:
    """Let it happen and keep it; the desk after each move, and when that was."""
    desk, _ = step(AlarmDesk(), PeoplePresent(time_ns=START_NS, people=(ANA, SANJA, GORAN)))
    time_ns, after = START_NS, []
    for wait_s, make in moves:
        time_ns += round(wait_s * NANOSECONDS) + 1
        desk, outputs = step(desk, make(time_ns))
        station.record.keep(desk, outputs)
        after.append((time_ns, desk))
    return after


def by_id(alarms: tuple[Alarm, ...]) -> dict[str, Alarm]:
    return {alarm.alarm_id: alarm for alarm in alarms}


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.sampled_from([0.0, 1.0, 40.0, 1000.0]), MOVES), max_size=25))
def test_a_restart_and_a_replay_find_what_was(moves: list[tuple[float, Making]]) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(open_database(Path(folder) / "site.sqlite")) as database,
    ):
        station = Station(database)
        after = played(station, moves)
        for time_ns, desk in after:
            assert by_id(station.record.as_of(time_ns)) == desk.alarms
        if after:
            _, desk = after[-1]
            assert station.record.desk(SETTINGS) == without_people(desk)


def test_what_was_kept_is_found_again(database: Database) -> None:
    station = Station(database)
    after = played(
        station,
        [
            (0.0, lambda t: AlertTold(time_ns=t, report=report("A", t))),
            (1.0, lambda t: AlertTold(time_ns=t, report=report("B", t))),
            (1.0, lambda t: Acknowledge(time_ns=t, actor=ANA, alarm_id="A")),
            (1.0, lambda t: TakeOver(time_ns=t, actor=ANA, alarm_id="A")),
        ],
    )
    time_ns, desk = after[-1]
    assert station.record.desk(SETTINGS) == without_people(desk)
    assert station.record.alarm("A") == desk.alarms["A"]
    assert station.record.alarm("C") is None
    changes = station.record.changes("A")
    assert [one.what.value for one in changes] == ["opened", "acknowledged", "taken_over"]
    assert [one.by for one in changes] == [None, "ana", "ana"]
    assert changes[-1].alarm == desk.alarms["A"]
    start_ns, middle_ns = after[0][0], after[2][0]
    everything = [*station.record.between(start_ns, time_ns + 1)]
    assert len(everything) == 4
    assert [*station.record.between(middle_ns, time_ns)] == [everything[2]]
    opened = station.record.opened_between(start_ns, after[1][0])
    assert [one.alarm_id for one in opened] == ["A"]


def test_a_long_time_is_read_in_steps(database: Database) -> None:
    station = Station(database)
    moves = [
        (0.001, lambda t, n=number: AlertTold(time_ns=t, report=report(f"alarm {n}", t)))
        for number in range(450)
    ]
    after = played(station, [(wait, make) for wait, make in moves])
    found = [one.alarm.alarm_id for one in station.record.between(0, after[-1][0] + 1)]
    assert found == [f"alarm {number}" for number in range(450)]


def test_the_audit_log_says_who_decided_on_what(database: Database) -> None:
    station = Station(database)
    after = played(
        station,
        [
            (0.0, lambda t: SetDrill(time_ns=t, actor=SANJA, on=True)),
            (0.0, lambda t: SetDrill(time_ns=t, actor=SANJA, on=False)),
            (0.0, lambda t: AlertTold(time_ns=t, report=report("A", t))),
            (0.1, lambda t: AlertTold(time_ns=t, report=report("A", t, probability=0.91))),
            (1.0, lambda t: Acknowledge(time_ns=t, actor=ANA, alarm_id="A")),
        ],
    )
    assert station.kinds() == [
        ("drill-begun", "sanja"),
        ("drill-ended", "sanja"),
        ("alarm-opened", "clearway"),
        ("alarm-acknowledged", "ana"),
    ]
    (decided,) = station.audit.stored(kind="alarm-acknowledged")
    assert decided.payload is not None
    shown = msgspec.json.decode(decided.payload)["alarm"]
    assert msgspec.convert(shown, Alarm) == after[-1][1].alarms["A"]
    assert len(station.record.changes("A")) == 3


def test_an_alarm_that_comes_back_is_where_it_was_before(database: Database) -> None:
    """Dismissed, filed, and told once more: the past stays as it was."""
    station = Station(database)
    after = played(
        station,
        [
            (0.0, lambda t: AlertTold(time_ns=t, report=report("A", t))),
            (1.0, lambda t: Dismiss(time_ns=t, actor=ANA, alarm_id="A", reason=FALSE)),
            (1.0, lambda t: AlertTold(time_ns=t, report=report("A", t, state=CLOSED))),
            (1000.0, lambda t: TimePassed(time_ns=t)),
            (1.0, lambda t: AlertTold(time_ns=t, report=report("A", t))),
        ],
    )
    assert [len(desk.alarms) for _, desk in after] == [1, 1, 1, 0, 1]
    dismissed_ns, dismissed = after[1]
    assert by_id(station.record.as_of(dismissed_ns)) == dismissed.alarms
    (opened,) = station.record.opened_between(after[0][0], dismissed_ns)
    assert opened.resolution is None  # as it is now


def test_a_dismissed_alarm_that_is_live_stays_dismissed_after_a_restart(
    database: Database,
) -> None:
    station = Station(database)
    after = played(
        station,
        [
            (0.0, lambda t: AlertTold(time_ns=t, report=report("A", t))),
            (1.0, lambda t: Dismiss(time_ns=t, actor=ANA, alarm_id="A", reason=FALSE)),
            (1000.0, lambda t: AlertTold(time_ns=t, report=report("A", t, probability=0.91))),
        ],
    )
    time_ns, desk = after[-1]
    assert desk.alarms["A"].resolution is not None
    assert station.record.desk(SETTINGS) == without_people(desk)
    assert by_id(station.record.as_of(time_ns)) == desk.alarms


def test_what_cannot_be_read_is_said(database: Database) -> None:
    station = Station(database)
    played(station, [(0.0, lambda t: AlertTold(time_ns=t, report=report("A", t)))])
    with database.begin() as connection:
        connection.execute(update(ALARMS).values(state='{"number": "one"}'))
    with pytest.raises(InputError, match="an alarm in it cannot be read"):
        station.record.desk(SETTINGS)
