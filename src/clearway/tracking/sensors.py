"""What the tracker knows of a sensor that sees people."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray


@dataclass(frozen=True)
class PersonSensor:
    """A sensor that reports where people are: its errors, its rate and what it overlooks."""

    sensor_id: str
    sigma_m: float
    """Standard deviation of a reported position, per axis; > 0."""
    detection_probability: float
    """Probability that a person in the coverage whom nobody hides is reported in a scan."""
    clutter_per_scan: float
    """False detections per scan, mean, spread evenly over the coverage; >= 0."""
    rate_hz: float
    """Scans per second."""
    coverage: tuple[tuple[float, float], ...]
    """Corners of the polygon that it sees, site frame, metres."""

    @cached_property
    def area(self) -> shapely.Polygon:
        """The coverage, prepared for many questions."""
        polygon = shapely.Polygon(self.coverage)
        shapely.prepare(polygon)
        return polygon

    def covers(self, position_m: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Which positions, shape (n, 2), lie in the coverage."""
        inside: NDArray[np.bool_] = shapely.intersects_xy(
            self.area, position_m[:, 0], position_m[:, 1]
        )
        return inside

    def reaches(self, position_m: NDArray[np.float64], margin_m: float) -> NDArray[np.bool_]:
        """Which positions lie in the coverage or at most ``margin_m`` beside it."""
        near: NDArray[np.bool_] = shapely.dwithin(
            self.area, shapely.points(position_m[:, :2]), margin_m
        )
        return near
