"""The log for a service that must not wait for a disk."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from pathlib import Path
from threading import Event, Thread
from types import TracebackType
from typing import Self

from clearway.errors import ArgumentError
from clearway.recording.channels import (
    FACT_CHANNEL,
    SAPIENT_SCHEMA,
    TICK_CHANNEL,
    Channel,
    fact_payload,
    software_versions,
    tick_payload,
)
from clearway.recording.events import LogEvent, LogFailed, LogState, LogStatus
from clearway.recording.files import SegmentFile
from clearway.recording.log import SegmentedLog
from clearway.recording.records import Direction, FactValue
from clearway.recording.segment import Entry, OpenFile
from clearway.recording.settings import LogSettings
from clearway.sapient.bindings import SapientMessage, content_of

__all__ = ["LogWriter"]

_BATCH_BYTES = 1 << 16
"""Small, so that the thread never keeps the interpreter to itself for long."""
_ENTRY_BYTES = 200
"""What an entry takes in memory beside its payload."""
_LARGEST_PAYLOAD_BYTES = 16 << 20
_TIMES = range(1 << 64)


class LogWriter:
    """Keeps accepted messages, clock ticks and session facts in the order of the calls.

    Appending puts a record into memory; one thread brings it to the disk.  Use it from one thread
    of your own, such as an event loop's.

    Parameters
    ----------
    folder : Path
        Of the log; made if it does not exist.  Nothing in it is ever overwritten, and several
        services may share it.
    site : str
        Text of the site file.
    now_ns : int
        UTC nanoseconds.
    versions : mapping of str to str, optional
        Software by name; by default `software_versions`.
    settings : LogSettings, optional
        How the log is kept.
    open_file : callable, optional
        Opens a segment's file; tests put a bad disk here.

    Notes
    -----
    **What survives.**  Records go to the file with the first `advance` that finds them older than
    ``flush_ns`` (0.8 s), and ``advance`` then waits in the thread until the disk has them.  Called
    five times a second or more, a killed process or a power cut costs the last second at most.
    The file then lacks its end; everything up to there is readable, and the next start on the same
    folder mends it.

    **When the disk refuses.**  No method raises for it.  `advance` returns `LogFailed` once, then
    `LogResumed` when it works again, and `status` tells at any time.  While it does not work, and
    when more than ``queue_bytes`` wait for a slow disk, records are counted instead of kept; the
    reader sees the gap by the sequence numbers.

    **Cost.**  About 4 microseconds of processor time per message for the caller, and 5 in the
    thread.
    """

    def __init__(
        self,
        folder: Path,
        *,
        site: str,
        now_ns: int,
        versions: Mapping[str, str] | None = None,
        settings: LogSettings | None = None,
        open_file: OpenFile = SegmentFile,
    ) -> None:
        self._settings = settings or LogSettings()
        self._log = SegmentedLog(
            folder,
            site=site,
            versions=software_versions() if versions is None else versions,
            settings=self._settings,
            open_file=open_file,
        )
        self._entries: list[Entry] = []
        self._entries_bytes = 0
        self._dropped = 0
        self._batches: deque[tuple[list[Entry], int, int]] = deque()
        # Each of these is changed by one thread only, so that no lock is needed.
        self._offered_bytes = 0
        self._done_bytes = 0
        self._now_ns = now_ns
        self._is_closing = False
        self._defect: Exception | None = None
        self._wake = Event()
        self._log.start(now_ns)
        self._thread = Thread(target=self._run, name="clearway-log", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def status(self) -> LogStatus:
        """How the log does at this moment."""
        log = self._log
        return LogStatus(
            state=log.state,
            reason=log.reason,
            segment=log.path,
            kept=log.kept,
            not_kept=log.not_kept + self._dropped + sum(batch[2] for batch in [*self._batches]),
            waiting_bytes=self._offered_bytes - self._done_bytes,
        )

    def message(
        self,
        node_id: str,
        message: SapientMessage,
        payload: bytes,
        at_ns: int,
        direction: Direction = Direction.RECEIVED,
    ) -> bool:
        """Keep one message.

        Parameters
        ----------
        node_id : str
            The node at the other end.
        message : SapientMessage
            Decoded.
        payload : bytes
            As on the wire; must not be changed afterwards.
        at_ns : int
            When it was received or sent: UTC nanoseconds by this machine's clock.
        direction : Direction, optional
            Which way it went.

        Returns
        -------
        bool
            False if it was dropped, because the disk is too slow.

        Raises
        ------
        ArgumentError
            If ``at_ns`` is no time since 1970.
        """
        content_ns = at_ns
        if message.HasField("timestamp"):
            stamp = message.timestamp
            stated_ns = stamp.seconds * 1_000_000_000 + stamp.nanos  # may be any number
            if stated_ns in _TIMES:  # MCAP has no place for others
                content_ns = stated_ns
        channel = Channel(SAPIENT_SCHEMA, direction, node_id, content_of(message))
        return self._offer(channel, at_ns, content_ns, payload)

    def tick(self, clock_ns: int) -> bool:
        """Keep that the engine was told the time without a message.

        Returns
        -------
        bool
            False if it was dropped, because the disk is too slow.

        Raises
        ------
        ArgumentError
            If ``clock_ns`` is no time since 1970.
        """
        return self._offer(TICK_CHANNEL, clock_ns, clock_ns, tick_payload(clock_ns))

    def fact(self, kind: str, at_ns: int, details: Mapping[str, FactValue] | None = None) -> bool:
        """Keep something about the session that no message says.

        Parameters
        ----------
        kind : str
            Such as ``node_lost``.
        at_ns : int
            UTC nanoseconds by this machine's clock.
        details : mapping, optional
            What belongs to it.

        Returns
        -------
        bool
            False if it was dropped, because the disk is too slow.

        Raises
        ------
        ArgumentError
            If ``at_ns`` is no time since 1970.
        """
        return self._offer(FACT_CHANNEL, at_ns, at_ns, fact_payload(kind, details or {}))

    def advance(self, now_ns: int) -> list[LogEvent]:
        """Tell the time, at least five times a second; learn what happened to the log.

        Parameters
        ----------
        now_ns : int
            UTC nanoseconds.  May jump, as clocks do.

        Raises
        ------
        ArgumentError
            If ``now_ns`` is no time since 1970.
        """
        _require_time("now_ns", now_ns)
        # While the disk hangs, drops alone must not make the queue grow.
        if self._entries or (self._dropped and not self._batches):
            self._hand_over()
        self._now_ns = now_ns
        self._wake.set()
        return self._news()

    def close(self, timeout_s: float = 30.0) -> list[LogEvent]:
        """Write everything, finish the segment, and end the thread.

        Parameters
        ----------
        timeout_s : float, optional
            How long to wait for a disk that does not answer.

        Returns
        -------
        list of LogEvent
            What happened since the last `advance`.

        Raises
        ------
        Exception
            What ended the thread, which is a defect of Clearway.
        """
        if not self._is_closing:
            if self._entries or self._dropped:
                self._hand_over()
            self._is_closing = True
            self._wake.set()
        self._thread.join(timeout_s)
        news = self._news()
        if self._thread.is_alive():
            reason = f"the disk did not answer within {timeout_s:g} s; the last records may be lost"
            news.append(LogFailed(reason, "check the disk", 0))
        if self._defect is not None:
            raise self._defect
        return news

    def _offer(self, channel: Channel, log_ns: int, publish_ns: int, payload: bytes) -> bool:
        _require_time("time", log_ns)
        size = len(payload) + _ENTRY_BYTES
        waiting_bytes = self._offered_bytes - self._done_bytes
        if (
            waiting_bytes + size > self._settings.queue_bytes
            or len(payload) > _LARGEST_PAYLOAD_BYTES
            or self._is_closing
        ):
            if self._entries:  # the gap is behind these
                self._hand_over()
            self._dropped += 1
            return False
        self._offered_bytes += size
        self._entries.append(Entry(channel, log_ns, publish_ns, payload))
        self._entries_bytes += size
        if self._entries_bytes >= _BATCH_BYTES:
            self._hand_over()
        return True

    def _hand_over(self) -> None:
        self._batches.append((self._entries, self._entries_bytes, self._dropped))
        self._entries = []
        self._entries_bytes = 0
        self._dropped = 0
        self._wake.set()

    def _news(self) -> list[LogEvent]:
        events = self._log.events
        return [events.popleft() for _ in range(len(events))]

    def _run(self) -> None:
        try:
            self._work()
        except Exception as defect:  # noqa: BLE001 (detecting must go on without a log)
            self._defect = defect
            self._log.state = LogState.FAILED
            self._log.reason = f"a defect of Clearway: {defect!r}"
            self._log.events.append(LogFailed(self._log.reason, "please report it", 0))

    def _work(self) -> None:
        while True:
            self._wake.wait()
            self._wake.clear()
            is_closing = self._is_closing
            while self._batches:
                entries, size, dropped = self._batches.popleft()
                self._log.write(entries, dropped)
                self._done_bytes += size
            self._log.advance(self._now_ns)
            if is_closing:
                self._log.close()
                return


def _require_time(name: str, time_ns: int) -> None:
    if not 0 <= time_ns < 1 << 63:
        raise ArgumentError(name, f"is {time_ns}", "give UTC nanoseconds since 1970")
