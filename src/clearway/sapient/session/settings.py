"""Times and bounds of a session; the defaults are those of the standard where it has any."""

from __future__ import annotations

from dataclasses import dataclass

from clearway.errors import ArgumentError

__all__ = ["SECOND_NS", "EdgeSettings", "FusionSettings", "PeerSettings", "TimeSettings"]

SECOND_NS = 1_000_000_000
"""Nanoseconds in a second."""


_MAY_BE_ZERO = frozenset({"status_grace_ns", "errors_per_s", "error_burst"})
"""A grace of nothing is a choice, and so is to send no Error."""


class _Positive:
    """Settings of which no number is negative, and few are zero."""

    __slots__ = ()

    def __post_init__(self) -> None:
        for name in self.__dataclass_fields__:  # type: ignore[attr-defined]
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int | float):
                continue
            if not (value > 0 or (value == 0 and name in _MAY_BE_ZERO)):
                raise ArgumentError(name, f"{value} is not allowed", "give a positive number")


@dataclass(frozen=True, slots=True)
class TimeSettings(_Positive):
    """How the content times of a node are judged (BSI Flex 335 v2.0, clause 4.1)."""

    late_ns: int = 5 * SECOND_NS
    """Older content is reported, and used all the same."""
    ahead_ns: int = SECOND_NS
    """Content further in the future is reported, and used all the same."""
    useless_ns: int = 60 * SECOND_NS
    """Detections and alerts further from the present, either way, are refused."""
    scan_gap_ns: int = 10_000_000
    """Timestamps closer together than this belong to one scan and should be equal."""
    offset_ns: int = SECOND_NS
    """A clock that differs by more is reported."""
    drift_ns: int = 250_000_000
    """A clock whose difference has changed by more is reported."""
    window_ns: int = 60 * SECOND_NS
    """The clock difference is estimated from the messages of this long."""

    def __post_init__(self) -> None:
        """Refuse bounds that contradict each other."""
        _Positive.__post_init__(self)
        if self.useless_ns < max(self.late_ns, self.ahead_ns):
            raise ArgumentError(
                "useless_ns",
                f"{self.useless_ns} ns is within the bounds for late or future content",
                "give more than late_ns and ahead_ns",
            )


@dataclass(frozen=True, slots=True)
class PeerSettings(_Positive):
    """Bounds on what is kept for a peer and sent to it, on either side."""

    open_tasks: int = 256
    """Tasks and alerts kept open; the oldest are given up for new ones."""
    errors_per_s: float = 5.0
    """Error messages sent at most, on the long run."""
    error_burst: int = 20
    """Error messages sent at most, at once."""
    error_packet_bytes: int = 64 * 1024
    """Bytes of a refused message that are sent back in an Error."""


@dataclass(frozen=True, slots=True)
class FusionSettings(PeerSettings):
    """Rules of the fusion side."""

    registration_ns: int = 30 * SECOND_NS
    """A connection that has not registered by then is closed (clause 6.2.2)."""
    strikes: int = 32
    """Messages refused before a connection that has not registered is closed."""
    resume_ns: int = 120 * SECOND_NS
    """A node back within this time need not register again (clause 4.9)."""
    missed_reports: int = 3
    """Status intervals without a StatusReport before the connection is closed (6.3.2.1)."""
    status_grace_ns: int = SECOND_NS
    """The last of the missed reports may be this late: it has to travel."""
    shortest_interval_ns: int = 200_000_000
    """Declared status intervals are held to be no shorter."""
    longest_interval_ns: int = 600 * SECOND_NS
    """And no longer, or a dead node could pass for a working one for ever."""
    task_reply_ns: int = 10 * SECOND_NS
    """A task without any TaskAck by then has timed out; the standard sets no time."""
    task_end_ns: int | None = None
    """The same for the end of an accepted task; None waits for ever, as regions do."""
    time: TimeSettings = TimeSettings()
    """How content times are judged."""


@dataclass(frozen=True, slots=True)
class EdgeSettings(PeerSettings):
    """Rules of the edge side."""

    registration_ns: int = 30 * SECOND_NS
    """A Registration without a reply by then: close, connect anew, register (6.2.2)."""
    retry_ns: int = 10 * SECOND_NS
    """Between two attempts to connect (clause 4.9)."""
    fill_destination: bool = True
    """Whether messages name the peer as their destination once it is known (Table 1).

    A middleware between this node and several fusion nodes may send a message further only if
    it names nobody.
    """
