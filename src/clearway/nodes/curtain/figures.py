"""What a node measures of itself: time per stage, latency, frames done and dropped."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from time import perf_counter

import numpy as np

__all__ = ["Figures", "Stage", "StageTimes"]


class Stage(StrEnum):
    """Steps of a frame."""

    CALIBRATE = "calibrate"
    LOCATE = "locate"
    PREPARE = "prepare"
    IMAGE = "image"
    READ = "read"


class StageTimes:
    """Seconds spent in each stage.

    Parameters
    ----------
    timer : callable
        Seconds that only grow.

    Examples
    --------
    >>> ticks = iter([0.0, 0.25, 1.0, 1.5])
    >>> times = StageTimes(lambda: next(ticks))
    >>> for _ in range(2):
    ...     with times.of(Stage.READ):
    ...         pass
    >>> times.total_s[Stage.READ]
    0.75
    """

    def __init__(self, timer: Callable[[], float] = perf_counter) -> None:
        self._timer = timer
        self.total_s = dict.fromkeys(Stage, 0.0)

    @contextmanager
    def of(self, stage: Stage) -> Iterator[None]:
        """Time what is done inside."""
        begun_s = self._timer()
        try:
            yield
        finally:
            self.total_s[stage] += self._timer() - begun_s

    def shares(self) -> dict[Stage, float]:
        """Part of the whole time that each stage took; zeros before any."""
        whole_s = sum(self.total_s.values())
        return {stage: (s / whole_s if whole_s else 0.0) for stage, s in self.total_s.items()}


@dataclass(slots=True)
class Figures:
    """Counts since the node started, and the latest latencies."""

    frames: int = 0
    """Examined."""
    skipped: int = 0
    """Came while earlier ones were being examined, and were dropped."""
    bad: int = 0
    """Could not be used."""
    missing: int = 0
    """Were measured and never came."""
    latencies_s: deque[float] = field(default_factory=lambda: deque(maxlen=1000))
    """From the last sample of a look to its message."""
    reading_latencies_s: deque[float] = field(default_factory=lambda: deque(maxlen=1000))
    """The same of the looks that carry a reading."""

    @property
    def dropped(self) -> int:
        """Frames that were measured and not examined."""
        return self.skipped + self.bad + self.missing

    def latency_s(self, percentile: float) -> float | None:
        """Percentile of the latencies of readings; None before any."""
        if not self.reading_latencies_s:
            return None
        return float(np.percentile(list(self.reading_latencies_s), percentile))
