"""`run`, `demo`, `report` and `trial` as a user meets them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
STATION = PROJECT / "examples" / "station.toml"
HERMES = PROJECT.parent / "shared" / "data" / "hermes" / "bo-360-090-090.txt.gz"
FILES = {
    "alerts.parquet", "evidence.parquet", "report.html", "run.toml",
    "summary.json", "timings.json", "tracks.parquet", "truth.parquet",
}  # fmt: skip


def clearway(*arguments: str | Path, without: str | None = None) -> str:
    """Run the command line in a process of its own, perhaps without some library."""
    mask = "" if without is None else f"import sys; sys.modules[{without!r}] = None; "
    finished = subprocess.run(
        [
            sys.executable,
            "-c",
            f"{mask}from clearway.cli.main import main; main()",
            *map(str, arguments),
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


def test_demo_without_jupedsim_plays_the_packaged_recording(tmp_path: Path) -> None:
    output = tmp_path / "demo"
    printed = clearway("demo", "--headless", "--output", output, without="jupedsim")
    assert "JuPedSim" in printed
    assert "right person at the alarm" in printed
    assert f"Report: {output / 'report.html'}" in printed
    assert {path.name for path in output.iterdir()} == FILES
    summary = json.loads((output / "summary.json").read_text(encoding="utf-8"))
    assert summary["crowd"]["people"] > 150
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


@pytest.mark.jupedsim
def test_same_seed_same_summary_whatever_the_threads(tmp_path: Path) -> None:
    pytest.importorskip("jupedsim")
    summaries = []
    for name, threads in (("a", "1"), ("b", "2")):
        clearway(
            "run", STATION, "--duration", "40", "--seed", "3", "--threads", threads,
            "--output", tmp_path / name,
        )  # fmt: skip
        summaries.append((tmp_path / name / "summary.json").read_bytes())
    assert summaries[0] == summaries[1]


def test_report_is_drawn_again_from_the_folder(tmp_path: Path) -> None:
    output = tmp_path / "demo"
    clearway("demo", "--headless", "--duration", "15", "--output", output, without="jupedsim")
    first = (output / "report.html").read_bytes()
    (output / "report.html").unlink()
    clearway("report", output)
    assert (output / "report.html").read_bytes() == first


def test_an_earlier_run_is_replaced(tmp_path: Path) -> None:
    output = tmp_path / "demo"
    for duration in ("15", "10"):
        clearway(
            "demo", "--headless", "--duration", duration, "--output", output, without="jupedsim"
        )
    summary = json.loads((output / "summary.json").read_text(encoding="utf-8"))
    assert summary["duration_s"] == pytest.approx(10.0)
    assert {path.name for path in output.iterdir()} == FILES


@pytest.mark.shared_data
def test_a_recorded_crowd_gives_a_complete_report(tmp_path: Path) -> None:
    if not HERMES.exists():
        pytest.skip("the HERMES recordings are not beside the checkout")
    output = tmp_path / "hermes"
    printed = clearway("run", STATION, "--crowd", HERMES, "--output", output)
    assert "People recorded, sensors simulated." in printed
    assert {path.name for path in output.iterdir()} == FILES
    summary = json.loads((output / "summary.json").read_text(encoding="utf-8"))
    assert summary["crowd"]["people"] == 214
    assert summary["carriers"]["passages"] > 0
    assert summary["calibration"]["examined_people"]["n"] == 214
    assert "recorded" in (output / "report.html").read_text(encoding="utf-8")[:20_000]


@pytest.mark.jupedsim
def test_a_ladder_goes_on_where_it_stopped(tmp_path: Path) -> None:
    pytest.importorskip("jupedsim")
    arguments: list[str | Path] = [
        "trial", STATION, "--rate", "60", "--passages", "20", "--carrier-share", "0.5",
        "--processes", "2", "--output", tmp_path,
    ]  # fmt: skip
    first = clearway(*arguments)
    worlds = sorted(tmp_path.glob("60-per-min-*/*/seed-*.json"))
    assert len(worlds) >= 2
    written = [path.stat().st_mtime_ns for path in worlds]
    table = (tmp_path / "ladder.md").read_text(encoding="utf-8")
    second = clearway(*arguments)
    assert [path.stat().st_mtime_ns for path in worlds] == written
    assert (tmp_path / "ladder.md").read_text(encoding="utf-8") == table
    for printed in (first, second):
        assert "| 60 | one-way |" in printed
        assert "| 60 | two-way |" in printed
    assert (tmp_path / "ladder.svg").stat().st_size > 0
