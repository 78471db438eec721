"""``clearway history`` from the outside."""

from __future__ import annotations

from pathlib import Path

import pyarrow.csv as pc
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner, Result

from clearway.cli.history import history_app
from clearway.errors import ArgumentError, InputError
from clearway.history import TrackRecorder
from tests.history.making import SECOND_NS, START_NS, every, files, record

COUNT = "SELECT count(*) AS people FROM tracks"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A minute, then half an hour of nothing, then a minute."""
    recorder = TrackRecorder(tmp_path / "tracks")
    record(recorder, every(1.0, count=61))
    record(recorder, every(1.0, START_NS + 1860 * SECOND_NS, 61))
    recorder.close()
    return tmp_path / "tracks"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(history_app, [str(one) for one in arguments])


def call(*arguments: str | Path) -> str:
    result = run(*arguments)
    assert result.exit_code == 0, (result.output, result.exception)
    return result.output


def test_show(folder: Path) -> None:
    lines = call("show", folder).splitlines()
    assert lines[0] == "2027-01-15 08:00:00 UTC to 2027-01-15 08:32:00 UTC: 1,920.0 s"
    assert lines[1].startswith(f"{len(files(folder))} files, 0.1 MB")
    assert lines[2:] == [
        "1 gaps longer than 10 s",
        "  2027-01-15 08:01:00 UTC: 1,800.0 s",
    ]
    assert "0 gaps longer than 1800 s" in call("show", folder, "--gap", "1800")
    output = call("show", folder, "--gap", "0.5")
    assert "121 gaps longer than 0.5 s" in output
    assert "  and 101 earlier ones" in output


def test_show_nothing(tmp_path: Path) -> None:
    assert call("show", tmp_path) == "no pictures yet\n"
    assert isinstance(run("show", tmp_path / "no").exception, InputError)


def test_show_names_a_damaged_file(folder: Path) -> None:
    path = files(folder)[0]
    path.write_bytes(b"")
    assert f"warning: {path} is damaged" in call("show", folder, "--gap", "0.5")


def test_ask(folder: Path) -> None:
    pytest.importorskip("duckdb", reason="no DuckDB (the extra [history])")
    output = call("ask", folder, "people-per-hour")
    assert "most_at_once" in output
    assert "2027-01-15 08:00:00" in output
    assert "270" in call("ask", folder, COUNT)
    assert "and 170 more rows" in call("ask", folder, "SELECT x_m FROM tracks")
    files(folder)[0].write_bytes(b"")
    assert "is damaged and left out" in call("ask", folder, COUNT)


def test_ask_into_a_file(folder: Path, tmp_path: Path) -> None:
    pytest.importorskip("duckdb", reason="no DuckDB (the extra [history])")
    assert call("ask", folder, COUNT, "--output", tmp_path / "a.csv").startswith("1 rows in")
    call("ask", folder, COUNT, "--output", tmp_path / "a.parquet")
    assert pc.read_csv(tmp_path / "a.csv").to_pydict() == {"people": [270]}
    assert pq.read_table(tmp_path / "a.parquet").to_pydict() == {"people": [270]}


@pytest.mark.parametrize(
    ("question", "output"),
    [(COUNT, "a.xlsx"), ("SELECT nothing", None), ("SELECT [1, 2] AS list", "a.csv")],
)
def test_ask_what_cannot_be(
    folder: Path, tmp_path: Path, question: str, output: str | None
) -> None:
    pytest.importorskip("duckdb", reason="no DuckDB (the extra [history])")
    where = [] if output is None else ["--output", str(tmp_path / output)]
    assert isinstance(run("ask", folder, question, *where).exception, ArgumentError)
    assert [path.name for path in tmp_path.iterdir()] == ["tracks"]


def test_ask_nothing(tmp_path: Path) -> None:
    pytest.importorskip("duckdb", reason="no DuckDB (the extra [history])")
    assert isinstance(run("ask", tmp_path / "no", COUNT).exception, InputError)


def test_the_help_names_the_ready_questions() -> None:
    pytest.importorskip("duckdb", reason="no DuckDB (the extra [history])")
    from clearway.history.questions import QUESTIONS

    words = " ".join(call("ask", "--help").replace("│", " ").split())
    assert ", ".join(QUESTIONS) in words
