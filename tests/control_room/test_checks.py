"""Daily checks are kept, and what nobody could read is not."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import structs

from clearway.audit import AuditLog
from clearway.control_room.checks import DailyCheck, DailyChecks, SeenOf
from clearway.errors import ArgumentError
from clearway.store.database import Database

HOUR_NS = 3_600_000_000_000
START_NS = 1_767_225_600_000_000_000
CHECK = DailyCheck(
    sensor="curtain-west",
    object="steel tube in a coat",
    seen=True,
    text="žut kaput",
    by="ana",
    time_ns=START_NS,
)


def check(**changes: Any) -> DailyCheck:
    return structs.replace(CHECK, **changes)


@pytest.fixture
def checks(database: Database) -> DailyChecks:
    return DailyChecks(database)


def add(database: Database, checks: DailyChecks, *several: DailyCheck) -> None:
    with database.begin() as connection:
        for one in several:
            checks.add(connection, one)


def test_what_was_added_is_there_in_the_order_of_time(
    database: Database, checks: DailyChecks
) -> None:
    several = [check(time_ns=START_NS + number * HOUR_NS) for number in (2, 0, 3, 1)]
    add(database, checks, *several)
    found = checks.between(START_NS, START_NS + 3 * HOUR_NS)
    assert found == tuple(sorted(several, key=lambda one: one.time_ns)[:3])
    assert DailyChecks(database).between(START_NS, START_NS + 1) == (CHECK,)


def test_the_latest_of_each_sensor(database: Database, checks: DailyChecks) -> None:
    assert checks.latest_per_sensor() == {}
    east = check(sensor="curtain-east", seen=False)
    later = check(time_ns=START_NS + HOUR_NS, seen=False, text="")
    add(database, checks, CHECK, east, later)
    assert checks.latest_per_sensor() == {"curtain-west": later, "curtain-east": east}


def test_seen_are_counted_among_all(database: Database, checks: DailyChecks) -> None:
    assert checks.seen(START_NS, START_NS + HOUR_NS) == SeenOf(0, 0)
    add(
        database,
        checks,
        CHECK,
        check(seen=False),
        check(sensor="trace-1"),
        check(time_ns=START_NS - 1),
        check(time_ns=START_NS + HOUR_NS),
    )
    assert checks.seen(START_NS, START_NS + HOUR_NS) == SeenOf(2, 3)


def test_a_check_and_its_audit_record_are_kept_together_or_not_at_all(
    database: Database, checks: DailyChecks
) -> None:
    log = AuditLog(database, "Station", "0.1.0")
    kind, subject = "daily-check", CHECK.sensor

    def keep(payload: object) -> None:
        with database.begin() as connection:
            checks.add(connection, CHECK)
            log.add(connection, kind, CHECK.by, subject, payload, time_ns=CHECK.time_ns)

    with pytest.raises(TypeError):
        keep(object())
    assert checks.between(0, START_NS + 1) == ()
    keep(structs.asdict(CHECK))
    assert checks.between(0, START_NS + 1) == (CHECK,)


@pytest.mark.parametrize(
    ("field", "value", "problem"),
    [
        ("sensor", "", "is empty"),
        ("object", " \t", "is empty"),
        ("object", "x" * 201, "201 characters"),
        ("text", "x" * 501, "501 characters"),
        ("text", "a\0b", "cannot be printed"),
        ("by", "ana\x1b[2J", "cannot be printed"),
    ],
)
def test_what_nobody_could_read_is_refused(field: str, value: str, problem: str) -> None:
    with pytest.raises(ArgumentError, match=problem) as refused:
        check(**{field: value})
    assert refused.value.fault.field == field


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(text=st.text(max_size=500))
def test_any_text_is_either_refused_or_kept_as_it_is(
    database: Database, checks: DailyChecks, text: str
) -> None:
    try:
        one = check(text=text)
    except ArgumentError:
        assert not text.isprintable()
        return
    add(database, checks, one)
    assert checks.latest_per_sensor()[one.sensor] == one
