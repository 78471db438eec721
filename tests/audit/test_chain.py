"""A log in its database: what is added, read, erased, and what its owner may do to it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import delete, insert, select
from sqlalchemy.exc import IntegrityError

from clearway.audit import AuditLog, AuditReader, FaultKind, verify
from clearway.audit.record import ERASED, STARTED
from clearway.audit.tables import KEYS, PAYLOADS
from clearway.errors import ArgumentError, InputError
from clearway.store.database import Database, open_database
from tests.audit.logs import SITE, START_NS
from tests.support.databases import Place

REASON = {"reason": "harmless object", "text": "an umbrella"}


def fill(log: AuditLog, count: int) -> None:
    for number in range(count):
        payload = REASON if number % 2 else None
        log.append("alarm-dismissed", "Petra", f"A{number}", payload, time_ns=START_NS + number)


def faults(log: AuditReader) -> list[tuple[FaultKind, int, int]]:
    return [(fault.kind, fault.first, fault.last) for fault in verify(log.stored()).faults]


def test_the_first_record_says_which_log_it_is(log: AuditLog) -> None:
    assert log.head() is None
    assert log.site_id is None
    record = log.append("alarm-seen", "Petra", "A1", time_ns=START_NS)
    start, same = log.records()
    assert (start.number, start.kind, start.actor, start.subject, start.time_ns) == (
        1,
        STARTED,
        "clearway 0.1.0",
        SITE,
        START_NS,
    )
    assert same == record
    assert (record.number, record.digest, record.payload_id) == (2, None, None)
    assert log.site_id == SITE


def test_records_are_read_as_they_were_added(log: AuditLog) -> None:
    fill(log, 7)
    log.append("drill-started", "Ana", "site", time_ns=0)
    assert [record.number for record in log.records()] == [*range(1, 10)]
    assert [record.number for record in log.records(3, 5)] == [3, 4, 5]
    assert [record.number for record in log.records(2, kind="drill-started")] == [9]
    assert faults(log) == []
    head = log.head()
    assert head is not None
    assert verify(log.stored()).hash == head.hash.hex()


def test_a_log_goes_on_where_it_ended(log: AuditLog, database: Database) -> None:
    fill(log, 3)
    again = AuditLog(database, SITE, "0.2.0")
    fill(again, 3)
    assert again.append("alarm-seen", "Petra", "A1", time_ns=0).number == 8
    assert faults(log) == []
    with pytest.raises(InputError, match="the audit log of the site rome"):
        AuditLog(database, "milan", "0.1.0")


def test_a_record_belongs_to_what_it_is_about(log: AuditLog, database: Database) -> None:
    """One transaction for the deed and its record: both, or neither."""
    fill(log, 1)

    def act(*, fails: bool) -> None:
        with database.begin() as connection:
            log.add(connection, "user-disabled", "Ana", "Petra", REASON, time_ns=0)
            log.add(connection, "session-ended", "Ana", "Petra", time_ns=0)
            if fails:
                raise ValueError("no such user")

    with pytest.raises(ValueError, match="no such user"):
        act(fails=True)
    assert [record.number for record in log.records()] == [1, 2]
    act(fails=False)
    assert [record.number for record in log.records()] == [1, 2, 3, 4]
    assert faults(log) == []


@pytest.mark.parametrize(
    "text", ["", "Žika", "a\0b", "\ud800", "\x1b[2J", "x" * 10_000, "🙂", "\\"]
)
def test_whatever_somebody_typed_is_logged(log: AuditLog, text: str) -> None:
    record = log.append("login-failed", text, text, time_ns=0)
    assert record.actor.isprintable()
    assert len(record.actor) <= 500
    *_, read = log.records()
    assert read == record
    assert faults(log) == []


def test_a_payload_lies_encrypted_beside_the_chain(tmp_path: Path) -> None:
    with closing(open_database(tmp_path / "site.sqlite")) as database:
        log = AuditLog(database, SITE, "0.1.0")
        log.append("alarm-dismissed", "Petra", "A1", REASON, time_ns=0)
        *_, row = log.stored()
        assert row.payload == b'{"reason":"harmless object","text":"an umbrella"}'
        assert b"umbrella" not in _all_bytes(tmp_path)


def test_equal_payloads_do_not_look_alike(log: AuditLog) -> None:
    """Else the digest of a payload of few possible values would give it away."""
    fill(log, 4)
    digests = [record.digest for record in log.records() if record.digest is not None]
    assert len(set(digests)) == len(digests) == 2


def test_an_erased_payload_is_gone_and_the_chain_holds(tmp_path: Path) -> None:
    with closing(open_database(tmp_path / "site.sqlite")) as database:
        log = AuditLog(database, SITE, "0.1.0")
        fill(log, 4)
        row = next(log.stored(3, 3))
        assert row.record is not None
        assert row.record.payload_id is not None
        assert row.key is not None
        assert row.content is not None
        assert row.key in _all_bytes(tmp_path)
        log.erase(row.record.payload_id, "Ana", "kept long enough", time_ns=5)
        assert row.key not in _all_bytes(tmp_path)
        assert row.content not in _all_bytes(tmp_path)


def _all_bytes(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir())


def test_an_erasure_is_on_the_record(log: AuditLog) -> None:
    fill(log, 4)
    payload_id = next(log.records(3, 3)).payload_id or ""
    erasure = log.erase(payload_id, "Ana", "kept long enough", time_ns=9)
    assert (erasure.number, erasure.kind, erasure.actor) == (6, ERASED, "Ana")
    assert erasure.subject == payload_id
    verdict = verify(log.stored())
    assert verdict.intact
    assert (verdict.payloads, verdict.erased) == (2, 1)
    assert [(one.record, one.erased_by) for one in verdict.erasures] == [(3, 6)]
    assert [row.payload for row in log.stored(3, 3)] == [None]
    assert [row.payload for row in log.stored(6, 6)] == [b'{"reason":"kept long enough"}']
    for nothing in (payload_id, "f" * 32):
        with pytest.raises(ArgumentError, match="is not there"):
            log.erase(nothing, "Ana", "again", time_ns=9)
    assert log.append("alarm-seen", "Petra", "A1", time_ns=10).number == 7


@pytest.mark.parametrize("table", [KEYS, PAYLOADS], ids=str)
def test_a_payload_that_vanishes_silently(log: AuditLog, database: Database, table: object) -> None:
    fill(log, 4)
    with database.begin() as connection:
        connection.execute(delete(table))  # type: ignore[arg-type]
    assert faults(log) == [(FaultKind.PAYLOAD_LOST, number, number) for number in (3, 5)]


def test_an_erased_payload_that_comes_back(log: AuditLog, database: Database) -> None:
    """From a backup, say."""
    fill(log, 4)
    payload_id = next(log.records(3, 3)).payload_id or ""
    with database.read() as connection:
        kept = [
            (table, connection.execute(select(table)).mappings().first())
            for table in (KEYS, PAYLOADS)
        ]
    log.erase(payload_id, "Ana", "kept long enough", time_ns=9)
    with database.begin() as connection:
        for table, row in kept:
            connection.execute(insert(table).values(dict(row or {})))
    assert faults(log) == [(FaultKind.PAYLOAD_KEPT, 3, 3)]


def test_a_payload_under_another_record(log: AuditLog, database: Database) -> None:
    fill(log, 4)
    with database.begin() as connection:
        rows = connection.execute(select(PAYLOADS)).all()
        for row, other in zip(rows, reversed(rows), strict=True):
            connection.execute(
                PAYLOADS.update()
                .where(PAYLOADS.c.payload_id == row.payload_id)
                .values(content=other.content)
            )
    assert {fault[:2] for fault in faults(log)} == {
        (FaultKind.PAYLOAD_CHANGED, 3),
        (FaultKind.PAYLOAD_CHANGED, 5),
    }


_ROW = "SELECT {}, time_ns, kind, actor, subject, digest, payload_id, hash FROM audit_records"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_records SET actor = 'nobody' WHERE number = 2",
        "DELETE FROM audit_records WHERE number = 2",
        "DELETE FROM audit_records",
        f"INSERT INTO audit_records {_ROW.format(99)} WHERE number = 2",
        None,
    ],
)
def test_the_database_itself_refuses_a_change(
    log: AuditLog, database: Database, place: Place, statement: str | None
) -> None:
    if statement is None:
        replace = f"INSERT OR REPLACE INTO audit_records {_ROW.format(2)} WHERE number = 2"
        statement = replace if isinstance(place, Path) else "TRUNCATE audit_records"
    fill(log, 2)
    before = [*log.stored()]
    with (
        pytest.raises(IntegrityError, match=r"a record of the audit log is (never|only)"),
        database.begin() as connection,
    ):
        connection.exec_driver_sql(statement)
    assert [*log.stored()] == before


def without_guards(path: Path, table: str, change: str) -> None:
    """Change a table after its types, keys and triggers were taken away."""
    with closing(sqlite3.connect(path)) as owner:
        for statement in (
            f"CREATE TABLE other AS SELECT * FROM {table}",  # noqa: S608 - a test's own names
            f"DROP TABLE {table}",
            f"ALTER TABLE other RENAME TO {table}",
            f"UPDATE {table} {change}",
        ):
            owner.execute(statement)
        owner.commit()


@pytest.mark.parametrize(
    "change",
    [
        "SET number = 'seven' WHERE number = 3",
        "SET number = 3.5 WHERE number = 3",
        "SET time_ns = time_ns + 0.5 WHERE number = 3",
        "SET kind = CAST(kind AS BLOB) WHERE number = 3",
        "SET actor = CAST(x'5065747261ff' AS TEXT) WHERE number = 3",
        "SET subject = NULL WHERE number = 3",
        "SET digest = 7 WHERE number = 3",
        "SET hash = 12 WHERE number = 3",
        "SET hash = 'no digits' WHERE number = 3",
    ],
)
def test_an_owner_who_drops_every_guard(tmp_path: Path, change: str) -> None:
    """Any type in any column: the record is named, whatever was put in its place."""
    path = tmp_path / "site.sqlite"
    with closing(open_database(path)) as database:
        fill(AuditLog(database, SITE, "0.1.0"), 6)
    without_guards(path, "audit_records", change)
    with closing(open_database(path, read_only=True)) as database:
        found = faults(AuditReader(database))
    assert 3 in {record for _, first, last in found for record in range(first, last + 1)}


@pytest.mark.parametrize(("table", "column"), [("payloads", "content"), ("keys", "key")])
def test_a_payload_of_another_type(tmp_path: Path, table: str, column: str) -> None:
    path = tmp_path / "site.sqlite"
    with closing(open_database(path)) as database:
        fill(AuditLog(database, SITE, "0.1.0"), 2)
    without_guards(path, f"audit_{table}", f"SET {column} = 'text'")
    with closing(open_database(path, read_only=True)) as database:
        assert faults(AuditReader(database)) == [(FaultKind.PAYLOAD_LOST, 3, 3)]


def test_a_damaged_file_is_an_error_not_a_verdict(tmp_path: Path) -> None:
    path = tmp_path / "site.sqlite"
    with closing(open_database(path)) as database:
        fill(AuditLog(database, SITE, "0.1.0"), 200)
    content = bytearray(path.read_bytes())
    for start in range(8 * 4096, len(content), 4096):
        content[start : start + 200] = bytes(200)
    path.write_bytes(content)
    with (
        closing(open_database(path, read_only=True)) as database,
        pytest.raises(InputError, match="cannot be read"),
    ):
        verify(AuditReader(database).stored())


def test_a_database_of_something_else(tmp_path: Path) -> None:
    path = tmp_path / "site.sqlite"
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE flowers (name TEXT)")
    with (
        closing(open_database(path, read_only=True)) as database,
        pytest.raises(InputError, match="it holds no audit log"),
    ):
        AuditReader(database)


def test_the_how_to_checks_a_log_without_clearway(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with closing(open_database("copy.sqlite")) as database:
        log = AuditLog(database, "Žika's station", "0.1.0")
        fill(log, 6)
    page = (Path(__file__).parents[2] / "docs/how-to/audit.md").read_text(encoding="utf-8")
    code = page.partition("```python\n")[2].partition("```")[0]
    found: dict[str, object] = {}
    exec(code, found)  # noqa: S102 - our own page
    assert found["previous"] == _last_hash("copy.sqlite")
    without_guards(Path("copy.sqlite"), "audit_records", "SET actor = 'nobody' WHERE number = 3")
    with pytest.raises(AssertionError, match="3"):
        exec(code, {})  # noqa: S102


def _last_hash(path: str) -> bytes | None:
    with closing(open_database(path, read_only=True)) as database:
        head = AuditReader(database).head()
        return None if head is None else head.hash
