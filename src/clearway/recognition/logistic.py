"""Multinomial logistic regression whose output is a likelihood ratio.

A logistic model of class c against class 0 that is fitted with the same total weight on every
class gives the log of p(x | c) / p(x | 0): the prior is uniform and drops out (G. King and L.
Zeng, Political Analysis 9, 2001; N. Bruemmer and J. du Preez, Computer Speech and Language 20,
2006).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize
from scipy.special import logsumexp

from clearway.errors import ArgumentError
from clearway.imaging.checks import finite_real_array

__all__ = ["Logistic", "balanced_weights", "fit_logistic"]


@dataclass(frozen=True, eq=False)
class Logistic:
    """Log-likelihood ratios, linear in the inputs.

    Examples
    --------
    >>> Logistic([[2.0]], [1.0]).ratios([[0.5]]).tolist()
    [[2.0]]
    """

    weights: ArrayLike
    """(classes - 1, inputs)."""
    bias: ArrayLike
    """(classes - 1,)."""

    def __post_init__(self) -> None:
        weights = finite_real_array("logistic.weights", self.weights, (-1, -1))
        object.__setattr__(self, "weights", weights)
        bias = finite_real_array("logistic.bias", self.bias, (len(weights),))
        object.__setattr__(self, "bias", bias)

    def ratios(self, inputs: ArrayLike) -> NDArray[np.float64]:
        """(n, classes - 1) natural log of p(x | class) / p(x | class 0), of inputs (n, inputs)."""
        product = np.asarray(inputs) @ np.transpose(self.weights)
        return np.asarray(product + np.asarray(self.bias), dtype=np.float64)


def balanced_weights(labels: NDArray[np.integer], n_classes: int) -> NDArray[np.float64]:
    """Weight of each sample such that all classes weigh the same and all together 1.

    Raises
    ------
    ArgumentError
        If a class has no sample.

    Examples
    --------
    >>> balanced_weights(np.array([0, 0, 1]), 2).tolist()
    [0.25, 0.25, 0.5]
    """
    counts = np.bincount(labels, minlength=n_classes)
    if len(counts) > n_classes or not counts.all():
        raise ArgumentError(
            "labels",
            f"have {counts.tolist()} samples of {n_classes} classes",
            "give samples of every class and of no other",
        )
    each: NDArray[np.float64] = 1.0 / (n_classes * counts)
    return np.asarray(each[labels])


def fit_logistic(
    inputs: ArrayLike,
    labels: ArrayLike,
    towards: ArrayLike,
    *,
    penalty: float | None = None,
) -> Logistic:
    """Fit with equal weight on all classes.

    Parameters
    ----------
    inputs : (n, n_inputs) array_like of float
    labels : (n,) array_like of int
        Classes counted from 0, to which the others are compared.
    towards : (classes - 1, n_inputs) array_like of float
        Weights that the fit keeps to unless the samples say otherwise.
    penalty : float, optional
        Half of this times the squared distance from ``towards``, and from a bias of 0, is added to
        the mean log loss: a class that is told apart without error would otherwise get infinite
        weights.  By default one over the number of samples in the smallest class, as if each
        weight were known beforehand to within 1.

    Returns
    -------
    Logistic

    Raises
    ------
    ArgumentError
        NaN, shapes that disagree, or a class without samples.
    """
    start = finite_real_array("towards", towards, (-1, -1))
    n_others, n_inputs = start.shape
    samples = finite_real_array("inputs", inputs, (-1, n_inputs))
    classes = np.asarray(labels, dtype=np.int64)
    weight = balanced_weights(classes, n_others + 1)
    chosen = classes[:, None] == np.arange(1, n_others + 1)
    strength = 1.0 / np.bincount(classes).min() if penalty is None else penalty
    first = np.column_stack((start, np.zeros(n_others)))
    with_one = np.column_stack((samples, np.ones(len(samples))))

    def loss(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        matrix = flat.reshape(n_others, n_inputs + 1)
        ratios = with_one @ matrix.T
        total = logsumexp(np.column_stack((np.zeros(len(ratios)), ratios)), axis=1)
        away = matrix - first
        value = weight @ (total - (ratios * chosen).sum(axis=1))
        slope = ((np.exp(ratios - total[:, None]) - chosen) * weight[:, None]).T @ with_one
        slope += strength * away
        return float(value + 0.5 * strength * np.square(away).sum()), slope.ravel()

    fitted = minimize(loss, first.ravel(), jac=True, method="L-BFGS-B", options={"maxiter": 500})
    matrix = fitted.x.reshape(n_others, n_inputs + 1)
    return Logistic(matrix[:, :-1], matrix[:, -1])
