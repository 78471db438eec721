"""What waits to be written to a peer that reads slowly."""

from __future__ import annotations

from collections import deque

from clearway.sapient.bindings import SapientMessage, StatusReport, content_of

__all__ = ["Outbox", "is_control"]

_REPORTS = frozenset({"detection_report", "status_report"})


def is_control(message: SapientMessage) -> bool:
    """Whether a message must never be dropped.

    Without the initial StatusReport no detection would be accepted; a goodbye, the last of all,
    must not overtake the detections before it.
    """
    if content_of(message) not in _REPORTS:
        return True
    status = message.status_report
    is_new = status.info == StatusReport.INFO_NEW
    return is_new and status.system != StatusReport.SYSTEM_GOODBYE


class Outbox:
    """Frames for one peer, bounded in number and bytes.

    Reports are worth most when new: the oldest are dropped for newer ones.  Control messages
    (acknowledgements, tasks, alerts, errors) are never dropped, and go first: a peer for which
    there is no room left has lost its connection.

    Parameters
    ----------
    reports : int
        Reports that wait at most.
    control : int
        Control messages that wait at most.
    limit_bytes : int
        Bytes of either kind that wait at most.
    """

    def __init__(self, reports: int, control: int, limit_bytes: int) -> None:
        self._reports: deque[bytes] = deque()
        self._control: deque[bytes] = deque()
        self._limits = (reports, control)
        self._limit_bytes = limit_bytes
        self._report_bytes = self._control_bytes = 0
        self.dropped = 0
        """Reports dropped so far."""

    def __len__(self) -> int:
        return len(self._reports) + len(self._control)

    @property
    def waiting_bytes(self) -> int:
        """Bytes of all that waits."""
        return self._report_bytes + self._control_bytes

    def put(self, frame: bytes, *, control: bool) -> bool:
        """Queue a frame; False only for a control message without room."""
        if control:
            if (
                len(self._control) >= self._limits[1]
                or self._control_bytes + len(frame) > self._limit_bytes
            ):
                return False
            self._control.append(frame)
            self._control_bytes += len(frame)
            return True
        self._reports.append(frame)
        self._report_bytes += len(frame)
        while len(self._reports) > self._limits[0] or self._report_bytes > self._limit_bytes:
            self._report_bytes -= len(self._reports.popleft())
            self.dropped += 1
        return True

    def pop(self) -> bytes | None:
        """The next frame to write; None if nothing waits."""
        if self._control:
            frame = self._control.popleft()
            self._control_bytes -= len(frame)
            return frame
        if self._reports:
            frame = self._reports.popleft()
            self._report_bytes -= len(frame)
            return frame
        return None
