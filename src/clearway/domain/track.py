"""A track: one person in motion."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Track:
    """The state of one person's track at one instant."""

    track_id: int
    time_ns: int
    x_m: float
    y_m: float
    velocity_x_m_s: float
    velocity_y_m_s: float
    sigma_m: float
    """Root mean square of the position standard deviations of the two axes."""


@dataclass(frozen=True, slots=True)
class TrackStates:
    """All confirmed tracks at one instant, as columns."""

    time_ns: int
    track_ids: NDArray[np.int64]
    """Shape (n,)."""
    states: NDArray[np.float64]
    """Shape (n, 4): east and north position in m, east and north velocity in m/s."""
    covariances: NDArray[np.float64]
    """Shape (n, 4, 4), of ``states``."""

    def __len__(self) -> int:
        return len(self.track_ids)

    @property
    def sigma_m(self) -> NDArray[np.float64]:
        """Shape (n,): root mean square of the position standard deviations of the two axes."""
        variance = (self.covariances[:, 0, 0] + self.covariances[:, 1, 1]) / 2
        return np.sqrt(variance)

    def track(self, index: int) -> Track:
        """One row as a `Track`."""
        x, y, vx, vy = self.states[index].tolist()
        sigma_m = float(self.sigma_m[index])
        return Track(int(self.track_ids[index]), self.time_ns, x, y, vx, vy, sigma_m)
