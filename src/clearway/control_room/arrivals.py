"""What came from one sensor within the last ten seconds."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from clearway.domain import NANOSECONDS

__all__ = ["Arrivals"]

_SLOT_NS = NANOSECONDS
_SLOTS = 10


@dataclass(slots=True)
class _Slot:
    """One second."""

    number: int
    messages: int = 0
    refused: int = 0
    detections: int = 0
    late: int = 0
    scans: int = 0
    scan_times: set[int] = field(default_factory=set)


class Arrivals:
    """Counts in a window that slides in steps of a second.

    Parameters
    ----------
    usable_for_ns : int
        A detection of this age or more is late.

    Notes
    -----
    O(1) per message.  Detections of one content time are one scan, and those of neighbouring scans
    may overtake each other on their way.
    """

    def __init__(self, usable_for_ns: int) -> None:
        self._usable_for_ns = usable_for_ns
        self._slots: deque[_Slot] = deque(maxlen=_SLOTS)

    def message(self, now_ns: int) -> None:
        """Anything that may be used has come; of a detection more is told."""
        self._slot(now_ns).messages += 1

    def refused(self, now_ns: int) -> None:
        """A message that must not be used has come."""
        self._slot(now_ns).refused += 1

    def detection(self, content_ns: int, now_ns: int) -> None:
        """A detection has come.

        Parameters
        ----------
        content_ns : int
            Its own time.
        now_ns : int
            When it arrived.
        """
        slot = self._slot(now_ns)
        slot.detections += 1
        slot.late += now_ns - content_ns >= self._usable_for_ns
        before = self._slots[-2].scan_times if len(self._slots) > 1 else ()
        if content_ns not in slot.scan_times and content_ns not in before:
            slot.scan_times.add(content_ns)
            slot.scans += 1

    def rate_hz(self, since_ns: int, now_ns: int) -> float | None:
        """Scans per second since a time, of the window at most; None within the first second."""
        begin_ns = max(since_ns, (now_ns // _SLOT_NS - _SLOTS + 1) * _SLOT_NS)
        if now_ns - begin_ns < _SLOT_NS:
            return None
        return sum(slot.scans for slot in self._within(now_ns)) * NANOSECONDS / (now_ns - begin_ns)

    def late(self, now_ns: int) -> tuple[int, int]:
        """How many detections came too late, and how many came."""
        slots = self._within(now_ns)
        return sum(slot.late for slot in slots), sum(slot.detections for slot in slots)

    def refusals(self, now_ns: int) -> tuple[int, int]:
        """How many messages were refused, and how many came."""
        slots = self._within(now_ns)
        refused = sum(slot.refused for slot in slots)
        return refused, refused + sum(slot.messages for slot in slots)

    def _slot(self, now_ns: int) -> _Slot:
        number = now_ns // _SLOT_NS
        if not self._slots or number > self._slots[-1].number:
            if len(self._slots) > 1:
                self._slots[-2].scan_times.clear()
            self._slots.append(_Slot(number))
        return self._slots[-1]

    def _within(self, now_ns: int) -> list[_Slot]:
        first = now_ns // _SLOT_NS - _SLOTS
        return [slot for slot in self._slots if slot.number > first]
