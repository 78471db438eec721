"""Which scans did not come."""

from __future__ import annotations

from dataclasses import replace

import pytest

from clearway.domain import nanoseconds
from clearway.tracking import ScanClock
from tests.tracking.people import SENSOR

FAST = replace(SENSOR, sensor_id="fast", rate_hz=10.0)
SLOW = replace(SENSOR, sensor_id="slow", rate_hz=4.0)


def at(*times_s: float) -> list[int]:
    return [nanoseconds(time_s) for time_s in times_s]


def test_before_the_first_scan_none_is_missing() -> None:
    assert ScanClock([FAST, SLOW]).missing(nanoseconds(100.0)) == []


def test_a_sensor_that_scans_misses_none() -> None:
    clock = ScanClock([FAST])
    for number in range(50):
        time_ns = nanoseconds(0.1 * number + 0.02 * (number % 3))
        assert clock.missing(time_ns) == []
        clock.heard("fast", time_ns)


def test_a_scan_is_missing_half_a_period_after_it_was_due() -> None:
    clock = ScanClock([FAST])
    clock.heard("fast", nanoseconds(1.0))
    assert clock.missing(nanoseconds(1.149)) == []
    assert clock.missing(nanoseconds(1.15)) == [(nanoseconds(1.15), "fast")]
    assert clock.missing(nanoseconds(1.2)) == []


def test_a_long_silence_is_many_missing_scans_each_told_once() -> None:
    clock = ScanClock([FAST])
    clock.heard("fast", nanoseconds(1.0))
    told = clock.missing(nanoseconds(1.36)) + clock.missing(nanoseconds(1.5))
    assert [time_ns for time_ns, _ in told] == at(1.15, 1.25, 1.35, 1.45)


def test_all_sensors_are_waited_for_from_the_first_scan_on() -> None:
    clock = ScanClock([FAST, SLOW])
    clock.heard("slow", nanoseconds(1.0))
    missing = clock.missing(nanoseconds(1.4))
    assert missing == [
        (nanoseconds(1.15), "fast"),
        (nanoseconds(1.25), "fast"),
        (nanoseconds(1.35), "fast"),
        (nanoseconds(1.375), "slow"),
    ]


def test_the_beat_goes_on_from_the_last_scan() -> None:
    clock = ScanClock([FAST])
    clock.heard("fast", nanoseconds(1.0))
    assert len(clock.missing(nanoseconds(2.0))) == 9
    clock.heard("fast", nanoseconds(2.03))
    assert clock.missing(nanoseconds(2.17)) == []
    assert clock.missing(nanoseconds(2.18)) == [(nanoseconds(2.18), "fast")]


@pytest.mark.parametrize("rate_hz", [0.5, 3.0, 29.97])
def test_of_a_dead_sensor_as_many_are_missing_as_it_should_have_made(rate_hz: float) -> None:
    clock = ScanClock([replace(FAST, rate_hz=rate_hz)])
    clock.heard("fast", 0)
    assert len(clock.missing(nanoseconds(60.0))) == pytest.approx(60.0 * rate_hz, abs=1.5)
