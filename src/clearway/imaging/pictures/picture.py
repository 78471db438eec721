"""The picture of an image volume: three views, and depth as colour."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from numpy.typing import ArrayLike, NDArray

from clearway.errors import ArgumentError, OutputError
from clearway.imaging.grid import Grid
from clearway.imaging.pictures.layout import LEFT_IN, Layout
from clearway.imaging.pictures.peak import Peak, find_peak, peak_words, voxel_faces_m
from clearway.store.atomic import atomic_write

__all__ = ["DYNAMIC_RANGE_DB", "FORMATS", "draw_image", "image_picture"]

FORMATS = (".png", ".svg", ".pdf")
DYNAMIC_RANGE_DB = 30.0
"""Levels shown below the peak."""

_LEVELS = "inferno"
_DEPTHS = LinearSegmentedColormap.from_list("depth", ("#f7ab00", "#f28cb1", "#57a8ff"))
"""From yellow to blue, which any colour vision tells apart, at nearly one lightness: brightness is
left to the level."""
_MARK = (withStroke(linewidth=3.0, foreground="black"),)
"""Keeps the white circle visible on the brightest voxels."""

_NOT_IMAGED = "#e8e8e8"
_TEXT, _MUTED = "#222222", "#555555"
_HEADING_PER_IN, _WORDS_PER_IN = 8.5, 14.0
"""Characters that surely fit, of the heading and of the words below it."""


@dataclass(frozen=True)
class _Panel:
    """One view: the coordinates of its two axes, and levels or colours of its pixels."""

    title: str
    across: int
    up: int
    pixels: NDArray[np.floating]
    """(n_up, n_across) in dB, or with RGB as a third axis."""

    @property
    def axes(self) -> tuple[str, str]:
        """Labels."""
        return (f"{'xyz'[self.across]}, m", f"{'xyz'[self.up]}, m")


def draw_image(
    figure: Figure,
    image: ArrayLike,
    grid: Grid,
    *,
    title: str = "",
    dynamic_range_db: float = DYNAMIC_RANGE_DB,
) -> Peak:
    """Draw maximum-intensity projections from three sides, and the front view coloured by depth.

    The views are at one scale: front (x-z, seen along +y), side (y-z) and top (x-y).  The depth of
    a pixel of the coloured view is that of the strongest voxel behind it; its brightness is that
    voxel's level.

    Parameters
    ----------
    figure : Figure
        An empty figure, which is given its size; ``pyplot.figure()`` shows it in a notebook.
    image : complex or real array of grid.shape
    grid : Grid
    title : str
        A heading; where the peak is stands below it in words.
    dynamic_range_db : float
        Levels from 0 dB, the strongest voxel, to minus this are shown.

    Returns
    -------
    Peak
        What the words say.

    Raises
    ------
    ArgumentError
        An image that has no peak (see `find_peak`), or a range that is not positive.
    """
    if not (dynamic_range_db > 0 and np.isfinite(dynamic_range_db)):
        raise ArgumentError("dynamic_range_db", f"is {dynamic_range_db}", "give a range above 0 dB")
    peak = find_peak(image, grid)
    ratio = np.abs(np.asarray(image)) / peak.amplitude
    front, side, top = (
        _Panel(name, across, up, _decibels(ratio.max(axis=along).T, dynamic_range_db))
        for name, along, across, up in (
            ("Front: strongest along y", 1, 0, 2),
            ("Side: strongest along x", 0, 1, 2),
            ("Top: strongest along z", 2, 0, 1),
        )
    )
    faces = voxel_faces_m(grid)
    strongest_m = grid.y_m[ratio.argmax(axis=1)].T
    depth = _depth_scale(strongest_m[front.pixels >= -dynamic_range_db / 2], faces[1])
    colours = _DEPTHS(depth(strongest_m))[..., :3]
    brightness = 1 + front.pixels / dynamic_range_db
    coloured = _Panel("Front: colour is depth", 0, 2, colours * brightness[..., np.newaxis])

    place = Layout.of([float(np.ptp(axis)) for axis in faces])
    figure.set_size_inches(place.width_in, place.height_in)
    figure.set_facecolor("white")
    for panel, column, row in ((coloured, 0, 1), (front, 1, 1), (side, 2, 1), (top, 1, 0)):
        ax = _labelled(figure, place.box(column, row), panel.title, panel.axes)
        _draw_panel(ax, panel, faces, peak, dynamic_range_db)
    key = _labelled(figure, place.box(0, 0), "Key: depth and level", ("depth y, m", "level, dB"))
    _draw_depth_key(key, depth, dynamic_range_db)
    scale = ScalarMappable(Normalize(-dynamic_range_db, 0), _LEVELS)
    bar = figure.colorbar(scale, cax=figure.add_axes(place.bar()))
    bar.set_label("level, dB", fontsize=9, color=_TEXT)
    bar.ax.tick_params(labelsize=8)
    _caption(figure, place, title, peak, grid, dynamic_range_db)
    return peak


def image_picture(
    path: Path | str,
    image: ArrayLike,
    grid: Grid,
    *,
    title: str = "",
    dynamic_range_db: float = DYNAMIC_RANGE_DB,
) -> Peak:
    """Write what `draw_image` draws to a PNG, SVG or PDF file, whole or not at all.

    Raises
    ------
    ArgumentError
        As `draw_image`.
    OutputError
        If the suffix is unknown or the file cannot be written.
    """
    target = Path(path)
    if target.suffix.lower() not in FORMATS:
        remedy = f"end the file name with one of {', '.join(FORMATS)}"
        raise OutputError(target, "the format of the picture is unknown", remedy)
    figure = Figure()
    peak = draw_image(figure, image, grid, title=title, dynamic_range_db=dynamic_range_db)
    with atomic_write(target) as temporary:
        figure.savefig(temporary, dpi=130)
    return peak


def _decibels(ratio: NDArray[np.floating], dynamic_range_db: float) -> NDArray[np.floating]:
    with np.errstate(divide="ignore"):
        level: NDArray[np.floating] = 20 * np.log10(ratio)
    return level.clip(-dynamic_range_db, 0)


def _draw_panel(
    ax: Axes,
    panel: _Panel,
    faces: tuple[NDArray[np.float64], ...],
    peak: Peak,
    dynamic_range_db: float,
) -> None:
    ax.pcolormesh(
        faces[panel.across],
        faces[panel.up],
        panel.pixels,
        cmap=_LEVELS,
        vmin=-dynamic_range_db,
        vmax=0,
        rasterized=True,
    )
    ax.plot(
        peak.position_m[panel.across],
        peak.position_m[panel.up],
        marker="o",
        markersize=15,
        markerfacecolor="none",
        markeredgecolor="white",
        markeredgewidth=1.4,
        path_effects=_MARK,
    )
    # A panel that has to be wider than its view shows the surroundings as not imaged.
    ax.set_aspect("equal", adjustable="datalim")
    ax.margins(0)
    ax.set_facecolor(_NOT_IMAGED)


def _depth_scale(depths_m: NDArray[np.float64], faces_m: NDArray[np.float64]) -> Normalize:
    """Give the colours to the depths of what is bright, so that a person's relief shows."""
    step_m = float(np.abs(np.diff(faces_m)).min())
    near_m, far_m = np.percentile(depths_m, (2, 98))
    return Normalize(float(near_m) - step_m / 2, float(far_m) + step_m / 2, clip=True)


def _draw_depth_key(ax: Axes, depth: Normalize, dynamic_range_db: float) -> None:
    colours = _DEPTHS(np.linspace(0, 1, 256))[np.newaxis, :, :3]
    brightness = np.linspace(0, 1, 128)[:, np.newaxis, np.newaxis]
    extent = (float(depth.vmin or 0), float(depth.vmax or 0), -dynamic_range_db, 0.0)
    ax.imshow(colours * brightness, extent=extent, aspect="auto", origin="lower")


def _labelled(
    figure: Figure, box: tuple[float, float, float, float], title: str, axes: tuple[str, str]
) -> Axes:
    ax = figure.add_axes(box)
    ax.set_title(title, fontsize=10, color=_TEXT, loc="left")
    ax.set_xlabel(axes[0], fontsize=9, color=_TEXT)
    ax.set_ylabel(axes[1], fontsize=9, color=_TEXT)
    ax.tick_params(labelsize=8)
    ax.locator_params(axis="x", nbins=5 if box[2] * figure.get_figwidth() > 2 else 3)
    ax.locator_params(axis="y", nbins=5)
    return ax


def _caption(
    figure: Figure, place: Layout, title: str, peak: Peak, grid: Grid, dynamic_range_db: float
) -> None:
    left = LEFT_IN / place.width_in
    room_in = place.width_in - LEFT_IN - 0.2
    longest = int(_HEADING_PER_IN * room_in)
    figure.text(
        left,
        1 - 0.35 / place.height_in,
        title if len(title) <= longest else f"{title[: longest - 1]}…",
        fontsize=13,
        fontweight="bold",
        color=_TEXT,
        parse_math=False,
    )
    words = peak_words(peak, grid)
    scale = (
        f"0 dB is |I| = {peak.amplitude:.4g}, circled; the lowest level shown is "
        f"-{dynamic_range_db:g} dB"
    )
    length = int(_WORDS_PER_IN * room_in)
    lines = [line for part in (words, scale) for line in textwrap.wrap(part, length)]
    figure.text(
        left,
        1 - 0.45 / place.height_in,
        "\n".join(lines),
        fontsize=9.5,
        color=_MUTED,
        verticalalignment="top",
        linespacing=1.4,
    )
