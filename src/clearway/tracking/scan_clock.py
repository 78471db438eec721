"""Which scans are missing: a scan in which a sensor saw nothing is known from its rate."""

from __future__ import annotations

from collections.abc import Iterable

from clearway.domain import nanoseconds
from clearway.tracking.sensors import PersonSensor


class ScanClock:
    """When each sensor should have scanned.

    Detections say when a sensor scanned; nothing says when it scanned an empty floor, or failed.
    A scan that has not come half a period after it was due will not come.

    Parameters
    ----------
    sensors : iterable of PersonSensor
    """

    def __init__(self, sensors: Iterable[PersonSensor]) -> None:
        self._period_ns = {
            sensor.sensor_id: nanoseconds(1.0 / sensor.rate_hz) for sensor in sensors
        }
        self._last_ns: dict[str, int] = {}

    def heard(self, sensor_id: str, time_ns: int) -> None:
        """A sensor has scanned; the first time this is said starts the clocks of all."""
        if not self._last_ns:
            self._last_ns = dict.fromkeys(self._period_ns, time_ns)
        self._last_ns[sensor_id] = time_ns

    def missing(self, until_ns: int) -> list[tuple[int, str]]:
        """Scans that were due and will not come.

        Parameters
        ----------
        until_ns : int
            The time now.

        Returns
        -------
        list of (int, str)
            When it was noticed and of which sensor, in the order of time; never twice.
        """
        found: list[tuple[int, str]] = []
        for sensor_id, period_ns in self._period_ns.items():
            grace_ns = period_ns // 2
            while sensor_id in self._last_ns:
                due_ns = self._last_ns[sensor_id] + period_ns
                if due_ns + grace_ns > until_ns:
                    break
                self._last_ns[sensor_id] = due_ns
                found.append((due_ns + grace_ns, sensor_id))
        return sorted(found)
