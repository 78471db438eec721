"""Cutting a grid into tiles that a kernel's window can serve.

Within a tile of diagonal D the path of any channel varies by at most 2 D, by the triangle
inequality at either end.  So a tile's shape alone decides whether the window is long enough: no
array, scene or spacing can make it too short.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from clearway.imaging.grid import Grid

__all__ = ["TilePlan", "plan_tiles"]

_LENGTHS = (1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 28, 32, 40, 48, 56, 64)
_MOST_VOXELS = 512
"""Larger tiles push the receivers' tables out of the second-level cache."""
_SET_UP_VECTORS = 2.0
"""Cost of loading a channel's window, in vectors of voxels."""


@dataclass(frozen=True)
class TilePlan:
    """Tiles of one shape."""

    shape: tuple[int, int, int]
    """Voxels along x, y and z; fewer at the grid's far ends."""
    first: NDArray[np.int32]
    """(n_tiles, 3) first voxel of each along x, y and z."""


def plan_tiles(
    grid: Grid, mask: NDArray[np.bool_] | None, longest_diagonal_m: float, lanes: int
) -> TilePlan:
    """Choose the cheapest shape, and the tiles that hold a voxel of the mask.

    Parameters
    ----------
    grid : Grid
    mask : bool array of the grid's shape, optional
    longest_diagonal_m : float
        Of a tile, between the centres of its outermost voxels.
    lanes : int
        Voxels that a kernel computes at once.

    Returns
    -------
    TilePlan

    Examples
    --------
    >>> plan = plan_tiles(Grid.over((0, 0, 0), (0.15, 0, 0.07), 0.01), None, 0.11, 16)
    >>> plan.shape, len(plan.first)
    ((8, 1, 8), 2)
    """
    spans = [_longest_spans(axis) for axis in grid.axes_m]
    bounds = _bounds(grid, mask)
    choices = [
        [length for length in _LENGTHS if length <= max(high - low, 1)] for low, high in bounds
    ]
    legal = [
        (x, y, z)
        for x, y, z in product(*choices)
        if x * y * z <= _MOST_VOXELS
        and spans[0][x - 1] ** 2 + spans[1][y - 1] ** 2 + spans[2][z - 1] ** 2
        <= longest_diagonal_m**2
    ]
    best = min(legal, key=lambda shape: (_cost(shape, bounds, lanes), shape))
    starts = [np.arange(low, high, n) for (low, high), n in zip(bounds, best, strict=True)]
    # Tiles behind each other read nearly the same part of every profile: one after the other.
    x, z, y = np.meshgrid(starts[0], starts[2], starts[1], indexing="ij")
    first = np.column_stack([x.ravel(), y.ravel(), z.ravel()])
    if mask is not None:
        hit = [
            bool(mask[x : x + best[0], y : y + best[1], z : z + best[2]].any()) for x, y, z in first
        ]
        first = first[hit]
    return TilePlan(best, np.ascontiguousarray(first, dtype=np.int32))


def _longest_spans(axis_m: NDArray[np.float64]) -> list[float]:
    """Longest distance from first to last of n neighbouring coordinates, for n = 1, 2, ..."""
    spans = [0.0]
    for n in range(2, _LENGTHS[-1] + 1):
        inside = n <= len(axis_m)
        spans.append(float(np.abs(axis_m[n - 1 :] - axis_m[: 1 - n]).max()) if inside else np.inf)
    return spans


def _bounds(grid: Grid, mask: NDArray[np.bool_] | None) -> list[tuple[int, int]]:
    if mask is None:
        return [(0, n) for n in grid.shape]
    bounds = []
    for d in range(3):
        used = np.flatnonzero(mask.any(axis=tuple(other for other in range(3) if other != d)))
        bounds.append((int(used[0]), int(used[-1]) + 1))
    return bounds


def _cost(shape: tuple[int, ...], bounds: list[tuple[int, int]], lanes: int) -> float:
    """Vectors computed and windows loaded, over all tiles: whole ones and those at the far ends."""
    kinds = []
    for (low, high), n in zip(bounds, shape, strict=True):
        whole, rest = divmod(high - low, n)
        kinds.append([(whole, n), (1, rest)] if rest else [(whole, n)])
    return sum(
        x[0] * y[0] * z[0] * (-(-x[1] * y[1] * z[1] // lanes) + _SET_UP_VECTORS)
        for x, y, z in product(*kinds)
    )
