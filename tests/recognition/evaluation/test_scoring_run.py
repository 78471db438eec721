"""Nothing is scored twice, and nothing old is taken for new."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from clearway.recognition import (
    FrameReading,
    PassageReading,
    Recogniser,
    RegionOfInterest,
    View,
    Volume,
)
from clearway.recognition.evaluation import NamedModel, PassageTruth, score_missing, score_passage
from clearway.recognition.quality import Examination
from tests.recognition.evaluation.making import reading

SMALL, LARGE = RegionOfInterest((2, 2, 2)), RegionOfInterest((4, 2, 2))


class Counting:
    """A recogniser whose score is the number of frames that it was given."""

    def __init__(self, version: str, interest: RegionOfInterest = SMALL) -> None:
        self.about: Any = SimpleNamespace(model_dump_json=lambda: version)
        self.region_of_interest = interest

    def read(self, _volume: Volume, view: View) -> FrameReading:
        return FrameReading(view.time_s, view.panel, Examination(1.0), np.zeros(3))

    def passage(self, readings: list[FrameReading]) -> PassageReading:
        return reading([float(len(readings))] * 3)


def model(name: str, version: str, interest: RegionOfInterest = SMALL) -> NamedModel:
    return NamedModel(name, cast("Recogniser", Counting(version, interest)))


@dataclass
class Made:
    """A passage of empty volumes that counts how often it is imaged."""

    truth: PassageTruth
    fingerprint: str
    n_frames: int = 3
    imaged: list[RegionOfInterest] = field(default_factory=list)

    def frames(self, interest: RegionOfInterest) -> Iterator[tuple[Volume, View]]:
        self.imaged.append(interest)
        if self.n_frames < 0:
            raise KeyboardInterrupt
        axis = np.arange(2.0)
        for number in range(self.n_frames):
            volume = Volume.of(np.ones((2, 2, 2)), axis, axis, axis)
            yield volume, View((0.0, 1.2), time_s=float(number))


def made(n: int) -> list[Made]:
    return [Made(PassageTruth(f"p{i}", "1", "none"), f"files {i}", i) for i in range(n)]


def test_a_second_run_images_nothing(tmp_path: Path) -> None:
    passages, told = made(3), list[int]()
    first = score_missing([model("one", "v1")], passages, tmp_path, told.append)
    assert told == [1, 2, 3]
    assert [one.said.scores[0] for one in first] == [0.0, 1.0, 2.0]
    again = score_missing([model("renamed", "v1")], passages, tmp_path)
    assert all(len(passage.imaged) == 1 for passage in passages)
    assert [(one.model, one.key) for one in again] == [("renamed", one.key) for one in first]


def test_other_models_and_changed_files_are_scored_anew(tmp_path: Path) -> None:
    passages = made(2)
    score_missing([model("one", "v1")], passages, tmp_path)
    passages[0].fingerprint = "other files"
    scored = score_missing([model("one", "v1"), model("two", "v2")], passages, tmp_path)
    assert [len(passage.imaged) for passage in passages] == [2, 2]
    assert [(one.model, one.truth.passage) for one in scored] == [
        ("one", "p0"), ("one", "p1"), ("two", "p0"), ("two", "p1")
    ]  # fmt: skip


def test_labels_are_the_present_ones(tmp_path: Path) -> None:
    passages = made(1)
    score_missing([model("one", "v1")], passages, tmp_path)
    passages[0].truth = PassageTruth("p0", "1", "handgun", object_family="pistol")
    (scored,) = score_missing([model("one", "v1")], passages, tmp_path)
    assert scored.truth.outcome == "handgun"
    assert len(passages[0].imaged) == 1


def test_models_of_one_region_share_the_images(tmp_path: Path) -> None:
    passages = made(1)
    models = [model("a", "v1"), model("b", "v2"), model("c", "v3", LARGE)]
    score_missing(models, passages, tmp_path)
    assert passages[0].imaged == [SMALL, LARGE]


def test_an_interrupt_keeps_what_was_scored(tmp_path: Path) -> None:
    passages = made(3)
    passages[2].n_frames = -1
    with pytest.raises(KeyboardInterrupt):
        score_missing([model("one", "v1")], passages, tmp_path)
    passages[2].n_frames = 5
    scored = score_missing([model("one", "v1")], passages, tmp_path)
    assert [len(passage.imaged) for passage in passages] == [1, 1, 2]
    assert [one.said.scores[0] for one in scored] == [0.0, 1.0, 5.0]


def test_one_passage_of_any_source_is_scored() -> None:
    (passage,) = made(3)[2:]
    scored = score_passage(model("one", "v1"), passage.truth, passage.frames(SMALL))
    assert (scored.truth.passage, scored.said.scores[0]) == ("p2", 2.0)
