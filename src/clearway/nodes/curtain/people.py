"""Where people are, as the curtain is told it or finds it itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

__all__ = ["Person", "WherePeopleAre"]


@dataclass(frozen=True, slots=True)
class Person:
    """One person at one instant, in the site frame."""

    id: int
    """The same for one person in all frames."""
    position_m: tuple[float, float]
    """East and north of the middle of the body."""
    velocity_m_s: tuple[float, float]
    velocity_sigma_m_s: float
    """Standard deviation of the velocity, per axis."""


WherePeopleAre: TypeAlias = Callable[[int], Sequence[Person]]
"""A tracker: who is where at a time in UTC nanoseconds.

Within one process that is the engine's own tracks.  A node that runs by itself has none: the
SAPIENT profile carries no tracks to sensors, and the node looks for people itself."""
