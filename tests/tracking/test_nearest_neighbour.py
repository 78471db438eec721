import random
from collections.abc import Iterator

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from clearway.domain import TrackStates, nanoseconds
from clearway.tracking import NearestNeighbourTracker, Scan, Tracker
from clearway.tracking.nearest_neighbour import NearestNeighbourSettings

SETTINGS = NearestNeighbourSettings()
SIGMA_M = 0.1
RATE_HZ = 10.0


def scan(time_s: float, position_m: NDArray[np.float64]) -> Scan:
    return Scan.of_positions("camera-1", nanoseconds(time_s), position_m, SIGMA_M)


def walked(
    start_m: list[tuple[float, float]],
    velocity_m_s: list[tuple[float, float]],
    duration_s: float,
    seed: int = 1,
) -> Iterator[tuple[Scan, NDArray[np.float64]]]:
    """Noisy scans of people in straight motion, with the true positions."""
    rng = np.random.default_rng(seed)
    for time_s in np.arange(0.0, duration_s, 1.0 / RATE_HZ).tolist():
        truth = np.array(start_m) + time_s * np.array(velocity_m_s)
        yield scan(time_s, truth + rng.normal(0.0, SIGMA_M, truth.shape)), truth


def standing(duration_s: float) -> Tracker:
    tracker = NearestNeighbourTracker()
    for seen, _ in walked([(5.0, 3.0)], [(0.0, 0.0)], duration_s):
        tracker.update(seen)
    return tracker


def nearest(tracks: TrackStates, point_m: NDArray[np.float64]) -> int:
    gap = tracks.states[:, :2] - point_m
    return int(tracks.track_ids[np.hypot(gap[:, 0], gap[:, 1]).argmin()])


def test_one_walker_is_one_track_from_confirmation_on() -> None:
    tracker = NearestNeighbourTracker()
    ids: set[int] = set()
    for number, (seen, truth) in enumerate(walked([(1.0, 3.0)], [(1.34, 0.0)], 20.0)):
        tracker.update(seen)
        tracks = tracker.states()
        assert len(tracks) == (number + 1 >= SETTINGS.hits_to_confirm)
        ids.update(tracks.track_ids.tolist())
        if number >= 20:
            error = tracks.states[0] - [*truth[0], 1.34, 0.0]
            sigma = np.sqrt(np.diagonal(tracks.covariances[0]))
            assert (np.abs(error) < 4.5 * sigma).all()
            assert sigma[0] < SIGMA_M
    assert len(ids) == 1


@pytest.mark.parametrize("seed", range(10))
def test_people_who_pass_each_other_at_one_metre_keep_their_ids(seed: int) -> None:
    tracker = NearestNeighbourTracker()
    before: tuple[int, int] | None = None
    after = before
    for seen, truth in walked([(0.0, 2.5), (14.0, 3.5)], [(1.4, 0.0), (-1.4, 0.0)], 10.0, seed):
        tracker.update(seen)
        tracks = tracker.states()
        if seen.time_ns > nanoseconds(1.0):
            assert len(tracks) == 2
            after = nearest(tracks, truth[0]), nearest(tracks, truth[1])
            before = before or after
    assert before == after
    assert before is not None
    assert before[0] != before[1]


@given(st.randoms(use_true_random=False))
@settings(max_examples=20)
def test_order_within_a_scan_makes_no_difference(shuffler: random.Random) -> None:
    start = [(0.0, 1.0), (1.0, 3.0), (4.0, 2.0), (14.0, 2.2), (12.0, 4.0)]
    velocity = [(1.3, 0.0), (1.1, 0.1), (1.5, 0.0), (-1.4, 0.0), (-1.2, -0.1)]
    as_given, shuffled = NearestNeighbourTracker(), NearestNeighbourTracker()
    for seen, _ in walked(start, velocity, 6.0):
        order = list(range(len(start)))
        shuffler.shuffle(order)
        as_given.update(seen)
        shuffled.update(scan(seen.time_ns / 1e9, seen.position_m[order]))
        states = [tracker.states().states for tracker in (as_given, shuffled)]
        first, second = (rows[np.lexsort(rows.T)] for rows in states)
        np.testing.assert_allclose(first, second, atol=1e-9)


@given(st.floats(-1e4, 1e4), st.floats(-1e4, 1e4))
@settings(max_examples=20)
def test_the_place_of_the_origin_makes_no_difference(east_m: float, north_m: float) -> None:
    offset = np.array([east_m, north_m])
    here, there = NearestNeighbourTracker(), NearestNeighbourTracker()
    for seen, _ in walked([(0.0, 2.0), (8.0, 3.0)], [(1.3, 0.0), (-1.3, 0.0)], 6.0):
        here.update(seen)
        there.update(scan(seen.time_ns / 1e9, seen.position_m + offset))
    assert here.states().track_ids.tolist() == there.states().track_ids.tolist() != []
    moved = here.states().states + np.array([east_m, north_m, 0.0, 0.0])
    np.testing.assert_allclose(moved, there.states().states, atol=1e-6)
    np.testing.assert_allclose(here.states().covariances, there.states().covariances, atol=1e-9)


def test_sparse_clutter_is_never_a_person() -> None:
    # As much as the station's cameras make.
    rng = np.random.default_rng(7)
    tracker = NearestNeighbourTracker()
    for step in range(6_000):
        clutter = rng.uniform((0.0, 0.0), (15.0, 6.0), (rng.poisson(0.1), 2))
        if len(clutter):
            tracker.update(scan(step / RATE_HZ, clutter))
        assert len(tracker.states()) == 0


def test_clutter_is_forgotten_soon() -> None:
    tracker = NearestNeighbourTracker()
    again_s = SETTINGS.tentative_coast_s + 0.01
    times_s = [0.0, *(again_s + number / RATE_HZ for number in range(SETTINGS.hits_to_confirm - 1))]
    for time_s in times_s:
        tracker.update(scan(time_s, np.array([[5.0, 3.0]])))
    assert len(tracker.states()) == 0


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_a_person_unseen_for_a_moment_is_still_followed(share: float) -> None:
    tracker = standing(2.0)
    now_ns = nanoseconds(1.9 + share * SETTINGS.confirmed_coast_s)
    tracker.advance(now_ns)
    assert len(tracker.states()) == 1
    assert tracker.states().time_ns == now_ns


def test_a_person_unseen_for_longer_has_gone_without_any_scan() -> None:
    tracker = standing(2.0)
    tracker.advance(nanoseconds(1.9 + SETTINGS.confirmed_coast_s + 0.01))
    assert len(tracker.states()) == 0


def test_who_walks_off_the_floor_is_gone_sooner() -> None:
    tracker = NearestNeighbourTracker(floor=shapely.box(0.0, 0.0, 6.0, 6.0))
    for seen, _ in walked([(3.0, 3.0)], [(1.4, 0.0)], 2.0):
        tracker.update(seen)
    last_hit_s = 1.9
    tracker.advance(nanoseconds(last_hit_s + 0.5 * SETTINGS.left_coast_s))
    assert len(tracker.states()) == 1
    tracker.advance(nanoseconds(last_hit_s + 0.4))
    assert SETTINGS.left_coast_s < 0.4 < SETTINGS.confirmed_coast_s
    assert tracker.states().track_ids.tolist() == []


def test_who_comes_back_after_that_is_a_new_track() -> None:
    tracker = standing(2.0)
    (old,) = tracker.states().track_ids.tolist()
    for number in range(10):
        back_s = 2.0 + SETTINGS.confirmed_coast_s + number / RATE_HZ
        tracker.update(scan(back_s, np.array([[5.0, 3.0]])))
    (new,) = tracker.states().track_ids.tolist()
    assert new > old


def test_uncertainty_grows_while_unseen() -> None:
    tracker = standing(2.0)
    before = tracker.states().track(0).sigma_m
    tracker.advance(nanoseconds(1.9 + SETTINGS.confirmed_coast_s))
    assert tracker.states().track(0).sigma_m > before


def test_two_cameras_at_one_instant_see_one_person() -> None:
    tracker = NearestNeighbourTracker()
    for (first, _), (second, _) in zip(
        walked([(2.0, 3.0)], [(1.2, 0.0)], 3.0, seed=1),
        walked([(2.0, 3.0)], [(1.2, 0.0)], 3.0, seed=2),
        strict=True,
    ):
        tracker.update(first)
        tracker.update(second)
    assert len(tracker.states()) == 1


def test_a_second_detection_of_one_person_starts_no_second_track() -> None:
    tracker = NearestNeighbourTracker()
    for number, (seen, _) in enumerate(walked([(2.0, 3.0)], [(1.2, 0.0)], 5.0)):
        stray = seen.position_m + np.array([0.1, 0.1])
        measured = np.concatenate([seen.position_m, stray]) if number >= 5 else seen.position_m
        tracker.update(scan(seen.time_ns / 1e9, measured))
    assert len(tracker.states()) == 1


def test_a_scan_without_detections_only_moves_the_clock() -> None:
    tracker = standing(2.0)
    tracker.update(scan(2.5, np.empty((0, 2))))
    assert tracker.states().time_ns == nanoseconds(2.5)
    assert len(tracker.states()) == 1


def test_what_was_reported_does_not_change_later() -> None:
    tracker = standing(2.0)
    reported = tracker.states()
    before = reported.states.copy()
    tracker.update(scan(2.1, np.array([[5.3, 3.3]])))
    assert np.array_equal(reported.states, before)
