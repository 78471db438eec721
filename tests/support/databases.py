"""Places for a database: a new file of SQLite, or a new database of a PostgreSQL of our own."""

from __future__ import annotations

import atexit
import functools
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from itertools import count
from pathlib import Path
from urllib.parse import quote

import pytest

from clearway.store.database import Database, open_database

__all__ = ["database", "place"]

Place = Path | str

_NUMBERS = count(1)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """Where a test may have a database."""
    if request.param == "sqlite":
        return tmp_path / "site.sqlite"
    sockets = _postgresql()
    name = f"test_{next(_NUMBERS)}"
    import psycopg

    with psycopg.connect(host=str(sockets), user=_USER, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    return f"postgresql://{_USER}@/{name}?host={quote(str(sockets))}"


@pytest.fixture
def database(place: Place) -> Iterator[Database]:
    """A new database."""
    with closing(open_database(place)) as opened:
        yield opened


_USER = "postgres"


@functools.cache
def _postgresql() -> Path:
    """Run Debian's server without a port until the tests end; the folder of its socket."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        pytest.skip("no PostgreSQL (Debian: apt-get install postgresql)")
    pytest.importorskip("psycopg", reason="no psycopg (the extra [postgres])")
    programs = found[-1].parent
    folder = Path(tempfile.mkdtemp(prefix="clearway-postgresql-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    # The server refuses to run as root.
    account = _USER if os.getuid() == 0 else None
    if account is not None:
        shutil.chown(folder, account, account)
    data = folder / "data"
    subprocess.run(
        [programs / "initdb", "-D", data, "-U", _USER, "-A", "trust", "-E", "UTF8", "--no-sync"],
        user=account,
        group=account,
        stdout=subprocess.DEVNULL,
        check=True,
        cwd=folder,
    )
    server = subprocess.Popen(
        [programs / "postgres", "-D", data, "-k", folder, "-c", "listen_addresses=", "-F"],
        user=account,
        group=account,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=folder,
    )
    atexit.register(_stop, server)
    while not (folder / ".s.PGSQL.5432").exists() or not _answers(folder):
        assert server.poll() is None, "PostgreSQL did not start"
        time.sleep(0.05)
    return folder


def _answers(sockets: Path) -> bool:
    import psycopg

    try:
        psycopg.connect(host=str(sockets), user=_USER).close()
    except psycopg.OperationalError:
        return False
    return True


def _stop(server: subprocess.Popen[bytes]) -> None:
    server.terminate()
    server.wait()
