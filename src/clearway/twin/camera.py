"""A camera node at detection level: noise, misses, occlusion, clutter and a fixed offset."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from clearway.domain import nanoseconds, seconds
from clearway.site.schema import Camera
from clearway.twin.crowd.people import Crowd
from clearway.twin.observation import NOBODY, Messenger, Observation


class CameraTwin:
    """Simulates one camera.

    Parameters
    ----------
    sensor : Camera
    crowd : Crowd
    rng : numpy.random.Generator
        This sensor's own stream.
    start_ns : int
        UTC of the crowd's frame 0.
    """

    def __init__(
        self, sensor: Camera, crowd: Crowd, rng: np.random.Generator, start_ns: int
    ) -> None:
        self._sensor = sensor
        self._crowd = crowd
        self._rng = rng
        self._start_ns = start_ns
        self._coverage = shapely.Polygon(sensor.coverage)
        shapely.prepare(self._coverage)
        self._messenger = Messenger(sensor.id, sensor.error_model, rng)
        self._interval_ns = nanoseconds(1.0 / sensor.rate_hz)
        self._next_ns = int(rng.integers(self._interval_ns))

    def sense(self, until_ns: int) -> list[Observation]:
        """All detections of scans before ``until_ns`` (from the start of the run)."""
        observations: list[Observation] = []
        while self._next_ns < until_ns:
            observations.extend(self._scan(self._next_ns))
            self._next_ns += self._interval_ns
        return observations

    def _scan(self, time_ns: int) -> list[Observation]:
        error = self._sensor.error_model
        present = self._crowd.at(seconds(time_ns))
        inside = shapely.contains_xy(
            self._coverage, present.position_m[:, 0], present.position_m[:, 1]
        )
        position = present.position_m[inside]
        occluded = occluded_people(
            present.position_m, self._sensor.position_m[:2], error.occlusion_width_m
        )[inside]
        seen = self._rng.random(len(position)) < np.where(
            occluded, error.occluded_detection_probability, error.detection_probability
        )
        clutter = self._clutter()
        people = np.concatenate(
            [present.person[inside][seen], np.full(len(clutter), NOBODY, dtype=np.int64)]
        )
        measured = np.concatenate(
            [
                position[seen]
                + self._messenger.bias_m
                + self._rng.normal(0.0, error.sigma_m, (int(seen.sum()), 2)),
                clutter,
            ]
        )
        # A camera does not list people in the order of the truth.
        order = self._rng.permutation(len(people))
        stamp = self._messenger.stamp(self._start_ns + time_ns)
        return [
            self._messenger.observation(stamp, (x, y), person)
            for (x, y), person in zip(measured[order].tolist(), people[order].tolist(), strict=True)
        ]

    def _clutter(self) -> NDArray[np.float64]:
        count = int(self._rng.poisson(self._sensor.error_model.clutter_per_scan))
        return uniform_points(self._coverage, count, self._rng)


def occluded_people(
    position_m: NDArray[np.float64], camera_m: tuple[float, float], width_m: float
) -> NDArray[np.bool_]:
    """Who stands behind somebody else, seen from the camera.

    Person j is occluded if a nearer person i lies within ``width_m`` of the line of sight
    camera -> j (on the floor plan; the camera's height is not used, which errs towards more
    occlusion).

    Parameters
    ----------
    position_m : (n, 2) float64
    camera_m : (2,) floats
    width_m : float
        0 means that nobody hides anybody.

    Returns
    -------
    (n,) bool
        O(n^2).

    Examples
    --------
    >>> occluded_people(np.array([[2.0, 0.0], [4.0, 0.1], [4.0, 3.0]]), (0.0, 0.0), 0.25).tolist()
    [False, True, False]
    """
    relative = position_m - np.asarray(camera_m)
    distance = np.hypot(relative[:, 0], relative[:, 1])
    direction = relative / np.maximum(distance, 1e-9)[:, None]
    along = relative @ direction.T
    across = np.abs(
        relative[:, None, 0] * direction[None, :, 1] - relative[:, None, 1] * direction[None, :, 0]
    )
    nearer = distance[:, None] < distance[None, :] - 1e-9
    hides = nearer & (along > 0.0) & (across < width_m)
    occluded: NDArray[np.bool_] = hides.any(axis=0)
    return occluded


def uniform_points(
    area: shapely.Polygon, count: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Points uniform over a polygon, shape (count, 2), by rejection from its bounding box."""
    points = np.empty((0, 2))
    west, south, east, north = area.bounds
    while len(points) < count:
        drawn = rng.uniform((west, south), (east, north), (2 * count, 2))
        points = np.concatenate([points, drawn[shapely.contains_xy(area, drawn)]])
    return points[:count]
