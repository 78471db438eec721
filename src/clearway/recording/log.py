"""The log as a state machine: segments in a folder, and what becomes of it when the disk refuses.

It does its own file operations and waits for them, and has neither thread nor clock: time is told.
`LogWriter` runs it in a thread.
"""

from __future__ import annotations

import errno
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from uuid import uuid4

from clearway.recording.channels import FACT_CHANNEL, SegmentStart, fact_payload
from clearway.recording.events import (
    LogEvent,
    LogFailed,
    LogResumed,
    LogState,
    RecordsDropped,
    SegmentOpened,
)
from clearway.recording.files import SegmentFile, segments
from clearway.recording.mending import mend
from clearway.recording.records import FactValue
from clearway.recording.retention import apply_retention
from clearway.recording.segment import Entry, OpenFile, Segment
from clearway.recording.settings import LogSettings

__all__ = ["SegmentedLog"]

_TIDY_NS = 600 * 1_000_000_000
_REMEDIES = {
    errno.ENOSPC: "free some space, or keep less (keep_bytes, keep_days)",
    errno.EDQUOT: "free some of the quota, or keep less (keep_bytes, keep_days)",
    errno.EFBIG: "raise the limit on file sizes, or make segments smaller",
    errno.ENOENT: "bring the folder back; it is made only at the start, lest a log land in the "
    "place where a disk should be mounted",
    errno.ENOTDIR: "a part of the path is a file; choose another folder",
    errno.EEXIST: "a file has the folder's name; choose another folder",
    errno.EACCES: "let this user write there",
    errno.EPERM: "let this user write there",
    errno.EROFS: "mount the disk for writing",
}


class SegmentedLog:
    """Appends records to segments in a folder.

    Parameters
    ----------
    folder : Path
        Of the log; `start` makes it.
    site : str
        Text of the site file, kept in each segment.
    versions : mapping of str to str
        Software, kept in each segment.
    settings : LogSettings
        How it is kept.
    open_file : callable
        Opens a segment's file.

    Notes
    -----
    No method raises `OSError`.  When the disk refuses, the segment is left at its last whole piece,
    records are counted instead of kept, and every ``retry_ns`` a new segment is attempted.
    """

    def __init__(
        self,
        folder: Path,
        *,
        site: str,
        versions: Mapping[str, str],
        settings: LogSettings,
        open_file: OpenFile = SegmentFile,
    ) -> None:
        self.state = LogState.RECORDING
        self.reason = ""
        self.not_kept = 0
        self.events: deque[LogEvent] = deque()
        """What happened since somebody emptied it."""
        self._folder = folder
        self._site = site
        self._versions = versions
        self._settings = settings
        self._open_file = open_file
        self._session = uuid4().hex
        self._number = 0
        self._sequence = 0
        self._segment: Segment | None = None
        self._kept_before = 0
        self._now_ns = 0
        self._opened_ns = 0
        self._flushed_ns = 0
        self._tried_ns = 0
        self._tidied_ns: int | None = None
        self._unfinished: list[Path] = []
        self._lost_since_failure = 0
        self._dropped = 0

    @property
    def kept(self) -> int:
        """Records in files."""
        segment = self._segment
        return self._kept_before + (segment.written if segment else 0)

    @property
    def path(self) -> Path | None:
        """The file being written."""
        segment = self._segment
        return segment.path if segment else None

    def start(self, now_ns: int) -> None:
        """Make the folder and begin the first segment."""
        self._now_ns = now_ns
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._use(self._begin())
        except OSError as error:
            self._fail(error)

    def write(self, entries: Sequence[Entry], dropped: int = 0) -> None:
        """Append records.

        Parameters
        ----------
        entries : sequence of Entry
            In the order in which the engine had them.
        dropped : int, default 0
            How many were lost just before these.
        """
        self._sequence += dropped
        self.not_kept += dropped
        self._dropped += dropped
        segment = self._segment
        if segment is None:
            self._sequence += len(entries)
            self._lose(len(entries))
            return
        for entry in entries:
            segment.add(entry, self._sequence)
            self._sequence += 1
        try:
            segment.write_out()
            if segment.size >= self._settings.segment_bytes or segment.is_crowded:
                self._rotate(segment)
        except OSError as error:
            self._fail(error)

    def advance(self, now_ns: int) -> None:
        """Do what is due by now; a clock that was set back makes everything due."""
        self._now_ns = now_ns
        if self._dropped:
            self.events.append(RecordsDropped(self._dropped))
            self._dropped = 0
        if self.state is LogState.FAILED and self._is_due(self._tried_ns, self._settings.retry_ns):
            self._retry()
        segment = self._segment
        if segment is not None:
            try:
                self._keep_up(segment)
            except OSError as error:
                self._fail(error)
        if self._tidied_ns is None or self._is_due(self._tidied_ns, _TIDY_NS):
            self._tidy()

    def close(self) -> None:
        """Finish the last segment."""
        segment = self._segment
        if segment is not None:
            try:
                segment.finish(to_disk=self._settings.to_disk)
            except OSError as error:
                self._fail(error)
            else:
                self._kept_before += segment.written
                self._segment = None
        self.state = LogState.CLOSED

    def _is_due(self, since_ns: int, interval_ns: int) -> bool:
        return not 0 <= self._now_ns - since_ns < interval_ns

    def _keep_up(self, segment: Segment) -> None:
        if segment.records == segment.written:
            self._flushed_ns = self._now_ns
        elif self._is_due(self._flushed_ns, self._settings.flush_ns):
            segment.flush(to_disk=self._settings.to_disk)
            self._flushed_ns = self._now_ns
        if segment.records and self._is_due(self._opened_ns, self._settings.segment_age_ns):
            self._rotate(segment)

    def _rotate(self, segment: Segment) -> None:
        segment.finish(to_disk=self._settings.to_disk)
        self._kept_before += segment.written
        self._segment = None
        self._use(self._begin())
        self._retain()

    def _begin(self) -> Segment:
        start = SegmentStart(
            self._session, self._number + 1, self._now_ns, self._sequence, self._versions
        )
        return Segment(self._folder, start, self._site, self._open_file)

    def _use(self, segment: Segment) -> None:
        self._number += 1
        self._segment = segment
        self._opened_ns = self._flushed_ns = self._now_ns
        self.events.append(SegmentOpened(segment.path))

    def _fail(self, error: OSError) -> None:
        segment, self._segment = self._segment, None
        if segment is not None:
            segment.abandon()
            self._kept_before += segment.written
            if segment.written:
                self._unfinished.append(segment.path)
            self._lose(segment.records - segment.written)
        reason = f"{self._folder}: {error.strerror or error}"
        self._tried_ns = self._now_ns
        if self.state is not LogState.FAILED or reason != self.reason:
            remedy = _REMEDIES.get(error.errno or errno.ENOENT, "check the disk")
            self.events.append(LogFailed(reason, remedy, self._lost_since_failure))
        self.state = LogState.FAILED
        self.reason = reason

    def _lose(self, count: int) -> None:
        self.not_kept += count
        self._lost_since_failure += count

    def _retry(self) -> None:
        """Try whether a segment with one record can be written, and go on in it."""
        self._retain()
        details: dict[str, FactValue] = {
            "not_kept": self._lost_since_failure,
            "reason": self.reason,
        }
        payload = fact_payload("recording_resumed", details)
        note = Entry(FACT_CHANNEL, self._now_ns, self._now_ns, payload)
        segment: Segment | None = None
        try:
            segment = self._begin()
            segment.add(note, self._sequence)
            segment.flush(to_disk=self._settings.to_disk)
        except OSError as error:
            if segment is not None:
                segment.abandon()
            self._fail(error)
            return
        self._sequence += 1
        self._use(segment)
        self.state = LogState.RECORDING
        self.reason = ""
        self.events.append(LogResumed(segment.path, self._lost_since_failure))
        self._lost_since_failure = 0
        unfinished, self._unfinished = self._unfinished, []
        for path in unfinished:
            self._mend(path)

    def _tidy(self) -> None:
        first = self._tidied_ns is None
        self._tidied_ns = self._now_ns
        if first:
            try:
                left = [
                    segment.path
                    for segment in segments(self._folder)
                    if segment.session != self._session[:8]
                ]
            except OSError:  # the state tells already
                left = []
            for path in left:
                self._mend(path)
        self._retain()

    def _mend(self, path: Path) -> None:
        mended = mend(path, self._now_ns)
        if mended is not None:
            self.events.append(mended)

    def _retain(self) -> None:
        keep_ns, keep_bytes = self._settings.keep_ns, self._settings.keep_bytes
        if keep_ns is None and keep_bytes is None:
            return
        self.events.extend(
            apply_retention(
                self._folder, now_ns=self._now_ns, keep_ns=keep_ns, keep_bytes=keep_bytes
            )
        )
