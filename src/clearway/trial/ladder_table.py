"""The density ladder as a table and a picture."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from clearway.store.atomic import atomic_write
from clearway.trial.files import write_json
from clearway.trial.ladder import Cell, FlowKind
from clearway.trial.reliability import pool_reliabilities
from clearway.trial.statistics import proportion
from clearway.trial.wording import percent, rate_words

_COLUMNS = (
    "persons/min",
    "flow",
    "people",
    "carriers",
    "right person at the alarm",
    "right person 5 s later",
    "nuisance alarms per 1000 people",
    "false alarms per 1000 people",
    "peak density, persons/m2",
)
_COLOURS = {FlowKind.ONE_WAY: "#0b6e99", FlowKind.TWO_WAY: "#c4572b"}

Results = Mapping[Cell, Mapping[str, Any]]


def write_ladder(folder: Path, results: Results) -> tuple[Path, Path]:
    """Write ``ladder.json``, ``ladder.md``, ``ladder.svg`` and ``reliability.svg``.

    Parameters
    ----------
    folder : Path
    results : mapping of Cell to dict
        Pooled figures of each cell.

    Returns
    -------
    (Path, Path)
        The table and the picture.
    """
    table, picture = folder / "ladder.md", folder / "ladder.svg"
    with atomic_write(folder / "ladder.json") as temporary:
        write_json(temporary, {cell.name: figures for cell, figures in results.items()})
    with atomic_write(table) as temporary:
        temporary.write_text(table_text(results), encoding="utf-8")
    with atomic_write(picture) as temporary:
        ladder_figure(results).savefig(temporary)
    with atomic_write(folder / "reliability.svg") as temporary:
        reliability_figure(results).savefig(temporary)
    return table, picture


def table_text(results: Results) -> str:
    """The ladder as a Markdown table, with intervals."""
    lines = [" | ".join(_COLUMNS), " | ".join("---" for _ in _COLUMNS)]
    lines += [" | ".join(_row(cell, results[cell])) for cell in _in_order(results)]
    return "".join(f"| {line} |\n" for line in lines)


def _row(cell: Cell, figures: Mapping[str, Any]) -> list[str]:
    row = [
        f"{cell.rate_per_min:g}",
        cell.flow.value,
        str(figures["people"]),
        str(figures["passages"]),
    ]
    for name in ("right_at_alarm", "right_later"):
        value, n, interval = percent(figures[name])
        row.append(f"{value} ({interval}, n = {n})")
    for name in ("nuisance", "false"):
        value, count, interval = rate_words(figures[name], 1000.0)
        row.append(f"{value} ({interval}, {count} alarms)")
    row.append(f"{figures['peak_density_per_m2']:.2f}")
    return row


def ladder_figure(results: Results) -> Figure:
    """Right person and innocent alarms against flow, with 95 % intervals."""
    figure = Figure(figsize=(10.0, 3.6), layout="constrained")
    right, later, alarms = figure.subplots(1, 3)
    _draw(right, results, "right_at_alarm", "right person at the alarm, %", 100.0)
    _draw(later, results, "right_later", "right person 5 s later, %", 100.0)
    _draw(alarms, results, "nuisance", "nuisance alarms per 1000 people", 1000.0)
    alarms.set_ylim(bottom=0.0)
    right.legend(frameon=False)
    return figure


def reliability_figure(results: Results) -> Figure:
    """Claimed probability against frequency, of belief and of attribution, over all cells."""
    figure = Figure(figsize=(7.4, 3.6), layout="constrained")
    for axes, name in zip(figure.subplots(1, 2), ("belief", "attribution"), strict=True):
        pooled = pool_reliabilities(figures[name] for figures in results.values())
        bins = zip(pooled["n"], pooled["claimed"], pooled["happened"], strict=True)
        known = [one for one in bins if one[0]]
        frequency = [proportion(happened, n) for n, _, happened in known]
        axes.plot([0, 1], [0, 1], color="#999999", linewidth=1)
        axes.errorbar(
            [claimed / n for n, claimed, _ in known],
            [share["value"] for share in frequency],
            yerr=np.array(
                [
                    [share["value"] - share["low"], share["high"] - share["value"]]
                    for share in frequency
                    if share["value"] is not None
                    and share["low"] is not None
                    and share["high"] is not None
                ]
            ).T,
            marker="o",
            markersize=4,
            capsize=3,
            linestyle="none",
            color="#0b6e99",
        )
        error = pooled["expected_calibration_error"]
        stated = "no data" if error is None else f"calibration error {error:.3f}"
        axes.set_title(f"{name}, n = {sum(pooled['n'])}, {stated}", fontsize=9)
        axes.set_xlabel("claimed probability")
        axes.set_ylabel("frequency")
        axes.spines[["top", "right"]].set_visible(False)
    return figure


def _draw(axes: Axes, results: Results, name: str, label: str, scale: float) -> None:
    for flow, colour in _COLOURS.items():
        cells = [cell for cell in _in_order(results) if cell.flow is flow]
        figures = [results[cell][name] for cell in cells]
        known = [(c, f) for c, f in zip(cells, figures, strict=True) if f["value"] is not None]
        if not known:
            continue
        values = [scale * f["value"] for _, f in known]
        below = [scale * (f["value"] - f["low"]) for _, f in known]
        above = [scale * (f["high"] - f["value"]) for _, f in known]
        axes.errorbar(
            [cell.rate_per_min for cell, _ in known],
            values,
            yerr=[below, above],
            marker="o",
            markersize=4,
            capsize=3,
            color=colour,
            label=flow.value,
        )
    axes.set_xlabel("persons per minute")
    axes.set_title(label, fontsize=10)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(visible=True, alpha=0.25)


def _in_order(results: Results) -> list[Cell]:
    return sorted(results, key=lambda cell: (cell.flow.value, cell.rate_per_min))
