"""A site's cameras as the tracker knows them."""

from __future__ import annotations

import numpy as np
import shapely

from clearway.domain import Detection
from clearway.site.floor import floor_between_exits
from clearway.site.schema import Site
from clearway.tracking import MultiSensorTracker, PersonSensor, Scan, Tracker


def person_sensors(site: Site) -> tuple[PersonSensor, ...]:
    """The cameras, with what the site file states of their errors."""
    return tuple(
        PersonSensor(
            sensor_id=camera.id,
            sigma_m=camera.error_model.sigma_m,
            detection_probability=camera.error_model.detection_probability,
            clutter_per_scan=camera.error_model.clutter_per_scan,
            rate_hz=camera.rate_hz,
            coverage=tuple(camera.coverage),
        )
        for camera in site.cameras
    )


def default_tracker(site: Site) -> Tracker:
    """The tracker of a site whose user names none."""
    entries = shapely.union_all([shapely.Polygon(zone.polygon) for zone in site.entries])
    return MultiSensorTracker(person_sensors(site), floor_between_exits(site), entries)


def scan_of(detections: list[Detection]) -> Scan:
    """What one camera saw at one instant."""
    position = np.array([(d.x_m, d.y_m) for d in detections])
    covariance = np.array([(c.xx, c.xy, c.xy, c.yy) for c in (d.covariance_m2 for d in detections)])
    height = np.array(
        [np.nan if d.height_m is None else d.height_m for d in detections], dtype=np.float64
    )
    return Scan(
        detections[0].sensor_id,
        detections[0].time_ns,
        position,
        covariance.reshape(-1, 2, 2),
        height if np.isfinite(height).any() else None,
    )
