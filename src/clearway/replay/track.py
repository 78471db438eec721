"""Recorded detections through the tracker."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from clearway.domain import TrackStates
from clearway.replay.scans import Instant, instants
from clearway.replay.tables import CausalTracks, Detections
from clearway.tracking import MultiSensorTracker, PersonSensor, Tracker


def follow(
    detections: Detections,
    sensors: Sequence[PersonSensor],
    tracker: Tracker | None = None,
    progress: Callable[[float], None] | None = None,
) -> Iterator[tuple[Instant, TrackStates]]:
    """Take the scans of a recording through a tracker, one instant after the other.

    Parameters
    ----------
    detections : Detections
        At least one.
    sensors : sequence of PersonSensor
        That ``detections.sensor`` counts through.
    tracker : Tracker, optional
        A new one; by default a `MultiSensorTracker`.
    progress : callable, optional
        Is told the share of the recording that is done, 0 to 1.

    Yields
    ------
    Instant
    TrackStates
        The confirmed tracks after all scans of the instant.
    """
    tracker = tracker or MultiSensorTracker(sensors)
    first_ns = int(detections.time_ns.min())
    span_ns = max(int(detections.time_ns.max()) - first_ns, 1)
    for instant in instants(detections, sensors):
        for scan in instant.scans:
            tracker.update(scan)
        if progress is not None:
            progress((instant.time_ns - first_ns) / span_ns)
        yield instant, tracker.states()


def track(
    detections: Detections,
    sensors: Sequence[PersonSensor],
    tracker: Tracker | None = None,
    progress: Callable[[float], None] | None = None,
) -> CausalTracks:
    """Follow everybody through a recording.

    Parameters
    ----------
    detections, sensors, tracker, progress
        As for `follow`.

    Returns
    -------
    CausalTracks
        A row per confirmed track after each instant, with the id that it had then.
    """
    scans = empty_scans = 0
    times: list[float] = []
    ids: list[NDArray[np.int64]] = [np.empty(0, dtype=np.int64)]
    positions: list[NDArray[np.float64]] = [np.empty((0, 2))]
    for instant, states in follow(detections, sensors, tracker, progress):
        scans += len(instant.scans)
        empty_scans += instant.empty_scans
        times.append(instant.time_s)
        order = np.argsort(states.track_ids)
        ids.append(states.track_ids[order])
        positions.append(states.states[order, :2])
    x_m, y_m = np.concatenate(positions).T
    return CausalTracks(
        np.repeat(times, [len(those) for those in ids[1:]]),
        np.concatenate(ids),
        x_m,
        y_m,
        scans,
        empty_scans,
    )
