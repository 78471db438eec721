"""The plan of a site as a drawing, to draw other things on."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.markers import MarkerStyle
from matplotlib.transforms import Affine2D
from numpy.typing import NDArray
from shapely.plotting import patch_from_polygon

from clearway.site.floor import floor_polygon
from clearway.site.labels import Label, place_labels
from clearway.site.schema import SensorKind, Site

__all__ = ["COLORS", "DASHES", "MARKERS", "draw_area", "draw_plan", "plan_bounds"]

COLORS = {
    "floor": "#f7f5f1",
    "wall": "#3a3f44",
    "solid": "#cfcac1",
    "zone": "#b7b0a3",
    "way": "#5f7f70",
    "text": "#3a3f44",
    "muted": "#7d7a75",
    SensorKind.CAMERA: "#2f6690",
    SensorKind.CURTAIN: "#b8621b",
    SensorKind.TRACE: "#7a4f94",
}
"""The palette of plans; sensors by kind."""

MARGIN_M = 1.5
ARROW_M = 1.6
DASHES = (0, (4, 2))
MARKERS: dict[SensorKind, Literal["^", "s", "D"]] = {
    SensorKind.CAMERA: "^",
    SensorKind.CURTAIN: "s",
    SensorKind.TRACE: "D",
}
"""Markers of sensors by kind; the camera's points where it looks."""


def draw_plan(ax: Axes, site: Site) -> None:
    """Draw floor, walls, zones, lines, sensors and the ways in and out, in metres, north up.

    Parameters
    ----------
    ax : Axes
        Its limits, aspect and labels are set; draw on it afterwards with ``zorder`` 3 to stay
        above the floor and below the sensors.
    site : Site
        As `load_site` returns it.
    """
    floor = floor_polygon(site)
    draw_area(ax, shapely.Polygon(site.floor.outline), facecolor=COLORS["solid"], zorder=0)
    draw_area(ax, floor, facecolor=COLORS["floor"], zorder=0.5)
    draw_area(ax, floor, facecolor="none", edgecolor=COLORS["wall"], linewidth=1.6, zorder=4)
    _frame(ax, site)
    _north(ax, site.origin.heading_deg)
    groups = (_sensors, _threat_sensors, _zones, _ways)
    place_labels(ax, [label for group in groups for label in group(ax, site)])


def plan_bounds(site: Site) -> tuple[float, float, float, float]:
    """Return west, south, east and north limits of the plan in metres."""
    places = [*site.floor.outline, *(sensor.position_m[:2] for sensor in site.sensors)]
    west, south = (np.min(places, axis=0) - MARGIN_M).tolist()
    east, north = (np.max(places, axis=0) + MARGIN_M).tolist()
    return west, south, east, north


def draw_area(ax: Axes, area: shapely.Geometry, **style: object) -> None:
    """Draw the polygons of a geometry as one patch; points and lines in it are left out.

    Parameters
    ----------
    ax : Axes
        In metres, site frame.
    area : shapely Geometry
        Metres, site frame.
    **style
        Keywords of a matplotlib patch.
    """
    polygons = [part for part in shapely.get_parts(area) if isinstance(part, shapely.Polygon)]
    if polygons:
        ax.add_patch(patch_from_polygon(shapely.MultiPolygon(polygons), **style))


def _frame(ax: Axes, site: Site) -> None:
    west, south, east, north = plan_bounds(site)
    ax.set(xlim=(west, east), ylim=(south, north), aspect="equal")
    ax.set_xlabel("east (m)", color=COLORS["muted"], fontsize=8)
    ax.set_ylabel("north (m)", color=COLORS["muted"], fontsize=8)
    ax.tick_params(colors=COLORS["muted"], labelsize=7.5, length=3, width=0.6)
    ax.spines[:].set_visible(False)


def _zones(ax: Axes, site: Site) -> list[Label]:
    labels = []
    for zone in site.zones:
        area = shapely.Polygon(zone.polygon)
        style = {"facecolor": "none", "edgecolor": COLORS["zone"], "linewidth": 0.0}
        draw_area(ax, area, **style, hatch="////", alpha=0.45, zorder=2)
        draw_area(ax, area, **(style | {"linewidth": 0.8}), linestyle=":", zorder=2)
        place = area.representative_point()
        labels.append(Label(zone.id, place.x, place.y, COLORS["muted"], direction_deg=None))
    return labels


def _threat_sensors(ax: Axes, site: Site) -> list[Label]:
    labels = []
    for curtain in site.curtains:
        area, color = shapely.Polygon(curtain.coverage), COLORS[curtain.kind]
        draw_area(ax, area, facecolor=color, edgecolor="none", alpha=0.22, zorder=2.5)
    for trace in site.trace_sensors:
        area, color = shapely.Polygon(trace.coverage), COLORS[trace.kind]
        draw_area(ax, area, facecolor="none", edgecolor=color, linestyle="--", zorder=2.6)
    for line in site.lines:
        color = COLORS[SensorKind.CURTAIN]
        ax.plot(*zip(*line.points, strict=True), color=color, linewidth=1.6, ls=DASHES, zorder=5)
        x, y = min(line.points, key=lambda point: point[1])
        labels.append(Label(line.id, x, y, color, direction_deg=270.0))
    return labels


def _sensors(ax: Axes, site: Site) -> list[Label]:
    labels = []
    middle_m = shapely.Polygon(site.floor.outline).centroid.y
    for sensor in site.sensors:
        x, y, _ = sensor.position_m
        turn = Affine2D().rotate_deg(-sensor.heading_deg)
        ax.plot(
            x,
            y,
            marker=MarkerStyle(MARKERS[sensor.kind], transform=turn),
            markersize=9 if sensor.kind is SensorKind.CAMERA else 6.5,
            color=COLORS[sensor.kind],
            markeredgecolor="white",
            markeredgewidth=0.8,
            linestyle="none",
            zorder=8,
        )
        outwards_deg = 90.0 if y >= middle_m else 270.0
        labels.append(Label(sensor.id, x, y, COLORS[sensor.kind], outwards_deg))
    return labels


def _ways(ax: Axes, site: Site) -> list[Label]:
    ways = {
        (group, zone.id): shapely.Polygon(zone.polygon)
        for group, zones in (("entry", site.entries), ("exit", site.exits))
        for zone in zones
    }
    centre = {way: np.array(area.centroid.coords[0]) for way, area in ways.items()}
    flows = [(("entry", flow.entry), ("exit", flow.exit)) for flow in site.crowd.flows]
    labels = {}
    for way, area in ways.items():
        draw_area(ax, area, facecolor=COLORS["way"], edgecolor="none", alpha=0.16, zorder=2)
        aims = [centre[end] - centre[start] for start, end in flows if way in (start, end)]
        if aims:
            _arrow(ax, area, np.mean(aims, axis=0), arriving=way[0] == "exit")
        west, south, east, north = area.bounds
        upright_deg = 90.0 if north - south > east - west else 0.0
        x, y = centre[way].tolist()
        # A zone may be both entry and exit; its name is written once.
        labels[way[1]] = Label(way[1], x, y, COLORS["way"], None, upright_deg)
    return list(labels.values())


def _arrow(ax: Axes, area: shapely.Polygon, aim: NDArray[np.float64], *, arriving: bool) -> None:
    length = float(np.hypot(*aim))
    if length == 0.0:
        return
    ahead = aim / length
    right = np.array([ahead[1], -ahead[0]])
    breadth = float(np.ptp(shapely.get_coordinates(area) @ right))
    # People keep to the right of their way here, so that the arrows of opposite flows part.
    place = np.array(area.centroid.coords[0]) + 0.3 * breadth * right
    tail = place - ARROW_M * ahead if arriving else place
    ax.annotate(
        "",
        tuple(tail + ARROW_M * ahead),
        tuple(tail),
        arrowprops={"arrowstyle": "-|>", "color": COLORS["way"], "linewidth": 1.4},
        annotation_clip=False,
        zorder=6,
    )


def _north(ax: Axes, heading_deg: float) -> None:
    """Point to true north, which lies ``heading_deg`` counter-clockwise of the site's north."""
    turn = math.radians(heading_deg)
    across, up = -math.sin(turn), math.cos(turn)
    ax.annotate(
        "N",
        xy=(1.0, 1.0),
        xycoords="axes fraction",
        xytext=(-22.0 * across, -22.0 * up),
        textcoords="offset points",
        ha="center",
        va="center",
        fontsize=8,
        fontweight="bold",
        color=COLORS["text"],
        arrowprops={"arrowstyle": "-|>", "color": COLORS["text"], "linewidth": 1.0},
        annotation_clip=False,
    )
