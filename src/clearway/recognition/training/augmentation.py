"""Small changes to training volumes that leave what they show the same."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from clearway.recognition.training.torch_library import loaded_torch
from clearway.recognition.volume import HIGHEST_DB, LOWEST_DB

__all__ = ["MOST_SHIFT", "disturbed", "shifted"]

MOST_SHIFT = (2, 2, 1)
"""Voxels along forward, depth and height: errors of the tracked place."""
_GAIN_DB, _NOISE_DB = 1.0, 0.7


def shifted(
    levels: NDArray[np.uint8], rng: np.random.Generator
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Shift each volume by a few voxels.

    Parameters
    ----------
    levels : (n, forward, depth, height) uint8
    rng : numpy.random.Generator

    Returns
    -------
    uint8 array of the same shape
        What is shifted in from outside repeats the edge.
    (n, 3) int
        The shifts: where the object has moved to.
    """
    n = len(levels)
    shifts = np.stack([rng.integers(-most, most + 1, n) for most in MOST_SHIFT], axis=1)
    moved = np.empty_like(levels)
    for volume, target, shift in zip(levels, moved, shifts, strict=True):
        index = [
            np.clip(np.arange(length) - step, 0, length - 1)
            for length, step in zip(volume.shape, shift, strict=True)
        ]
        target[...] = volume[np.ix_(*index)]
    return moved, shifts


def disturbed(levels: Any, seed: int) -> Any:
    """Change the level of each volume's body a little and add noise.

    Parameters
    ----------
    levels : tensor of (n, 1, forward, depth, height)
        From 0 to 1, on any device; changed in place.
    seed : int
        The same gives the same on one kind of device.

    Returns
    -------
    tensor
        The same one.
    """
    torch = loaded_torch()
    generator = torch.Generator(device=levels.device).manual_seed(seed)
    like = {"generator": generator, "device": levels.device}
    gain = 2 * torch.rand(len(levels), 1, 1, 1, 1, **like) - 1
    noise = torch.randn(levels.shape, **like)
    range_db = HIGHEST_DB - LOWEST_DB
    return levels.add_(gain, alpha=_GAIN_DB / range_db).add_(noise, alpha=_NOISE_DB / range_db)
