"""PyTorch, loaded on use: only training needs it."""

from __future__ import annotations

import importlib
from typing import Any

from clearway.errors import MissingExtraError

__all__ = ["loaded_torch"]


def loaded_torch() -> Any:
    """The module `torch`.

    Raises
    ------
    MissingExtraError
        If it is not installed.
    """
    try:
        return importlib.import_module("torch")
    except ImportError as error:
        raise MissingExtraError(
            "training the network (PyTorch)", 'pip install "clearway[train]"'
        ) from error
