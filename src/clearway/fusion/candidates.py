"""The smallest set of people that holds a stated probability."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from clearway.domain import Attribution


def smallest_set(shares: NDArray[np.float64] | Sequence[float], mass: float) -> list[int]:
    """Indices of the fewest shares that together reach ``mass``, the largest first.

    Parameters
    ----------
    shares : (n,) float64
        Probabilities.
    mass : float
        Probability that the set is to hold; all shares above zero where they do not reach it.

    Returns
    -------
    list of int
        Of equal shares the earlier comes first.

    Examples
    --------
    >>> smallest_set([0.1, 0.6, 0.0, 0.3], 0.85)
    [1, 3]
    """
    values = np.asarray(shares)
    order = np.argsort(-values, kind="stable")
    held_before = np.cumsum(values[order]) - values[order]
    return [int(i) for i in order[(held_before < mass) & (values[order] > 0.0)]]


def candidate_set(attribution: Attribution, mass: float = 0.95) -> tuple[int | None, ...]:
    """Who may be the person a sensor saw: the smallest set that holds ``mass``.

    Parameters
    ----------
    attribution : Attribution
    mass : float
        Probability that the set is to hold.

    Returns
    -------
    tuple of int or None
        Track ids, the most probable first; None stands for "nobody tracked".

    Examples
    --------
    >>> candidate_set(Attribution((7, 9), (0.25, 0.5), 0.25), 0.6)
    (9, 7)
    """
    named = (*attribution.track_ids, None)
    shares = (*attribution.probabilities, attribution.none)
    return tuple(named[index] for index in smallest_set(shares, mass))
