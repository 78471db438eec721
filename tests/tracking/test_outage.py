"""Silence of a crowded floor is a failure, silence of an empty one is none."""

from __future__ import annotations

import numpy as np
import pytest

from clearway.tracking.outage import Outage

CROWD = np.full(20, 0.9)
NOBODY = np.empty(0)


def test_silence_where_twenty_people_were_is_a_failure_at_once() -> None:
    outage = Outage()
    assert outage.hear(0, CROWD, clutter_per_scan=0.5)
    assert outage.silent


def test_silence_where_nobody_was_says_nothing() -> None:
    outage = Outage()
    for _ in range(10_000):
        assert not outage.hear(0, NOBODY, clutter_per_scan=0.0)


def test_one_miss_of_one_person_is_no_failure() -> None:
    outage = Outage()
    assert not outage.hear(0, np.array([0.9]), clutter_per_scan=0.0)


def test_one_detection_proves_that_a_sensor_works() -> None:
    outage = Outage()
    outage.hear(0, CROWD, clutter_per_scan=0.5)
    assert not outage.hear(1, CROWD, clutter_per_scan=0.5)
    assert not outage.silent
    assert not outage.hear(0, NOBODY, clutter_per_scan=0.0)


def test_a_failure_is_not_forgotten_when_the_people_have_gone() -> None:
    """Nothing is learned of the sensor by scans that expect nobody."""
    outage = Outage()
    outage.hear(0, CROWD, clutter_per_scan=0.5)
    assert all(outage.hear(0, NOBODY, clutter_per_scan=0.0) for _ in range(20))


@pytest.mark.parametrize("people", [0, 1, 3])
def test_the_more_people_are_missed_the_likelier_is_a_failure(people: int) -> None:
    def scans_until_silent(count: int) -> int:
        outage = Outage()
        expected = np.full(count, 0.5)
        return next(
            (scan for scan in range(200) if outage.hear(0, expected, clutter_per_scan=0.0)), 200
        )

    assert scans_until_silent(people) > scans_until_silent(2 * people + 1)
