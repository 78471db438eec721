"""A surface beside the smooth body that it should be: what stands proud, what is too bright."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from clearway.recognition.features.surface import Surface, find_surface
from clearway.recognition.volume import Volume

__all__ = ["SurfaceView", "surface_view"]

SMOOTH_M = (0.05, 0.12)
"""Along forward and height: a trunk bends over a quarter of a metre, and less along its axis."""
OUTLIER_M = 0.015
"""What stands out by more is not taken for body when the body is smoothed."""
OUTLIER_DB = 6.0
"""Nor what is brighter, or darker, by more."""
_ROUNDS = 4

_LEAST_WEIGHT = 1e-3


@dataclass(frozen=True, eq=False)
class SurfaceView:
    """Maps over (forward, height) and their axes."""

    surface: Surface
    proud_m: NDArray[np.float64]
    """How far the surface stands out of the smooth body, towards the panel; 0 where none is."""
    excess_db: NDArray[np.float64]
    """Level over that of the surroundings on the body."""
    forward_m: NDArray[np.float64]
    height_m: NDArray[np.float64]

    @property
    def cell_m2(self) -> float:
        """Area of one cell of the maps."""
        return float(
            (self.forward_m[1] - self.forward_m[0]) * (self.height_m[1] - self.height_m[0])
        )


def surface_view(volume: Volume) -> SurfaceView:
    """Compare a volume's surface with a smooth body.

    The smooth body is a Gaussian mean over the surface that is present (normalised convolution,
    H. Knutsson and C.-F. Westin, CVPR 1993), repeated without what stood out of the one before.

    Parameters
    ----------
    volume : Volume

    Returns
    -------
    SurfaceView
    """
    surface = find_surface(volume)
    step_x, _, step_z = volume.steps_m
    sigma = (SMOOTH_M[0] / step_x, SMOOTH_M[1] / step_z)
    behind = _beside_smooth(surface.depth_m, surface.present, sigma, OUTLIER_M)
    excess = _beside_smooth(surface.level_db, surface.present, sigma, OUTLIER_DB)
    return SurfaceView(surface, -behind, excess, volume.forward_m, volume.height_m)


def _beside_smooth(
    values: NDArray[np.float64],
    present: NDArray[np.bool_],
    sigma: tuple[float, float],
    outlier: float,
) -> NDArray[np.float64]:
    """Values less their smooth course, in which outliers have no part; 0 where none is present."""
    weight = present.astype(np.float64)
    beside = np.zeros_like(values)
    for _ in range(_ROUNDS):
        beside = np.where(present, values - _weighted_mean(values, weight, sigma), 0.0)
        weight = (present & (np.abs(beside) < outlier)).astype(np.float64)
    return beside


def _weighted_mean(
    values: NDArray[np.float64], weight: NDArray[np.float64], sigma: tuple[float, float]
) -> NDArray[np.float64]:
    """Gaussian mean of what has weight; the value itself where nothing around has any."""
    total = gaussian_filter(weight, sigma)
    mean = gaussian_filter(values * weight, sigma)
    return np.divide(mean, total, out=values.copy(), where=total > _LEAST_WEIGHT)
