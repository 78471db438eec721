"""One list of detections out of two sensors', for trackers that know only one sensor."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

__all__ = ["REACH_M", "fused"]

REACH_M = 0.6
"""Farther apart, two detections are two people; three sigma of base's difference of the two."""


def fused(
    detections_m: Sequence[NDArray[np.float64]], sigma_m: Sequence[float]
) -> NDArray[np.float64]:
    """Join the detections that two sensors made of the same person at the same instant.

    Parameters
    ----------
    detections_m : two arrays, shapes (m, 2) and (n, 2)
        Of one sensor and the other.
    sigma_m : two floats
        Their standard deviations per axis.

    Returns
    -------
    ndarray, shape (k, 2)
        First the joined pairs, at their mean weighted by inverse variance, then what either
        sensor saw alone.  Pairs are within `REACH_M`, as many as possible, and of least total
        distance among those.

    Examples
    --------
    >>> one, other = np.array([[0.0, 0.0], [5.0, 0.0]]), np.array([[0.0, 0.5]])
    >>> fused([one, other], [0.1, 0.2]).round(9).tolist()
    [[0.0, 0.1], [5.0, 0.0]]
    """
    one, other = detections_m
    distance = np.linalg.norm(one[:, None] - other[None], axis=2)
    rows, columns = linear_sum_assignment(np.where(distance <= REACH_M, distance, 1e3))
    close = distance[rows, columns] <= REACH_M
    rows, columns = rows[close], columns[close]
    weight, other_weight = (sigma**-2 for sigma in sigma_m)
    joined = (weight * one[rows] + other_weight * other[columns]) / (weight + other_weight)
    return np.concatenate([joined, np.delete(one, rows, axis=0), np.delete(other, columns, axis=0)])
