"""Scans are grouped from rows in any order, and missing ones appear when the past tells it."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from clearway.domain import nanoseconds
from clearway.replay.scans import Instant, instants
from clearway.replay.tables import Detections
from clearway.tracking import PersonSensor

MICROSECOND = 1_000


def sensors(*rates_hz: float) -> list[PersonSensor]:
    corners = ((0.0, 0.0), (9.0, 0.0), (9.0, 9.0), (0.0, 9.0))
    return [
        PersonSensor(f"s{index}", 0.1 * (index + 1), 0.9, 0.1, rate_hz, corners)
        for index, rate_hz in enumerate(rates_hz)
    ]


def detections(
    rows: list[tuple[int, int]], height_m: NDArray[np.float64] | None = None
) -> Detections:
    """Rows (sensor, time in ns); the position tells the place in the list."""
    sensor, time_ns = np.array(rows, dtype=np.int64).reshape(-1, 2).T
    number = np.arange(len(rows), dtype=np.float64)
    return Detections(sensor, time_ns, time_ns / 1e9, np.column_stack([number, -number]), height_m)


def at(sensor: int, *times_s: float) -> list[tuple[int, int]]:
    return [(sensor, nanoseconds(time_s)) for time_s in times_s]


def content(found: list[Instant]) -> list[tuple[float, list[tuple[str, int]]]]:
    """Time of each instant, and its scans with their numbers of detections."""
    return [
        (instant.time_ns / 1e9, [(scan.sensor_id, len(scan.position_m)) for scan in instant.scans])
        for instant in found
    ]


def scans_of(found: list[Instant], name: str) -> list[tuple[float, int]]:
    """Time to the microsecond and number of detections of each scan of one sensor."""
    return [
        (round(time_s, 6), count)
        for time_s, scans in content(found)
        for who, count in scans
        if who == name
    ]


def test_detections_of_one_instant_are_one_scan_with_the_sensor_s_errors() -> None:
    rows = [*at(1, 0.1), *at(0, 0.1, 0.2), *at(1, 0.1)]
    first, second = instants(detections(rows), sensors(10, 10))
    assert content([first, second]) == [
        (0.1, [("s0", 1), ("s1", 2)]),
        (0.2, [("s0", 1), ("s1", 0)]),
    ]
    west, east = first.scans
    assert west.position_m.tolist() == [[1.0, -1.0]]
    assert east.position_m.tolist() == [[0.0, 0.0], [3.0, -3.0]]
    np.testing.assert_allclose(west.covariance_m2, [[[0.01, 0], [0, 0.01]]])
    np.testing.assert_allclose(east.covariance_m2, [[[0.04, 0], [0, 0.04]]] * 2)
    assert second.scans[1].covariance_m2.shape == (0, 2, 2)
    assert (first.empty_scans, second.empty_scans) == (0, 1)


def test_times_within_a_microsecond_are_one_instant() -> None:
    rows = [(0, 1_000), (1, 1_400), (0, 2_000), (1, 2_001), (0, 3_002)]
    found = content(list(instants(detections(rows), sensors(100, 100))))
    assert [(round(time_s * 1e9), scans) for time_s, scans in found] == [
        (1_000, [("s0", 2), ("s1", 1)]),
        (2_001, [("s1", 1)]),
        (3_002, [("s0", 1)]),
    ]


def test_heights_are_given_where_the_scan_has_any() -> None:
    rows = [*at(0, 0.0, 0.0, 0.1)]
    heights = np.array([np.nan, 1.8, np.nan])
    first, second = instants(detections(rows, heights), sensors(10))
    assert first.scans[0].height_m is not None
    np.testing.assert_array_equal(np.sort(first.scans[0].height_m), [1.8, np.nan])
    assert second.scans[0].height_m is None


def test_a_sensor_scans_in_vain_from_the_first_to_the_last_instant() -> None:
    """The second joins late with a phase of its own, and dies."""
    rows = [*at(0, *np.arange(0, 2.01, 0.1)), *at(1, 0.63, 0.83, 1.03)]
    found = list(instants(detections(rows), sensors(10, 5)))
    assert scans_of(found, "s0") == [(round(k / 10, 6), 1) for k in range(21)]
    assert scans_of(found, "s1") == [
        *((0.0, 0), (0.2, 0), (0.4, 0), (0.6, 0)),  # with the first instant of all
        *((0.63, 1), (0.83, 1), (1.03, 1)),
        *((1.23, 0), (1.43, 0), (1.63, 0), (1.83, 0)),
    ]
    assert [instant.time_ns for instant in found] == sorted({i.time_ns for i in found})


def test_silence_at_an_instant_of_others_shares_it() -> None:
    """A third of a second is no whole number of nanoseconds, and times have seven digits."""
    times_s = [round(1e9 + k / 3, 6) for k in range(10)]
    rows = [*at(0, *times_s), *at(1, times_s[0], times_s[1], times_s[8])]
    found = content(list(instants(detections(rows), sensors(3, 3))))
    assert [len(scans) for _, scans in found] == [2] * 10


def test_nobody_seen_by_anybody_is_found_between() -> None:
    rows = at(0, 0.0, 0.1, 0.5)
    found = list(instants(detections(rows), sensors(10)))
    assert scans_of(found, "s0") == [
        *((0.0, 1), (0.1, 1), (0.2, 0), (0.3, 0), (0.4, 0), (0.5, 1)),
    ]
    assert [instant.known_ns / 1e9 for instant in found] == [0.0, 0.1, 0.5, 0.5, 0.5, 0.5]


def test_an_uneven_clock_gets_no_scans_in_vain_once_it_is_known() -> None:
    """Times that jitter by a twentieth of a period, beside a sensor that reports often."""
    rng = np.random.default_rng(5)
    uneven = [k / 10 + rng.uniform(0, 0.005) for k in range(200)]
    rows = [*at(0, *np.arange(0, 20, 0.005)), *at(1, *uneven)]
    found = scans_of(list(instants(detections(rows), sensors(200, 10))), "s1")
    in_vain = [time_s for time_s, count in found if not count]
    assert len(found) - len(in_vain) == 200
    assert all(time_s < 1.0 for time_s in in_vain)


def test_an_uneven_clock_that_falls_silent_is_noticed() -> None:
    rng = np.random.default_rng(5)
    uneven = [k / 10 + rng.uniform(-0.01, 0.01) for k in range(1, 100)]
    rows = [*at(0, *np.arange(0, 20, 0.05)), *at(1, *uneven)]
    found = scans_of(list(instants(detections(rows), sensors(20, 10))), "s1")
    late = [time_s for time_s, count in found if time_s > 10.1]
    assert len(late) == pytest.approx(98, abs=1)
    assert np.diff(late) == pytest.approx(0.1)


@st.composite
def recordings(draw: st.DrawFn) -> tuple[list[tuple[int, int]], list[float]]:
    """Rows of a few sensors with even, rounded or wild clocks."""
    rates = draw(st.lists(st.sampled_from([1.0, 3.0, 7.5, 10.0, 29.97]), min_size=1, max_size=3))
    start_ns = draw(st.sampled_from([-3_000_000_000, 0, 1_700_000_000_123_456_789]))
    rows = []
    for sensor, rate_hz in enumerate(rates):
        phase_s = draw(st.sampled_from([0.0, 0.01, 0.2]))
        jitter_ns = draw(st.sampled_from([0, 400, 3_000_000, 60_000_000]))
        for step in draw(st.lists(st.integers(0, 25), max_size=20)):
            lateness_ns = draw(st.integers(-jitter_ns, jitter_ns))
            rows.append((sensor, start_ns + nanoseconds(phase_s + step / rate_hz) + lateness_ns))
    return rows, rates


@given(recordings())
@settings(max_examples=150)
def test_no_detection_is_lost_and_time_goes_forward(
    recording: tuple[list[tuple[int, int]], list[float]],
) -> None:
    rows, rates = recording
    found = list(instants(detections(rows), sensors(*rates)))
    if not rows:
        assert found == []
        return
    times = np.array([instant.time_ns for instant in found])
    assert (np.diff(times) > MICROSECOND).all()
    assert times[0] == min(time_ns for _, time_ns in rows)
    assert times[-1] >= max(time_ns for _, time_ns in rows) - MICROSECOND
    numbers = []
    for instant in found:
        names = [scan.sensor_id for scan in instant.scans]
        assert names == sorted(set(names))
        assert instant.known_ns >= instant.time_ns
        for scan in instant.scans:
            assert scan.time_ns == instant.time_ns
            for number in scan.position_m[:, 0].astype(int).tolist():
                sensor, time_ns = rows[number]
                assert scan.sensor_id == f"s{sensor}"
                assert 0 <= time_ns - instant.time_ns <= MICROSECOND
                numbers.append(number)
    assert sorted(numbers) == list(range(len(rows)))


@given(recordings())
@settings(max_examples=150)
def test_no_sensor_is_quiet_for_more_than_a_period_and_a_half(
    recording: tuple[list[tuple[int, int]], list[float]],
) -> None:
    rows, rates = recording
    if not rows:
        return
    found = list(instants(detections(rows), sensors(*rates)))
    for index, rate_hz in enumerate(rates):
        times = [
            instant.time_ns
            for instant in found
            for scan in instant.scans
            if scan.sensor_id == f"s{index}"
        ]
        assert times, "every sensor is due at the first instant"
        gaps_ns = np.diff([found[0].time_ns, *times, found[-1].time_ns])
        assert gaps_ns.max() <= 1.5e9 / rate_hz + 2 * MICROSECOND


@given(recordings(), st.integers(0, 99))
@settings(max_examples=100)
def test_the_order_of_rows_is_nothing(
    recording: tuple[list[tuple[int, int]], list[float]], seed: int
) -> None:
    rows, rates = recording
    table = detections(rows)
    order = np.random.default_rng(seed).permutation(len(rows))
    mixed = Detections(
        table.sensor[order], table.time_ns[order], table.time_s[order], table.position_m[order]
    )
    kept = [_frozen(instant) for instant in instants(table, sensors(*rates))]
    assert [_frozen(instant) for instant in instants(mixed, sensors(*rates))] == kept


@given(recordings(), st.floats(0, 1))
@settings(max_examples=150)
def test_what_comes_later_changes_nothing(
    recording: tuple[list[tuple[int, int]], list[float]], share: float
) -> None:
    rows, rates = recording
    whole = [_frozen(instant) for instant in instants(detections(rows), sensors(*rates))]
    table = detections(rows)
    times = np.unique(table.time_ns)
    if not len(times):
        return
    cut_ns = int(times[round(share * (len(times) - 1))])
    # A microsecond is one instant, and is not to be cut.
    if ((times > cut_ns) & (times <= cut_ns + MICROSECOND)).any():
        return
    kept = table.time_ns <= cut_ns
    part = Detections(
        table.sensor[kept], table.time_ns[kept], table.time_s[kept], table.position_m[kept]
    )
    cut = [_frozen(instant) for instant in instants(part, sensors(*rates))]
    assert cut == whole[: len(cut)]
    assert all(time_ns > cut_ns for time_ns, *_ in whole[len(cut) :])


def _frozen(instant: Instant) -> tuple[int, float, int, tuple[tuple[str, str], ...]]:
    return (
        instant.time_ns,
        instant.time_s,
        instant.known_ns,
        tuple((scan.sensor_id, str(scan.position_m.tolist())) for scan in instant.scans),
    )


def test_even_clocks_are_as_many_scans_as_the_rate_says() -> None:
    rng = np.random.default_rng(7)
    rates = [10.0, 5.0, 29.97]
    rows = [
        (sensor, nanoseconds(1e9 + step / rate_hz))
        for sensor, rate_hz in enumerate(rates)
        for step in range(int(60 * rate_hz) + 1)
        if step == 0 or rng.random() < 0.5
    ]
    found = list(instants(detections(rows), sensors(*rates)))
    end_s = (found[-1].time_ns - found[0].time_ns) / 1e9
    count = Counter(scan.sensor_id for instant in found for scan in instant.scans)
    assert count == {f"s{i}": int(end_s * rate_hz + 1e-6) + 1 for i, rate_hz in enumerate(rates)}
