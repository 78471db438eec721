import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from clearway.domain import nanoseconds
from clearway.tracking import TrackHistory, kalman
from clearway.tracking.kalman import WALKING_ACCELERATION_DENSITY
from tests.support.builders import tracks_at

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
    history.append(tracks_at(1.2, {2: (5.5, 0.0)}))
    history.append(tracks_at(1.4, {2: (6.0, 0.0), 3: (0.0, 1.0)}))
    then = history.at(nanoseconds(1.1))
    assert then.track_ids.tolist() == [1, 2]
    assert then.states[:, 0].tolist() == [0.0, 5.0]
    assert history.at(nanoseconds(1.3)).track_ids.tolist() == [2]
    assert history.at(nanoseconds(9.0)).track_ids.tolist() == [2, 3]


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
