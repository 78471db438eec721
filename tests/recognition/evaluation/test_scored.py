"""Scored passages come back from a file as they were."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearway.domain import ThreatClass
from clearway.domain.body import BodyPlace
from clearway.errors import ArgumentError, InputError
from clearway.recognition import PassageReading
from clearway.recognition.classes import OUTCOMES, THREATS
from clearway.recognition.evaluation import (
    PassageTruth,
    ScoredPassage,
    read_scored,
    write_scored,
)
from clearway.recognition.quality import Reason
from tests.recognition.evaluation.making import scored

_WORDS = st.text(st.characters(codec="utf-8"), max_size=8)
_NUMBERS = st.floats(allow_nan=False)
_PLACES = st.none() | st.sampled_from(BodyPlace)


@st.composite
def scored_passages(draw: st.DrawFn) -> ScoredPassage:
    def vector(length: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        return np.array(draw(st.lists(_NUMBERS, min_size=length, max_size=length)))

    truth = PassageTruth(
        draw(_WORDS),
        draw(_WORDS),
        draw(st.sampled_from(OUTCOMES)),
        draw(_WORDS),
        draw(_WORDS),
        draw(st.none() | _NUMBERS),
        draw(_PLACES),
        draw(_WORDS),
        draw(st.booleans()),
        draw(st.none() | _NUMBERS),
        draw(_WORDS),
        draw(_WORDS),
    )
    said = PassageReading(
        vector(len(OUTCOMES)),
        vector(len(THREATS)),
        draw(_NUMBERS),
        tuple(draw(st.lists(st.sampled_from(Reason)))),
        tuple(draw(st.lists(st.sampled_from(ThreatClass)))),
        draw(_PLACES),
        draw(_NUMBERS),
        draw(st.integers(0, 100)),
        draw(st.integers(0, 100)),
    )
    return ScoredPassage(draw(_WORDS), truth, said, draw(_WORDS))


@given(st.lists(scored_passages(), max_size=3))
def test_a_file_gives_back_what_was_written(passages: list[ScoredPassage]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder, "scores.parquet")
        write_scored(path, passages)
        read = read_scored(path)
    assert [(one.model, one.truth, one.key) for one in read] == [
        (one.model, one.truth, one.key) for one in passages
    ]
    for one, other in zip(read, passages, strict=True):
        np.testing.assert_array_equal(one.said.scores, other.said.scores)
        np.testing.assert_array_equal(one.said.ratios, other.said.ratios)
        for name in ("examined", "reasons", "declared", "place", "place_share", "n_frames"):
            assert getattr(one.said, name) == getattr(other.said, name)


@pytest.mark.parametrize("keep", [0, 4, 100, -10])
def test_a_cut_file_is_refused(tmp_path: Path, keep: int) -> None:
    path = tmp_path / "scores.parquet"
    write_scored(path, [scored("p", "none", 1.0)])
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(InputError, match=r"scores\.parquet: cannot be read"):
        read_scored(path)


def test_another_table_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "scores.parquet"
    pq.write_table(pa.table({"model": ["one"]}), path)
    with pytest.raises(InputError, match="key: is missing"):
        read_scored(path)


@pytest.mark.parametrize(
    ("column", "value"),
    [("outcome", "knife"), ("place", "tail"), ("scores", [1.0]), ("reasons", ["bored"])],
)
def test_values_of_another_version_are_refused(tmp_path: Path, column: str, value: object) -> None:
    path = tmp_path / "scores.parquet"
    write_scored(path, [scored("p", "none", 1.0)])
    table = pq.read_table(path)
    at = table.column_names.index(column)
    changed = table.set_column(at, table.field(at), pa.array([value], table.field(at).type))
    pq.write_table(changed, path)
    with pytest.raises(InputError, match="scored again"):
        read_scored(path)


def test_an_outcome_is_one_of_those_known() -> None:
    with pytest.raises(ArgumentError, match="outcome: is 'knife'"):
        PassageTruth("p", "1", "knife")
