import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from clearway.domain import Belief, ThreatClass
from clearway.domain.threat import HARMLESS_OBJECT

PRIOR = np.array([0.86, 0.01, 0.0133, 0.0, 0.01, 0.0, 0.1067])

posteriors = st.lists(st.floats(1e-6, 1.0), min_size=7, max_size=7).map(
    lambda values: np.array(values) / np.sum(values)
)


def belief(probabilities: NDArray[np.float64]) -> Belief:
    return Belief(probabilities, PRIOR, {})


@given(posteriors)
def test_prior_and_ratio_recombine_to_the_posterior(probabilities: NDArray[np.float64]) -> None:
    about = belief(probabilities)
    prior = PRIOR[1:HARMLESS_OBJECT].sum()
    odds = prior / (1.0 - prior) * np.exp(about.log_likelihood_ratio)
    assert odds / (1.0 + odds) == pytest.approx(about.threat, abs=1e-12)


@given(posteriors)
def test_threat_is_the_table_without_its_first_cell(probabilities: NDArray[np.float64]) -> None:
    about = belief(probabilities)
    assert about.threat == pytest.approx(1.0 - about.table[0, 0])
    assert about.table.sum() == pytest.approx(1.0)


@given(posteriors)
def test_each_class_is_a_margin_of_the_table(probabilities: NDArray[np.float64]) -> None:
    about = belief(probabilities)
    assert about.probability_of(ThreatClass.HANDGUN) == pytest.approx(about.table[1].sum())
    assert about.probability_of(ThreatClass.LONG_GUN) == pytest.approx(about.table[2].sum())
    assert about.probability_of(ThreatClass.EXPLOSIVE) == pytest.approx(about.table[:, 1].sum())


def test_no_measurement_has_ratio_zero() -> None:
    assert belief(PRIOR).log_likelihood_ratio == pytest.approx(0.0, abs=1e-12)


def test_a_certain_threat_is_not_shown_as_no_evidence() -> None:
    certain = np.eye(7)[2]
    assert belief(certain).log_likelihood_ratio > 100.0
    assert belief(np.eye(7)[0]).log_likelihood_ratio < -100.0


def test_near_certainty_keeps_its_digits() -> None:
    nearly = np.array([1e-30, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0])
    prior = PRIOR[1:HARMLESS_OBJECT].sum()
    expected = np.log(1e30) - np.log(prior / (1.0 - prior))
    assert belief(nearly).log_likelihood_ratio == pytest.approx(expected)
