"""What a recogniser says of stored passages: the same as it would have said live."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from clearway.recognition.baseline import Baseline
from clearway.recognition.evaluation import NamedModel, ScoredPassage
from clearway.recognition.quality import ADEQUATE
from clearway.recognition.readings import FrameReading
from clearway.recognition.recogniser import Recogniser
from clearway.recognition.scorer import Score
from clearway.recognition.stored.frames import Frames

__all__ = ["score_frames"]


def score_frames(model: NamedModel, frames: Frames) -> tuple[ScoredPassage, ...]:
    """Score all passages of a set.

    Parameters
    ----------
    model : NamedModel
        A baseline, or a network where the set has volumes.
    frames : Frames

    Returns
    -------
    tuple of ScoredPassage
        In the order of ``frames.passages``; one without looks was not examined.

    Raises
    ------
    ArgumentError
        A set that was made with another region of interest or space than the model, or a
        condensed one for a network.
    """
    recogniser = model.recogniser
    about = recogniser.about
    frames.about.check_fits(about.region_of_interest, about.space)
    readings: dict[int, list[FrameReading]] = defaultdict(list)
    for number, reading in zip(frames.passage.tolist(), _readings(recogniser, frames), strict=True):
        readings[number].append(reading)
    return tuple(
        ScoredPassage(model.name, truth, recogniser.passage(readings[number]))
        for number, truth in enumerate(frames.passages)
    )


def _readings(recogniser: Recogniser, frames: Frames) -> Iterator[FrameReading]:
    good = np.flatnonzero(frames.examined(recogniser.limits) >= ADEQUATE)
    scores = dict(zip(good.tolist(), _scores(recogniser, frames, good), strict=True))
    for row in range(len(frames)):
        examination = frames.examination(row, recogniser.limits)
        yield recogniser.reading(frames.glance(row), examination, scores.get(row))


def _scores(recogniser: Recogniser, frames: Frames, rows: NDArray[np.integer]) -> Iterator[Score]:
    scorer = recogniser.scorer
    for row in rows.tolist():
        height_m = float(frames.person_height_m[row])
        if isinstance(scorer, Baseline):
            yield scorer.score_cells(frames.cells_of(row), height_m)
        else:
            yield scorer.score(frames.volume(row), height_m)
