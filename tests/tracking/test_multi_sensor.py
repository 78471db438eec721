"""People keep their ids, and nobody is made up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from clearway.domain import TrackStates, nanoseconds
from clearway.errors import ArgumentError
from clearway.tracking import MultiSensorTracker, Scan, TrackerSettings
from tests.tracking.people import SENSOR, followed, look, scan_at

RATE_HZ = 10.0
SLOW_SENSOR = replace(SENSOR, sensor_id="slow", rate_hz=7.0, sigma_m=0.15)
NOBODY = np.empty((0, 2))


def times_s(duration_s: float, rate_hz: float = RATE_HZ) -> list[float]:
    return [number / rate_hz for number in range(round(duration_s * rate_hz))]


def two_way(time_s: float) -> NDArray[np.float64]:
    """Four people eastwards and four westwards, in two lanes 1 m apart."""
    behind = 2.5 * np.arange(4)
    east = np.stack([-1.0 - behind + 1.3 * time_s, np.full(4, 4.5)], axis=1)
    west = np.stack([21.0 + behind - 1.3 * time_s, np.full(4, 5.5)], axis=1)
    return np.concatenate([east, west])


def two_way_scans(seed: int, duration_s: float = 24.0) -> Iterator[Scan]:
    rng = np.random.default_rng(seed)
    for time_s in times_s(duration_s):
        yield look(time_s, two_way(time_s), rng)


@pytest.mark.parametrize("seed", range(5))
def test_people_who_pass_each_other_keep_their_ids(seed: int) -> None:
    tracker = MultiSensorTracker([SENSOR])
    ids: list[set[int]] = [set() for _ in range(8)]
    seen = followed_at = 0
    for scan in two_way_scans(seed):
        tracker.update(scan)
        people = two_way(scan.time_ns / 1e9)
        well_inside = (people[:, 0] > 1.0) & (people[:, 0] < 19.0)
        found = followed(tracker.states(), people)
        seen += int(well_inside.sum())
        for person in np.flatnonzero(well_inside).tolist():
            if found[person]:
                ids[person].add(found[person])
                followed_at += 1
    assert [len(own) for own in ids] == [1] * 8
    assert len(set.union(*ids)) == 8
    assert followed_at > 0.99 * seen


def everything(tracker: MultiSensorTracker, scans: Iterator[Scan]) -> list[TrackStates]:
    states = []
    for scan in scans:
        tracker.update(scan)
        states.append(tracker.states())
    return states


def test_the_same_scans_give_the_same_states() -> None:
    first, second = (
        everything(MultiSensorTracker([SENSOR]), two_way_scans(3, 10.0)) for _ in range(2)
    )
    assert max(len(states) for states in first) == 8
    for one, other in zip(first, second, strict=True):
        assert one.time_ns == other.time_ns
        for column in ("track_ids", "states", "covariances", "height_m", "height_sigma_m"):
            assert np.array_equal(getattr(one, column), getattr(other, column))


def test_what_was_reported_does_not_change_later() -> None:
    tracker = MultiSensorTracker([SENSOR])
    reported = everything(tracker, two_way_scans(1, 8.0))[-1]
    before = reported.states.copy(), reported.covariances.copy(), reported.track_ids.copy()
    tracker.update(scan_at(8.1, two_way(8.1)))
    assert np.array_equal(reported.states, before[0])
    assert np.array_equal(reported.covariances, before[1])
    assert np.array_equal(reported.track_ids, before[2])


@pytest.mark.parametrize("seed", range(3))
def test_the_true_state_is_within_the_stated_doubt(seed: int) -> None:
    rng = np.random.default_rng(seed)
    tracker = MultiSensorTracker([SENSOR])
    squared = []
    for time_s in times_s(12.0):
        person = np.array([[1.0 + 1.3 * time_s, 5.0]])
        tracker.update(look(time_s, person, rng))
        states = tracker.states()
        if time_s > 2.0:
            error = states.states[0] - [*person[0], 1.3, 0.0]
            squared.append(error @ np.linalg.solve(states.covariances[0], error))
            assert states.track(0).sigma_m < SENSOR.sigma_m
    # chi squared with four degrees of freedom has mean 4; errors of one walk are correlated.
    assert 0.5 < np.mean(squared) < 8.0


@pytest.mark.parametrize("seed", range(5))
def test_two_sensors_that_scan_when_they_like_see_one_person(seed: int) -> None:
    rng = np.random.default_rng(seed)
    tracker = MultiSensorTracker([SENSOR, SLOW_SENSOR])
    events = [(time_s, SENSOR) for time_s in times_s(12.0)]
    events += [(time_s + 0.03, SLOW_SENSOR) for time_s in times_s(12.0, SLOW_SENSOR.rate_hz)]
    for time_s, sensor in sorted(events, key=lambda event: event[0]):
        tracker.update(look(time_s, np.array([[1.0 + 1.3 * time_s, 5.0]]), rng, sensor, clutter=0))
        if time_s > 1.0:
            assert tracker.states().track_ids.tolist() == [1]


def test_offset_and_clock_of_a_second_sensor_are_learned_from_people() -> None:
    rng = np.random.default_rng(1)
    tracker = MultiSensorTracker([SENSOR, replace(SENSOR, sensor_id="other")])
    offset_m, clock_s = np.array([0.08, -0.06]), 0.03

    def people(time_s: float) -> NDArray[np.float64]:
        phase = 0.5 * time_s + 0.8 * np.arange(8)
        return np.stack([10.0 + 3.0 * np.sin(phase), np.arange(1.5, 9.0)], axis=1)

    for time_s in times_s(60.0):
        tracker.update(look(time_s, people(time_s), rng))
        seen = look(time_s, people(time_s + clock_s) + offset_m, rng)
        tracker.update(replace(seen, sensor_id="other"))
    found = tracker.registration
    np.testing.assert_allclose(found.offset_m[1] - found.offset_m[0], offset_m, atol=0.02)
    assert found.clock_s[1] - found.clock_s[0] == pytest.approx(clock_s, abs=0.01)


def hidden_for(
    tracker: MultiSensorTracker, rng: np.random.Generator, hidden_s: float, learning_s: float
) -> tuple[int, int]:
    """The track of one of nine people before and after nobody saw that person for some time.

    Before, all people's misses come in bursts, for ``learning_s``.
    """
    sure = replace(SENSOR, detection_probability=1.0)
    missed = np.zeros(9, dtype=bool)
    before = after = 0
    for time_s in times_s(learning_s + hidden_s + 2.0):
        phase = 0.35 * time_s + 0.9 * np.arange(9)
        people = np.stack([10.0 + 3.0 * np.sin(phase), np.arange(1.0, 10.0)], axis=1)
        missed = rng.random(9) < np.where(missed, 0.8, 0.05)
        missed[4] &= time_s < learning_s - 1.0
        missed[4] |= learning_s <= time_s < learning_s + hidden_s
        tracker.update(look(time_s, people[~missed], rng, sure))
        after = followed(tracker.states(), people)[4]
        before = after if time_s < learning_s else before
    return before, after


@pytest.mark.parametrize("seed", range(5))
def test_a_person_whom_nobody_saw_for_a_second_keeps_the_id(seed: int) -> None:
    """Of a sensor whose misses come in bursts, as the tracker has found out by itself."""
    tracker = MultiSensorTracker([SENSOR])
    before, after = hidden_for(tracker, np.random.default_rng(seed), 1.0, learning_s=20.0)
    assert before == after > 0


@pytest.mark.parametrize("seed", range(5))
def test_a_person_hidden_for_a_moment_keeps_the_id_from_the_start(seed: int) -> None:
    tracker = MultiSensorTracker([SENSOR])
    before, after = hidden_for(tracker, np.random.default_rng(seed), 0.3, learning_s=2.0)
    assert before == after > 0


@pytest.mark.parametrize("seed", range(5))
def test_who_leaves_ends_and_who_enters_is_somebody_new(seed: int) -> None:
    """The second person enters in the same place half a second after the first has left."""
    rng = np.random.default_rng(seed)
    tracker = MultiSensorTracker([SENSOR])
    leaving: set[int] = set()
    entering: set[int] = set()
    for time_s in times_s(8.0):
        people = np.array([[20.0 + 1.3 * (time_s - 3.7), 5.0], [20.0 - 1.3 * (time_s - 4.2), 5.0]])
        tracker.update(look(time_s, people, rng, clutter=0))
        ids = set(tracker.states().track_ids.tolist())
        assert len(ids) <= 1
        (leaving if time_s < 4.1 else entering).update(ids)
    assert len(leaving) == len(entering) == 1
    assert min(entering) > max(leaving)


def test_ids_are_never_used_again() -> None:
    """People enter and leave one after the other for a minute; a track may hide for a moment."""
    rng = np.random.default_rng(1)
    tracker = MultiSensorTracker([SENSOR])
    number = np.arange(20)
    way = np.where(number % 2, -1.0, 1.0)
    last_seen_s: dict[int, float] = {}
    for time_s in times_s(60.0):
        walked_m = 1.3 * (time_s - 3.0 * number) - 1.0
        people = np.stack([np.where(number % 2, 20.0, 0.0) + way * walked_m, 1.0 + number % 9], 1)
        tracker.update(look(time_s, people[walked_m >= -1.0], rng))
        newest = max(last_seen_s, default=0)
        for track_id in tracker.states().track_ids.tolist():
            unseen_s = time_s - last_seen_s.get(track_id, time_s)
            assert track_id in last_seen_s or track_id > newest
            assert unseen_s <= TrackerSettings().longest_coast_s
            last_seen_s[track_id] = time_s
    assert sum(seen_s < 50.0 for seen_s in last_seen_s.values()) >= 10


places = arrays(
    np.float64,
    st.tuples(st.integers(1, 30), st.just(2)),
    elements=st.floats(0.1, 9.9) | st.just(5.0),
)


@given(places)
def test_nobody_is_confirmed_by_one_detection_in_the_first_scan(
    position_m: NDArray[np.float64],
) -> None:
    tracker = MultiSensorTracker([SENSOR])
    tracker.update(scan_at(0.0, position_m))
    assert len(tracker.states()) == 0
    tracker.update(scan_at(0.1, NOBODY))
    tracker.advance(nanoseconds(5.0))
    assert len(tracker.states()) == 0


@given(places, st.floats(0.02, 3.0))
@settings(max_examples=50)
def test_nobody_is_confirmed_by_one_detection_later(
    position_m: NDArray[np.float64], silence_s: float
) -> None:
    tracker = MultiSensorTracker([SENSOR])
    for time_s in times_s(1.0):
        tracker.update(scan_at(time_s, NOBODY))
    tracker.update(scan_at(1.0 + silence_s, position_m))
    assert len(tracker.states()) == 0


@pytest.mark.parametrize(("clutter", "most"), [(0.5, 0.01), (2.0, 0.05), (5.0, 0.1)])
def test_clutter_is_seldom_a_person(clutter: float, most: float) -> None:
    """Shares of the scans after which a track is shown on an empty floor of 200 square metres."""
    rng = np.random.default_rng(1)
    sensor = replace(SENSOR, clutter_per_scan=clutter)
    tracker = MultiSensorTracker([sensor])
    shown = 0
    for time_s in times_s(60.0):
        tracker.update(look(time_s, NOBODY, rng, sensor))
        shown += len(tracker.states()) > 0
    assert shown <= most * 60.0 * RATE_HZ


HEIGHTS_M = np.array([1.58, 1.88])


def shoulder_to_shoulder(seed: int, with_heights: bool) -> tuple[list[int], list[int]]:
    """Tracks of two people before and after they meet, walk 0.3 m apart and swap sides."""
    rng = np.random.default_rng(seed)
    tracker = MultiSensorTracker([SENSOR])
    apart: list[int] = []
    last: list[int] = []
    for time_s in times_s(12.0):
        side_m = 0.15 * np.cos(np.pi * np.clip((time_s - 4.0) / 2.0, 0.0, 1.0))
        side_m += 0.85 * np.clip(1.0 - time_s / 3.0, 0.0, 1.0)
        east_m = 2.0 + 1.2 * time_s
        people = np.array([[east_m, 5.0 + side_m], [east_m, 5.0 - side_m]])
        tracker.update(look(time_s, people, rng, height_m=HEIGHTS_M if with_heights else None))
        last = followed(tracker.states(), people)
        apart = last if time_s <= 2.0 else apart
    return apart, last


@pytest.mark.parametrize("seed", range(6))
def test_heights_keep_two_people_apart_who_swap_sides(seed: int) -> None:
    before, after = shoulder_to_shoulder(seed, with_heights=True)
    assert before == after
    assert 0 not in after


def test_without_heights_they_are_mixed_up() -> None:
    """Otherwise the test above would show nothing."""
    runs = [shoulder_to_shoulder(seed, with_heights=False) for seed in range(6)]
    assert any(before != after for before, after in runs)


def test_a_height_in_the_wrong_unit_harms_nobody() -> None:
    rng = np.random.default_rng(1)
    tracker = MultiSensorTracker([SENSOR])
    people = np.array([[5.0, 5.0], [5.5, 5.0]])
    for time_s in times_s(3.0):
        tracker.update(scan_at(time_s, people, height_m=HEIGHTS_M))
    before = followed(tracker.states(), people)
    tracker.update(scan_at(3.0, people, height_m=100.0 * HEIGHTS_M))
    tracker.update(look(3.1, people, rng, height_m=HEIGHTS_M))
    assert np.isfinite(tracker.states().states).all()
    assert 0 not in before
    assert followed(tracker.states(), people) == before


def test_a_crush_is_followed() -> None:
    """140 people at 2.5 per square metre, two ways, who all are there from the first scan."""
    rng = np.random.default_rng(1)
    size_m = np.array([8.75, 6.4])
    sensor = replace(
        SENSOR, coverage=((0.0, 0.0), (size_m[0], 0.0), (size_m[0], size_m[1]), (0.0, size_m[1]))
    )
    row, column = np.divmod(np.arange(140), 14)
    start = np.stack([(column + 0.5 * (row % 2)) * 0.625, (row + 0.5) * 0.64], axis=1)
    speed = np.where(row % 2 == 0, 0.4, -0.4)
    tracker = MultiSensorTracker([sensor])
    shown = []
    for time_s in times_s(15.0):
        people = start.copy()
        people[:, 0] = (start[:, 0] + speed * time_s) % size_m[0]
        tracker.update(look(time_s, people, rng, sensor))
        shown.append(sum(track != 0 for track in followed(tracker.states(), people)))
    assert min(shown[50:]) > 120


def test_a_tracker_without_sensors_is_refused() -> None:
    with pytest.raises(ArgumentError, match="sensors"):
        MultiSensorTracker([])


def test_heights_are_learned_and_sharpen() -> None:
    rng = np.random.default_rng(1)
    tracker = MultiSensorTracker([SENSOR])
    for time_s in times_s(5.0):
        tracker.update(look(time_s, np.array([[5.0, 5.0]]), rng, height_m=HEIGHTS_M[1:], clutter=0))
    states = tracker.states()
    assert states.height_m is not None
    assert states.height_sigma_m is not None
    np.testing.assert_allclose(states.height_m, HEIGHTS_M[1:], atol=0.05)
    assert states.height_sigma_m[0] < 0.02


def test_missing_heights_are_no_trouble() -> None:
    tracker = MultiSensorTracker([SENSOR])
    for number, time_s in enumerate(times_s(2.0)):
        height_m = np.array([np.nan if number % 2 else 1.88])
        tracker.update(scan_at(time_s, np.array([[5.0, 5.0]]), height_m=height_m))
    states = tracker.states()
    assert states.height_m is not None
    assert states.height_m[0] == pytest.approx(1.88, abs=0.05)


def test_a_sensor_it_was_not_told_of_is_an_error() -> None:
    tracker = MultiSensorTracker([SENSOR])
    with pytest.raises(KeyError, match="slow"):
        tracker.update(scan_at(0.0, NOBODY, SLOW_SENSOR))


def test_time_alone_ends_every_track_and_never_runs_backwards() -> None:
    tracker = MultiSensorTracker([SENSOR])
    for time_s in times_s(2.0):
        tracker.update(scan_at(time_s, np.array([[5.0, 5.0]])))
    tracker.advance(nanoseconds(1.0))
    assert tracker.states().time_ns == nanoseconds(1.9)
    assert len(tracker.states()) == 1
    tracker.advance(nanoseconds(1.9 + TrackerSettings().longest_coast_s + 0.1))
    assert len(tracker.states()) == 0


WEST, EAST = (
    replace(SENSOR, sensor_id=name, coverage=((low, 0.0), (high, 0.0), (high, 10.0), (low, 10.0)))
    for name, low, high in (("west", 0.0, 12.0), ("east", 8.0, 20.0))
)
FAULT_S = 5.0
"""When the eastern sensor goes wrong."""


def wanderers(time_s: float) -> NDArray[np.float64]:
    """Eight people who go to and fro, by turns where only WEST and where only EAST sees."""
    number = np.arange(8)
    middle_m = np.where(number % 2 == 0, 4.0, 16.0)
    east_m = middle_m + 3.0 * np.sin(0.35 * time_s + 1.7 * number)
    return np.stack([east_m, np.linspace(1.0, 9.0, 8)], axis=1)


@dataclass(frozen=True)
class Watched:
    """What a tracker made of the wanderers, one entry per instant."""

    time_s: list[float] = field(default_factory=list)
    west: list[list[int]] = field(default_factory=list)
    """Tracks of the people whom WEST sees."""
    east: list[list[int]] = field(default_factory=list)
    count: list[int] = field(default_factory=list)
    """All tracks."""

    def ids(self, since_s: float, until_s: float) -> list[set[int]]:
        """Of each person in the east, all tracks during some time."""
        during = [
            ids
            for time_s, ids in zip(self.time_s, self.east, strict=True)
            if since_s <= time_s < until_s
        ]
        return [set(own) - {0} for own in zip(*during, strict=True)]


def watched(fault: str, seed: int, fault_s: float = 5.0) -> Watched:
    of_west, of_east = (np.random.default_rng((seed, sensor)) for sensor in (0, 1))
    tracker = MultiSensorTracker([WEST, EAST])
    found = Watched()
    for time_s in times_s(14.0):
        people = wanderers(time_s)
        now = fault if FAULT_S <= time_s < FAULT_S + fault_s else "none"
        tracker.update(look(time_s, people, of_west, WEST))
        if now == "dead":
            tracker.update(scan_at(time_s, NOBODY, EAST))
        elif now != "away":
            clutter = EAST.clutter_per_scan * (100.0 if now == "flood" else 1.0)
            tracker.update(look(time_s, people, of_east, EAST, clutter=clutter))
        states = tracker.states()
        tracks = followed(states, people)
        found.time_s.append(time_s)
        found.west.append(tracks[::2])
        found.east.append(tracks[1::2])
        found.count.append(len(states))
    return found


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("fault", ["flood", "dead", "away"])
def test_a_faulty_sensor_leaves_those_alone_whom_others_see(fault: str, seed: int) -> None:
    sound, faulty = watched("none", seed), watched(fault, seed)
    assert faulty.west == sound.west
    assert len(set(sound.west[-1]) - {0}) == 4


def test_a_flood_makes_few_people_and_loses_few() -> None:
    """100 times the stated clutter for 5 s: 50 false detections per scan on 120 square metres."""
    kept = 0
    for seed in range(4):
        run = watched("flood", seed)
        before, after = run.ids(4.0, FAULT_S), run.ids(13.0, 14.0)
        assert [len(ids) for ids in before] == [1] * 4
        kept += sum(one == other for one, other in zip(before, after, strict=True))
        assert max(run.count) <= 8 + 6
        assert run.count[-1] == 8
    assert kept >= 15


@pytest.mark.parametrize("fault", ["dead", "away"])
@pytest.mark.parametrize("seed", range(2))
def test_a_sensor_that_comes_back_finds_its_people_within_a_second(fault: str, seed: int) -> None:
    run = watched(fault, seed)
    assert run.ids(FAULT_S + 4.5, FAULT_S + 5.0) == [set()] * 4
    before, back = run.ids(0.0, FAULT_S), run.ids(FAULT_S + 6.0, 14.0)
    assert [len(ids) for ids in back] == [1] * 4
    assert set[int]().union(*before).isdisjoint(set[int]().union(*back))
    assert 0 not in run.east[run.time_s.index(FAULT_S + 6.0)]


@pytest.mark.parametrize("fault", ["dead", "away"])
@pytest.mark.parametrize("seed", range(2))
def test_people_outlast_a_short_failure(fault: str, seed: int) -> None:
    run = watched(fault, seed, fault_s=1.5)
    assert run.ids(FAULT_S + 2.5, 14.0) == run.ids(4.0, FAULT_S)


def test_a_sensor_says_nothing_of_people_far_from_its_coverage() -> None:
    """Four people stand in the west, the western sensor pauses, the eastern one sees nobody."""
    tracker = MultiSensorTracker([WEST, replace(EAST, clutter_per_scan=0.0)])
    people = np.stack([np.full(4, 3.0), np.arange(2.0, 9.0, 2.0)], axis=1)
    for time_s in times_s(3.0):
        tracker.update(scan_at(time_s, people, WEST))
        tracker.update(scan_at(time_s, NOBODY, EAST))
    for time_s in times_s(2.0):
        tracker.update(scan_at(3.0 + time_s, NOBODY, EAST))
    assert len(tracker.states()) == 4
    assert not tracker._outage[1].silent
