"""Volumes and features of stored frames."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from clearway.recognition.features import features_of, surface_view
from clearway.recognition.roi import RegionOfInterest
from clearway.recognition.training.frames import Frames
from clearway.recognition.volume import Volume

__all__ = ["frame_features", "place_cells", "typical_axes_m"]


def typical_axes_m(
    interest: RegionOfInterest,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Axes of the volumes of a person exactly where the box is placed: forward, depth, height.

    Live boxes are off by half of `RegionOfInterest.snap_m` at most, and know it; stored frames do
    not say it.
    """
    starts = (
        -(interest.shape[0] - 1) / 2 * interest.voxel_m,
        -interest.ahead_m,
        interest.lowest_m,
    )
    axes: list[NDArray[np.float64]] = [
        start + interest.voxel_m * (by * np.arange(n // by, dtype=np.float64) + (by - 1) / 2)
        for start, n, by in zip(starts, interest.shape, interest.pooling, strict=True)
    ]
    return axes[0], axes[1], axes[2]


def frame_features(frames: Frames, interest: RegionOfInterest) -> NDArray[np.float64]:
    """(n, n_features) features of stored frames."""
    axes = typical_axes_m(interest)
    return np.array(
        [
            features_of(surface_view(Volume(levels, *axes, np.inf)), float(height))
            for levels, height in zip(
                map(Volume.levels_of, frames.levels), frames.person_height_m, strict=True
            )
        ]
    )


def place_cells(frames: Frames, interest: RegionOfInterest) -> NDArray[np.float64]:
    """(n, 2) places of the threats that show, in voxels along forward and height; NaN for none."""
    forward, _, height = typical_axes_m(interest)
    origin = np.array([forward[0], height[0]])
    step = np.array([forward[1] - forward[0], height[1] - height[0]])
    cells: NDArray[np.float64] = (frames.place_m[:, [0, 2]] - origin) / step + 0.5
    cells[frames.classes == 0] = np.nan
    return cells
