import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from clearway.site.schema import TriggerLine
from clearway.twin.curtain import line_crossings
from tests.support.builders import RATE_HZ, crowd_of, straight

WEST = TriggerLine(id="west", points=((16.0, 0.0), (16.0, 6.0)))

corner = st.tuples(st.floats(-10.0, 10.0), st.floats(-10.0, 10.0))


@given(corner, corner, corner, st.floats(0.0, 6.3), st.floats(0.3, 2.2), st.integers(0, 50))
def test_straight_walkers_cross_where_geometry_says(
    start: tuple[float, float],
    end: tuple[float, float],
    origin: tuple[float, float],
    heading: float,
    speed_m_s: float,
    first_frame: int,
) -> None:
    line = TriggerLine(id="line", points=(start, end))
    velocity = speed_m_s * np.array([np.cos(heading), np.sin(heading)])
    walk = straight(origin, (velocity[0], velocity[1]), 101)
    along = np.array(end) - start
    assume(np.hypot(*along) > 0.5)
    system = np.column_stack([velocity, -along])
    assume(abs(np.linalg.det(system)) > 0.05 * speed_m_s * np.hypot(*along))
    duration_s, share = np.linalg.solve(system, np.array(start) - origin)
    # On the very end of the line or of the walk, rounding decides.
    assume(min(abs(duration_s), abs(duration_s - 10.0), abs(share), abs(share - 1.0)) > 1e-6)

    found = line_crossings(crowd_of((first_frame, walk)), line)
    if 0.0 < duration_s < 10.0 and 0.0 < share < 1.0:
        assert found.person.tolist() == [0]
        assert found.time_s[0] == pytest.approx(first_frame / RATE_HZ + duration_s, abs=1e-6)
        np.testing.assert_allclose(found.position_m[0], start + share * along, atol=1e-6)
    else:
        assert len(found.person) == 0


def test_both_directions_count() -> None:
    crowd = crowd_of(
        (0, straight((15.0, 3.0), (1.0, 0.0), 21)), (0, straight((17.5, 2.0), (-1.0, 0.0), 21))
    )
    found = line_crossings(crowd, WEST)
    assert found.person.tolist() == [0, 1]
    np.testing.assert_allclose(found.time_s, [1.0, 1.5])
    np.testing.assert_allclose(found.position_m, [(16.0, 3.0), (16.0, 2.0)])


def test_who_dithers_on_the_line_is_examined_once() -> None:
    there_and_back = np.array([15.5, 16.2, 15.8, 16.3, 15.9, 16.5])
    walk = np.column_stack([there_and_back, np.full(6, 3.0)])
    found = line_crossings(crowd_of((0, walk)), WEST)
    assert found.person.tolist() == [0]
    assert found.time_s[0] == pytest.approx(0.1 * 0.5 / 0.7)


def test_who_passes_beside_the_line_first_is_examined_when_crossing_it() -> None:
    around = np.array([(15.0, 7.0), (17.0, 7.0), (17.0, 3.0), (15.0, 3.0)])
    found = line_crossings(crowd_of((0, around)), WEST)
    assert found.person.tolist() == [0]
    np.testing.assert_allclose(found.position_m[0], (16.0, 3.0))
    assert found.time_s[0] == pytest.approx(0.25)


@pytest.mark.parametrize("frames", [(15.5, 16.0, 16.5), (16.5, 16.0, 15.5), (16.0, 16.0, 16.5)])
def test_a_frame_on_the_very_line_is_one_crossing(frames: tuple[float, ...]) -> None:
    walk = np.column_stack([frames, np.full(len(frames), 3.0)])
    assert line_crossings(crowd_of((0, walk)), WEST).person.tolist() == [0]


def test_one_persons_end_and_anothers_start_are_no_crossing() -> None:
    crowd = crowd_of(
        (0, straight((10.0, 3.0), (1.0, 0.0), 11)), (0, straight((20.0, 3.0), (1.0, 0.0), 11))
    )
    assert len(line_crossings(crowd, WEST).person) == 0


def test_crossings_come_in_the_order_of_time() -> None:
    crowd = crowd_of(*((first, straight((15.0, 3.0), (1.0, 0.0), 21)) for first in (40, 0, 20)))
    found = line_crossings(crowd, WEST)
    assert found.person.tolist() == [1, 2, 0]
    np.testing.assert_allclose(found.time_s, [1.0, 3.0, 5.0])


def test_nobody_crosses_nothing() -> None:
    assert len(line_crossings(crowd_of(), WEST).person) == 0
