"""Training frames on disk: a folder of NumPy files, each readable without running code.

A file ``frames-*.npz`` holds `Frames` as arrays of equal length: about 64 kB per frame, a quarter
of that compressed.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from clearway.errors import ArgumentError, Fault, InputError
from clearway.recognition.classes import CLASSES, HARMLESS, NONE, OUTCOMES
from clearway.store.atomic import atomic_write

__all__ = ["LEAST_SHOWN", "Frames", "class_of", "frames_path", "read_frames", "write_frames"]

LEAST_SHOWN = 1e-3
"""Of the energy of a person's echo: what adds less than -30 dB does not show."""

_PATTERN = "frames-*.npz"
_KINDS = {
    "levels": "u",
    "outcome": "iu",
    "body": "U",
    "passage": "U",
    "time_s": "f",
    "panel": "iu",
    "examined": "f",
    "person_height_m": "f",
    "place_m": "f",
    "shown": "f",
}


@dataclass(frozen=True, eq=False)
class Frames:
    """Frames and what is known of them, along the first axis of every array.

    Raises
    ------
    ArgumentError
        Arrays of other lengths, kinds or values.
    """

    levels: NDArray[np.uint8]
    """(n, forward, depth, height) of `Volume.quantised`."""
    outcome: NDArray[np.integer]
    """(n,) numbers of `OUTCOMES`: what the person carries."""
    body: NDArray[np.str_]
    """(n,) names of bodies: what is fitted on one body is never tried on it."""
    passage: NDArray[np.str_]
    """(n,) names of passages, unique over the set."""
    time_s: NDArray[np.floating]
    """(n,) on one clock per passage."""
    panel: NDArray[np.integer]
    """(n,) numbers of the panels of a curtain."""
    examined: NDArray[np.floating]
    """(n,) quality of the view, of `examine`; frames below `ADEQUATE` are not trained on."""
    person_height_m: NDArray[np.floating]
    """(n,)."""
    place_m: NDArray[np.floating]
    """(n, 3) middle of the threat in the person's own coordinates; NaN where none is carried."""
    shown: NDArray[np.floating]
    """(n,) how much of the person's echo, by energy, comes from what is carried; NaN if unknown.
    A panel on the other side of the body sees nothing of a threat: such a frame is one of nothing,
    whatever its passage is."""

    def __post_init__(self) -> None:
        n = len(self.levels)
        for name, kinds in _KINDS.items():
            array = getattr(self, name)
            shape = {"levels": array.shape, "place_m": (n, 3)}.get(name, (n,))
            if array.shape != shape or array.dtype.kind not in kinds:
                raise ArgumentError(
                    name,
                    f"has shape {array.shape} and dtype {array.dtype}",
                    f"give {n} values of kind {kinds}, as the first axis of levels",
                )
        if self.levels.ndim != 4 or self.levels.dtype != np.uint8:
            raise ArgumentError(
                "levels", f"have shape {self.levels.shape}", "give quantised volumes, uint8"
            )
        if n and (self.outcome.min() < 0 or self.outcome.max() >= len(OUTCOMES)):
            raise ArgumentError(
                "outcome",
                f"holds {self.outcome.min()} to {self.outcome.max()}",
                f"number {', '.join(OUTCOMES)} from 0",
            )

    def __len__(self) -> int:
        return len(self.levels)

    def chosen(self, which: NDArray[np.bool_] | NDArray[np.integer]) -> Frames:
        """Some of the frames, by mask or by number."""
        return Frames(**{field.name: getattr(self, field.name)[which] for field in fields(self)})

    @property
    def classes(self) -> NDArray[np.int64]:
        """(n,) numbers of `CLASSES`: what each frame shows."""
        hidden = self.shown < LEAST_SHOWN
        return np.where(hidden, 0, class_of(self.outcome))

    @classmethod
    def joined(cls, parts: Sequence[Frames]) -> Frames:
        """All frames of several sets."""
        return cls(
            **{
                field.name: np.concatenate([getattr(part, field.name) for part in parts])
                for field in fields(cls)
            }
        )


def class_of(outcomes: NDArray[np.integer]) -> NDArray[np.int64]:
    """Numbers of `CLASSES` of numbers of `OUTCOMES`: a harmless object is none.

    Examples
    --------
    >>> class_of(np.arange(5)).tolist()
    [0, 0, 1, 2, 3]
    """
    names = [NONE if name == HARMLESS else name for name in OUTCOMES]
    numbers = np.array([CLASSES.index(name) for name in names], dtype=np.int64)
    return np.asarray(numbers[outcomes])


def frames_path(folder: Path, number: int) -> Path:
    """File of a set by its number."""
    return folder / f"frames-{number:05d}.npz"


def write_frames(folder: Path, number: int, frames: Frames) -> None:
    """Write one file of a set.

    Parameters
    ----------
    folder : Path
        Exists.
    number : int
        Of the file; an earlier one of that number is replaced.
    frames : Frames

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    arrays = {field.name: getattr(frames, field.name) for field in fields(frames)}
    with atomic_write(frames_path(folder, number)) as temporary:
        np.savez_compressed(temporary, **arrays)


def read_frames(folder: Path) -> tuple[Frames, str]:
    """Read a whole set.

    Returns
    -------
    Frames
        In the order of the files.
    str
        SHA-256 over all files: the identity of the set.

    Raises
    ------
    InputError
        No files, or one that is damaged or does not fit the others.
    """
    paths = sorted(folder.glob(_PATTERN))
    if not paths:
        raise InputError(folder, Fault(f"holds no file {_PATTERN}", "make a training set first"))
    digest = hashlib.sha256()
    parts = []
    for path in paths:
        content = path.read_bytes()
        digest.update(hashlib.sha256(content).digest())
        parts.append(_read(path, content))
        if parts[-1].levels.shape[1:] != parts[0].levels.shape[1:]:
            problem = f"has volumes of shape {parts[-1].levels.shape[1:]}, not that of the first"
            raise InputError(path, Fault(problem, "make the set with one region of interest"))
    return Frames.joined(parts), digest.hexdigest()


def _read(path: Path, content: bytes) -> Frames:
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as stored:
            return Frames(**{field.name: stored[field.name] for field in fields(Frames)})
    except ArgumentError as error:
        raise InputError(path, error.fault) from error
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise InputError(path, Fault(f"cannot be read: {error}", "make this file again")) from None
