"""Fair times on a machine that is never quite idle."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from time import perf_counter, sleep

__all__ = ["Spread", "paired_seconds", "repeated_seconds"]

_PAUSE_S = 0.05


@dataclass(frozen=True, slots=True)
class Spread:
    """Median, smallest and largest of repeated measurements."""

    median: float
    smallest: float
    largest: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """Summarise at least one value.

        Examples
        --------
        >>> Spread.of([3.0, 1.0, 2.0])
        Spread(median=2.0, smallest=1.0, largest=3.0)
        """
        return cls(median(values), min(values), max(values))


def repeated_seconds(task: Callable[[], object], repeats: int) -> list[float]:
    """Wall-clock seconds of each repetition, after one that is not timed."""
    task()
    return [_seconds(task) for _ in range(repeats)]


def paired_seconds(
    first: Callable[[], object], second: Callable[[], object], repeats: int
) -> list[tuple[float, float]]:
    """Wall-clock seconds of both tasks, run in turn: A B A B.

    What slows the machine for a while then slows both, and the ratio within a pair stays right.
    Each task runs once before, untimed.
    """
    first()
    second()
    return [(_seconds(first), _seconds(second)) for _ in range(repeats)]


def _seconds(task: Callable[[], object]) -> float:
    # Idle threads of an OpenMP runtime keep a core busy for a while after their last loop.
    sleep(_PAUSE_S)
    started = perf_counter()
    task()
    return perf_counter() - started
