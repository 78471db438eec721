from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import rel_entr

from clearway.domain import HYPOTHESES, Attribution, Belief, Modality, nanoseconds
from clearway.fusion import BeliefKeeper, CueKeeper
from clearway.fusion.cueing import LookWorth
from clearway.fusion.readings import trace_readings
from clearway.site.schema import Site, Trace
from tests.support.builders import evidence, tracks_at

INSIDE, OUTSIDE = (20.0, 3.0), (30.0, 3.0)


@pytest.fixture
def beliefs(station: Site) -> BeliefKeeper:
    return BeliefKeeper(station.prior)


@pytest.fixture
def sensor(station: Site) -> Trace:
    (trace,) = station.trace_sensors
    return trace


@pytest.fixture
def keeper(station: Site, sensor: Trace) -> CueKeeper:
    return CueKeeper(sensor, station.decision)


def suspect(beliefs: BeliefKeeper, track_id: int, log_ratio: float = 5.0) -> None:
    beliefs.update(evidence({"explosive": log_ratio}), Attribution((track_id,), (1.0,), 0.0))


def test_a_suspect_in_view_is_looked_at(
    keeper: CueKeeper, beliefs: BeliefKeeper, sensor: Trace
) -> None:
    suspect(beliefs, 1)
    tracks = tracks_at(2.0, {1: INSIDE})
    tracks.states[0, 2:] = 1.3, 0.1
    cue = keeper.cue(tracks, beliefs)
    assert cue is not None
    assert (cue.sensor_id, cue.track_id, cue.time_ns) == (sensor.id, 1, nanoseconds(2.0))
    assert (cue.x_m, cue.y_m) == INSIDE
    assert (cue.velocity_x_m_s, cue.velocity_y_m_s) == (1.3, 0.1)


def test_nobody_is_looked_at_without_reason(keeper: CueKeeper, beliefs: BeliefKeeper) -> None:
    assert keeper.cue(tracks_at(2.0, {1: INSIDE, 2: INSIDE}), beliefs) is None


def test_a_firearm_is_no_reason_for_a_trace_shot(keeper: CueKeeper, beliefs: BeliefKeeper) -> None:
    beliefs.update(evidence({"handgun": 9.0}), Attribution((1,), (1.0,), 0.0))
    assert keeper.cue(tracks_at(2.0, {1: INSIDE}), beliefs) is None


def test_nobody_out_of_view_is_looked_at(keeper: CueKeeper, beliefs: BeliefKeeper) -> None:
    suspect(beliefs, 1)
    assert keeper.cue(tracks_at(2.0, {1: OUTSIDE}), beliefs) is None
    assert keeper.cue(tracks_at(2.2, {1: INSIDE}), beliefs) is not None


def test_the_look_that_is_worth_most_comes_first(keeper: CueKeeper, beliefs: BeliefKeeper) -> None:
    # 0.34, 0.16 and again 0.16 of explosives: at 0.16 a look can still call the guard off.
    for track_id, log_ratio in ((1, 4.0), (2, 3.0), (3, 3.0)):
        suspect(beliefs, track_id, log_ratio)
    cue = keeper.cue(tracks_at(2.0, {1: INSIDE, 2: (18.0, 2.0), 3: OUTSIDE}), beliefs)
    assert cue is not None
    assert cue.track_id == 2


def test_each_person_is_looked_at_once(
    keeper: CueKeeper, beliefs: BeliefKeeper, sensor: Trace
) -> None:
    suspect(beliefs, 1)
    first = keeper.cue(tracks_at(2.0, {1: INSIDE}), beliefs)
    assert first is not None
    keeper.read(first.cue_id, first.time_ns, hit=True)
    for number in range(1, 10):
        time_s = 2.0 + number * sensor.error_model.recharge_s
        assert keeper.cue(tracks_at(time_s, {1: INSIDE}), beliefs) is None


def test_a_look_of_which_nothing_is_heard_is_asked_for_again_a_few_times(
    keeper: CueKeeper, beliefs: BeliefKeeper
) -> None:
    suspect(beliefs, 1)
    asked = [
        number
        for number in range(600)
        if keeper.cue(tracks_at(2.0 + 0.1 * number, {1: INSIDE}), beliefs) is not None
    ]
    assert len(asked) == 5
    assert min(later - earlier for earlier, later in pairwise(asked)) > 10


@pytest.mark.parametrize(("taken", "looks"), [(True, 1), (False, 2)])
def test_a_look_that_was_refused_is_asked_for_again(
    keeper: CueKeeper, beliefs: BeliefKeeper, sensor: Trace, *, taken: bool, looks: int
) -> None:
    suspect(beliefs, 1)
    first = keeper.cue(tracks_at(2.0, {1: INSIDE}), beliefs)
    assert first is not None
    assert first.cue_id is not None
    keeper.ended("of somebody else", taken=False)
    keeper.ended(first.cue_id, taken=taken)
    recharge_s = sensor.error_model.recharge_s
    assert keeper.cue(tracks_at(2.0 + 0.5 * recharge_s, {1: INSIDE}), beliefs) is None
    again = keeper.cue(tracks_at(2.0 + recharge_s, {1: INSIDE}), beliefs)
    assert (again is not None) == (looks == 2)


def test_a_miss_frees_the_person_that_the_reading_is_about(
    keeper: CueKeeper, beliefs: BeliefKeeper, sensor: Trace
) -> None:
    both = {1: INSIDE, 2: (18.0, 2.0)}
    suspect(beliefs, 1, 5.0)
    suspect(beliefs, 2, 6.0)
    recharge_s = sensor.error_model.recharge_s
    first, second = (
        keeper.cue(tracks_at(2.0 + number * recharge_s, both), beliefs) for number in range(2)
    )
    assert first is not None
    assert second is not None
    keeper.read(second.cue_id, second.time_ns, hit=True)
    keeper.read(first.cue_id, first.time_ns, hit=False)
    third = keeper.cue(tracks_at(2.0 + 2 * recharge_s, both), beliefs)
    assert third is not None
    assert third.track_id == first.track_id


def test_who_was_examined_by_trace_is_not_looked_at(
    keeper: CueKeeper, beliefs: BeliefKeeper
) -> None:
    suspect(beliefs, 1, 9.0)
    beliefs.update(evidence(modality=Modality.TRACE), Attribution((1,), (0.9,), 0.1))
    assert keeper.cue(tracks_at(2.0, {1: INSIDE}), beliefs) is None


def test_the_sensor_has_time_to_recharge(
    keeper: CueKeeper, beliefs: BeliefKeeper, sensor: Trace
) -> None:
    both = {1: INSIDE, 2: (18.0, 2.0)}
    suspect(beliefs, 1)
    suspect(beliefs, 2)
    assert keeper.cue(tracks_at(2.0, both), beliefs) is not None
    recharged_s = 2.0 + sensor.error_model.recharge_s
    assert keeper.cue(tracks_at(recharged_s - 0.01, both), beliefs) is None
    assert keeper.cue(tracks_at(recharged_s, both), beliefs) is not None


def test_a_shot_that_missed_may_be_repeated(
    keeper: CueKeeper, beliefs: BeliefKeeper, sensor: Trace
) -> None:
    both = {1: INSIDE, 2: (18.0, 2.0)}
    suspect(beliefs, 1, 5.0)
    suspect(beliefs, 2, 6.0)
    first = keeper.cue(tracks_at(2.0, both), beliefs)
    keeper.read(None, nanoseconds(2.3), hit=False)
    recharge_s = sensor.error_model.recharge_s
    assert keeper.cue(tracks_at(2.0 + 0.5 * recharge_s, both), beliefs) is None
    again, other, nobody = (
        keeper.cue(tracks_at(2.0 + number * recharge_s, both), beliefs) for number in (1, 2, 3)
    )
    assert [cue and cue.track_id for cue in (first, again, other, nobody)] == [1, 1, 2, None]


def test_an_id_that_was_forgotten_may_be_looked_at_again(
    keeper: CueKeeper, beliefs: BeliefKeeper
) -> None:
    suspect(beliefs, 1)
    assert keeper.cue(tracks_at(2.0, {1: INSIDE}), beliefs) is not None
    keeper.forget({1})
    assert keeper.cue(tracks_at(9.0, {1: INSIDE}), beliefs) is not None


def test_an_empty_floor_needs_no_look(keeper: CueKeeper, beliefs: BeliefKeeper) -> None:
    assert keeper.cue(tracks_at(2.0, {}), beliefs) is None


def carrying_explosive(probability: float) -> Belief:
    vector = np.zeros(len(HYPOTHESES))
    vector[:2] = 1.0 - probability, probability
    return Belief(vector, np.full(len(HYPOTHESES), 1.0 / len(HYPOTHESES)), {})


@pytest.fixture
def worth(station: Site, sensor: Trace) -> LookWorth:
    readings = trace_readings(sensor.substances, sensor.error_model.pfa)
    return LookWorth(readings, station.decision.relative_costs)


def test_a_look_that_cannot_change_the_decision_saves_nothing(worth: LookWorth) -> None:
    around = worth.of(carrying_explosive(0.12))
    sure = worth.of(carrying_explosive(0.6))
    assert around is not None
    assert sure is not None
    assert around.saving > 0.0
    assert sure.saving == 0.0
    assert sure.information > around.information
    assert around > sure


def test_a_look_at_somebody_of_whom_all_is_known_is_worth_nothing(worth: LookWorth) -> None:
    assert worth.of(carrying_explosive(0.999)) is None
    assert worth.of(carrying_explosive(0.001)) is None


def test_a_person_of_whom_all_is_known_is_left_alone(
    keeper: CueKeeper, beliefs: BeliefKeeper
) -> None:
    suspect(beliefs, 1, 14.0)
    assert keeper.cue(tracks_at(2.0, {1: INSIDE}), beliefs) is None


@given(st.lists(st.floats(0.0, 1.0), min_size=7, max_size=7).filter(lambda parts: sum(parts) > 0.1))
def test_the_worth_is_what_looking_at_each_reading_gives(station: Site, parts: list[float]) -> None:
    """Against the sums of the module's formula, reading by reading."""
    (sensor,) = station.trace_sensors
    costs = station.decision.relative_costs
    readings = trace_readings(sensor.substances, sensor.error_model.pfa)
    vector = np.array(parts) / sum(parts)
    belief = Belief(vector, vector, {})

    def risk(probability: float) -> float:
        stop = (1.0 - probability) * costs.needless_stop + costs.guard_per_stop
        return min(probability * costs.missed_carrier, stop)

    saved, told = risk(belief.threat), 0.0
    for reading in readings:
        chance = float(reading.likelihood @ vector)
        after = reading.likelihood * vector / chance
        saved -= chance * risk(Belief(after, vector, {}).threat)
        told += chance * float(rel_entr(after, vector).sum())
    worth = LookWorth(readings, costs).of(belief)
    if worth is None:
        assert told < 0.01 + 1e-9
    else:
        assert worth.information == pytest.approx(told, abs=1e-9)
        assert worth.saving == pytest.approx(max(saved, 0.0), abs=1e-7)
