"""Rates of a file of figures, with their intervals: over all passages and by condition."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from clearway.domain import ThreatClass
from clearway.domain.intervals import Figure, wilson_share
from clearway.recognition.classes import HARMLESS, NONE
from clearway.twin.figures.row import PassageRow

__all__ = ["PositionNoise", "Rate", "Stratum", "position_noise", "strata"]

_DISTANCES_M = (1.0, 1.2, 1.4, 1.6)
_SPEEDS_M_S = (1.0, 1.2, 1.4, 1.6)
_OCCLUSIONS = (0.01, 0.25, 0.5)


@dataclass(frozen=True, slots=True)
class Rate:
    """A share of passages with its Wilson interval.

    One that was not examined counts as one without an alarm.
    """

    count: int
    cases: int

    @property
    def figure(self) -> Figure:
        """Share and interval; no value without a case."""
        return wilson_share(self.count, self.cases)

    def __str__(self) -> str:
        value, low, high = self.figure
        if value is None:
            return "-"
        return f"{value:.3f} ({low:.3f}-{high:.3f}), n {self.cases}"


@dataclass(frozen=True, slots=True)
class Stratum:
    """Passages under like conditions."""

    condition: str
    name: str
    examined: Rate
    """Of all its passages."""
    pd: dict[ThreatClass, Rate]
    """Its own class declared, of passages with each threat."""
    nuisance: Rate
    """Any threat declared, of passages with a harmless object."""
    pfa: Rate
    """Any threat declared, of passages with nothing."""


@dataclass(frozen=True, slots=True)
class PositionNoise:
    """Error of the measured position over all passages in which an image showed it."""

    mean_m: tuple[float, float]
    """Along the first panel, and away from it."""
    sigma_m: tuple[float, float]
    cases: int

    @property
    def per_axis_m(self) -> float:
        """Root mean square over both axes, the mean error left in."""
        return float(np.sqrt(np.mean(np.square(self.mean_m)) + np.mean(np.square(self.sigma_m))))


def strata(rows: Sequence[PassageRow]) -> Iterator[Stratum]:
    """All passages, and those by each condition.

    Parameters
    ----------
    rows : sequence of PassageRow

    Yields
    ------
    Stratum
        First of all passages; of each condition only those that have any.
    """
    yield _stratum("all", "", rows)
    for condition, name_of in _CONDITIONS.items():
        by_name: dict[str, list[PassageRow]] = {}
        for row in rows:
            by_name.setdefault(name_of(row), []).append(row)
        for name in sorted(by_name):
            yield _stratum(condition, name, by_name[name])


def position_noise(rows: Sequence[PassageRow]) -> PositionNoise | None:
    """Of all passages with a measured position; None without any."""
    errors = np.array([(row.error_x_m, row.error_y_m) for row in rows]).reshape(-1, 2)
    errors = errors[~np.isnan(errors).any(axis=1)]
    if not len(errors):
        return None
    mean, sigma = errors.mean(axis=0).tolist(), errors.std(axis=0).tolist()
    return PositionNoise((mean[0], mean[1]), (sigma[0], sigma[1]), len(errors))


def _stratum(condition: str, name: str, rows: Sequence[PassageRow]) -> Stratum:
    def rate(outcome: str, alarms: Callable[[PassageRow], object]) -> Rate:
        chosen = [row for row in rows if row.outcome == outcome]
        return Rate(sum(bool(alarms(row)) for row in chosen), len(chosen))

    return Stratum(
        condition,
        name,
        Rate(sum(row.examined > 0.0 for row in rows), len(rows)),
        {threat: rate(threat, lambda row: row.outcome in row.declared) for threat in ThreatClass},
        rate(HARMLESS, lambda row: row.declared),
        rate(NONE, lambda row: row.declared),
    )


def _range(value: float, edges: Sequence[float], unit: str) -> str:
    """Name of the range that holds a value; names sort as their ranges."""
    bounds = [0.0, *edges, np.inf]
    low, high = next(pair for pair in pairwise(bounds) if value < pair[1])
    return f"from {low:g}{unit}" if np.isinf(high) else f"{low:g} to {high:g}{unit}"


_CONDITIONS: dict[str, Callable[[PassageRow], str]] = {
    "object": lambda row: f"{row.outcome}: {row.object_family}" if row.object_family else NONE,
    "distance": lambda row: _range(row.distance_m, _DISTANCES_M, " m"),
    "side to the first panel": lambda row: "right" if row.direction > 0 else "left",
    "clothing": lambda row: row.clothing,
    "rain": lambda row: "wet" if row.wet else "dry",
    "speed": lambda row: _range(row.speed_m_s, _SPEEDS_M_S, " m/s"),
    "hidden share of the panels": lambda row: _range(row.occlusion, _OCCLUSIONS, ""),
}
