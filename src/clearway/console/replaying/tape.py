"""The record, read ahead of time and away from the event loop."""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import numpy as np

from clearway.alarms import Alarm, AlarmChanged
from clearway.console.context import ConsoleContext
from clearway.domain import NANOSECONDS, TrackPicture, nanoseconds

__all__ = ["Moment", "Tape"]

_LAG_NS: Final = 2 * NANOSECONDS
"""What is younger may not be written yet."""
_MEMORY_NS: Final = 2 * NANOSECONDS
"""A picture of the plan holds until the next, but no longer than this: then nothing is known."""
_AHEAD_S: Final = 4.0
_AGAIN_S: Final = 0.5
"""At the end of the record, how often it is looked whether there is more."""
_PICTURES_PER_S: Final = 25.0
"""More are not shown, however fast the record goes by."""


class Moment(NamedTuple):
    """All that is to be shown of one moment."""

    time_ns: int
    picture: TrackPicture
    alarms: tuple[Alarm, ...]


@dataclass
class _Piece:
    """A part of the record."""

    end_ns: int
    """What is before that is in it, or before it."""
    pictures: deque[TrackPicture] = field(default_factory=deque)
    changes: deque[AlarmChanged] = field(default_factory=deque)


class Tape:
    """Reads the record for one page.

    Parameters
    ----------
    context : ConsoleContext
    """

    def __init__(self, context: ConsoleContext) -> None:
        self._context = context
        self._ready = _Piece(0)
        self._reading: asyncio.Task[_Piece] | None = None
        self._read_s = -math.inf
        self._shown_ns = 0

    @property
    def ready_ns(self) -> int:
        """Up to here it can be shown at once."""
        return self._ready.end_ns

    async def seek(self, time_ns: int) -> Moment:
        """Go to a moment, or to the nearest that is recorded.

        Raises
        ------
        InputError
            The record cannot be read.
        """
        self.close()
        moment = await asyncio.to_thread(self._moment, time_ns)
        self._ready = _Piece(moment.time_ns + 1)
        self._shown_ns = moment.time_ns
        self._read_s = -math.inf
        return moment

    def read_on(self, speed: float) -> None:
        """See to it that more is ready before it is to be shown; does not wait.

        Raises
        ------
        InputError
            The record cannot be read.
        """
        if self._reading is not None:
            if not self._reading.done():
                return
            piece = self._reading.result()
            self._reading = None
            self._ready.end_ns = piece.end_ns
            self._ready.pictures += piece.pictures
            self._ready.changes += piece.changes
        now_s = asyncio.get_running_loop().time()
        ahead_ns = nanoseconds(_AHEAD_S * max(1.0, speed))
        if self._ready.end_ns - self._shown_ns < ahead_ns and now_s - self._read_s >= _AGAIN_S:
            self._read_s = now_s
            part = (self._ready.end_ns, ahead_ns, nanoseconds(speed / _PICTURES_PER_S))
            self._reading = asyncio.create_task(asyncio.to_thread(self._piece, *part))

    def take(self, time_ns: int) -> tuple[TrackPicture | None, list[AlarmChanged]]:
        """What is to be shown when the record has come to a moment, of each the latest.

        Parameters
        ----------
        time_ns : int
            Not after `ready_ns`.

        Returns
        -------
        picture : TrackPicture or None
            None where the one shown before still holds.
        changes : list of AlarmChanged
            Of each alarm the last.
        """
        pictures, changes = self._ready.pictures, self._ready.changes
        picture = None
        while pictures and pictures[0].time_ns <= time_ns:
            picture = pictures.popleft()
        changed = {}
        while changes and changes[0].time_ns <= time_ns:
            change = changes.popleft()
            changed[change.alarm.alarm_id] = change
        if picture is None and time_ns - self._shown_ns > _MEMORY_NS:
            picture = _nobody(time_ns)
        self._shown_ns = self._shown_ns if picture is None else picture.time_ns
        return picture, [*changed.values()]

    def close(self) -> None:
        """Read no more."""
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None

    def _moment(self, time_ns: int) -> Moment:
        span = self._context.history.span()
        if span is not None:
            time_ns = max(time_ns, span[0])
        time_ns = min(time_ns, self._edge_ns())
        last = deque(self._context.history.pictures(time_ns - _MEMORY_NS, time_ns + 1), maxlen=1)
        picture = last[0] if last else _nobody(time_ns)
        room = self._context.room
        return Moment(time_ns, picture, room.record.as_of(time_ns))

    def _piece(self, start_ns: int, length_ns: int, step_ns: int) -> _Piece:
        end_ns = min(start_ns + length_ns, self._edge_ns())
        if end_ns <= start_ns:
            return _Piece(start_ns)
        pictures = _thinned(self._context.history.pictures(start_ns, end_ns), step_ns)
        changes = self._context.room.record.between(start_ns, end_ns)
        return _Piece(end_ns, deque(pictures), deque(changes))

    def _edge_ns(self) -> int:
        return self._context.clock_ns() - _LAG_NS


def _nobody(time_ns: int) -> TrackPicture:
    """A picture of an empty plan."""
    none = np.zeros(0)
    return TrackPicture(
        time_ns=time_ns,
        track_id=none.astype(np.int64),
        x_m=none,
        y_m=none,
        velocity_x_m_s=none,
        velocity_y_m_s=none,
        sigma_m=none,
        threat=none,
        examined_curtain=none,
        examined_trace=none,
        mark=none.astype(np.uint8),
    )


def _thinned(pictures: Iterable[TrackPicture], step_ns: int) -> Iterator[TrackPicture]:
    last_ns = None
    for picture in pictures:
        if last_ns is None or picture.time_ns - last_ns >= step_ns:
            last_ns = picture.time_ns
            yield picture
