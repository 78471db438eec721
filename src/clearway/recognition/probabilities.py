"""From raw scores to likelihood ratios and probabilities.

Scores of a trained model are over-confident (C. Guo, G. Pleiss, Y. Sun and K. Q. Weinberger, ICML
2017) and hold the prior of the training set.  `fit_calibration` corrects both on data that the
model has not seen: each log-ratio of a threat against none is a linear function of the raw ones,
kept near the identity (the scaling of M. Kull et al., NeurIPS 2019, on log-probabilities).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import softmax

from clearway.errors import ArgumentError
from clearway.imaging.checks import finite_real_array
from clearway.recognition.classes import CLASSES
from clearway.recognition.logistic import Logistic, fit_logistic

__all__ = ["Calibration", "fit_calibration", "posterior"]

_N_THREATS = len(CLASSES) - 1


@dataclass(frozen=True, eq=False)
class Calibration:
    """Corrects the scores of one model.

    Examples
    --------
    >>> plain = Calibration(Logistic(np.eye(3), np.zeros(3)))
    >>> plain.ratios([1.0, 3.0, 1.0, 0.0]).tolist()
    [2.0, 0.0, -1.0]
    """

    logistic: Logistic
    """From raw log-ratios of the threats against none to calibrated ones; 3 by 3."""

    def __post_init__(self) -> None:
        if np.shape(self.logistic.weights) != (_N_THREATS, _N_THREATS):
            raise ArgumentError(
                "calibration",
                f"has shape {np.shape(self.logistic.weights)}",
                f"give {_N_THREATS} by {_N_THREATS} weights, threats against none",
            )

    def ratios(self, logits: ArrayLike) -> NDArray[np.float64]:
        """Calibrated ratios.

        Parameters
        ----------
        logits : (..., 4) array_like of float
            In the order of `CLASSES`; any constant may be added to all four.

        Returns
        -------
        (..., 3) float64
            Natural log of p(image | threat) / p(image | none).
        """
        return self.logistic.ratios(against_none(logits))


def against_none(logits: ArrayLike) -> NDArray[np.float64]:
    """(..., 3) raw log-ratios of the threats against none, of logits (..., 4)."""
    values = np.asarray(logits, dtype=np.float64)
    return np.asarray(values[..., 1:] - values[..., :1])


def fit_calibration(
    logits: ArrayLike, labels: ArrayLike, *, penalty: float | None = None
) -> Calibration:
    """Fit on frames of bodies that the model has not been trained on.

    Parameters
    ----------
    logits : (n, 4) array_like of float
    labels : (n,) array_like of int
        Numbers of `CLASSES`, in any proportion: the ratios do not depend on it.
    penalty : float, optional
        As of `fit_logistic`.

    Returns
    -------
    Calibration

    Raises
    ------
    ArgumentError
        NaN, shapes that disagree, or a class without frames.
    """
    scores = finite_real_array("logits", logits, (-1, len(CLASSES)))
    return Calibration(
        fit_logistic(against_none(scores), labels, np.eye(_N_THREATS), penalty=penalty)
    )


def posterior(ratios: ArrayLike, prior: ArrayLike) -> NDArray[np.float64]:
    """Probabilities under a prior, by Bayes' rule.

    Parameters
    ----------
    ratios : (..., n - 1) array_like of float
        Log-likelihood ratios of the other classes against the first.
    prior : (n,) array_like of float
        Positive; scaled to sum to one.

    Returns
    -------
    (..., n) float64

    Examples
    --------
    A ratio of 1,000 against a prior of one in 1,001 is an even chance:

    >>> posterior([np.log(1000.0)], [1000, 1]).round(6).tolist()
    [0.5, 0.5]
    """
    weights = finite_real_array("prior", prior, (-1,))
    if weights.min() <= 0:
        raise ArgumentError("prior", f"holds {weights.min():g}", "give shares above 0")
    values = np.asarray(ratios, dtype=np.float64)
    with_first = np.concatenate((np.zeros((*values.shape[:-1], 1)), values), axis=-1)
    return np.asarray(softmax(with_first + np.log(weights), axis=-1))
