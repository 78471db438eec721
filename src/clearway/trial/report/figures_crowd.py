"""How many people there were, when and where."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray
from shapely.plotting import patch_from_polygon

from clearway.site.floor import floor_polygon
from clearway.site.plan import COLORS
from clearway.trial.report.data import RunData
from clearway.trial.report.style import (
    ACCENT,
    SECOND,
    WIDTH_IN,
    Chart,
    chart,
    minutes_axis,
    new_figure,
)

_CELL_M = 0.5
_MOST_POINTS = 600
_LONG_RUN_S = 600.0


def flow_chart(data: RunData) -> Chart:
    """People on the floor, and arrivals per minute, over time."""
    figure = new_figure(3.2)
    floor, flow = figure.subplots(2, 1, sharex=True)
    rate_hz = data.site.engine.report_rate_hz
    width_s = max(1.0, data.duration_s / _MOST_POINTS)
    edges = _edges(data.duration_s, width_s)
    present = np.histogram(data.truth.time_s, edges)[0] / (np.diff(edges) * rate_hz)
    floor.stairs(present, edges, color=ACCENT, linewidth=1.0, fill=True, alpha=0.25)
    floor.stairs(present, edges, color=ACCENT, linewidth=1.0)
    floor.set_ylabel("people on the floor")
    edges = _edges(data.duration_s, 60.0 if data.duration_s >= _LONG_RUN_S else 20.0)
    per_min = np.histogram(_arrivals_s(data), edges)[0] * 60.0 / np.diff(edges)
    flow.stairs(per_min, edges, color=ACCENT, fill=True, alpha=0.6)
    mean = data.summary["crowd"]["persons_per_min"]
    flow.axhline(mean, color=SECOND, linewidth=1.0, ls="--", label=f"mean {mean:.1f} per minute")
    flow.legend(loc="lower right", frameon=True, framealpha=0.85, edgecolor="none")
    flow.set_ylabel("arrivals per minute")
    flow.set(xlabel="time since the start (min:s)", xlim=(0.0, max(data.duration_s, 1.0)))
    for axes in (floor, flow):
        axes.set_ylim(bottom=0.0)
        axes.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=5))
    minutes_axis(flow.xaxis)
    return chart(
        figure,
        "flow",
        f"People on the floor and arrivals per minute; at most "
        f"{data.summary['crowd']['most_at_once']} people at once.",
    )


def density_map(data: RunData) -> Chart:
    """Mean density on the floor."""
    floor = floor_polygon(data.site)
    west, south, east, north = floor.bounds
    x_m, y_m = data.truth.position_m.astype(np.float64).T
    x_edges, y_edges = (
        np.arange(west, east + _CELL_M, _CELL_M),
        np.arange(south, north + _CELL_M, _CELL_M),
    )
    counts = np.histogram2d(x_m, y_m, bins=[x_edges.tolist(), y_edges.tolist()])[0]
    instants = max(1.0, data.duration_s * data.site.engine.report_rate_hz)
    density = counts.T / (instants * _CELL_M**2)
    left_in, right_in, bottom_in, top_in = 0.5, 0.85, 0.45, 0.25
    wide_in = WIDTH_IN - left_in - right_in
    high_in = float(np.clip(wide_in * (north - south) / (east - west), 0.8, 6.0))
    total_in = high_in + bottom_in + top_in
    figure = Figure(figsize=(WIDTH_IN, total_in))
    axes = figure.add_axes(
        (left_in / WIDTH_IN, bottom_in / total_in, wide_in / WIDTH_IN, high_in / total_in)
    )
    axes.grid(visible=False)
    outline = patch_from_polygon(
        floor, facecolor="none", edgecolor=COLORS["wall"], linewidth=1.2, zorder=4
    )
    axes.add_patch(outline)
    mesh = axes.pcolormesh(x_edges, y_edges, density, cmap="Blues", vmin=0.0, rasterized=True)
    mesh.set_clip_path(outline)
    axes.set(
        aspect="equal",
        xlim=(west - 0.3, east + 0.3),
        ylim=(south - 0.3, north + 0.3),
        xlabel="east (m)",
        ylabel="north (m)",
    )
    axes.spines[:].set_visible(False)
    bar_box = (1.0 - 0.62 / WIDTH_IN, bottom_in / total_in, 0.12 / WIDTH_IN, high_in / total_in)
    bar = figure.colorbar(mesh, cax=figure.add_axes(bar_box))
    bar.outline.set_visible(False)
    bar.ax.set_title("persons/m²", fontsize=7.0, loc="center")
    return chart(
        figure,
        "density",
        f"Mean density on a {_CELL_M} m grid; the largest mean is {density.max():.2f} persons "
        "per square metre.",
    )


def _edges(duration_s: float, width_s: float) -> NDArray[np.float64]:
    """Equal bins that fill the run, near the wanted width."""
    return np.linspace(0.0, max(duration_s, 1.0), max(1, round(duration_s / width_s)) + 1)


def _arrivals_s(data: RunData) -> NDArray[np.float64]:
    """When people appeared; those on the floor at the start did not arrive."""
    appeared = data.truth.time_s[data.truth.first]
    return appeared[appeared > 0.0]
