"""The coarse cells over a person in which all evidence is looked for.

A cell is a square of the box as the panel sees it, over the whole depth.  Both kinds of scorer say
of each cell what it shows; the labels of training sets say in which cells a carried thing shows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clearway.recognition.volume import LOWEST_DB, Volume

__all__ = ["CELL", "Cells", "changed_cells", "coarse_levels", "map_shape"]

CELL = 4
"""Voxels of the recogniser's volume along forward and height: 8 cm, half of a handgun."""

_BRIGHTER_DB = 7.0
_LEAST_DB = -5.0
"""A carried thing shows in a voxel that it makes so much brighter, up to at least this level
relative to the body; below are side lobes."""
_SIDE_LOBES_DB = 10.0
"""Below the strongest voxel that a thing has brightened: there its glint's side lobes begin."""
_BODY_DB = -6.0
_FEWEST = 2
"""Columns of a cell in which a thing shows: one alone may be noise."""


@dataclass(frozen=True, eq=False)
class Cells:
    """A volume at the resolution of cells; depth keeps its own."""

    levels_db: NDArray[np.float32]
    """(n_forward, n_depth, n_height) strongest voxel of each cell at each depth."""
    forward_m: NDArray[np.float64]
    """Centres of the cells, in the person's own coordinates, as those below."""
    depth_m: NDArray[np.float64]
    height_m: NDArray[np.float64]

    @classmethod
    def of(cls, volume: Volume) -> Cells:
        """Cells of a volume, by its quantised levels: live the same as from a stored set."""
        return cls.stored(
            coarse_levels(volume.quantised()[None])[0],
            (volume.forward_m[0], volume.depth_m[0], volume.height_m[0]),
            volume.steps_m,
        )

    @classmethod
    def stored(
        cls,
        quantised: NDArray[np.uint8],
        origin_m: tuple[float, float, float],
        steps_m: tuple[float, float, float],
    ) -> Cells:
        """Cells of `coarse_levels`.

        Parameters
        ----------
        quantised : (n_forward, n_depth, n_height) uint8
        origin_m : (float, float, float)
            Of the volume's first voxel.
        steps_m : (float, float, float)
            Of the volume's voxels.
        """
        sides = (CELL, 1, CELL)
        axes = [
            first + step * (side * np.arange(n) + (side - 1) / 2)
            for first, step, side, n in zip(origin_m, steps_m, sides, quantised.shape, strict=True)
        ]
        return cls(Volume.levels_of(quantised), axes[0], axes[1], axes[2])


def map_shape(pooled_shape: tuple[int, int, int]) -> tuple[int, int]:
    """Cells along forward and height of a volume; the last ones may be cut short.

    Examples
    --------
    >>> map_shape((30, 32, 80))
    (8, 20)
    """
    return -(-pooled_shape[0] // CELL), -(-pooled_shape[2] // CELL)


def coarse_levels(quantised: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Strongest voxel of each cell at each depth.

    Parameters
    ----------
    quantised : (n, n_forward, n_depth, n_height) uint8
        Of `Volume.quantised`.

    Returns
    -------
    (n, cells along forward, n_depth, cells along height) uint8
    """
    return np.asarray(_grouped(quantised, 1, 3).max(axis=(2, 5)))


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
    columns = _grouped(np.asarray(shows.any(axis=1)), 0, 1).sum(axis=(1, 3))
    return np.asarray(columns >= _FEWEST)


def _grouped(values: NDArray[np.generic], forward: int, height: int) -> NDArray[np.generic]:
    """Split two axes into cells and what is in each, zeros after the end."""
    padding = [(0, 0)] * values.ndim
    shape: list[int] = []
    for axis, n in enumerate(values.shape):
        if axis in (forward, height):
            padding[axis] = (0, -n % CELL)
            shape += [-(-n // CELL), CELL]
        else:
            shape.append(n)
    return np.pad(values, padding).reshape(shape)
