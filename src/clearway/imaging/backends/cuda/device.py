"""Whether this machine can use a graphics card, and through what."""

from __future__ import annotations

import importlib
from typing import Any

from clearway.errors import ClearwayError, MissingExtraError

__all__ = ["cupy_with_device", "has_device"]

_INSTALL = 'pip install "clearway[gpu]"'


def has_device() -> bool:
    """Whether CuPy is installed and finds a CUDA device."""
    try:
        cupy_with_device()
    except ClearwayError:
        return False
    return True


def cupy_with_device() -> Any:
    """Give the module `cupy`, on a machine where it can work.

    Raises
    ------
    MissingExtraError
        Without CuPy.
    ClearwayError
        Without a CUDA device or its driver.
    """
    # Loaded on use: a plain install has no CuPy and needs none for the other back ends.
    try:
        cupy = importlib.import_module("cupy")
    except ImportError as error:
        raise MissingExtraError("imaging on a graphics card (CuPy)", _INSTALL) from error
    try:
        cupy.cuda.runtime.getDeviceCount()
    except cupy.cuda.runtime.CUDARuntimeError as error:
        raise ClearwayError(
            f"no CUDA device can be used: {error}\n    remedy: install the NVIDIA driver on a "
            'machine with such a card, or choose backend="auto"'
        ) from None
    return cupy
