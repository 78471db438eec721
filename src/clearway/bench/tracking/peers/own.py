"""Clearway's own trackers, as a comparison sees them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import clearway
from clearway.bench.tracking.scenario import RATE_HZ, Frame, Scenario
from clearway.bench.tracking.scoring import TrackedFrame
from clearway.domain import TrackStates
from clearway.tracking import MultiSensorTracker, NearestNeighbourTracker, PersonSensor, Scan

__all__ = ["CLEARWAY", "NEAREST_NEIGHBOUR", "Own", "ScanTracker"]


class ScanTracker(Protocol):
    """All that is asked of a tracker."""

    def update(self, scan: Scan) -> object:
        """Take one scan into account; what it gives is not used."""

    def states(self) -> TrackStates:
        """All confirmed tracks."""


@dataclass(frozen=True, slots=True)
class Own:
    """A tracker of Clearway, given each sensor's scans by themselves, A before B."""

    name: str
    make: Callable[[Scenario], ScanTracker] = field(repr=False)
    """A function of a module, which other processes can find; may look at the sensors only."""

    def version(self) -> str:
        """Of Clearway."""
        return clearway.__version__

    def start(self, scenario: Scenario) -> _Session:
        """Begin with no track."""
        return _Session(self.make(scenario), scenario)


class _Session:
    def __init__(self, tracker: ScanTracker, scenario: Scenario) -> None:
        self._tracker, self._sensors = tracker, scenario.sensors

    def take(self, frame: Frame) -> list[Scan]:
        return [
            Scan.of_positions(sensor.sensor_id, frame.time_ns, detections, sensor.sigma_m)
            for sensor, detections in zip(self._sensors, frame.detections_m, strict=True)
        ]

    def step(self, scans: list[Scan]) -> TrackStates:
        for scan in scans:
            self._tracker.update(scan)
        return self._tracker.states()

    def report(self, states: TrackStates) -> TrackedFrame:
        return TrackedFrame(states.track_ids, states.states[:, :2].copy())


def _multi_sensor(scenario: Scenario) -> MultiSensorTracker:
    return MultiSensorTracker(
        [
            PersonSensor(
                sensor_id=sensor.sensor_id,
                sigma_m=sensor.sigma_m,
                detection_probability=sensor.detection_probability,
                clutter_per_scan=sensor.clutter_per_scan,
                rate_hz=RATE_HZ,
                coverage=sensor.corners,
            )
            for sensor in scenario.sensors
        ]
    )


CLEARWAY = Own("Clearway", _multi_sensor)
"""The tracker of the engine."""


def _nearest_neighbour(_: Scenario) -> NearestNeighbourTracker:
    return NearestNeighbourTracker()


NEAREST_NEIGHBOUR = Own("nearest neighbour", _nearest_neighbour)
"""The simplest tracker that could do."""
