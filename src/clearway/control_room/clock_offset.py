"""How far a sensor's clock is from ours, as far as the times of its messages can tell."""

from __future__ import annotations

from collections import deque
from statistics import median

__all__ = ["ClockOffset"]

_SLOT_NS = 10_000_000_000
_SLOTS = 6


class ClockOffset:
    r"""Estimates a node's clock minus ours from the ages of its messages.

    Parameters
    ----------
    least_delay_ns : int
        A message is known to take this long at least from its content's time to its arrival.

    Notes
    -----
    A message of age :math:`a` that was under way for :math:`d` comes from a clock that is
    :math:`\theta = d - a` ahead of ours.  Delays are never negative, and now and then a message
    meets no queue: the smallest age of ten seconds tells :math:`\theta` best.  That is how NTP's
    clock filter picks the sample of the least delay among its last eight [1]_, and how one-way
    delays are freed from queueing by the minima of intervals [2]_.  A minimum is deaf to late
    messages and at the mercy of a single one that is dated ahead; therefore the median of six
    such minima is taken, which bears anything at all in two of them.  It follows a clock that was
    set within 40 s.

    *What this cannot tell.*  NTP asks and is answered, so that it can halve the way there and back.
    Sensors only send: a clock that is behind and a way that has become longer look the same.  As
    long as no message is faster than ``least_delay_ns``, the estimate never lies above the offset,
    and lies below it by whatever even the fastest messages were delayed beyond that.  A clock that
    is found ahead is ahead; one that is found behind may be right and its messages slow, which
    only a look at the node itself can tell.

    References
    ----------
    .. [1] D. L. Mills, "Internet time synchronization: the Network Time Protocol", IEEE Trans.
       Communications 39(10), 1991; RFC 5905, section 10.
    .. [2] V. Paxson, "On calibrating measurements of packet transit times", ACM SIGMETRICS 1998.
    """

    def __init__(self, least_delay_ns: int = 0) -> None:
        self._least_delay_ns = least_delay_ns
        self._smallest: deque[tuple[int, int]] = deque(maxlen=_SLOTS)
        """Number of each slot of ten seconds, and the smallest age in it; O(1) per message."""

    def take(self, age_ns: int, now_ns: int) -> None:
        """Take note of a message that arrives now.

        Parameters
        ----------
        age_ns : int
            Arrival by our clock minus content time by the node's.
        now_ns : int
            UTC by our clock, which does not go back.
        """
        slot = now_ns // _SLOT_NS
        if not self._smallest or slot > self._smallest[-1][0]:
            self._smallest.append((slot, age_ns))
        elif age_ns < self._smallest[-1][1]:
            self._smallest[-1] = (self._smallest[-1][0], age_ns)

    def offset_ns(self, now_ns: int) -> int | None:
        """The node's clock minus ours: positive ahead; None without a message in a minute."""
        first = now_ns // _SLOT_NS - _SLOTS
        ages = [age for slot, age in self._smallest if slot > first]
        return round(self._least_delay_ns - median(ages)) if ages else None
