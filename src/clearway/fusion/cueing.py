"""Whom a trace sensor is asked to look at.

Only a person who already gives reason for it is examined more closely, one at a time: the
tracked person inside the sensor's coverage with the highest probability of explosives, if that
reaches the site's cue threshold and the sensor has not seen this person yet.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from clearway.domain import Modality, ThreatClass, TrackStates, nanoseconds
from clearway.fusion.belief import BeliefKeeper
from clearway.site.schema import Trace


@dataclass(frozen=True, slots=True)
class Cue:
    """A request to look at one person."""

    sensor_id: str
    track_id: int
    time_ns: int
    """Source time of the position below."""
    x_m: float
    y_m: float
    velocity_x_m_s: float
    velocity_y_m_s: float


class CueKeeper:
    """Cues one trace sensor.

    Parameters
    ----------
    sensor : Trace
    cue_probability : float
        Least probability of explosives that justifies a look.
    """

    def __init__(self, sensor: Trace, cue_probability: float) -> None:
        self._sensor = sensor
        self._cue_probability = cue_probability
        self._coverage = shapely.Polygon(sensor.coverage)
        shapely.prepare(self._coverage)
        self._cued: set[int] = set()
        self._last_cued: int | None = None
        self._ready_ns: int | None = None

    def cue(self, tracks: TrackStates, beliefs: BeliefKeeper) -> Cue | None:
        """The look that is worth most now, if any is."""
        if self._ready_ns is not None and tracks.time_ns < self._ready_ns:
            return None
        best: int | None = None
        best_probability = self._cue_probability
        for index, track_id in enumerate(tracks.track_ids.tolist()):
            belief = beliefs.of(track_id)
            if track_id in self._cued or belief.examined.get(Modality.TRACE, 0.0) > 0.5:
                continue
            probability = belief.probability_of(ThreatClass.EXPLOSIVE)
            if probability >= best_probability and self._sees(tracks, index):
                best, best_probability = index, probability
        if best is None:
            return None
        track = tracks.track(best)
        self._cued.add(track.track_id)
        self._last_cued = track.track_id
        self._ready_ns = tracks.time_ns + nanoseconds(self._sensor.error_model.recharge_s)
        return Cue(
            self._sensor.id,
            track.track_id,
            tracks.time_ns,
            track.x_m,
            track.y_m,
            track.velocity_x_m_s,
            track.velocity_y_m_s,
        )

    def retry(self) -> None:
        """Allow another look at the person last cued: the shot has missed."""
        if self._last_cued is not None:
            self._cued.discard(self._last_cued)

    def forget(self, track_ids: set[int]) -> None:
        """Delete what is remembered of people who have left."""
        self._cued -= track_ids

    def _sees(self, tracks: TrackStates, index: int) -> bool:
        return bool(
            shapely.contains_xy(self._coverage, *np.asarray(tracks.states[index, :2]).tolist())
        )
