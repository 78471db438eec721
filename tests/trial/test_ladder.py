"""Cells of the density ladder: resumed, pooled, named, refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import clearway.trial.ladder
from clearway.errors import ClearwayError, InputError, OutputError
from clearway.site.schema import Site
from clearway.trial.ladder import Cell, FlowKind, LadderRequest, pool_summaries, run_cell
from clearway.trial.ladder_table import ladder_figure, table_text, write_ladder
from clearway.trial.reliability import reliability
from clearway.trial.run import RunProgress, RunRequest
from clearway.trial.statistics import proportion, rate

CELL = Cell(60.0, FlowKind.TWO_WAY)
PASSAGES = 10


def summary_of(passages: int, right: int = 0, nuisance: int = 0, density: float = 1.0) -> Any:
    people = 20.0 * passages
    return {
        "crowd": {"people": round(people), "peak_density_per_m2": density},
        "carriers": {"passages": passages},
        "right_person": {
            "at_alarm": proportion(right, passages),
            "later": proportion(max(0, right - 1), passages),
        },
        "pd": {"any": {"system": proportion(right, passages)}},
        "candidate_set": {"holds_carrier": proportion(right, passages)},
        "calibration": {"belief": reliability([0.5], [True]), "attribution": reliability([], [])},
        "alarms": {
            "nuisance": rate(nuisance, people, "per person"),
            "false": rate(0, people, "per person"),
            "innocent_stops_per_person": rate(nuisance, people, "per person"),
        },
    }


class FakeRuns:
    """Stands in for `run_into`: remembers what was asked, gives four passages per world."""

    def __init__(self) -> None:
        self.requests: list[RunRequest] = []
        self.fail_at: int | None = None

    def __call__(self, folder: Path, request: RunRequest, _: RunProgress) -> dict[str, Any]:
        assert folder.is_dir()
        (folder / "truth.parquet").write_bytes(b"large")
        if self.fail_at == request.seed:
            raise KeyboardInterrupt
        self.requests.append(request)
        found: dict[str, Any] = summary_of(4, right=request.seed)
        return found

    @property
    def seeds(self) -> list[int]:
        return [request.seed for request in self.requests]


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> FakeRuns:
    fake = FakeRuns()
    monkeypatch.setattr(clearway.trial.ladder, "run_into", fake)
    return fake


@pytest.fixture
def ladder(tmp_path: Path, station: Site) -> LadderRequest:
    return LadderRequest(station, tmp_path / "trial", (CELL,), PASSAGES, carrier_share=0.1)


def world_files(output: Path) -> list[Path]:
    return sorted(output.rglob("seed-*.json"))


def test_worlds_are_run_until_enough_carriers_have_passed(
    runs: FakeRuns, ladder: LadderRequest
) -> None:
    figures = run_cell(ladder, CELL)
    assert runs.seeds == [1, 2, 3]
    assert (figures["worlds"], figures["passages"]) == (3, 12)
    assert (figures["right_at_alarm"]["k"], figures["right_at_alarm"]["n"]) == (6, 12)
    assert all(request.rate_per_min == 60.0 for request in runs.requests)


def test_a_finished_world_is_not_run_again(runs: FakeRuns, ladder: LadderRequest) -> None:
    first = run_cell(ladder, CELL)
    files = world_files(ladder.output)
    assert len(files) == 3
    assert run_cell(ladder, CELL) == first
    assert runs.seeds == [1, 2, 3]
    files[1].unlink()
    assert run_cell(ladder, CELL) == first
    assert runs.seeds == [1, 2, 3, 2]


def test_an_interrupted_ladder_goes_on_where_it_was(runs: FakeRuns, ladder: LadderRequest) -> None:
    runs.fail_at = 2
    with pytest.raises(KeyboardInterrupt):
        run_cell(ladder, CELL)
    assert len(world_files(ladder.output)) == 1
    assert not list(ladder.output.rglob("*.parquet"))
    runs.fail_at = None
    run_cell(ladder, CELL)
    assert runs.seeds == [1, 2, 3]


def test_only_small_files_are_kept(runs: FakeRuns, ladder: LadderRequest) -> None:
    run_cell(ladder, CELL)
    kept = sorted(path for path in ladder.output.rglob("*") if path.is_file())
    assert kept == world_files(ladder.output)


def test_worlds_of_another_configuration_are_not_mixed_in(
    runs: FakeRuns, ladder: LadderRequest, station: Site
) -> None:
    run_cell(ladder, CELL)
    decision = station.decision.model_copy(update={"alert_probability": 0.321})
    other = station.model_copy(update={"decision": decision})
    run_cell(LadderRequest(other, ladder.output, (CELL,), PASSAGES, 0.1), CELL)
    run_cell(LadderRequest(station, ladder.output, (CELL,), PASSAGES, 0.2), CELL)
    run_cell(ladder, Cell(60.0, FlowKind.ONE_WAY))
    run_cell(ladder, Cell(30.0, FlowKind.TWO_WAY))
    assert runs.seeds == [1, 2, 3] * 5


def test_a_world_file_cut_short_is_the_users_to_mend(runs: FakeRuns, ladder: LadderRequest) -> None:
    run_cell(ladder, CELL)
    (first, *_) = world_files(ladder.output)
    first.write_text(first.read_text()[:40])
    with pytest.raises(InputError, match="cannot be read"):
        run_cell(ladder, CELL)


def test_an_output_that_cannot_be_made_is_the_users_to_mend(
    runs: FakeRuns, ladder: LadderRequest
) -> None:
    ladder.output.write_text("a file")
    with pytest.raises(OutputError, match="remedy"):
        run_cell(ladder, CELL)
    assert runs.seeds == []


def test_each_kind_of_flow_walks_as_it_says(runs: FakeRuns, ladder: LadderRequest) -> None:
    for kind in FlowKind:
        run_cell(ladder, Cell(60.0, kind))
    one_way, two_way = runs.requests[0].site, runs.requests[-1].site
    assert [flow.share for flow in one_way.crowd.flows] == [1.0]
    assert [flow.share for flow in two_way.crowd.flows] == [1.0, 1.0]
    assert one_way.crowd.flows[0].entry == two_way.crowd.flows[0].entry
    assert one_way.crowd.carriers.share == two_way.crowd.carriers.share == 0.1


def test_a_site_with_one_flow_cannot_go_two_ways(
    runs: FakeRuns, ladder: LadderRequest, station: Site
) -> None:
    crowd = station.crowd.model_copy(update={"flows": station.crowd.flows[:1]})
    one_way = station.model_copy(update={"crowd": crowd})
    request = LadderRequest(one_way, ladder.output, (CELL,), PASSAGES, 0.1)
    with pytest.raises(ClearwayError, match=r"one flow only[\s\S]*remedy"):
        run_cell(request, CELL)
    assert runs.seeds == []
    assert not ladder.output.exists()
    run_cell(request, Cell(60.0, FlowKind.ONE_WAY))
    assert runs.seeds == [1, 2, 3]


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        (Cell(5.0, FlowKind.ONE_WAY), "5-per-min-one-way"),
        (Cell(167.0, FlowKind.TWO_WAY), "167-per-min-two-way"),
        (Cell(12.5, FlowKind.TWO_WAY), "12.5-per-min-two-way"),
    ],
)
def test_names_of_cells(cell: Cell, name: str) -> None:
    assert cell.name == name


def test_pooled_counts_are_sums() -> None:
    worlds = [summary_of(10, 7, 2, density=0.5), summary_of(0), summary_of(30, 28, 1, density=1.5)]
    pooled = pool_summaries(worlds)
    assert (pooled["worlds"], pooled["people"], pooled["passages"]) == (3, 800, 40)
    assert pooled["right_at_alarm"] == proportion(35, 40)
    assert pooled["right_later"] == proportion(33, 40)
    assert pooled["nuisance"] == rate(3, 800.0, "per person")
    assert pooled["false"] == rate(0, 800.0, "per person")
    assert pooled["peak_density_per_m2"] == 1.5


@pytest.fixture
def results() -> dict[Cell, dict[str, Any]]:
    worlds = {
        Cell(100.0, FlowKind.ONE_WAY): summary_of(40, 35, 3),
        Cell(30.0, FlowKind.TWO_WAY): summary_of(40, 38, 3),
        Cell(30.0, FlowKind.ONE_WAY): summary_of(40, 40, 3),
        Cell(5.0, FlowKind.ONE_WAY): summary_of(0),
    }
    return {cell: pool_summaries([world]) for cell, world in worlds.items()}


def test_the_table_is_in_order_and_has_intervals(results: dict[Cell, dict[str, Any]]) -> None:
    head, rule, *rows = [
        [field.strip() for field in line.strip("| \n").split("|")]
        for line in table_text(results).splitlines()
    ]
    assert [row[:2] for row in rows] == [
        ["5", "one-way"], ["30", "one-way"], ["100", "one-way"], ["30", "two-way"],
    ]  # fmt: skip
    assert {len(row) for row in (head, rule, *rows)} == {len(head)}
    assert rows[2][4].startswith("87.5 % (")
    assert "n = 40" in rows[2][4]
    assert "no data" in rows[0][4]


def test_the_files_of_a_ladder(tmp_path: Path, results: dict[Cell, dict[str, Any]]) -> None:
    table, picture = write_ladder(tmp_path, results)
    assert table.read_text(encoding="utf-8") == table_text(results)
    assert picture.read_text(encoding="utf-8").rstrip().endswith("</svg>")
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "ladder.json", "ladder.md", "ladder.svg", "reliability.svg",
    ]  # fmt: skip


def test_the_picture_shows_both_flows(results: dict[Cell, dict[str, Any]]) -> None:
    right, _, alarms = ladder_figure(results).axes
    legend = right.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["one-way", "two-way"]
    assert alarms.get_ylim()[0] == 0.0


def test_a_ladder_that_no_carrier_climbs_ends(
    monkeypatch: pytest.MonkeyPatch, ladder: LadderRequest
) -> None:
    monkeypatch.setattr(clearway.trial.ladder, "run_into", lambda *_: summary_of(0))
    with pytest.raises(ClearwayError, match="no carrier passed a threat sensor in 3 worlds"):
        run_cell(ladder, CELL)
