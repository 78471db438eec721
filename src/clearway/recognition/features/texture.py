"""What the surface looks like within a cell: edges, ridges, how much of it is bright."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from clearway.recognition.cells import Cells, grouped

__all__ = ["TEXTURE", "texture_of"]

_EDGE_VOXELS, _TENSOR_VOXELS = 1.0, 1.5
_RIDGE_VOXELS = (1.0, 2.0)
_BRIGHT_DB = 6.0
"""Columns that are at most this much weaker than the strongest of their cell."""
_LEAST_STEEPNESS = 0.05
"""(dB / voxel)^2: where there is no edge, none has a direction."""

TEXTURE: tuple[tuple[str, str, str], ...] = (
    ("steepness", "1", "log of the mean squared slope of the level, (dB per voxel)^2"),
    ("upright", "1", "how upright the edges are, from -1 for lying to 1"),
    ("slanted", "1", "how slanted the edges are, from 0 to 1"),
    ("bright_share", "1", "share of the columns that are nearly as bright as the brightest"),
    ("mean_db", "dB", "mean level of the columns over the brightest"),
    ("depth_spread_m", "m", "standard deviation of the bright columns' depth"),
    ("bright_heights", "1", "share of the heights that have a bright column"),
    ("bright_widths", "1", "share of the places along the walk that have a bright column"),
    ("fine_upright_ridge", "1", "sharpest ridge along height, dB per voxel^2, 2 cm wide"),
    ("fine_lying_ridge", "1", "sharpest ridge along the walk, 2 cm wide"),
    ("upright_ridge", "1", "sharpest ridge along height, 4 cm wide"),
    ("lying_ridge", "1", "sharpest ridge along the walk, 4 cm wide"),
)
"""Name, unit and meaning, in the order of `texture_of`."""


def texture_of(cells: Cells, clutter_db: float) -> list[NDArray[np.float64]]:
    """Maps over the cells, in the order of `TEXTURE`; the clutter has no texture.

    Edges are described by the structure tensor (J. Bigun and G. Granlund, ICCV 1987), averaged over
    a cell; ridges by the second derivative of a Gaussian.
    """
    level_db = np.maximum(cells.surface_db.astype(np.float64), clutter_db)
    return [*_edges(level_db), *_bright(level_db, cells.surface_m), *_ridges(level_db)]


def _edges(level_db: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    along, up = (gaussian_filter(level_db, _EDGE_VOXELS, order=order) for order in ((1, 0), (0, 1)))
    along_along, up_up, along_up = (
        gaussian_filter(product, _TENSOR_VOXELS) for product in (along * along, up * up, along * up)
    )
    steepness = _mean(along_along + up_up + _LEAST_STEEPNESS)
    return [
        np.log(steepness),
        _mean(along_along - up_up) / steepness,
        np.abs(_mean(2.0 * along_up)) / steepness,
    ]


def _bright(
    level_db: NDArray[np.float64], depth_m: NDArray[np.float64]
) -> list[NDArray[np.float64]]:
    levels, depths = grouped(level_db, 0, 1), grouped(depth_m, 0, 1)
    strongest = levels.max(axis=(1, 3))
    bright = levels > strongest[:, None, :, None] - _BRIGHT_DB
    n = bright.sum(axis=(1, 3))
    mean_m = (depths * bright).sum(axis=(1, 3)) / n
    away = np.square(depths - mean_m[:, None, :, None]) * bright
    return [
        bright.mean(axis=(1, 3)),
        levels.mean(axis=(1, 3)) - strongest,
        np.sqrt(away.sum(axis=(1, 3)) / n),
        bright.any(axis=1).mean(axis=2),
        bright.any(axis=3).mean(axis=1),
    ]


def _ridges(level_db: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    return [
        grouped(-gaussian_filter(level_db, width, order=order), 0, 1).max(axis=(1, 3))
        for width in _RIDGE_VOXELS
        for order in ((2, 0), (0, 2))
    ]


def _mean(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(grouped(values, 0, 1).mean(axis=(1, 3)))
