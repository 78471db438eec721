"""Exact one-sided bounds of a share (C. J. Clopper and E. S. Pearson, Biometrika 26, 1934)."""

from __future__ import annotations

from scipy.stats import beta

from clearway.domain.intervals import CONFIDENCE
from clearway.errors import ArgumentError

__all__ = ["lower_bound", "passages_needed", "upper_bound"]


def lower_bound(count: int, cases: int, confidence: float = CONFIDENCE) -> float:
    """The share is at least this, with the given confidence.

    Examples
    --------
    One miss in 473 still leaves 0.99:

    >>> lower_bound(472, 473) >= 0.99, lower_bound(471, 472) >= 0.99
    (True, False)
    """
    _check(count, cases)
    if count == 0:
        return 0.0
    return float(beta.ppf(1.0 - confidence, count, cases - count + 1))


def upper_bound(count: int, cases: int, confidence: float = CONFIDENCE) -> float:
    """The share is at most this, with the given confidence.

    Examples
    --------
    No false alarm among 3,000 leaves one in a thousand:

    >>> round(upper_bound(0, 3000), 4)
    0.001
    """
    return 1.0 - lower_bound(cases - count, cases, confidence)


def passages_needed(misses: int, share: float, confidence: float = CONFIDENCE) -> int:
    """Fewest passages in which so many misses still leave a lower bound of a share.

    Examples
    --------
    >>> passages_needed(0, 0.99), passages_needed(1, 0.99)
    (299, 473)
    """
    if not 0.0 < share < 1.0:
        raise ArgumentError("share", f"is {share}", "give a share between 0 and 1")
    cases = step = misses + 1
    while lower_bound(cases - misses, cases, confidence) < share:
        cases += step
        step *= 2
    low, high = misses + 1, cases
    while low < high:
        middle = (low + high) // 2
        if lower_bound(middle - misses, middle, confidence) < share:
            low = middle + 1
        else:
            high = middle
    return low


def _check(count: int, cases: int) -> None:
    if not 0 <= count <= cases or cases == 0:
        raise ArgumentError("count", f"is {count} of {cases}", "give a count of at least one case")
