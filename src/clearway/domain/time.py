"""Integer UTC nanoseconds, the only time unit in records."""

from __future__ import annotations

NANOSECONDS = 1_000_000_000
"""Nanoseconds in a second."""


def nanoseconds(time_s: float) -> int:
    """Round seconds to whole nanoseconds.

    Examples
    --------
    >>> nanoseconds(0.1)
    100000000
    """
    return round(time_s * NANOSECONDS)


def seconds(time_ns: int) -> float:
    """Seconds of a nanosecond count, for arithmetic on differences only.

    Examples
    --------
    >>> seconds(1_500_000_000)
    1.5
    """
    return time_ns / NANOSECONDS
