"""Whom a trace sensor is asked to look at.

The look that is worth most now (value of information), one at a time, and none that is worth
nothing.  What a look may be worth has two parts.

* It may change the decision.  With p the probability of a threat and M, S, G the site's costs of
  a missed carrier, of a needless stop and of the guard's time, the better decision is expected to
  cost ``risk(p) = min(p M, (1 - p) S + G)``; a look whose possible readings r come with probability
  P(r) and leave p_r saves, on average, ``risk(p) - sum_r P(r) risk(p_r) >= 0``.
* It may tell a guard who comes in any case what to expect: the mutual information of the reading
  and of what the person carries, in nats.

Looks that may change a decision come first, the greater saving before the smaller; the others
follow by information.  Nobody is looked at of whom a look would tell next to nothing, such as
somebody of whom all is known.  Beyond that the site's cue threshold keeps looks from everybody
who gives no reason for one: only a person whose probability of explosives reaches it is examined,
once, and never without need of it a second time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.special import xlogy

from clearway.domain import Belief, Modality, ThreatClass, TrackStates, nanoseconds
from clearway.domain.threat import HARMLESS_OBJECT
from clearway.fusion.belief import BeliefKeeper
from clearway.fusion.readings import PossibleReading, trace_readings
from clearway.site.schema import Costs, Decision, Trace

_LEAST_SAVING = 1e-9
"""As a share of the cost of a missed carrier; less is rounding."""
_LEAST_INFORMATION = 0.01
"""In nats; a coin toss that is told is 0.69."""


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


class Worth(NamedTuple):
    """What a look is worth; the greater in order is the better look."""

    saving: float
    """Expected saving by a changed decision, in the unit of the site's costs."""
    information: float
    """Expected information on what the person carries, in nats."""


class LookWorth:
    """Worth of one more look with a sensor.

    Parameters
    ----------
    readings : sequence of PossibleReading
        Everything that the look may say.
    costs : Costs
    """

    def __init__(self, readings: Sequence[PossibleReading], costs: Costs) -> None:
        self._likelihood = np.array([reading.likelihood for reading in readings])
        self._costs = costs
        # Of the sensor, given each hypothesis: how uncertain its reading is.
        self._spread = -xlogy(self._likelihood, self._likelihood).sum(axis=0)

    def of(self, belief: Belief) -> Worth | None:
        """What a look at a person of this belief is worth; None if that is next to nothing."""
        joint = self._likelihood * belief.probabilities
        chance = joint.sum(axis=1)
        information = float(-xlogy(chance, chance).sum() - self._spread @ belief.probabilities)
        if information < _LEAST_INFORMATION:
            return None
        # The chance of each reading is taken into the costs, so that none is divided by.
        after = self._risk(joint[:, 1:HARMLESS_OBJECT].sum(axis=1), chance).sum()
        before = self._risk(np.array([belief.threat]), np.ones(1)).sum()
        saving = float(before - after)
        return Worth(
            saving if saving > _LEAST_SAVING * self._costs.missed_carrier else 0.0, information
        )

    def _risk(self, threat: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
        """Cost of the better decision; ``threat`` is the part of ``whole`` that is one."""
        costs = self._costs
        stop = (whole - threat) * costs.needless_stop + whole * costs.guard_per_stop
        return np.minimum(threat * costs.missed_carrier, stop)


class CueKeeper:
    """Cues one trace sensor.

    Parameters
    ----------
    sensor : Trace
    decision : Decision
        Its costs give a look its worth, its cue threshold the reason for one.
    """

    def __init__(self, sensor: Trace, decision: Decision) -> None:
        self._sensor = sensor
        self._cue_probability = decision.cue_probability
        readings = trace_readings(sensor.substances, sensor.error_model.pfa)
        self._worth = LookWorth(readings, decision.relative_costs)
        self._coverage = shapely.Polygon(sensor.coverage)
        shapely.prepare(self._coverage)
        self._cued: set[int] = set()
        self._last_cued: int | None = None
        self._ready_ns: int | None = None

    def cue(self, tracks: TrackStates, beliefs: BeliefKeeper) -> Cue | None:
        """The look that is worth most now, if any is worth anything."""
        if self._ready_ns is not None and tracks.time_ns < self._ready_ns:
            return None
        best: tuple[Worth, int] | None = None
        for index, track_id in enumerate(tracks.track_ids.tolist()):
            belief = beliefs.of(track_id)
            if track_id in self._cued or belief.examined.get(Modality.TRACE, 0.0) > 0.5:
                continue
            if belief.probability_of(ThreatClass.EXPLOSIVE) < self._cue_probability:
                continue
            worth = self._worth.of(belief)
            if worth is None or not self._sees(tracks, index):
                continue
            if best is None or worth > best[0]:
                best = worth, index
        if best is None:
            return None
        track = tracks.track(best[1])
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
