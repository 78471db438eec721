"""The echoes of each cell: how bright and how deep, and what else echoes behind or before."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clearway.recognition.cells import Cells

__all__ = ["Echoes", "find_echoes"]

_ECHO_DB = 3.0
"""Over the clutter; weaker maxima along depth are noise and side lobes."""
_FRONT_DB = 10.0
"""An echo may be this much weaker than the strongest of its cell: the front of a block of plastic
returns 11 dB less than metal, skin 4 dB less."""
_APART_M = 0.035
"""What is nearer to the strongest echo is a part of it: two range cells of 15 mm, and a voxel."""
_LOWEST_DB = -20.0


@dataclass(frozen=True, eq=False)
class Echoes:
    """Maps over (forward, height), in the units of their names."""

    clutter_db: float
    """Median of the cells' strongest voxels: two in three show nothing but noise and side lobes,
    which a glint raises everywhere."""
    level_db: NDArray[np.float64]
    """Of the strongest."""
    depth_m: NDArray[np.float64]
    front_m: NDArray[np.float64]
    """Depth of the first."""
    delay_m: NDArray[np.float64]
    """From the first to the last: a block of thickness d and permittivity e before skin shows
    ``d sqrt(e)``."""
    number: NDArray[np.float64]
    second_db: NDArray[np.float64]
    """Strongest voxel well away from the strongest echo, over it."""
    spread_db: NDArray[np.float64]
    """Energy of the whole depth over the strongest."""


def find_echoes(cells: Cells) -> Echoes:
    """Find the echoes of each cell: the maxima along depth that are strong enough.

    Parameters
    ----------
    cells : Cells

    Returns
    -------
    Echoes
    """
    levels = cells.levels_db.astype(np.float64)
    strongest = levels.max(axis=1)
    at = levels.argmax(axis=1)
    clutter_db = float(np.median(strongest))
    least = np.maximum(strongest - _FRONT_DB, clutter_db + _ECHO_DB)
    padded = np.pad(levels, ((0, 0), (1, 1), (0, 0)), constant_values=-np.inf)
    echo = (levels >= padded[:, :-2]) & (levels > padded[:, 2:]) & (levels >= least[:, None])
    any_echo = echo.any(axis=1)
    first = np.where(any_echo, echo.argmax(axis=1), at)
    last = np.where(any_echo, levels.shape[1] - 1 - echo[:, ::-1].argmax(axis=1), at)
    depth_m = cells.depth_m[at]
    away = np.abs(cells.depth_m[:, None] - depth_m[:, None]) > _APART_M
    energy = 10 * np.log10((10 ** (levels / 10)).sum(axis=1))
    return Echoes(
        clutter_db=clutter_db,
        level_db=strongest,
        depth_m=depth_m,
        front_m=cells.depth_m[first],
        delay_m=cells.depth_m[last] - cells.depth_m[first],
        number=echo.sum(axis=1).astype(np.float64),
        second_db=np.where(away, levels, _LOWEST_DB).max(axis=1) - strongest,
        spread_db=energy - strongest,
    )
