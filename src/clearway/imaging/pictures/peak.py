"""Where an image is strongest, in figures and in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.ndimage import find_objects, label

from clearway.errors import ArgumentError
from clearway.imaging.checks import complex_array
from clearway.imaging.grid import Grid, Region

__all__ = ["Peak", "find_peak", "peak_words", "voxel_faces_m"]

_THIRDS = {
    "x": ("left", "middle", "right"),
    "y": ("near", "middle", "far"),
    "z": ("lower", "middle", "upper"),
}
"""Names of small, middle and large coordinates, as seen along +y with z upwards."""


@dataclass(frozen=True, slots=True)
class Peak:
    """The strongest voxel, and the region around it."""

    position_m: tuple[float, float, float]
    """Centre of the voxel."""
    amplitude: float
    """``|I|`` there; 0 dB of all levels."""
    half_power: Region
    """Bounding box, by the voxels' faces, of the connected voxels within 3 dB of the peak."""
    cut_axes: tuple[str, ...]
    """Axes along which that region reaches the end of the grid, and may go on beyond."""


def find_peak(image: ArrayLike, grid: Grid) -> Peak:
    """Find the strongest voxel, and how far its neighbours are within 3 dB (half the power).

    For a point target the region is the resolution cell, rounded up to whole voxels;
    `clearway.imaging.design.quality.measure_point_spread` interpolates.

    Parameters
    ----------
    image : complex or real array of grid.shape
    grid : Grid

    Returns
    -------
    Peak

    Raises
    ------
    ArgumentError
        Another shape than the grid's, NaN, or an image of zeros.

    Examples
    --------
    >>> grid = Grid([0.0, 0.1, 0.2, 0.3], [1.0], [0.5])
    >>> peak = find_peak(np.reshape([0.0, 1.0, 0.8, 0.1], (4, 1, 1)), grid)
    >>> box = peak.half_power
    >>> peak.position_m, round(box.lower_m[0], 2), round(box.upper_m[0], 2)
    ((0.1, 1.0, 0.5), 0.05, 0.25)
    """
    amplitude = np.abs(complex_array("image", image, grid.shape))
    at = np.unravel_index(int(amplitude.argmax()), grid.shape)
    highest = float(amplitude[at])
    if highest == 0:
        raise ArgumentError(
            "image", "holds nothing but zeros", "check that the sweep is not its own background"
        )
    regions, _ = label(amplitude >= highest / np.sqrt(2))
    own = find_objects(regions)[regions[at] - 1]
    faces = voxel_faces_m(grid)
    ends = [(axis[part.start], axis[part.stop]) for axis, part in zip(faces, own, strict=True)]
    return Peak(
        position_m=_triple(axis[i] for axis, i in zip(grid.axes_m, at, strict=True)),
        amplitude=highest,
        half_power=Region(_triple(map(min, ends)), _triple(map(max, ends))),
        cut_axes=tuple(
            name
            for name, part, n in zip("xyz", own, grid.shape, strict=True)
            if n > 1 and (part.start == 0 or part.stop == n)
        ),
    )


def peak_words(peak: Peak, grid: Grid) -> str:
    """Say where the peak is; left, near and lower are where x, y and z are small.

    Examples
    --------
    >>> grid = Grid.over((-1, 1.5, 0), (1, 1.5, 2), 0.5)
    >>> image = np.zeros(grid.shape)
    >>> image[3, 0, 1] = 1
    >>> place, region = peak_words(find_peak(image, grid), grid).split(": ")
    >>> place
    'peak 0.0 dB at x 0.500 m, y 1.500 m, z 0.500 m'
    >>> region
    'right third along x, lower third along z; -3 dB extent 50.0 x 50.0 cm (x, z)'
    """
    place = ", ".join(f"{name} {at:.3f} m" for name, at in zip("xyz", peak.position_m, strict=True))
    thirds, extents, names = [], [], []
    box = peak.half_power
    for name, axis, at, low, high in zip(
        "xyz", grid.axes_m, peak.position_m, box.lower_m, box.upper_m, strict=True
    ):
        if len(axis) > 1:
            part = (at - axis.min()) / (axis.max() - axis.min())
            thirds.append(f"{_THIRDS[name][min(int(3 * part), 2)]} third along {name}")
            extents.append(f"{100 * (high - low):.1f}")
            names.append(name)
    words = f"peak 0.0 dB at {place}"
    if names:
        extent = f"{' x '.join(extents)} cm" + ("" if len(names) == 3 else f" ({', '.join(names)})")
        words += f": {', '.join(thirds)}; -3 dB extent {extent}"
    if peak.cut_axes:
        words += f", cut off by the end of the grid along {' and '.join(peak.cut_axes)}"
    return words


def voxel_faces_m(
    grid: Grid,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Coordinates of the planes between voxels along each axis, (n + 1,).

    They lie half way between centres.  A single plane of voxels is as thick as the smallest step
    along the other axes.

    Examples
    --------
    >>> [axis.round(3).tolist() for axis in voxel_faces_m(Grid([0, 1, 3], [5], [0, 0.5]))]
    [[-0.5, 0.5, 2.0, 4.0], [4.75, 5.25], [-0.25, 0.25, 0.75]]
    """
    steps = [np.diff(axis) for axis in grid.axes_m]
    thinnest = min((float(np.abs(step).min()) for step in steps if len(step)), default=1.0)
    x, y, z = (
        np.concatenate(
            (
                axis[:1] - (step[:1] if len(step) else thinnest) / 2,
                axis[:-1] + step / 2,
                axis[-1:] + (step[-1:] if len(step) else thinnest) / 2,
            )
        )
        for axis, step in zip(grid.axes_m, steps, strict=True)
    )
    return x, y, z


def _triple(values: Iterable[float]) -> tuple[float, float, float]:
    x, y, z = map(float, values)
    return x, y, z
