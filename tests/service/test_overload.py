"""Falling behind is told with what it costs, and a sensor's wrong clock is not taken for it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearway.domain import nanoseconds
from clearway.service.overload import Overload
from clearway.site.schema import Site
from tests.service.feeding import START_NS, Running, messages, with_ticks
from tests.support.builders import CLEAR, detection

TICK_S, USABLE_S = 0.05, 0.2


class Times:
    """Ticks as they come, and a detection of each node with each of them."""

    def __init__(self) -> None:
        self.overload = Overload(nanoseconds(USABLE_S), nanoseconds(TICK_S))
        self.now_ns = START_NS
        self.told: list[str] = []
        self.overload.ticked(self.now_ns)

    def go_on(
        self, duration_s: float, ages_s: Mapping[str, list[float]], tick_s: float = TICK_S
    ) -> list[str]:
        """What is told in that time; the ages of a node's detections come in turn."""
        before = len(self.told)
        for number in range(round(duration_s / tick_s)):
            for node, ages in ages_s.items():
                self.overload.arrived(node, nanoseconds(ages[number % len(ages)]))
            self.now_ns += nanoseconds(tick_s)
            sentence = self.overload.ticked(self.now_ns)
            if sentence is not None:
                self.told.append(sentence)
        return self.told[before:]


FRESH, OLD = [0.03], [1.3]
CALM = {"a": FRESH, "b": FRESH, "c": FRESH}


@pytest.mark.parametrize(
    ("ages_s", "tick_s", "said"),
    [
        (CALM, TICK_S, None),
        ({}, TICK_S, None),
        (CALM, 0.09, None),
        (CALM, 0.45, "the service itself is up to 0.4 s behind"),
        ({"a": OLD, "b": OLD}, TICK_S, "100% of the detections are of no use: they come 1.3 s"),
        (
            {"a": [0.1, 0.5], "b": [0.7, 0.1]},
            TICK_S,
            "50% of the detections are of no use: they come 0.6 s",
        ),
        ({"a": OLD, "b": FRESH}, TICK_S, None),
        ({"a": OLD}, TICK_S, None),
        ({"a": OLD, "b": OLD, "c": FRESH, "d": FRESH, "e": FRESH}, TICK_S, None),
        ({"a": OLD, "b": OLD, "c": FRESH, "d": FRESH}, TICK_S, "50% of the detections"),
        ({name: [*FRESH * 19, 1.3] for name in "abc"}, TICK_S, None),
        (
            {"a": OLD, "b": OLD},
            0.45,
            "100% of the detections are of no use: they come 1.3 s after their time; the service",
        ),
    ],
    ids=[
        "all in time",
        "nobody sends",
        "ticks a little late",
        "ticks late",
        "all too old",
        "every other too old",
        "one clock of two",
        "the only clock",
        "two clocks of five",
        "two of four",
        "one detection of twenty",
        "both",
    ],
)
def test_what_is_told_of_a_steady_state(
    ages_s: Mapping[str, list[float]], tick_s: float, said: str | None
) -> None:
    told = Times().go_on(11.0, ages_s, tick_s)
    assert len(told) == (said is not None)
    assert all(one.startswith(f"overloaded: {said}") for one in told)


def test_it_is_told_again_and_when_it_is_over() -> None:
    times = Times()
    late = {"a": OLD, "b": OLD}
    assert len(times.go_on(60.0, late)) == 1
    assert len(times.go_on(60.0, late)) == 1
    assert times.go_on(20.0, CALM) == []
    assert times.go_on(20.0, CALM) == ["no longer overloaded"]
    assert times.go_on(100.0, CALM) == []
    assert len(times.go_on(20.0, late)) == 1


def test_ups_and_downs_are_one_overload() -> None:
    times = Times()
    told = [
        one
        for _ in range(5)
        for ages in ({"a": OLD, "b": OLD}, CALM)
        for one in times.go_on(10.0, ages)
    ]
    assert len(told) == 2
    assert all(one.startswith("overloaded") for one in told)


def test_a_machine_that_stood_still_is_told() -> None:
    times = Times()
    times.go_on(9.0, CALM)
    assert times.go_on(19.9, {}, tick_s=19.95) == [
        "overloaded: the service itself is up to 19.9 s behind"
    ]
    assert times.go_on(40.0, CALM) == ["no longer overloaded"]


@pytest.mark.parametrize(
    ("sensors", "told"),
    [(("camera-1", "camera-2"), 1), (("camera-1",), 0), (("curtain-west", "curtain-east"), 0)],
)
def test_a_service_tells_it_of_its_cameras(
    station: Site, tmp_path: Path, sensors: tuple[str, ...], told: int
) -> None:
    place_m = {"camera-1": (6.0, 3.0), "curtain-east": (24.0, 3.0)}
    late = [
        detection(
            number / 10,
            place_m.get(sensor, (16.0, 3.0)),
            sensor_id=sensor,
            sequence=number + 1,
            delay_s=1.3,
            evidence=CLEAR if sensor.startswith("curtain") else None,
        )
        for number in range(100)
        for sensor in sensors
    ]
    running = Running(station, tmp_path)
    running.feed(with_ticks(messages(station, late), 12.0))
    running.stop()
    found = [one for one in running.notices if one.startswith("overloaded: ")]
    assert len(found) == told
    assert all("100% of the detections are of no use: they come 1.3 s" in one for one in found)


@given(
    others=st.integers(1, 6),
    age_s=st.floats(0.0, 1e4),
    fresh_s=st.floats(0.0, USABLE_S - 1e-6),
)
def test_one_wrong_clock_is_never_an_overload(others: int, age_s: float, fresh_s: float) -> None:
    ages = {"wrong": [age_s], **{f"right {number}": [fresh_s] for number in range(others)}}
    assert Times().go_on(25.0, ages, tick_s=0.08) == []


@given(
    nodes=st.integers(2, 8),
    late=st.integers(1, 10),
    age_s=st.floats(USABLE_S, 100.0),
)
def test_the_share_and_the_age_are_those_that_came(nodes: int, late: int, age_s: float) -> None:
    ages = [age_s] * late + [0.0] * (10 - late)
    (told,) = Times().go_on(10.0, {str(node): ages for node in range(nodes)})
    assert f"{late * 10}% of the detections" in told
    assert f" {nanoseconds(age_s) / 1e9:.1f} s after" in told


@given(st.lists(st.floats(0.0, 30.0), min_size=1, max_size=200))
def test_whatever_the_times_told_and_over_take_turns(gaps_s: list[float]) -> None:
    times = Times()
    for gap_s in gaps_s:
        times.now_ns += nanoseconds(gap_s)
        sentence = times.overload.ticked(times.now_ns)
        if sentence is not None:
            times.told.append(sentence)
    overs = [number for number, one in enumerate(times.told) if one == "no longer overloaded"]
    assert all(number > 0 and number - 1 not in overs for number in overs)
