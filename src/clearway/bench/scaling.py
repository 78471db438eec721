"""How the cost of imaging grows with voxels, channels and frames."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from clearway.bench.machine import checked_threads
from clearway.bench.reference_case import BAND_HZ, REFERENCE, box
from clearway.bench.timing import Spread, repeated_seconds
from clearway.imaging.design.panels import jittered_panel
from clearway.imaging.grid import Grid
from clearway.imaging.imager import Imager

__all__ = [
    "FULL_PLAN",
    "QUICK_PLAN",
    "ScalingAxis",
    "ScalingPlan",
    "ScalingPoint",
    "measure_scaling",
    "scaling_figure",
]


class ScalingAxis(StrEnum):
    """What is varied while the rest stays."""

    VOXELS = "voxels"
    CHANNELS = "channels"
    FRAMES = "frames"


_LABELS = {
    ScalingAxis.VOXELS: "voxels of one image",
    ScalingAxis.CHANNELS: "channels of one image",
    ScalingAxis.FRAMES: "images, with preparation",
}


@dataclass(frozen=True, slots=True)
class ScalingPoint:
    """Cost at one size."""

    axis: ScalingAxis
    count: int
    seconds: Spread
    """Of one image; along `ScalingAxis.FRAMES` of all images and the preparation before them."""


@dataclass(frozen=True, slots=True)
class ScalingPlan:
    """The sizes; one axis varies, the others stay at ``roi`` and ``n_elements``."""

    n_frequencies: int
    n_elements: int
    roi: tuple[int, int, int]
    grids: tuple[tuple[int, int, int], ...]
    elements: tuple[int, ...]
    """Of each kind; the channels are their squares."""
    frames: tuple[int, ...]


FULL_PLAN = ScalingPlan(
    REFERENCE.n_frequencies,
    REFERENCE.n_elements,
    REFERENCE.roi,
    ((8, 8, 24), (20, 16, 48), REFERENCE.roi, (104, 32, 192), REFERENCE.volume),
    (8, 16, 32, 64, 96),
    (1, 3, 10, 30, 100),
)
QUICK_PLAN = ScalingPlan(
    20, 8, (8, 8, 8), ((4, 8, 8), (8, 16, 16), (32, 32, 32)), (2, 8, 20), (1, 10, 100)
)


def measure_scaling(
    plan: ScalingPlan,
    rng: np.random.Generator,
    *,
    repeats: int = 3,
    threads: int | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> list[ScalingPoint]:
    """Time images of noise, which cost what any others do.

    Parameters
    ----------
    plan : ScalingPlan
    rng : numpy.random.Generator
        Draws arrays and samples.
    repeats : int
        Timed runs of each size; one more before them is not timed.
    threads : int, optional
        All usable cores by default.
    progress : callable
        Is told what begins.

    Raises
    ------
    ArgumentError
        More threads than cores.
    """
    n_threads = checked_threads(threads)
    points = []
    for axis, count, task in _tasks(plan, rng, n_threads):
        progress(f"{count} {axis.value}")
        points.append(ScalingPoint(axis, count, Spread.of(repeated_seconds(task, repeats))))
    return points


def _tasks(
    plan: ScalingPlan, rng: np.random.Generator, threads: int
) -> Iterator[tuple[ScalingAxis, int, Callable[[], object]]]:
    roi = box(plan.roi)
    for shape in plan.grids:
        grid = box(shape)
        imager, samples = _problem(plan, plan.n_elements, grid, rng, threads)
        yield ScalingAxis.VOXELS, grid.size, partial(imager().form, samples)
    for n_elements in plan.elements:
        imager, samples = _problem(plan, n_elements, roi, rng, threads)
        yield ScalingAxis.CHANNELS, n_elements**2, partial(imager().form, samples)
    imager, samples = _problem(plan, plan.n_elements, roi, rng, threads)
    for n_frames in plan.frames:
        yield ScalingAxis.FRAMES, n_frames, partial(_form_frames, imager, samples, n_frames)


def _problem(
    plan: ScalingPlan, n_elements: int, grid: Grid, rng: np.random.Generator, threads: int
) -> tuple[Callable[[], Imager], NDArray[np.complex64]]:
    array = jittered_panel(n_elements, n_elements, rng)
    frequencies_hz = np.linspace(*BAND_HZ, plan.n_frequencies)
    noise = rng.standard_normal((*array.sample_shape(plan.n_frequencies), 2), np.float32)
    imager = partial(Imager, array, frequencies_hz, grid, threads=threads)
    return imager, noise.view(np.complex64)[..., 0]


def _form_frames(
    imager: Callable[[], Imager], samples: NDArray[np.complex64], n_frames: int
) -> None:
    prepared = imager()
    for _ in range(n_frames):
        prepared.form(samples)


def scaling_figure(points: list[ScalingPoint]) -> Figure:
    """Time against size on logarithmic scales; the line is cost in proportion to size."""
    figure = Figure(figsize=(10.0, 3.4), layout="constrained")
    for axes, axis in zip(figure.subplots(1, len(ScalingAxis)), ScalingAxis, strict=True):
        own = [point for point in points if point.axis is axis]
        counts = np.array([point.count for point in own])
        seconds = np.array([point.seconds.median for point in own])
        below = seconds - [point.seconds.smallest for point in own]
        above = [point.seconds.largest for point in own] - seconds
        axes.loglog(counts, seconds[-1] * counts / counts[-1], color="0.7", label="in proportion")
        axes.errorbar(
            counts, seconds, yerr=[below, above], fmt="o", markersize=4, capsize=3, label="measured"
        )
        axes.set_xlabel(_LABELS[axis])
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(visible=True, alpha=0.25)
    figure.axes[0].set_ylabel("seconds")
    figure.axes[0].legend(frameon=False)
    return figure
