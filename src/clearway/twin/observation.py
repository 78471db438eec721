"""What a simulated sensor sends, and who was really there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clearway.domain import Detection, Evidence, nanoseconds
from clearway.domain.detection import Covariance
from clearway.site.schema import PositionError

NOBODY = -1
"""The true person of clutter, ghosts and shots that hit nobody."""


@dataclass(frozen=True, slots=True)
class Observation:
    """A detection and its truth; the engine is given the detection alone."""

    detection: Detection
    person: int
    """Index of the true person in the crowd, or `NOBODY`."""
    true_ns: int
    """When it happened, by UTC; the sensor's clock may differ."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """The times of one message, UTC nanoseconds."""

    true_ns: int
    source_ns: int
    """By the sensor's clock."""
    received_ns: int
    """Arrival, by the engine's clock."""


class Messenger:
    """Turns what one simulated sensor measures into its numbered messages.

    Parameters
    ----------
    sensor_id : str
    error : PositionError
        The fixed position offset is drawn from it once.
    rng : numpy.random.Generator
        The sensor's own stream.
    """

    def __init__(self, sensor_id: str, error: PositionError, rng: np.random.Generator) -> None:
        self._sensor_id = sensor_id
        self._error = error
        self._rng = rng
        self.bias_m: NDArray[np.float64] = rng.normal(0.0, error.bias_sigma_m, 2)
        """Fixed offset of this sensor's positions, shape (2,): its registration error."""
        # Noise and bias together: the only honest value that the sensor itself can state.
        variance = error.sigma_m**2 + error.bias_sigma_m**2
        self._covariance = Covariance(variance, 0.0, variance)
        self._sequence = 0

    def stamp(self, true_ns: int) -> Stamp:
        """Times of a message about something that happened at ``true_ns``."""
        latency_s = self._error.latency_s + self._rng.exponential(self._error.latency_jitter_s)
        return Stamp(
            true_ns,
            true_ns + nanoseconds(self._error.clock_offset_s),
            true_ns + nanoseconds(latency_s),
        )

    def observation(
        self,
        stamp: Stamp,
        position_m: tuple[float, float],
        person: int,
        evidence: Evidence | None = None,
        source: int | None = None,
        cue: str | None = None,
    ) -> Observation:
        """The next message: a detection at ``position_m`` as measured, site frame.

        ``source`` is the sensor's own number for the person, where it looks more than once;
        ``cue`` is the id of the cue that asked for the look.
        """
        self._sequence += 1
        x_m, y_m = position_m
        detection = Detection(
            self._sensor_id,
            self._sequence,
            stamp.source_ns,
            stamp.received_ns,
            x_m,
            y_m,
            self._covariance,
            evidence,
            source=source,
            cue=cue,
        )
        return Observation(detection, person, stamp.true_ns)
