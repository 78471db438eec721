"""The image of one person, free of the radar's gain and in the person's own coordinates."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from clearway.errors import ArgumentError

__all__ = ["HIGHEST_DB", "LOWEST_DB", "Volume"]

LOWEST_DB, HIGHEST_DB = -20.0, 30.0
"""Levels are kept between these, relative to the body: below is clutter, above only glints."""

_BODY_SHARE = 98.4
"""Percentile of the voxels that gives the body's level.  The surface of a body is about one voxel
in forty of the box, side lobes of the same strength are far rarer, and a rifle is one in four
hundred: neither moves it much."""

_TINY = np.finfo(np.float32).tiny
_STEPS = 255


@dataclass(frozen=True, eq=False)
class Volume:
    """Levels around one person.

    Coordinates are of the person: forward is where the person walks, depth runs away from the
    panel with 0 at the middle of the body, height is above the floor.
    """

    levels_db: NDArray[np.float32]
    """(n_forward, n_depth, n_height), relative to the body, from `LOWEST_DB` to `HIGHEST_DB`."""
    forward_m: NDArray[np.float64]
    depth_m: NDArray[np.float64]
    height_m: NDArray[np.float64]
    contrast_db: float
    """Level of the body over the median of the box, which is noise and side lobes."""

    @classmethod
    def of(
        cls,
        magnitude: NDArray[np.floating],
        forward_m: NDArray[np.float64],
        depth_m: NDArray[np.float64],
        height_m: NDArray[np.float64],
    ) -> Volume:
        """Scale magnitudes to the body's level.

        Parameters
        ----------
        magnitude : (n_forward, n_depth, n_height) float
            In any unit: ten times the gain gives the same volume.
        forward_m, depth_m, height_m : (n,) float64
            Increasing coordinates of the voxels.

        Raises
        ------
        ArgumentError
            If the axes are of other lengths than the array.

        Examples
        --------
        >>> axis = np.arange(2.0)
        >>> quiet = Volume.of(np.ones((2, 2, 2)), axis, axis, axis)
        >>> loud = Volume.of(9 * np.ones((2, 2, 2)), axis, axis, axis)
        >>> float(np.abs(quiet.levels_db - loud.levels_db).max())
        0.0
        """
        axes = (forward_m, depth_m, height_m)
        if magnitude.shape != tuple(len(axis) for axis in axes):
            raise ArgumentError(
                "magnitude",
                f"has shape {magnitude.shape}, its axes {tuple(len(axis) for axis in axes)}",
                "give one coordinate per voxel and axis",
            )
        levels_db = 20.0 * np.log10(np.maximum(magnitude, _TINY))
        body_db = float(np.percentile(levels_db, _BODY_SHARE))
        contrast_db = body_db - float(np.median(levels_db))
        relative = np.clip(levels_db - body_db, LOWEST_DB, HIGHEST_DB).astype(np.float32)
        return cls(relative, *axes, contrast_db)

    @cached_property
    def clutter_db(self) -> float:
        """Median level of the box: noise and side lobes, relative to the body."""
        return float(np.median(self.levels_db))

    @property
    def steps_m(self) -> tuple[float, float, float]:
        """Distance of neighbours along each axis."""
        along = [
            float(axis[1] - axis[0]) if len(axis) > 1 else 0.0
            for axis in (self.forward_m, self.depth_m, self.height_m)
        ]
        return along[0], along[1], along[2]

    def quantised(self) -> NDArray[np.uint8]:
        """Levels in 256 steps of 0.2 dB, as training sets store them."""
        scaled = (self.levels_db - LOWEST_DB) * (_STEPS / (HIGHEST_DB - LOWEST_DB))
        return np.asarray(np.rint(scaled), dtype=np.uint8)

    @staticmethod
    def levels_of(quantised: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Undo `quantised`, up to its rounding."""
        scaled = quantised.astype(np.float32) * ((HIGHEST_DB - LOWEST_DB) / _STEPS)
        return scaled + np.float32(LOWEST_DB)
