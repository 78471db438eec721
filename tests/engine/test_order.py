"""The order of arrival within the reorder window makes no difference, nor does anything else."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearway.domain import Detection, nanoseconds
from clearway.engine import (
    AlertChanged,
    CueRequested,
    DetectionRefused,
    Engine,
    Event,
    EvidenceJudged,
    Refusal,
    TracksReported,
)
from clearway.site.schema import Site
from tests.support.builders import CLEAR, HANDGUN_ALARM, crowd_of, detection, evidence, straight
from tests.support.streams import delayed, deliver, seen_by_camera

DURATION_S = 6.0
PEOPLE = crowd_of(
    (0, straight((12.0, 2.0), (1.4, 0.0), 61)),
    (5, straight((11.0, 3.5), (1.2, 0.05), 50)),
    (0, straight((26.0, 2.9), (-1.3, 0.0), 55)),
)
ALARMS = [
    detection(2.9, (16.0, 2.0), sensor_id="curtain-west", sequence=1, evidence=HANDGUN_ALARM),
    detection(
        4.4, (18.2, 2.0), sensor_id="curtain-west", sequence=2, evidence=evidence({"explosive": 9})
    ),
    detection(4.1, (20.0, 2.9), sensor_id="curtain-east", sequence=1, evidence=CLEAR),
    detection(4.6, (18.4, 2.0), sensor_id="curtain-east", sequence=2, evidence=HANDGUN_ALARM),
]
STREAM = [*seen_by_camera(PEOPLE), *seen_by_camera(PEOPLE, "camera-2", seed=2), *ALARMS]


def told(events: Iterable[Event]) -> list[Any]:
    """What was said of whom, without the engine's clock."""
    found: list[Any] = []
    for event in events:
        match event:
            case TracksReported() if len(event.tracks):
                tracks = event.tracks
                beliefs = [belief.probabilities.tolist() for belief in event.beliefs]
                found.append(
                    (tracks.time_ns, tracks.track_ids.tolist(), tracks.states.tolist(), beliefs)
                )
            case EvidenceJudged():
                judged = event.judgement
                found.append((event.detection.sequence, judged.attribution, judged.source_threat))
            case AlertChanged():
                alert = event.alert
                found.append((alert.alert_id, alert.state, alert.candidates, alert.probability))
            case CueRequested():
                found.append(event.cue)
            case _:
                pass
    return found


def results(station: Site, detections: Iterable[Detection]) -> list[Any]:
    engine = Engine(station)
    events = list(deliver(engine, detections))
    events += engine.observe((), clock_ns=nanoseconds(DURATION_S + 20.0))
    return told(events)


@pytest.fixture(scope="module")
def undelayed(station: Site) -> list[Any]:
    return results(station, STREAM)


def test_the_stream_has_everything_that_order_could_change(undelayed: list[Any]) -> None:
    kinds = [type(item[0]).__name__ for item in undelayed if isinstance(item, tuple)]
    assert kinds.count("int") > 30
    states = [str(item[1]) for item in undelayed if isinstance(item, tuple) and len(item) == 4]
    assert {"open", "updated", "closed"} <= set(states)
    assert any(not isinstance(item, tuple) for item in undelayed), "no cue"


@given(st.randoms(use_true_random=False))
@settings(max_examples=12)
def test_arrival_within_the_window_makes_no_difference(
    station: Site, undelayed: list[Any], random: Any
) -> None:
    window_s = station.engine.reorder_window_s
    delays = [random.uniform(0.0, 0.99 * window_s) for _ in STREAM]
    assert results(station, delayed(STREAM, delays)) == undelayed


@given(st.randoms(use_true_random=False))
@settings(max_examples=5)
def test_the_order_within_one_delivery_makes_no_difference(
    station: Site, undelayed: list[Any], random: Any
) -> None:
    shuffled = list(STREAM)
    random.shuffle(shuffled)
    assert results(station, shuffled) == undelayed


def test_two_engines_say_the_same(station: Site, undelayed: list[Any]) -> None:
    assert results(station, STREAM) == undelayed


def test_one_large_delivery_is_as_good_as_many_small_ones(
    station: Site, undelayed: list[Any]
) -> None:
    engine = Engine(station)
    arriving = sorted(STREAM, key=lambda one: one.received_ns)
    events = engine.observe(arriving, clock_ns=nanoseconds(DURATION_S + 20.0))
    assert told(events) == undelayed


def test_flush_gives_what_still_waits(station: Site, undelayed: list[Any]) -> None:
    engine = Engine(station)
    before = told(deliver(engine, STREAM))
    rest = told(engine.flush())
    assert rest
    assert before + rest == undelayed[: len(before) + len(rest)]
    assert engine.flush() == []


def test_flush_of_an_engine_that_was_told_nothing(station: Site) -> None:
    assert Engine(station).flush() == []


def test_an_empty_delivery_moves_the_clock(station: Site) -> None:
    engine = Engine(station)
    assert engine.observe(()) == []
    assert "before its first detection" in repr(engine)
    events = [
        *engine.observe((), clock_ns=nanoseconds(1.2)),
        *engine.observe((), clock_ns=nanoseconds(2.2)),
    ]
    reported = [e.tracks.time_ns for e in events if isinstance(e, TracksReported)]
    assert reported == [nanoseconds(1.0 + number / 5) for number in range(5)]
    assert engine.observe((), clock_ns=nanoseconds(1.5)) == []
    assert "2.200 s" in repr(engine)


@given(st.lists(st.integers(0, len(STREAM)), max_size=12))
@settings(max_examples=12)
def test_how_detections_are_grouped_into_calls_makes_no_difference(
    station: Site, cuts: list[int]
) -> None:
    delays = [0.03 + 0.3 * (number % 7 == 0) for number in range(len(STREAM))]
    arriving = sorted(delayed(STREAM, delays), key=lambda one: one.received_ns)
    one_by_one, grouped = Engine(station), Engine(station)
    expected = [event for one in arriving for event in one_by_one.observe([one])]
    bounds = [0, *sorted(cuts), len(arriving)]
    found = [
        event
        for first, last in itertools.pairwise(bounds)
        for event in grouped.observe(arriving[first:last])
    ]
    assert told(found) == told(expected)
    assert refused(found) == refused(expected)
    assert refused(found)


def refused(events: Iterable[Event]) -> list[tuple[Detection, Refusal]]:
    """What was not used, and why."""
    return [
        (event.detection, event.reason) for event in events if isinstance(event, DetectionRefused)
    ]
