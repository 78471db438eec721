"""Small changes to training volumes that leave what they show the same."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from clearway.recognition.cells import CELL
from clearway.recognition.training.torch_library import loaded_torch
from clearway.recognition.volume import HIGHEST_DB, LOWEST_DB

__all__ = ["disturbed", "shifted"]

_MOST_DEEPER = 2
"""Voxels of depth: errors of the tracked place."""
_GAIN_DB, _NOISE_DB = 1.0, 0.7


def shifted(
    levels: NDArray[np.uint8], classes: NDArray[np.int64], rng: np.random.Generator
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Shift each volume by a few voxels of depth, and by up to a cell along the others.

    Parameters
    ----------
    levels : (n, forward, depth, height) uint8
    classes : (n, cells along forward, cells along height) int
        What each cell shows; shifted with the volume.
    rng : numpy.random.Generator

    Returns
    -------
    levels : uint8 array of the same shape
        What is shifted in from outside repeats the edge.
    classes : int array of the same shape
    """
    moved, shown = np.empty_like(levels), np.empty_like(classes)
    for volume, target, own, other in zip(levels, moved, classes, shown, strict=True):
        along, up = (int(step) for step in rng.integers(-1, 2, 2))
        deeper = int(rng.integers(-_MOST_DEEPER, _MOST_DEEPER + 1))
        target[...] = _moved(volume, (CELL * along, deeper, CELL * up))
        other[...] = _moved(own, (along, up))
    return moved, shown


def _moved(array: NDArray[np.generic], shift: tuple[int, ...]) -> NDArray[np.generic]:
    index = [
        np.clip(np.arange(length) - step, 0, length - 1)
        for length, step in zip(array.shape, shift, strict=True)
    ]
    return np.asarray(array[np.ix_(*index)])


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
