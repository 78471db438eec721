import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from clearway.twin.crowd import Crowd, Origin, crowd_from_rows
from clearway.twin.crowd.people import Present

RATE_HZ = 10.0


def crowd_of(*walks: tuple[int, NDArray[np.float64]]) -> Crowd:
    """A crowd from (first frame, positions) of each person."""
    return Crowd.from_frames(
        np.concatenate([np.full(len(xy), index) for index, (_, xy) in enumerate(walks)]),
        np.concatenate([np.arange(first, first + len(xy)) for first, xy in walks]),
        np.concatenate([xy for _, xy in walks]),
        np.full(sum(len(xy) for _, xy in walks), 1.7),
        rate_hz=RATE_HZ,
        origin=Origin.SIMULATED,
        description="test",
    )


def straight(frames: int, velocity_m_s: tuple[float, float]) -> NDArray[np.float64]:
    return np.outer(np.arange(frames) / RATE_HZ, velocity_m_s)


def brute_force(crowd: Crowd, time_s: float) -> list[tuple[int, float, float]]:
    found = []
    for person in range(len(crowd)):
        rows = slice(crowd.row[person], crowd.row[person] + crowd.length[person])
        times = crowd.frame_of_row[rows] / crowd.rate_hz
        if times[0] - 1e-9 <= time_s <= times[-1] + 1e-9:
            x, y = (np.interp(time_s, times, axis) for axis in crowd.position_m[rows].T)
            found.append((person, float(x), float(y)))
    return found


positions = st.lists(
    st.tuples(st.floats(-50, 50), st.floats(-50, 50)), min_size=2, max_size=30
).map(lambda rows: np.array(rows, dtype=np.float64))
crowds = st.lists(st.tuples(st.integers(0, 60), positions), min_size=1, max_size=6).map(
    lambda walks: crowd_of(*walks)
)
times = st.integers(-1000, 10_000).map(lambda milliseconds: milliseconds / 1000)


@given(crowds, times)
def test_at_agrees_with_a_search_over_everybody(crowd: Crowd, time_s: float) -> None:
    present = crowd.at(time_s)
    expected = brute_force(crowd, time_s)
    assert present.person.tolist() == [person for person, _, _ in expected]
    np.testing.assert_allclose(
        present.position_m, np.array([xy for _, *xy in expected]).reshape(-1, 2), atol=1e-4
    )


@given(crowds, times)
def test_positions_stay_between_the_neighbouring_frames(crowd: Crowd, time_s: float) -> None:
    present = crowd.at(time_s)
    frame = int(np.floor(round(time_s * RATE_HZ, 6)))
    for person, position in zip(present.person, present.position_m, strict=True):
        step = min(frame - crowd.first_frame[person], crowd.length[person] - 2)
        ends = crowd.position_m[crowd.row[person] + step :][:2]
        assert (position >= ends.min(axis=0) - 1e-9).all()
        assert (position <= ends.max(axis=0) + 1e-9).all()


def test_velocity_of_straight_walks_is_exact_at_every_time() -> None:
    crowd = crowd_of((0, straight(2, (1.0, 0.0))), (3, straight(50, (-1.3, 0.2))))
    for time_s in np.linspace(0.0, crowd.duration_s, 173):
        present: Present = crowd.at(float(time_s))
        expected = np.array([(1.0, 0.0), (-1.3, 0.2)])[present.person]
        np.testing.assert_allclose(present.velocity_m_s, expected, atol=1e-9)


def test_velocity_is_continuous_and_central_at_a_turn() -> None:
    turn = np.array([(0.0, 0.0), (0.1, 0.0), (0.2, 0.0), (0.2, 0.1), (0.2, 0.2)])
    crowd = crowd_of((0, turn))
    np.testing.assert_allclose(crowd.at(0.2).velocity_m_s, [(0.5, 0.5)])
    np.testing.assert_allclose(crowd.at(0.2 - 1e-5).velocity_m_s, [(0.5, 0.5)], atol=1e-3)
    np.testing.assert_allclose(crowd.at(0.0).velocity_m_s, [(1.0, 0.0)])
    np.testing.assert_allclose(crowd.at(0.4).velocity_m_s, [(0.0, 1.0)])


@pytest.mark.parametrize("last", range(1, 60))
def test_first_and_last_frames_count_as_present(last: int) -> None:
    crowd = crowd_of((last - 1, straight(2, (1.0, 0.0))))
    assert len(crowd.at((last - 1) / RATE_HZ).person) == 1
    assert len(crowd.at(last * 0.1).person) == 1
    assert len(crowd.at(last * 0.1 + 0.001).person) == 0


def test_nobody_is_there_before_after_or_in_an_empty_crowd() -> None:
    crowd = crowd_of((5, straight(10, (1.0, 0.0))))
    assert [len(crowd.at(time_s).person) for time_s in (-1.0, 0.0, 0.49, 1.41, 1e6)] == [0] * 5
    empty = crowd.trimmed(0.1)
    assert (len(empty), empty.duration_s, len(empty.at(0.0).person)) == (0, 0.0, 0)


def test_trimming_keeps_everything_up_to_the_time() -> None:
    crowd = crowd_of((0, straight(40, (1.0, 0.0))), (15, straight(40, (0.0, 1.0))))
    short = crowd.trimmed(2.0)
    assert short.duration_s == 2.0
    for time_s in (0.0, 1.234, 1.55, 2.0):
        assert crowd.at(time_s).person.tolist() == short.at(time_s).person.tolist()
        np.testing.assert_array_equal(crowd.at(time_s).position_m, short.at(time_s).position_m)


@given(st.permutations(range(5)), st.floats(0.0, 4.0))
def test_the_order_of_people_in_the_rows_changes_nothing(order: list[int], time_s: float) -> None:
    rng = np.random.default_rng(5)
    walks = [
        np.column_stack((np.full(20, person), np.arange(20) * 0.1 + person * 0.3, rows))
        for person, rows in enumerate(rng.normal(0, 0.05, (5, 20, 2)).cumsum(axis=1))
    ]
    straight_rows, mixed_rows = np.vstack(walks), np.vstack([walks[person] for person in order])
    first, second = (
        crowd_from_rows(
            rows[:, 0].astype(np.int64),
            rows[:, 1],
            rows[:, 2],
            rows[:, 3],
            None,
            rate_hz=RATE_HZ,
            origin=Origin.RECORDED,
            description="test",
        ).at(time_s)
        for rows in (straight_rows, mixed_rows)
    )
    np.testing.assert_array_equal(first.person, second.person)
    np.testing.assert_array_equal(first.position_m, second.position_m)
    np.testing.assert_array_equal(first.velocity_m_s, second.velocity_m_s)
