"""Latencies of any number of messages in constant memory."""

from __future__ import annotations

import math

import numpy as np

from clearway.errors import ArgumentError

__all__ = ["LatencyCounts"]

_LEAST_S = 1e-6
_STEP = math.log(1.01)
_BINS = math.ceil(math.log(1e8) / _STEP)


class LatencyCounts:
    """How many messages took how long, in steps of 1 % from 1 microsecond to 100 s.

    A list of a million times would show in the memory that is being measured.
    """

    def __init__(self) -> None:
        self._counts = [0] * _BINS
        self._longest_s = 0.0

    def __len__(self) -> int:
        return sum(self._counts)

    def add(self, latency_s: float) -> None:
        """Count one message; what took less than a microsecond counts as one."""
        index = int(math.log(max(latency_s, _LEAST_S) / _LEAST_S) / _STEP)
        self._counts[min(index, _BINS - 1)] += 1
        self._longest_s = max(self._longest_s, latency_s)

    def quantile_s(self, share: float) -> float:
        """Time within which at least this share of the messages was done.

        Parameters
        ----------
        share : float
            Above 0, up to 1.

        Returns
        -------
        float
            Upper end of the step that holds it, so never too short and at most 1 % too long.

        Raises
        ------
        ArgumentError
            Nothing was counted.

        Examples
        --------
        >>> counts = LatencyCounts()
        >>> for latency_s in (0.001, 0.002, 0.003, 0.1):
        ...     counts.add(latency_s)
        >>> f"{counts.quantile_s(0.5):.4f} {counts.quantile_s(1.0):.1f}"
        '0.0020 0.1'
        """
        if not len(self):
            raise ArgumentError("seconds", "no detection was counted", "measure for longer")
        below = np.cumsum(self._counts)
        index = int(np.searchsorted(below, share * below[-1]))
        return min(_LEAST_S * math.exp((index + 1) * _STEP), max(self._longest_s, _LEAST_S))

    def milliseconds(self) -> dict[str, float]:
        """Median, 95th and 99th percentile, and the longest."""
        shares = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "longest": 1.0}
        return {name: 1e3 * self.quantile_s(share) for name, share in shares.items()}
