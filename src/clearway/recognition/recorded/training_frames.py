"""From a recorded campaign to stored looks, to train with and to score again without imaging."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from clearway.recognition.recorded.passages import RecordedPassage
from clearway.recognition.stored.about import SetAbout
from clearway.recognition.stored.files import frames_path, passages_in, write_frames
from clearway.recognition.stored.frames import Frames
from clearway.recognition.stored.making import LabelledLook, make_frames

__all__ = ["training_frames", "write_training_frames"]

_FILES = "frames-[0-9][0-9][0-9][0-9][0-9].npz"


def training_frames(campaign: str, passage: RecordedPassage, about: SetAbout) -> Frames:
    """Looks of one passage; none where nobody is in any sweep.

    Where a threat is stays unknown: a label names a place on the body and no coordinates, and
    training leaves out the loss of what it is not told.

    Parameters
    ----------
    campaign : str
        Its name becomes part of the names of bodies and passages, which are then unique over
        several campaigns and simulated sets.
    passage : RecordedPassage
    about : SetAbout
        With the region of interest to image.
    """
    truth = replace(
        passage.truth,
        passage=_name(campaign, passage),
        body=f"{campaign}: body {passage.truth.body}",
    )
    looks = (
        LabelledLook(0, volume, view) for volume, view in passage.frames(about.interest.build())
    )
    return make_frames(about, [truth], looks)


def write_training_frames(
    folder: Path,
    campaign: str,
    passages: Sequence[RecordedPassage],
    about: SetAbout,
    progress: Callable[[int], None] = lambda _: None,
) -> int:
    """Add a campaign to a folder of stored looks, one file per passage.

    What the folder holds already stays: several campaigns may share it, and a broken-off call goes
    on where it stopped.

    Parameters
    ----------
    folder : Path
        Made where it does not exist.
    campaign, passages, about
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
    known = {name for file in files for name in passages_in(file)}
    number = max((int(file.stem.split("-")[1]) + 1 for file in files), default=0)
    written = 0
    for done, passage in enumerate(passages, start=1):
        if _name(campaign, passage) not in known:
            frames = training_frames(campaign, passage, about)
            write_frames(frames_path(folder, number + written), frames)
            written += 1
        progress(done)
    return written


def _name(campaign: str, passage: RecordedPassage) -> str:
    return f"{campaign}: {passage.truth.passage}"
