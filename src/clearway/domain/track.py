"""A track: one person in motion."""

from __future__ import annotations

from dataclasses import dataclass, replace

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
    height_m: NDArray[np.float64] | None = None
    """Shape (n,): body heights, NaN where unknown; None where no sensor gives any."""
    height_sigma_m: NDArray[np.float64] | None = None
    """Shape (n,): their standard deviations, NaN where unknown."""

    def __len__(self) -> int:
        return len(self.track_ids)

    def replaced(
        self, time_ns: int, states: NDArray[np.float64], covariances: NDArray[np.float64]
    ) -> TrackStates:
        """The same tracks in other states."""
        return replace(self, time_ns=time_ns, states=states, covariances=covariances)

    def select(self, kept: NDArray[np.bool_]) -> TrackStates:
        """Only the tracks where ``kept``, shape (n,), is true."""
        return TrackStates(
            self.time_ns,
            self.track_ids[kept],
            self.states[kept],
            self.covariances[kept],
            None if self.height_m is None else self.height_m[kept],
            None if self.height_sigma_m is None else self.height_sigma_m[kept],
        )

    def joined(self, other: TrackStates) -> TrackStates:
        """These tracks and others of the same time, in the order of their ids."""
        order = np.argsort(np.concatenate([self.track_ids, other.track_ids]), kind="stable")

        def both(
            one: NDArray[np.float64] | None, two: NDArray[np.float64] | None
        ) -> NDArray[np.float64] | None:
            return None if one is None or two is None else np.concatenate([one, two])[order]

        return TrackStates(
            self.time_ns,
            np.concatenate([self.track_ids, other.track_ids])[order],
            np.concatenate([self.states, other.states])[order],
            np.concatenate([self.covariances, other.covariances])[order],
            both(self.height_m, other.height_m),
            both(self.height_sigma_m, other.height_sigma_m),
        )

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
