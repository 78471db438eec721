"""Figures with their 95 % intervals; loads SciPy, so that `clearway.domain` leaves it out."""

from __future__ import annotations

from typing import NamedTuple

from scipy import stats

__all__ = ["CONFIDENCE", "Figure", "poisson_rate", "wilson_share"]

CONFIDENCE = 0.95


class Figure(NamedTuple):
    """A figure and its interval; None where nothing was at stake, so that nothing is known."""

    value: float | None = None
    low: float | None = None
    high: float | None = None


def wilson_share(count: int, cases: int) -> Figure:
    """Share of cases with its Wilson score interval (Wilson, JASA 22, 1927).

    Parameters
    ----------
    count : int
        Among the cases.
    cases : int
        Without any there is no value.

    Examples
    --------
    Ten of ten leaves room for 28 in 100 that would be missed:

    >>> round(wilson_share(10, 10).low, 2)
    0.72
    """
    if cases == 0:
        return Figure()
    interval = stats.binomtest(count, cases).proportion_ci(CONFIDENCE, method="wilson")
    return Figure(count / cases, float(interval.low), float(interval.high))


def poisson_rate(count: int, exposure: float) -> Figure:
    """Events per unit of exposure with the exact Poisson interval (Garwood, Biometrika 28, 1936).

    Parameters
    ----------
    count : int
        Events.
    exposure : float
        In any unit; without any there is no value.

    Examples
    --------
    Nothing in 1000 persons still allows 3.7 in 1000:

    >>> round(poisson_rate(0, 1000.0).high, 4)
    0.0037
    """
    if exposure <= 0.0:
        return Figure()
    tail = (1.0 - CONFIDENCE) / 2
    low = 0.0 if count == 0 else float(stats.chi2.ppf(tail, 2 * count)) / 2
    high = float(stats.chi2.ppf(1.0 - tail, 2 * count + 2)) / 2
    return Figure(count / exposure, low / exposure, high / exposure)
