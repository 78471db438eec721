"""What the log tells the service that keeps it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

__all__ = [
    "LogEvent",
    "LogFailed",
    "LogResumed",
    "LogState",
    "LogStatus",
    "RecordsDropped",
    "RetentionFailed",
    "SegmentMended",
    "SegmentOpened",
    "SegmentsDeleted",
]


class LogState(StrEnum):
    """Whether records are being kept."""

    RECORDING = "recording"
    FAILED = "failed"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class LogStatus:
    """The log at this moment, for a health display.

    Parameters
    ----------
    state : LogState
        Whether records are being kept.
    reason : str
        Why not; otherwise empty.
    segment : Path or None
        The file being written.
    kept : int
        Records in files.
    not_kept : int
        Records lost because the disk refused or was too slow.
    waiting_bytes : int
        What waits for the disk.
    """

    state: LogState
    reason: str
    segment: Path | None
    kept: int
    not_kept: int
    waiting_bytes: int


@dataclass(frozen=True, slots=True)
class SegmentOpened:
    """A new file was begun."""

    path: Path


@dataclass(frozen=True, slots=True)
class LogFailed:
    """Nothing is being kept from now on; it will be tried again.

    ``not_kept`` counts the records that were on their way.
    """

    reason: str
    remedy: str
    not_kept: int


@dataclass(frozen=True, slots=True)
class LogResumed:
    """Records are being kept again; ``not_kept`` were lost in between."""

    path: Path
    not_kept: int


@dataclass(frozen=True, slots=True)
class RecordsDropped:
    """So many records came faster than the disk took them."""

    count: int


@dataclass(frozen=True, slots=True)
class SegmentMended:
    """A segment left by a crash has its index again, or ``problem`` says why not.

    ``lost_bytes`` of a half-written record were cut off.
    """

    path: Path
    lost_bytes: int
    problem: str = ""


@dataclass(frozen=True, slots=True)
class SegmentsDeleted:
    """Retention removed these, oldest first."""

    paths: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class RetentionFailed:
    """A segment is due to be deleted and cannot be."""

    path: Path
    reason: str


LogEvent = (
    SegmentOpened
    | LogFailed
    | LogResumed
    | RecordsDropped
    | SegmentMended
    | SegmentsDeleted
    | RetentionFailed
)
"""Anything that the log tells."""
