"""Who carries what: the truth that the sensors are to find."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clearway.domain.threat import CLASS_MEMBERS, HARMLESS_OBJECT, HYPOTHESES, ThreatClass
from clearway.site.schema import Carriers, Trace


@dataclass(frozen=True, slots=True)
class Loads:
    """What each person of a crowd carries."""

    hypothesis: NDArray[np.int64]
    """Shape (p,): index into `HYPOTHESES`; 0 is nothing."""
    substances: tuple[frozenset[str], ...]
    """Per person: trace substances on hands or clothes."""

    @property
    def is_carrier(self) -> NDArray[np.bool_]:
        """Shape (p,): whether the person carries a threat."""
        return np.logical_and(self.hypothesis > 0, self.hypothesis < HARMLESS_OBJECT)

    def carries(self, threat: ThreatClass) -> NDArray[np.bool_]:
        """Shape (p,): whether the person carries this class, alone or with another."""
        return np.isin(self.hypothesis, CLASS_MEMBERS[threat])

    @property
    def is_harmlessly_alarming(self) -> NDArray[np.bool_]:
        """Shape (p,): no threat, yet a look-alike object or an innocent trace."""
        contaminated = np.array([bool(found) for found in self.substances], dtype=bool)
        innocent_trace = np.logical_and(contaminated, np.logical_not(self.is_carrier))
        alarming: NDArray[np.bool_] = innocent_trace | (self.hypothesis == HARMLESS_OBJECT)
        return alarming


def draw_loads(
    count: int, carriers: Carriers, trace_sensors: tuple[Trace, ...], rng: np.random.Generator
) -> Loads:
    """Draw what ``count`` people carry.

    Parameters
    ----------
    count : int
        Number of people.
    carriers : Carriers
        Shares and mix of the site's crowd.
    trace_sensors : tuple of Trace
        Their substances are those that people can have on them.
    rng : numpy.random.Generator

    Returns
    -------
    Loads
    """
    names = sorted(carriers.mix)
    weights = np.array([carriers.mix[name] for name in names])
    cells = np.array([HYPOTHESES.index(name) for name in names])
    is_carrier = rng.random(count) < carriers.share
    chosen = cells[rng.choice(len(cells), size=count, p=weights / weights.sum())]
    harmless = rng.random(count) < carriers.harmless_object_share
    hypothesis = np.where(is_carrier, chosen, np.where(harmless, HARMLESS_OBJECT, 0))
    handled = np.isin(hypothesis, CLASS_MEMBERS[ThreatClass.EXPLOSIVE])
    substances: list[set[str]] = [set() for _ in range(count)]
    for name, substance in sorted(
        {
            name: found for sensor in trace_sensors for name, found in sensor.substances.items()
        }.items()
    ):
        share = np.where(handled, substance.handled_share, substance.innocent_share)
        for person in np.flatnonzero(rng.random(count) < share):
            substances[person].add(name)
    return Loads(hypothesis.astype(np.int64), tuple(frozenset(found) for found in substances))
