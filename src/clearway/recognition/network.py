"""The network: an ONNX file, run on the CPU.

Its only output is a map of local evidence over the body, (classes, forward, height), as the
baseline's; see `clearway.recognition.evidence` for what follows.
"""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clearway.errors import ArgumentError, ClearwayError, MissingExtraError
from clearway.recognition.cells import Cells, map_shape
from clearway.recognition.classes import CLASSES
from clearway.recognition.evidence import score_of
from clearway.recognition.scorer import Score
from clearway.recognition.volume import HIGHEST_DB, LOWEST_DB, Volume

__all__ = ["INPUT", "LARGEST_BYTES", "OUTPUT", "Network", "scaled"]

INPUT, OUTPUT = "levels", "evidence"
"""Names in the ONNX file."""
LARGEST_BYTES = 20_000_000
"""Of a model file."""

_FEATURE = "running the recogniser's network (onnxruntime)"
_INSTALL = 'pip install "clearway[curtain]"'


def scaled(levels_db: NDArray[np.float32]) -> NDArray[np.float32]:
    """Levels as the network takes them: from 0 to 1."""
    return (levels_db - np.float32(LOWEST_DB)) / np.float32(HIGHEST_DB - LOWEST_DB)


class Network:
    """Runs an exported network.

    Parameters
    ----------
    model : bytes
        An ONNX model with the input `INPUT`, (n, 1, forward, depth, height) float32, and the
        output `OUTPUT`, (n, 4, map forward, map height).
    pooled_shape : (int, int, int)
        The volumes that it takes.
    threads : int
        Of the CPU.

    Raises
    ------
    MissingExtraError
        Without onnxruntime.
    ArgumentError
        A model that is damaged, too large, or of other shapes.
    """

    def __init__(self, model: bytes, pooled_shape: tuple[int, int, int], threads: int = 2) -> None:
        if len(model) > LARGEST_BYTES:
            raise ArgumentError(
                "network",
                f"has {len(model)} bytes",
                f"train a network of at most {LARGEST_BYTES}",
            )
        self._shape = pooled_shape
        self._session = _session(model, threads)
        self._check()

    def evidence(self, levels_db: NDArray[np.float32]) -> NDArray[np.float32]:
        """Map of local evidence, (n, 4, map forward, map height), of volumes (n, ...)."""
        (output,) = self._session.run([OUTPUT], {INPUT: scaled(levels_db)[:, None]})
        return np.asarray(output, dtype=np.float32)

    def score(self, volume: Volume, person_height_m: float | None = None) -> Score:  # noqa: ARG002 - as every Scorer; the network learns heights itself
        """Score one image; see `Scorer`."""
        return score_of(self.evidence(volume.levels_db[None])[0], Cells.of(volume))

    def _check(self) -> None:
        try:
            found = self.evidence(np.zeros((1, *self._shape), dtype=np.float32)).shape
        except Exception as error:  # onnxruntime has no common base of its errors
            raise _unusable(str(error)) from error
        expected = (1, len(CLASSES), *map_shape(self._shape))
        if found != expected:
            raise _unusable(f"gives shape {found}, not {expected}")


def _session(model: bytes, threads: int) -> Any:
    # Loaded on use: a site that runs the baseline needs no onnxruntime.
    try:
        runtime = importlib.import_module("onnxruntime")
    except ImportError as error:
        raise MissingExtraError(_FEATURE, _INSTALL) from error
    options = runtime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # Threads that spin while they wait would take the cores from the image former.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 4
    try:
        return runtime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # as above
        raise _unusable(str(error)) from error


def _unusable(problem: str) -> ClearwayError:
    return ArgumentError(
        "network",
        f"cannot be used: {problem}",
        "export it anew; it takes one volume and gives a map of evidence per class",
    )
