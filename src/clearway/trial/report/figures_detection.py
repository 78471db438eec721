"""How well carriers were noticed and named, and what it cost everybody else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from clearway.trial.outcomes import Cause, Outcome
from clearway.trial.report.alert_stories import plain
from clearway.trial.report.data import RunData
from clearway.trial.report.style import (
    ACCENT,
    CAUSE_COLORS,
    CAUSE_MARKERS,
    MUTED,
    OUTCOME_COLORS,
    RULE,
    SECOND,
    TEXT,
    Chart,
    chart,
    new_figure,
)

_NO_ALARM = "no sensor alarm"


def pd_chart(data: RunData) -> Chart:
    """Sensor and system Pd by class, as dots with 95 % intervals."""
    figure = new_figure(2.3)
    axes = figure.subplots()
    classes = data.summary["pd"]
    for kind, color, marker, shift in (
        ("sensor", ACCENT, "o", -0.14),
        ("system", SECOND, "D", 0.14),
    ):
        figures = [classes[name][kind] for name in classes]
        rows = [row + shift for row in range(len(figures))]
        _dots(axes, figures, rows, 100.0, color, marker, f"{kind} Pd")
    names = ["any threat" if name == "any" else plain(name) for name in classes]
    axes.set_yticks(
        range(len(names)),
        [
            f"{name}, n = {classes[key]['sensor']['n']}"
            for name, key in zip(names, classes, strict=True)
        ],
    )
    axes.set(xlim=(-1.0, 101.0), xlabel="share of carrier passages (%), with 95 % interval")
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.grid(visible=False, axis="y")
    if axes.get_legend_handles_labels()[0]:
        figure.legend(loc="outside upper center", ncols=2)
    return chart(figure, "pd", "Sensor Pd and system Pd by class, with 95 % intervals.")


def outcome_chart(data: RunData) -> Chart:
    """What became of every carrier passage, at the alarm and later."""
    figure = new_figure(1.9)
    axes = figure.subplots()
    right = data.summary["right_person"]
    passages = data.summary["carriers"]["passages"]
    bars = {
        "at the alarm": right["outcomes_at_alarm"],
        f"{right['later_after_s']:.0f} s later": right["outcomes_later"],
    }
    silent = passages - right["at_alarm"]["n"]
    for row, counts in enumerate(bars.values()):
        # A JSON object's order means nothing; the legend goes from right to worst.
        ordered = {outcome.value: counts[outcome.value] for outcome in Outcome}
        _stack(axes, row, {**ordered, _NO_ALARM: silent})
    axes.set_yticks(range(len(bars)), list(bars))
    axes.set(xlim=(0.0, max(passages, 1)), ylim=(1.5, -0.5), xlabel="carrier passages")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.grid(visible=False, axis="y")
    figure.legend(*axes.get_legend_handles_labels(), loc="outside upper center", ncols=4)
    told = ", ".join(
        f"{count} {name}" for name, count in right["outcomes_at_alarm"].items() if count
    )
    alt = f"Of {passages} carrier passages at the alarm: {told or 'none'}; {silent} {_NO_ALARM}."
    return chart(figure, "outcomes", alt)


def alarm_chart(data: RunData) -> Chart:
    """Nuisance and false alarms, and how many candidates an alert had."""
    figure = new_figure(2.0)
    rates, sizes = figure.subplots(1, 2, width_ratios=(1.5, 1.0))
    alarms = data.summary["alarms"]
    for row, cause in enumerate((Cause.NUISANCE, Cause.FALSE)):
        figures = [alarms[cause.value]]
        _dots(rates, figures, [row], 1000.0, CAUSE_COLORS[cause], CAUSE_MARKERS[cause], "")
    rates.set_yticks([0, 1], ["nuisance", "false"])
    rates.set(ylim=(1.5, -0.5), xlabel="alarms per 1000 people who passed, with 95 % interval")
    rates.set_xlim(left=0.0)
    rates.grid(visible=False, axis="y")
    counted = Counter(
        len(row["candidate_track_ids"]) for row in data.alerts if row["state"] == "open"
    )
    sizes.bar(list(counted), list(counted.values()), width=0.6, color=ACCENT)
    sizes.set(
        xlabel="candidates of an alert as it opened",
        ylabel="alerts",
        xlim=(-0.5, max([3, *counted]) + 0.5),
        ylim=(0, None if counted else 1),
    )
    sizes.xaxis.set_major_locator(MaxNLocator(integer=True))
    sizes.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=5))
    sizes.grid(visible=False, axis="x")
    alt = (
        f"{alarms['nuisance']['count']} nuisance alarms and {alarms['false']['count']} false "
        "alarms as rates with 95 % intervals; number of candidates per alert."
    )
    return chart(figure, "alarms", alt)


def latency_chart(data: RunData) -> Chart | None:
    """Time from passing the sensor to the alert."""
    values = [p.latency_s for p in data.outcomes.passages if p.latency_s is not None]
    if not values:
        return None
    figure = new_figure(2.0)
    axes = figure.subplots()
    longest = max(1.0, 1.1 * max(values))
    axes.hist(values, bins=np.linspace(0.0, longest, 41).tolist(), color=ACCENT)
    # Percentiles often fall together, so their values stand in one line and not at their marks.
    latency = data.summary["latency_s"]
    styles = {"p50": "-", "p95": "--", "p99": ":"}
    for name, style in styles.items():
        label = f"{name} {latency[name]:.2f} s"
        axes.axvline(latency[name], color=SECOND, linewidth=1.2, linestyle=style, label=label)
    axes.set(
        xlim=(0.0, longest), xlabel="from passing the sensor to the alert (s)", ylabel="alerts"
    )
    axes.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=5))
    axes.grid(visible=False, axis="x")
    figure.legend(*axes.get_legend_handles_labels(), loc="outside upper center", ncols=3)
    return chart(figure, "latency", f"Histogram of {len(values)} latencies in seconds.")


def _dots(
    axes: Axes,
    figures: list[Mapping[str, Any]],
    rows: list[float] | list[int],
    scale: float,
    color: str,
    marker: str,
    label: str,
) -> None:
    known = [(f, row) for f, row in zip(figures, rows, strict=True) if f["value"] is not None]
    if not known:
        return
    values = [scale * f["value"] for f, _ in known]
    errors = [
        [scale * (f["value"] - f["low"]) for f, _ in known],
        [scale * (f["high"] - f["value"]) for f, _ in known],
    ]
    # Rounding may push an end of the interval past its own value by 1e-17.
    axes.errorbar(
        values,
        [row for _, row in known],
        xerr=np.maximum(errors, 0.0),
        linestyle="none",
        marker=marker,
        markersize=5,
        color=color,
        elinewidth=1.2,
        capsize=2.5,
        label=label,
        clip_on=False,
    )


def _stack(axes: Axes, row: int, counts: Mapping[str, int]) -> None:
    left = 0
    colors = {outcome.value: color for outcome, color in OUTCOME_COLORS.items()}
    for name, count in counts.items():
        axes.barh(
            row,
            count,
            left=left,
            height=0.6,
            color=colors.get(name, RULE),
            edgecolor="white",
            hatch="//" if name == _NO_ALARM else None,
            label=name if row == 0 else None,
        )
        if count:
            dark = name in {Outcome.RIGHT, Outcome.WRONG}
            axes.text(
                left + count / 2, row, str(count), ha="center", va="center",
                color="white" if dark else TEXT, fontweight="bold",
            )  # fmt: skip
        left += count
    if not left:
        axes.text(0.02, row, "no carrier passed", va="center", color=MUTED)
