"""A passage of the figures for each crossing of the crowd.

Of the passages with what the person carries, those are preferred whose conditions are like those
of the crossing: each is drawn with the weight of a Gaussian kernel over speed, distance, direction
and occlusion (E. A. Nadaraya, Theory Probab. Appl. 9, 1964; G. S. Watson, Sankhya A 26, 1964).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from clearway.domain.threat import CLASS_MEMBERS, HYPOTHESES, ThreatClass
from clearway.recognition.classes import HARMLESS, NONE, OUTCOMES
from clearway.twin.figures.conditions import Conditions
from clearway.twin.figures.row import PassageRow

__all__ = ["PassageDraw", "Person", "outcomes_of"]

_WIDTHS = np.array([0.15, 0.15, 0.5, 0.1])
"""Of the kernel over `Conditions`: m/s, m, sides (who shows the other one is 4 widths away), share
of the panels."""
_LEAST_ROWS = 2.0
"""A set is drawn from where it is worth so many of the passages that are most like the crossing."""
BEYOND_M = 0.1
"""A crossing farther than this outside of the distances of all passages was not characterised."""


@dataclass(frozen=True, slots=True)
class Person:
    """What stays the same of a person at all curtains.

    Each is a place between 0 and 1 in the sorted list of what the passages hold.
    """

    load: float
    clothing: float


def outcomes_of(hypothesis: int) -> tuple[str, ...]:
    """The outcomes whose passages make up a hypothesis: two for a firearm and explosives.

    Examples
    --------
    >>> outcomes_of(HYPOTHESES.index("handgun_explosive"))
    ('handgun', 'explosive')
    >>> outcomes_of(HYPOTHESES.index("none"))
    ('none',)
    """
    threats = tuple(threat.value for threat in ThreatClass if hypothesis in CLASS_MEMBERS[threat])
    if threats:
        return threats
    return (HARMLESS,) if HYPOTHESES[hypothesis] == HARMLESS else (NONE,)


class PassageDraw:
    """Draws passages.

    Parameters
    ----------
    rows : sequence of PassageRow
        At least one of each outcome.
    """

    def __init__(self, rows: tuple[PassageRow, ...]) -> None:
        self._pools = {
            outcome: _Pool(tuple(row for row in rows if row.outcome == outcome))
            for outcome in OUTCOMES
        }
        distances_m = [row.distance_m for row in rows]
        self._nearest_m, self._farthest_m = min(distances_m), max(distances_m)

    def covers(self, conditions: Conditions) -> bool:
        """Whether people were characterised at such a distance; so where it is not known."""
        beyond_m = max(
            self._nearest_m - conditions.distance_m, conditions.distance_m - self._farthest_m
        )
        return not beyond_m > BEYOND_M

    def draw(
        self, outcome: str, person: Person, conditions: Conditions, rng: np.random.Generator
    ) -> PassageRow:
        """One passage.

        The person's kind of object and clothing are those of passages at their place in the list.
        Passages with both are drawn from where there are enough under such conditions; else those
        with the object, in any clothing; else all with the outcome.

        Parameters
        ----------
        outcome : str
            One of `OUTCOMES`.
        person : Person
        conditions : Conditions
        rng : numpy.random.Generator
        """
        pool = self._pools[outcome]
        weights = pool.weights(person, conditions)
        return pool.rows[int(rng.choice(len(pool.rows), p=weights))]


@dataclass(frozen=True, eq=False)
class _Pool:
    """All passages with one outcome."""

    rows: tuple[PassageRow, ...]

    @cached_property
    def _conditions(self) -> NDArray[np.float64]:
        return np.array([row.conditions for row in self.rows])

    @cached_property
    def _loads(self) -> NDArray[np.int64]:
        return _numbered([(row.object_kind, row.object_family) for row in self.rows])

    @cached_property
    def _clothing(self) -> NDArray[np.int64]:
        return _numbered([(row.clothing, str(row.wet)) for row in self.rows])

    def weights(self, person: Person, conditions: Conditions) -> NDArray[np.float64]:
        """Probability of each passage."""
        same_load = _same(self._loads, person.load)
        same_clothing = _same(self._clothing, person.clothing)
        away = (self._conditions - np.array(conditions)) / _WIDTHS
        # What is not known makes no passage unlike.
        exponent = -0.5 * np.square(np.nan_to_num(away)).sum(axis=1)
        alike = np.exp(exponent - exponent.max())
        for chosen in (same_load & same_clothing, same_load):
            if alike[chosen].sum() >= _LEAST_ROWS:
                return _normalised(np.where(chosen, alike, 0.0))
        return _normalised(alike)


def _numbered(names: list[tuple[str, str]]) -> NDArray[np.int64]:
    """Each name's number in the sorted list of all different ones."""
    numbers = {name: number for number, name in enumerate(sorted(set(names)))}
    return np.array([numbers[name] for name in names], dtype=np.int64)


def _same(numbers: NDArray[np.int64], place: float) -> NDArray[np.bool_]:
    """Where the number is the one at a place, between 0 and 1, in the sorted list."""
    rank = int(place * len(numbers))
    same: NDArray[np.bool_] = numbers == np.partition(numbers, rank)[rank]
    return same


def _normalised(weights: NDArray[np.float64]) -> NDArray[np.float64]:
    shares: NDArray[np.float64] = weights / weights.sum()
    return shares
