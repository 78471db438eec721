"""Where people went and where alerts opened: on the plan, and along the walkway over time."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.collections import LineCollection
from matplotlib.colors import ListedColormap, Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from clearway.site.plan import COLORS, draw_plan, plan_bounds
from clearway.site.schema import Curtain, Sensor, Site
from clearway.trial.report.alert_stories import AlertStory
from clearway.trial.report.data import RunData
from clearway.trial.report.markers import MOST_NUMBERED, cause_handles, draw_alerts
from clearway.trial.report.paths import Paths
from clearway.trial.report.style import (
    MUTED,
    SECOND,
    WIDTH_IN,
    Chart,
    chart,
    minutes_axis,
)

ROW_S = 300.0
MOST_ROWS = 4
"""The space-time diagram shows so many rows of ``ROW_S`` seconds from the start."""

_MOST_POINTS = 300_000
_PIECES = 400
_LABEL_GAP_PT = 9.0
_GOLDEN_RATIO = 0.6180339887498949


def floor_plan(data: RunData, stories: tuple[AlertStory, ...]) -> Chart:
    """The plan with all tracks, coloured by time, and the alerts where they opened."""
    west, south, east, north = plan_bounds(data.site)
    left_in, right_in, bottom_in, top_in = 0.5, 0.85, 0.85, 0.3
    wide_in = WIDTH_IN - left_in - right_in
    high_in = float(np.clip(wide_in * (north - south) / (east - west), 1.2, 7.0))
    total_in = high_in + bottom_in + top_in
    figure = Figure(figsize=(WIDTH_IN, total_in))
    box = (left_in / WIDTH_IN, bottom_in / total_in, wide_in / WIDTH_IN, high_in / total_in)
    axes = figure.add_axes(box)
    axes.grid(visible=False)
    draw_plan(axes, data.site)
    colors = _time_colors()
    norm = Normalize(0.0, max(data.duration_s, 1.0))
    _draw_paths(axes, data.tracks.thinned(_MOST_POINTS), colors, norm)
    bar_box = (1.0 - 0.62 / WIDTH_IN, box[1], 0.12 / WIDTH_IN, box[3])
    bar = figure.colorbar(ScalarMappable(norm, colors), cax=figure.add_axes(bar_box))
    minutes_axis(bar.ax.yaxis, 5)
    bar.ax.set_title("min:s", fontsize=7.0, loc="center")
    bar.outline.set_visible(False)
    shown = stories[:MOST_NUMBERED]
    draw_alerts(axes, shown, [(s.outcome.x_m, s.outcome.y_m) for s in shown], "x")
    figure.legend(handles=cause_handles(), loc="lower center", ncols=3)
    alt = (
        f"Floor plan of {data.site.name} with the paths of all tracks, coloured by time, and "
        f"{len(shown)} numbered alerts where they opened."
    )
    return chart(figure, "plan", alt)


def space_time(data: RunData, stories: tuple[AlertStory, ...]) -> Chart:
    """Distance along the main walkway against time, in rows."""
    rows = min(MOST_ROWS, max(1, int(np.ceil(data.duration_s / ROW_S))))
    length_s = data.duration_s if rows == 1 else ROW_S
    height_in = 3.3 if rows == 1 else 0.6 + 2.1 * rows
    figure = Figure(figsize=(WIDTH_IN, height_in))
    grid = figure.subplots(rows, 1, squeeze=False)[:, 0]
    figure.subplots_adjust(
        left=0.06, right=0.89, top=1 - 0.3 / height_in, bottom=0.42 / height_in, hspace=0.22
    )
    walkway = shapely.LineString(data.site.floor.walkway)
    shown = stories[:MOST_NUMBERED]
    for row, axes in enumerate(grid):
        start_s = row * length_s
        axes.set(xlim=(start_s, start_s + max(length_s, 1.0)), ylim=(0.0, walkway.length))
        minutes_axis(axes.xaxis)
        _draw_row(axes, data, walkway, start_s, length_s)
        here = [s for s in shown if start_s <= s.time_s < start_s + length_s]
        draw_alerts(axes, here, [(s.time_s, _along_alert(walkway, s)) for s in here], "y")
        axes.set_ylabel("along the walkway (m)")
    grid[-1].set_xlabel("time since the start (min:s)")
    figure.legend(
        handles=[
            Line2D([], [], color=MUTED, linewidth=0.6, label="track"),
            Line2D([], [], color=SECOND, linewidth=2.0, label="true path of a carrier"),
            *cause_handles(),
        ],
        loc="upper center",
        ncols=5,
    )
    alt = (
        "Distance along the main walkway against time: every track as a thin line, the true "
        f"paths of {len(data.carriers)} carriers as thick lines, and the numbered alerts."
    )
    # Several rows of crossing lines compress badly, and the page must stay small.
    return chart(figure, "spacetime", alt, raster_dpi=150 if rows == 1 else 100)


def _time_colors() -> ListedColormap:
    # The brightest yellow would vanish on the light floor.
    return ListedColormap(mpl.colormaps["viridis"](np.linspace(0.0, 0.88, 256)))


def _draw_paths(axes: Axes, tracks: Paths, colors: ListedColormap, norm: Normalize) -> None:
    pieces = tracks.pieces(float(norm.vmax or 1.0) / _PIECES)
    dense = len(np.unique(tracks.ids)) > 1000
    # Drawn in the order of time or id, the last paths of a dense run would hide all others.
    order = np.argsort(np.arange(len(pieces)) * _GOLDEN_RATIO % 1.0)
    pieces = [pieces[index] for index in order]
    lines = LineCollection(
        [tracks.position_m[piece] for piece in pieces],
        array=np.array([tracks.time_s[piece.start] for piece in pieces]),
        cmap=colors,
        norm=norm,
        linewidths=0.35 if dense else 0.6,
        alpha=0.5 if dense else 0.8,
        zorder=3,
        rasterized=True,
    )
    axes.add_collection(lines, autolim=False)


def _draw_row(
    axes: Axes, data: RunData, walkway: shapely.LineString, start_s: float, length_s: float
) -> None:
    time_s = data.tracks.time_s
    tracks = data.tracks.where((time_s >= start_s) & (time_s <= start_s + length_s))
    axes.add_collection(_lines(tracks.thinned(_MOST_POINTS), walkway, MUTED, 0.4), autolim=False)
    # A carrier's path is thin data, so it stays sharp at any size.
    is_carrier = np.isin(data.truth.ids, list(data.carriers))
    here = (data.truth.time_s >= start_s) & (data.truth.time_s <= start_s + length_s)
    carriers = data.truth.where(is_carrier & here).thinned(20_000)
    axes.add_collection(_lines(carriers, walkway, SECOND, 1.8), autolim=False)
    _draw_sensors(axes, data.site, walkway)


def _lines(paths: Paths, walkway: shapely.LineString, color: str, width: float) -> LineCollection:
    distance_m = _along(walkway, paths.position_m)
    points = np.column_stack([paths.time_s, distance_m])
    return LineCollection(
        [points[piece] for piece in paths.pieces(np.inf)],
        colors=color,
        linewidths=width,
        alpha=0.85,
        zorder=3 if width < 1.0 else 4,
        rasterized=width < 1.0,
    )


def _draw_sensors(axes: Axes, site: Site, walkway: shapely.LineString) -> None:
    sensors: list[Sensor] = [*site.curtains, *site.trace_sensors]
    places = sorted(
        ((_along_sensor(site, walkway, sensor), sensor) for sensor in sensors),
        key=lambda placed: placed[0],
    )
    ends_px = axes.transData.transform([(0.0, 0.0), (0.0, walkway.length)])[:, 1]
    points_per_m = float(np.diff(ends_px)[0]) / axes.figure.dpi * 72.0 / walkway.length
    lowest_m = -np.inf
    for place_m, sensor in places:
        color = COLORS[sensor.kind]
        axes.axhline(place_m, color=color, linewidth=0.8, zorder=5)
        label_m = max(place_m, lowest_m)
        lowest_m = label_m + _LABEL_GAP_PT / points_per_m
        axes.annotate(
            sensor.id,
            (1.005, label_m),
            xycoords=("axes fraction", "data"),
            va="center",
            fontsize=7.0,
            color=color,
            annotation_clip=False,
        )


def _along_sensor(site: Site, walkway: shapely.LineString, sensor: Sensor) -> float:
    if isinstance(sensor, Curtain):
        (x1, y1), (x2, y2) = site.line(sensor.trigger_line).points
        point = ((x1 + x2) / 2, (y1 + y2) / 2)
    else:
        point = sensor.position_m[:2]
    return float(_along(walkway, np.array([point]))[0])


def _along_alert(walkway: shapely.LineString, story: AlertStory) -> float:
    return float(_along(walkway, np.array([[story.outcome.x_m, story.outcome.y_m]]))[0])


def _along(walkway: shapely.LineString, position_m: NDArray[np.floating]) -> NDArray[np.float64]:
    """Distance along the walkway of the nearest point of it, in metres."""
    distance_m: NDArray[np.float64] = shapely.line_locate_point(
        walkway, shapely.points(position_m.astype(np.float64))
    )
    return distance_m
