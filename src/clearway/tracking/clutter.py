"""What else a detection may be: clutter, or a person whom no track follows yet."""

from __future__ import annotations

import numpy as np

from clearway.tracking.sensors import PersonSensor
from clearway.tracking.settings import TrackerSettings


class Background:
    """Clutter rate and density of unknown people of one sensor's coverage.

    The clutter rate starts from the stated one and is a running mean, over about
    ``clutter_memory_scans`` scans, of the detections that are more than people account for; it
    never falls below half the stated rate.  A sensor that floods is thereby discounted within a few
    scans.  People are those followed, but they do not vanish when their tracks do, nor appear when
    their tracks are confirmed: as many as were seen lately are still there, if the scan has as many
    detections beside the stated clutter.  Otherwise each lost track would count as clutter, clutter
    keeps new tracks from starting, and in a crush the tracker would give up on one person after the
    other.

    The density of unknown people (the undetected intensity of Williams, IEEE Trans. Aerospace and
    Electronic Systems 51(3), 2015) starts high, since people may be anywhere, and falls with every
    scan that would have found them.

    Parameters
    ----------
    sensor : PersonSensor
    settings : TrackerSettings
    """

    def __init__(self, sensor: PersonSensor, settings: TrackerSettings) -> None:
        self._sensor = sensor
        self._settings = settings
        self._area_m2 = float(sensor.area.area)
        self._clutter_per_scan = sensor.clutter_per_scan
        self._unknown_per_m2 = settings.initial_density_per_m2
        self._kept_per_scan = float(np.exp(-1.0 / (settings.crowd_memory_s * sensor.rate_hz)))
        self._seen_lately: float | None = None
        """People whom a scan holds, by the scans before; None before the first."""

    @property
    def clutter_per_scan(self) -> float:
        """The estimate of the sensor's clutter rate."""
        return self._clutter_per_scan

    @property
    def clutter_per_m2(self) -> float:
        """Clutter per scan and square metre, never quite zero."""
        return max(self._clutter_per_scan, 1e-3) / self._area_m2

    @property
    def unknown_per_m2(self) -> float:
        """People per square metre who have been there, unseen, all the time."""
        return self._unknown_per_m2

    def expect(self, detections: int, known: float) -> None:
        """Count a scan's surplus before it is associated.

        Parameters
        ----------
        detections : int
            Of the scan.
        known : float
            How many are to be expected from tracks.
        """
        unknown = self._unknown_per_m2 * self._area_m2 * self._sensor.detection_probability
        lately = detections - self._sensor.clutter_per_scan
        if self._seen_lately is not None:
            lately = min(self._kept_per_scan * self._seen_lately, lately)
        self._seen_lately = max(known, lately)
        surplus = max(0.0, detections - max(known + unknown, self._seen_lately))
        gain = 1.0 / (self._settings.clutter_memory_scans + 1.0)
        self._clutter_per_scan += gain * (surplus - self._clutter_per_scan)
        # Quiet minutes must not make it zero.
        self._clutter_per_scan = max(self._clutter_per_scan, self._sensor.clutter_per_scan / 2)

    def scanned(self) -> None:
        """A scan has found most of those who were there."""
        self._unknown_per_m2 *= 1.0 - self._sensor.detection_probability

    def unwatched(self, duration_s: float) -> None:
        """Nobody looked for some time: people may have come."""
        settings = self._settings
        self._unknown_per_m2 = min(
            settings.initial_density_per_m2,
            self._unknown_per_m2 + settings.entry_density_per_m2 * duration_s,
        )
