"""How a log is kept."""

from __future__ import annotations

import math
from dataclasses import dataclass

from clearway.errors import ArgumentError

__all__ = ["LogSettings"]

_DAY_NS = 86_400 * 1_000_000_000


@dataclass(frozen=True, slots=True)
class LogSettings:
    """How a log is kept.

    The log tells where people were and what was found on them.  State how long it is kept, and
    keep its folder from others; see the package's notes.

    Parameters
    ----------
    segment_bytes : int, default 256 MB
        A segment that has grown to this is closed.
    segment_age_ns : int, default 1 h
        A segment with records is closed at this age.  Also the grain of ``keep_days``.
    flush_ns : int, default 0.8 s
        What is older than this is handed to the file with the next `advance`.
    to_disk : bool, default True
        Wait with every flush until the disk itself has it, so that a power cut too costs no more
        than a crash of the process.
    retry_ns : int, default 5 s
        Interval of attempts while nothing can be written.
    keep_days : float, optional
        Closed segments begun longer ago are deleted: no record is kept longer than this, some up
        to one ``segment_age_ns`` shorter.  By default all are kept.
    keep_bytes : int, optional
        The oldest closed segments are deleted while all together are larger.
    queue_bytes : int, default 32 MiB
        How much may wait for a slow disk before records are dropped.

    Raises
    ------
    ArgumentError
        If one is not positive.
    """

    segment_bytes: int = 256_000_000
    segment_age_ns: int = 3600 * 1_000_000_000
    flush_ns: int = 800_000_000
    to_disk: bool = True
    retry_ns: int = 5_000_000_000
    keep_days: float | None = None
    keep_bytes: int | None = None
    queue_bytes: int = 32 << 20

    def __post_init__(self) -> None:
        for name in (
            "segment_bytes",
            "segment_age_ns",
            "flush_ns",
            "retry_ns",
            "keep_days",
            "keep_bytes",
            "queue_bytes",
        ):
            value = getattr(self, name)
            if value is not None and not (math.isfinite(value) and value > 0):
                raise ArgumentError(name, f"is {value}", "give a positive number")

    @property
    def keep_ns(self) -> int | None:
        """``keep_days`` in nanoseconds."""
        return None if self.keep_days is None else round(self.keep_days * _DAY_NS)
