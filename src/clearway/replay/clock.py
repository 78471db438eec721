"""When a sensor scans, as its detections tell."""

from __future__ import annotations

from clearway.domain import NANOSECONDS

SAME_INSTANT_NS = 1_000
"""Times this close are one instant: seconds since 1970 in double precision are no finer."""


class SensorClock:
    """Says when a sensor that stays silent would have scanned.

    A recording holds no scans, only detections: a scan in which the sensor saw nobody has left no
    row.  It is known from the rate, and its phase from the newest detection.

    A sensor with an even clock is taken for silent as soon as its instant has passed.  A sensor
    whose clock is uneven, or whose times are rounded, is given more time from the first late scan
    on: twice the largest lateness so far, up to half a period.  All this uses the past alone.

    `clearway.tracking.ScanClock` serves messages that may arrive late and so waits half a period
    for every sensor; in a recording all detections are there in the order of their times.

    Parameters
    ----------
    rate_hz : float
        Scans per second, > 0.
    start_ns : int
        First expected scan, until a detection tells better.
    """

    def __init__(self, rate_hz: float, start_ns: int) -> None:
        self._period_ns = NANOSECONDS / rate_hz
        self._anchor_ns = start_ns
        self._steps = 0
        self._slack_ns = 0.0
        self._seen = False

    @property
    def expected_ns(self) -> int:
        """Next scan."""
        return self._anchor_ns + round(self._steps * self._period_ns)

    @property
    def deadline_ns(self) -> int:
        """When to take the sensor for silent if it has not reported the next scan."""
        return self._anchor_ns + round(self._steps * self._period_ns + self._slack_ns)

    def replaces(self, time_ns: int) -> bool:
        """Whether a scan at this time is the expected one, or comes before it."""
        return time_ns - self.expected_ns < self._period_ns / 2

    def silent(self) -> None:
        """Take note that the expected scan saw nothing."""
        self._steps += 1

    def scanned(self, time_ns: int) -> None:
        """Take note of a scan with detections."""
        late_ns = time_ns - self._anchor_ns - self._period_ns
        # Over more than one period a rate that is slightly wrong would pass for an uneven clock.
        if self._seen and SAME_INSTANT_NS < late_ns < self._period_ns / 2:
            self._slack_ns = max(self._slack_ns, min(2 * late_ns, self._period_ns / 2))
        self._anchor_ns, self._steps, self._seen = time_ns, 1, True
