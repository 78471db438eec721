"""What any tracker takes and gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from clearway.domain import TrackStates
from clearway.tracking.exchange import Exchange


@dataclass(frozen=True, slots=True)
class Scan:
    """All detections that one sensor made at one instant, as columns; none is a scan too."""

    sensor_id: str
    time_ns: int
    position_m: NDArray[np.float64]
    """Shape (m, 2), site frame."""
    covariance_m2: NDArray[np.float64]
    """Shape (m, 2, 2)."""
    height_m: NDArray[np.float64] | None = None
    """Shape (m,): body heights, NaN where the sensor gives none; None where it never does."""


class Tracker(Protocol):
    """Follows every person on the floor.

    Scans arrive in order of their source time; several sensors may scan at the same instant.
    A tracker is deterministic: the same scans give the same tracks with the same ids.
    """

    def update(self, scan: Scan) -> None:
        """Take one scan into account."""
        ...

    def advance(self, time_ns: int) -> None:
        """Let time pass without a detection, so that tracks nobody sees come to their end."""
        ...

    def states(self) -> TrackStates:
        """All confirmed tracks at the newest time the tracker was told."""
        ...

    def take_exchanges(self) -> list[Exchange]:
        """Exchanges of tracks between people that became possible since this was last asked."""
        ...
