"""A comparison of trackers as Markdown."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import TypeVar

import numpy as np

from clearway.bench.tracking.comparison import Cell
from clearway.bench.tracking.peers import GNN, JPDA
from clearway.bench.tracking.scoring import SURVIVAL_S

__all__ = ["MEASURES", "STONE_SOUP", "Measure", "ratios", "tables"]

STONE_SOUP = (GNN.name, JPDA.name)
"""The peers of which the better is the scale."""

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Measure:
    """A column."""

    name: str
    value: Callable[[Cell], float]
    digits: int
    higher_is_better: bool = True

    @property
    def heading(self) -> str:
        """With the direction that is good."""
        return f"{self.name} {'↑' if self.higher_is_better else '↓'}"

    def better(self, cells: Iterable[Cell]) -> float:
        """Best value of several trackers on one scenario."""
        return (max if self.higher_is_better else min)(self.value(cell) for cell in cells)


def _survival(seconds: float) -> Measure:
    return Measure(f"survival {seconds:g} s", lambda cell: cell.scores.survival[seconds], 3)


MEASURES = (
    Measure("HOTA", lambda cell: cell.scores.hota, 1),
    Measure("IDF1", lambda cell: cell.scores.idf1, 1),
    Measure("MOTA", lambda cell: cell.scores.mota, 1),
    Measure("ID switches", lambda cell: cell.scores.id_switches, 0, higher_is_better=False),
    Measure("GOSPA, m", lambda cell: cell.scores.gospa_m, 2, higher_is_better=False),
    *(_survival(seconds) for seconds in SURVIVAL_S),
)


def tables(cells: Sequence[Cell], scale: Sequence[str] = STONE_SOUP) -> str:
    """Scores, ratios to the better of some trackers, and processor times.

    Parameters
    ----------
    cells : sequence of Cell
        Of any number of trackers, recordings, variants and seeds.
    scale : sequence of str
        The trackers of which the better is the scale.
    """
    parts = ["# Trackers compared\n"]
    for recording, variant in _in_order((cell.recording, cell.variant) for cell in cells):
        chosen = [c for c in cells if (c.recording, c.variant) == (recording, variant)]
        seeds = len({cell.seed for cell in chosen})
        people = np.mean([cell.people_at_once for cell in chosen])
        parts.append(
            f"## {recording}, {variant}\n\n"
            f"{people:.0f} people at once on average; median over {_count(seeds, 'seed')}.\n"
        )
        parts.append(_scores(chosen))
    if set(scale) <= {cell.tracker for cell in cells}:
        parts.append(
            f"## Ratio to the better of {' and '.join(scale)}\n\n"
            "The better is chosen anew for each measure and scenario.  Median over recordings and "
            "seeds, smallest and largest in brackets.\n"
        )
        parts.append(_ratio_table(cells, scale))
    parts.append("## Processor time per instant, ms\n\nBoth sensors' scans of all frames.\n")
    parts.append(_times(cells))
    return "\n".join(parts)


def ratios(
    cells: Sequence[Cell], tracker: str, variant: str, measure: Measure, scale: Sequence[str]
) -> list[float]:
    """A tracker's value over the better one of the scale, for each scenario that all of them did.

    Scenarios in which the better is 0 or unknown are left out.
    """
    values = []
    by_scenario = {
        (cell.tracker, cell.recording, cell.seed): cell for cell in cells if cell.variant == variant
    }
    for (name, recording, seed), cell in by_scenario.items():
        others = [by_scenario.get((peer, recording, seed)) for peer in scale]
        known = [other for other in others if other is not None]
        if name != tracker or len(known) < len(scale):
            continue
        best = measure.better(known)
        if best != 0 and math.isfinite(best) and math.isfinite(measure.value(cell)):
            values.append(measure.value(cell) / best)
    return values


def _scores(cells: Sequence[Cell]) -> str:
    rows = []
    for tracker in _in_order(cell.tracker for cell in cells):
        own = [cell for cell in cells if cell.tracker == tracker]
        rows.append(
            [tracker, *(f"{median(m.value(c) for c in own):.{m.digits}f}" for m in MEASURES)]
        )
    return _markdown(["tracker", *(measure.heading for measure in MEASURES)], rows)


def _ratio_table(cells: Sequence[Cell], scale: Sequence[str]) -> str:
    rows = []
    for variant in _in_order(cell.variant for cell in cells):
        for tracker in _in_order(cell.tracker for cell in cells):
            found = [ratios(cells, tracker, variant, measure, scale) for measure in MEASURES]
            if tracker in scale or not any(found):
                continue
            number = str(max(len(values) for values in found))
            rows.append([variant, tracker, number, *(_spread(values) for values in found)])
    headings = ["variant", "tracker", "scenarios", *(measure.heading for measure in MEASURES)]
    return _markdown(headings, rows)


def _times(cells: Sequence[Cell]) -> str:
    rows = []
    for recording, variant, tracker in _in_order(
        (cell.recording, cell.variant, cell.tracker) for cell in cells
    ):
        chosen = [
            c for c in cells if (c.recording, c.variant, c.tracker) == (recording, variant, tracker)
        ]
        spent = np.concatenate([cell.cpu_ms for cell in chosen])
        people = np.mean([cell.people_at_once for cell in chosen])
        figures = (spent.mean(), *np.percentile(spent, (50, 99)))
        rows.append(
            [recording, variant, f"{people:.0f}", tracker, *(f"{ms:.2f}" for ms in figures)]
        )
    headings = ["recording", "variant", "people at once", "tracker", "mean", "median", "p99"]
    return _markdown(headings, rows)


def _spread(values: Sequence[float]) -> str:
    if not values:
        return "-"
    return f"{median(values):.2f} ({min(values):.2f}-{max(values):.2f})"


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _in_order(values: Iterable[_T]) -> list[_T]:
    """Each once, in the order of first appearance."""
    return list(dict.fromkeys(values))


def _markdown(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [headings, ["---"] * len(headings), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
