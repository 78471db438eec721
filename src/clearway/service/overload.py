"""Whether the service keeps up: told by times alone."""

from __future__ import annotations

from dataclasses import dataclass

from clearway.domain import nanoseconds, seconds

_WINDOW_NS = nanoseconds(10.0)
_TOLD_AGAIN_NS = nanoseconds(60.0)
_MOST_OVERDUE = 0.5
"""Share of the time in which a tick was due and had not come."""
_MOST_LATE = 0.1
"""Share of a node's detections that came too late."""
_LATE_NODES = 2
"""Fewer may have a wrong clock."""
_CALM_WINDOWS = 3
"""After which it is over."""


@dataclass(slots=True)
class _Arrivals:
    """Of one node in one window."""

    number: int = 0
    late: int = 0
    late_ns: int = 0
    """Ages of the late ones together."""


class Overload:
    """Judges every ten seconds whether things come in time.

    Two signs are looked at.  The loop that does everything is busy if ticks are overdue for half of
    the time.  Detections are too late if a tenth of what a node sends is, at two nodes or more and
    at half of all: a single node that is late has a wrong clock or a slow line of its own, and is
    told by its name elsewhere.  The clocks of many can be wrong together; from times alone that is
    no different from being slow.

    Parameters
    ----------
    usable_for_ns : int
        Age at which a detection is of no use any more.
    tick_ns : int
        Interval at which ticks are due.
    """

    def __init__(self, usable_for_ns: int, tick_ns: int) -> None:
        self._usable_for_ns = usable_for_ns
        self._tick_ns = tick_ns
        self._began_ns: int | None = None
        self._last_tick_ns = 0
        self._overdue_ns = 0
        self._longest_ns = 0
        self._arrivals: dict[str, _Arrivals] = {}
        self._told_ns: int | None = None
        self._calm = 0

    def arrived(self, node_id: str, age_ns: int) -> None:
        """Take note of a detection's age on its arrival."""
        arrivals = self._arrivals.get(node_id)
        if arrivals is None:
            arrivals = self._arrivals[node_id] = _Arrivals()
        arrivals.number += 1
        if age_ns >= self._usable_for_ns:
            arrivals.late += 1
            arrivals.late_ns += age_ns

    def ticked(self, now_ns: int) -> str | None:
        """Take note of a tick.

        Returns
        -------
        str or None
            What an operator should know: that it is overloaded, which is told again once a minute,
            or is no longer.
        """
        if self._began_ns is None:
            self._begin(now_ns)
            return None
        overdue_ns = max(0, now_ns - self._last_tick_ns - self._tick_ns)
        self._overdue_ns += overdue_ns
        self._longest_ns = max(self._longest_ns, overdue_ns)
        self._last_tick_ns = now_ns
        if now_ns - self._began_ns < _WINDOW_NS:
            return None
        signs = [*self._late_detections(), *self._late_ticks(now_ns - self._began_ns)]
        self._begin(now_ns)
        return self._news(signs, now_ns)

    def _begin(self, now_ns: int) -> None:
        self._began_ns = self._last_tick_ns = now_ns
        self._overdue_ns = self._longest_ns = 0
        self._arrivals.clear()

    def _late_detections(self) -> list[str]:
        nodes = self._arrivals.values()
        late_nodes = sum(node.late >= _MOST_LATE * node.number for node in nodes)
        if late_nodes < max(_LATE_NODES, len(nodes) / 2):
            return []
        late = sum(node.late for node in nodes)
        share = late / sum(node.number for node in nodes)
        age_s = seconds(sum(node.late_ns for node in nodes) // late)
        return [
            f"{share:.0%} of the detections are of no use: they come {age_s:.1f} s after their time"
        ]

    def _late_ticks(self, window_ns: int) -> list[str]:
        if self._overdue_ns < _MOST_OVERDUE * window_ns:
            return []
        return [f"the service itself is up to {seconds(self._longest_ns):.1f} s behind"]

    def _news(self, signs: list[str], now_ns: int) -> str | None:
        if signs:
            self._calm = 0
            if self._told_ns is not None and now_ns - self._told_ns < _TOLD_AGAIN_NS:
                return None
            self._told_ns = now_ns
            return f"overloaded: {'; '.join(signs)}"
        self._calm += 1
        if self._told_ns is None or self._calm < _CALM_WINDOWS:
            return None
        self._told_ns = None
        return "no longer overloaded"
