"""Directions that the closed forms are tried on."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["in_plane", "random_directions"]


def random_directions(n: int, seed: int) -> NDArray[np.float64]:
    """(n, 3) unit vectors, evenly over the sphere."""
    drawn = np.random.default_rng(seed).normal(size=(n, 3))
    unit: NDArray[np.float64] = drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
    return unit


def in_plane(angle_rad: ArrayLike) -> NDArray[np.float64]:
    """(..., 3) unit vectors across z, by their angle from x towards y."""
    angle = np.asarray(angle_rad, dtype=np.float64)
    return np.stack((np.cos(angle), np.sin(angle), np.zeros(angle.shape)), axis=-1)
