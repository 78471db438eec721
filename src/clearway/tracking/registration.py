"""Where the sensors are against each other: their offsets and clocks, learned from people.

Two sensors that see one person at nearly the same time differ by their registration and by
noise, whatever the tracker thinks of that person.  With the offset b and the clock offset d of
each sensor (it measured at its time stamp plus d) and a person of velocity v::

    z_s - z_o - v (t_s - t_o) = b_s - b_o + v (d_s - d_o) + noise

which is linear in all b and d: one Gaussian for all sensors together (Lin, Bar-Shalom and
Kirubarajan, IEEE Trans. Aerospace and Electronic Systems 41(3), 2005, for the general case).
Offsets that all sensors share are not observable and stay at their prior, zero.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from clearway.domain import NANOSECONDS
from clearway.tracking.sensors import PersonSensor
from clearway.tracking.settings import TrackerSettings

_SAME_TIME_S = 0.15
"""Two sensors' sightings of one person this close in time compare the sensors, not the walk."""
_GATE = 9.0
_UNMODELLED_M2 = 0.01
"""Heads sway and people turn between two scans."""


class Registration:
    """Offsets and clock offsets of some sensors.

    Parameters
    ----------
    sensors : int
        Their number.
    settings : TrackerSettings
    """

    def __init__(self, sensors: int, settings: TrackerSettings) -> None:
        self._sensors = sensors
        self._memory_s = settings.registration_memory_s
        # Unknowns of one sensor: east offset, north offset, clock offset.
        sigma = [settings.bias_sigma_m, settings.bias_sigma_m, settings.clock_sigma_s]
        self._prior: NDArray[np.float64] = np.diag(np.tile(1.0 / np.square(sigma), sensors))
        self._information = self._prior.copy()
        self._vector = np.zeros(3 * sensors)
        self._solution: NDArray[np.float64] = np.zeros((sensors, 3))
        self._solved = True

    @property
    def offset_m(self) -> NDArray[np.float64]:
        """Shape (sensors, 2): east and north offset of each sensor."""
        return self._estimate[:, :2]

    @property
    def clock_s(self) -> NDArray[np.float64]:
        """Shape (sensors,): how much later than its stamp each sensor measures."""
        return self._estimate[:, 2]

    @property
    def _estimate(self) -> NDArray[np.float64]:
        if not self._solved:
            unknowns = np.linalg.solve(self._information, self._vector)
            self._solution = np.asarray(unknowns, dtype=np.float64).reshape(-1, 3)
            self._solved = True
        return self._solution

    @property
    def sigma(self) -> NDArray[np.float64]:
        """Shape (sensors, 3): standard deviations of offsets and clock offset."""
        covariance = np.linalg.inv(self._information)
        return np.sqrt(np.diag(covariance)).reshape(-1, 3)

    def forget(self, duration_s: float) -> None:
        """Let old knowledge fade towards the prior."""
        kept = float(np.exp(-duration_s / self._memory_s))
        self._information *= kept
        self._information += (1.0 - kept) * self._prior
        self._vector *= kept

    def learn(
        self,
        sensor: int,
        other: int | NDArray[np.intp],
        difference_m: NDArray[np.float64],
        velocity_m_s: NDArray[np.float64],
        variance_m2: NDArray[np.float64],
    ) -> None:
        """Take in people whom a sensor and another have just seen.

        Parameters
        ----------
        sensor : int
            Its index.
        other : int or (k,) intp
            Index of the other, for all people or each.
        difference_m : (k, 2) float64
            Left side of the equation above, ``sensor`` minus ``other``.
        velocity_m_s : (k, 2) float64
            Of the people.
        variance_m2 : (k,) float64
            Of the noise of ``difference_m``, per axis.
        """
        predicted = (
            self.offset_m[sensor]
            - self.offset_m[other]
            + velocity_m_s * np.expand_dims(self.clock_s[sensor] - self.clock_s[other], -1)
        )
        variance = variance_m2 + _UNMODELLED_M2
        doubt = (self._prior_variance_m2() + variance)[:, None]
        usable = (((difference_m - predicted) ** 2) / doubt).sum(axis=1) < _GATE
        if not usable.any():
            return
        self._solved = False
        # The equation of one person and axis for (b_s, d_s); that for (b_o, d_o) is its negative.
        row = np.zeros((int(usable.sum()), 2, 3))
        row[:, [0, 1], [0, 1]] = 1.0
        row[:, :, 2] = velocity_m_s[usable]
        weighted = (row / variance[usable, None, None]).transpose(0, 2, 1)
        every = np.arange(self._sensors)
        is_other = (every[:, None] == np.broadcast_to(other, usable.shape)[usable]).astype(float)
        square = np.tensordot(is_other, weighted @ row, axes=1)
        vector = is_other @ (weighted @ difference_m[usable, :, None])[:, :, 0]
        blocks = self._information.reshape(self._sensors, 3, self._sensors, 3)
        blocks[sensor, :, sensor] += square.sum(axis=0)
        blocks[every, :, every] += square
        blocks[sensor] -= square.transpose(1, 0, 2)
        blocks[:, :, sensor] -= square
        shares = self._vector.reshape(self._sensors, 3)
        shares[sensor] += vector.sum(axis=0)
        shares -= vector

    def _prior_variance_m2(self) -> float:
        return float(2.0 / self._prior[0, 0])


class Sightings:
    """Whom each sensor has surely seen in the last moments, as it reported them.

    Parameters
    ----------
    sensors : sequence of PersonSensor
    """

    def __init__(self, sensors: Sequence[PersonSensor]) -> None:
        self._variance_m2 = np.square([sensor.sigma_m for sensor in sensors])
        self._sensor = np.empty(0, dtype=np.intp)
        self._track_id = np.empty(0, dtype=np.int64)
        self._time_ns = np.empty(0, dtype=np.int64)
        self._position_m = np.empty((0, 2))

    def teach(
        self,
        registration: Registration,
        sensor: int,
        time_ns: int,
        track_id: NDArray[np.int64],
        position_m: NDArray[np.float64],
        velocity_m_s: NDArray[np.float64],
        variance_m2: NDArray[np.float64],
    ) -> None:
        """Compare a scan's sure detections with those of the other sensors, and remember them.

        Parameters
        ----------
        registration : Registration
            Learns.
        sensor : int
            Index of the sensor that scanned.
        time_ns : int
            When.
        track_id : (k,) int64
            Whom it saw, each once.
        position_m, velocity_m_s : (k, 2) float64
            As it reported, and as the tracks say.
        variance_m2 : (k,) float64
            Of the reported positions, per axis.
        """
        order = np.argsort(track_id)
        place = np.searchsorted(track_id, self._track_id, sorter=order)
        # The number of nobody ends the list, for those beyond the last.
        again = np.append(track_id[order], 0)[place] == self._track_id
        since_s = (time_ns - self._time_ns) / NANOSECONDS
        recent = since_s < _SAME_TIME_S
        both = again & recent & (self._sensor != sensor)
        if both.any():
            seen, other = order[place[both]], self._sensor[both]
            walked_m = velocity_m_s[seen] * since_s[both, None]
            registration.learn(
                sensor,
                other,
                position_m[seen] - self._position_m[both] - walked_m,
                velocity_m_s[seen],
                variance_m2[seen] + self._variance_m2[other],
            )
        kept = recent & ~(again & (self._sensor == sensor))
        self._sensor = np.append(self._sensor[kept], np.full(len(track_id), sensor, dtype=np.intp))
        self._track_id = np.append(self._track_id[kept], track_id)
        self._time_ns = np.append(self._time_ns[kept], np.full(len(track_id), time_ns))
        self._position_m = np.append(self._position_m[kept], position_m, axis=0)
