"""Following one or two people from the places where a panel sees them.

The last places of a person are fitted by a straight line with least squares, which for even steps
and errors is the growing-memory g-h filter, or alpha-beta filter (E. Brookner, *Tracking and Kalman
Filtering Made Easy*, 1998, chapter 1).  Two panels in turn look at uneven steps, and an image tells
a place better than the coarse pass does; the fit weighs both.  People walk, and so a velocity v is
expected to be normal about 0 with V = 1.4 m/s before anything is seen::

    v = sum w (t - t') (p - p') / (sum w (t - t')^2 + 1 / V^2),   w = 1 / sigma^2

with the weighted means t' and p'; the denominator is the inverse of the variance of v.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count

import numpy as np
from scipy.optimize import linear_sum_assignment

from clearway.nodes.curtain.people import Person

__all__ = ["Follower"]

MEMORY_S = 0.65
"""For how long a place counts; longer would follow a change of speed too late."""

COARSE_SIGMA_M = 0.10
"""Error of a place that the coarse pass tells, per axis."""
IMAGE_SIGMA_M = 0.04
"""The same of one that an image tells."""
WALKING_M_S = 1.4
"""Standard deviation of people's velocities before anything is seen."""
_FAR_M = 1e3


@dataclass(slots=True)
class _Track:
    id: int
    places: deque[tuple[float, float, float, float]] = field(default_factory=deque)
    """Time, east, north and weight."""
    middle: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """Weighted mean of the places."""
    velocity_m_s: tuple[float, float] = (0.0, 0.0)
    velocity_sigma_m_s: float = WALKING_M_S

    @property
    def seen_s(self) -> float:
        return self.places[-1][0]

    def at(self, time_s: float) -> tuple[float, float]:
        ahead_s = time_s - self.middle[0]
        return (
            self.middle[1] + ahead_s * self.velocity_m_s[0],
            self.middle[2] + ahead_s * self.velocity_m_s[1],
        )

    def take(self, time_s: float, place_m: tuple[float, float], sigma_m: float) -> None:
        self.places.append((time_s, *place_m, sigma_m**-2))
        while time_s - self.places[0][0] > MEMORY_S:
            self.places.popleft()
        rows = np.array(self.places)
        weight = rows[:, 3]
        mean = weight @ rows[:, :3] / weight.sum()
        off = rows[:, :3] - mean
        precision = float(weight @ off[:, 0] ** 2) + WALKING_M_S**-2
        velocity = (weight * off[:, 0]) @ off[:, 1:] / precision
        self.middle = (float(mean[0]), float(mean[1]), float(mean[2]))
        self.velocity_m_s = (float(velocity[0]), float(velocity[1]))
        self.velocity_sigma_m_s = precision**-0.5

    def person(self, time_s: float) -> Person:
        return Person(self.id, self.at(time_s), self.velocity_m_s, self.velocity_sigma_m_s)


class Follower:
    """Gives people numbers and velocities.

    Parameters
    ----------
    gate_m : float
        How far a place may lie from where a person is expected.
    lost_s : float
        Who is not seen for so long is forgotten.

    Examples
    --------
    >>> follower = Follower()
    >>> for frame in range(8):
    ...     follower.sight(0.1 * frame, [(0.14 * frame, 1.2)])
    >>> (person,) = follower.at(0.7)
    >>> [round(v, 2) for v in person.velocity_m_s], person.id
    ([1.37, 0.0], 1)
    """

    def __init__(self, *, gate_m: float = 0.5, lost_s: float = 0.6) -> None:
        self._gate_m = gate_m
        self._lost_s = lost_s
        self._tracks: list[_Track] = []
        self._numbers = count(1)

    def at(self, time_s: float) -> tuple[Person, ...]:
        """Everybody who was seen lately, where they should be at a time."""
        self._tracks = [track for track in self._tracks if time_s - track.seen_s <= self._lost_s]
        return tuple(track.person(time_s) for track in self._tracks)

    def sight(self, time_s: float, places_m: Sequence[tuple[float, float]]) -> None:
        """Take all the places that a coarse pass tells.

        One without a person near it begins a person.
        """
        self.at(time_s)
        new = set(range(len(places_m)))
        if places_m and self._tracks:
            cost = np.array(
                [[self._off(track, time_s, place) for place in places_m] for track in self._tracks]
            )
            for row, column in zip(*linear_sum_assignment(cost), strict=True):
                if cost[row, column] < _FAR_M:
                    self._tracks[int(row)].take(time_s, places_m[int(column)], COARSE_SIGMA_M)
                    new.discard(int(column))
        for number in sorted(new):
            track = _Track(next(self._numbers))
            track.take(time_s, places_m[number], COARSE_SIGMA_M)
            self._tracks.append(track)

    def correct(self, person: int, time_s: float, place_m: tuple[float, float]) -> None:
        """Take one person's place, as an image shows it, unless it is too far off."""
        for track in self._tracks:
            if track.id == person and self._off(track, time_s, place_m) < _FAR_M:
                track.take(time_s, place_m, IMAGE_SIGMA_M)

    def _off(self, track: _Track, time_s: float, place_m: tuple[float, float]) -> float:
        """Distance from where the person is expected; very far outside of the gate."""
        expected = track.at(time_s)
        off_m = float(np.hypot(place_m[0] - expected[0], place_m[1] - expected[1]))
        unknown_m = track.velocity_sigma_m_s * (time_s - track.middle[0])
        return off_m if off_m <= self._gate_m + unknown_m else _FAR_M
