"""A microwave curtain at detection level: one examination per person and crossing.

A person who crosses the trigger line is examined, or the image is too poor ("not examined").
The examined person's firearm channel and explosive channel each declare something or nothing,
with the rates of the site file, given what the person carries.  Given that, the two channels and
the two curtains are independent: what makes a harmless object alarm twice is the object itself.
Where the site file names a file of figures, the passage is drawn from those instead; see
`clearway.twin.examining`.

With several looks, the first is at the crossing and the others follow for as long as the person
stays in the coverage.  Each tells the position, with its own noise and the sensor's fixed offset,
and arrives by itself; the last look also carries the one reading of the passage, and its time.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import shapely
from numpy.typing import NDArray

from clearway.domain import Evidence, nanoseconds
from clearway.fusion.readings import RecognitionModel
from clearway.site.schema import Curtain, TriggerLine
from clearway.twin.camera import uniform_points
from clearway.twin.carriers import Loads
from clearway.twin.crowd.people import Crowd
from clearway.twin.examining import NOT_EXAMINED, AssumedRates, Examiner
from clearway.twin.observation import NOBODY, Messenger, Observation

_POSITION_ONLY = replace(NOT_EXAMINED, position_only=True)


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
    examiner : Examiner, optional
        Default: by the rates of the site file.
    """

    def __init__(
        self,
        sensor: Curtain,
        line: TriggerLine,
        crowd: Crowd,
        loads: Loads,
        rng: np.random.Generator,
        start_ns: int,
        examiner: Examiner | None = None,
    ) -> None:
        self._sensor = sensor
        self._crowd = crowd
        self._examiner = examiner or AssumedRates(sensor, loads, rng)
        self._rng = rng
        self._start_ns = start_ns
        self._messenger = Messenger(sensor.id, sensor.error_model, rng)
        self._model = RecognitionModel.of(sensor)
        self.crossings = line_crossings(crowd, line)
        """Every crossing of the trigger line, in the order of time."""
        self._next_crossing = 0
        self._coverage = shapely.Polygon(sensor.coverage)
        shapely.prepare(self._coverage)
        self._next_ghost_ns = self._ghost_wait_ns()
        self._passages = 0

    def sense(self, until_ns: int) -> list[Observation]:
        """All reports of who crossed before ``until_ns`` (from the start of the run), and ghosts.

        The later looks at somebody may be of after it.
        """
        observations: list[Observation] = []
        times = self.crossings.time_s
        while (
            self._next_crossing < len(times) and nanoseconds(times[self._next_crossing]) < until_ns
        ):
            observations += self._examine(self._next_crossing)
            self._next_crossing += 1
        while self._next_ghost_ns is not None and self._next_ghost_ns < until_ns:
            observations.append(self._ghost(self._next_ghost_ns))
            wait_ns = self._ghost_wait_ns()
            self._next_ghost_ns = None if wait_ns is None else self._next_ghost_ns + wait_ns
        return observations

    def _examine(self, crossing: int) -> list[Observation]:
        person = int(self.crossings.person[crossing])
        examination = self._examiner.examine(
            person,
            float(self.crossings.time_s[crossing]),
            self.crossings.position_m[crossing],
        )
        looks = self._looks(person, crossing)
        source = self._next_source()
        observations = []
        for number, (time_ns, true_m) in enumerate(looks, start=1):
            evidence = examination.evidence if number == len(looks) else _POSITION_ONLY
            position = true_m + self._messenger.bias_m + next(examination.errors_m)
            observations.append(self._observation(time_ns, position, evidence, person, source))
        return observations

    def _looks(self, person: int, crossing: int) -> list[tuple[int, NDArray[np.float64]]]:
        """When and where the person is seen, the crossing first; all in the coverage but that."""
        error = self._sensor.error_model
        time_s = float(self.crossings.time_s[crossing])
        looks = [(nanoseconds(time_s), self.crossings.position_m[crossing])]
        for number in range(1, error.looks):
            look_s = time_s + number * error.look_interval_s
            present = self._crowd.at(look_s)
            row = np.flatnonzero(present.person == person)
            if not len(row) or not shapely.intersects_xy(
                self._coverage, *present.position_m[row[0]]
            ):
                break
            looks.append((nanoseconds(look_s), present.position_m[row[0]]))
        return looks

    def _next_source(self) -> int | None:
        """The sensor's number for the next person, where it looks more than once."""
        if self._sensor.error_model.looks == 1:
            return None
        self._passages += 1
        return self._passages

    def _ghost(self, time_ns: int) -> Observation:
        """An alarm of one class, in one look, at a place where the sensor thinks somebody is."""
        position = uniform_points(self._coverage, 1, self._rng)[0]
        firearm, explosive = ((1, 0), (2, 0), (0, 1))[int(self._rng.integers(3))]
        return self._observation(
            time_ns, position, self._model.evidence(firearm, explosive), NOBODY, self._next_source()
        )

    def _ghost_wait_ns(self) -> int | None:
        rate = self._sensor.error_model.ghost_alarms_per_hour
        if rate <= 0.0:
            return None
        return nanoseconds(self._rng.exponential(3600.0 / rate))

    def _observation(
        self,
        time_ns: int,
        position_m: NDArray[np.float64],
        evidence: Evidence,
        person: int,
        source: int | None,
    ) -> Observation:
        stamp = self._messenger.stamp(self._start_ns + time_ns)
        x_m, y_m = position_m.tolist()
        return self._messenger.observation(stamp, (x_m, y_m), person, evidence, source)


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
