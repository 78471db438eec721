"""Range migration by phase shift: the adjoint image of a monostatic raster, in wavenumber space.

A monostatic image is a convolution over the raster's plane with exp(+2 j k R).  At distance y
from the plane, R = sqrt(x^2 + y^2 + z^2), its transform is known in closed form: Weyl's integral
of exp(j K R) / R (M. Born and E. Wolf, Principles of Optics, 7th ed., 1999, section 13.2),
differentiated with respect to K = 2 k, gives

    FT{exp(j K R)} = (2 pi j K / K_y^2) (y + j / K_y) exp(j K_y y),
    K_y = sqrt(K^2 - K_x^2 - K_z^2)

so that the image agrees with `delay_and_sum` in amplitude and phase, without any calibration.
The first term alone is the stationary-phase weight of the range migration of J. M. Lopez-Sanchez
and J. Fortuny-Guasch (IEEE Trans. Antennas Propag. 48(5), 2000); the second matters near the plane
only, and its y is that of the middle of a slab of depths.

Depth is reached by turning each wave's phase from plane to plane (J. Gazdag, Geophysics 43(7),
1978) and not by Stolt's interpolation in wavenumber.  A wave then costs n_freq n_depth operations
instead of some n_freq and an FFT, but there is no interpolation error and depths are free.  A
product with steering phasors in place of the last FFT leaves x and z free as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.fft import fft, next_fast_len

from clearway.imaging.backends.range_migration.limits import check_sampling, checked_depths
from clearway.imaging.backends.range_migration.phase_centre import phase_centres
from clearway.imaging.backends.range_migration.raster import Line, find_raster
from clearway.imaging.grid import Grid
from clearway.imaging.sweep import Sweep
from clearway.imaging.windows import Window, window_weights

__all__ = ["MAX_NRMSE", "range_migration_image"]

MAX_NRMSE = 0.03
"""Bound on ||I - I_ref|| / ||I_ref|| to `delay_and_sum`, for a monostatic scan of points in the
grid; typically 0.001.  What phase centres add is bounded by their path error."""

# Where the kernel fades out, in first Fresnel zones beyond the largest offset needed, and how far
# from there the next period of the FFT begins.  Chosen by trial for the bound above.
_FADE_FROM, _FADE_TO, _GUARD = 0.5, 3.0, 1.0
_DEPTH_RATIO_PER_SLAB = 1.5
_WAVES_PER_BLOCK = 100_000
_SAME_STEP_M = 1e-9


def range_migration_image(
    sweep: Sweep, grid: Grid, window: Window | None = None
) -> NDArray[np.complex64]:
    """Image of a flat, dense scan: approximates `delay_and_sum` in amplitude and phase.

    Parameters
    ----------
    sweep : Sweep
        Of one antenna moved over an even raster in a plane square to one of the axes, or of pairs
        with short baselines whose midpoints lie on such a raster.  Missing raster points count as
        zero samples.  The scene is taken as still: firing times are not used.
    grid : Grid
        On one side of the plane; any axes.
    window : {None, "hann", "taylor"}

    Returns
    -------
    complex64 of grid.shape
        Not normalised.  Within `MAX_NRMSE` of `delay_and_sum` for a monostatic raster.  Midpoints
        in place of pairs add a path error of at most `PHASE_CENTRE_BOUND_WAVELENGTHS`.

    Raises
    ------
    ArgumentError
        Phase-centre error above its bound; an array that is not flat, not on an even raster, or
        too sparse for the angles of the grid; a grid too close, too wide or on both sides.

    Notes
    -----
    Time grows as n_waves n_freq n_depth, with about (4 P / lambda)^2 waves for a period P of
    two to four times the width of scan and grid together.  Back-projection grows as n_pairs
    n_voxels: this back end is worth its limits for scans of some 100,000 positions and more.
    """
    frequencies = sweep.frequencies_hz
    shortest_m, longest_m = (
        sweep.propagation_speed_m_s / float(edge) for edge in (frequencies.max(), frequencies.min())
    )
    centres = phase_centres(sweep.array, grid)
    centres.check(shortest_m)
    raster = find_raster(centres.positions_m, grid, shortest_m)
    depth_m = checked_depths(raster, grid, longest_m)
    check_sampling(raster, grid, float(depth_m.min()), shortest_m)

    wavenumber = 2 * np.pi * frequencies / sweep.propagation_speed_m_s
    samples = sweep.samples.reshape(len(frequencies), -1) * np.exp(
        1j * np.outer(wavenumber, centres.extra_path_m)
    )
    samples *= window_weights(window, frequencies)[:, np.newaxis]
    first, second = raster.lines
    points = np.zeros((first.count * second.count, len(frequencies)), dtype=np.complex64)
    np.add.at(points, first.index * second.count + second.index, samples.T)
    plane = points.T.reshape(len(frequencies), first.count, second.count)

    lateral_m = [grid.axes_m[axis] for axis in raster.lateral]
    image = np.empty((len(depth_m), *map(len, lateral_m)), dtype=np.complex64)
    for slab in _slabs(depth_m):
        axes = [
            _waves(line, axis_m, depth_m[slab], wavenumber)
            for line, axis_m in zip(raster.lines, lateral_m, strict=True)
        ]
        image[slab] = _migrate(plane, depth_m[slab], 2 * wavenumber, axes[0], axes[1])
    return np.ascontiguousarray(np.moveaxis(image, 0, raster.normal))


@dataclass(frozen=True, slots=True)
class _Waves:
    """Wavenumbers along one axis of the plane, and the offsets that they are to image."""

    fft_length: int
    bins: NDArray[np.intp]
    """Of the FFT, whose spectrum repeats: the echoes' aliases are those of the raster itself."""
    wavenumber_rad_m: NDArray[np.float64]
    steering: NDArray[np.complex64]
    """(n_voxels, n_waves) exp(j K x) / P, the last inverse transform."""
    fade_m: tuple[float, float]
    """Offsets at which the kernel begins and ends to fade out, at the smallest depth."""


def _waves(
    line: Line,
    axis_m: NDArray[np.float64],
    depth_m: NDArray[np.float64],
    wavenumber_rad_m: NDArray[np.float64],
) -> _Waves:
    """Choose a period so long that no repetition of the kernel reaches a voxel."""
    near_m, far_m = float(depth_m.min()), float(depth_m.max())
    reach_m = line.reach_m(axis_m)
    longest_m = 2 * np.pi / float(wavenumber_rad_m.min())
    # First Fresnel zone of the kernel at the edge: 2 pi over the root of its chirp rate.
    zone_m = float(np.sqrt(longest_m * np.hypot(reach_m, near_m) ** 3 / 2)) / near_m
    fade_m = (reach_m + _FADE_FROM * zone_m, reach_m + _FADE_TO * zone_m)
    widest = 2 * float(wavenumber_rad_m.max()) * fade_m[1] / np.hypot(fade_m[1], near_m)
    pitch_m = line.pitch_m if line.count > 1 else np.pi / widest
    needed_m = reach_m + fade_m[1] * far_m / near_m + _GUARD * zone_m
    length = max(line.count, next_fast_len(int(np.ceil(needed_m / pitch_m))))
    period_m = length * pitch_m
    last = int(widest * period_m / (2 * np.pi))
    order = np.arange(-last, last + 1)
    across = 2 * np.pi / period_m * order.astype(np.float64)
    steering = np.exp(1j * np.outer(axis_m - line.origin_m, across)) / period_m
    return _Waves(length, order % length, across, steering.astype(np.complex64), fade_m)


def _migrate(
    plane: NDArray[np.complex64],
    depth_m: NDArray[np.float64],
    two_way_rad_m: NDArray[np.float64],
    first: _Waves,
    second: _Waves,
) -> NDArray[np.complex64]:
    """(n_depth, n_first, n_second) image of depths in increasing or decreasing order."""
    n_depths, n_second = len(depth_m), len(second.steering)
    steered = np.empty((n_depths, len(first.bins), n_second), dtype=np.complex64)
    spectrum = np.take(fft(plane, first.fft_length, axis=1), first.bins, axis=1)
    total = two_way_rad_m[:, np.newaxis, np.newaxis]
    near_m, far_m = float(depth_m.min()), float(depth_m.max())
    middle_m = np.float32(np.sqrt(near_m * far_m))
    n_rows = max(1, _WAVES_PER_BLOCK // (len(total) * len(second.bins)))
    for start in range(0, len(first.bins), n_rows):
        rows = slice(start, start + n_rows)
        across = first.wavenumber_rad_m[rows, np.newaxis], second.wavenumber_rad_m
        squared = total**2 - across[0] ** 2 - across[1] ** 2
        # A floor instead of evanescent waves: they fade out with those at grazing angles.
        along = np.sqrt(np.maximum(squared, (1e-3 * total) ** 2)).astype(np.float32)
        inverse: NDArray[np.float32] = np.reciprocal(along)
        weight = (2 * np.pi * total).astype(np.float32) * inverse**2
        for axis, part in zip((first, second), across, strict=True):
            offset_m = np.abs(near_m * part) * inverse
            weight *= _fade(offset_m.astype(np.float32), axis.fade_m)
        echoes = fft(spectrum[:, rows], second.fft_length, axis=2)
        waves = np.take(echoes, second.bins, axis=2)
        waves *= weight * _phasor(along, float(depth_m[0])) * (1j - inverse / middle_m)
        flat = len(total), -1
        planes = _shifted(waves.reshape(flat), along.reshape(flat), depth_m)
        steered[:, rows] = (planes.reshape(-1, len(second.bins)) @ second.steering.T).reshape(
            n_depths, -1, n_second
        )
    return first.steering @ steered


def _shifted(
    waves: NDArray[np.complex64], along_rad_m: NDArray[np.float32], depth_m: NDArray[np.float64]
) -> NDArray[np.complex64]:
    """(n_depth, n_waves) sums over frequency of y exp(j K_y (y - y_0)); overwrites the waves."""
    sums = np.empty((len(depth_m), waves.shape[1]), dtype=np.complex64)
    step_m, turn = 0.0, np.ones_like(waves)
    for i, y_m in enumerate(depth_m):
        if i > 0:
            if abs(y_m - depth_m[i - 1] - step_m) > _SAME_STEP_M:
                step_m = float(y_m - depth_m[i - 1])
                turn = _phasor(along_rad_m, step_m)
            waves *= turn
        # NumPy adds up real numbers several times faster than complex ones.
        sums[i] = y_m * waves.view(np.float32).sum(axis=0).view(np.complex64)
    return sums


def _phasor(wavenumber_rad_m: NDArray[np.float32], way_m: float) -> NDArray[np.complex64]:
    phase = wavenumber_rad_m * np.float32(way_m)
    phasor = np.empty(phase.shape, dtype=np.complex64)
    np.cos(phase, out=phasor.real)
    np.sin(phase, out=phasor.imag)
    return phasor


def _fade(offset_m: NDArray[np.float32], between_m: tuple[float, float]) -> NDArray[np.float32]:
    """Cubic step from 1 to 0 between two offsets."""
    begin_m, end_m = between_m
    part: NDArray[np.float32] = np.clip((offset_m - begin_m) / (end_m - begin_m), 0, 1)
    return 1 - part * part * (3 - 2 * part)


def _slabs(depth_m: NDArray[np.float64]) -> list[slice]:
    """Runs of depths whose largest is at most some times the smallest: one period serves each."""
    logarithm = np.log(depth_m / depth_m.min()) / np.log(_DEPTH_RATIO_PER_SLAB)
    starts = [0, *(np.flatnonzero(np.diff(np.floor(logarithm))) + 1), len(depth_m)]
    return [slice(int(a), int(b)) for a, b in pairwise(starts)]
