"""From a recorded campaign to training frames, so that training goes on with real sweeps."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeAlias

import numpy as np

from clearway.errors import Fault, InputError
from clearway.recognition.classes import OUTCOMES
from clearway.recognition.proportions import TYPICAL_HEIGHT_M
from clearway.recognition.quality import Examination, examine
from clearway.recognition.recorded.passages import RecordedPassage
from clearway.recognition.roi import RegionOfInterest
from clearway.recognition.training.frames import Frames, write_frames
from clearway.recognition.view import View
from clearway.recognition.volume import Volume

__all__ = ["training_frames", "write_training_frames"]

_FILES = "frames-[0-9][0-9][0-9][0-9][0-9].npz"

Examine: TypeAlias = Callable[[Volume, View], Examination]


def training_frames(
    campaign: str,
    passage: RecordedPassage,
    panels: Sequence[str],
    interest: RegionOfInterest,
    judge: Examine = examine,
) -> Frames | None:
    """Frames of one passage.

    Parameters
    ----------
    campaign : str
        Its name becomes part of the names of bodies and passages, which are then unique over
        several campaigns and simulated sets.
    passage : RecordedPassage
    panels : sequence of str
        Names of the campaign's panels, in the order in which they are numbered.
    interest : RegionOfInterest
        Of the model to be trained.
    judge : callable
        How good each view is; by the limits of a model, where one is to be trained further.

    Returns
    -------
    Frames or None
        None where nobody is in any sweep.  ``place_m`` is NaN: a label names a place on the body
        and no coordinates, and training leaves out the loss of what it is not told.
    """
    seen = [(volume, view, judge(volume, view).share) for volume, view in passage.frames(interest)]
    if not seen:
        return None
    n, truth = len(seen), passage.truth
    return Frames(
        levels=np.array([volume.quantised() for volume, _, _ in seen]),
        outcome=np.full(n, OUTCOMES.index(truth.outcome)),
        body=np.full(n, f"{campaign}: body {truth.body}"),
        passage=np.full(n, _name(campaign, passage)),
        time_s=np.array([view.time_s for _, view, _ in seen], dtype=np.float64),
        panel=np.array([panels.index(view.panel) for _, view, _ in seen], dtype=np.int64),
        examined=np.array([share for _, _, share in seen], dtype=np.float64),
        person_height_m=np.array([view.height_m or TYPICAL_HEIGHT_M for _, view, _ in seen]),
        place_m=np.full((n, 3), np.nan),
        shown=np.full(n, np.nan),
    )


def write_training_frames(
    folder: Path,
    campaign: str,
    passages: Sequence[RecordedPassage],
    panels: Sequence[str],
    interest: RegionOfInterest,
    judge: Examine = examine,
    progress: Callable[[int], None] = lambda _: None,
) -> int:
    """Add a campaign to a folder of training frames, one file per passage.

    What the folder holds already stays: a simulated set and several campaigns may share it, and
    a broken-off call goes on where it stopped.

    Parameters
    ----------
    folder : Path
        Made where it does not exist.
    campaign, passages, panels, interest, judge
        As of `training_frames`.
    progress : callable
        Told after each passage how many are done.

    Returns
    -------
    int
        Passages written by this call.

    Raises
    ------
    InputError
        A sweep, or a file of the folder, that cannot be read.
    OutputError
        If the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = sorted(folder.glob(_FILES))
    known = {name for file in files for name in _passages_in(file)}
    number = max((int(file.stem.split("-")[1]) + 1 for file in files), default=0)
    written = 0
    for done, passage in enumerate(passages, start=1):
        if _name(campaign, passage) not in known:
            frames = training_frames(campaign, passage, panels, interest, judge)
            if frames is not None:
                write_frames(folder, number + written, frames)
                written += 1
        progress(done)
    return written


def _name(campaign: str, passage: RecordedPassage) -> str:
    return f"{campaign}: {passage.truth.passage}"


def _passages_in(file: Path) -> set[str]:
    try:
        with np.load(file, allow_pickle=False) as stored:
            return set(stored["passage"].tolist())
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise InputError(file, Fault(f"cannot be read: {error}", "make this file again")) from None
