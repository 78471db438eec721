"""Curves of detection against false alarms."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import numpy as np
from matplotlib.figure import Figure

from clearway.errors import ArgumentError
from clearway.recognition.scoring.calibration_error import Reliability
from clearway.recognition.scoring.roc import Roc
from clearway.store.atomic import atomic_write

__all__ = ["FORMATS", "draw_reliability", "draw_roc", "write_figure"]

FORMATS: Final = (".png", ".svg", ".pdf")
# Okabe and Ito's palette; the strokes tell the same apart without colour.
_COLORS: Final = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#3a3f44")
_STROKES: Final = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)))
_MARKED_PFA: Final = (0.01, 0.001)


def draw_roc(curves: Mapping[str, Roc], title: str = "") -> Figure:
    """Draw Pd against Pfa on a logarithmic axis, with the two rates that are reported marked.

    Parameters
    ----------
    curves : mapping of str to Roc
        By their names in the legend, at most five.
    title : str

    Returns
    -------
    matplotlib.figure.Figure
        Each curve begins where one false alarm would: what lies to the left is not known.
    """
    _check(len(curves))
    figure = Figure(figsize=(6.4, 4.4), layout="constrained")
    axes = figure.add_subplot()
    for (name, roc), color, stroke in zip(curves.items(), _COLORS, _STROKES, strict=False):
        least = 1.0 / roc.n_innocent
        known = roc.pfa >= least
        # What is reached without any false alarm among so many is shown at the first.
        free = float(roc.pd[roc.pfa == 0.0].max(initial=0.0))
        axes.step(
            np.concatenate(([least], roc.pfa[known])),
            np.concatenate(([free], roc.pd[known])),
            where="post",
            color=color,
            linestyle=stroke,
            label=f"{name} (n = {roc.n_threat} with, {roc.n_innocent} without)",
        )
    for pfa in _MARKED_PFA:
        axes.axvline(pfa, color="#6b7076", linewidth=0.6)
    axes.set_xscale("log")
    axes.set(xlabel="false alarms per passage (Pfa)", ylabel="detections per passage (Pd)")
    axes.set(ylim=(0.0, 1.02), title=title)
    axes.legend(loc="lower right", fontsize=7.5, frameon=False)
    return figure


def draw_reliability(curves: Mapping[str, Reliability], title: str = "") -> Figure:
    """Draw how often claims come true against the claimed probability.

    Parameters
    ----------
    curves : mapping of str to Reliability
        By their names in the legend, at most five.
    title : str

    Returns
    -------
    matplotlib.figure.Figure
        Empty bins are left out; the area of a point grows with its bin's weight.
    """
    _check(len(curves))
    figure = Figure(figsize=(4.8, 4.8), layout="constrained")
    axes = figure.add_subplot()
    axes.plot([0, 1], [0, 1], color="#6b7076", linewidth=0.8)
    for (name, bins), color in zip(curves.items(), _COLORS, strict=False):
        weight, claimed, happened = (
            np.array(values) for values in (bins.weight, bins.claimed, bins.happened)
        )
        used = weight > 0
        error = bins.expected_calibration_error
        axes.plot(claimed[used], happened[used], color=color, linewidth=1.0)
        axes.scatter(
            claimed[used],
            happened[used],
            10 + 200 * weight[used],
            color=color,
            label=f"{name}: calibration error {error:.3f} (n = {bins.n})",
        )
    axes.set(xlabel="claimed probability", ylabel="share that came true", title=title)
    axes.legend(loc="upper left", fontsize=7.5, frameon=False)
    return figure


def write_figure(path: Path, figure: Figure) -> None:
    """Write a picture, whole or not at all.

    Raises
    ------
    ArgumentError
        Another suffix than those of `FORMATS`.
    OutputError
        If the place cannot be written.
    """
    if path.suffix not in FORMATS:
        raise ArgumentError("path", f"is {path.name}", f"let it end in {', '.join(FORMATS)}")
    with atomic_write(path) as temporary:
        figure.savefig(temporary, dpi=150)


def _check(n: int) -> None:
    if not 1 <= n <= len(_COLORS):
        raise ArgumentError("curves", f"are {n}", f"draw 1 to {len(_COLORS)}")
