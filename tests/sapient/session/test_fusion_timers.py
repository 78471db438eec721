"""Every time-out of the fusion side, just before and just after."""

from __future__ import annotations

from typing import Any

import pytest

from clearway.sapient.session import (
    Accepted,
    Close,
    Ending,
    FusionSettings,
    Lost,
    NodeState,
    Registered,
    TaskEnd,
    TaskEnded,
    status_interval_ns,
)
from tests.sapient.messages import NODE, OTHER_NODE, message
from tests.sapient.session.harness import (
    FUSION,
    INTERVAL_S,
    SECOND,
    Bench,
    Scripted,
    only,
    registration,
    rules,
    sent,
)

GRACE_S = 1.0


def test_thirty_seconds_to_register() -> None:
    bench = Bench()
    node = bench.connect()
    assert node.session.next_deadline_ns == bench.now_ns + 30 * SECOND
    bench.wait(29.9)
    assert node.advance() == []
    bench.wait(0.1)
    (close,) = only(node.advance(), Close)
    assert close.ending is Ending.NOT_REGISTERED
    assert node.register() == []
    assert not only(node.advance(), Close)


def test_faulty_registrations_do_not_win_time() -> None:
    bench = Bench()
    node = bench.connect()
    bench.wait(29.0)
    node.register(icd_version=None)
    bench.wait(1.0)
    assert only(node.advance(), Close)


def test_three_missed_reports_lose_the_node() -> None:
    bench = Bench()
    node = bench.connect().begin()
    bench.wait(3 * INTERVAL_S + GRACE_S - 0.1)
    assert node.advance() == []
    bench.wait(0.1)
    assert node.session.next_deadline_ns == bench.now_ns
    actions = node.advance()
    assert only(actions, Lost)[0].ending is Ending.SILENT
    assert only(actions, Close)[0].ending is Ending.SILENT


def test_a_clock_that_is_set_back_puts_nothing_off() -> None:
    bench = Bench()
    mute, node = bench.connect(OTHER_NODE), bench.connect().begin()
    task = message("task")
    task.node_id = FUSION
    node.session.send(task, bench.now_ns)
    bench.wait(-3600.0)
    assert mute.advance() == node.advance() == []
    bench.wait(10.0)
    assert only(node.advance(), TaskEnded)[0].end is TaskEnd.NO_REPLY
    bench.wait(3 * INTERVAL_S + GRACE_S - 10.0)
    assert only(node.advance(), Close)[0].ending is Ending.SILENT
    bench.wait(14.0)
    assert only(mute.advance(), Close)[0].ending is Ending.NOT_REGISTERED


def test_after_a_clock_was_set_back_a_silent_node_still_gives_way() -> None:
    bench = Bench()
    old = bench.connect().begin()
    bench.wait(-3600.0)
    old.advance()
    bench.wait(INTERVAL_S + 0.1)
    assert only(bench.connect().register(), Registered)


def test_the_grace_and_the_number_of_reports_are_settings() -> None:
    bench = Bench(FusionSettings(missed_reports=2, status_grace_ns=0))
    node = bench.connect().begin()
    bench.wait(2 * INTERVAL_S - 0.1)
    assert node.advance() == []
    bench.wait(0.1)
    assert only(node.advance(), Close)


def test_a_status_in_time_starts_the_time_anew() -> None:
    bench = Bench()
    node = bench.connect().begin()
    for _ in range(5):
        bench.wait(3 * INTERVAL_S)
        assert node.advance() == []
        node.report(info="INFO_UNCHANGED")


@pytest.mark.parametrize("habit", [Scripted.detect, Scripted.register])
def test_nothing_but_a_status_counts_as_one(habit: Any) -> None:
    bench = Bench()
    node = bench.connect().begin()
    for _ in range(4):
        bench.wait(INTERVAL_S)
        habit(node)
    assert only(node.advance(), Close)[0].ending is Ending.SILENT


@pytest.mark.parametrize(("away_s", "welcome"), [(119.0, True), (120.0, True), (121.0, False)])
def test_within_two_minutes_a_node_need_not_register_again(away_s: float, welcome: bool) -> None:
    bench = Bench()
    before = bench.connect().begin()
    assert only(before.session.ended("the cable", bench.now_ns), Lost)
    bench.wait(away_s)
    node = bench.connect()
    actions = node.detect()
    if welcome:
        (registered,) = only(actions, Registered)
        assert registered.resumed
        assert [finding.rule for finding in registered.findings] == ["session.registration.resumed"]
        assert only(actions, Accepted)
    else:
        assert rules(actions) == ["session.order.before_registration"]
        assert sent(node.register(), "registration_ack")


def test_a_node_that_had_sent_no_status_still_has_to() -> None:
    bench = Bench()
    before = bench.connect()
    before.register()
    before.session.ended("the cable", bench.now_ns)
    node = bench.connect()
    assert rules(node.detect()) == ["session.order.before_status"]
    node.report()
    assert only(node.detect(), Accepted)


def test_after_a_goodbye_a_node_registers_again() -> None:
    bench = Bench()
    bench.connect().begin().report(system="SYSTEM_GOODBYE")
    bench.wait(1.0)
    assert rules(bench.connect().detect()) == ["session.order.before_registration"]


def test_a_resumed_node_is_watched_like_any_other() -> None:
    bench = Bench()
    bench.connect().begin().session.ended("the cable", bench.now_ns)
    bench.wait(60.0)
    node = bench.connect()
    node.detect()
    bench.wait(3 * INTERVAL_S + GRACE_S)
    assert only(node.advance(), Lost)
    record = bench.registry.get(NODE)
    assert record is not None
    assert record.state is NodeState.LOST


def test_a_lost_connection_is_told_once() -> None:
    node = Bench().connect().begin()
    now_ns = node.bench.now_ns
    assert only(node.session.ended("the cable", now_ns), Lost)
    assert node.session.ended("the cable", now_ns) == []
    assert node.session.closed


def test_a_connection_that_never_registered_loses_no_node() -> None:
    node = Bench().connect()
    assert not only(node.session.ended("the cable", node.bench.now_ns), Lost)


@pytest.mark.parametrize(
    ("interval", "seconds"),
    [
        ({"units": "TIME_UNITS_MILLISECONDS", "value": 500}, 0.5),
        ({"units": "TIME_UNITS_MINUTES", "value": 1}, 60.0),
        ({"units": "TIME_UNITS_NANOSECONDS", "value": 1}, 0.2),
        ({"units": "TIME_UNITS_DAYS", "value": 1e30}, 600.0),
        ({"units": "TIME_UNITS_SECONDS", "value": -1}, 600.0),
        ({"units": "TIME_UNITS_SECONDS", "value": "NaN"}, 600.0),
        ({"value": 7}, 600.0),
    ],
)
def test_the_interval_is_read_in_its_units_and_bounded(
    interval: dict[str, Any], seconds: float
) -> None:
    rules_ = FusionSettings()
    interval_ns = status_interval_ns(
        registration(interval), rules_.shortest_interval_ns, rules_.longest_interval_ns
    )
    assert interval_ns == round(seconds * SECOND)


def test_the_last_status_is_kept() -> None:
    bench = Bench()
    node = bench.connect().begin()
    node.report(mode="night")
    record = bench.registry.get(NODE)
    assert record is not None
    assert record.status is not None
    assert record.status.mode == "night"
    assert message("status_report").status_report.mode != "night"
