"""The tracks as columns."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Self

import numpy as np
from numpy.typing import NDArray

from clearway.tracking.detectability import NEVER_SEEN

TENTATIVE = 0
"""Track id of a track that is not confirmed."""


@dataclass(slots=True)
class TrackTable:
    """One row per track, tentative or confirmed, oldest first; s sensors."""

    track_id: NDArray[np.int64]
    """Shape (n,): `TENTATIVE`, or the number that it keeps for life."""
    state: NDArray[np.float64]
    """Shape (n, 4): position and velocity."""
    covariance: NDArray[np.float64]
    """Shape (n, 4, 4)."""
    existence: NDArray[np.float64]
    """Shape (n,): probability that this is a person who is still there."""
    last_hit_ns: NDArray[np.int64]
    """Shape (n,): the last scan that probably held a detection of it."""
    height_m: NDArray[np.float64]
    """Shape (n,)."""
    height_variance_m2: NDArray[np.float64]
    """Shape (n,)."""
    misses: NDArray[np.int64]
    """Shape (n, s): scans of each sensor since its last hit, or `NEVER_SEEN`."""
    close_at_first_miss: NDArray[np.bool_]
    """Shape (n, s): whether a neighbour stood close when those misses began."""

    @classmethod
    def of_detections(
        cls,
        time_ns: int,
        sensor: int,
        sensors: int,
        position_m: NDArray[np.float64],
        covariance_m2: NDArray[np.float64],
        speed_variance: float,
        existence: NDArray[np.float64],
        height_m: float,
        height_variance_m2: float,
    ) -> Self:
        """Tentative tracks at the places of some detections of one sensor, at rest so far.

        Parameters
        ----------
        time_ns, sensor, sensors : int
            Time and index of the sensor, and the number of sensors.
        position_m : (k, 2) float64
        covariance_m2 : (k, 2, 2) float64
        speed_variance : float
            Of each component of the velocity, in m^2/s^2.
        existence : (k,) float64
        height_m, height_variance_m2 : float
            Mean and variance of body heights, of people of whom nothing else is known.
        """
        count = len(position_m)
        state = np.zeros((count, 4))
        state[:, :2] = position_m
        covariance = np.zeros((count, 4, 4))
        covariance[:, :2, :2] = covariance_m2
        covariance[:, 2, 2] = covariance[:, 3, 3] = speed_variance
        misses = np.full((count, sensors), NEVER_SEEN, dtype=np.int64)
        misses[:, sensor] = 0
        return cls(
            track_id=np.full(count, TENTATIVE, dtype=np.int64),
            state=state,
            covariance=covariance,
            existence=existence,
            last_hit_ns=np.full(count, time_ns, dtype=np.int64),
            height_m=np.full(count, height_m),
            height_variance_m2=np.full(count, height_variance_m2),
            misses=misses,
            close_at_first_miss=np.zeros((count, sensors), dtype=bool),
        )

    @classmethod
    def empty(cls, sensors: int) -> Self:
        """No tracks."""
        return cls.of_detections(
            0, 0, sensors, np.empty((0, 2)), np.empty((0, 2, 2)), 0.0, np.empty(0), 0.0, 0.0
        )

    def __len__(self) -> int:
        return len(self.track_id)

    @property
    def confirmed(self) -> NDArray[np.bool_]:
        """Shape (n,): which tracks are people."""
        confirmed: NDArray[np.bool_] = self.track_id != TENTATIVE
        return confirmed

    def keep(self, kept: NDArray[np.bool_]) -> None:
        """Drop all rows but those where ``kept``, shape (n,), is true."""
        if kept.all():
            return
        for column in fields(self):
            setattr(self, column.name, getattr(self, column.name)[kept])

    def select(self, rows: NDArray[np.intp]) -> Self:
        """Copies of some rows, ascending and each once; the table itself if they are all."""
        if len(rows) == len(self):
            return self
        return type(self)(*(getattr(self, column.name)[rows] for column in fields(self)))

    def put(self, rows: NDArray[np.intp], part: Self) -> None:
        """Write back what `select` gave, changed."""
        if part is self:
            return
        for column in fields(self):
            getattr(self, column.name)[rows] = getattr(part, column.name)

    def extend(self, other: Self) -> None:
        """Append the rows of another table."""
        for column in fields(self):
            joined = np.concatenate([getattr(self, column.name), getattr(other, column.name)])
            setattr(self, column.name, joined)
