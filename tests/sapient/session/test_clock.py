"""Content times: late, ahead, backwards, split scans, and the node's clock."""

from __future__ import annotations

import pytest

from clearway.errors import ArgumentError
from clearway.sapient.session import Accepted, ContentClock, FusionSettings, Refused, TimeSettings
from tests.sapient.session.harness import SECOND, START_NS, Bench, only, rules, sent


def seen(clock: ContentClock, content: str, content_s: float, now_s: float) -> list[str]:
    """Rules that a message breaks, by seconds after the start."""
    findings = clock.observe(
        content, START_NS + round(content_s * SECOND), START_NS + round(now_s * SECOND)
    )
    return [finding.rule for finding in findings]


@pytest.mark.parametrize(
    ("age_s", "told"),
    [
        (5.0, []),
        (5.001, ["session.time.late"]),
        (-1.0, []),
        (-1.001, ["session.time.ahead"]),
        (60.0, ["session.time.late"]),
        (-60.0, ["session.time.ahead"]),
    ],
)
def test_late_and_early_detections_are_used_all_the_same(age_s: float, told: list[str]) -> None:
    actions = Bench().connect().begin().detect(age_s)
    assert rules(actions, "time") == told
    assert only(actions, Accepted)


@pytest.mark.parametrize("age_s", [60.001, -60.001, 1.7e9])
def test_detections_without_any_use_are_refused(age_s: float) -> None:
    actions = Bench().connect().begin().detect(age_s)
    assert rules(actions, "time") == ["session.time.useless"]
    assert only(actions, Refused)
    assert sent(actions, "error")


def test_a_status_of_whatever_time_shows_life() -> None:
    actions = Bench().connect().begin().report(3600.0)
    assert "session.time.late" in rules(actions, "time")
    assert only(actions, Accepted)


def test_a_useless_detection_does_not_spoil_the_next_good_one() -> None:
    node = Bench().connect().begin()
    assert only(node.detect(-100.0), Refused)
    assert rules(node.detect(), "time") == []


def test_a_status_from_a_far_future_does_not_make_all_others_look_old() -> None:
    node = Bench().connect().begin()
    assert rules(node.report(-7200.0), "time") == ["session.time.ahead"]
    assert rules(node.report(), "time") == []


def test_the_bounds_are_settings() -> None:
    settings = FusionSettings(time=TimeSettings(late_ns=SECOND // 2, useless_ns=2 * SECOND))
    node = Bench(settings).connect().begin()
    assert rules(node.detect(0.6), "time") == ["session.time.late"]
    assert only(node.detect(2.1), Refused)


def test_time_runs_forwards_within_a_kind_of_message() -> None:
    clock = ContentClock(TimeSettings())
    assert seen(clock, "detection_report", 1.0, 1.0) == []
    # An image is of a while ago, a status of now.
    assert seen(clock, "status_report", 0.5, 1.0) == []
    assert seen(clock, "detection_report", 0.9, 1.0) == ["session.time.backwards"]
    assert seen(clock, "detection_report", 1.0, 1.0) == []


def test_a_new_connection_may_start_over() -> None:
    bench = Bench()
    node = bench.connect().begin()
    node.detect()
    bench.wait(1.0)
    node.session.ended("the cable", bench.now_ns)
    assert "session.time.backwards" not in rules(bench.connect().detect(1.5))


def test_one_scan_has_one_timestamp() -> None:
    clock = ContentClock(TimeSettings())
    seen(clock, "detection_report", 1.0, 1.0)
    assert seen(clock, "detection_report", 1.0, 1.0) == []
    assert seen(clock, "detection_report", 1.0099, 1.02) == ["session.time.scan_split"]
    assert seen(clock, "detection_report", 1.0499, 1.05) == []
    assert seen(clock, "status_report", 1.0, 1.05) == []
    assert seen(clock, "status_report", 1.001, 1.05) == []


def test_the_offset_is_the_smallest_age_within_the_window() -> None:
    clock = ContentClock(TimeSettings())
    for now_s, age_s in ((0.0, 0.9), (1.0, 0.2), (2.0, 0.7)):
        seen(clock, "detection_report", now_s - age_s, now_s)
    assert clock.offset_ns == 200_000_000
    for step in range(1, 8):
        seen(clock, "detection_report", 10.0 * step - 0.5, 10.0 * step)
    assert clock.offset_ns == 500_000_000


@pytest.mark.parametrize(
    ("offset_s", "told"), [(0.9, False), (1.1, True), (-0.9, False), (-1.1, True)]
)
def test_a_clock_that_is_off_is_told_once_per_step_of_the_window(
    offset_s: float, told: bool
) -> None:
    clock = ContentClock(TimeSettings(ahead_ns=5 * SECOND))
    findings = [
        rule
        for second in range(41)
        for rule in seen(clock, "status_report", second - offset_s, float(second))
    ]
    assert findings == ["session.clock.offset"] * (4 if told else 0)


@pytest.mark.parametrize(("drift", "findings"), [(0.0, 0), (0.0005, 0), (0.002, 2), (-0.002, 2)])
def test_a_clock_that_runs_away_is_told(drift: float, findings: int) -> None:
    clock = ContentClock(TimeSettings())
    told = [
        rule
        for second in range(381)
        for rule in seen(clock, "status_report", second * (1 - drift), float(second))
    ]
    assert told == ["session.clock.drift"] * findings


def test_a_clock_of_ours_that_jumps_does_no_harm() -> None:
    clock = ContentClock(TimeSettings())
    for now_s in (0.0, 1000.0, -1000.0, 5.0, 5e6):
        assert seen(clock, "status_report", now_s, now_s)[1:] == []
    assert clock.offset_ns == 0


def test_bounds_must_fit_together() -> None:
    with pytest.raises(ArgumentError, match="useless_ns"):
        TimeSettings(late_ns=10 * SECOND, useless_ns=5 * SECOND)
    with pytest.raises(ArgumentError, match="late_ns"):
        TimeSettings(late_ns=0)
    with pytest.raises(ArgumentError, match="missed_reports"):
        FusionSettings(missed_reports=0)
    assert FusionSettings(status_grace_ns=0).status_grace_ns == 0
