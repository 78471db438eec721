from __future__ import annotations

from dataclasses import replace
from typing import TypeAlias

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from clearway.domain import ThreatClass
from clearway.errors import ArgumentError
from clearway.recognition.classes import OUTCOMES, THREATS
from clearway.recognition.correlation import Correlation, PassageFrames, fit_correlation
from clearway.recognition.logistic import Logistic
from clearway.recognition.passage import PassageModel, fit_passage_model, naive_sum
from clearway.recognition.probabilities import posterior
from clearway.recognition.scoring.calibration_error import proper_scores, reliability
from tests.recognition.correlated import correlated_passages

TRUTH = Correlation(0.4, 0.3)
PRIOR = [1.0] * len(OUTCOMES)
Claims: TypeAlias = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]


@pytest.fixture(scope="module")
def model() -> PassageModel:
    return fit_passage_model(*correlated_passages(1500, TRUTH, np.random.default_rng(1)))


@pytest.fixture(scope="module")
def claims(
    model: PassageModel,
) -> Claims:
    """Probabilities by the model and by the plain sum, and outcomes, of new passages."""
    passages, outcomes = correlated_passages(2000, TRUTH, np.random.default_rng(2))
    combined = posterior([model.bounded(model.raw_ratios(frames)) for frames in passages], PRIOR)
    summed = [np.concatenate(([0.0], naive_sum(frames))) for frames in passages]
    return combined, posterior(summed, PRIOR), outcomes


def test_the_plain_sum_is_overconfident_and_the_model_is_not(claims: Claims) -> None:
    combined, summed, outcomes = claims
    for threat in THREATS:
        column = OUTCOMES.index(threat)
        true = outcomes == column
        assert reliability(combined[:, column], true).expected_calibration_error < 0.02
        assert reliability(summed[:, column], true).expected_calibration_error > 0.05
    assert proper_scores(combined, outcomes).log_loss < proper_scores(summed, outcomes).log_loss / 2


def test_the_model_separates_no_worse_than_the_plain_sum(claims: Claims) -> None:
    combined, summed, outcomes = claims
    right = [
        float((np.abs(p).argmax(axis=1) == outcomes)[outcomes > 1].mean())
        for p in (combined, summed)
    ]
    assert right[0] > right[1] - 0.02


def test_the_correlation_is_found_again() -> None:
    passages, outcomes = correlated_passages(1500, TRUTH, np.random.default_rng(3))
    found = fit_correlation(passages, outcomes)
    assert abs(found.shared - TRUTH.shared) < 0.06
    assert abs(found.decay_s - TRUTH.decay_s) < 0.12


def test_independent_frames_are_summed() -> None:
    passages, outcomes = correlated_passages(1000, Correlation(0.0, 0.0), np.random.default_rng(4))
    fitted = fit_passage_model(passages, outcomes)
    assert fitted.correlation.shared < 0.05
    row = THREATS.index(ThreatClass.HANDGUN)
    raw = np.array([fitted.raw_ratios(frames)[1 + row] for frames in passages])
    plain = np.array([naive_sum(frames)[row] for frames in passages])
    assert np.corrcoef(raw, plain)[0, 1] > 0.98
    assert 0.7 < np.polyfit(plain, raw, 1)[0] < 1.3


@given(
    st.floats(0.0, 0.98),
    st.floats(0.0, 5.0),
    st.lists(st.tuples(st.floats(0.0, 2.0), st.integers(0, 1)), min_size=1, max_size=12),
)
def test_frames_count_as_one_to_all_and_never_more_than_their_shared_part_allows(
    shared: float, decay_s: float, frames: list[tuple[float, int]]
) -> None:
    time_s = np.array([time for time, _ in frames])
    panel = np.array([number for _, number in frames])
    n_independent = Correlation(shared, decay_s).weights(time_s, panel).sum()
    assert 1.0 - 1e-6 <= n_independent <= len(frames) + 1e-6
    assert n_independent * shared <= 1.0 + 1e-6


def test_the_order_of_frames_does_not_matter(model: PassageModel) -> None:
    (frames, *_), _ = correlated_passages(1, TRUTH, np.random.default_rng(5))
    order = np.random.default_rng(6).permutation(len(frames))
    mixed = PassageFrames(frames.ratios[order], frames.time_s[order], frames.panel[order])
    assert np.allclose(model.raw_ratios(frames), model.raw_ratios(mixed))


def test_no_frames_say_nothing(model: PassageModel) -> None:
    none = PassageFrames(np.zeros((0, 3)), np.zeros(0), np.zeros(0, dtype=int))
    assert not model.raw_ratios(none).any()


def test_ratios_stay_within_what_the_passages_support(model: PassageModel) -> None:
    most = np.log(301)
    above = model.bounded(np.array([1e3, 998.0, -1e3, 0.0]))
    assert above.tolist() == pytest.approx([most, most - 2.0, 0.0, 0.0])
    below = model.bounded(np.array([-1e3, -2.0, -1e3, -1.0]))
    assert below.tolist() == pytest.approx([-most, -2.0, -most, -1.0])


def test_scores_compare_with_nothing_and_with_harmless_objects(model: PassageModel) -> None:
    raw = np.array([5.0, 2.0, 3.0, 4.0])
    never = replace(model, harmless_share=0.0).scores(raw)
    assert never.tolist() == [2.0, 3.0, 4.0]
    assert (model.scores(raw) < never).all()


def test_refusals() -> None:
    passages, outcomes = correlated_passages(10, TRUTH, np.random.default_rng(7))
    with pytest.raises(ArgumentError, match="no passage with harmless_object"):
        fit_passage_model(passages, np.where(outcomes == 1, 0, outcomes))
    with pytest.raises(ArgumentError, match="one per passage"):
        fit_passage_model(passages, outcomes[1:])
    single = [PassageFrames(f.ratios[:1], f.time_s[:1], f.panel[:1]) for f in passages]
    with pytest.raises(ArgumentError, match="one frame each"):
        fit_passage_model(single, outcomes)
    with pytest.raises(ArgumentError, match="shared"):
        Correlation(1.0, 0.1)
    with pytest.raises(ArgumentError, match="times"):
        PassageFrames(np.zeros((2, 3)), np.zeros(1), np.zeros(2, dtype=int))
    with pytest.raises(ArgumentError, match="shape"):
        PassageModel(TRUTH, Logistic(np.eye(3), np.zeros(3)), np.ones(5), 0.1)
