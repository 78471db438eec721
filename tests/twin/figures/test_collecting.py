"""A file of figures is made walk by walk, and goes on where it stopped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from clearway.errors import OutputError
from clearway.twin.figures.collecting import collect
from clearway.twin.figures.file import Provenance
from clearway.twin.figures.row import PassageRow
from tests.support.passages import PROVENANCE, one_of_each

WALKS = 4


class Simulation:
    """Rows that depend on the number of the walk alone; stops before a walk, if asked to."""

    def __init__(self, stop_before: int | None = None) -> None:
        self.walks: list[int] = []
        self._stop_before = stop_before

    def __call__(self, walk: int) -> Sequence[PassageRow]:
        if walk == self._stop_before:
            raise KeyboardInterrupt
        self.walks.append(walk)
        speed_m_s = float(np.random.default_rng(walk).uniform(1.0, 2.0))
        return one_of_each(walk=walk, speed_m_s=speed_m_s)


def later(**changes: Any) -> Provenance:
    later_on = {"made": "2026-01-02T00:00:00+00:00", "command": "another command"}
    return replace(PROVENANCE, **later_on | changes)


@pytest.fixture
def whole(tmp_path: Path) -> bytes:
    path = tmp_path / "whole.parquet"
    collect(path, WALKS, Simulation(), PROVENANCE)
    return path.read_bytes()


def interrupted(path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        collect(path, WALKS, Simulation(stop_before=2), PROVENANCE)
    assert not path.exists()


def test_all_walks_are_there_in_order(tmp_path: Path) -> None:
    done: list[int] = []
    figures = collect(tmp_path / "f.parquet", WALKS, Simulation(), PROVENANCE, done.append)
    assert [row.walk for row in figures.rows] == [n for n in range(WALKS) for _ in range(5)]
    assert done == [1, 2, 3, 4]
    assert [path.name for path in tmp_path.iterdir()] == ["f.parquet"]


def test_an_interrupted_one_goes_on_to_the_same_file(tmp_path: Path, whole: bytes) -> None:
    path = tmp_path / "f.parquet"
    interrupted(path)
    rest = Simulation()
    collect(path, WALKS, rest, replace(later(), command=PROVENANCE.command))
    assert rest.walks == [2, 3]
    assert path.read_bytes() == whole


@pytest.mark.parametrize(
    "changes", [{"seed": 2}, {"radar_sha256": "ef"}, {"simulation": "other"}], ids=str
)
def test_walks_of_another_origin_are_made_anew(tmp_path: Path, changes: dict[str, Any]) -> None:
    path = tmp_path / "f.parquet"
    interrupted(path)
    every = Simulation()
    figures = collect(path, WALKS, every, later(**changes))
    assert every.walks == [0, 1, 2, 3]
    assert figures.provenance == later(**changes)


def test_a_damaged_part_is_made_anew(tmp_path: Path, whole: bytes) -> None:
    path = tmp_path / "f.parquet"
    interrupted(path)
    (tmp_path / "f.parts" / "walk-000001.parquet").write_bytes(b"PAR1")
    rest = Simulation()
    collect(path, WALKS, rest, PROVENANCE)
    assert rest.walks == [1, 2, 3]
    assert path.read_bytes() == whole


def test_a_finished_file_grows(tmp_path: Path, whole: bytes) -> None:
    path = tmp_path / "f.parquet"
    collect(path, 2, Simulation(), PROVENANCE)
    rest = Simulation()
    collect(path, WALKS, rest, PROVENANCE)
    assert rest.walks == [2, 3]
    assert path.read_bytes() == whole


def test_a_place_that_cannot_be_written_is_one_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    simulation = Simulation()
    with pytest.raises(OutputError, match="cannot be written"):
        collect(tmp_path / "file" / "f.parquet", 1, simulation, PROVENANCE)
    with pytest.raises(OutputError, match=r"end it with \.parquet"):
        collect(tmp_path / "f.csv", 1, simulation, PROVENANCE)
    assert not simulation.walks
