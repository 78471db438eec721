"""How probable it is that a sensor sees a person who is there.

Misses are not independent.  A person hidden in one scan is likely hidden in the next, and people
close together hide each other.  Per sensor the misses are taken for a first-order Markov chain
(Gilbert, Bell System Technical Journal 39, 1960) with four detection probabilities: after a hit or
a miss, alone or with a close neighbour.  They start from the stated one and are learned from the
tracks themselves.  A run of misses counts only once it has ended in a hit: a
person who has left teaches nothing about detection.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from clearway.tracking.sensors import PersonSensor
from clearway.tracking.settings import TrackerSettings

NEVER_SEEN = -1
"""In place of a run of misses: no hit by this sensor since the track entered its coverage."""
_LONGEST_RUN = 40
"""Longer runs say more about the track than about the sensor."""


class Detectability:
    """Of one sensor.

    Parameters
    ----------
    sensor : PersonSensor
    settings : TrackerSettings
    """

    def __init__(self, sensor: PersonSensor, settings: TrackerSettings) -> None:
        # Axes: after a miss, with a close neighbour, (missed, hit).
        self._count = np.empty((2, 2, 2))
        self._count[..., 1] = sensor.detection_probability
        self._count[..., 0] = 1.0 - self._count[..., 1]
        self._count *= settings.detectability_prior_scans

    def probability(
        self, misses: NDArray[np.int64], close: NDArray[np.bool_]
    ) -> NDArray[np.float64]:
        """Detection probability of each track in the coverage.

        Parameters
        ----------
        misses : (n,) int64
            Scans without a hit since the last one, or `NEVER_SEEN`.
        close : (n,) bool
            Whether a neighbour stands close.

        Returns
        -------
        (n,) float64
        """
        share = self._count[..., 1] / self._count.sum(axis=2)
        probability: NDArray[np.float64] = share[
            (misses > 0).astype(np.intp), close.astype(np.intp)
        ]
        return probability

    def learn(
        self,
        ended_run: NDArray[np.int64],
        close: NDArray[np.bool_],
        close_at_first_miss: NDArray[np.bool_],
    ) -> None:
        """Take in the tracks that were hit in a scan.

        Parameters
        ----------
        ended_run : (k,) int64
            Misses of each before this hit.
        close : (k,) bool
            Whether a neighbour stands close now.
        close_at_first_miss : (k,) bool
            Whether one did when the run of misses began.
        """
        usable = (ended_run >= 0) & (ended_run < _LONGEST_RUN)
        run, close, first = ended_run[usable], close[usable], close_at_first_miss[usable]
        missed = run > 0
        hit_cell = 4 * missed + 2 * close + 1
        first_miss_cell = 2 * first[missed]
        next_miss_cell = 4 + 2 * close[missed]
        cell = np.concatenate([hit_cell, first_miss_cell, next_miss_cell])
        weight = np.ones(len(cell))
        weight[len(cell) - len(next_miss_cell) :] = run[missed] - 1
        self._count += np.bincount(cell, weight, 8).reshape(2, 2, 2)
