"""The network: an ONNX file, run on the CPU.

Its only output is a map of local evidence over the body, (classes, forward, height).  The logit of
a class is the log of the mean of its exponential over the map (multiple-instance learning: a weapon
is in the image when it is somewhere in the image), so that class and place come from one map and
cannot contradict each other.
"""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clearway.errors import ArgumentError, ClearwayError, MissingExtraError
from clearway.recognition.classes import CLASSES
from clearway.recognition.scorer import Score
from clearway.recognition.volume import HIGHEST_DB, LOWEST_DB, Volume

__all__ = ["INPUT", "LARGEST_BYTES", "OUTPUT", "Network", "log_mean_exp", "scaled"]

INPUT, OUTPUT = "levels", "evidence"
"""Names in the ONNX file."""
LARGEST_BYTES = 20_000_000
"""Of a model file."""

_FEATURE = "running the recogniser's network (onnxruntime)"
_INSTALL = 'pip install "clearway[curtain]"'


def scaled(levels_db: NDArray[np.float32]) -> NDArray[np.float32]:
    """Levels as the network takes them: from 0 to 1."""
    return (levels_db - np.float32(LOWEST_DB)) / np.float32(HIGHEST_DB - LOWEST_DB)


def log_mean_exp(values: NDArray[np.floating]) -> NDArray[np.float64]:
    """Log of the mean of the exponential over the last two axes, without overflow."""
    values = np.asarray(values, dtype=np.float64)
    top = values.max(axis=(-2, -1), keepdims=True)
    mean = np.exp(values - top).mean(axis=(-2, -1))
    return np.asarray(np.log(mean) + top[..., 0, 0])


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
        evidence = self.evidence(volume.levels_db[None])[0]
        return Score(log_mean_exp(evidence), _place_m(evidence, volume))

    def _check(self) -> None:
        try:
            found = self.evidence(np.zeros((1, *self._shape), dtype=np.float32)).shape
        except Exception as error:  # onnxruntime has no common base of its errors
            raise _unusable(str(error)) from error
        if len(found) != 4 or found[1] != len(CLASSES):
            raise _unusable(f"gives shape {found}")


def _place_m(evidence: NDArray[np.float32], volume: Volume) -> tuple[float, float, float]:
    """Centre of the evidence for any threat against none, and the surface's depth there."""
    against_none = evidence[1:].max(axis=0) - evidence[0]
    weight = np.exp(against_none - against_none.max()).astype(np.float64)
    weight /= weight.sum()
    along = _cells(volume.forward_m, weight.shape[0])
    up = _cells(volume.height_m, weight.shape[1])
    forward_m, height_m = float(weight.sum(axis=1) @ along), float(weight.sum(axis=0) @ up)
    x = int(np.abs(volume.forward_m - forward_m).argmin())
    z = int(np.abs(volume.height_m - height_m).argmin())
    depth_m = float(volume.depth_m[int(volume.levels_db[x, :, z].argmax())])
    return forward_m, depth_m, height_m


def _cells(axis_m: NDArray[np.float64], n: int) -> NDArray[np.float64]:
    """Centres of the n cells of a map over an axis of voxels."""
    edges = np.linspace(0, len(axis_m), n + 1)
    return np.interp((edges[:-1] + edges[1:] - 1) / 2, np.arange(len(axis_m)), axis_m)


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
