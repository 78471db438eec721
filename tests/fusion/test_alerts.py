import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from clearway.domain import AlertState, Attribution, Closing, Evidence, ThreatClass, nanoseconds
from clearway.fusion import Judgement
from clearway.fusion.belief import prior_probabilities
from clearway.fusion.suspect import Suspect
from tests.fusion.desk import DECISION, PRIOR, Desk
from tests.support.builders import CLEAR, HANDGUN_ALARM, NOT_EXAMINED, evidence


def judged(shares: dict[int, float], threat: float) -> Judgement:
    """Whoever was examined, it is a handgun with this probability."""
    none = max(0.0, 1.0 - sum(shares.values()))
    owners = Attribution(tuple(shares), tuple(shares.values()), none)
    carries = np.array([1.0 - threat, 0.0, threat, 0.0, 0.0, 0.0, 0.0])
    return Judgement(owners, owners, np.ones(7), np.tile(carries, (len(shares) + 1, 1)))


def test_an_alert_opens_at_the_threshold() -> None:
    alert = Desk().consider(judged({4: 1.0}, 0.5), clock_ns=7)
    assert alert is not None
    assert (alert.state, alert.time_ns, alert.opened_ns) == (AlertState.OPEN, 7, 7)
    assert alert.probability == 0.5
    assert alert.leading_track_id == 4
    assert alert.evidence == (("curtain", 1),)


def test_no_alert_opens_below_the_threshold() -> None:
    assert Desk().consider(judged({4: 1.0}, 0.4999)) is None


def test_an_alert_shows_the_leading_candidates_belief() -> None:
    desk = Desk()
    alert = desk.say({4: 0.9, 5: 0.1}, HANDGUN_ALARM)
    assert alert is not None
    assert alert.belief is desk.beliefs.of(4)


def test_a_second_reading_of_the_same_person_updates_the_alert() -> None:
    desk = Desk()
    opened = desk.say({4: 1.0}, HANDGUN_ALARM, clock_ns=1)
    updated = desk.say({4: 1.0}, HANDGUN_ALARM, clock_ns=2)
    assert opened is not None
    assert updated is not None
    assert (updated.alert_id, updated.state) == (opened.alert_id, AlertState.UPDATED)
    assert (updated.time_ns, updated.opened_ns) == (2, 1)
    assert updated.evidence == (("curtain", 1), ("curtain", 2))
    assert updated.probability > opened.probability


def test_a_reading_of_another_person_opens_another_alert() -> None:
    desk = Desk()
    first, second = desk.say({4: 1.0}, HANDGUN_ALARM), desk.say({5: 1.0}, HANDGUN_ALARM)
    assert first is not None
    assert second is not None
    assert second.alert_id != first.alert_id
    assert second.state is AlertState.OPEN


def test_a_clear_second_look_lowers_the_alert() -> None:
    desk = Desk()
    opened, updated = desk.say({4: 1.0}, HANDGUN_ALARM), desk.say({4: 1.0}, CLEAR)
    assert opened is not None
    assert updated is not None
    assert updated.probability < opened.probability
    assert updated.probability == pytest.approx(desk.beliefs.of(4).threat)


def test_a_look_that_failed_is_shown_and_changes_nothing_else() -> None:
    desk = Desk()
    opened = desk.say({4: 0.5, 5: 0.5}, HANDGUN_ALARM)
    shown = desk.say({4: 0.5, 5: 0.5}, NOT_EXAMINED)
    assert opened is not None
    assert shown is not None
    assert shown.evidence == (("curtain", 1), ("curtain", 2))
    assert shown.probability == pytest.approx(opened.probability)
    for before, after in zip(opened.candidates, shown.candidates, strict=True):
        assert after.track_id == before.track_id
        assert after.probability == pytest.approx(before.probability)


weights_of_three = st.tuples(*[st.floats(0.02, 1.0)] * 3).map(lambda w: np.array(w) / sum(w))


@given(weights_of_three, weights_of_three, st.sampled_from([HANDGUN_ALARM, CLEAR]))
def test_two_looks_are_combined_as_by_enumeration(
    first: NDArray[np.float64], second: NDArray[np.float64], known: Evidence
) -> None:
    looks = [(first, HANDGUN_ALARM), (second, known)]
    desk = Desk()
    suspect = None
    for weights, look in looks:
        by_position = Attribution((4, 5), tuple(weights[:2].tolist()), float(weights[2]))
        judgement = desk.beliefs.update(look, by_position)
        if suspect is None:
            suspect = Suspect.of(judgement)
        else:
            suspect.update(judgement)
    assert suspect is not None
    prior = prior_probabilities(PRIOR)
    one, two = (np.exp(look.log_likelihood_ratio) for _, look in looks)
    # Whom the first look saw, whom the second saw: the same person, or two independent ones.
    # Somebody untracked is another person each time.
    joint = np.zeros((3, 7))
    for i, j in itertools.product(range(3), repeat=2):
        same = i == j and i < 2
        told = prior * one * two if same else prior * one * (prior @ two)
        joint[i] += first[i] * second[j] * told
    joint /= joint.sum()
    assert suspect.probability == pytest.approx(joint[:, 1:6].sum())
    threat = joint[:, 1:6].sum(axis=1) / joint[:, 1:6].sum()
    for candidate in suspect.candidates(1.0 - 1e-9):
        assert candidate.probability == pytest.approx(threat[candidate.track_id - 4])


def test_a_clear_look_at_the_leading_candidate_moves_the_suspicion() -> None:
    desk = Desk()
    opened = desk.say({4: 0.53, 5: 0.47}, HANDGUN_ALARM)
    moved = desk.say({4: 1.0}, CLEAR)
    assert opened is not None
    assert moved is not None
    assert opened.leading_track_id == 4
    assert moved.leading_track_id == 5


def test_nobody_is_named_where_nobody_tracked_is_more_probable() -> None:
    alert = Desk().consider(judged({4: 0.2}, 0.9))
    assert alert is not None
    assert alert.candidates == ()


def test_a_second_reading_tells_two_candidates_apart() -> None:
    desk = Desk()
    unsure = desk.say({4: 0.5, 5: 0.5}, HANDGUN_ALARM)
    sure = desk.say({5: 0.9}, HANDGUN_ALARM)
    assert unsure is not None
    assert sure is not None
    assert sure.alert_id == unsure.alert_id
    assert [candidate.probability for candidate in unsure.candidates] == pytest.approx([0.5, 0.5])
    assert sure.leading_track_id == 5
    assert sure.candidates[0].probability > 0.7


def test_an_alarm_with_nobody_tracked_has_no_candidates() -> None:
    desk = Desk()
    alert = desk.say({}, HANDGUN_ALARM)
    assert alert is not None
    assert alert.candidates == ()
    assert alert.leading_track_id is None
    assert alert.belief.threat == pytest.approx(alert.probability)
    assert alert.belief.probability_of(ThreatClass.HANDGUN) > 0.7
    assert (alert.belief.prior == desk.beliefs.prior.prior).all()


shares_of_many = st.lists(st.floats(0.001, 1.0), min_size=1, max_size=8).map(
    lambda weights: {
        track_id: weight / sum(weights) for track_id, weight in enumerate(weights, start=1)
    }
)


@given(shares_of_many)
def test_the_candidate_set_is_the_smallest_that_holds_the_mass(shares: dict[int, float]) -> None:
    alert = Desk().consider(judged(shares, 0.9))
    assert alert is not None
    held = [candidate.probability for candidate in alert.candidates]
    assert held == sorted(held, reverse=True)
    assert sum(held) >= DECISION.candidate_mass - 1e-9
    # The largest shares come first, so no smaller set can hold the mass.
    assert sum(held[:-1]) < DECISION.candidate_mass
    outside = shares.keys() - {candidate.track_id for candidate in alert.candidates}
    assert all(shares[track_id] <= held[-1] + 1e-12 for track_id in outside)


def test_an_alert_closes_when_its_candidates_have_left() -> None:
    desk = Desk()
    opened = desk.consider(judged({4: 0.6, 5: 0.37, 6: 0.03}, 0.9), clock_ns=1)
    assert opened is not None
    assert [candidate.track_id for candidate in opened.candidates] == [4, 5]
    later_ns = nanoseconds(DECISION.deadline_s) + 1
    assert desk.alerts.close_departed({4, 5, 6}, later_ns) == []
    assert desk.alerts.close_departed({5, 6}, later_ns) == []
    (closed,) = desk.alerts.close_departed({6}, later_ns)
    assert (closed.alert_id, closed.state) == (opened.alert_id, AlertState.CLOSED)
    assert (closed.time_ns, closed.opened_ns) == (later_ns, 1)
    assert closed.closed_because is Closing.DEPARTED
    assert desk.alerts.close_departed(set(), later_ns) == []


@pytest.mark.parametrize("shares", [{4: 1.0}, {}])
def test_an_alert_stays_long_enough_to_be_read(shares: dict[int, float]) -> None:
    desk = Desk()
    opened = desk.say(shares, HANDGUN_ALARM, clock_ns=0)
    assert opened is not None
    until_ns = nanoseconds(DECISION.deadline_s)
    assert desk.alerts.close_departed(set(), until_ns - 1) == []
    assert len(desk.alerts.close_departed(set(), until_ns)) == 1


def test_a_closed_alert_is_not_updated() -> None:
    desk = Desk()
    first = desk.say({4: 1.0}, HANDGUN_ALARM)
    desk.alerts.close_departed(set(), nanoseconds(DECISION.deadline_s))
    second = desk.say({4: 1.0}, HANDGUN_ALARM)
    assert first is not None
    assert second is not None
    assert second.alert_id != first.alert_id


readings = st.tuples(
    st.dictionaries(st.integers(1, 4), st.floats(0.01, 1.0), max_size=4),
    st.floats(0.01, 1.0),
    st.sampled_from([HANDGUN_ALARM, CLEAR, NOT_EXAMINED, evidence({"explosive": 9.0}), evidence()]),
)


@given(st.lists(readings, max_size=15))
def test_everything_an_alert_states_is_a_probability(
    sequence: list[tuple[dict[int, float], float, Evidence]],
) -> None:
    desk = Desk()
    for weights, none, known in sequence:
        total = none + sum(weights.values())
        desk.say({track: weight / total for track, weight in weights.items()}, known)
    for alert in desk.told:
        shares = [candidate.probability for candidate in alert.candidates]
        assert 0.0 <= alert.probability <= 1.0 + 1e-9
        assert all(0.0 < share <= 1.0 + 1e-9 for share in shares)
        assert sum(shares) <= 1.0 + 1e-9
