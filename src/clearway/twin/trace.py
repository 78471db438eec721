"""A stand-off trace sensor: one shot at a cued person.

A cue names a place and a velocity; the shot is fired after the aim delay at the place where the
person should be by then, and reads whoever really stands nearest to the aim.  A shot that hits
nobody, or would leave the coverage, gives no return; the sensor knows that and reports "not
examined".
"""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from clearway.domain import Evidence, Modality, nanoseconds, seconds
from clearway.domain.threat import HYPOTHESES
from clearway.fusion import Cue
from clearway.fusion.readings import trace_evidence
from clearway.site.schema import Trace
from clearway.twin.carriers import Loads
from clearway.twin.crowd.people import Crowd
from clearway.twin.observation import NOBODY, Messenger, Observation


class TraceTwin:
    """Simulates one trace sensor.

    Parameters
    ----------
    sensor : Trace
    crowd : Crowd
    loads : Loads
    rng : numpy.random.Generator
        This sensor's own stream.
    start_ns : int
        UTC of the crowd's frame 0.
    """

    def __init__(
        self,
        sensor: Trace,
        crowd: Crowd,
        loads: Loads,
        rng: np.random.Generator,
        start_ns: int,
    ) -> None:
        self._sensor = sensor
        self._crowd = crowd
        self._loads = loads
        self._rng = rng
        self._start_ns = start_ns
        self._coverage = shapely.Polygon(sensor.coverage)
        self._messenger = Messenger(sensor.id, sensor.error_model, rng)

    def shoot(self, cue: Cue, clock_ns: int) -> Observation:
        """Fire one shot.

        Parameters
        ----------
        cue : Cue
        clock_ns : int
            UTC at which the cue reached the sensor.
        """
        error = self._sensor.error_model
        shot_ns = clock_ns + nanoseconds(error.aim_delay_s)
        lead_s = seconds(shot_ns - cue.time_ns)
        predicted = np.array(
            [cue.x_m + lead_s * cue.velocity_x_m_s, cue.y_m + lead_s * cue.velocity_y_m_s]
        )
        aim = predicted + self._messenger.bias_m + self._rng.normal(0.0, error.sigma_m, 2)
        person = self._hit(aim, seconds(shot_ns - self._start_ns))
        found = self._found(person)
        evidence = (
            Evidence(Modality.TRACE, (0.0,) * len(HYPOTHESES), examined=0.0)
            if person == NOBODY
            else trace_evidence(self._sensor.substances, error.pfa, found)
        )
        x_m, y_m = aim.tolist()
        return self._messenger.observation(
            self._messenger.stamp(shot_ns), (x_m, y_m), person, evidence, cue=cue.cue_id
        )

    def _hit(self, aim_m: NDArray[np.float64], time_s: float) -> int:
        present = self._crowd.at(time_s)
        if not len(present.person) or not shapely.contains_xy(self._coverage, *aim_m):
            return NOBODY
        gap = present.position_m - aim_m
        distance = np.hypot(gap[:, 0], gap[:, 1])
        nearest = int(distance.argmin())
        if distance[nearest] > self._sensor.error_model.beam_radius_m:
            return NOBODY
        return int(present.person[nearest])

    def _found(self, person: int) -> str | None:
        """The substance that the shot names, if any."""
        carried = frozenset() if person == NOBODY else self._loads.substances[person]
        for name, substance in sorted(self._sensor.substances.items()):
            if self._rng.random() < substance.pd and name in carried:
                return name
        if self._rng.random() < self._sensor.error_model.pfa:
            names = sorted(self._sensor.substances)
            return names[int(self._rng.integers(len(names)))]
        return None
