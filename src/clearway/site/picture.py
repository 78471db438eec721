"""The picture of a site: its plan, what the cameras see and what they miss."""

from __future__ import annotations

from pathlib import Path

from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from clearway.errors import OutputError
from clearway.site.check import SiteCheck, check_site, seen_by
from clearway.site.plan import COLORS, DASHES, MARKERS, draw_area, draw_plan, plan_bounds
from clearway.site.schema import SensorKind, Site
from clearway.store.atomic import atomic_write

__all__ = ["draw_plan", "plan_picture"]

FORMATS = (".png", ".svg", ".pdf")
SHADES = {
    1: ("#dce9f2", "seen by 1 camera"),
    2: ("#b9d3e5", "seen by 2 cameras"),
    3: ("#93bad6", "seen by 3 or more"),
}
"""Colour and name of the floor that at least so many cameras see."""
NAMES = {
    SensorKind.CAMERA: "camera (points where it looks)",
    SensorKind.CURTAIN: "curtain",
    SensorKind.TRACE: "trace sensor",
}
BLIND = "#c0392b"

_WIDTH_IN = 12.0
_SIDE_IN, _TOP_IN, _BOTTOM_IN = 0.75, 0.95, 1.35


def plan_picture(site: Site, path: Path) -> SiteCheck:
    """Draw a site with its camera coverage into a PNG, SVG or PDF file.

    Parameters
    ----------
    site : Site
        As `load_site` returns it.
    path : Path
        The output; its suffix decides the format.

    Returns
    -------
    SiteCheck
        The facts that the picture shows.

    Raises
    ------
    OutputError
        If the suffix is unknown or the file cannot be written.
    """
    if path.suffix.lower() not in FORMATS:
        remedy = f"end the file name with one of {', '.join(FORMATS)}"
        raise OutputError(path, "the format of the picture is unknown", remedy)
    facts = check_site(site)
    figure = _figure(site, facts)
    with atomic_write(path) as temporary:
        figure.savefig(temporary, dpi=160)
    return facts


def _figure(site: Site, facts: SiteCheck) -> Figure:
    figure = Figure(figsize=(_WIDTH_IN, _WIDTH_IN), facecolor="white")
    ax = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    west, south, east, north = plan_bounds(site)
    wide = _WIDTH_IN - 2 * _SIDE_IN
    high = min(max(wide * (north - south) / (east - west), 1.5), 11.0)
    total = high + _TOP_IN + _BOTTOM_IN
    figure.set_size_inches(_WIDTH_IN, total)
    ax.set_position((_SIDE_IN / _WIDTH_IN, _BOTTOM_IN / total, wide / _WIDTH_IN, high / total))
    for cameras, (color, _) in SHADES.items():
        draw_area(ax, seen_by(site, cameras), facecolor=color, edgecolor="none", zorder=1)
    for spot in facts.blind_spots:
        draw_area(
            ax,
            spot.polygon,
            facecolor=f"{BLIND}22",
            edgecolor=BLIND,
            hatch="xxxx",
            linewidth=0.6,
            zorder=1.5,
        )
    draw_plan(ax, site)
    _caption(figure, site, facts, total)
    return figure


def _caption(figure: Figure, site: Site, facts: SiteCheck, total: float) -> None:
    left = _SIDE_IN / _WIDTH_IN
    figure.text(
        left,
        1 - 0.42 / total,
        site.name,
        fontsize=15,
        fontweight="bold",
        color=COLORS["text"],
        parse_math=False,
    )
    seen = f"{facts.seen_once:.0%} seen by a camera, {facts.seen_twice:.0%} by two or more"
    figure.text(
        left,
        1 - 0.68 / total,
        f"{facts.floor_area_m2:.0f} m² of floor: {seen}",
        fontsize=9.5,
        color=COLORS["muted"],
    )
    figure.legend(
        handles=_handles(),
        loc="lower left",
        bbox_to_anchor=(left, 0.12 / total),
        borderaxespad=0.0,
        ncols=5,
        frameon=False,
        fontsize=8.5,
        labelcolor=COLORS["text"],
        handlelength=1.8,
        columnspacing=2.2,
        labelspacing=0.6,
    )


def _handles() -> list[Artist]:
    curtain, trace = COLORS[SensorKind.CURTAIN], COLORS[SensorKind.TRACE]
    return [
        *(Patch(facecolor=color, label=label) for color, label in SHADES.values()),
        Patch(facecolor=f"{BLIND}22", edgecolor=BLIND, hatch="xxxx", label="seen by no camera"),
        Patch(facecolor=COLORS["solid"], edgecolor=COLORS["wall"], label="wall, pillar"),
        Patch(facecolor="none", edgecolor=COLORS["zone"], hatch="////", label="zone"),
        *(
            Line2D(
                [],
                [],
                linestyle="none",
                marker=MARKERS[kind],
                color=COLORS[kind],
                markersize=8,
                markeredgecolor="white",
                label=name,
            )
            for kind, name in NAMES.items()
        ),
        Line2D([], [], color=curtain, linewidth=1.6, linestyle=DASHES, label="trigger line"),
        Patch(facecolor=curtain, alpha=0.22, label="curtain's coverage"),
        Patch(facecolor="none", edgecolor=trace, linestyle="--", label="trace sensor's reach"),
        Patch(facecolor=COLORS["way"], alpha=0.3, label="entry, exit"),
        Line2D([], [], color=COLORS["way"], marker=">", markersize=5, label="way of walking"),
    ]
