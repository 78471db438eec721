"""Frames that wait to be examined: few, because an old frame is worth less than a new one."""

from __future__ import annotations

from collections import deque
from threading import Condition

from clearway.errors import ArgumentError
from clearway.nodes.curtain.frames import RadarFrame

__all__ = ["Backlog"]


class Backlog:
    """Frames between the thread that receives and the one that examines.

    Frames come out in order.  When one comes and all places are taken, the oldest one goes: with a
    capacity of 1 the newest frame is always next.

    Parameters
    ----------
    capacity : int
        Frames that may wait; as many as there are panels keeps both in turn.

    Raises
    ------
    ArgumentError
        A capacity below 1.

    Examples
    --------
    >>> import numpy as np
    >>> backlog = Backlog(2)
    >>> for number in range(5):
    ...     backlog.put(RadarFrame(number, 0, 0, np.zeros((1, 1), np.complex64)))
    >>> backlog.take(0.0).sequence, backlog.take(0.0).sequence, backlog.dropped
    (3, 4, 3)
    """

    def __init__(self, capacity: int = 2) -> None:
        if capacity < 1:
            raise ArgumentError("capacity", f"is {capacity}", "give at least 1")
        self._capacity = capacity
        self._frames: deque[RadarFrame] = deque()
        self._change = Condition()
        self._closed = False
        self.dropped = 0
        """Frames that had to go."""

    def put(self, frame: RadarFrame, *, wait: bool = False) -> None:
        """Add a frame.

        Parameters
        ----------
        frame : RadarFrame
        wait : bool
            Until there is room, instead of dropping: for a recording, which loses nothing by it.
        """
        with self._change:
            while wait and len(self._frames) >= self._capacity and not self._closed:
                self._change.wait()
            if self._closed:
                return
            while len(self._frames) >= self._capacity:
                self._frames.popleft()
                self.dropped += 1
            self._frames.append(frame)
            self._change.notify_all()

    def take(self, patience_s: float) -> RadarFrame | None:
        """The oldest frame that waits; None if none comes in time, or ever."""
        with self._change:
            self._change.wait_for(lambda: self._frames or self._closed, patience_s)
            if not self._frames:
                return None
            frame = self._frames.popleft()
            self._change.notify_all()
            return frame

    @property
    def ended(self) -> bool:
        """Whether nothing waits and nothing more will come."""
        with self._change:
            return self._closed and not self._frames

    def close(self) -> None:
        """Take no more; what waits may still be taken."""
        with self._change:
            self._closed = True
            self._change.notify_all()
