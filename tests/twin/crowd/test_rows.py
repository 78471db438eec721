from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from clearway.errors import InputError
from clearway.twin.crowd import Crowd, Origin, crowd_from_rows


def crowd_of_rows(
    rows: Sequence[tuple[float, ...]] | NDArray[np.float64], rate_hz: float = 10.0
) -> Crowd:
    """Rows of person, time, x, y and perhaps height; row i is line i + 1."""
    table = np.array(rows, dtype=np.float64)
    return crowd_from_rows(
        table[:, 0].astype(np.int64),
        table[:, 1],
        table[:, 2],
        table[:, 3],
        table[:, 4] if table.shape[1] > 4 else None,
        rate_hz=rate_hz,
        origin=Origin.RECORDED,
        description="test",
        source="walk.csv",
        line_of=lambda row: row + 1,
    )


WALK = [(1.0, t / 10, t * 0.12, 0.0) for t in range(20)]


def refusal(rows: Sequence[tuple[float, ...]]) -> str:
    with pytest.raises(InputError) as caught:
        crowd_of_rows(rows)
    return str(caught.value)


def test_rows_on_the_grid_come_back_as_they_are() -> None:
    crowd = crowd_of_rows(WALK)
    assert len(crowd) == 1
    assert crowd.duration_s == pytest.approx(1.9)
    np.testing.assert_allclose(crowd.position_m, np.array(WALK)[:, 2:], atol=1e-12)
    assert np.isnan(crowd.height_m).all()


@given(st.floats(2.0, 30.0), st.floats(-1e5, 1e5), st.floats(0.3, 2.5))
def test_a_steady_walk_stays_steady_on_any_grid(
    rate_hz: float, start_s: float, speed_m_s: float
) -> None:
    times = np.arange(40) / 7.0
    rows = np.column_stack((np.ones(40), start_s + times, speed_m_s * times, -times))
    crowd = crowd_of_rows(rows, rate_hz)
    grid_s = np.arange(crowd.length[0]) / rate_hz
    np.testing.assert_allclose(crowd.position_m[:, 0], speed_m_s * grid_s, atol=1e-6)
    assert crowd.first_frame[0] == 0
    assert times[-1] - crowd.duration_s < 1.0 / rate_hz + 1e-6


def test_everybody_shares_the_grid_of_the_earliest_time() -> None:
    later = [(2.0, t / 10 + 1.03, t * 0.1, 1.0) for t in range(20)]
    crowd = crowd_of_rows([*later, *WALK])
    assert crowd.person_id.tolist() == [1, 2]
    assert crowd.first_frame.tolist() == [0, 11]
    np.testing.assert_allclose(crowd.at(1.1).position_m[1], (0.07, 1.0))


def test_people_with_one_frame_are_left_out() -> None:
    assert crowd_of_rows([*WALK, (2.0, 0.5, 1.0, 1.0)]).person_id.tolist() == [1]


@pytest.mark.parametrize(("given_m", "kept_m"), [(1.75, 1.75), (0.0, np.nan), (175.0, np.nan)])
def test_implausible_heights_count_as_unknown(given_m: float, kept_m: float) -> None:
    crowd = crowd_of_rows([(*row, given_m) for row in WALK])
    np.testing.assert_equal(crowd.height_m, [kept_m])


def test_no_rows_are_refused() -> None:
    with pytest.raises(InputError, match="holds no positions"):
        crowd_of_rows(np.empty((0, 4)))


@pytest.mark.parametrize(
    ("column", "value", "field"), [(2, np.nan, "x"), (3, -np.inf, "y"), (1, np.nan, "time")]
)
def test_positions_that_are_not_finite_are_refused(column: int, value: float, field: str) -> None:
    rows = [list(row) for row in WALK]
    rows[7][column] = value
    message = refusal([tuple(row) for row in rows])
    assert message.startswith(f"walk.csv: line 8, {field}: {value} is not a number")
    assert "remedy: remove the row" in message


def test_time_going_backwards_is_refused() -> None:
    rows = [*WALK, (2.0, 5.0, 0.0, 0.0), (2.0, 5.1, 0.1, 0.0), (2.0, 4.0, 0.2, 0.0)]
    message = refusal(rows)
    assert "walk.csv: line 23, time: time of person 2 goes backwards" in message
    assert "from 5.1 s to 4 s" in message
    assert "sort each person's rows by time" in message


def test_two_rows_of_one_person_and_frame_are_refused() -> None:
    message = refusal([*WALK[:5], WALK[4], *WALK[5:]])
    assert "line 6, time: person 1 is given twice at 0.4 s" in message
    assert "keep one row per person and frame" in message


@pytest.mark.parametrize(("factor", "unit"), [(100, "centimetres"), (1000, "millimetres")])
def test_a_running_crowd_is_a_unit_mistake(factor: float, unit: str) -> None:
    message = refusal([(who, t, x * factor, y * factor) for who, t, x, y in WALK])
    assert f"the median speed is {1.2 * factor:.3g} m/s, too fast" in message
    assert f"look like {unit} read as metres" in message
    assert "[crowd.recording]" in message


def test_a_crawling_crowd_is_a_unit_mistake() -> None:
    message = refusal([(who, t, x / 100, y) for who, t, x, y in WALK])
    assert "the median speed is 0.012 m/s, too slow" in message
    assert "look like metres read as centimetres" in message


def test_a_crowd_that_stands_still_is_none() -> None:
    assert len(crowd_of_rows([(who, t, 1.0, 2.0) for who, t, _, _ in WALK])) == 1


def test_nobody_with_two_frames_is_refused() -> None:
    assert "nobody has two frames" in refusal([(1.0, 0.0, 0.0, 0.0), (2.0, 0.1, 0.0, 0.0)])
