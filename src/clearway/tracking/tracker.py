"""What any tracker takes and gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, Self

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

    @classmethod
    def of_positions(
        cls,
        sensor_id: str,
        time_ns: int,
        position_m: NDArray[np.float64],
        sigma_m: float,
        height_m: NDArray[np.float64] | None = None,
    ) -> Self:
        """Detections that all have the standard deviation ``sigma_m`` on either axis."""
        covariance_m2 = np.tile(np.eye(2) * sigma_m**2, (len(position_m), 1, 1))
        return cls(sensor_id, time_ns, position_m, covariance_m2, height_m)

    @classmethod
    def empty(cls, sensor_id: str, time_ns: int) -> Self:
        """A scan in which the sensor saw nobody."""
        return cls(sensor_id, time_ns, np.empty((0, 2)), np.empty((0, 2, 2)))


class Tracker(Protocol):
    """Follows every person on the floor.

    Scans arrive in order of their source time; several sensors may scan at the same instant.
    A tracker is deterministic: the same scans give the same tracks with the same ids.
    """

    def update(self, scan: Scan) -> list[Exchange]:
        """Take one scan into account; gives the exchanges of tracks that it made possible."""
        ...

    def advance(self, time_ns: int) -> None:
        """Let time pass without a detection, so that tracks nobody sees come to their end."""
        ...

    def states(self) -> TrackStates:
        """All confirmed tracks at the newest time the tracker was told."""
        ...
