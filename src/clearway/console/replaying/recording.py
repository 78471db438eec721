"""What of the past can be looked at."""

from __future__ import annotations

import asyncio
from typing import Final

from msgspec import Struct

from clearway.console.context import ConsoleContext
from clearway.console.times import microseconds
from clearway.domain import NANOSECONDS, nanoseconds

__all__ = ["RecordedAlarm", "RecordingView", "Recordings"]

_FRESH_S: Final = 5.0
_PAUSE_NS: Final = nanoseconds(2.0)
"""After this long without a picture, nothing is known."""
_HOUR_NS: Final = 3600 * NANOSECONDS

_Interval = tuple[int, int]


class RecordedAlarm(Struct, frozen=True):
    """When an alarm came into the queue, and when it left."""

    id: str
    opened_us: int
    ended_us: int | None


class RecordingView(Struct, frozen=True):
    """What can be looked at; where nothing was recorded yet, it begins and ends now."""

    start_us: int
    end_us: int
    gaps: tuple[tuple[int, int], ...]
    """When nothing was recorded."""
    alarms: tuple[RecordedAlarm, ...]


class Recordings:
    """Looks into the record for all who ask, once every few seconds.

    Parameters
    ----------
    context : ConsoleContext
    """

    def __init__(self, context: ConsoleContext) -> None:
        self._context = context
        self._turn = asyncio.Lock()
        self._known: RecordingView | None = None
        self._known_s = 0.0
        self._old_gaps: tuple[_Interval, ...] = ()
        """Of the hours that are over, whose files are not looked into again."""
        self._old_until_ns = 0

    async def now(self) -> RecordingView:
        """What can be looked at by now.

        Raises
        ------
        InputError
            The record cannot be read.
        """
        async with self._turn:
            now_s = asyncio.get_running_loop().time()
            if self._known is None or now_s - self._known_s >= _FRESH_S:
                self._known = await asyncio.to_thread(self._look)
                self._known_s = now_s
            return self._known

    def _look(self) -> RecordingView:
        now_ns = self._context.clock_ns()
        start_ns, end_ns = self._context.history.span() or (now_ns, now_ns)
        alarms = self._context.room.record.opened_between(start_ns, now_ns + 1)
        return RecordingView(
            microseconds(start_ns),
            microseconds(end_ns),
            tuple(
                (microseconds(one), microseconds(other))
                for one, other in self._gaps(start_ns, end_ns)
            ),
            tuple(
                RecordedAlarm(
                    alarm.alarm_id,
                    microseconds(alarm.listed_ns),
                    None if alarm.resolution is None else microseconds(alarm.resolution.at_ns),
                )
                for alarm in alarms
            ),
        )

    def _gaps(self, start_ns: int, end_ns: int) -> list[_Interval]:
        hour_ns = end_ns // _HOUR_NS * _HOUR_NS
        old_ns = max(start_ns, self._old_until_ns)
        if hour_ns > old_ns:
            self._old_gaps += self._context.history.gaps(old_ns, hour_ns, _PAUSE_NS)
            self._old_until_ns = old_ns = hour_ns
        # What is older than the record was deleted.
        old = ((max(first, start_ns), last) for first, last in self._old_gaps if last > start_ns)
        recent = self._context.history.gaps(min(old_ns, end_ns), end_ns, _PAUSE_NS)
        return _joined([*old, *recent])


def _joined(intervals: list[_Interval]) -> list[_Interval]:
    """Intervals in order, those that meet as one."""
    joined: list[_Interval] = []
    for first, last in intervals:
        meets = bool(joined) and joined[-1][1] == first
        joined.append((joined.pop()[0] if meets else first, last))
    return joined
