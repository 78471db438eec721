"""Draws what the reference panel resolves, and where its lobes lie, from the imaging package."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from clearway.imaging.array import Array
from clearway.imaging.design.panels import jittered_panel
from clearway.imaging.design.point import (
    PointDesign,
    design_point,
    point_response,
)
from clearway.imaging.design.rules import expected_resolution_m, grating_lobe_sine
from clearway.imaging.grid import Grid
from clearway.imaging.sweep import SPEED_OF_LIGHT_M_S
from clearway.imaging.windows import Window

ELEMENTS = 96
BAND_HZ = np.linspace(8e9, 18e9, 100)
CENTRE_HZ = np.array([13e9])
TARGET_M = (0.0, 1.0, 1.0)
TARGETS_M = (
    *((0.0, 0.8, 1.0), (0.0, 1.0, 1.0), (0.0, 1.3, 1.0), (0.0, 1.8, 1.0)),
    *((0.6, 1.3, 1.0), (0.0, 1.3, 0.2)),
)
HALF_PLANE_M, STEP_M = 0.3, 0.005
FAR_M = 0.1
"""Farther than this from a point its side lobes have died down: the rest is sparseness."""
FLOOR_DB = -50.0
CENTRE, BAND = "13 GHz only", "8 to 18 GHz"
BANDS_HZ = {CENTRE: CENTRE_HZ, BAND: BAND_HZ}


def write(folder: Path) -> None:
    """Write both pictures and the table into a folder."""
    draw_lobes(folder / "array-lobes.png")
    draw_cuts(folder / "array-cuts.png")
    (folder / "array-design.inc").write_text(table(), encoding="utf-8")


def panel(jitter: float = 1.0) -> Array:
    """The reference panel, or the same with less jitter."""
    return jittered_panel(ELEMENTS, ELEMENTS, np.random.default_rng(1), jitter=jitter)


def draw_lobes(target: Path) -> None:
    """Regular and jittered panel, each with one frequency and with the band."""
    figure = Figure(figsize=(10.0, 6.6), layout="constrained")
    axes = figure.subplots(2, 3)
    for row, (name, jitter) in zip(axes, (("Regular", 0.0), ("Jittered", 1.0)), strict=True):
        _draw_elements(row[0], panel(jitter), f"{name} panel")
        for axes_of_plane, band in zip(row[1:], BANDS_HZ, strict=True):
            design = _design(jitter, band, TARGET_M)
            level = f"{design.strongest_beyond_db(FAR_M):.0f} dB beyond {100 * FAR_M:.0f} cm"
            _draw_plane(axes_of_plane, design, f"{band}: {level}")
    _mark_rule(axes[0, 1])
    figure.colorbar(axes[1, 2].images[0], ax=axes[:, 2], label="power relative to the peak / dB")
    figure.savefig(target, dpi=130)


def draw_cuts(target: Path) -> None:
    """The jittered panel's point along x, y and z, beside the rule of thumb."""
    figure = Figure(figsize=(10.0, 3.2), layout="constrained")
    array = panel()
    expected_m = expected_resolution_m(array, BAND_HZ, TARGET_M)
    windows: tuple[tuple[Window | None, str], ...] = ((None, "-"), ("hann", "--"))
    for axis, axes in enumerate(figure.subplots(1, 3, sharey=True)):
        away_m = np.linspace(-0.1, 0.1, 401)
        lines = [np.array([coordinate]) for coordinate in TARGET_M]
        lines[axis] = TARGET_M[axis] + away_m
        for window, style in windows:
            cut = point_response(array, BAND_HZ, TARGET_M, Grid(*lines), window=window).ravel()
            axes.plot(100 * away_m, _decibels(cut), style, lw=1.2, label=window or "no window")
        half_cm = 50 * expected_m[axis]
        axes.axvspan(-half_cm, half_cm, color="#228833", alpha=0.15, label="rule of thumb")
        axes.axhline(-3.01, color="#777777", lw=0.6)
        axes.set(xlabel=f"{'xyz'[axis]} from the point / cm", ylim=(FLOOR_DB, 2), xlim=(-10, 10))
    figure.axes[0].set_ylabel("power / dB")
    figure.axes[2].legend(fontsize=8, loc="upper right")
    figure.savefig(target, dpi=130)


def table() -> str:
    """Markdown rows: resolution by rule and computed, and the lobes, for several points."""
    heads = (
        *("point (x, y, z) / m", "rule / mm", "computed / mm", "PSLR / dB", "ISLR / dB"),
        f"beyond {100 * FAR_M:.0f} cm / dB",
    )
    rows = [heads, ("---",) * len(heads)]
    for target_m in TARGETS_M:
        design = _design(1.0, BAND, target_m)
        rows.append(
            (
                ", ".join(f"{coordinate:g}" for coordinate in target_m),
                _millimetres(design.expected_m),
                _millimetres(design.half_power_width_m),
                f"{design.spread.peak_side_lobe_db:.1f}",
                f"{design.spread.integrated_side_lobe_db:.1f}",
                f"{design.strongest_beyond_db(FAR_M):.1f}",
            )
        )
    return "\n".join(f"| {' | '.join(row)} |" for row in rows) + "\n"


@cache  # picture and table share a point
def _design(jitter: float, band: str, target_m: tuple[float, float, float]) -> PointDesign:
    """A point with the plane around it that is parallel to the panel."""
    away_m = np.arange(-HALF_PLANE_M, HALF_PLANE_M + STEP_M / 2, STEP_M)
    x, y, z = target_m
    return design_point(panel(jitter), BANDS_HZ[band], target_m, Grid(x + away_m, [y], z + away_m))


def _draw_elements(axes: Axes, array: Array, title: str) -> None:
    for elements_m, mark, kind in (
        (array.tx_positions_m, "o", "transmitters"),
        (array.rx_positions_m, "x", "receivers"),
    ):
        axes.plot(elements_m[:, 0], elements_m[:, 2], mark, ms=3.5, mfc="none", label=kind)
    axes.set(title=title, xlabel="x / m", ylabel="z / m", aspect="equal")
    axes.legend(fontsize=7, loc="upper right")


def _draw_plane(axes: Axes, design: PointDesign, title: str) -> None:
    away_cm = 100 * HALF_PLANE_M
    axes.set_title(title, fontsize=10)
    axes.set(xlabel="x from the point / cm", ylabel="z from the point / cm")
    axes.imshow(
        _decibels(design.image[:, 0, :]).T,
        origin="lower",
        extent=(-away_cm, away_cm, -away_cm, away_cm),
        vmin=FLOOR_DB,
        vmax=0,
        cmap="magma",
    )


def _mark_rule(axes: Axes) -> None:
    """Where the far-field rule puts the first grating lobes of the regular panel."""
    pitch_m = float(np.diff(np.unique(panel(0.0).tx_positions_m[:, 2].round(9)))[0])
    sine = grating_lobe_sine(pitch_m, SPEED_OF_LIGHT_M_S / float(CENTRE_HZ[0]))
    at_cm = 100 * TARGET_M[1] * np.tan(np.arcsin(sine))
    for z_cm in (-at_cm, at_cm):
        axes.axhline(z_cm, color="#66ccee", ls=":", lw=1)


def _decibels(image: NDArray[np.complex128]) -> NDArray[np.float64]:
    return 20 * np.log10(np.maximum(np.abs(image), 1e-12))


def _millimetres(widths_m: tuple[float, float, float]) -> str:
    return " x ".join(f"{1000 * width:.1f}" for width in widths_m)


if __name__ == "__main__":
    write(Path(sys.argv[1]))
