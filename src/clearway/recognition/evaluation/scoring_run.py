"""Scoring a set of passages with one or several models, and going on where it stopped."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from clearway.recognition.evaluation.scored import ScoredPassage, read_scored, write_scored
from clearway.recognition.evaluation.truth import Passage, PassageTruth
from clearway.recognition.readings import FrameReading
from clearway.recognition.recogniser import Recogniser
from clearway.recognition.roi import RegionOfInterest
from clearway.recognition.view import View
from clearway.recognition.volume import Volume

__all__ = ["NamedModel", "score_missing", "score_passage"]

_FILES = "scores-[0-9][0-9][0-9][0-9][0-9].parquet"
_PASSAGES_PER_FILE = 20


@dataclass(frozen=True, eq=False)
class NamedModel:
    """A recogniser under the name that tables give it."""

    name: str
    recogniser: Recogniser

    @cached_property
    def identity(self) -> str:
        """SHA-256 of its description, which holds that of its weights."""
        return hashlib.sha256(self.recogniser.about.model_dump_json().encode()).hexdigest()

    def key(self, passage: Passage) -> str:
        """Of this model and everything that it is given of a passage."""
        return hashlib.sha256(f"{self.identity} {passage.fingerprint}".encode()).hexdigest()


def score_passage(
    model: NamedModel, truth: PassageTruth, frames: Iterable[tuple[Volume, View]], key: str = ""
) -> ScoredPassage:
    """Score one passage from its frames, recorded or simulated.

    Parameters
    ----------
    model : NamedModel
    truth : PassageTruth
    frames : iterable of (Volume, View)
        Of the recogniser's own region of interest; they are read one at a time.
    key : str
    """
    readings = [model.recogniser.read(volume, view) for volume, view in frames]
    return ScoredPassage(model.name, truth, model.recogniser.passage(readings), key)


def score_missing(
    models: Sequence[NamedModel],
    passages: Sequence[Passage],
    folder: Path,
    progress: Callable[[int], None] = lambda _: None,
) -> tuple[ScoredPassage, ...]:
    """Score what a folder does not hold yet, and give all of it.

    A passage is imaged once for all models of one region of interest.

    Parameters
    ----------
    models : sequence of NamedModel
    passages : sequence of Passage
    folder : Path
        Of scores; made where it does not exist.  Scores of another model, of changed recordings
        or of other labels of place and speed are never taken for these.
    progress : callable
        Told after each passage how many are done.

    Returns
    -------
    tuple of ScoredPassage
        By model and then by passage, with the present labels.

    Raises
    ------
    InputError
        A recording, or a file of scores, that cannot be read.
    OutputError
        If the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    known = {
        scored.key: scored for file in sorted(folder.glob(_FILES)) for scored in read_scored(file)
    }
    fresh: list[ScoredPassage] = []
    try:
        for done, passage in enumerate(passages, start=1):
            lacking = [model for model in models if model.key(passage) not in known]
            fresh += _scored(lacking, passage)
            if len(fresh) >= _PASSAGES_PER_FILE * len(models):
                _keep(folder, fresh, known)
            progress(done)
    finally:
        # An interrupt, or a recording that cannot be read, costs nothing of what went before.
        _keep(folder, fresh, known)
    return tuple(
        known[model.key(passage)].told(model.name, passage.truth)
        for model in models
        for passage in passages
    )


def _scored(models: Sequence[NamedModel], passage: Passage) -> Iterator[ScoredPassage]:
    by_interest: dict[RegionOfInterest, list[NamedModel]] = defaultdict(list)
    for model in models:
        by_interest[model.recogniser.region_of_interest].append(model)
    for interest, alike in by_interest.items():
        readings: list[list[FrameReading]] = [[] for _ in alike]
        for volume, view in passage.frames(interest):
            for model, own in zip(alike, readings, strict=True):
                own.append(model.recogniser.read(volume, view))
        for model, own in zip(alike, readings, strict=True):
            said = model.recogniser.passage(own)
            yield ScoredPassage(model.name, passage.truth, said, model.key(passage))


def _keep(folder: Path, fresh: list[ScoredPassage], known: dict[str, ScoredPassage]) -> None:
    """Write fresh scores to a file of their own, and forget that they are fresh."""
    if fresh:
        numbers = [int(file.stem.split("-")[1]) for file in folder.glob(_FILES)]
        write_scored(folder / f"scores-{max(numbers, default=-1) + 1:05d}.parquet", fresh)
        known |= {scored.key: scored for scored in fresh}
        fresh.clear()
