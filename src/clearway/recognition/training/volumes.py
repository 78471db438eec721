"""Where the threats of stored looks are in their volumes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from clearway.recognition.stored.frames import Frames

__all__ = ["place_cells"]


def place_cells(frames: Frames) -> NDArray[np.float64]:
    """(n, 2) places of the threats that show, in voxels along forward and height; NaN for none."""
    interest = frames.about.interest
    step = interest.voxel_m * np.array(interest.pooling)[[0, 2]]
    away: NDArray[np.float64] = (frames.place_m - frames.origin_m)[:, [0, 2]]
    cells = away / step + 0.5
    cells[frames.classes == 0] = np.nan
    return np.asarray(cells)
