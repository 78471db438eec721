import pickle
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearway.domain import TrackStates, nanoseconds
from clearway.tracking import MultiSensorTracker, TrackHistory, kalman
from clearway.tracking.kalman import WALKING_ACCELERATION_DENSITY
from tests.support.builders import tracks_at
from tests.tracking.people import SENSOR, scan_at

LENGTH_S = 5.0


def test_nobody_is_known_before_the_first_snapshot() -> None:
    history = TrackHistory(LENGTH_S)
    assert len(history.at(0)) == 0
    history.append(tracks_at(1.0, {1: (0.0, 0.0)}))
    assert len(history.at(nanoseconds(0.999))) == 0
    assert history.at(nanoseconds(1.0)).track_ids.tolist() == [1]


def test_tracks_are_given_as_they_were() -> None:
    history = TrackHistory(LENGTH_S)
    history.append(tracks_at(1.0, {1: (0.0, 0.0), 2: (5.0, 0.0)}))
    history.append(tracks_at(1.2, {2: (5.0, 0.0)}))
    history.append(tracks_at(1.4, {2: (5.0, 0.0)}))
    then = history.at(nanoseconds(1.1))
    assert then.track_ids.tolist() == [1, 2]
    np.testing.assert_allclose(then.states[:, 0], [0.0, 5.0], atol=1e-9)
    assert history.at(nanoseconds(1.3)).track_ids.tolist() == [2]
    assert history.at(nanoseconds(9.0)).track_ids.tolist() == [2]


def test_hindsight_knows_better_where_somebody_stood() -> None:
    """The filter lags behind a person who turned; the detections after the turn show it."""
    tracker = MultiSensorTracker([SENSOR])
    prompt, late = TrackHistory(LENGTH_S), TrackHistory(LENGTH_S)
    turn_s, rng = 3.0, np.random.default_rng(1)
    asked_ns, prompt_answer = nanoseconds(turn_s + 0.3), None
    for step in range(45):
        time_s = 0.1 * step
        x = 1.2 * min(time_s, turn_s)
        y = 5.0 + 1.2 * max(0.0, time_s - turn_s)
        tracker.update(scan_at(time_s, np.array([[x, y]]) + rng.normal(0.0, 0.1, (1, 2))))
        late.append(tracker.states())
        if nanoseconds(time_s) <= asked_ns:
            prompt.append(tracker.states())
            prompt_answer = prompt.at(asked_ns)
    assert prompt_answer is not None
    truth = np.array([1.2 * turn_s, 5.0 + 1.2 * 0.3])
    error_m = [
        float(np.hypot(*(answer.states[0, :2] - truth)))
        for answer in (prompt_answer, late.at(asked_ns))
    ]
    assert error_m[1] < error_m[0]


def test_a_newcomer_is_carried_back() -> None:
    history = TrackHistory(LENGTH_S)
    history.append(tracks_at(1.0, {1: (0.0, 0.0)}))
    newcomer = tracks_at(1.3, {1: (0.0, 0.0), 2: (4.0, 0.0)})
    newcomer.states[1, 2] = 1.0
    history.append(newcomer)
    then = history.at(nanoseconds(1.0))
    assert then.track_ids.tolist() == [1, 2]
    assert then.states[1, 0] == pytest.approx(3.7)
    assert then.covariances[1, 0, 0] > newcomer.covariances[1, 0, 0]
    much_later = tracks_at(3.0, {1: (0.0, 0.0), 3: (4.0, 0.0)})
    history.append(much_later)
    assert history.at(nanoseconds(1.0)).track_ids.tolist() == [1, 2]


def test_people_walk_on_between_snapshots() -> None:
    history = TrackHistory(LENGTH_S)
    snapshot = tracks_at(1.0, {1: (0.0, 0.0)})
    snapshot.states[0, 2:] = 1.5, -0.5
    history.append(snapshot)
    then = history.at(nanoseconds(1.4))
    expected, spread = kalman.predict(
        snapshot.states, snapshot.covariances, 0.4, WALKING_ACCELERATION_DENSITY
    )
    assert then.time_ns == nanoseconds(1.4)
    np.testing.assert_allclose(then.states, expected)
    np.testing.assert_allclose(then.covariances, spread)


def test_the_last_of_several_snapshots_of_one_instant_counts() -> None:
    history = TrackHistory(LENGTH_S)
    history.append(tracks_at(1.0, {1: (0.0, 0.0)}))
    history.append(tracks_at(1.0, {1: (0.0, 0.0), 2: (3.0, 0.0)}))
    assert history.at(nanoseconds(1.0)).track_ids.tolist() == [1, 2]


def test_memory_is_bounded() -> None:
    history = TrackHistory(LENGTH_S)
    for step in range(2_000):
        history.append(tracks_at(0.1 * step, {1: (0.0, 0.0)}))
    assert len(history._snapshots) <= 52
    assert history._snapshots[0].time_ns >= nanoseconds(199.9 - LENGTH_S - 0.1)


@given(st.lists(st.integers(1, 20), min_size=1, max_size=40))
def test_within_its_length_it_forgets_nothing(gaps_ds: list[int]) -> None:
    history, endless = TrackHistory(LENGTH_S), TrackHistory(1e6)
    times_s = np.cumsum(gaps_ds) / 10.0
    for number, time_s in enumerate(times_s.tolist()):
        snapshot = tracks_at(time_s, {number: (float(number), 0.0)})
        history.append(snapshot)
        endless.append(snapshot)
    for age_s in np.linspace(0.0, LENGTH_S, 51):
        asked_ns = nanoseconds(times_s[-1] - age_s)
        assert history.at(asked_ns).track_ids.tolist() == endless.at(asked_ns).track_ids.tolist()


def at_random(rng: np.random.Generator, time_s: float, track_ids: Sequence[int]) -> TrackStates:
    """People anywhere, as surely known as may be."""
    places = {track_id: tuple(rng.uniform(0.0, 9.0, 2).tolist()) for track_id in track_ids}
    states = tracks_at(time_s, places)
    states.states[:, 2:] = rng.normal(0.0, 1.0, (len(places), 2))
    root = rng.normal(0.0, 0.2, (len(places), 4, 4))
    return states.replaced(
        states.time_ns, states.states, root @ root.transpose(0, 2, 1) + 0.01 * np.eye(4)
    )


def same(one: TrackStates, other: TrackStates) -> bool:
    """To the last bit."""
    return one.time_ns == other.time_ns and all(
        np.array_equal(getattr(one, name), getattr(other, name))
        for name in ("track_ids", "states", "covariances")
    )


@given(
    st.lists(
        st.tuples(
            st.integers(0, 6),
            st.lists(st.integers(1, 5), max_size=4, unique=True),
            st.lists(st.integers(0, 15), max_size=3),
        ),
        min_size=1,
        max_size=25,
    ),
    st.integers(0, 2**32 - 1),
)
def test_what_it_has_worked_out_before_changes_no_answer(
    course: list[tuple[int, list[int], list[int]]], seed: int
) -> None:
    """Tracks come, go and come back, and snapshots are replaced, between the questions."""
    rng = np.random.default_rng(seed)
    asked, now_s = TrackHistory(LENGTH_S), 1.0
    for gap_ds, track_ids, ages_ds in course:
        now_s += 0.1 * gap_ds
        asked.append(at_random(rng, now_s, track_ids))
        # A restored one has worked out nothing yet.
        fresh = pickle.loads(pickle.dumps(asked))  # noqa: S301
        for age_ds in ages_ds:
            time_ns = nanoseconds(now_s - 0.1 * age_ds)
            first, again = asked.at(time_ns), asked.at(time_ns)
            assert same(first, again)
            assert same(first, fresh.at(time_ns))


def test_the_looks_of_the_last_second_share_their_hindsight(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rng = np.random.default_rng(1)
    history = TrackHistory(LENGTH_S)
    for step in range(200):
        history.append(at_random(rng, 0.02 * step, (1, 2, 3)))
    steps = 0
    smoothed = TrackHistory._smoothed

    def counted(*arguments: Any) -> Any:
        nonlocal steps
        steps += 1
        return smoothed(*arguments)

    monkeypatch.setattr(TrackHistory, "_smoothed", counted)
    times_ns = [nanoseconds(3.01 + 0.04 * number) for number in range(20)]
    for _ in range(10):
        for time_ns in times_ns:
            history.at(time_ns)
    # Fifty snapshots once, and from the one that follows each instant to the instant.
    assert steps <= 50 + len(times_ns)


def test_what_it_works_out_is_forgotten_with_the_snapshots() -> None:
    rng = np.random.default_rng(1)
    history = TrackHistory(LENGTH_S)
    for step in range(2_000):
        history.append(at_random(rng, 0.02 * step, (1, 2)))
        history.at(nanoseconds(0.02 * step - 0.01 * (step % 150)))
    assert len(history._steps) <= len(history._snapshots) <= 252
    assert len(history._chain) <= 51
    assert 0 < len(history._answers) <= 256
    history.append(at_random(rng, 90.0, (1,)))
    assert history._answers == {}
    assert history._chain == []
    assert len(history._steps) <= 1
