import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearway.domain import Alert, AlertState, Attribution, Evidence
from clearway.fusion import AlertKeeper, BeliefKeeper, Judgement
from clearway.site.schema import Decision, Prior
from tests.support.builders import CLEAR, HANDGUN_ALARM, NOT_EXAMINED, detection, evidence

PRIOR = Prior(handgun=0.02, long_gun=0.01, explosive=0.01, harmless_object=0.1, source="for a test")
DECISION = Decision(
    alert_probability=0.5, cue_probability=0.1, candidate_mass=0.95, source="for a test"
)


class Desk:
    """Beliefs and alerts side by side, as in the engine."""

    def __init__(self) -> None:
        self.beliefs = BeliefKeeper(PRIOR)
        self.alerts = AlertKeeper(DECISION, self.beliefs)
        self._sequence = itertools.count(1)

    def say(self, shares: dict[int, float], known: Evidence, clock_ns: int = 0) -> Alert | None:
        """A reading that is of these tracks by these probabilities."""
        none = max(0.0, 1.0 - sum(shares.values()))
        by_position = Attribution(tuple(shares), tuple(shares.values()), none)
        return self.consider(self.beliefs.update(known, by_position), known, clock_ns)

    def consider(
        self, judgement: Judgement, known: Evidence = HANDGUN_ALARM, clock_ns: int = 0
    ) -> Alert | None:
        reading = detection(
            0.0, (0.0, 0.0), sensor_id="curtain", sequence=next(self._sequence), evidence=known
        )
        return self.alerts.consider(reading, judgement, clock_ns)


def judged(shares: dict[int, float], threat: float) -> Judgement:
    """Whoever was examined, it is a threat with this probability."""
    none = max(0.0, 1.0 - sum(shares.values()))
    return Judgement(
        Attribution(tuple(shares), tuple(shares.values()), none), (threat,) * len(shares), threat
    )


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


def test_a_look_that_failed_changes_no_alert() -> None:
    desk = Desk()
    desk.say({4: 0.5, 5: 0.5}, HANDGUN_ALARM)
    assert desk.say({4: 0.5, 5: 0.5}, NOT_EXAMINED) is None
    again = desk.say({4: 0.5, 5: 0.5}, HANDGUN_ALARM)
    assert again is not None
    assert again.evidence == (("curtain", 1), ("curtain", 3))


def test_a_second_reading_tells_two_candidates_apart() -> None:
    desk = Desk()
    unsure = desk.say({4: 0.5, 5: 0.5}, HANDGUN_ALARM)
    sure = desk.say({5: 0.9}, HANDGUN_ALARM)
    assert unsure is not None
    assert sure is not None
    assert sure.alert_id == unsure.alert_id
    assert len(unsure.candidates) == 2
    assert [candidate.track_id for candidate in sure.candidates] == [5]


def test_an_alarm_with_nobody_tracked_has_no_candidates() -> None:
    desk = Desk()
    alert = desk.say({}, HANDGUN_ALARM)
    assert alert is not None
    assert alert.candidates == ()
    assert alert.leading_track_id is None
    assert alert.belief is desk.beliefs.prior


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
    assert desk.alerts.close_departed({4, 5, 6}, 2) == []
    assert desk.alerts.close_departed({5, 6}, 3) == []
    (closed,) = desk.alerts.close_departed({6}, 4)
    assert (closed.alert_id, closed.state) == (opened.alert_id, AlertState.CLOSED)
    assert (closed.time_ns, closed.opened_ns) == (4, 1)
    assert desk.alerts.close_departed(set(), 5) == []


def test_a_closed_alert_is_not_updated() -> None:
    desk = Desk()
    first = desk.say({4: 1.0}, HANDGUN_ALARM)
    desk.alerts.close_departed(set(), 1)
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
        alert = desk.say({track: weight / total for track, weight in weights.items()}, known)
        if alert is not None:
            shares = [candidate.probability for candidate in alert.candidates]
            assert 0.0 <= alert.probability <= 1.0
            assert all(0.0 < share <= 1.0 + 1e-9 for share in shares)
            assert sum(shares) <= 1.0 + 1e-9
