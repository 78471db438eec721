"""Days as people at the station count them: from midnight to midnight of the machine's own zone."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Final

from clearway.domain import NANOSECONDS
from clearway.errors import ArgumentError

__all__ = ["bounds_of", "day_of"]

_FIRST: Final = date(2000, 1, 1)


def day_of(time_ns: int) -> date:
    """The day that a time is in."""
    return datetime.fromtimestamp(time_ns // NANOSECONDS).astimezone().date()


def bounds_of(day: date, now_ns: int) -> tuple[int, int]:
    """When a day begins and when it ends.

    Parameters
    ----------
    day : date
    now_ns : int
        UTC.

    Returns
    -------
    start_ns, end_ns : int
        UTC; where clocks are set forward or back that day, 23 or 25 hours apart.

    Raises
    ------
    ArgumentError
        The day has not begun, or no station was there yet.
    """
    if not _FIRST <= day <= day_of(now_ns):
        problem = f"of {day} nothing is known"
        raise ArgumentError("date", problem, f"name a day from {_FIRST} until today")
    return _midnight_ns(day), _midnight_ns(day + timedelta(days=1))


def _midnight_ns(day: date) -> int:
    return round(datetime.combine(day, time()).astimezone().timestamp()) * NANOSECONDS
