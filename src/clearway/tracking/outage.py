"""Whether a silent sensor sees nobody, or sees nothing."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_FAILURE = 1e-3
"""Prior probability that a sensor fails between two scans."""
_REPAIR = 1e-2
"""Prior probability that a failed sensor is back, as long as it stays silent."""


class Outage:
    """Of one sensor: a two-state chain, working or failed, that scans without a detection tell.

    A working sensor misses everybody at once with probability prod(1 - r_i Pd_i) exp(-clutter).
    With twenty people in view that is far less likely than a failure; with none it says nothing.
    """

    def __init__(self) -> None:
        self._failed = 0.0

    @property
    def silent(self) -> bool:
        """Whether the sensor has probably failed."""
        return self._failed > 0.5

    def hear(self, detections: int, expected: NDArray[np.float64], clutter_per_scan: float) -> bool:
        """Take in a scan.

        Parameters
        ----------
        detections : int
            Their number.
        expected : (n,) float64
            Probability of each track that the scan holds a detection of it.
        clutter_per_scan : float

        Returns
        -------
        bool
            Whether the sensor has probably failed, so that this silence says nothing of people.
        """
        if detections:
            self._failed = 0.0
            return False
        failed = self._failed * (1.0 - _REPAIR) + (1.0 - self._failed) * _FAILURE
        nothing = float(np.exp(np.log1p(-expected).sum() - clutter_per_scan))
        self._failed = failed / (failed + (1.0 - failed) * nothing)
        return self.silent
