"""Everybody who is followed, at one instant: what a plan of the site shows."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray


class Mark(IntEnum):
    """What an open alarm says of a person."""

    NONE = 0
    CANDIDATE = 1
    """May be the carrier that an alarm is about."""
    LEADING = 2
    """The most probable candidate of an alarm."""


@dataclass(frozen=True, slots=True)
class TrackPicture:
    """All tracks and what is known of each person, as columns of shape (n,)."""

    time_ns: int
    track_id: NDArray[np.integer]
    x_m: NDArray[np.floating]
    y_m: NDArray[np.floating]
    velocity_x_m_s: NDArray[np.floating]
    velocity_y_m_s: NDArray[np.floating]
    sigma_m: NDArray[np.floating]
    """Root mean square of the position standard deviations of the two axes."""
    threat: NDArray[np.floating]
    """Probability that the person carries any threat."""
    examined_curtain: NDArray[np.floating]
    """Share of the person that a curtain examined."""
    examined_trace: NDArray[np.floating]
    """Share of the person that a trace sensor examined."""
    mark: NDArray[np.integer]
    """A `Mark` each."""

    def __len__(self) -> int:
        return len(self.track_id)
