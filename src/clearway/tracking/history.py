"""The tracks as they were.

An alarm that arrives half a second late is matched to where people stood when it was measured;
matched to present positions it would name the next person as often as the right one.  What the
sensors have seen since then makes those places known better than they were at the time.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from itertools import islice, takewhile

import numpy as np

from clearway.domain import TrackStates, nanoseconds, seconds
from clearway.tracking import kalman

HINDSIGHT_S = 1.0
"""Later detections than this say nothing more of where somebody stood."""


class TrackHistory:
    """Ring buffer of the confirmed tracks after each scan.

    Parameters
    ----------
    length_s : float
        How far back it remembers.
    acceleration_density : float, optional
        q of the tracker's motion model in m^2/s^3.
    """

    def __init__(
        self,
        length_s: float,
        acceleration_density: float = kalman.WALKING_ACCELERATION_DENSITY,
    ) -> None:
        self._length_ns = nanoseconds(length_s)
        self._acceleration_density = acceleration_density
        self._snapshots: deque[TrackStates] = deque()

    def append(self, states: TrackStates) -> None:
        """Remember the newest state; times never go backwards."""
        if self._snapshots and self._snapshots[-1].time_ns == states.time_ns:
            self._snapshots.pop()
        self._snapshots.append(states)
        # The newest snapshot before the horizon still answers for the time just after it.
        horizon_ns = states.time_ns - self._length_ns
        while len(self._snapshots) > 1 and self._snapshots[1].time_ns <= horizon_ns:
            self._snapshots.popleft()

    def at(self, time_ns: int) -> TrackStates:
        """All confirmed tracks at an instant, by all that is known by now.

        The newest snapshot not after ``time_ns`` is predicted to it and then corrected by the
        snapshots of the second that follows (Rauch, Tung and Striebel, AIAA Journal 3(8), 1965).
        A track confirmed in that second is carried back to ``time_ns``.  Before the first
        snapshot nobody is known.

        Parameters
        ----------
        time_ns : int
            UTC.

        Returns
        -------
        TrackStates
            O(n s) for n tracks and s snapshots in a second.
        """
        index = bisect_right(self._snapshots, time_ns, key=lambda states: states.time_ns) - 1
        if index < 0:
            return TrackStates(
                time_ns, np.empty(0, dtype=np.int64), np.empty((0, 4)), np.empty((0, 4, 4))
            )
        hindsight_ns = time_ns + nanoseconds(HINDSIGHT_S)
        later = takewhile(
            lambda states: states.time_ns <= hindsight_ns, islice(self._snapshots, index + 1, None)
        )
        filtered = [self._predicted(self._snapshots[index], time_ns), *later]
        known = filtered.pop()
        while filtered:
            known = self._smoothed(filtered.pop(), known)
        return known

    def _predicted(self, states: TrackStates, time_ns: int) -> TrackStates:
        """The same tracks at another time; backwards too, which only widens the doubt."""
        elapsed_s = seconds(time_ns - states.time_ns)
        moved, covariances = kalman.predict(
            states.states, states.covariances, elapsed_s, self._acceleration_density
        )
        return states.replaced(time_ns, moved, covariances)

    def _smoothed(self, earlier: TrackStates, later: TrackStates) -> TrackStates:
        """What the later states say of the earlier time."""
        common, row, later_row = np.intersect1d(
            earlier.track_ids, later.track_ids, assume_unique=True, return_indices=True
        )
        states, covariances = earlier.states.copy(), earlier.covariances.copy()
        if len(common):
            predicted = self._predicted(earlier, later.time_ns)
            transition = kalman.transition_matrix(seconds(later.time_ns - earlier.time_ns))
            forecast = predicted.covariances[row]
            gain = np.linalg.solve(forecast, transition @ covariances[row]).transpose(0, 2, 1)
            surprise = later.states[later_row] - predicted.states[row]
            states[row] += np.einsum("nij,nj->ni", gain, surprise)
            change = later.covariances[later_row] - forecast
            covariances[row] += gain @ change @ gain.transpose(0, 2, 1)
        corrected = earlier.replaced(earlier.time_ns, states, covariances)
        newcomers = ~np.isin(later.track_ids, common)
        if not newcomers.any():
            return corrected
        return corrected.joined(self._predicted(later.select(newcomers), earlier.time_ns))
