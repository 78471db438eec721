"""How probable it is that a sensor sees a person who is there.

Misses are not independent.  A person hidden in one scan is likely hidden in the next, and people
close together hide each other.  Per sensor the misses are taken for a first-order Markov chain
(Gilbert, Bell System Technical Journal 39, 1960) whose four detection probabilities, after a hit
or a miss, alone or with a close neighbour, start from the stated one and are learned from the
tracks themselves.  A run of misses counts only once it has ended in a hit: a person who has left
teaches nothing about detection.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from clearway.tracking.sensors import PersonSensor

NEVER_SEEN = -1
"""In place of a run of misses: no hit by this sensor since the track entered its coverage."""
_LONGEST_RUN = 40
"""Longer runs say more about the track than about the sensor."""


class Detectability:
    """Of one sensor.

    Parameters
    ----------
    sensor : PersonSensor
    prior_scans : float
        Scans that the stated detection probability weighs.
    """

    def __init__(self, sensor: PersonSensor, prior_scans: float) -> None:
        stated = sensor.detection_probability
        # Axes: after a miss, with a close neighbour, (missed, hit).
        self._count = np.empty((2, 2, 2))
        self._count[..., 0] = (1.0 - stated) * prior_scans
        self._count[..., 1] = stated * prior_scans

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
        again = run[missed] - 1
        self._add(missed, close, 1, np.ones_like(run))
        self._add(np.zeros_like(first[missed]), first[missed], 0, np.ones_like(again))
        self._add(np.ones_like(first[missed]), close[missed], 0, again)

    def _add(
        self,
        after_miss: NDArray[np.bool_],
        close: NDArray[np.bool_],
        hit: int,
        weight: NDArray[np.int64],
    ) -> None:
        cell = 4 * after_miss.astype(np.intp) + 2 * close.astype(np.intp) + hit
        self._count += np.bincount(cell, weight, 8).reshape(2, 2, 2)
