"""A moment to come, on a clock that may be set back."""

from __future__ import annotations

__all__ = ["Deadline"]


class Deadline:
    """Some time after the present.

    A clock that is set back, by NTP or by hand, would put off all that waits for it; but nothing
    is later than its whole time from the present.

    Parameters
    ----------
    now_ns : int
        The present.
    after_ns : int
        How long after it.

    Examples
    --------
    >>> due = Deadline(1_000, 30)
    >>> due.passed(1_029), due.passed(1_030)
    (False, True)
    >>> due.passed(500), due.passed(529), due.passed(530)
    (False, False, True)
    """

    __slots__ = ("_after_ns", "at_ns")

    def __init__(self, now_ns: int, after_ns: int) -> None:
        self._after_ns = after_ns
        self.at_ns = now_ns + after_ns
        """The moment."""

    def passed(self, now_ns: int) -> bool:
        """Whether the moment has come."""
        self.at_ns = min(self.at_ns, now_ns + self._after_ns)
        return now_ns >= self.at_ns
