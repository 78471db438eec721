"""Any minute of the plan again."""

from __future__ import annotations

import heapq
import logging
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from clearway.domain import TrackPicture
from clearway.history.columns import DAMAGE, SCHEMA, open_part, pictures_of
from clearway.history.parts import Part, clusters, days, parts, parts_of_day
from clearway.history.recorder import TrackRecorder

__all__ = ["TrackHistory"]

_LOG = logging.getLogger(__name__)
_TIME = SCHEMA.get_field_index("time_ns")
_EVER_NS = (-(1 << 63), (1 << 63) - 1)

_Interval = tuple[int, int]


class TrackHistory:
    """What was shown on the plan.

    It may be read while a recorder writes, merges and deletes; by several threads too.

    Parameters
    ----------
    folder : Path
        Of the history; one that is not there yet is an empty history.
    recorder : TrackRecorder, optional
        Who writes to it in this process: what is still in its memory belongs to the history.
    tell : callable, optional
        Is given one sentence about each file that cannot be read, all others are read.  By default
        the module's logger.
    """

    def __init__(
        self,
        folder: Path,
        recorder: TrackRecorder | None = None,
        *,
        tell: Callable[[str], None] = _LOG.warning,
    ) -> None:
        self._folder = folder
        self._recorder = recorder
        self._tell = tell
        self._damaged: set[Path] = set()

    def pictures(self, start_ns: int, end_ns: int) -> Iterator[TrackPicture]:
        """The pictures from a time on and before another, in the order of their times.

        Numbers are as `columns.compact` keeps them.  Only what holds the wanted time is read, a
        minute at a time.  What is recorded after the first picture was asked for is not given.

        Parameters
        ----------
        start_ns, end_ns : int
            UTC.

        Yields
        ------
        TrackPicture

        Raises
        ------
        InputError
            The folder cannot be read.
        """
        # Memory first: what the recorder writes meanwhile is then in both, and is given once.
        waiting = self._waiting(start_ns, end_ns)
        last_ns: int | None = None
        for picture in _in_order(self._on_disk(start_ns, end_ns), waiting):
            if picture.time_ns != last_ns:
                yield picture
            last_ns = picture.time_ns

    def span(self) -> tuple[int, int] | None:
        """Times of the first and the last picture, UTC nanoseconds; None if there is none.

        Raises
        ------
        InputError
            The folder cannot be read.
        """
        times = [picture.time_ns for picture in self._waiting(*_EVER_NS)]
        folders = days(self._folder)
        for order in (folders, folders[::-1]):
            found = next((found for day in order if (found := parts_of_day(day))), [])
            times += (time_ns for part in found for time_ns in (part.start_ns, part.end_ns))
        return (min(times), max(times)) if times else None

    def gaps(self, start_ns: int, end_ns: int, longer_than_ns: int) -> tuple[tuple[int, int], ...]:
        """When nothing was recorded: the service was down, or the disk refused.

        An empty floor is no gap, and neither is a damaged file, which is told.

        Parameters
        ----------
        start_ns, end_ns : int
            From when on, and before when; UTC.
        longer_than_ns : int
            Pauses up to this are none.

        Returns
        -------
        tuple of (int, int)
            Beginning and end of each, oldest first.

        Raises
        ------
        InputError
            The folder cannot be read.
        """
        waiting = [picture.time_ns for picture in self._waiting(start_ns, end_ns)]
        while True:
            try:
                runs = [
                    run
                    for part in parts(self._folder, start_ns, end_ns)
                    for run in self._runs(part, longer_than_ns)
                ]
            except _GoneError:
                continue
            break
        gaps = []
        reached_ns = start_ns
        for first_ns, last_ns in sorted([*runs, *((time, time) for time in waiting)]):
            if min(first_ns, end_ns) - reached_ns > longer_than_ns:
                gaps.append((reached_ns, min(first_ns, end_ns)))
            reached_ns = max(reached_ns, last_ns)
        if end_ns - reached_ns > longer_than_ns:
            gaps.append((reached_ns, end_ns))
        return tuple(gaps)

    def _waiting(self, start_ns: int, end_ns: int) -> Iterable[TrackPicture]:
        return () if self._recorder is None else self._recorder.waiting(start_ns, end_ns)

    def _on_disk(self, start_ns: int, end_ns: int) -> Iterator[TrackPicture]:
        while True:
            try:
                for cluster in clusters(parts(self._folder, start_ns, end_ns)):
                    pieces = [self._part(part, start_ns, end_ns) for part in cluster]
                    for picture in _in_order(*pieces):
                        yield picture
                        start_ns = picture.time_ns + 1
            except _GoneError:
                continue  # from there on, with the part that has taken its place
            return

    def _part(self, part: Part, start_ns: int, end_ns: int) -> Iterator[TrackPicture]:
        for group in self._groups(part):
            if group.first_ns < end_ns and group.last_ns >= start_ns:
                table = self._table(part, group)
                if table is not None:
                    yield from pictures_of(table, start_ns, end_ns)

    def _runs(self, part: Part, longer_than_ns: int) -> Iterator[_Interval]:
        """Times between which a part has no gap; read as little as that takes."""
        if part.end_ns - part.start_ns <= longer_than_ns:
            yield part.start_ns, part.end_ns
            return
        group = None
        for group in self._groups(part):
            is_short = group.last_ns - group.first_ns <= longer_than_ns
            table = None if is_short else self._table(part, group, "time_ns")
            if table is None:
                yield group.first_ns, group.last_ns
                continue
            times = table["time_ns"].to_numpy()
            ends = np.flatnonzero(np.diff(times) > longer_than_ns)
            firsts, lasts = times[[0, *(ends + 1)]], times[[*ends, -1]]
            yield from zip(firsts.tolist(), lasts.tolist(), strict=True)
        if group is None:  # what is damaged was recorded
            yield part.start_ns, part.end_ns

    def _groups(self, part: Part) -> Iterator[_Group]:
        try:
            file = open_part(part.path)
        except FileNotFoundError:
            raise _GoneError from None
        except DAMAGE as error:
            self._tell_damaged(part.path, error)
            return
        with file:
            for number in range(file.num_row_groups):
                written = file.metadata.row_group(number).column(_TIME).statistics
                yield _Group(file, number, written.min, written.max)

    def _table(self, part: Part, group: _Group, *columns: str) -> pa.Table | None:
        """Rows of a group, or None where they are damaged."""
        try:
            return group.file.read_row_group(group.number, columns or None)
        except DAMAGE as error:
            self._tell_damaged(part.path, error)
            return None

    def _tell_damaged(self, path: Path, error: Exception) -> None:
        if path not in self._damaged:
            self._damaged.add(path)
            reason = str(error).partition("\n")[0]
            self._tell(f"{path} is damaged, and left out as far as it cannot be read: {reason}")


class _Group(NamedTuple):
    """Rows of a part that are read together."""

    file: pq.ParquetFile
    number: int
    first_ns: int
    last_ns: int


class _GoneError(Exception):
    """A part was merged or deleted after it had been listed."""


def _in_order(*pieces: Iterable[TrackPicture]) -> Iterator[TrackPicture]:
    return heapq.merge(*pieces, key=lambda picture: picture.time_ns)
