import dataclasses
import gzip
import math
from pathlib import Path

import numpy as np
import pytest

from clearway.bench.tracking.comparison import Cell, Job, compare, jobs
from clearway.bench.tracking.peers import NEAREST_NEIGHBOUR, Own
from clearway.bench.tracking.scenario import BASE, HARD
from clearway.bench.tracking.scoring import Scores
from clearway.bench.tracking.tables import MEASURES, ratios, tables
from clearway.errors import ArgumentError, InputError

HOTA, SWITCHES = MEASURES[0], MEASURES[3]


@pytest.fixture
def wanted(tmp_path: Path) -> list[Job]:
    rows = [
        f"{who} {frame} {200 * who} {8 * frame} 170" for who in range(2) for frame in range(150)
    ]
    path = tmp_path / "pair.txt.gz"
    path.write_bytes(gzip.compress("\n".join(rows).encode()))
    return jobs([NEAREST_NEIGHBOUR], [path], [BASE, HARD], [1])


def cell(tracker: str, hota: float, switches: int, seed: int = 1, variant: str = "base") -> Cell:
    scores = Scores(hota, 50.0, 40.0, switches, 1.5, {2.0: 0.9, 5.0: 0.8, 10.0: 0.7})
    return Cell(tracker, "walk", variant, seed, "", 20.0, scores, [1.0, 2.0, 9.0])


def test_a_stopped_comparison_goes_on(wanted: list[Job], tmp_path: Path) -> None:
    pytest.importorskip("trackeval", reason="the scores are TrackEval's")
    folder = tmp_path / "out" / "cells"
    told: list[tuple[str, int, int]] = []

    def tell(cell: Cell, done: int, total: int) -> None:
        told.append((cell.variant, done, total))

    first = compare(wanted[:1], folder)
    path = folder / "nearest-neighbour-pair-base-1.json"
    before = path.stat()
    both = compare(wanted, folder, progress=tell)
    assert both[0].cpu_ms == first[0].cpu_ms
    assert both[0].scores.hota == first[0].scores.hota
    assert path.stat().st_mtime_ns == before.st_mtime_ns
    assert told == [("base", 1, 2), ("hard", 2, 2)]
    # The recording is too short for 10 s, and a file keeps that.
    assert math.isnan(both[0].scores.survival[10.0])
    assert len(both[0].cpu_ms) == len(both[1].cpu_ms) > 80
    assert both[0].people_at_once == 2.0


def test_a_cell_of_other_settings_is_computed_again(wanted: list[Job], tmp_path: Path) -> None:
    pytest.importorskip("trackeval", reason="the scores are TrackEval's")
    compare(wanted[:1], tmp_path)
    path = tmp_path / wanted[0].file_name
    stored = path.read_text()
    path.write_text(stored.replace("50.0 s", "20.0 s"))
    assert compare(wanted[:1], tmp_path)[0].setup.endswith("50.0 s")
    assert path.read_text() != stored.replace("50.0 s", "20.0 s")


def test_a_broken_cell_is_named(wanted: list[Job], tmp_path: Path) -> None:
    path = tmp_path / wanted[0].file_name
    path.write_text("{")
    with pytest.raises(InputError, match=r"is no cell .*(.|\n)*remedy: remove it") as caught:
        compare(wanted[:1], tmp_path)
    assert caught.value.path == path


def test_no_process_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match="processes: is 0"):
        compare([], tmp_path, processes=0)


def test_a_missing_recording_is_named(tmp_path: Path) -> None:
    absent = jobs([NEAREST_NEIGHBOUR], [tmp_path / "absent.txt.gz"], [BASE], [1])
    with pytest.raises(InputError, match=r"absent\.txt\.gz"):
        compare(absent, tmp_path)


def test_file_names_tell_cells_apart(wanted: list[Job]) -> None:
    other = dataclasses.replace(wanted[0], tracker=Own("Another one", NEAREST_NEIGHBOUR.make))
    names = [job.file_name for job in (*wanted, other)]
    assert names[-1] == "another-one-pair-base-1.json"
    assert len(set(names)) == 3


def test_the_scale_is_the_better_one_of_each_measure() -> None:
    cells = [
        cell("GNN", 50.0, 100), cell("JPDA", 40.0, 80), cell("Clearway", 60.0, 40),
        cell("GNN", 50.0, 100, seed=2), cell("JPDA", 55.0, 0, seed=2), cell("Clearway", 55.0, 7, 2),
        cell("GNN", 50.0, 100, seed=3), cell("Clearway", 70.0, 3, seed=3),
    ]  # fmt: skip
    scale = ("GNN", "JPDA")
    # Seed 3 lacks a peer; seed 2's best has no switch to compare with.
    np.testing.assert_allclose(ratios(cells, "Clearway", "base", HOTA, scale), [1.2, 1.0])
    np.testing.assert_allclose(ratios(cells, "Clearway", "base", SWITCHES, scale), [0.5])
    assert ratios(cells, "Clearway", "hard", HOTA, scale) == []


def test_the_tables_show_medians_ratios_and_times() -> None:
    cells = [
        cell(name, hota + 10 * seed, 10 * seed, seed)
        for seed in (1, 2, 3)
        for name, hota in (("Clearway", 60.0), ("GNN", 50.0), ("JPDA", 40.0))
    ]
    text = tables(cells, ("GNN", "JPDA"))
    assert "20 people at once on average; median over 3 seeds" in text
    assert "| Clearway | 80.0 | 50.0 | 40.0 | 20 | 1.50 | 0.900 | 0.800 | 0.700 |" in text
    # 70/60, 80/70 and 90/80
    assert "| base | Clearway | 3 | 1.14 (1.12-1.17) | 1.00 (1.00-1.00) |" in text
    assert "| walk | base | 20 | GNN | 4.00 | 2.00 | 9.00 |" in text
