"""A microwave curtain at detection level: one examination per person and crossing.

A person who crosses the trigger line is examined, or the image is too poor ("not examined").
The examined person's firearm channel and explosive channel each declare something or nothing,
with the rates of the site file, given what the person carries.  Given that, the two channels and
the two curtains are independent: what makes a harmless object alarm twice is the object itself.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from clearway.domain import Evidence, Modality, ThreatClass, nanoseconds
from clearway.domain.threat import CLASS_MEMBERS, HARMLESS_OBJECT, HYPOTHESES
from clearway.site.schema import Curtain, TriggerLine
from clearway.twin.camera import uniform_points
from clearway.twin.carriers import Loads
from clearway.twin.crowd.people import Crowd
from clearway.twin.observation import NOBODY, Messenger, Observation

_FIREARMS = (ThreatClass.HANDGUN, ThreatClass.LONG_GUN)
_NOT_EXAMINED = (0.0,) * len(HYPOTHESES)


@dataclass(frozen=True, slots=True)
class RecognitionModel:
    """Probability of each declaration given each hypothesis."""

    firearm: NDArray[np.float64]
    """Shape (7, 3): declared {nothing, handgun, long gun}; rows sum to one."""
    explosive: NDArray[np.float64]
    """Shape (7, 2): declared {no, yes}; rows sum to one."""

    @classmethod
    def of(cls, sensor: Curtain) -> RecognitionModel:
        """Build the tables from the rates of the site file."""
        confusion = sensor.error_model.firearm_confusion
        firearm = np.empty((len(HYPOTHESES), 3))
        explosive = np.empty((len(HYPOTHESES), 2))
        for index in range(len(HYPOTHESES)):
            firearm[index, 1:] = _firearm_row(sensor, index, confusion)
            firearm[index, 0] = 1.0 - firearm[index, 1:].sum()
            explosive[index, 1] = _rate(sensor, ThreatClass.EXPLOSIVE, index)
            explosive[index, 0] = 1.0 - explosive[index, 1]
        return cls(firearm, explosive)

    def evidence(self, firearm: int, explosive: int) -> Evidence:
        """What one examination says, as likelihood ratios against "none"."""
        likelihood = self.firearm[:, firearm] * self.explosive[:, explosive]
        # Without confusion a handgun is never called a long gun: the ratio is minus infinity.
        with np.errstate(divide="ignore"):
            log_ratio = np.log(likelihood / likelihood[0])
        declared = [_FIREARMS[firearm - 1]] if firearm else []
        declared += [ThreatClass.EXPLOSIVE] if explosive else []
        return Evidence(
            Modality.CURTAIN,
            tuple(log_ratio.tolist()),
            examined=1.0,
            declared=tuple(declared),
        )


def _rate(sensor: Curtain, threat: ThreatClass, hypothesis: int) -> float:
    rates = sensor.recognition[threat]
    if hypothesis in CLASS_MEMBERS[threat]:
        return rates.pd
    return rates.nuisance if hypothesis == HARMLESS_OBJECT else rates.pfa


def _firearm_row(sensor: Curtain, hypothesis: int, confusion: float) -> NDArray[np.float64]:
    """P(declared handgun), P(declared long gun) given one hypothesis."""
    carried = [hypothesis in CLASS_MEMBERS[threat] for threat in _FIREARMS]
    if any(carried):
        pd = _rate(sensor, _FIREARMS[carried.index(True)], hypothesis)
        right_kind = np.array(carried, dtype=float)
        return pd * (right_kind * (1.0 - confusion) + (1.0 - right_kind) * confusion)
    return np.array([_rate(sensor, threat, hypothesis) for threat in _FIREARMS])


class CurtainTwin:
    """Simulates one curtain.

    Parameters
    ----------
    sensor : Curtain
    line : TriggerLine
        The line whose crossing triggers it.
    crowd : Crowd
    loads : Loads
    rng : numpy.random.Generator
        This sensor's own stream.
    start_ns : int
        UTC of the crowd's frame 0.
    """

    def __init__(
        self,
        sensor: Curtain,
        line: TriggerLine,
        crowd: Crowd,
        loads: Loads,
        rng: np.random.Generator,
        start_ns: int,
    ) -> None:
        self._sensor = sensor
        self._loads = loads
        self._rng = rng
        self._start_ns = start_ns
        self._messenger = Messenger(sensor.id, sensor.error_model, rng)
        self._model = RecognitionModel.of(sensor)
        self.crossings = line_crossings(crowd, line)
        """Every crossing of the trigger line, in the order of time."""
        self._next_crossing = 0
        self._coverage = shapely.Polygon(sensor.coverage)
        self._next_ghost_ns = self._ghost_wait_ns()

    def sense(self, until_ns: int) -> list[Observation]:
        """All reports of what happened before ``until_ns`` (from the start of the run)."""
        observations: list[Observation] = []
        times = self.crossings.time_s
        while (
            self._next_crossing < len(times) and nanoseconds(times[self._next_crossing]) < until_ns
        ):
            observations.append(self._examine(self._next_crossing))
            self._next_crossing += 1
        while self._next_ghost_ns is not None and self._next_ghost_ns < until_ns:
            observations.append(self._ghost(self._next_ghost_ns))
            wait_ns = self._ghost_wait_ns()
            self._next_ghost_ns = None if wait_ns is None else self._next_ghost_ns + wait_ns
        return observations

    def _examine(self, crossing: int) -> Observation:
        person = int(self.crossings.person[crossing])
        time_ns = nanoseconds(self.crossings.time_s[crossing])
        error = self._sensor.error_model
        hypothesis = int(self._loads.hypothesis[person])
        examined = self._rng.random() < error.examined_probability
        firearm = int(self._rng.choice(3, p=self._model.firearm[hypothesis]))
        explosive = int(self._rng.random() < self._model.explosive[hypothesis, 1])
        evidence = (
            self._model.evidence(firearm, explosive)
            if examined
            else Evidence(Modality.CURTAIN, _NOT_EXAMINED, examined=0.0)
        )
        noise = self._rng.normal(0.0, error.sigma_m, 2)
        position = self.crossings.position_m[crossing] + self._messenger.bias_m + noise
        return self._observation(time_ns, position, evidence, person)

    def _ghost(self, time_ns: int) -> Observation:
        """An alarm of one class at a place where the sensor only thinks somebody is."""
        position = uniform_points(self._coverage, 1, self._rng)[0]
        firearm, explosive = ((1, 0), (2, 0), (0, 1))[int(self._rng.integers(3))]
        return self._observation(
            time_ns, position, self._model.evidence(firearm, explosive), NOBODY
        )

    def _ghost_wait_ns(self) -> int | None:
        rate = self._sensor.error_model.ghost_alarms_per_hour
        if rate <= 0.0:
            return None
        return nanoseconds(self._rng.exponential(3600.0 / rate))

    def _observation(
        self, time_ns: int, position_m: NDArray[np.float64], evidence: Evidence, person: int
    ) -> Observation:
        stamp = self._messenger.stamp(self._start_ns + time_ns)
        x_m, y_m = position_m.tolist()
        return self._messenger.observation(stamp, (x_m, y_m), person, evidence)


@dataclass(frozen=True, slots=True)
class Crossings:
    """Crossings of a line, in the order of time."""

    person: NDArray[np.int64]
    time_s: NDArray[np.float64]
    position_m: NDArray[np.float64]
    """Shape (n, 2), on the line."""


def line_crossings(crowd: Crowd, line: TriggerLine) -> Crossings:
    """Where and when people first cross a line.

    Each step between two frames is intersected with the line; a person who dithers on the line
    triggers the curtain once.

    Parameters
    ----------
    crowd : Crowd
    line : TriggerLine

    Returns
    -------
    Crossings
        One per person at most; O(number of frames).
    """
    start, end = np.asarray(line.points)
    along = end - start
    owner = np.repeat(np.arange(len(crowd.length)), crowd.length)
    offset = np.cumsum(crowd.length) - crowd.length
    frame = np.arange(len(owner)) - offset[owner] + crowd.first_frame[owner]
    relative = crowd.position_m - start
    side = relative[:, 0] * along[1] - relative[:, 1] * along[0]
    same_person = owner[1:] == owner[:-1]
    step = np.flatnonzero(same_person & ((side[1:] > 0.0) != (side[:-1] > 0.0)))
    fraction = side[step] / (side[step] - side[step + 1])
    position = crowd.position_m[step] + fraction[:, None] * (
        crowd.position_m[step + 1] - crowd.position_m[step]
    )
    where = (position - start) @ along / (along @ along)
    on_line = (where >= 0.0) & (where <= 1.0)
    step, fraction, position = step[on_line], fraction[on_line], position[on_line]
    people, first = np.unique(owner[step], return_index=True)
    time = (frame[step][first] + fraction[first]) / crowd.rate_hz
    order = np.argsort(time, kind="stable")
    return Crossings(people[order], time[order], position[first][order])
