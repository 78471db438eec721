"""From live pictures to files."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Event, Lock
from typing import Final

from clearway.domain import TrackPicture, nanoseconds
from clearway.errors import ArgumentError, ClearwayError
from clearway.history.columns import compact, table_of, writer
from clearway.history.merging import merge_hour, tidy
from clearway.history.parts import hour_of, part_path
from clearway.history.waiting import Waiting
from clearway.store.atomic import atomic_write, refusal, sync_folder

__all__ = ["TrackRecorder"]

_LOG = logging.getLogger(__name__)
_PRIVATE_FOLDER: Final = 0o700
_RETRY_NS: Final = nanoseconds(5.0)
_MERGE_RETRY_NS: Final = nanoseconds(600.0)


class TrackRecorder:
    """Keeps what is shown on the plan.

    `add` puts a picture into memory and never waits; `write_due`, which the owner calls about once
    a second in a thread, brings it to the disk.  Only one recorder may write to a folder.

    Parameters
    ----------
    folder : Path
        Of the history; made with the first part, readable by its owner only.
    part_s : float, default 10
        Length of a part, and so the most that a crash may cost.  The parts of an hour become one
        when it is over.
    most_bytes : int, default 256 MiB
        What may wait for a disk that refuses, before the oldest gives way: a quarter of an hour of
        500 people 12.5 times a second, many hours of an ordinary hall.
    tell : callable, optional
        Is given a sentence when the disk begins to refuse and when it works again, with what was
        lost meanwhile; in the thread that calls `write_due`.  By default the module's logger.

    Raises
    ------
    ArgumentError
        If ``part_s`` or ``most_bytes`` is not positive.
    """

    def __init__(
        self,
        folder: Path,
        *,
        part_s: float = 10.0,
        most_bytes: int = 256 << 20,
        tell: Callable[[str], None] = _LOG.warning,
    ) -> None:
        for name, value in (("part_s", part_s), ("most_bytes", most_bytes)):
            if not value > 0:
                raise ArgumentError(name, f"is {value}", "give a positive number")
        self._folder = folder
        self._tell = tell
        self._waiting = Waiting(nanoseconds(part_s), most_bytes)
        self._writing = Lock()
        self._closing = Event()
        self._hours: set[int] | None = None
        """Hours that may have several parts; None until the folder has been looked at."""
        self._is_refused = False
        self._lost = 0
        self._retry_ns: int | None = None
        self._merge_retry_ns: int | None = None

    def add(self, picture: TrackPicture) -> None:
        """Take in the next picture, one of an empty floor too.

        They come in the order of their times.  After a clock was set back they may begin again at
        an earlier time; of two with the same time a reader gives one.
        """
        self._waiting.add(compact(picture))

    def waiting(self, start_ns: int, end_ns: int) -> Sequence[TrackPicture]:
        """What is not on the disk yet, from a time on and before another, oldest first."""
        return self._waiting.between(start_ns, end_ns)

    def write_due(self, now_ns: int) -> None:
        """Write the parts that are due, and merge those of an hour that is over.

        Never raises for a disk that refuses: it is told, and tried again.  A long merge goes on
        writing parts in between.

        Parameters
        ----------
        now_ns : int
            UTC.
        """
        with self._writing:
            if self._closing.is_set():
                return
            if self._hours is None:
                self._hours = self._look_around()
            self._write(now_ns)
            self._merge(self._hours, now_ns)

    def close(self) -> None:
        """Write all that is in memory.  What the disk refuses now is lost, and told."""
        self._closing.set()
        with self._writing:
            self._retry_ns = None
            self._write(None)
            if left := len(self._waiting):
                self._tell(f"track history: the last {left} pictures could not be kept")

    def _look_around(self) -> set[int]:
        try:
            return tidy(self._folder)
        except ClearwayError as error:
            self._tell(f"track history: {error}")
            return set()

    def _write(self, now_ns: int | None) -> None:
        """Write what is due, or all; for as long as the disk takes it."""
        lost = self._waiting.lost()
        if lost and not self._lost:
            self._tell("track history: too much waits for the disk; the oldest pictures are lost")
        self._lost += lost
        if now_ns is not None and self._retry_ns is not None and now_ns < self._retry_ns:
            return
        while (pictures := self._waiting.take(now_ns)) is not None:
            try:
                self._write_part(pictures)
            except ClearwayError as error:
                self._waiting.put_back()
                if not self._is_refused:
                    self._tell(f"track history: {error}")
                self._is_refused = True
                self._retry_ns = None if now_ns is None else now_ns + _RETRY_NS
                return
            self._waiting.put_away()
            self._tell_that_it_works()

    def _write_part(self, pictures: Sequence[TrackPicture]) -> None:
        start_ns, end_ns = pictures[0].time_ns, pictures[-1].time_ns
        path = part_path(self._folder, start_ns, end_ns)
        try:
            self._folder.mkdir(_PRIVATE_FOLDER, parents=True, exist_ok=True)
            path.parent.mkdir(_PRIVATE_FOLDER, exist_ok=True)
            with atomic_write(path) as staging, writer(staging) as output:
                output.write_table(table_of(pictures))
            sync_folder(path.parent)
        except OSError as error:
            raise refusal(path, error) from error
        if self._hours is not None:
            self._hours.add(hour_of(start_ns))

    def _tell_that_it_works(self) -> None:
        if self._lost:
            self._tell(f"track history: {self._lost} pictures were lost in all")
        if self._is_refused:
            self._tell("track history: the disk works again; all that still waited is kept")
        self._lost, self._is_refused, self._retry_ns = 0, False, None

    def _merge(self, hours: set[int], now_ns: int) -> None:
        if self._is_refused or (self._merge_retry_ns is not None and now_ns < self._merge_retry_ns):
            return
        self._merge_retry_ns = None
        for hour in sorted(hours - self._waiting.hours() - {hour_of(now_ns)}):
            try:
                merge_hour(self._folder, hour, lambda: self._between(now_ns))
            except _ClosingError:
                return
            except ClearwayError as error:
                self._tell(f"track history: the parts of an hour stay apart for now: {error}")
                self._merge_retry_ns = now_ns + _MERGE_RETRY_NS
                return
            hours.discard(hour)

    def _between(self, now_ns: int) -> None:
        if self._closing.is_set():
            raise _ClosingError
        self._write(now_ns)


class _ClosingError(Exception):
    """There is no time left to merge."""
