"""Segment files: their names, the list of them, and bytes written to them safely."""

from __future__ import annotations

import fcntl
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

__all__ = ["InUseError", "NamedSegment", "SegmentFile", "exclusive", "segment_name", "segments"]

_NAME = re.compile(r"(\d{8}T\d{6}\.\d{6}Z)-([0-9a-f]{8})-(\d{6,})\.mcap")
_TIME = "%Y%m%dT%H%M%S.%fZ"


class InUseError(Exception):
    """Another process writes this segment."""


class NamedSegment(NamedTuple):
    """A segment in a folder, as its name tells it."""

    started_ns: int
    session: str
    number: int
    path: Path


def segment_name(started_ns: int, session: str, number: int) -> str:
    """File name of a segment.

    Parameters
    ----------
    started_ns : int
        UTC nanoseconds; the name has microseconds.
    session : str
        Random id of the run of the service.
    number : int
        Of the segment within the session, from 1.

    Examples
    --------
    >>> segment_name(1_700_000_000_123_456_789, "6f1c2a90deadbeef", 3)
    '20231114T221320.123456Z-6f1c2a90-000003.mcap'
    """
    seconds, nanoseconds = divmod(started_ns, 1_000_000_000)
    moment = datetime.fromtimestamp(seconds, UTC).replace(microsecond=nanoseconds // 1000)
    return f"{moment.strftime(_TIME)}-{session[:8]}-{number:06d}.mcap"


def segments(folder: Path) -> list[NamedSegment]:
    """Segments in a folder, oldest first, those of one session together and in their order.

    The numbers decide within a session, so that a clock set back in the middle of it does no
    harm.  Files with other names are left out.

    Raises
    ------
    OSError
        If the folder cannot be read.
    """
    found = []
    for path in folder.iterdir():
        match = _NAME.fullmatch(path.name)
        if match is None:
            continue
        with suppress(ValueError):  # 99 o'clock
            started = datetime.strptime(match[1], _TIME).replace(tzinfo=UTC)
            since = started - datetime(1970, 1, 1, tzinfo=UTC)
            started_ns = (since.days * 86_400 + since.seconds) * 10**9 + since.microseconds * 1000
            found.append(NamedSegment(started_ns, match[2], int(match[3]), path))
    first: dict[str, int] = {}
    for segment in found:
        first[segment.session] = min(
            segment.started_ns, first.get(segment.session, segment.started_ns)
        )
    return sorted(found, key=lambda each: (first[each.session], each.session, each.number))


class SegmentFile:
    """A new file that grows by whole pieces only.

    What cannot be written whole is cut off again, so that a full disk leaves everything before it
    readable.  The file is locked for as long as it is open: another start of the service then
    knows that it is not left over from a crash.

    Parameters
    ----------
    path : Path
        Must not exist.  Readable by its owner only, for it tells where people were.

    Raises
    ------
    OSError
        From every method but `close`, if the file system refuses.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = 0
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        self._descriptor = os.open(path, flags, 0o600)
        with suppress(OSError):  # a file system without locks
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        self._identity = _identity(os.fstat(self._descriptor))

    def append(self, data: bytes) -> None:
        """Write all of it, or leave the file as it was."""
        rest = memoryview(data)
        try:
            while rest:
                rest = rest[os.write(self._descriptor, rest) :]
        except OSError:
            with suppress(OSError):
                os.ftruncate(self._descriptor, self.size)
            raise
        self.size += len(data)

    def check(self) -> None:
        """Notice that the file was removed or moved away: writing to it would go on silently."""
        if _identity(self.path.stat()) != self._identity:
            raise FileNotFoundError(0, "another file took its place", str(self.path))

    def sync(self) -> None:
        """Wait until the disk itself has it."""
        os.fsync(self._descriptor)

    def close(self) -> None:
        """Let go of the file."""
        with suppress(OSError):
            os.close(self._descriptor)


@contextmanager
def exclusive(path: Path) -> Iterator[int]:
    """Open a segment that no process writes any more, for reading and writing.

    Yields
    ------
    int
        File descriptor.

    Raises
    ------
    InUseError
        If a process still has it.
    OSError
        If it cannot be opened.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InUseError(path) from None
        except OSError:  # a file system without locks: nobody else is known to write here
            pass
        yield descriptor
    finally:
        os.close(descriptor)


def _identity(status: os.stat_result) -> tuple[int, int, int]:
    return status.st_dev, status.st_ino, stat.S_IFMT(status.st_mode)
