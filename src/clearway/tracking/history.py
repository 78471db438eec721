"""The tracks as they were.

An alarm that arrives half a second late is matched to where people stood when it was measured;
matched to present positions it would name the next person as often as the right one.  What the
sensors have seen since then makes those places known better than they were at the time.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clearway.domain import TrackStates, nanoseconds, seconds
from clearway.tracking import kalman

HINDSIGHT_S = 1.0
"""Later detections than this say nothing more of where somebody stood."""
_MOST_ANSWERS = 256
"""More than the looks that a threat sensor has at a person, so that asking anew costs nothing."""


@dataclass(frozen=True, slots=True)
class _Step:
    """What the n tracks of a snapshot say of the next one, and how much that corrects them."""

    states: NDArray[np.float64]
    """Shape (n, 4): predicted to the next one's time."""
    covariances: NDArray[np.float64]
    """Shape (n, 4, 4)."""
    gain: NDArray[np.float64]
    """Shape (n, 4, 4), transposed."""
    same_tracks: bool
    """Whether the next one has the same tracks in the same order."""


@dataclass(frozen=True, slots=True)
class _Corrected:
    """A snapshot by all that later ones say of it."""

    snapshot: TrackStates
    states: NDArray[np.float64]
    """Shape (n, 4): of the snapshot's own tracks."""
    covariances: NDArray[np.float64]
    """Shape (n, 4, 4)."""
    newcomers: TrackStates | None
    """Tracks that only later ones have, carried back to its time."""

    @property
    def everybody(self) -> TrackStates:
        """Its own tracks and the newcomers."""
        own = self.snapshot.replaced(self.snapshot.time_ns, self.states, self.covariances)
        return own if self.newcomers is None else own.joined(self.newcomers)


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
        self._forget_work()

    @property
    def newest(self) -> TrackStates | None:
        """The tracks as appended last; None before the first."""
        return self._snapshots[-1] if self._snapshots else None

    def append(self, states: TrackStates) -> None:
        """Remember the newest state; times never go backwards."""
        if self._snapshots and self._snapshots[-1].time_ns == states.time_ns:
            self._snapshots.pop()
            if self._snapshots:
                self._steps.pop(self._snapshots[-1].time_ns, None)
        self._snapshots.append(states)
        self._chain.clear()
        # The newest snapshot before the horizon still answers for the time just after it.
        horizon_ns = states.time_ns - self._length_ns
        while len(self._snapshots) > 1 and self._snapshots[1].time_ns <= horizon_ns:
            self._steps.pop(self._snapshots.popleft().time_ns, None)
        for time_ns in [time_ns for time_ns in self._answers if time_ns < horizon_ns]:
            del self._answers[time_ns]

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
            O(n s) for n tracks and s snapshots in a second; O(n) for another instant whose second
            ends with the same snapshot, and O(1) for the same instant.
        """
        index = self._last_until(time_ns)
        if index < 0:
            return TrackStates(
                time_ns, np.empty(0, dtype=np.int64), np.empty((0, 4)), np.empty((0, 4, 4))
            )
        last = self._last_until(time_ns + nanoseconds(HINDSIGHT_S))
        newest, known = self._answers.get(time_ns, (None, None))
        if known is None or newest is not self._snapshots[last]:
            known = self._predicted(self._snapshots[index], time_ns)
            if last > index:
                step = self._step(known, self._snapshots[index + 1])
                known = self._smoothed(known, step, self._corrected(index + 1, last)).everybody
            self._keep(time_ns, self._snapshots[last], known)
        return known

    def __getstate__(self) -> dict[str, Any]:
        """Leave out what can be worked out again."""
        return {
            name: value
            for name, value in vars(self).items()
            if name not in ("_steps", "_chain", "_answers")
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self._forget_work()

    def _forget_work(self) -> None:
        self._steps: dict[int, _Step] = {}
        """From the snapshot of each time to the next."""
        self._chain: list[_Corrected] = []
        """Snapshots corrected by all up to the first in the list, the latest first."""
        self._answers: dict[int, tuple[TrackStates, TrackStates]] = {}
        """By instant: the last snapshot that has corrected it, and the answer."""

    def _last_until(self, time_ns: int) -> int:
        """Index of the newest snapshot that is not after ``time_ns``, -1 if there is none."""
        return bisect_right(self._snapshots, time_ns, key=lambda states: states.time_ns) - 1

    def _keep(self, time_ns: int, last: TrackStates, answer: TrackStates) -> None:
        self._answers.pop(time_ns, None)
        if len(self._answers) == _MOST_ANSWERS:
            del self._answers[next(iter(self._answers))]
        self._answers[time_ns] = last, answer

    def _corrected(self, index: int, last: int) -> _Corrected:
        """A snapshot by all that those up to ``last`` say of it.

        The corrections run backwards from the last one, so that all instants whose second ends
        with it, as it does for all of the last second, have them in common.
        """
        newest = self._snapshots[last]
        if not self._chain or self._chain[0].snapshot is not newest:
            self._chain = [_Corrected(newest, newest.states, newest.covariances, None)]
        while len(self._chain) <= last - index:
            later = self._chain[-1]
            earlier = self._snapshots[last - len(self._chain)]
            step = self._steps.get(earlier.time_ns)
            if step is None:
                step = self._steps[earlier.time_ns] = self._step(earlier, later.snapshot)
            self._chain.append(self._smoothed(earlier, step, later))
        return self._chain[last - index]

    def _predicted(self, states: TrackStates, time_ns: int) -> TrackStates:
        """The same tracks at another time; backwards too, which only widens the doubt."""
        elapsed_s = seconds(time_ns - states.time_ns)
        moved, covariances = kalman.predict(
            states.states, states.covariances, elapsed_s, self._acceleration_density
        )
        return states.replaced(time_ns, moved, covariances)

    def _step(self, earlier: TrackStates, later: TrackStates) -> _Step:
        predicted = self._predicted(earlier, later.time_ns)
        transition = kalman.transition_matrix(seconds(later.time_ns - earlier.time_ns))
        gain = np.linalg.solve(predicted.covariances, transition @ earlier.covariances)
        return _Step(
            predicted.states,
            predicted.covariances,
            np.asarray(gain, dtype=np.float64),
            np.array_equal(earlier.track_ids, later.track_ids),
        )

    def _smoothed(self, earlier: TrackStates, step: _Step, later: _Corrected) -> _Corrected:
        """What the later states say of the earlier time."""
        row: NDArray[np.intp] | slice = slice(None)
        later_states, later_covariances = later.states, later.covariances
        newcomers = later.newcomers
        if not step.same_tracks:
            everybody = later.everybody
            _, row, later_row = np.intersect1d(
                earlier.track_ids, everybody.track_ids, assume_unique=True, return_indices=True
            )
            later_states = everybody.states[later_row]
            later_covariances = everybody.covariances[later_row]
            new = np.ones(len(everybody), dtype=bool)
            new[later_row] = False
            newcomers = everybody.select(new) if new.any() else None
        states, covariances = earlier.states.copy(), earlier.covariances.copy()
        gain = step.gain[row].transpose(0, 2, 1)
        states[row] += np.einsum("nij,nj->ni", gain, later_states - step.states[row])
        change = later_covariances - step.covariances[row]
        covariances[row] += gain @ change @ gain.transpose(0, 2, 1)
        if newcomers is not None:
            newcomers = self._predicted(newcomers, earlier.time_ns)
        return _Corrected(earlier, states, covariances, newcomers)
