"""Sets of stored looks on disk: NumPy files, each readable without running code.

A file holds the arrays of `Frames`, one array ``truth_...`` for each entry of `PassageTruth`, and
`SetAbout` as JSON in ``about``.  A set is a folder of files ``frames-*.npz``, which can be made and
added to one by one, or a single file.
"""

from __future__ import annotations

import hashlib
import io
import tokenize
import zipfile
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from clearway.domain.body import BodyPlace
from clearway.errors import ArgumentError, Fault, InputError
from clearway.recognition.evaluation.truth import PassageTruth
from clearway.recognition.stored.about import SetAbout
from clearway.recognition.stored.frames import ARRAYS, Frames
from clearway.store.atomic import atomic_write

__all__ = ["frames_path", "holds_frames", "passages_in", "read_frames", "write_frames"]

_PATTERN = "frames-[0-9]*.npz"
_AGAIN = "make this file again"
_UNREADABLE = (
    OSError, ValueError, KeyError, EOFError, TypeError, MemoryError, NotImplementedError,
    RuntimeError, tokenize.TokenError, zlib.error, zipfile.BadZipFile,
)  # fmt: skip
"""What NumPy, zip and deflate raise at damage."""
_NUMBERS = frozenset({"object_size_m", "speed_m_s"})


def frames_path(folder: Path, number: int) -> Path:
    """File of a set by its number."""
    return folder / f"frames-{number:05d}.npz"


def holds_frames(path: Path) -> bool:
    """Whether a path names a set, as a folder or as a file."""
    return path.suffix == ".npz" if path.is_file() else any(path.glob(_PATTERN))


def write_frames(path: Path, frames: Frames) -> None:
    """Write one file, whole or not at all; an earlier one of that name is replaced.

    Parameters
    ----------
    path : Path
        Such as of `frames_path`, in a folder that exists.
    frames : Frames

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    arrays: dict[str, NDArray[Any]] = {name: getattr(frames, name) for name in ARRAYS}
    if frames.levels is not None:
        arrays["levels"] = frames.levels
    arrays |= {
        f"truth_{field.name}": _column(field.name, frames.passages)
        for field in fields(PassageTruth)
    }
    arrays["about"] = np.array(frames.about.model_dump_json())
    with atomic_write(path) as temporary:
        np.savez_compressed(temporary, allow_pickle=False, **arrays)


def read_frames(
    *sets: Path, volumes: bool = True, progress: Callable[[int], None] = lambda _: None
) -> tuple[Frames, str]:
    """Read one set, or several as one.

    Parameters
    ----------
    *sets : Path
        Folders, and single files.
    volumes : bool
        False leaves the volumes on the disk: a hundred times less to hold.
    progress : callable
        Told after each file how many are read.

    Returns
    -------
    Frames
        In the order of the sets, and of the files in each.
    str
        SHA-256 over all files: the identity of the whole.

    Raises
    ------
    InputError
        No files, or one that is damaged, of another version, or does not fit the others.
    """
    digest = hashlib.sha256()
    parts: list[Frames] = []
    known: dict[str, Path] = {}
    for path in files_of(sets):
        try:
            content = path.read_bytes()
        except OSError as error:
            problem = f"cannot be read: {error.strerror}"
            raise InputError(path, Fault(problem, "check the path")) from None
        digest.update(hashlib.sha256(content).digest())
        part = _read(path, content, volumes=volumes)
        _check_beside(path, part, parts[0] if parts else part, known)
        parts.append(part)
        known |= dict.fromkeys((truth.passage for truth in part.passages), path)
        progress(len(parts))
    return Frames.joined(parts), digest.hexdigest()


def passages_in(path: Path) -> set[str]:
    """Names of the passages of one file.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            return set(_array(stored, "truth_passage").tolist())
    except _UNREADABLE as error:
        raise InputError(path, Fault(f"cannot be read: {error}", _AGAIN)) from None


def files_of(sets: Iterable[Path]) -> list[Path]:
    """Files of folders, and single files.

    Raises
    ------
    InputError
        A folder without any.
    """
    paths: list[Path] = []
    for one in sets:
        found = sorted(one.glob(_PATTERN)) if one.is_dir() else [one]
        if not found:
            raise InputError(one, Fault("holds no file frames-*.npz", "make a set first"))
        paths += found
    return paths


def _check_beside(path: Path, part: Frames, first: Frames, known: dict[str, Path]) -> None:
    try:
        first.about.check_fits(part.about.interest, part.about.space)
    except ArgumentError as error:
        raise InputError(path, error.fault) from error
    for truth in part.passages:
        if truth.passage in known:
            problem = f"holds the passage {truth.passage!r}, as does {known[truth.passage]}"
            raise InputError(path, Fault(problem, "give each passage once", "truth_passage"))


def _read(path: Path, content: bytes, *, volumes: bool) -> Frames:
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as stored:
            about = _about(path, str(_array(stored, "about")))
            arrays = {name: _array(stored, name) for name in ARRAYS}
            if volumes and "levels" in stored:
                arrays["levels"] = _array(stored, "levels")
            return Frames(about, _truths(stored), **arrays)
    except InputError:
        raise
    except ArgumentError as error:
        raise InputError(path, error.fault) from error
    except _UNREADABLE as error:
        raise InputError(path, Fault(f"cannot be read: {error}", _AGAIN)) from None


def _array(stored: Any, name: str) -> NDArray[Any]:
    array = stored[name]
    # Members without NumPy's header come as plain bytes.
    if not isinstance(array, np.ndarray):
        raise ValueError(f"{name} is no array")  # noqa: TRY004 - told as damage
    return array


def _about(path: Path, text: str) -> SetAbout:
    try:
        about = SetAbout.model_validate_json(text)
    except ValidationError as error:
        faults = [
            Fault(detail["msg"], _AGAIN, ".".join(("about", *map(str, detail["loc"]))))
            for detail in error.errors()
        ]
        raise InputError(path, faults) from None
    faults = list(about.faults())
    if faults:
        raise InputError(path, faults)
    return about


def _column(name: str, passages: Sequence[PassageTruth]) -> NDArray[Any]:
    values = [getattr(truth, name) for truth in passages]
    if name in _NUMBERS:
        return np.array([np.nan if value is None else value for value in values], np.float64)
    if name == "wet":
        return np.array(values, np.bool_)
    return np.array(["" if value is None else str(value) for value in values], np.str_)


def _truths(stored: Any) -> tuple[PassageTruth, ...]:
    columns = {}
    for field in fields(PassageTruth):
        column = _array(stored, f"truth_{field.name}")
        kind = "f" if field.name in _NUMBERS else "b" if field.name == "wet" else "U"
        if column.ndim != 1 or column.dtype.kind != kind:
            raise ArgumentError(
                f"truth_{field.name}", f"has shape {column.shape}, dtype {column.dtype}", _AGAIN
            )
        values = column.tolist()
        if field.name in _NUMBERS:
            values = [None if value != value else value for value in values]  # noqa: PLR0124 - NaN
        columns[field.name] = values
    columns["place"] = [BodyPlace(name) if name else None for name in columns["place"]]
    rows = zip(*columns.values(), strict=True)
    return tuple(PassageTruth(**dict(zip(columns, row, strict=True))) for row in rows)
