from dataclasses import astuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from clearway.domain import HYPOTHESES, Attribution, Evidence, Modality
from clearway.fusion import BeliefKeeper
from clearway.fusion.belief import prior_probabilities
from clearway.site.schema import Prior
from tests.support.builders import CLEAR, HANDGUN_ALARM, NOT_EXAMINED, evidence

PRIOR = Prior(
    handgun=0.02,
    long_gun=0.01,
    explosive=0.01,
    handgun_explosive=0.002,
    long_gun_explosive=0.001,
    harmless_object=0.1,
    source="for a test",
)
VECTOR = prior_probabilities(PRIOR)
CERTAIN = Attribution((1,), (1.0,), 0.0)


def reading(log_ratios: list[float], modality: Modality = Modality.CURTAIN) -> Evidence:
    return Evidence(modality, (0.0, *log_ratios), examined=1.0)


def readings(limit: float) -> st.SearchStrategy[Evidence]:
    return st.lists(st.floats(-limit, limit), min_size=6, max_size=6).map(reading)


@st.composite
def attributions(draw: st.DrawFn) -> Attribution:
    count = draw(st.integers(1, 3))
    weights = np.array(draw(st.lists(st.floats(0.01, 1.0), min_size=count + 1, max_size=count + 1)))
    weights /= weights.sum()
    return Attribution(tuple(range(1, count + 1)), tuple(weights[:-1].tolist()), float(weights[-1]))


def enumerated(
    beliefs: list[NDArray[np.float64]], weights: list[float], ratio: NDArray[np.float64]
) -> tuple[NDArray[np.float64], list[NDArray[np.float64]], float]:
    """Bayes over all combinations of what each person carries and who was examined.

    The last person stands for the untracked one.  Returns who was examined, everybody's
    marginal, and the probability that the examined person carries a threat.
    """
    people = len(beliefs)
    everybody = np.ones(())
    for belief in beliefs:
        everybody = np.multiply.outer(everybody, belief)
    threat = np.isin(np.arange(7), range(1, 6)).astype(float)
    source = np.empty(people)
    marginals = [np.zeros(7) for _ in beliefs]
    source_threat = 0.0
    for examined in range(people):
        likelihood = ratio.reshape([-1 if axis == examined else 1 for axis in range(people)])
        joint = weights[examined] * everybody * likelihood
        source[examined] = joint.sum()
        for person in range(people):
            margin = joint.sum(axis=tuple(axis for axis in range(people) if axis != person))
            marginals[person] += margin
            if person == examined:
                source_threat += float(margin @ threat)
    total = source.sum()
    return source / total, [margin / total for margin in marginals], source_threat / total


def test_a_person_never_examined_has_the_prior() -> None:
    keeper = BeliefKeeper(PRIOR)
    assert np.array_equal(keeper.of(5).probabilities, VECTOR)
    assert keeper.of(5).examined == {}
    assert keeper.known == set()


def test_the_prior_is_as_the_site_says() -> None:
    assert VECTOR.sum() == pytest.approx(1.0)
    share = dict(zip(HYPOTHESES, VECTOR.tolist(), strict=True))
    assert [share[name] for name in HYPOTHESES[1:6]] == [0.01, 0.02, 0.002, 0.01, 0.001]
    assert share["harmless_object"] == pytest.approx(0.1 * (1.0 - 0.043))


@given(attributions(), st.lists(readings(5.0), min_size=3, max_size=3), readings(5.0))
@settings(max_examples=60)
def test_one_reading_is_bayes_over_all_combinations(
    by_position: Attribution, earlier: list[Evidence], latest: Evidence
) -> None:
    keeper = BeliefKeeper(PRIOR)
    for track_id, known in zip(by_position.track_ids, earlier, strict=False):
        keeper.update(known, Attribution((track_id,), (1.0,), 0.0))
    before = [keeper.of(track_id).probabilities for track_id in by_position.track_ids]
    judgement = keeper.update(latest, by_position)

    source, marginals, source_threat = enumerated(
        [*before, VECTOR],
        [*by_position.probabilities, by_position.none],
        np.exp(latest.log_likelihood_ratio),
    )
    np.testing.assert_allclose(judgement.attribution.probabilities, source[:-1], rtol=1e-9)
    assert judgement.attribution.none == pytest.approx(source[-1])
    assert judgement.source_threat == pytest.approx(source_threat)
    for track_id, expected in zip(by_position.track_ids, marginals, strict=False):
        np.testing.assert_allclose(keeper.of(track_id).probabilities, expected, rtol=1e-9)


@given(st.lists(st.tuples(readings(30.0), attributions()), max_size=12))
def test_beliefs_stay_normalised(sequence: list[tuple[Evidence, Attribution]]) -> None:
    keeper = BeliefKeeper(PRIOR)
    for known, by_position in sequence:
        judgement = keeper.update(known, by_position)
        shares = (*judgement.attribution.probabilities, judgement.attribution.none)
        assert sum(shares) == pytest.approx(1.0)
        assert 0.0 <= judgement.source_threat <= 1.0 + 1e-12
    for track_id in keeper.known:
        probabilities = keeper.of(track_id).probabilities
        assert probabilities.sum() == pytest.approx(1.0)
        assert (probabilities >= 0.0).all()


@given(
    st.lists(
        st.lists(st.sampled_from([-np.inf, -700.0, 0.0, 700.0]), min_size=6, max_size=6), max_size=6
    ),
    st.sampled_from([0.0, 1e-9, 0.5]),
)
def test_extreme_ratios_neither_overflow_nor_lose_the_person(
    sequence: list[list[float]], none: float
) -> None:
    keeper = BeliefKeeper(PRIOR)
    for log_ratios in sequence:
        judgement = keeper.update(reading(log_ratios), Attribution((1,), (1.0 - none,), none))
        assert 0.0 <= judgement.source_threat <= 1.0 + 1e-12
    assert keeper.of(1).probabilities.sum() == pytest.approx(1.0)
    assert np.isfinite(keeper.of(1).log_likelihood_ratio)


@given(attributions())
def test_not_examined_says_nothing(by_position: Attribution) -> None:
    keeper = BeliefKeeper(PRIOR)
    keeper.update(HANDGUN_ALARM, CERTAIN)
    before = {track_id: keeper.of(track_id) for track_id in by_position.track_ids}
    judgement = keeper.update(NOT_EXAMINED, by_position)
    np.testing.assert_allclose(judgement.attribution.probabilities, by_position.probabilities)
    for track_id, belief in before.items():
        np.testing.assert_allclose(keeper.of(track_id).probabilities, belief.probabilities)
        assert keeper.of(track_id).examined == belief.examined


def test_examined_and_clear_is_better_than_not_examined() -> None:
    keeper = BeliefKeeper(PRIOR)
    keeper.update(CLEAR, CERTAIN)
    assert keeper.of(1).threat < keeper.prior.threat
    assert keeper.of(1).examined == {Modality.CURTAIN: 1.0}


@given(st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_examined_is_the_expected_share_and_never_shrinks(first: float, second: float) -> None:
    keeper = BeliefKeeper(PRIOR)
    inconclusive = evidence()
    for share in (first, second):
        keeper.update(inconclusive, Attribution((1,), (share,), 1.0 - share))
    assert keeper.of(1).examined[Modality.CURTAIN] == pytest.approx(max(first, second))


def test_modalities_are_kept_apart() -> None:
    keeper = BeliefKeeper(PRIOR)
    keeper.update(evidence(), CERTAIN)
    keeper.update(evidence(modality=Modality.TRACE, examined=0.5), Attribution((1,), (0.5,), 0.5))
    assert keeper.of(1).examined == {
        Modality.CURTAIN: pytest.approx(1.0),
        Modality.TRACE: pytest.approx(0.25),
    }


@given(readings(10.0), readings(10.0))
def test_the_order_of_readings_of_different_people_does_not_matter(
    of_first: Evidence, of_second: Evidence
) -> None:
    orders = []
    for sequence in ([(1, of_first), (2, of_second)], [(2, of_second), (1, of_first)]):
        keeper = BeliefKeeper(PRIOR)
        for track_id, known in sequence:
            keeper.update(known, Attribution((track_id,), (1.0,), 0.0))
        orders.append([keeper.of(track_id).probabilities for track_id in (1, 2)])
    np.testing.assert_array_equal(orders[0], orders[1])


def test_what_a_reading_says_helps_to_tell_whose_it_is() -> None:
    keeper = BeliefKeeper(PRIOR)
    keeper.update(HANDGUN_ALARM, CERTAIN)
    undecided = Attribution((1, 2), (0.45, 0.45), 0.1)
    suspect, stranger = keeper.update(HANDGUN_ALARM, undecided).attribution.probabilities
    assert suspect > 5 * stranger


def test_a_reading_of_nobody_tracked_is_judged_by_the_prior() -> None:
    keeper = BeliefKeeper(PRIOR)
    judgement = keeper.update(HANDGUN_ALARM, Attribution((), (), 1.0))
    posterior = VECTOR * np.exp(HANDGUN_ALARM.log_likelihood_ratio)
    assert judgement.source_threat == pytest.approx(posterior[1:6].sum() / posterior.sum())
    assert astuple(judgement.attribution) == ((), (), 1.0)
    assert keeper.known == set()


def test_who_is_forgotten_has_the_prior_again() -> None:
    keeper = BeliefKeeper(PRIOR)
    keeper.update(HANDGUN_ALARM, CERTAIN)
    keeper.forget({1, 2})
    assert keeper.known == set()
    assert np.array_equal(keeper.of(1).probabilities, VECTOR)
