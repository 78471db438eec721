"""Where arrays are computed: NumPy on the processor, CuPy on a graphics card."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np

from clearway.errors import ArgumentError
from clearway.imaging.backends.cuda.device import cupy_with_device

__all__ = ["array_module", "module_of_device", "to_host"]


def module_of_device(device: str) -> Any:
    """Array module of a device.

    Parameters
    ----------
    device : {"cpu", "gpu"}

    Raises
    ------
    MissingExtraError
        A GPU is asked for and CuPy is not installed.
    ClearwayError
        No GPU, or no driver for it.
    ArgumentError
        Another device.
    """
    if device not in ("cpu", "gpu"):
        raise ArgumentError("device", f"is {device!r}", "say 'cpu' or 'gpu'")
    return np if device == "cpu" else cupy_with_device()


def array_module(array: Any) -> Any:
    """Module that an array belongs to."""
    return np if isinstance(array, np.ndarray) else importlib.import_module("cupy")


def to_host(array: Any) -> Any:
    """NumPy array of the same values."""
    return array if isinstance(array, np.ndarray) else array.get()
