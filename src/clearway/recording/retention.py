"""Deleting what is too old or too much.

The log is personal data: it must go when its time is over, and say so.
"""

from __future__ import annotations

from pathlib import Path

from clearway.recording.events import LogEvent, RetentionFailed, SegmentsDeleted
from clearway.recording.files import InUseError, exclusive, segments

__all__ = ["apply_retention"]


def apply_retention(
    folder: Path,
    *,
    now_ns: int,
    keep_ns: int | None,
    keep_bytes: int | None,
) -> list[LogEvent]:
    """Delete the oldest closed segments.

    Parameters
    ----------
    folder : Path
        Of the log.
    now_ns : int
        UTC nanoseconds.
    keep_ns : int or None
        Segments begun longer ago go.
    keep_bytes : int or None
        While all segments together are larger, the oldest goes.

    Returns
    -------
    list of LogEvent
        What was deleted, and what should have been.  Segments that a process still writes stay,
        and so does every file with another name.
    """
    deleted: list[Path] = []
    failed: list[LogEvent] = []
    try:
        sizes = [
            (segment.started_ns, segment.path.stat().st_size, segment.path)
            for segment in segments(folder)
        ]
    except OSError as error:
        return [RetentionFailed(folder, error.strerror or str(error))]
    total = sum(size for _, size, _ in sizes)
    for started_ns, size, path in sizes:
        too_old = keep_ns is not None and now_ns - started_ns > keep_ns
        too_much = keep_bytes is not None and total > keep_bytes
        if not (too_old or too_much):
            continue
        try:
            with exclusive(path):
                path.unlink()
        except InUseError:
            continue
        except OSError as error:
            failed.append(RetentionFailed(path, error.strerror or str(error)))
            continue
        total -= size
        deleted.append(path)
    return [*([SegmentsDeleted(tuple(deleted))] if deleted else []), *failed]
