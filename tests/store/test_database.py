"""The promises of a database, on SQLite and on PostgreSQL."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Column, Integer, LargeBinary, MetaData, Table, Text, func, insert, select
from sqlalchemy.exc import DBAPIError, IntegrityError

from clearway.errors import ArgumentError, InputError, MissingExtraError, OutputError
from clearway.store import database as module
from clearway.store.database import Database, open_database
from tests.support.databases import Place, database, place

__all__ = ["database", "place"]

TABLES = MetaData()
NOTES = Table(
    "notes",
    TABLES,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("text", Text, nullable=False, default=""),
    Column("content", LargeBinary),
)


@pytest.fixture(autouse=True)
def _tables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "METADATA", TABLES)


@pytest.fixture
def notes(database: Database) -> Database:
    database.create(NOTES)
    return database


def note(opened: Database, number: int, **values: object) -> None:
    with opened.begin() as connection:
        connection.execute(insert(NOTES).values(number=number, **values))


def numbers(opened: Database) -> list[int]:
    with opened.read() as connection:
        return [*connection.execute(select(NOTES.c.number).order_by(NOTES.c.number)).scalars()]


def test_what_was_written_is_there_for_others(notes: Database, place: Place) -> None:
    note(notes, 1)
    with closing(open_database(place)) as another:
        another.create(NOTES)
        note(another, 2)
    with closing(open_database(place, read_only=True)) as reader:
        assert numbers(reader) == [1, 2]
    assert numbers(notes) == [1, 2]


def add(opened: Database, *notes: int) -> None:
    """All in one transaction."""
    with opened.begin() as connection:
        for number in notes:
            connection.execute(insert(NOTES).values(number=number))
            if number < 0:
                raise ValueError("enough")


def test_all_of_a_transaction_or_nothing(notes: Database) -> None:
    add(notes, 1)
    with pytest.raises(ValueError, match="enough"):
        add(notes, 2, -1)
    # Not the database's refusal: a defect of whoever wrote the statement.
    with pytest.raises(IntegrityError):
        add(notes, 3, 1)
    assert numbers(notes) == [1]


def test_a_reader_sees_one_moment(notes: Database) -> None:
    note(notes, 1)
    with notes.read() as connection:
        before = connection.execute(select(NOTES.c.number)).all()
        note(notes, 2)
        assert connection.execute(select(NOTES.c.number)).all() == before == [(1,)]
    assert numbers(notes) == [1, 2]


def test_a_reader_does_not_write(notes: Database) -> None:
    with notes.read() as connection, pytest.raises(DBAPIError, match=r"read-?only"):
        connection.execute(insert(NOTES).values(number=1))
    note(notes, 2)
    assert numbers(notes) == [2]


def test_writers_come_one_after_the_other(notes: Database) -> None:
    """Each reads the highest number and adds the next; no two may read the same."""

    def count() -> None:
        for _ in range(10):
            with notes.begin() as connection:
                highest = connection.execute(select(func.max(NOTES.c.number))).scalar() or 0
                connection.execute(insert(NOTES).values(number=highest + 1))

    writers = [threading.Thread(target=count) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert numbers(notes) == [*range(1, 41)]


def test_a_writer_that_does_not_end(notes: Database, place: Place) -> None:
    with closing(open_database(place, patience_s=0.05)) as impatient:
        with notes.begin(), pytest.raises(OutputError, match="try again"):
            note(impatient, 1)
        note(impatient, 1)
    assert numbers(notes) == [1]


def test_a_full_disk_loses_nothing_and_then_goes_on(notes: Database) -> None:
    note(notes, 1)
    with pytest.raises(OutputError, match=r"free some space.*what was kept before is safe"):
        _fill(notes)
    assert numbers(notes) == [1]
    note(notes, 2)
    assert numbers(notes) == [1, 2]


def _fill(opened: Database) -> None:
    with opened.begin() as connection:
        connection.execute(insert(NOTES).values(number=2))
        if connection.dialect.name == "sqlite":
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
            try:
                connection.execute(insert(NOTES).values(number=3, content=bytes(100_000)))
            finally:
                connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
        else:
            connection.exec_driver_sql("DO $$ BEGIN RAISE disk_full; END $$")


def test_a_disk_that_is_really_full(tmp_path: Path) -> None:
    """A file system of its own would need rights; a limit on the file's size refuses as well."""
    script = """
import resource, sys
from pathlib import Path
from sqlalchemy import Column, Integer, Table, Text, insert
from clearway.errors import OutputError
from clearway.store.database import METADATA, open_database

notes = Table("notes", METADATA, Column("number", Integer, primary_key=True), Column("text", Text))
opened = open_database(Path(sys.argv[1]))
opened.create(notes)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))

def add(number):
    with opened.begin() as connection:
        connection.execute(insert(notes).values(number=number, text="x" * 1000))

number = 1
try:
    while True:
        add(number)
        print(number)
        number += 1
except OutputError as error:
    assert "free some space" in str(error), error
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
add(number)
print(number)
"""
    path = tmp_path / "site.sqlite"
    done = subprocess.run(
        [sys.executable, "-c", script, path], capture_output=True, text=True, check=True
    )
    acknowledged = [int(line) for line in done.stdout.split()]
    assert len(acknowledged) > 5
    with closing(open_database(path, read_only=True)) as reader:
        assert numbers(reader) == acknowledged


def test_deleted_content_is_gone_from_the_files(tmp_path: Path) -> None:
    secret = os.urandom(40)
    path = tmp_path / "site.sqlite"
    with closing(open_database(path, patience_s=0.05)) as opened:
        opened.create(NOTES)
        note(opened, 1, content=secret)
        with opened.begin() as connection:
            connection.execute(NOTES.delete())
        assert secret in _all_bytes(tmp_path)
        with opened.read() as connection:
            connection.execute(select(NOTES.c.number)).all()
            note(opened, 2)
            assert not opened.clear_journal()
        assert opened.clear_journal()
        assert secret not in _all_bytes(tmp_path)


def _all_bytes(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir())


def test_a_journal_that_is_the_servers_own(database: Database, place: Place) -> None:
    assert database.clear_journal() == isinstance(place, Path)


def test_others_cannot_read_it(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "site.sqlite"
    with closing(open_database(path)) as opened:
        opened.create(NOTES)
        assert len([*path.parent.iterdir()]) == 3
        for made in (path.parent, *path.parent.iterdir()):
            assert made.stat().st_mode & 0o077 == 0


def test_text_that_is_no_text_does_not_hide_its_row(tmp_path: Path) -> None:
    path = tmp_path / "site.sqlite"
    with closing(open_database(path)) as opened:
        opened.create(NOTES)
        with opened.begin() as connection:
            connection.exec_driver_sql("INSERT INTO notes VALUES (1, CAST(x'41ff' AS TEXT), NULL)")
        with opened.read() as connection:
            assert connection.execute(select(NOTES.c.text)).scalar() == "A\udcff"


@pytest.mark.parametrize("writable", [True, False])
def test_reading_changes_nothing(
    tmp_path: Path, writable: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "site.sqlite"
    with closing(open_database(path)) as opened:
        opened.create(NOTES)
        note(opened, 1)
    before = path.read_bytes()
    # A test may run as root, who may write everywhere.
    monkeypatch.setattr(os, "access", lambda *_: writable)
    with closing(open_database(path, read_only=True)) as reader:
        assert numbers(reader) == [1]
        with pytest.raises(OutputError, match="readonly"):
            note(reader, 2)
    assert path.read_bytes() == before
    assert writable or [*tmp_path.iterdir()] == [path]


def test_what_is_no_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "site.sqlite"
    path.write_text("a diary, " * 1000)
    with pytest.raises(OutputError, match="name a database of Clearway"):
        open_database(path)
    with pytest.raises(InputError, match="name a database of Clearway"):
        open_database(path, read_only=True)
    assert path.read_text() == "a diary, " * 1000


def test_a_damaged_page_is_told(tmp_path: Path) -> None:
    path = tmp_path / "site.sqlite"
    with closing(open_database(path)) as opened:
        opened.create(NOTES)
        note(opened, 1, content=bytes(10_000))
    content = bytearray(path.read_bytes())
    content[4096:] = bytes(len(content) - 4096)
    path.write_bytes(content)
    with (
        closing(open_database(path, read_only=True)) as reader,
        pytest.raises(InputError, match="put a backup in its place"),
    ):
        numbers(reader)


@pytest.mark.parametrize("name", ["", "file/site.sqlite"])
def test_places_that_cannot_be(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match=r"name a file|choose another folder"):
        open_database(tmp_path / name)
    with pytest.raises(InputError, match="there is no such file"):
        open_database(tmp_path / name, read_only=True)


def test_a_file_system_without_shared_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connected = module._connected

    def without(*arguments: object) -> sqlite3.Connection:
        connected(*arguments).close()  # type: ignore[arg-type]
        return sqlite3.connect(":memory:", isolation_level=None)

    monkeypatch.setattr(module, "_connected", without)
    with pytest.raises(OutputError, match="name a local disk"):
        open_database(tmp_path / "site.sqlite")


@pytest.mark.parametrize("address", ["mysql://root:hidden@host/x", "postgresql://a:hidden@b:c/d"])
def test_addresses_that_are_none(address: str) -> None:
    with pytest.raises(ArgumentError, match="postgresql://USER@HOST/NAME") as caught:
        open_database(address)
    assert "hidden" not in str(caught.value)


def test_the_driver_is_an_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(MissingExtraError, match=r"clearway\[postgres\]"):
        open_database("postgresql://host/name")


@pytest.mark.postgresql
def test_a_server_that_does_not_answer(tmp_path: Path) -> None:
    pytest.importorskip("psycopg", reason="no psycopg (the extra [postgres])")
    address = f"postgresql://me:hidden@/name?host={tmp_path}"
    with pytest.raises(InputError, match="its server runs") as caught:
        open_database(address)
    assert f"PostgreSQL database name on {tmp_path}" in str(caught.value)
    assert "hidden" not in str(caught.value)
