"""Every mistake ends in one message that says what to do, and leaves nothing behind."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import pytest

from tests.support.command import clearway, clearway_process

STATION = (files("clearway.site") / "station.toml").read_text(encoding="utf-8")
WALKERS = "person_id,time_s,x_m,y_m\n" + "".join(
    f"{person},{frame / 5},{6.0 + person + 1.3 * frame / 5:.3f},{2.0 + person / 4:.3f}\n"
    for person in range(4)
    for frame in range(100)
)


def _site(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "site.toml"
    path.write_text(text, encoding="utf-8")
    return path


def _changed_site(old: str, new: str) -> Callable[[Path], list[str | Path]]:
    """Arguments of a run of the station with one passage changed."""

    def arguments(tmp_path: Path) -> list[str | Path]:
        assert old in STATION
        return [_site(tmp_path, STATION.replace(old, new, 1))]

    return arguments


def _crowd(text: str, name: str = "walkers.csv") -> Callable[[Path], list[str | Path]]:
    """Arguments of a run of the station with this crowd file."""

    def arguments(tmp_path: Path) -> list[str | Path]:
        crowd = tmp_path / name
        crowd.write_text(text, encoding="utf-8")
        return [_site(tmp_path, STATION), "--crowd", crowd]

    return arguments


_ROW = WALKERS.splitlines()[60] + "\n"
_NEXT_ROW = WALKERS.splitlines()[61] + "\n"

CASES: dict[str, tuple[Callable[[Path], list[str | Path]], list[str]]] = {
    "missing key": (
        _changed_site("missed_carrier = 6.0\n", ""),
        ["site.toml", "decision.costs.missed_carrier", "line "],
    ),
    "unknown key": (
        _changed_site("rate_per_min = 60.0", "rate_per_mim = 60.0"),
        ["crowd.rate_per_mim", "rate_per_min"],
    ),
    "unknown sensor kind": (
        _changed_site('kind = "camera"', 'kind = "sonar"'),
        ["sensors[0]", "sonar", "camera"],
    ),
    "polygon that crosses itself": (
        _changed_site(
            "outline = [[0.0, 0.0], [40.0, 0.0], [40.0, 6.0], [0.0, 6.0]]",
            "outline = [[0.0, 0.0], [40.0, 0.0], [0.0, 6.0], [40.0, 6.0]]",
        ),
        ["floor.outline", "cross"],
    ),
    "negative sigma": (
        _changed_site("sigma_m = 0.10, bias", "sigma_m = -0.10, bias"),
        ["sensors[0].error_model.sigma_m", "-0.1"],
    ),
    "sensor outside the site": (
        _changed_site("position_m = [1.0, 0.1, 2.8]", "position_m = [401.0, 0.1, 2.8]"),
        ["sensors[0].position_m", "outside"],
    ),
    "duplicate ids": (
        _changed_site('id = "camera-2"', 'id = "camera-1"'),
        ["camera-1", "sensors[1].id"],
    ),
    "broken TOML": (_changed_site("[origin]", "[origin"), ["site.toml", "line "]),
    "unknown trigger line": (
        _changed_site('trigger_line = "line-west"', 'trigger_line = "line-north"'),
        ["line-north", "line-west"],
    ),
    "site file missing": (lambda tmp_path: [tmp_path / "nowhere.toml"], ["nowhere.toml"]),
    "trajectory file cut in mid-line": (
        _crowd(WALKERS + "3,19.0,2"),
        ["walkers.csv", "line 402"],
    ),
    "NaN position": (
        _crowd(WALKERS.replace(_ROW, "0,11.8,nan,2.0\n")),
        ["walkers.csv", "line 61, x", "nan"],
    ),
    "time going backwards": (
        _crowd(WALKERS.replace(_ROW + _NEXT_ROW, _NEXT_ROW + _ROW)),
        ["walkers.csv", "line 62", "time"],
    ),
    "same person twice at one time": (
        _crowd(WALKERS.replace(_ROW, _ROW + _ROW)),
        ["walkers.csv", "line 62"],
    ),
    "wrong unit": (
        _crowd(
            "".join(
                f"{row.split()[0]} {row.split()[1]} {float(row.split()[2]) * 100} 300\n"
                for row in (f"1 {frame} {130 * frame / 16}" for frame in range(100))
            ),
            "walkers.txt",
        ),
        ["walkers.txt", "m/s", "unit"],
    ),
    "not a crowd file": (_crowd("hello\n", "notes.txt"), ["notes.txt"]),
    "crowd file missing": (
        lambda tmp_path: [_site(tmp_path, STATION), "--crowd", tmp_path / "nobody.csv"],
        ["nobody.csv"],
    ),
    "crowd file is a folder": (
        lambda tmp_path: [_site(tmp_path, STATION), "--crowd", tmp_path],
        [],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_bad_input_is_named_and_nothing_is_written(case: str, tmp_path: Path) -> None:
    arguments, expected = CASES[case]
    output = tmp_path / "results" / "out"
    finished = clearway("run", *arguments(tmp_path), "--output", output)
    assert finished.returncode == 2, finished.stderr
    assert finished.stderr.startswith("clearway: ")
    assert "remedy: " in finished.stderr
    assert "Traceback" not in finished.stderr
    for part in expected:
        assert part in finished.stderr
    assert not output.parent.exists() or not list(output.parent.iterdir())


def _run_arguments(tmp_path: Path, output: Path) -> list[str | Path]:
    crowd = tmp_path / "walkers.csv"
    crowd.write_text(WALKERS, encoding="utf-8")
    return ["run", _site(tmp_path, STATION), "--crowd", crowd, "--output", output]


def test_output_below_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    finished = clearway(*_run_arguments(tmp_path, tmp_path / "file" / "out"))
    assert finished.returncode == 2
    assert "cannot be written" in finished.stderr
    assert "remedy: " in finished.stderr
    assert (tmp_path / "file").is_file()


def test_output_in_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    finished = clearway(*_run_arguments(tmp_path, Path("/proc/self/clearway")))
    assert finished.returncode == 2
    assert "cannot be written" in finished.stderr
    assert "remedy: " in finished.stderr


def test_output_that_holds_something_else(tmp_path: Path) -> None:
    output = tmp_path / "photos"
    output.mkdir()
    (output / "dog.jpg").write_text("a dog", encoding="utf-8")
    finished = clearway(*_run_arguments(tmp_path, output))
    assert finished.returncode == 2
    assert "holds more than an earlier run" in finished.stderr
    assert [path.name for path in output.iterdir()] == ["dog.jpg"]


def test_full_disk(tmp_path: Path) -> None:
    output = tmp_path / "results" / "out"
    limits = (4096, 4096)
    finished = clearway_process(
        *_run_arguments(tmp_path, output),
        limit=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, limits),
    )
    assert finished.returncode == 2, finished.stderr
    assert "cannot be written" in finished.stderr
    assert "remedy: " in finished.stderr
    assert not list(output.parent.iterdir())


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_interrupt_during_a_run(tmp_path: Path, stop: signal.Signals) -> None:
    crowd = tmp_path / "long.csv"
    crowd.write_text("person_id,time_s,x_m,y_m\n" + "".join(
        f"{person},{4 * person + frame / 2:g},{5 + frame / 2:g},{1 + person % 5}\n"
        for person in range(900) for frame in range(60)
    ))  # fmt: skip
    output = tmp_path / "results" / "out"
    # A shell lets its background jobs ignore interrupts, and this process would inherit that.
    listening = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    program = f"{listening}from clearway.cli.main import main; main()"
    with subprocess.Popen(
        [sys.executable, "-u", "-c", program, "run",
         _site(tmp_path, STATION), "--crowd", crowd, "--output", output],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        while "sensors and engine" not in process.stdout.readline():
            assert process.poll() is None
        time.sleep(1.0)
        os.kill(process.pid, stop)
        _, message = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "interrupted" in message
    assert "Traceback" not in message
    assert not list(output.parent.iterdir())


def test_report_of_a_folder_that_is_no_run(tmp_path: Path) -> None:
    finished = clearway("report", tmp_path)
    assert finished.returncode == 2
    assert "run.toml" in finished.stderr
    assert "remedy: " in finished.stderr
    assert not list(tmp_path.iterdir())
