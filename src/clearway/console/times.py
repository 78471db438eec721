"""Times as the API gives them: a browser's numbers do not hold nanoseconds."""

from __future__ import annotations

from typing import Final

from clearway.domain import NANOSECONDS

__all__ = ["microseconds", "nanoseconds_of"]

_NS_PER_US: Final = NANOSECONDS // 1_000_000


def microseconds(time_ns: int) -> int:
    """A time as the API gives it, of one as it is kept."""
    return time_ns // _NS_PER_US


def nanoseconds_of(time_us: int) -> int:
    """A time as it is kept, of one that the API was given."""
    return time_us * _NS_PER_US
