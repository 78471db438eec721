"""What is said where an extra is not installed."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from clearway.errors import MissingExtraError
from clearway.recognition.network import Network
from clearway.recognition.training.boosting import BoostingSettings, train_trees
from clearway.recognition.training.torch_library import loaded_torch


@pytest.mark.parametrize(
    ("library", "use", "extra"),
    [
        ("torch", loaded_torch, "train"),
        ("onnxruntime", lambda: Network(b"", (8, 8, 8)), "curtain"),
        (
            "sklearn.ensemble",
            lambda: train_trees(np.zeros((8, 2)), np.arange(8) % 4, BoostingSettings()),
            "train",
        ),
    ],
    ids=["torch", "onnxruntime", "scikit-learn"],
)
def test_the_extra_is_named(
    monkeypatch: pytest.MonkeyPatch, library: str, use: Callable[[], Any], extra: str
) -> None:
    original = importlib.import_module

    def without(name: str, package: str | None = None) -> Any:
        if name == library:
            raise ImportError(name)
        return original(name, package)

    monkeypatch.setattr(importlib, "import_module", without)
    with pytest.raises(MissingExtraError, match=rf"clearway\[{extra}\]"):
        use()
