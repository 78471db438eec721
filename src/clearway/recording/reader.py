"""A log read back, whole or damaged."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from clearway.errors import Fault, InputError
from clearway.recording.files import segments
from clearway.recording.records import Flaw, Record
from clearway.recording.segment_reader import Order, SegmentReader

__all__ = ["LogReader"]


class LogReader:
    """Yields the records of a log in the order in which they were kept.

    Each session begins with a `LogStart`.  Wherever the log is not whole, a `Flaw` stands in the
    place of what is missing: a half-written end, a chunk that differs from its check sum, records
    that the disk could not keep.  A log that is still being written can be read as well.

    Parameters
    ----------
    path : Path
        A segment, or the folder of a log.
    since_ns : int, optional
        Segments of a folder that ended before this time are left out; those that remain may hold
        earlier records too.

    Raises
    ------
    InputError
        If there is no log at that place; while reading, if a file is no MCAP, no log of Clearway,
        or holds messages of another edition of the standard.

    Notes
    -----
    At most one chunk is in memory, and no more than 64 MiB are ever made of one.
    """

    def __init__(self, path: Path, since_ns: int = 0) -> None:
        self.flaws: list[Flaw] = []
        """Those that the last iteration has met so far."""
        try:
            if path.is_dir():
                named = segments(path)
                others = sorted({*path.glob("*.mcap")} - {segment.path for segment in named})
                begun = [n for n, segment in enumerate(named) if segment.started_ns <= since_ns]
                needed = named[begun[-1] if begun else 0 :]
                self.paths: tuple[Path, ...] = (*(segment.path for segment in needed), *others)
            else:
                path.stat()
                self.paths = (path,)
        except FileNotFoundError:
            raise InputError(
                path, Fault("does not exist", "name a log file, or the folder of a log")
            ) from None
        except OSError as error:
            problem = f"cannot be read ({error.strerror or error})"
            raise InputError(path, Fault(problem, "name a log that you may read")) from None
        if not self.paths:
            raise InputError(
                path, Fault("holds no log (*.mcap)", "name a log file, or the folder of a log")
            )

    def __iter__(self) -> Iterator[Record]:
        self.flaws = flaws = []
        order = Order()
        for path in self.paths:
            for record in SegmentReader(path, order):
                if isinstance(record, Flaw):
                    flaws.append(record)
                yield record
