"""Intervals from resampling bodies.

Passages of one body share its shape and gait: they are resampled together (cluster bootstrap, A.
C. Davison and D. V. Hinkley, Bootstrap Methods and their Application, 1997, section 3.8).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from clearway.domain.intervals import CONFIDENCE

__all__ = ["bootstrap_interval"]


def bootstrap_interval(
    statistic: Callable[[NDArray[np.float64]], float],
    body: NDArray[np.str_],
    rng: np.random.Generator,
    rounds: int = 1000,
    confidence: float = CONFIDENCE,
) -> tuple[float, float]:
    """Central percentile interval of a statistic.

    Parameters
    ----------
    statistic : callable
        Of (n,) weights, each the number of times that a passage was drawn; NaN for a draw in
        which it is not defined, which is then left out.
    body : (n,) names
    rng : numpy.random.Generator
    rounds : int
    confidence : float

    Returns
    -------
    float, float
        NaN where no draw defines the statistic.

    Examples
    --------
    >>> values = np.array([0.0, 0.0, 1.0, 1.0])
    >>> body = np.array(["a", "b", "c", "d"])
    >>> def mean(weights):
    ...     return weights @ values / weights.sum()
    >>> bootstrap_interval(mean, body, np.random.default_rng(0), 200)
    (0.0, 1.0)
    """
    names, number = np.unique(body, return_inverse=True)
    even = np.full(len(names), 1.0 / len(names))
    draws = rng.multinomial(len(names), even, size=rounds).astype(np.float64)
    values = np.array([statistic(draw[number]) for draw in draws])
    known = values[np.isfinite(values)]
    if not len(known):
        return float("nan"), float("nan")
    tail = (1.0 - confidence) / 2
    low, high = np.quantile(known, (tail, 1.0 - tail))
    return float(low), float(high)
