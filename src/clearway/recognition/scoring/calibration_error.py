"""Whether probabilities happen as often as they say, at any prior.

A test set holds far more threats than a station.  Each passage is weighted by the station's prior
of its outcome over the set's (importance weights), so that the errors are those that the station
would see.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from clearway.errors import ArgumentError
from clearway.imaging.checks import finite_real_array

__all__ = ["BINS", "Reliability", "prior_weights", "proper_scores", "reliability"]

BINS = 10
"""Of equal width, as in the reports of runs; M. P. Naeini, G. F. Cooper and M. Hauskrecht, AAAI
2015."""


@dataclass(frozen=True, slots=True)
class Reliability:
    """Claims binned by their probability, and how many came true."""

    weight: tuple[float, ...]
    """Of the claims in each bin, summing to 1."""
    claimed: tuple[float, ...]
    """Mean probability of each bin; 0 for an empty one."""
    happened: tuple[float, ...]
    """Share that came true."""
    expected_calibration_error: float
    """Mean distance of claim and share over the bins, by weight."""
    n: int


@dataclass(frozen=True, slots=True)
class ProperScores:
    """Scores that only the true probabilities minimise."""

    brier: float
    """Mean squared distance of the probabilities from what happened, summed over classes."""
    log_loss: float
    """Mean negative natural log of the probability of what happened."""


def prior_weights(outcomes: ArrayLike, prior: ArrayLike) -> NDArray[np.float64]:
    """(n,) weights that give the outcomes of a set the shares of a prior; they sum to 1.

    Parameters
    ----------
    outcomes : (n,) array_like of int
        Numbers of classes.
    prior : (n_classes,) array_like of float

    Raises
    ------
    ArgumentError
        If a class that the prior allows is not in the set.

    Examples
    --------
    >>> prior_weights([0, 1, 1], [0.9, 0.1]).round(3).tolist()
    [0.9, 0.05, 0.05]
    """
    shares = finite_real_array("prior", prior, (-1,))
    labels = np.asarray(outcomes, dtype=np.int64)
    counts = np.bincount(labels, minlength=len(shares))
    if len(counts) > len(shares) or ((counts == 0) & (shares > 0)).any():
        raise ArgumentError(
            "outcomes",
            f"have {counts.tolist()} passages for a prior of {shares.tolist()}",
            "score passages of every class that the prior allows",
        )
    weights = (shares / np.maximum(counts, 1))[labels]
    return np.asarray(weights / weights.sum())


def reliability(
    claimed: ArrayLike, happened: ArrayLike, weights: ArrayLike | None = None, bins: int = BINS
) -> Reliability:
    """Compare claims with what happened.

    Parameters
    ----------
    claimed : (n,) array_like of float
        Probabilities.
    happened : (n,) array_like of bool
    weights : (n,) array_like of float, optional
        Of `prior_weights`; by default all are equal.
    bins : int
        Of equal width from 0 to 1.

    Returns
    -------
    Reliability

    Examples
    --------
    >>> reliability([0.5] * 4, [True, False, False, False]).expected_calibration_error
    0.25
    """
    probability = finite_real_array("claimed", claimed, (-1,))
    if probability.min() < 0 or probability.max() > 1:
        raise ArgumentError("claimed", "holds values outside 0 to 1", "give probabilities")
    true = np.asarray(happened, dtype=np.float64)
    weight = np.ones(len(probability)) if weights is None else np.asarray(weights, dtype=np.float64)
    weight = weight / weight.sum()
    index = np.minimum((probability * bins).astype(np.intp), bins - 1)
    total = np.bincount(index, weight, bins)
    mean = np.bincount(index, weight * probability, bins) / np.where(total > 0, total, 1.0)
    share = np.bincount(index, weight * true, bins) / np.where(total > 0, total, 1.0)
    return Reliability(
        tuple(total.tolist()),
        tuple(mean.tolist()),
        tuple(share.tolist()),
        float(total @ np.abs(mean - share)),
        len(probability),
    )


def proper_scores(
    probabilities: ArrayLike, outcomes: ArrayLike, weights: ArrayLike | None = None
) -> ProperScores:
    """Brier score and log loss.

    Parameters
    ----------
    probabilities : (n, n_classes) array_like of float
    outcomes : (n,) array_like of int
    weights : (n,) array_like of float, optional

    Returns
    -------
    ProperScores

    Examples
    --------
    >>> proper_scores([[0.5, 0.5]], [1])
    ProperScores(brier=0.5, log_loss=0.6931471805599453)
    """
    claimed = finite_real_array("probabilities", probabilities, (-1, -1))
    labels = np.asarray(outcomes, dtype=np.int64)
    weight = np.ones(len(claimed)) if weights is None else np.asarray(weights, dtype=np.float64)
    weight = weight / weight.sum()
    happened = labels[:, None] == np.arange(claimed.shape[1])
    of_truth = np.maximum(claimed[happened], np.finfo(np.float64).tiny)
    squared = np.square(claimed - happened).sum(axis=1)
    return ProperScores(float(weight @ squared), float(-(weight @ np.log(of_truth))))
