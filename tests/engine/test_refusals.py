"""What the engine does not use, and that this disturbs nobody else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearway.domain import Detection, Evidence, Modality, nanoseconds
from clearway.domain.detection import Covariance
from clearway.engine import DetectionRefused, Engine, Event, Refusal, TracksReported
from clearway.site.schema import Site
from tests.support.builders import HANDGUN_ALARM, crowd_of, detection, straight
from tests.support.streams import deliver, seen_by_camera

PEOPLE = crowd_of(
    (0, straight((2.0, 2.0), (1.4, 0.0), 41)), (0, straight((9.0, 3.5), (-1.2, 0.0), 41))
)
STREAM = seen_by_camera(PEOPLE)
NOW_S = 3.0
NAN, INFINITE = float("nan"), float("inf")


def alarm(time_s: float, delay_s: float = 0.0, **changes: Any) -> Detection:
    reading = detection(
        time_s,
        (5.0, 2.0),
        sensor_id="curtain-west",
        sequence=900,
        delay_s=delay_s,
        evidence=HANDGUN_ALARM,
    )
    return replace(reading, **changes)


def stray(**changes: Any) -> Detection:
    return replace(detection(NOW_S, (5.0, 2.0), sequence=9_000), **changes)


def ratios(*values: float) -> Evidence:
    return Evidence(Modality.CURTAIN, values, examined=1.0)


def tall(height_m: float, sigma_m: float = 0.05) -> dict[str, Detection]:
    """The same body height from a camera and from a threat sensor."""
    height = {"height_m": height_m, "height_sigma_m": sigma_m}
    return {"camera": stray(**height), "curtain": alarm(NOW_S, **height)}


def spread(xx: float, xy: float, yy: float) -> Detection:
    return stray(covariance_m2=Covariance(xx, xy, yy))


BAD = {
    "late": (detection(NOW_S - 0.5, (5.0, 2.0), sequence=9_000, delay_s=0.5), Refusal.LATE),
    "forgotten": (alarm(NOW_S - 5.1, 5.1), Refusal.FORGOTTEN),
    "future": (stray(time_ns=nanoseconds(NOW_S + 1.1)), Refusal.FUTURE),
    "future alarm": (alarm(NOW_S, time_ns=nanoseconds(NOW_S + 1.1)), Refusal.FUTURE),
    "unknown": (stray(sensor_id="camera-99"), Refusal.UNKNOWN_SENSOR),
    "x nan": (stray(x_m=NAN), Refusal.NOT_FINITE),
    "y inf": (stray(y_m=-INFINITE), Refusal.NOT_FINITE),
    "height inf": (stray(height_m=INFINITE, height_sigma_m=0.1), Refusal.NOT_FINITE),
    "height nan": (stray(height_m=NAN, height_sigma_m=0.1), Refusal.NOT_FINITE),
    "height in cm": (stray(height_m=172.0, height_sigma_m=0.1), Refusal.NOT_FINITE),
    "height without error": (stray(height_m=1.72, height_sigma_m=0.0), Refusal.NOT_FINITE),
    "height of an alarm": (alarm(NOW_S, height_m=1e200, height_sigma_m=0.1), Refusal.NOT_FINITE),
    "x huge": (stray(x_m=1e200, y_m=1e200), Refusal.NOT_FINITE),
    "covariance nan": (spread(0.01, NAN, 0.01), Refusal.NOT_FINITE),
    "covariance inf": (spread(INFINITE, 0.0, INFINITE), Refusal.NOT_FINITE),
    "covariance negative": (spread(-0.01, 0.0, -0.01), Refusal.NOT_FINITE),
    "covariance zero": (spread(0.0, 0.0, 0.0), Refusal.NOT_FINITE),
    "covariance flat": (spread(0.01, 0.01, 0.01), Refusal.NOT_FINITE),
    "ratio nan": (alarm(NOW_S, evidence=ratios(0, NAN, 0, 0, 0, 0, 0)), Refusal.NOT_FINITE),
    "ratio inf": (alarm(NOW_S, evidence=ratios(0, INFINITE, 0, 0, 0, 0, 0)), Refusal.NOT_FINITE),
    "ratio of none": (alarm(NOW_S, evidence=ratios(1, 0, 0, 0, 0, 0, 0)), Refusal.NOT_FINITE),
    "ratios missing": (alarm(NOW_S, evidence=ratios(0.0, 1.0)), Refusal.NOT_FINITE),
    "examined nan": (
        alarm(NOW_S, evidence=replace(HANDGUN_ALARM, examined=NAN)),
        Refusal.NOT_FINITE,
    ),
    "examined twice": (
        alarm(NOW_S, evidence=replace(HANDGUN_ALARM, examined=2.0)),
        Refusal.NOT_FINITE,
    ),
    "repeated": (replace(STREAM[50], received_ns=nanoseconds(NOW_S)), Refusal.REPEATED),
    **{
        f"height {height_m} +- {sigma_m} of a {kind}": (bad, Refusal.NOT_FINITE)
        for height_m, sigma_m in (
            *((height_m, 0.05) for height_m in (NAN, INFINITE, -INFINITE, 1e200, 170.0, 0.2)),
            *((1.7, sigma_m) for sigma_m in (NAN, INFINITE, 0.0, -0.1, 5.0)),
        )
        for kind, bad in tall(height_m, sigma_m).items()
    },
}


def tracks_of(events: list[Event]) -> list[tuple[int, list[int], list[list[float]]]]:
    return [
        (event.tracks.time_ns, event.tracks.track_ids.tolist(), event.tracks.states.tolist())
        for event in events
        if isinstance(event, TracksReported) and len(event.tracks)
    ]


def refused(events: list[Event]) -> list[Refusal]:
    return [event.reason for event in events if isinstance(event, DetectionRefused)]


@pytest.mark.parametrize(("bad", "reason"), BAD.values(), ids=BAD.keys())
def test_what_cannot_be_used_is_refused_and_disturbs_nobody(
    station: Site, bad: Detection, reason: Refusal
) -> None:
    undisturbed = list(deliver(Engine(station), STREAM))
    disturbed = list(deliver(Engine(station), [*STREAM, bad]))
    assert refused(undisturbed) == []
    assert refused(disturbed) == [reason]
    assert tracks_of(disturbed) == tracks_of(undisturbed) != []


@pytest.mark.parametrize(
    "good",
    [
        alarm(NOW_S - 4.9, 4.9),
        alarm(NOW_S + 0.9, received_ns=nanoseconds(NOW_S)),
        alarm(NOW_S, evidence=ratios(0.0, 700.0, -700.0, 0.0, 0.0, 0.0, 0.0)),
        alarm(NOW_S, evidence=ratios(0.0, 5.0, -INFINITE, 0.0, 0.0, 0.0, 0.0)),
        detection(NOW_S, (5.0, 2.0), sequence=9_000, delay_s=0.19),
        spread(1e-4, 0.0, 1e-4),
        *(tall(height_m)[kind] for height_m in (0.9, 2.1) for kind in ("camera", "curtain")),
        alarm(NOW_S, height_m=1.7),
    ],
)
def test_what_can_be_used_is_used(station: Site, good: Detection) -> None:
    assert refused(list(deliver(Engine(station), [*STREAM, good]))) == []


numbers = st.floats() | st.sampled_from([1e-200, 1e-20, 1e9, 1e160, 1e300])


spreads = st.builds(
    Covariance, numbers, st.sampled_from([0.0, 1e-3]) | numbers, numbers
) | st.builds(lambda value: Covariance(value, 0.0, value), numbers)
log_ratios_of_all = st.lists(numbers, min_size=6, max_size=6).map(lambda values: (0.0, *values))


def assert_all_is_finite(engine: Engine, events: list[Event]) -> None:
    """Of the tracks, the beliefs and the curtain's offset."""
    reports = [event for event in events if isinstance(event, TracksReported)]
    assert reports
    for report in reports:
        tracks = report.tracks
        assert np.isfinite(tracks.states).all()
        assert np.isfinite(tracks.covariances).all()
        assert tracks.height_m is not None
        assert np.isfinite(tracks.height_m).all()
        assert all(np.isfinite(belief.probabilities).all() for belief in report.beliefs)
    offset = engine._hand_overs["curtain-west"].offset
    if offset is not None:
        assert np.isfinite([*offset.covariance_m2, offset.east_m, offset.north_m]).all()


@given(st.lists(spreads, min_size=1, max_size=3), numbers, numbers, log_ratios_of_all)
@settings(max_examples=50)
def test_no_number_whatever_stops_the_engine(
    station: Site,
    covariances: list[Covariance],
    x_m: float,
    y_m: float,
    log_ratios: tuple[float, ...],
) -> None:
    engine = Engine(station)
    list(deliver(engine, STREAM[:40]))
    for sequence, covariance in enumerate(covariances, start=9_000):
        strange = replace(
            stray(sequence=sequence, sensor_id=f"camera-{sequence % 3 + 1}"),
            x_m=x_m,
            y_m=y_m,
            covariance_m2=covariance,
        )
        engine.observe([strange, alarm(NOW_S, x_m=x_m, evidence=ratios(*log_ratios))])
    assert_all_is_finite(engine, engine.observe((), clock_ns=nanoseconds(NOW_S + 0.5)))


WILD: dict[str, st.SearchStrategy[Any]] = {
    "x_m": numbers,
    "y_m": numbers,
    "covariance_m2": spreads,
    "height_m": numbers | st.floats(0.2, 3.1),
    "height_sigma_m": numbers | st.floats(0.0, 1.1),
    "evidence": log_ratios_of_all.map(lambda values: ratios(*values)),
}


@given(
    st.lists(
        st.sets(st.sampled_from(sorted(WILD)), min_size=1, max_size=2).flatmap(
            lambda names: st.fixed_dictionaries({name: WILD[name] for name in sorted(names)})
        ),
        min_size=1,
        max_size=4,
    )
)
@settings(max_examples=50)
def test_a_strange_number_among_sound_ones_spoils_nothing(
    station: Site, strange: list[dict[str, Any]]
) -> None:
    engine = Engine(station)
    list(deliver(engine, STREAM[:40]))
    height = {"height_m": 1.7, "height_sigma_m": 0.05}
    for number, changes in enumerate(strange):
        engine.observe(
            [
                alarm(NOW_S, **{"sequence": number, "source": 1, **height, **changes}),
                stray(**{"sequence": 9_000 + number, **height, **changes, "evidence": None}),
                # Of the same sensor, at somebody else.
                alarm(NOW_S, sequence=100 + number, **height),
            ]
        )
    assert_all_is_finite(engine, engine.observe((), clock_ns=nanoseconds(NOW_S + 0.5)))


def test_a_repeated_alarm_is_counted_once(station: Site) -> None:
    first = alarm(2.0, 0.5)
    for again_s in (0.6, 3.0, 5.0, 7.0):
        again = replace(first, received_ns=nanoseconds(2.0 + again_s))
        events = list(deliver(Engine(station), [*STREAM, first, again]))
        assert len(refused(events)) == 1


def test_an_alarm_of_a_clock_ahead_is_not_counted_again_later(station: Site) -> None:
    ahead = alarm(2.9, received_ns=nanoseconds(2.0))
    again = replace(ahead, received_ns=nanoseconds(7.5))
    other = detection(7.4, (5.0, 2.0), sequence=9_000)
    events = list(deliver(Engine(station), [*STREAM, ahead, other, again]))
    assert refused(events) == [Refusal.REPEATED]


def test_a_flood_of_refused_detections_takes_no_memory(station: Site) -> None:
    engine = Engine(station)
    list(deliver(engine, [one for one in STREAM if one.time_ns <= nanoseconds(NOW_S)]))

    def held() -> tuple[int, ...]:
        buffer = engine._buffer
        history = engine._history._snapshots
        return len(buffer._heap), len(buffer._seen), len(buffer._seen_order), len(history)

    before = held()
    flood = [
        replace(bad, sequence=bad.sequence if reason is Refusal.REPEATED else 10_000 + number)
        for number in range(500)
        for bad, reason in BAD.values()
    ]
    assert len(refused(engine.observe(flood))) == len(flood)
    assert held() == before


def test_memory_does_not_grow_with_the_length_of_a_run(station: Site) -> None:
    def held_after(duration_s: float) -> list[int]:
        engine = Engine(station)
        walks = [
            (start, straight((1.0, 3.0), (1.4, 0.0), 60))
            for start in range(0, round(10 * duration_s), 35)
        ]
        crowd = crowd_of(*walks)
        alarms = [
            replace(alarm(start / 10 + 3.0), sequence=number, x_m=5.2, y_m=3.0)
            for number, (start, _) in enumerate(walks)
        ]
        list(deliver(engine, [*seen_by_camera(crowd), *alarms]))
        buffer = engine._buffer
        return [
            len(buffer._heap),
            len(buffer._seen),
            len(buffer._seen_order),
            len(engine._history._snapshots),
            len(engine._beliefs.known),
            len(engine._alerts._open),
            len(engine._last_present_ns),
        ]

    assert max(held_after(60.0)) > 0
    assert all(
        longer <= shorter + 8
        for shorter, longer in zip(held_after(30.0), held_after(60.0), strict=True)
    )


def test_a_first_detection_with_an_unset_clock_stops_nobody(station: Site) -> None:
    engine = Engine(station)
    stray = replace(detection(0.0, (5.0, 3.0)), received_ns=1_767_225_600_000_000_000)
    (event,) = engine.observe([stray])
    assert isinstance(event, DetectionRefused)
    assert event.reason is Refusal.LATE
