"""Which voxels to image where the user does not say it all."""

from __future__ import annotations

from math import ceil, floor, prod

import numpy as np

from clearway.errors import ArgumentError
from clearway.imaging.checks import finite_real_array
from clearway.imaging.grid import Grid
from clearway.imaging.sweep import Sweep

__all__ = ["grid_for", "shortest_wavelength_m"]

_FLAT = 0.1
_DEPTH = (0.4, 0.9)
_VOXELS = 4e6
_MOST_VOXELS = 2**28
"""2 GiB of complex64, the most that is read back from a file."""
_NORMALS = (1, 2, 0)
"""Axes in the order in which they are taken for the depth: y, z, x."""


def grid_for(
    sweep: Sweep,
    *,
    x_m: tuple[float, float] | None = None,
    y_m: tuple[float, float] | None = None,
    z_m: tuple[float, float] | None = None,
    spacing_m: float | None = None,
) -> Grid:
    """Even grid before a flat array, or inside one that surrounds the scene.

    An array is flat along an axis where its elements spread by less than a tenth of its longest
    side.  What is not given follows from the elements:

    - Across a flat array, the grid reaches as far as the elements do.  In depth it reaches from
      0.4 to 0.9 of the array's longest side, towards growing coordinates; the depth is along y, or
      else along z or x, whichever is flat.  A scan along a line is imaged in one plane.
    - Any other array is taken to surround the scene: the grid fills the box of the elements.
    - The spacing is a quarter of the shortest wavelength, so that no target falls between voxels,
      or as much more as keeps the grid at about four million voxels; to two digits.

    Parameters
    ----------
    sweep : Sweep
    x_m, y_m, z_m : (float, float), optional
        Smallest and largest coordinate of the voxel centres; twice the same for one plane.
    spacing_m : float, optional

    Returns
    -------
    Grid

    Raises
    ------
    ArgumentError
        Bounds in the wrong order, more voxels than fit a file, or nothing to derive them from.

    Examples
    --------
    >>> corners = [[-1, 0, 0], [1, 0, 0], [-1, 0, 2], [1, 0, 2]]
    >>> grid = grid_for(Sweep(np.ones((1, 4, 4)), [18e9], corners, corners))
    >>> grid.shape, grid.y_m[[0, -1]].tolist()
    ((201, 101, 201), [0.8, 1.8])
    """
    given = (x_m, y_m, z_m)
    bounds = [
        _checked(f"{name}_m", own) if own is not None else default
        for name, own, default in zip("xyz", given, _default_bounds(sweep), strict=True)
    ]
    if None in bounds:
        missing = ", ".join(
            f"{name}_m" for name, own in zip("xyz", bounds, strict=True) if own is None
        )
        raise ArgumentError(
            missing,
            "cannot be derived from an array whose elements stand at one place",
            "say where the scene is",
        )
    box = [bound for bound in bounds if bound is not None]
    if spacing_m is None:
        spacing_m = _default_spacing_m(box, shortest_wavelength_m(sweep))
    elif not (spacing_m > 0 and np.isfinite(spacing_m)):
        raise ArgumentError("spacing_m", f"is {spacing_m}", "give a spacing above 0")
    voxels = _voxels(box, spacing_m)
    if voxels > _MOST_VOXELS:
        raise ArgumentError(
            "spacing_m",
            f"of {spacing_m:g} m makes {voxels:.3g} voxels, {_MOST_VOXELS:,} are the most",
            "choose a larger spacing or a smaller box",
        )
    snapped = [
        bound if own is not None else _snapped(bound, spacing_m)
        for bound, own in zip(box, given, strict=True)
    ]
    lower, upper = zip(*snapped, strict=True)
    return Grid.over(lower, upper, spacing_m)


def shortest_wavelength_m(sweep: Sweep) -> float:
    """In the medium."""
    return sweep.propagation_speed_m_s / float(sweep.frequencies_hz.max())


def _checked(name: str, bounds: tuple[float, float]) -> tuple[float, float]:
    low, high = finite_real_array(name, bounds, (2,)).tolist()
    if low > high:
        raise ArgumentError(name, f"runs from {low:g} to {high:g} m", "give the smaller one first")
    return low, high


def _default_bounds(sweep: Sweep) -> list[tuple[float, float] | None]:
    elements = np.concatenate((sweep.tx_positions_m, sweep.rx_positions_m))
    lower, upper = elements.min(axis=0), elements.max(axis=0)
    side_m = float((upper - lower).max())
    if side_m == 0:
        return [None, None, None]
    is_flat = upper - lower < _FLAT * side_m
    middle = elements.mean(axis=0)
    lower, upper = np.where(is_flat, middle, lower), np.where(is_flat, middle, upper)
    normal = next((axis for axis in _NORMALS if is_flat[axis]), None)
    if normal is not None:
        lower[normal], upper[normal] = middle[normal] + np.multiply(_DEPTH, side_m)
    return [(float(low), float(high)) for low, high in zip(lower, upper, strict=True)]


def _default_spacing_m(box: list[tuple[float, float]], wavelength_m: float) -> float:
    finest_m = wavelength_m / 4
    sides_m = [high - low for low, high in box if high > low]
    excess = prod(side / finest_m for side in sides_m) / _VOXELS
    spacing_m = finest_m * max(1.0, excess ** (1 / max(len(sides_m), 1)))
    return float(f"{spacing_m:.2g}")  # coordinates are then short in every message


def _voxels(box: list[tuple[float, float]], spacing_m: float) -> float:
    return prod((high - low) / spacing_m + 1 for low, high in box)


def _snapped(bounds: tuple[float, float], spacing_m: float) -> tuple[float, float]:
    low, high = bounds
    if low == high:
        return bounds
    first, last = ceil(low / spacing_m - 1e-6), floor(high / spacing_m + 1e-6)
    return (first * spacing_m, last * spacing_m) if first < last else bounds
