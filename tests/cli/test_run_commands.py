"""`run`, `demo`, `report` and `trial` as a user meets them."""

from __future__ import annotations

import inspect
import json
import shutil
import sys
from pathlib import Path

import pytest

from clearway.cli.run import demo
from clearway.twin.crowd import packaged_recording, read_recording
from clearway.twin.crowd.packaged import PACKAGED_DURATION_S
from tests.support.command import clearway, clearway_process

PROJECT = Path(__file__).parents[2]
STATION = PROJECT / "examples" / "station.toml"
HERMES = PROJECT.parent / "shared" / "data" / "hermes" / "bo-360-090-090.txt.gz"
FILES = {
    "alerts.parquet", "evidence.parquet", "report.html", "run.toml",
    "summary.json", "timings.json", "tracks.parquet", "truth.parquet",
}  # fmt: skip
DEMO_S = 6.0


def changed_station(folder: Path, old: str, new: str) -> Path:
    """The station with one line changed wherever it stands."""
    text = STATION.read_text(encoding="utf-8")
    assert old in text
    path = folder / "changed.toml"
    path.write_text(text.replace(old, new), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Folder of a demonstration on a machine without JuPedSim, and what it printed."""
    output = tmp_path_factory.mktemp("without-jupedsim") / "demo"
    finished = clearway_process(
        "demo", "--headless", "--duration", str(DEMO_S), "--output", output, without="jupedsim"
    )
    assert finished.returncode == 0, finished.stderr
    return output, finished.stdout


@pytest.fixture
def demonstration(played: tuple[Path, str], tmp_path: Path) -> Path:
    """A copy of that folder, to be changed."""
    return shutil.copytree(played[0], tmp_path / "demo")


def test_demo_without_jupedsim_plays_the_packaged_recording(played: tuple[Path, str]) -> None:
    output, printed = played
    assert "JuPedSim" in printed
    assert "right person at the alarm" in printed
    assert f"Report: {output / 'report.html'}" in printed
    assert {path.name for path in output.iterdir()} == FILES
    summary = json.loads((output / "summary.json").read_text(encoding="utf-8"))
    assert summary["crowd"]["people"] == len(packaged_recording().trimmed(DEMO_S))
    assert [path.name for path in output.parent.iterdir()] == ["demo"]


def test_the_packaged_recording_lasts_as_long_as_the_demonstration() -> None:
    assert inspect.signature(demo).parameters["duration"].default <= PACKAGED_DURATION_S


@pytest.mark.jupedsim
def test_same_seed_same_summary_whatever_the_threads_and_the_process(tmp_path: Path) -> None:
    pytest.importorskip("jupedsim")
    summaries = []
    for call, threads in ((clearway, "1"), (clearway_process, "2")):
        output = tmp_path / threads
        finished = call(
            "run", STATION, "--rate", "20", "--duration", "10", "--seed", "3", "--threads", threads,
            "--output", output,
        )  # fmt: skip
        assert finished.returncode == 0, finished.stderr
        summaries.append((output / "summary.json").read_bytes())
    assert summaries[0] == summaries[1]


def test_report_is_drawn_again_from_the_folder(demonstration: Path) -> None:
    first = (demonstration / "report.html").read_bytes()
    (demonstration / "report.html").unlink()
    finished = clearway("report", demonstration)
    assert finished.returncode == 0, finished.stderr
    assert (demonstration / "report.html").read_bytes() == first


def test_an_earlier_run_is_replaced(demonstration: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jupedsim", None)
    finished = clearway("demo", "--headless", "--duration", "4", "--output", demonstration)
    assert finished.returncode == 0, finished.stderr
    summary = json.loads((demonstration / "summary.json").read_text(encoding="utf-8"))
    assert summary["duration_s"] == pytest.approx(4.0)
    assert {path.name for path in demonstration.iterdir()} == FILES


@pytest.mark.shared_data
def test_a_recorded_crowd_gives_a_complete_report(tmp_path: Path) -> None:
    if not HERMES.exists():
        pytest.skip("the HERMES recordings are not beside the checkout")
    output = tmp_path / "hermes"
    site = changed_station(tmp_path, "\nshare = 0.0333\n", "\nshare = 0.4\n")
    finished = clearway("run", site, "--crowd", HERMES, "--duration", "20", "--output", output)
    assert finished.returncode == 0, finished.stderr
    assert "People recorded, sensors simulated." in finished.stdout
    assert {path.name for path in output.iterdir()} == FILES
    summary = json.loads((output / "summary.json").read_text(encoding="utf-8"))
    assert summary["crowd"]["people"] == len(read_recording(HERMES).trimmed(20.0))
    assert summary["carriers"]["passages"] > 0
    # Not everybody has come as far as a curtain by then.
    examined = summary["calibration"]["examined_people"]
    assert 0 < examined["k"] <= examined["n"] < summary["crowd"]["people"]
    assert "recorded" in (output / "report.html").read_text(encoding="utf-8")[:20_000]


@pytest.mark.jupedsim
def test_a_ladder_goes_on_where_it_stopped(tmp_path: Path) -> None:
    pytest.importorskip("jupedsim")
    site = changed_station(tmp_path, "\nrate_hz = 10.0\n", "\nrate_hz = 1.0\n")
    output = tmp_path / "trial"
    arguments: list[str | Path] = [
        "trial", site, "--rate", "10", "--passages", "1", "--carrier-share", "1",
        "--processes", "2", "--output", output,
    ]  # fmt: skip
    # Not within a process that has threads: the pool's processes would be copies of it.
    first = clearway_process(*arguments)
    assert first.returncode == 0, first.stderr
    worlds = sorted(output.glob("10-per-min-*/*/seed-*.json"))
    assert len(worlds) >= 2
    written = [path.stat().st_mtime_ns for path in worlds]
    table = (output / "ladder.md").read_text(encoding="utf-8")
    second = clearway_process(*arguments)
    assert second.returncode == 0, second.stderr
    assert [path.stat().st_mtime_ns for path in worlds] == written
    assert (output / "ladder.md").read_text(encoding="utf-8") == table
    for printed in (first.stdout, second.stdout):
        assert "| 10 | one-way |" in printed
        assert "| 10 | two-way |" in printed
    assert (output / "ladder.svg").stat().st_size > 0
