"""norfair: Kalman filters and greedy association by Euclidean distance, the best fast peer.

The values were tuned on the development recording (bot-300-085-085, base, seed 1, its
busiest 15 s) and are frozen.  The variance of a step is what matters: ten times as much costs
15 HOTA, for then the filter takes the noise of the sensors for turns.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from clearway.bench.peers.base import installed_version, loaded
from clearway.bench.tracking.peers.prefusion import fused
from clearway.bench.tracking.scenario import Frame, Scenario
from clearway.bench.tracking.scoring import TrackedFrame

__all__ = ["Norfair"]


@dataclass(frozen=True, slots=True)
class Norfair:
    """Fed with pre-fused detections."""

    name: str = "norfair"
    reach_m: float = 0.6
    """Distance from which a detection is not the track's."""
    most_hits: int = 7
    """A track lives for at most as many scans without a detection."""
    delay: int = 3
    """Hits beyond the first that make a track."""
    measurement_m2: float = 0.02
    """Variance of a detection."""
    process_m2: float = 0.00004
    """Variance that a scan adds to position and to displacement per scan."""
    displacement_m2: float = 0.02
    """Prior variance of the displacement per scan: of a walk, (1.4 m/s x 0.1 s) squared."""

    def version(self) -> str:
        """Of norfair."""
        return installed_version("norfair")

    def start(self, scenario: Scenario) -> _Session:
        """Begin with no track."""
        return _Session(self, scenario)


class _Session:
    def __init__(self, settings: Norfair, scenario: Scenario) -> None:
        self._norfair = loaded("norfair")
        self._sigma_m = [sensor.sigma_m for sensor in scenario.sensors]
        self._tracker = self._norfair.Tracker(
            distance_function="euclidean",
            distance_threshold=settings.reach_m,
            hit_counter_max=settings.most_hits,
            initialization_delay=settings.delay,
            filter_factory=self._norfair.OptimizedKalmanFilterFactory(
                R=settings.measurement_m2,
                Q=settings.process_m2,
                pos_variance=settings.measurement_m2,
                vel_variance=settings.displacement_m2,
            ),
        )

    def take(self, frame: Frame) -> list[Any]:
        detections = fused(frame.detections_m, self._sigma_m)
        return [self._norfair.Detection(points=position[None]) for position in detections]

    def step(self, detections: list[Any]) -> list[Any]:
        tracks: list[Any] = self._tracker.update(detections=detections)
        return tracks

    def report(self, tracks: list[Any]) -> TrackedFrame:
        return TrackedFrame(
            np.array([track.id for track in tracks], dtype=np.int64),
            np.array([track.estimate[0] for track in tracks], dtype=np.float64).reshape(-1, 2),
        )
