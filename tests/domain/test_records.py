from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearway.domain import Attribution, Evidence, ThreatClass, nanoseconds, seconds
from tests.support.builders import CLEAR, HANDGUN_ALARM, NOT_EXAMINED, evidence, tracks_at

DAY_NS = 86_400 * 10**9


@given(st.integers(-DAY_NS, DAY_NS))
def test_nanoseconds_of_a_day_survive_as_seconds(time_ns: int) -> None:
    assert nanoseconds(seconds(time_ns)) == time_ns


def test_nanoseconds_are_rounded_not_cut() -> None:
    assert nanoseconds(0.29) == 290_000_000
    assert nanoseconds(-0.29) == -290_000_000


def test_attribution_needs_one_probability_per_track() -> None:
    with pytest.raises(ValueError, match="one probability per track"):
        Attribution((1, 2), (0.5,), 0.5)


def test_only_a_declared_class_is_a_sensor_alarm() -> None:
    assert HANDGUN_ALARM.raises_alarm
    assert not CLEAR.raises_alarm
    assert not NOT_EXAMINED.raises_alarm
    assert evidence(declared=[ThreatClass.EXPLOSIVE]).raises_alarm


@pytest.mark.parametrize("known", [CLEAR, HANDGUN_ALARM, evidence(examined=0.5)])
def test_a_look_that_tells_the_position_only_says_nothing_else(known: Evidence) -> None:
    assert replace(NOT_EXAMINED, position_only=True).position_only
    with pytest.raises(ValueError, match="must say nothing else"):
        replace(known, position_only=True)


def test_a_row_of_tracks_is_a_track() -> None:
    tracks = tracks_at(2.0, {7: (1.0, 2.0), 9: (3.0, 4.0)})
    tracks.states[1, 2:] = 0.5, -0.5
    tracks.covariances[1] = np.diag([0.09, 0.16, 1.0, 1.0])
    track = tracks.track(1)
    assert (track.track_id, track.time_ns) == (9, 2_000_000_000)
    assert (track.x_m, track.y_m) == (3.0, 4.0)
    assert (track.velocity_x_m_s, track.velocity_y_m_s) == (0.5, -0.5)
    assert track.sigma_m == pytest.approx(np.sqrt((0.09 + 0.16) / 2))
    assert len(tracks) == 2
