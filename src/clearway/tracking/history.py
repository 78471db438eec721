"""The tracks as they were.

An alarm that arrives half a second late is matched to where people stood when it was measured;
matched to present positions it would name the next person as often as the right one.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import deque

import numpy as np

from clearway.domain import TrackStates, nanoseconds, seconds
from clearway.tracking import kalman


class TrackHistory:
    """Ring buffer of the confirmed tracks after each scan.

    Parameters
    ----------
    length_s : float
        How far back it remembers.
    """

    def __init__(self, length_s: float) -> None:
        self._length_ns = nanoseconds(length_s)
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
        """All confirmed tracks at an instant, as they were known then.

        The newest snapshot not after ``time_ns`` is predicted to it; before the first snapshot
        nobody is known.
        """
        index = bisect_right(self._snapshots, time_ns, key=lambda states: states.time_ns) - 1
        if index < 0:
            return TrackStates(
                time_ns, np.empty(0, dtype=np.int64), np.empty((0, 4)), np.empty((0, 4, 4))
            )
        snapshot = self._snapshots[index]
        moved, covariances = kalman.predict(
            snapshot.states,
            snapshot.covariances,
            seconds(time_ns - snapshot.time_ns),
            kalman.WALKING_ACCELERATION_DENSITY,
        )
        return TrackStates(time_ns, snapshot.track_ids, moved, covariances)
