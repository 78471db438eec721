"""Frames of a ring in shared memory, as a source."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Event

from clearway.nodes.curtain.frames import RadarFrame
from clearway.nodes.curtain.sources.shared_memory import FrameRing

__all__ = ["RingSource"]

_POLL_S = 0.002


class RingSource:
    """Frames of a ring, as a source.

    Parameters
    ----------
    name : str
        Of the ring, see `FrameRing.attach`.

    Raises
    ------
    InputError
        As of `FrameRing.attach`.
    """

    live = True

    def __init__(self, name: str) -> None:
        self._ring = FrameRing.attach(name)
        self._begun = False
        self._closed = Event()

    @property
    def dropped(self) -> int:
        """Frames that were overwritten before they were read."""
        return self._ring.gaps.missing

    def frames(self) -> Iterator[RadarFrame]:
        """Frames as they come, until closed."""
        self._begun = True
        try:
            while not self._closed.is_set():
                frame = self._ring.read()
                if frame is None:
                    self._closed.wait(_POLL_S)
                else:
                    yield frame
        finally:
            self._ring.close()

    def close(self) -> None:
        """End `frames`."""
        self._closed.set()
        if not self._begun:
            self._ring.close()
