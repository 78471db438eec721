"""Reading and writing the folder of a trained recogniser."""

from __future__ import annotations

import hashlib
import io
import tomllib
import zipfile
from dataclasses import fields
from importlib import resources
from pathlib import Path

import numpy as np
import tomli_w
from pydantic import ValidationError

from clearway.errors import ArgumentError, Fault, InputError
from clearway.recognition.baseline import Baseline, Trees
from clearway.recognition.classes import CLASSES, OUTCOMES
from clearway.recognition.features import FEATURES
from clearway.recognition.model_schema import ModelFile
from clearway.recognition.network import Network
from clearway.recognition.scorer import Scorer
from clearway.store.atomic import atomic_folder

__all__ = [
    "MODEL_FILE",
    "WEIGHTS",
    "folder_of",
    "packaged_models",
    "read_model",
    "trees_bytes",
    "write_model",
]

MODEL_FILE = "model.toml"
WEIGHTS = {"baseline": "trees.npz", "network": "network.onnx"}
"""Name of the file of weights by kind of model."""

_ARRAYS = tuple(field.name for field in fields(Trees) if field.name != "n_features")
_TRAIN = "train the model anew with this version of Clearway, or use the version that made it"
_COPY = "copy the whole folder again"


_PACKAGED = resources.files("clearway.recognition").joinpath("models")


def packaged_models() -> list[str]:
    """Names of the models that come with Clearway."""
    return sorted(entry.name for entry in _PACKAGED.iterdir()) if _PACKAGED.is_dir() else []


def folder_of(name: Path | str) -> Path:
    """Folder of a model: a path, or the name of one that comes with Clearway.

    Raises
    ------
    InputError
        If there is neither.
    """
    path = Path(name)
    if path.is_dir():
        return path
    known = packaged_models()
    if str(name) in known:
        return Path(str(_PACKAGED.joinpath(str(name))))
    ready = f", or one of the packaged models: {', '.join(known)}" if known else ""
    fault = Fault("is not the folder of a model", f"name the folder that holds {MODEL_FILE}{ready}")
    raise InputError(path, fault)


def read_model(folder: Path, threads: int = 2) -> tuple[ModelFile, Scorer]:
    """Read a model's description and its weights.

    Parameters
    ----------
    folder : Path
    threads : int
        That a network may use.

    Returns
    -------
    ModelFile, Scorer

    Raises
    ------
    InputError
        A file that is absent, damaged, of another version or not what the description says.
    MissingExtraError
        A network without onnxruntime.
    """
    about = _description(folder / MODEL_FILE)
    path = folder / about.weights_file
    content = _bytes(path)
    if hashlib.sha256(content).hexdigest() != about.weights_sha256:
        problem = f"is not the file that {MODEL_FILE} describes (its SHA-256 differs)"
        raise InputError(path, Fault(problem, _COPY))
    try:
        if about.kind == "baseline":
            return about, Baseline(_trees(path, content))
        return about, Network(content, about.region_of_interest.build().pooled_shape, threads)
    except ArgumentError as error:
        raise InputError(path, error.fault) from error


def write_model(folder: Path, about: ModelFile, weights: bytes) -> None:
    """Write a folder, whole or not at all; an earlier model there is replaced.

    Parameters
    ----------
    folder : Path
    about : ModelFile
        Its ``weights_sha256`` is set here.
    weights : bytes
        Of `trees_bytes`, or an ONNX model.

    Raises
    ------
    OutputError
        If the place cannot be written or holds something else.
    """
    stamped = about.model_copy(update={"weights_sha256": hashlib.sha256(weights).hexdigest()})
    with atomic_folder(folder, lambda path: (path / MODEL_FILE).is_file()) as staging:
        (staging / about.weights_file).write_bytes(weights)
        text = tomli_w.dumps(stamped.model_dump(mode="json", exclude_none=True))
        (staging / MODEL_FILE).write_text(text, encoding="utf-8")


def trees_bytes(trees: Trees) -> bytes:
    """The content of ``trees.npz``."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **{name: getattr(trees, name) for name in _ARRAYS})
    return buffer.getvalue()


def _description(path: Path) -> ModelFile:
    try:
        content = tomllib.loads(_bytes(path).decode("utf-8"))
    except ValueError as error:
        raise InputError(path, Fault(f"is not valid TOML: {error}", _COPY)) from None
    try:
        about = ModelFile.model_validate(content)
    except ValidationError as error:
        faults = [
            Fault(
                f"{detail['msg']}, not {detail['input']!r:.80}",
                _TRAIN,
                ".".join(map(str, detail["loc"])),
            )
            for detail in error.errors()
        ]
        raise InputError(path, faults) from None
    _check(path, about)
    return about


def _check(path: Path, about: ModelFile) -> None:
    """Refuse a model of other classes or features than this version has."""
    expected = {
        "classes": (about.classes, CLASSES),
        "outcomes": (about.outcomes, OUTCOMES),
        "weights_file": (about.weights_file, WEIGHTS[about.kind]),
    }
    if about.kind == "baseline":
        expected["features"] = (about.features, tuple(feature.name for feature in FEATURES))
    faults = [
        Fault(f"is {found}, this version of Clearway has {own}", _TRAIN, name)
        for name, (found, own) in expected.items()
        if found != own
    ]
    try:
        about.region_of_interest.build()
        about.passage.build()
    except ArgumentError as error:
        faults.append(error.fault)
    if faults:
        raise InputError(path, faults)


def _trees(path: Path, content: bytes) -> Trees:
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as stored:
            return Trees(**{name: stored[name] for name in _ARRAYS})
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        if isinstance(error, ArgumentError):
            raise
        raise InputError(path, Fault(f"cannot be read: {error}", _COPY)) from None


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        problem = f"cannot be read: {error.strerror}"
        raise InputError(path, Fault(problem, "check the path, or copy the folder again")) from None
