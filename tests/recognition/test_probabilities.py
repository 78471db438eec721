from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from clearway.errors import ArgumentError
from clearway.recognition.classes import CLASSES
from clearway.recognition.logistic import Logistic, fit_logistic
from clearway.recognition.probabilities import Calibration, fit_calibration, posterior
from clearway.recognition.scoring.calibration_error import prior_weights, reliability

OVERCONFIDENCE = 3.0


def frames(
    counts: tuple[int, ...], rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.float64]]:
    """Overconfident logits that hold a prior, labels, and the true ratios."""
    labels = np.repeat(np.arange(len(CLASSES)), counts)
    point = rng.standard_normal((len(labels), 3))
    point[labels > 0, labels[labels > 0] - 1] += 1.5
    ratios = 1.5 * point - 1.5**2 / 2
    learned = np.column_stack((np.zeros(len(ratios)), ratios)) + np.log(counts)
    return OVERCONFIDENCE * learned, labels, ratios


def test_calibration_takes_out_overconfidence_and_prior() -> None:
    logits, labels, true = frames((4000, 1000, 1500, 2000), np.random.default_rng(1))
    calibration = fit_calibration(logits, labels)
    found = calibration.ratios(logits)
    assert np.abs(found - true).mean() < 0.25
    weights = prior_weights(labels, [0.25] * 4)
    for column in range(4):
        claimed = posterior(found, [1, 1, 1, 1])[:, column]
        error = reliability(claimed, labels == column, weights).expected_calibration_error
        assert error < 0.03


def test_ratios_do_not_depend_on_the_share_of_classes_in_the_set() -> None:
    many, few = (4000, 4000, 4000, 4000), (8000, 400, 400, 400)
    first, second = (
        fit_calibration(logits - np.log(counts) * OVERCONFIDENCE, labels)
        for counts in (many, few)
        for logits, labels, _ in [frames(counts, np.random.default_rng(2))]
    )
    probe = np.random.default_rng(3).normal(0, 4, (200, 4))
    assert np.abs(first.ratios(probe) - second.ratios(probe)).mean() < 0.25


@given(st.lists(st.floats(-50, 50), min_size=4, max_size=4), st.floats(-1000, 1000))
def test_a_constant_changes_no_ratio(logits: list[float], constant: float) -> None:
    calibration = Calibration(Logistic(np.eye(3), np.zeros(3)))
    moved = calibration.ratios(np.array(logits) + constant)
    assert np.allclose(calibration.ratios(logits), moved, atol=1e-9)


@given(
    st.lists(st.floats(-700, 700), min_size=3, max_size=3),
    st.lists(st.floats(1e-6, 1.0), min_size=4, max_size=4),
)
def test_posteriors_follow_bayes(ratios: list[float], prior: list[float]) -> None:
    found = posterior(ratios, prior)
    assert found.sum() == pytest.approx(1.0)
    assert (found >= 0).all()
    again = np.log(np.maximum(found[1:], 1e-300) / max(found[0], 1e-300))
    expected = np.array(ratios) + np.log(prior[1:]) - np.log(prior[0])
    known = (found[1:] > 1e-290) & (found[0] > 1e-290)
    assert np.allclose(again[known], expected[known], atol=1e-6)


def test_a_class_told_apart_without_error_keeps_finite_weights() -> None:
    inputs = np.repeat([[-1.0], [1.0]], 50, axis=0)
    fitted = fit_logistic(inputs, np.repeat([0, 1], 50), [[1.0]])
    assert 1.0 <= np.asarray(fitted.weights)[0, 0] < 20.0


def test_refusals() -> None:
    with pytest.raises(ArgumentError, match="every class"):
        fit_calibration(np.zeros((4, 4)), [0, 0, 1, 2])
    with pytest.raises(ArgumentError, match="any x 4"):
        fit_calibration(np.zeros((4, 3)), [0, 1, 2, 3])
    with pytest.raises(ArgumentError, match="3 by 3"):
        Calibration(Logistic(np.eye(2), np.zeros(2)))
    with pytest.raises(ArgumentError, match="above 0"):
        posterior([0.0], [1.0, 0.0])
