"""The time of a running service."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Lock

from clearway.domain import nanoseconds

_AHEAD_NS = nanoseconds(5.0)
_SLEWED_PER_S = 0.05
"""How much slower or faster than a second a second may be.  Sensors keep time by themselves, to
within tenths of a second; a minute is enough to take those up."""


class SteadyClock:
    """UTC in nanoseconds, which never stands still, never goes back, and knows when it jumped.

    Every input of the engine has a time of its own, so that a time says which inputs came before
    it.  Seconds are those of a clock that nobody sets.  Where the machine's UTC differs from it, by
    a correction, this clock goes a twentieth faster or slower until they agree; but a jump of more
    than five seconds ahead, as after a suspension, is followed at once.  A machine whose clock was
    set back by much more is not caught up with in reasonable time: `ahead_s` says by how much.

    Parameters
    ----------
    utc_ns, monotonic_ns : callable
        The machine's clocks.

    Examples
    --------
    >>> utc, seconds = [1_000_000_000_000], [0]
    >>> clock = SteadyClock(lambda: utc[0], lambda: seconds[0])
    >>> first = clock()
    >>> utc[0] -= 10_000_000_000  # set back by ten seconds
    >>> seconds[0] += 2_000_000_000
    >>> (clock() - first) / 1e9
    1.9
    """

    def __init__(
        self,
        utc_ns: Callable[[], int] = time.time_ns,
        monotonic_ns: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        self._utc_ns = utc_ns
        self._monotonic_ns = monotonic_ns
        self._seconds_ns = monotonic_ns()
        self._last_ns = utc_ns()
        self._turn = Lock()

    def __call__(self) -> int:
        """The present; in any thread."""
        with self._turn:
            return self._next()

    def _next(self) -> int:
        seconds_ns = self._monotonic_ns()
        passed_ns = max(seconds_ns - self._seconds_ns, 0)
        self._seconds_ns = seconds_ns
        behind_ns = self._utc_ns() - (self._last_ns + passed_ns)
        if behind_ns <= _AHEAD_NS:
            most_ns = int(passed_ns * _SLEWED_PER_S)
            behind_ns = min(max(behind_ns, -most_ns), most_ns)
        self._last_ns += max(passed_ns + behind_ns, 1)
        return self._last_ns

    @property
    def ahead_s(self) -> float:
        """How far this clock is ahead of the machine's UTC, which was set back."""
        return max(self._last_ns - self._utc_ns(), 0) / 1e9
