"""How voxels and channels are dealt out to the threads of a graphics card."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from clearway.errors import ArgumentError
from clearway.imaging.array import Array
from clearway.imaging.grid import Grid

__all__ = ["TILE_VOXELS", "Tiles", "TxGroups", "cut_into_tiles", "group_transmitters"]

TILE_VOXELS = 256
"""Voxels of a tile, one thread each; the CUDA source has the same constant."""

_Number = TypeVar("_Number", np.intp, np.float64)

_GROUP_SIZES = (8, 1)
_LEG_INSTRUCTIONS = 40
_UPDATE_INSTRUCTIONS = 16
"""Of the inner loop as compiled for compute capability 9.0: per receiver, and per channel."""


@dataclass(frozen=True, slots=True, eq=False)
class Tiles:
    """Compact groups of voxels."""

    voxels: NDArray[np.int32]
    """(n_tiles, TILE_VOXELS) numbers in the raveled grid; -1 where a tile has fewer.

    Each eight in a row are neighbours, a cube where the grid has three dimensions.
    """
    centres_m: NDArray[np.float64]
    """(n_tiles, 3) in the grid's frame."""
    reach_m: float
    """No voxel is farther from the centre of its tile."""


@dataclass(frozen=True, slots=True, eq=False)
class TxGroups:
    """Channels, sorted by groups of transmitters that share the work for each receiver."""

    size: int
    """Transmitters per group: group i has those from ``i * size`` on."""
    first_entry: NDArray[np.int32]
    """(n_groups + 1,) where the entries of each group begin."""
    receivers: NDArray[np.int32]
    """(n_entries,) receiver of each entry."""
    channels: NDArray[np.uint32]
    """(n_entries, size) channel of the receiver with each transmitter of the group.

    The number of channels stands for none.
    """


def cut_into_tiles(grid: Grid, mask: NDArray[np.bool_] | None = None) -> Tiles:
    """Cut the selected voxels into boxes of `TILE_VOXELS`.

    The box takes the side lengths, powers of two, for which the squared number of tiles times the
    diagonal is least: few idle threads first, then look-ups that lie close together.

    Parameters
    ----------
    grid : Grid
    mask : grid.shape bool, optional
        The voxels to image, at least one; all of them by default.

    Returns
    -------
    Tiles
        Every selected voxel once, and no other.

    Raises
    ------
    ArgumentError
        A grid too large to number its voxels in 32 bits.

    Examples
    --------
    >>> tiles = cut_into_tiles(Grid.over((0, 0, 0), (0.51, 0.15, 1.91), 0.01))
    >>> tiles.voxels.shape, round(tiles.reach_m, 4)
    ((624, 256), 0.0517)
    """
    if grid.size > np.iinfo(np.int32).max:
        raise ArgumentError("grid", f"has {grid.size} voxels", "image fewer than 2^31 at a time")
    selected = np.ones(grid.shape, dtype=np.bool_) if mask is None else mask
    lower, upper = _bounds(selected)
    tile = min(_boxes(), key=lambda box: _cost(grid, lower, upper, box))
    corners, centres, reach_m = _lattice(grid, lower, upper, tile)
    index = corners[:, np.newaxis] + _morton_order(tile)
    inside = (index < upper).all(axis=2)
    index = np.minimum(index, upper - 1)
    number = np.ravel_multi_index(tuple(np.moveaxis(index, 2, 0)), grid.shape)
    inside &= selected.ravel()[number]
    used = inside.any(axis=1)
    voxels = np.where(inside, number, -1).astype(np.int32)
    return Tiles(voxels[used], centres[used], reach_m)


def group_transmitters(array: Array) -> TxGroups:
    """Sort the channels for the kernel, with the group size that costs least.

    Where every receiver hears every transmitter, large groups share each receiver's square root
    and phasor; where a receiver hears few, as in a scan with one antenna, most of a large group
    would be missing channels.

    Examples
    --------
    >>> group_transmitters(Array(np.eye(3), np.eye(3))).channels.tolist()[1]
    [1, 4, 7, 9, 9, 9, 9, 9]
    """
    sorted_by_group = [_grouped(array, size) for size in _GROUP_SIZES]
    return min(
        sorted_by_group,
        key=lambda g: len(g.receivers) * (_LEG_INSTRUCTIONS + _UPDATE_INSTRUCTIONS * g.size),
    )


def _grouped(array: Array, size: int) -> TxGroups:
    tx, rx = array.channels.T
    keys, entry = np.unique(np.column_stack((tx // size, rx)), axis=0, return_inverse=True)
    channels = np.full((len(keys), size), array.n_pairs, dtype=np.uint32)
    channels[entry, tx % size] = np.arange(array.n_pairs)
    n_groups = -(-array.n_tx // size)
    first_entry = np.searchsorted(keys[:, 0], np.arange(n_groups + 1))
    return TxGroups(size, first_entry.astype(np.int32), keys[:, 1].astype(np.int32), channels)


def _bounds(selected: NDArray[np.bool_]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Lowest index along each axis, and one beyond the highest."""
    along = [np.flatnonzero(selected.any(axis=other)) for other in ((1, 2), (0, 2), (0, 1))]
    return np.array([i[0] for i in along]), np.array([i[-1] + 1 for i in along])


def _boxes() -> Iterator[NDArray[np.intp]]:
    powers = [2**i for i in range(TILE_VOXELS.bit_length())]
    for box in itertools.product(powers, repeat=3):
        if np.prod(box) == TILE_VOXELS:
            yield np.array(box)


def _cost(
    grid: Grid, lower: NDArray[np.intp], upper: NDArray[np.intp], tile: NDArray[np.intp]
) -> float:
    step = [
        np.abs(axis[high - 1] - axis[low]) / max(1, high - low - 1)
        for axis, low, high in zip(grid.axes_m, lower, upper, strict=True)
    ]
    diagonal = np.linalg.norm(np.minimum(tile, upper - lower) * step)
    return float(np.prod(-(-(upper - lower) // tile)) ** 2 * diagonal)


def _lattice(
    grid: Grid, lower: NDArray[np.intp], upper: NDArray[np.intp], tile: NDArray[np.intp]
) -> tuple[NDArray[np.intp], NDArray[np.float64], float]:
    """First index and centre of each tile, both (n_tiles, 3), and the largest half diagonal."""
    first = [np.arange(*span) for span in zip(lower, upper, tile, strict=True)]
    low_m = [axis[i] for axis, i in zip(grid.axes_m, first, strict=True)]
    high_m = [
        axis[np.minimum(i + side, end) - 1]
        for axis, i, side, end in zip(grid.axes_m, first, tile, upper, strict=True)
    ]
    centre = [(low + high) / 2 for low, high in zip(low_m, high_m, strict=True)]
    half = [np.abs(high - low).max() / 2 for low, high in zip(low_m, high_m, strict=True)]
    return _product(first), _product(centre), float(np.linalg.norm(half))


def _product(axes: list[NDArray[_Number]]) -> NDArray[_Number]:
    return np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)


def _morton_order(tile: NDArray[np.intp]) -> NDArray[np.intp]:
    """(TILE_VOXELS, 3) indices within a tile along a Z-order curve: neighbours stay together."""
    index = np.stack(np.unravel_index(np.arange(TILE_VOXELS), tuple(tile)), axis=1)
    bits = np.arange(TILE_VOXELS.bit_length())
    interleaved = ((index[:, np.newaxis] >> bits[:, np.newaxis]) & 1) << (
        3 * bits[:, np.newaxis] + np.arange(3)
    )
    return index[np.argsort(interleaved.sum(axis=(1, 2)))]
