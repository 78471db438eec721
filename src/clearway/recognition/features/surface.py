"""The surface in a volume: how deep it lies, how bright it is, and what echoes behind it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clearway.recognition.volume import Volume

__all__ = ["Surface", "find_surface"]

PRESENT_DB = -12.0
"""A column whose brightest voxel is weaker than this, relative to the body, shows no surface."""
ABOVE_CLUTTER_DB = 7.0
"""Nor does one that is not clearer than this above the median of the box: the strongest of the 24
voxels of a column without a surface is expected 4 dB above it."""
FRONT_DB = 12.0
"""The front may be this much weaker than the strongest echo of its column: the front of a block
of plastic returns 11 dB less than metal, skin 4 dB less."""


@dataclass(frozen=True, eq=False)
class Surface:
    """Maps over (forward, height)."""

    present: NDArray[np.bool_]
    """Whether the column shows a surface."""
    depth_m: NDArray[np.float64]
    """Depth of the first echo; 0 where no surface is."""
    level_db: NDArray[np.float64]
    """Level of the strongest echo, relative to the body."""
    delay_m: NDArray[np.float64]
    """Apparent depth from the first echo to the last: a block of thickness d and permittivity e
    before skin shows ``d sqrt(e)``."""


def find_surface(volume: Volume) -> Surface:
    """Find the first and the last echo of each column.

    An echo is a maximum along depth that is at most `FRONT_DB` below the strongest of its column
    and clear of `PRESENT_DB` and the clutter.  A parabola through its level and its neighbours'
    places it between voxels.

    Parameters
    ----------
    volume : Volume

    Returns
    -------
    Surface
    """
    levels = volume.levels_db
    strongest = levels.max(axis=1)
    least = max(PRESENT_DB, volume.clutter_db + ABOVE_CLUTTER_DB)
    present = strongest > least
    threshold = np.maximum(strongest - FRONT_DB, least)
    padded = np.pad(levels, ((0, 0), (1, 1), (0, 0)), constant_values=-np.inf)
    before, after = padded[:, :-2], padded[:, 2:]
    echo = (levels >= before) & (levels > after) & (levels >= threshold[:, None, :])
    first = echo.argmax(axis=1)
    last = levels.shape[1] - 1 - echo[:, ::-1].argmax(axis=1)
    present &= echo.any(axis=1)
    step_m = volume.steps_m[1]
    depth_m = volume.depth_m[first] + step_m * _between(levels, first)
    delay_m = volume.depth_m[last] + step_m * _between(levels, last) - depth_m
    return Surface(
        present,
        np.where(present, depth_m, 0.0),
        strongest.astype(np.float64),
        np.where(present, delay_m, 0.0),
    )


def _between(levels: NDArray[np.float32], at: NDArray[np.intp]) -> NDArray[np.float64]:
    """How far a maximum lies from its voxel, in voxels, -0.5 to 0.5."""
    n = levels.shape[1]

    def level(shift: int) -> NDArray[np.float64]:
        index = np.clip(at + shift, 0, n - 1)[:, None, :]
        return np.take_along_axis(levels, index, axis=1)[:, 0, :].astype(np.float64)

    low, top, high = level(-1), level(0), level(1)
    curvature = low - 2 * top + high
    shift = np.divide(low - high, 2 * curvature, out=np.zeros_like(top), where=curvature < 0)
    inner = (at > 0) & (at < n - 1)
    return np.where(inner, np.clip(shift, -0.5, 0.5), 0.0)
