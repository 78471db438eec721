"""A stand-in for a trained recogniser, and echoes that take little time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from clearway.domain import ThreatClass
from clearway.domain.body import BodyPlace
from clearway.recognition.quality import Examination, Reason
from clearway.recognition.readings import FrameReading, PassageReading
from clearway.recognition.roi import Box, RegionOfInterest
from clearway.recognition.view import View
from clearway.recognition.volume import Volume
from clearway.scattering.settings import Settings

COARSE = replace(Settings.training(), longest_edge_wavelengths=2.0, visibility_points=2)


class StandIn:
    """Says the same of everybody, or that it cannot see, and keeps what it was given."""

    region_of_interest = RegionOfInterest((8, 4, 16), voxel_m=0.1, pooling=(2, 2, 2))

    def __init__(self, *, sees: bool = True) -> None:
        self.views: list[View] = []
        self.contrasts_db: list[float] = []
        self._sees = sees

    def read(self, volume: Volume, view: View) -> FrameReading:
        self.views.append(view)
        self.contrasts_db.append(volume.contrast_db)
        reasons = () if self._sees else (Reason.OCCLUDED,)
        examination = Examination(float(self._sees), reasons)
        return FrameReading(view.time_s, view.panel, examination, np.zeros(3))

    def passage(self, readings: Sequence[FrameReading]) -> PassageReading:
        said = np.array([0.0, 0.1, 0.2, 3.0, -1.0]) if self._sees else np.zeros(5)
        return PassageReading(
            ratios=said,
            scores=said[2:],
            examined=0.5 if self._sees else 0.0,
            reasons=(),
            declared=(ThreatClass.HANDGUN,) if self._sees else (),
            place=BodyPlace.WAIST if self._sees else None,
            n_frames=len(readings),
            n_examined=len(readings) if self._sees else 0,
        )


def off_by(box: Box, _: Volume) -> tuple[float, float]:
    """A position that is wrong by a known amount, but for the tracker's own error."""
    return box.person_m[0] + 0.5, box.person_m[1] + 0.25
