"""How many readings a threat sensor may send.

A reading costs far more than a camera's detection: all looks at a person are held against all
tracks of their times.  A sensor gone wild must not take that time from everybody, so it may send
no more than the people who can walk past it give rise to, or than it can fire.
"""

from __future__ import annotations

import math

from clearway.domain import nanoseconds
from clearway.site.schema import Curtain, Site

_PEOPLE_PER_M_S = 2.0
"""Through each metre of a trigger line.  The most that a walkway lets pass is 1.2 (Weidmann,
Transporttechnik der Fussgaenger, ETH Zurich, 1993)."""
_LEAST_WIDTH_M = 1.0
_SHOTS = 2.0
"""In the time that a trace sensor is said to need for one."""
_LEAST_BURST = 20
"""Readings that may come at once, from however slow a sensor."""


class ReadingBudget:
    """Of one sensor: a mean rate, and a burst after a time of silence.

    Parameters
    ----------
    per_s : float
        Readings per second, > 0.
    burst_s : float
        As many as come in this time may come at once: what waited for a connection.
    """

    def __init__(self, per_s: float, burst_s: float) -> None:
        self._interval_ns = nanoseconds(1.0 / per_s)
        self._burst_ns = max(nanoseconds(burst_s), _LEAST_BURST * self._interval_ns)
        self._due_ns: int | None = None
        """When the last reading would have come, had all come at the mean rate."""

    def take(self, clock_ns: int) -> bool:
        """Whether another reading may come now; if so, it is counted."""
        due_ns = clock_ns if self._due_ns is None else max(self._due_ns, clock_ns)
        if due_ns - clock_ns > self._burst_ns:
            return False
        self._due_ns = due_ns + self._interval_ns
        return True


def reading_budgets(site: Site) -> dict[str, ReadingBudget]:
    """The budget of each threat sensor, by its id."""
    most_per_s = {curtain.id: _looks_per_s(site, curtain) for curtain in site.curtains} | {
        trace.id: _SHOTS / trace.error_model.recharge_s for trace in site.trace_sensors
    }
    # What has waited for longer than the history goes is too old to be used.
    burst_s = site.engine.history_s
    return {sensor_id: ReadingBudget(per_s, burst_s) for sensor_id, per_s in most_per_s.items()}


def _looks_per_s(site: Site, curtain: Curtain) -> float:
    width_m = max(math.dist(*site.line(curtain.trigger_line).points), _LEAST_WIDTH_M)
    return _PEOPLE_PER_M_S * width_m * curtain.error_model.looks
