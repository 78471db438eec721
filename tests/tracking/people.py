"""Small scenes for the trackers."""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from clearway.domain import TrackStates, nanoseconds
from clearway.tracking import PersonSensor, Scan

SENSOR = PersonSensor(
    sensor_id="camera",
    sigma_m=0.1,
    detection_probability=0.9,
    clutter_per_scan=0.5,
    rate_hz=10.0,
    coverage=((0.0, 0.0), (20.0, 0.0), (20.0, 10.0), (0.0, 10.0)),
)


def scan_at(
    time_s: float,
    position_m: NDArray[np.float64],
    sensor: PersonSensor = SENSOR,
    height_m: NDArray[np.float64] | None = None,
) -> Scan:
    """A scan of some positions, shape (m, 2)."""
    position_m = np.asarray(position_m, dtype=np.float64).reshape(-1, 2)
    return Scan.of_positions(
        sensor.sensor_id, nanoseconds(time_s), position_m, sensor.sigma_m, height_m
    )


def look(
    time_s: float,
    people_m: NDArray[np.float64],
    rng: np.random.Generator,
    sensor: PersonSensor = SENSOR,
    height_m: NDArray[np.float64] | None = None,
    clutter: float | None = None,
) -> Scan:
    """What a sensor makes of people, shape (n, 2): noise, independent misses and clutter.

    Clutter is spread over the rectangle around the coverage, as often as the sensor states or as
    told.
    """
    people_m = np.asarray(people_m, dtype=np.float64).reshape(-1, 2)
    seen = sensor.covers(people_m) & (rng.random(len(people_m)) < sensor.detection_probability)
    corners = np.array(sensor.coverage)
    false = rng.poisson(sensor.clutter_per_scan if clutter is None else clutter)
    position = np.concatenate(
        [
            people_m[seen] + rng.normal(0.0, sensor.sigma_m, (int(seen.sum()), 2)),
            rng.uniform(corners.min(axis=0), corners.max(axis=0), (false, 2)),
        ]
    )
    if height_m is None:
        return scan_at(time_s, position, sensor)
    measured = height_m[seen] + rng.normal(0.0, 0.05, int(seen.sum()))
    strange = rng.normal(1.72, 0.1, false)
    return scan_at(time_s, position, sensor, np.concatenate([measured, strange]))


def followed(tracks: TrackStates, people_m: NDArray[np.float64], reach_m: float = 0.5) -> list[int]:
    """The track of each person, at most ``reach_m`` away and nobody else's; 0 where none is."""
    gap = people_m[:, None] - tracks.states[None, :, :2]
    distance_m = np.hypot(gap[..., 0], gap[..., 1])
    person, track = linear_sum_assignment(np.minimum(distance_m, reach_m))
    found = np.zeros(len(people_m), dtype=np.int64)
    near = distance_m[person, track] < reach_m
    found[person[near]] = tracks.track_ids[track[near]]
    return [int(track_id) for track_id in found]
