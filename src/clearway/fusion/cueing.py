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

A look that hit nobody, was refused or of which nothing is heard in time is no look: the sensor is
asked again, a few times.
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
_MOST_ATTEMPTS = 5
"""How often a sensor is asked for a look at one person; somebody who walks is soon out of reach."""
_LONGEST_JITTER = 10.0
"""In means of an exponential delay; one of 20,000 is longer."""


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
    cue_id: str | None = None
    """Names this cue in the reading that answers it; None for one that no `CueKeeper` has made."""


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


@dataclass(slots=True)
class _Asked:
    """The last cue about one person, and what became of it."""

    cue_id: str
    look_ns: int
    """When the sensor is to look."""
    until_ns: int
    """Without a word by then the look was not taken."""
    attempts: int
    """Cues about this person so far."""
    taken: bool | None = None
    """Whether there was a look; None as long as nobody has said."""
    by_reading: bool = False
    """Whether its own reading has said so: no other word outweighs that."""

    def is_settled(self, time_ns: int) -> bool:
        """Whether the sensor is not to be asked again, now or ever."""
        if self.attempts >= _MOST_ATTEMPTS:
            return True
        return time_ns < self.until_ns if self.taken is None else self.taken


class CueKeeper:
    """Cues one trace sensor.

    Parameters
    ----------
    sensor : Trace
    decision : Decision
        Its costs give a look its worth, its cue threshold the reason for one.
    reorder_window_s : float
        How long a reading that has come may wait to be used.
    """

    def __init__(self, sensor: Trace, decision: Decision, reorder_window_s: float = 0.0) -> None:
        error = sensor.error_model
        self._sensor_id = sensor.id
        self._cue_probability = decision.cue_probability
        readings = trace_readings(sensor.substances, error.pfa)
        self._worth = LookWorth(readings, decision.relative_costs)
        self._coverage = shapely.Polygon(sensor.coverage)
        shapely.prepare(self._coverage)
        self._recharge_ns = nanoseconds(error.recharge_s)
        self._aim_ns = nanoseconds(reorder_window_s + error.aim_delay_s)
        delay_s = error.latency_s + _LONGEST_JITTER * error.latency_jitter_s
        # The time to recharge is there for all that the site file does not state.
        self._answer_ns = self._aim_ns + nanoseconds(delay_s + error.recharge_s)
        self._asked: dict[int, _Asked] = {}
        self._cues = 0
        self._ready_ns: int | None = None

    def cue(self, tracks: TrackStates, beliefs: BeliefKeeper) -> Cue | None:
        """The look that is worth most now, if any is worth anything."""
        if self._ready_ns is not None and tracks.time_ns < self._ready_ns:
            return None
        best: tuple[Worth, int] | None = None
        for index, track_id in enumerate(tracks.track_ids.tolist()):
            belief = beliefs.of(track_id)
            if belief.probability_of(ThreatClass.EXPLOSIVE) < self._cue_probability:
                continue
            asked = self._asked.get(track_id)
            if asked is not None and asked.is_settled(tracks.time_ns):
                continue
            if belief.examined.get(Modality.TRACE, 0.0) > 0.5:
                continue
            worth = self._worth.of(belief)
            if worth is None or not self._sees(tracks, index):
                continue
            if best is None or worth > best[0]:
                best = worth, index
        if best is None:
            return None
        track = tracks.track(best[1])
        return Cue(
            self._sensor_id,
            track.track_id,
            tracks.time_ns,
            track.x_m,
            track.y_m,
            track.velocity_x_m_s,
            track.velocity_y_m_s,
            self._ask(track.track_id, tracks.time_ns),
        )

    def ended(self, cue_id: str, *, taken: bool) -> None:
        """Take in what became of a cue, from another source than its reading.

        Parameters
        ----------
        cue_id : str
            Of any cue; nothing happens if its person has left or the sensor was asked anew.
        taken : bool
            Whether the sensor has looked.  If not, it may be asked for another look at the person
            once it has recharged.
        """
        for asked in self._asked.values():
            if asked.cue_id == cue_id and not asked.by_reading:
                asked.taken = taken

    def read(self, cue_id: str | None, time_ns: int, *, hit: bool) -> None:
        """Take in that the sensor has sent a reading.

        Parameters
        ----------
        cue_id : str, optional
            The cue that it answers.  Where it does not say, it is the one whose look was due
            nearest to ``time_ns``.
        time_ns : int
            When it was measured.
        hit : bool
            Whether anybody was examined.  If not, another look at the person may be asked for.
        """
        waiting = [asked for asked in self._asked.values() if not asked.by_reading]
        if cue_id is not None:
            waiting = [asked for asked in waiting if asked.cue_id == cue_id]
        if waiting:
            asked = min(waiting, key=lambda asked: abs(asked.look_ns - time_ns))
            asked.taken, asked.by_reading = hit, True

    def forget(self, track_ids: set[int]) -> None:
        """Delete what is remembered of people who have left."""
        for track_id in track_ids & self._asked.keys():
            del self._asked[track_id]

    def _ask(self, track_id: int, time_ns: int) -> str:
        """Note a cue about somebody; give its id."""
        before = self._asked.get(track_id)
        self._cues += 1
        self._ready_ns = time_ns + self._recharge_ns
        cue_id = f"{self._sensor_id}#{self._cues}"
        self._asked[track_id] = _Asked(
            cue_id,
            look_ns=time_ns + self._aim_ns,
            until_ns=time_ns + self._answer_ns,
            attempts=1 if before is None else before.attempts + 1,
        )
        return cue_id

    def _sees(self, tracks: TrackStates, index: int) -> bool:
        return bool(
            shapely.contains_xy(self._coverage, *np.asarray(tracks.states[index, :2]).tolist())
        )
