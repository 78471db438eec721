"""Joint angles from both sources against what is known of walking."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearway.errors import ArgumentError
from clearway.twin.bodies import BoulicGait, Gait, MeasuredGait
from clearway.twin.bodies.gaits import JointAngles
from clearway.twin.bodies.gaits.angles import STANDING_S

PHASES = np.arange(200) / 200
GAITS: list[Gait] = [BoulicGait(), MeasuredGait()]
both = pytest.mark.parametrize("gait", GAITS, ids=[gait.family for gait in GAITS])


def walking(gait: Gait, speed_m_s: float = 1.3) -> JointAngles:
    return gait.cycle(speed_m_s, 0.9).angles(PHASES)


def test_sources_have_names_of_their_own() -> None:
    assert len({gait.family for gait in GAITS}) == 2


@both
def test_knees_bend_to_60_or_70_degrees_in_swing_and_never_back(gait: Gait) -> None:
    knee = np.degrees(walking(gait).knee[:, 0])
    assert 55 < knee.max() < 75
    assert 0.68 < PHASES[knee.argmax()] < 0.78
    assert knee.min() > 0.0


@both
def test_thighs_swing_by_35_to_50_degrees_and_lead_at_heel_strike(gait: Gait) -> None:
    hip = np.degrees(walking(gait).hip[:, 0])
    assert 35 < np.ptp(hip) < 50
    assert hip[0] > hip.mean() + 10
    assert 0.45 < PHASES[hip.argmin()] < 0.6


@both
def test_arms_swing_against_the_legs(gait: Gait) -> None:
    angles = walking(gait)
    for side in range(2):
        assert np.corrcoef(angles.hip[:, side], angles.shoulder[:, side])[0, 1] < -0.8
    assert angles.elbow.min() > 0.0


@both
def test_the_pelvis_turns_with_the_leading_leg_and_drops_over_the_swinging_one(gait: Gait) -> None:
    angles = walking(gait)
    # Right foot ahead at phase 0: turned to the left; right foot alone stands at 0.2: left is low.
    assert angles.pelvis_turn[0] > 0
    assert angles.pelvis_list[40] < 0 < angles.pelvis_list[140]
    assert angles.trunk_turn[0] < 0
    # The pelvis shifts over the foot that stands.
    assert angles.sideways_m[60] < 0 < angles.sideways_m[160]


@both
@pytest.mark.parametrize(
    ("speed_m_s", "stride_m"), [(0.6, (0.85, 1.1)), (1.3, (1.35, 1.55)), (2.0, (1.65, 1.9))]
)
def test_strides_are_as_long_as_people_s(
    gait: Gait, speed_m_s: float, stride_m: tuple[float, float]
) -> None:
    length = speed_m_s * gait.cycle(speed_m_s, 0.9).duration_s
    assert stride_m[0] < length < stride_m[1]


@both
def test_who_stands_keeps_the_joints_still(gait: Gait) -> None:
    cycle = gait.cycle(0.0, 0.9)
    assert cycle.duration_s == STANDING_S
    assert max(np.ptp(values, axis=0).max() for values in cycle.angles(PHASES)) < 1e-9


@both
@given(speed=st.floats(0.0, 2.5), leg=st.floats(0.7, 1.1), phase=st.floats(-2.0, 2.0))
def test_angles_are_smooth_periodic_and_the_sides_alternate(
    gait: Gait, speed: float, leg: float, phase: float
) -> None:
    cycle = gait.cycle(speed, leg)
    moments = phase + np.array([0.0, 1.0, 0.5, 1e-4])
    angles = cycle.angles(moments)
    assert 0.5 < cycle.duration_s <= STANDING_S
    for name, values in zip(JointAngles._fields, angles, strict=True):
        assert np.isfinite(values).all()
        assert np.allclose(values[0], values[1], atol=1e-9), name
        assert np.allclose(values[0], values[3], atol=5e-3), name
        if values.ndim == 2:
            assert np.allclose(values[0], values[2, ::-1], atol=1e-9), name
            assert np.abs(values).max() < np.radians(95.0), name


@both
@given(speed=st.floats(0.05, 2.45), leg=st.floats(0.7, 1.1))
def test_faster_walkers_take_longer_and_quicker_steps(gait: Gait, speed: float, leg: float) -> None:
    slow, fast = (gait.cycle(v, leg).duration_s for v in (speed, speed + 0.05))
    assert fast <= slow
    assert speed * slow < (speed + 0.05) * fast


@both
@pytest.mark.parametrize(("speed", "leg"), [(-0.1, 0.9), (2.6, 0.9), (np.nan, 0.9), (1.0, 0.0)])
def test_impossible_walkers_are_refused(gait: Gait, speed: float, leg: float) -> None:
    with pytest.raises(ArgumentError):
        gait.cycle(speed, leg)
