"""Numbers with their n and 95 % interval."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

import numpy as np

from clearway.domain.intervals import poisson_rate, wilson_share


class Proportion(TypedDict):
    """``k`` of ``n`` with the Wilson interval; the values are None where n is 0."""

    k: int
    n: int
    value: float | None
    low: float | None
    high: float | None


class Rate(TypedDict):
    """``count`` events over an exposure, with the exact Poisson interval."""

    count: int
    exposure: float
    unit: str
    value: float | None
    low: float | None
    high: float | None


class Percentiles(TypedDict):
    """Percentiles of ``n`` values; None where n is 0."""

    n: int
    p50: float | None
    p95: float | None
    p99: float | None


def proportion(k: int, n: int) -> Proportion:
    """Share with its Wilson score interval (Wilson, JASA 22, 1927).

    Examples
    --------
    DEXTER's 97.4 % of 586 as an interval:

    >>> share = proportion(571, 586)
    >>> round(share["low"], 3), round(share["high"], 3)
    (0.958, 0.984)
    """
    value, low, high = wilson_share(k, n)
    return {"k": k, "n": n, "value": value, "low": low, "high": high}


def rate(count: int, exposure: float, unit: str) -> Rate:
    """Events per unit of exposure with the exact Poisson interval (Garwood, Biometrika 28, 1936).

    Examples
    --------
    Nothing in 1000 persons still allows 3.7 in 1000:

    >>> round(rate(0, 1000.0, "per person")["high"], 4)
    0.0037
    """
    value, low, high = poisson_rate(count, exposure)
    return {
        "count": count, "exposure": exposure, "unit": unit,
        "value": value, "low": low, "high": high,
    }  # fmt: skip


def percentiles(values: Sequence[float]) -> Percentiles:
    """Median, 95th and 99th percentile, linearly interpolated."""
    if not values:
        return {"n": 0, "p50": None, "p95": None, "p99": None}
    p50, p95, p99 = np.percentile(values, (50, 95, 99)).tolist()
    return {"n": len(values), "p50": p50, "p95": p95, "p99": p99}
