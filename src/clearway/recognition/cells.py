"""The coarse cells over a person in which all evidence is looked for.

A cell is a square of the box as the panel sees it, over the whole depth.  Both kinds of scorer say
of each cell what it shows; the labels of training sets say in which cells a carried thing shows.
Beside the cells, which keep the depth, stands the surface, which keeps the resolution: the
strongest echo of each column along depth.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from clearway.recognition.volume import LOWEST_DB, Volume

__all__ = ["CELL", "Cells", "StoredCells", "changed_cells", "grouped", "map_shape", "stored_cells"]

CELL = 4
"""Voxels of the recogniser's volume along forward and height: 8 cm, half of a handgun."""

_BRIGHTER_DB = 7.0
_LEAST_DB = 1.0
"""A carried thing shows in a voxel that it makes so much brighter, up to at least this level
relative to the body; below, noise and side lobes change by as much."""
_SIDE_LOBES_DB = 10.0
"""Below the strongest voxel that a thing has brightened: there its glint's side lobes begin."""
_BODY_DB = -6.0
_FEWEST = 2
"""Columns of a cell in which a thing shows: one alone may be noise."""


class StoredCells(NamedTuple):
    """What is kept of one volume, or of several along first axes."""

    cells: NDArray[np.uint8]
    """(..., cells along forward, depth, cells along height) strongest level, of
    `Volume.quantised`."""
    surface: NDArray[np.uint8]
    """(..., forward, height) strongest level of each column along depth."""
    surface_depth: NDArray[np.uint8]
    """(..., forward, height) number of its voxel."""


@dataclass(frozen=True, eq=False)
class Cells:
    """An image as the baseline looks at it, with places in the person's own coordinates."""

    levels_db: NDArray[np.float32]
    """(n_forward, n_depth, n_height) strongest voxel of each cell at each depth."""
    forward_m: NDArray[np.float64]
    """Centres of the cells."""
    depth_m: NDArray[np.float64]
    height_m: NDArray[np.float64]
    surface_db: NDArray[np.float32]
    """(forward, height) strongest voxel of each column, at the volume's own resolution."""
    surface_m: NDArray[np.float64]
    """Its depth."""

    @classmethod
    def of(cls, volume: Volume) -> Cells:
        """Cells of a volume, by its quantised levels: live the same as from a stored set."""
        origin_m = (volume.forward_m[0], volume.depth_m[0], volume.height_m[0])
        return cls.stored(stored_cells(volume.quantised()), origin_m, volume.steps_m)

    @classmethod
    def stored(
        cls,
        kept: StoredCells,
        origin_m: tuple[float, float, float],
        steps_m: tuple[float, float, float],
    ) -> Cells:
        """Cells of one stored volume.

        Parameters
        ----------
        kept : StoredCells
            Of one volume.
        origin_m : (float, float, float)
            Of the volume's first voxel.
        steps_m : (float, float, float)
            Of the volume's voxels.
        """
        sides = (CELL, 1, CELL)
        forward_m, depth_m, height_m = (
            first + step * (side * np.arange(n) + (side - 1) / 2)
            for first, step, side, n in zip(origin_m, steps_m, sides, kept.cells.shape, strict=True)
        )
        return cls(
            Volume.levels_of(kept.cells),
            forward_m,
            depth_m,
            height_m,
            Volume.levels_of(kept.surface),
            depth_m[kept.surface_depth],
        )


def map_shape(pooled_shape: tuple[int, int, int]) -> tuple[int, int]:
    """Cells along forward and height of a volume; the last ones may be cut short.

    Examples
    --------
    >>> map_shape((30, 32, 80))
    (8, 20)
    """
    return -(-pooled_shape[0] // CELL), -(-pooled_shape[2] // CELL)


def stored_cells(quantised: NDArray[np.uint8]) -> StoredCells:
    """What is kept of a volume, or of several.

    Parameters
    ----------
    quantised : (..., n_forward, n_depth, n_height) uint8
        Of `Volume.quantised`.
    """
    cells = grouped(quantised, quantised.ndim - 3, quantised.ndim - 1).max(axis=(-4, -1))
    return StoredCells(
        np.asarray(cells),
        np.asarray(quantised.max(axis=-2)),
        quantised.argmax(axis=-2).astype(np.uint8),
    )


def changed_cells(volume: Volume, clean: Volume) -> NDArray[np.bool_]:
    """Cells in which the image shows what is carried.

    Parameters
    ----------
    volume, clean : Volume
        The same look with the thing and without.

    Returns
    -------
    (cells along forward, cells along height) bool
    """
    gained = volume.levels_db - clean.levels_db
    body = clean.levels_db > _BODY_DB
    # Each volume is relative to its own body's level, which what is carried moves a little.
    shift_db = float(np.median(gained[body])) if body.any() else 0.0
    shows = (gained - shift_db > _BRIGHTER_DB) & (volume.levels_db > _LEAST_DB)
    glint_db = float(volume.levels_db.max(where=shows, initial=LOWEST_DB))
    shows &= volume.levels_db > glint_db - _SIDE_LOBES_DB
    columns = grouped(np.asarray(shows.any(axis=1)), 0, 1).sum(axis=(1, 3))
    return np.asarray(columns >= _FEWEST)


def grouped(values: NDArray[np.generic], forward: int, height: int) -> NDArray[Any]:
    """Split two axes into cells and what is in each.

    Parameters
    ----------
    values : array
    forward, height : int
        The axes.

    Returns
    -------
    array
        Each of the two axes is followed by one of length `CELL`; a cell that is cut short is
        filled with what lies at its edge.
    """
    padding = [(0, 0)] * values.ndim
    shape: list[int] = []
    for axis, n in enumerate(values.shape):
        if axis in (forward, height):
            padding[axis] = (0, -n % CELL)
            shape += [-(-n // CELL), CELL]
        else:
            shape.append(n)
    return np.pad(values, padding, mode="edge").reshape(shape)
