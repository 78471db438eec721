"""``clearway sapient`` from the outside."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from google.protobuf.json_format import MessageToJson
from typer.testing import CliRunner, Result

from clearway.cli.main import app
from tests.sapient.messages import at, message
from tests.support.command import clearway_process


def call(*arguments: str | Path) -> Result:
    texts = [str(argument) for argument in ("sapient", "validate", *arguments)]
    return CliRunner().invoke(app, texts, catch_exceptions=False)


@pytest.fixture
def valid(tmp_path: Path) -> Path:
    path = tmp_path / "valid.json"
    path.write_text(MessageToJson(message("alert")), encoding="utf-8")
    return path


@pytest.fixture
def warned(tmp_path: Path) -> Path:
    path = tmp_path / "warned.bin"
    path.write_bytes(at("alert", "alert.location.z", None).SerializeToString())
    return path


@pytest.fixture
def invalid(tmp_path: Path) -> Path:
    path = tmp_path / "invalid.bin"
    path.write_bytes(at("alert", "alert.alert_id", "[red]x[/red]").SerializeToString())
    return path


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    path = tmp_path / "broken.json"
    path.write_text('{"nodeId": ', encoding="utf-8")
    return path


def test_valid_files(valid: Path, warned: Path) -> None:
    result = call(valid, warned)
    assert result.exit_code == 0
    assert result.output.splitlines() == [
        f"{valid}: valid",
        f"{warned}: valid",
        "  warning location.z.missing at alert.location.z (BSI Flex 335 v2.0, 5.2)",
        "    the height is unknown; give it, and its datum",
    ]


def test_invalid_files_are_told_apart_from_those_that_cannot_be_opened(
    valid: Path, invalid: Path, broken: Path, tmp_path: Path
) -> None:
    assert call(valid, invalid).exit_code == 1
    assert call(broken, valid).exit_code == 1
    result = call(tmp_path / "nowhere", broken, valid)
    assert result.exit_code == 2
    assert f"clearway: {tmp_path / 'nowhere'}: cannot be read: No such file" in result.stderr
    assert "remedy: " in result.stderr
    assert f"{broken}: not valid" in result.stdout
    assert f"{valid}: valid" in result.stdout


def test_text_from_a_message_is_no_markup(invalid: Path) -> None:
    result = call(invalid)
    assert "'[red]x[/red]' is no ULID" in result.output


def test_json_lines(valid: Path, invalid: Path, warned: Path, broken: Path) -> None:
    result = call("--json", valid, invalid, warned, broken)
    assert result.exit_code == 1
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert [line["file"] for line in lines] == [
        str(path) for path in (valid, invalid, warned, broken)
    ]
    assert [line["valid"] for line in lines] == [True, False, True, False]
    assert lines[0] == {
        "file": str(valid),
        "valid": True,
        "messages": 1,
        "findings": [],
        "findings_left_out": 0,
    }
    (finding,) = lines[1]["findings"]
    assert finding["rule"] == "alert.alert_id.invalid"
    assert finding["severity"] == "error"
    assert finding["path"] == "alert.alert_id"
    assert finding["message"].startswith("'[red]x[/red]' is no ULID")
    assert lines[2]["findings"][0]["severity"] == "warning"
    assert lines[3]["findings"][0]["rule"] == "json.syntax"


def test_usage() -> None:
    result = CliRunner().invoke(app, ["sapient", "validate"])
    assert result.exit_code == 2
    assert "FILE" in result.stderr


@pytest.mark.parametrize("option", [[], ["--json"]])
def test_names_that_are_no_utf_8(tmp_path: Path, broken: Path, option: list[str]) -> None:
    odd = tmp_path / "odd\udcff.json"
    broken.rename(odd)
    # How arguments are decoded is a matter of the process.
    finished = clearway_process("sapient", "validate", *option, odd, tmp_path / "none\udcff")
    assert finished.returncode == 2
    assert "json.syntax" in finished.stdout
    assert "Traceback" not in finished.stderr
    assert "\\udcff: cannot be read" in finished.stderr
