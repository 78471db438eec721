"""``clearway audit`` from the outside."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from clearway.audit import AuditLog
from clearway.cli.audit import audit_app
from clearway.errors import ArgumentError, InputError
from clearway.store.database import open_database

START_NS = 1_800_000_000_000_000_000
DATABASE = "site.sqlite"


@pytest.fixture(autouse=True)
def _site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A log of six records, all signed."""
    monkeypatch.chdir(tmp_path)
    with closing(open_database(DATABASE)) as database:
        log = AuditLog(database, "rome", "0.1.0")
        for number in range(4):
            log.append("alarm-seen", "Petra", f"A{number}", time_ns=START_NS + number)
        payload = {"reason": "harmless object"}
        log.append("alarm-dismissed", "Petra", "A1", payload, time_ns=START_NS)
    assert "records up to 6 are signed" in call("checkpoint", DATABASE, "out", "--key", "a.key")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(audit_app, list(arguments))


def call(*arguments: str, exit_code: int = 0) -> str:
    result = run(*arguments)
    assert result.exit_code == exit_code, result.output
    return result.output


def erase() -> None:
    with closing(open_database(DATABASE)) as database:
        log = AuditLog(database, "rome", "0.1.0")
        payload_id = next(log.records(6, 6)).payload_id
        assert payload_id is not None
        log.erase(payload_id, "Ana", "kept long enough", time_ns=START_NS)


def tamper(statement: str) -> None:
    with closing(sqlite3.connect(DATABASE)) as owner:
        for (name,) in owner.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'"):
            owner.execute(f"DROP TRIGGER {name}")
        owner.execute(statement)
        owner.commit()


def test_an_intact_log() -> None:
    output = call("verify", DATABASE, "--checkpoints", "out")
    assert output.startswith(f"{DATABASE}: intact\n")
    assert "6 records of the site rome, 2027-01-15 08:00:00 UTC to 2027-01-15" in output
    assert "1 checkpoints cover it up to record 6" in output
    assert "1 payloads as they were, 0 erased" in output
    assert "signed by the key" in output


def test_what_nobody_can_vouch_for_is_said() -> None:
    assert "no checkpoints: a missing end or a rewritten log" in call("verify", DATABASE)
    erase()
    output = call("verify", DATABASE, "--checkpoints", "out/checkpoints.jsonl")
    assert "the 1 after it have no witness yet" in output
    assert "1 erased\n    of record 6, by record 7\n" in output
    assert "records up to 7" in call("checkpoint", DATABASE, "out", "--key", "a.key")
    assert "nothing was added" in call("checkpoint", DATABASE, "out", "--key", "a.key")


def test_a_changed_record_is_named() -> None:
    tamper("UPDATE audit_records SET actor = 'nobody' WHERE number = 3")
    output = call("verify", DATABASE, "--checkpoints", "out", exit_code=1)
    assert output.startswith(f"{DATABASE}: tampered with\n")
    assert "changed record 3: not what was chained" in output


def test_a_cut_log_needs_its_checkpoints() -> None:
    tamper("DELETE FROM audit_records WHERE number > 4")
    assert "intact" in call("verify", DATABASE)
    output = call("verify", DATABASE, "--checkpoints", "out", exit_code=1)
    assert "cut records 5 to 6" in output


def test_json() -> None:
    tamper("UPDATE audit_records SET actor = 'nobody' WHERE number = 3")
    output = call("verify", DATABASE, "--checkpoints", "out", "--json", exit_code=1)
    verdict = json.loads(output)
    assert (verdict["database"], verdict["intact"], verdict["records"]) == (DATABASE, False, 6)
    assert verdict["faults"] == [{"kind": "changed", "first": 3, "last": 3, "note": ""}]


def test_a_key_of_ones_own() -> None:
    """Whoever can write to the folder can change the key there too."""
    (Path("out") / "checkpoints.pub").rename("printed.pub")
    call("verify", DATABASE, "--checkpoints", "out", "--key", "printed.pub")
    call("checkpoint", DATABASE, "other", "--key", "b.key")
    output = call(
        "verify", DATABASE, "--checkpoints", "out", "--key", "other/checkpoints.pub", exit_code=1
    )
    assert "checkpoint records 1 to 6" in output
    assert isinstance(run("verify", DATABASE, "--key", "printed.pub").exception, ArgumentError)


@pytest.mark.parametrize(
    "arguments",
    [
        ("verify", "nothing.sqlite"),
        ("verify", "text"),
        ("verify", DATABASE, "--checkpoints", "nothing"),
        ("verify", DATABASE, "--checkpoints", "out", "--key", "text"),
        ("show", "nothing.sqlite"),
        ("checkpoint", "nothing.sqlite", "out", "--key", "a.key"),
    ],
)
def test_what_cannot_be_opened(arguments: tuple[str, ...]) -> None:
    Path("text").write_text("a diary, " * 1000)
    assert isinstance(run(*arguments).exception, InputError)
    assert not Path("nothing.sqlite").exists()


def test_show() -> None:
    erase()
    lines = call("show", DATABASE, "--payloads").splitlines()
    assert len(lines) == 7
    assert lines[0] == "1  2027-01-15 08:00:00 UTC  log-started  clearway 0.1.0  rome"
    assert lines[5].endswith("alarm-dismissed  Petra  A1  (payload erased by record 7)")
    assert lines[6].endswith('{"reason":"kept long enough"}')
    assert "kept long enough" not in call("show", DATABASE)
    some = call("show", DATABASE, "--first", "2", "--last", "6", "--kind", "alarm-seen")
    assert [line.split()[-1] for line in some.splitlines()] == ["A0", "A1", "A2", "A3"]


def test_show_as_json() -> None:
    output = call("show", DATABASE, "--json", "--payloads", "--first", "5")
    seen, dismissed = map(json.loads, output.splitlines())
    assert (seen["number"], seen["actor"], seen["payload"]) == (5, "Petra", None)
    assert dismissed["payload"] == {"reason": "harmless object"}
    assert len(dismissed["hash"]) == 64


@pytest.mark.parametrize(
    "value", ["CAST(x'1b5b324aff' AS TEXT)", "'" + 9 * "\x1b[2J" + "'"], ids=["bytes", "escapes"]
)
def test_show_keeps_the_terminal_whole(value: str) -> None:
    tamper(f"UPDATE audit_records SET actor = {value} WHERE number = 3")  # noqa: S608 - our own
    tamper("UPDATE audit_records SET time_ns = 1 << 62 WHERE number = 3")
    assert "\x1b" not in call("show", DATABASE)
    assert "\x1b" not in call("show", DATABASE, "--json")
    assert "changed record 3" in call("verify", DATABASE, exit_code=1)
