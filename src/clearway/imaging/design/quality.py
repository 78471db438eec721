"""Measures of image quality: resolution, side lobes and clutter."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.interpolate import CubicSpline

from clearway.errors import ArgumentError
from clearway.imaging.checks import complex_array
from clearway.imaging.grid import Grid

__all__ = ["Clutter", "Lobe", "PointSpread", "measure_point_spread", "signal_to_clutter"]


@dataclass(frozen=True, slots=True)
class Lobe:
    """A local maximum beside the main lobe."""

    position_m: tuple[float, float, float]
    """Its voxel."""
    level_db: float
    """Power relative to the peak; not above 0 dB."""


@dataclass(frozen=True, slots=True)
class PointSpread:
    """How an image shows one point."""

    peak_m: tuple[float, float, float]
    """Place of the peak, between voxels where an axis has at least four."""
    half_power_width_m: tuple[float, float, float]
    """Resolution along x, y and z through the peak: where the power falls to one half.

    NaN along an axis of fewer than four voxels, or that ends before.
    """
    peak_side_lobe_db: float
    """PSLR: power of the strongest voxel outside the main lobe, relative to the peak; minus
    infinity where there is none."""
    integrated_side_lobe_db: float
    """ISLR: energy outside the main lobe, relative to the energy within."""
    side_lobes: tuple[Lobe, ...]
    """Strongest first; grating lobes are those that rival the peak."""


@dataclass(frozen=True, slots=True)
class Clutter:
    """How far a target stands out of its surroundings."""

    peak_db: float
    """Strongest power of the target relative to the strongest of the clutter."""
    mean_db: float
    """Strongest power of the target relative to the mean of the clutter."""


def measure_point_spread(image: ArrayLike, grid: Grid, *, n_side_lobes: int = 8) -> PointSpread:
    """Measure the image of a single point.

    Widths come from a cubic spline through the power along each axis.  The main lobe is the
    region from which steepest ascent, voxel by voxel, leads to the peak: in one dimension it
    reaches to the first minima.  PSLR and ISLR then follow their usual definitions (I. G.
    Cumming and F. H. Wong, Digital Processing of Synthetic Aperture Radar Data, 2005, chapter 2).

    Parameters
    ----------
    image : complex or real array of grid.shape
        Sampled finely enough to show the lobes: the power varies twice as fast as the amplitude.
    grid : Grid
    n_side_lobes : int
        How many of the strongest to list.

    Returns
    -------
    PointSpread

    Raises
    ------
    ArgumentError
        Another shape than the grid's, NaN, or an image of zeros.

    Examples
    --------
    >>> grid = Grid(np.linspace(-4, 4, 401), [0.0], [0.0])
    >>> spread = measure_point_spread(np.sinc(grid.x_m)[:, None, None], grid)
    >>> round(spread.half_power_width_m[0], 3), round(spread.peak_side_lobe_db, 1)
    (0.886, -13.3)
    """
    amplitude = complex_array("image", image, grid.shape).astype(np.complex128)
    power = amplitude.real**2 + amplitude.imag**2
    if not power.any():
        raise ArgumentError("image", "holds nothing but zeros", "image a point within the grid")
    summit = _summits(power)
    peak = int(np.argmax(power))
    main_lobe = summit == peak
    energy = power * _voxel_volumes(grid)
    outside = float(energy[~main_lobe].sum())

    relative_db = _decibels(power / power.flat[peak])
    maxima = np.setdiff1d(summit[power > 0], [peak])
    strongest = maxima[np.argsort(-power.flat[maxima], kind="stable")][:n_side_lobes]
    lobes = [
        Lobe(_voxel_m(grid, int(voxel)), float(relative_db.flat[voxel])) for voxel in strongest
    ]

    at = np.unravel_index(peak, grid.shape)
    cuts = (power[:, at[1], at[2]], power[at[0], :, at[2]], power[at[0], at[1], :])
    along = [_peak_and_width(axis_m, cut) for axis_m, cut in zip(grid.axes_m, cuts, strict=True)]
    (x, width_x), (y, width_y), (z, width_z) = along
    return PointSpread(
        peak_m=(x, y, z),
        half_power_width_m=(width_x, width_y, width_z),
        peak_side_lobe_db=float(relative_db[~main_lobe].max(initial=-np.inf)),
        integrated_side_lobe_db=float(_decibels(outside / energy[main_lobe].sum())),
        side_lobes=tuple(lobes),
    )


def signal_to_clutter(
    image: ArrayLike, target: NDArray[np.bool_], clutter: NDArray[np.bool_]
) -> Clutter:
    """Compare the strongest voxel of a target with the clutter around it.

    Known in microwave imaging as signal-to-clutter ratio (peak) and signal-to-mean ratio (R. C.
    Conceicao, M. O'Halloran, M. Glavin and E. Jones, Progress In Electromagnetics Research 99,
    2009).

    Parameters
    ----------
    image : complex or real array
    target, clutter : bool arrays of the image's shape
        For example from `Region.mask`; they may not overlap.

    Returns
    -------
    Clutter

    Raises
    ------
    ArgumentError
        Masks of another shape, empty or overlapping, an image with NaN, or clutter of zeros.

    Examples
    --------
    >>> image = np.array([10.0, 1.0, 1.0, 0.0])
    >>> signal_to_clutter(image, image > 5, image < 5).peak_db
    20.0
    """
    amplitude = complex_array("image", image, np.shape(image))
    for name, mask in (("target", target), ("clutter", clutter)):
        if mask.shape != amplitude.shape or mask.dtype != np.bool_:
            raise ArgumentError(
                name,
                f"has shape {mask.shape} and dtype {mask.dtype}",
                f"give a bool array of the image's shape {amplitude.shape}",
            )
        if not mask.any():
            raise ArgumentError(name, "selects no voxel", "choose a region within the grid")
    if (target & clutter).any():
        both = np.count_nonzero(target & clutter)
        raise ArgumentError("clutter", f"shares {both} voxels with the target", "exclude them")
    power = np.abs(amplitude.astype(np.complex128)) ** 2
    if not power[clutter].any():
        raise ArgumentError("clutter", "holds nothing but zeros", "choose a region that is imaged")
    strongest = power[target].max()
    return Clutter(
        peak_db=float(_decibels(strongest / power[clutter].max())),
        mean_db=float(_decibels(strongest / power[clutter].mean())),
    )


def _summits(power: NDArray[np.float64]) -> NDArray[np.intp]:
    """Number of the voxel at which steepest ascent from each voxel ends."""
    padded = np.pad(power, 1, constant_values=-np.inf)
    voxel = np.pad(np.arange(power.size).reshape(power.shape), 1)
    highest = power.copy()
    uphill = np.arange(power.size).reshape(power.shape)
    for shift in product((0, 1, 2), repeat=3):
        window = tuple(slice(s, s + n) for s, n in zip(shift, power.shape, strict=True))
        higher = padded[window] > highest
        highest[higher] = padded[window][higher]
        uphill[higher] = voxel[window][higher]
    summit = uphill.ravel()
    while not np.array_equal(further := summit[summit], summit):
        summit = further
    return summit.reshape(power.shape)


def _peak_and_width(axis_m: NDArray[np.float64], power: NDArray[np.float64]) -> tuple[float, float]:
    """Place of the highest maximum along one line of voxels, and its full width at half of it."""
    top = int(np.argmax(power))
    if len(axis_m) < 4:
        return float(axis_m[top]), np.nan
    sense = 1 if axis_m[1] > axis_m[0] else -1
    spline = CubicSpline(axis_m[::sense], power[::sense])
    around = np.sort(axis_m[[max(top - 1, 0), min(top + 1, len(axis_m) - 1)]])
    turns = spline.derivative().roots(extrapolate=False)
    turns = turns[(turns >= around[0]) & (turns <= around[1])]
    candidates = np.append(turns, axis_m[top])
    peak_m = float(candidates[np.argmax(spline(candidates))])
    crossings = spline.solve(float(spline(peak_m)) / 2, extrapolate=False)
    below, above = crossings[crossings < peak_m], crossings[crossings > peak_m]
    if len(below) == 0 or len(above) == 0:
        return peak_m, np.nan
    return peak_m, float(above.min() - below.max())


def _voxel_volumes(grid: Grid) -> NDArray[np.float64]:
    sides = [np.abs(np.gradient(axis)) if len(axis) > 1 else np.ones(1) for axis in grid.axes_m]
    return sides[0][:, None, None] * sides[1][None, :, None] * sides[2][None, None, :]


def _voxel_m(grid: Grid, voxel: int) -> tuple[float, float, float]:
    x, y, z = np.unravel_index(voxel, grid.shape)
    return float(grid.x_m[x]), float(grid.y_m[y]), float(grid.z_m[z])


def _decibels(ratio: NDArray[np.float64] | float) -> NDArray[np.float64]:
    with np.errstate(divide="ignore"):
        decibels: NDArray[np.float64] = 10 * np.log10(np.asarray(ratio))
    return decibels
