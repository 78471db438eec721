"""One frame of one panel, and where frames come from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = ["FrameSource", "Gaps", "RadarFrame"]


@dataclass(frozen=True, eq=False, slots=True)
class RadarFrame:
    """Samples of one sweep of one panel."""

    sequence: int
    """The instrument's running number over all its panels; a gap is a lost frame."""
    time_ns: int
    """UTC of the middle of the sweep: the instant that an image shows."""
    panel: int
    """Number of the panel in the site file, from 0."""
    samples: NDArray[np.complex64]
    """(n_freq, n_tx, n_rx) or (n_freq, n_pairs), as the radar measures them."""


class FrameSource(Protocol):
    """Gives frames, in a thread of its own."""

    live: bool
    """Whether an instrument goes on without waiting for whoever reads."""

    @property
    def dropped(self) -> int:
        """Frames that were measured and never came."""
        ...

    def frames(self) -> Iterator[RadarFrame]:
        """Frames in the order of time, until the source ends or is closed."""
        ...

    def close(self) -> None:
        """End `frames` soon; may be called from any thread, and twice."""
        ...


class Gaps:
    """Counts what is missing from running numbers.

    Examples
    --------
    >>> gaps = Gaps()
    >>> for number in (7, 8, 11, 1, 2):
    ...     gaps.note(number)
    >>> gaps.missing
    2
    """

    def __init__(self) -> None:
        self.missing = 0
        self._last: int | None = None

    def note(self, sequence: int) -> None:
        """Take the next number; one that is not higher is that of an instrument begun anew."""
        if self._last is not None and sequence > self._last:
            self.missing += sequence - self._last - 1
        self._last = sequence
