"""What a simulated sensor sends, and who was really there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from clearway.domain import Detection, nanoseconds
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
class Registration:
    """How one sensor's positions and times lie against the truth, fixed for a run."""

    bias_m: tuple[float, float]
    covariance_m2: Covariance
    """As the sensor states it: noise and bias together, the only honest value it knows."""
    latency_s: float
    latency_jitter_s: float
    clock_offset_ns: int

    @classmethod
    def draw(cls, error: PositionError, rng: np.random.Generator) -> Registration:
        """Draw the fixed offset of one sensor for one run."""
        bias = rng.normal(0.0, error.bias_sigma_m, 2)
        variance = error.sigma_m**2 + error.bias_sigma_m**2
        return cls(
            (float(bias[0]), float(bias[1])),
            Covariance(variance, 0.0, variance),
            error.latency_s,
            error.latency_jitter_s,
            nanoseconds(error.clock_offset_s),
        )

    def stamp(self, time_ns: int, rng: np.random.Generator) -> tuple[int, int]:
        """Source time of one message by the sensor's clock, and its arrival by the engine's."""
        latency_s = self.latency_s + rng.exponential(self.latency_jitter_s)
        return time_ns + self.clock_offset_ns, time_ns + nanoseconds(latency_s)
