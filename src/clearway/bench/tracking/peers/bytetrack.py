"""ByteTrack of Roboflow's `trackers`: association by the overlap of boxes.

On a floor plan a person is a square box.  What it returns are the boxes of the detections, not
filtered positions, and only of tracks seen at that instant.

The values were tuned on the development recording (bot-300-085-085, base, seed 1, its
busiest 15 s) and are frozen; all sizes of box from 0.8 to 1.2 m lie within 2 HOTA, and the scale
of the boxes in pixels changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from clearway.bench.peers.base import installed_version, loaded
from clearway.bench.tracking.peers.prefusion import fused
from clearway.bench.tracking.scenario import RATE_HZ, Frame, Scenario
from clearway.bench.tracking.scoring import TrackedFrame

__all__ = ["ByteTrack"]


@dataclass(frozen=True, slots=True)
class ByteTrack:
    """Fed with pre-fused detections, all of full confidence."""

    name: str = "ByteTrack"
    box_m: float = 0.9
    """Side of a person's box."""
    overlap: float = 0.05
    """Intersection over union below which a box is not the track's."""
    silence_s: float = 0.5
    """A track without a detection ends then."""
    min_points: int = 3
    """Detections in a row that make a track."""

    def version(self) -> str:
        """Of `trackers`."""
        return installed_version("trackers")

    def start(self, scenario: Scenario) -> _Session:
        """Begin with no track."""
        return _Session(self, scenario)


class _Session:
    def __init__(self, settings: ByteTrack, scenario: Scenario) -> None:
        self._settings = settings
        self._sigma_m = [sensor.sigma_m for sensor in scenario.sensors]
        self._boxes = loaded("supervision").Detections
        self._tracker = loaded("trackers").ByteTrackTracker(
            # In frames of 30 Hz, which it converts to those of `frame_rate`.
            lost_track_buffer=round(settings.silence_s * 30),
            frame_rate=RATE_HZ,
            minimum_consecutive_frames=settings.min_points,
            minimum_iou_threshold=settings.overlap,
        )

    def take(self, frame: Frame) -> Any:
        centre = fused(frame.detections_m, self._sigma_m)
        half = self._settings.box_m / 2
        return self._boxes(
            xyxy=np.concatenate([centre - half, centre + half], axis=1),
            confidence=np.ones(len(centre)),
        )

    def step(self, detections: Any) -> Any:
        return self._tracker.update(detections)

    def report(self, boxes: Any) -> TrackedFrame:
        confirmed = boxes.tracker_id >= 0
        box = boxes.xyxy[confirmed]
        centre = (box[:, :2] + box[:, 2:]) / 2
        return TrackedFrame(boxes.tracker_id[confirmed].astype(np.int64), centre.astype(np.float64))
