"""Pictures that are not on the disk yet."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Final

from clearway.domain import TrackPicture
from clearway.history.parts import hour_of

__all__ = ["Waiting"]

_BYTES_PER_PICTURE: Final = 2_000
"""Of ten arrays and what holds them, besides their content."""
_BYTES_PER_PERSON: Final = 45


@dataclass(eq=False, slots=True)
class _Run:
    """Pictures that become one part."""

    pictures: list[TrackPicture] = field(default_factory=list)
    size: int = 0
    is_closed: bool = False
    """Takes no more."""
    is_in_hand: bool = False
    """Is being written."""

    def takes(self, time_ns: int, part_ns: int) -> bool:
        start_ns, last_ns = self.pictures[0].time_ns, self.pictures[-1].time_ns
        return (
            not self.is_closed
            and last_ns < time_ns < start_ns + part_ns
            and hour_of(time_ns) == hour_of(start_ns)
        )


class Waiting:
    """Pictures in memory, cut into what becomes one part each.

    One thread adds them and another one takes them away; neither waits for the other's disk.

    Parameters
    ----------
    part_ns : int
        Length of a part.
    most_bytes : int
        Where more are waiting, the oldest parts give way.
    """

    def __init__(self, part_ns: int, most_bytes: int) -> None:
        self._part_ns = part_ns
        self._most_bytes = most_bytes
        self._runs: deque[_Run] = deque()
        self._bytes = 0
        self._lost = 0
        self._newest_ns: int | None = None
        self._lock = Lock()

    def add(self, picture: TrackPicture) -> None:
        """Add the next picture.  One that is not later than the one before begins another part."""
        with self._lock:
            if not self._runs or not self._runs[-1].takes(picture.time_ns, self._part_ns):
                self._runs.append(_Run())
            run = self._runs[-1]
            size = _BYTES_PER_PICTURE + _BYTES_PER_PERSON * len(picture)
            run.pictures.append(picture)
            run.size += size
            self._bytes += size
            self._newest_ns = picture.time_ns
            while self._bytes > self._most_bytes and self._drop_oldest():
                pass

    def take(self, now_ns: int | None) -> Sequence[TrackPicture] | None:
        """The oldest part that is due; it stays here until `put_away` or `put_back`.

        Parameters
        ----------
        now_ns : int or None
            A part is due at its full length, or when another has begun; with None in any case.
        """
        with self._lock:
            if not self._runs:
                return None
            run = self._runs[0]
            is_whole = run.is_closed or len(self._runs) > 1
            if now_ns is not None and not is_whole:
                is_whole = now_ns - run.pictures[0].time_ns >= self._part_ns
            if now_ns is not None and not is_whole:
                return None
            run.is_closed = run.is_in_hand = True
            return run.pictures

    def put_away(self) -> None:
        """What was taken is on the disk."""
        with self._lock:
            self._bytes -= self._runs.popleft().size

    def put_back(self) -> None:
        """What was taken could not be written."""
        with self._lock:
            self._runs[0].is_in_hand = False

    def between(self, start_ns: int, end_ns: int) -> list[TrackPicture]:
        """Those from a time on and before another, in the order of their times."""
        with self._lock:
            found = [
                picture
                for run in self._runs
                for picture in run.pictures
                if start_ns <= picture.time_ns < end_ns
            ]
        return sorted(found, key=lambda picture: picture.time_ns)

    def hours(self) -> set[int]:
        """Hours for which there may be more parts to come."""
        with self._lock:
            hours = {hour_of(run.pictures[0].time_ns) for run in self._runs}
            return hours if self._newest_ns is None else hours | {hour_of(self._newest_ns)}

    def lost(self) -> int:
        """How many pictures had to give way since this was last asked."""
        with self._lock:
            lost, self._lost = self._lost, 0
        return lost

    def __len__(self) -> int:
        with self._lock:
            return sum(len(run.pictures) for run in self._runs)

    def _drop_oldest(self) -> bool:
        run = next((run for run in self._runs if not run.is_in_hand), None)
        if run is None:
            return False
        self._runs.remove(run)
        self._bytes -= run.size
        self._lost += len(run.pictures)
        return True
