"""One database for what must survive: a file of SQLite, or a PostgreSQL server.

Both keep the same promises, and the same tests hold them to these: what a transaction wrote is on
the disk when it ends, or none of it is; writers come one after the other, also those of other
processes; a reader sees one moment.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import (
    URL,
    BigInteger,
    Connection,
    Engine,
    Integer,
    MetaData,
    QueuePool,
    Table,
    create_engine,
)
from sqlalchemy.engine import make_url
from sqlalchemy.exc import (
    ArgumentError as UnreadableURL,
)
from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    IntegrityError,
    NotSupportedError,
    ProgrammingError,
)

from clearway.errors import ArgumentError, Fault, InputError, MissingExtraError, OutputError
from clearway.store.atomic import refusal, sync_folder

__all__ = ["INT64", "METADATA", "Database", "open_database"]

METADATA = MetaData()
"""The tables of all packages; each defines its own."""

INT64 = BigInteger().with_variant(Integer, "sqlite")
"""An integer of 64 bits; SQLite's strict tables know one kind only, which has them."""

_PATIENCE_S = 5.0
_CONNECT_S = 5
_STATEMENT_S = 30
_SILENT_S = 10
_PRIVATE = 0o600
_PRIVATE_FOLDER = 0o700

# In WAL mode a commit is one write and one fsync of the log; FULL is what asks for the fsync.
# Deleted content is overwritten, so that a destroyed key is not found in a free page.
_PRAGMAS = ("synchronous = FULL", "foreign_keys = ON", "secure_delete = ON", "trusted_schema = OFF")

_WRITERS_LOCK = 0x436C656172776179
"""Any number will do, as long as all writers name the same."""
# The lock comes first: what is read after it is still so when the transaction ends.
_TO_WRITE = {
    "sqlite": ("PRAGMA query_only = OFF", "BEGIN IMMEDIATE"),
    "postgresql": (f"SELECT pg_advisory_xact_lock({_WRITERS_LOCK})",),
}
_TO_READ = {
    "sqlite": ("PRAGMA query_only = ON", "BEGIN"),
    "postgresql": ("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY",),
}

_FULL = "free some space; nothing was changed, and what was kept before is safe"
_BUSY = "try again; another process has been writing for a long time"
_REMEDIES = {
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_IOERR: f"check the disk, or {_FULL}",
    sqlite3.SQLITE_BUSY: _BUSY,
    sqlite3.SQLITE_READONLY: "name a place in which you may write",
    sqlite3.SQLITE_CANTOPEN: "name a place in which you may read and write",
    sqlite3.SQLITE_NOTADB: "name a database of Clearway",
    sqlite3.SQLITE_CORRUPT: "move the damaged file away and put a backup in its place",
    "53100": _FULL,
    "55P03": _BUSY,
    "28P01": "mend the user or password in the address",
    "3D000": "create the database first, or mend the address",
}
_OTHER_REMEDY = "check that the database is one of Clearway, and that its server runs"

# These say that the statement is wrong, not that the database refuses.
_DEFECTS = (IntegrityError, ProgrammingError, DataError, NotSupportedError)


class Database:
    """An open database; `open_database` makes one.

    It may be used from several threads.

    Parameters
    ----------
    engine : Engine
        Leaves transactions to this class: its connections open none by themselves.
    name : str
        For messages; without a password.
    """

    def __init__(self, engine: Engine, name: str) -> None:
        self._engine = engine
        self._kind = engine.dialect.name
        self.name = name

    def __str__(self) -> str:
        return self.name

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """One transaction that writes; on the disk when the block ends, undone if it raises.

        Raises
        ------
        OutputError
            The disk is full, another writer does not end, or the database is gone.  Nothing was
            changed, and the next transaction may succeed.
        """
        try:
            with self._transaction(_TO_WRITE[self._kind]) as connection:
                yield connection
        except DBAPIError as error:
            if isinstance(error, _DEFECTS):
                raise
            problem, remedy = _told(error)
            raise OutputError(self.name, f"cannot be written: {problem}", remedy) from error

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One transaction that reads and sees one moment, whatever others write meanwhile.

        On SQLite, text that is no UTF-8 comes with surrogate escapes in place of an error, so that
        whoever checks the content can name the damaged row.

        Raises
        ------
        InputError
            The database is damaged or gone.
        """
        try:
            with self._transaction(_TO_READ[self._kind]) as connection:
                yield connection
        except DBAPIError as error:
            if isinstance(error, _DEFECTS):
                raise
            problem, remedy = _told(error)
            fault = Fault(f"cannot be read: {problem}", remedy)
            raise InputError(self.name, fault) from error

    def create(self, *tables: Table) -> None:
        """Make tables that are not there yet, with their indices and triggers.

        Raises
        ------
        OutputError
            The database refuses.
        """
        with self.begin() as connection:
            METADATA.create_all(connection, tables=tables)

    def clear_journal(self) -> bool:
        """Remove what deleted rows have left in SQLite's write-ahead log.

        Returns
        -------
        bool
            False where somebody reads, and it is to be called again; and on PostgreSQL, whose
            server removes deleted rows when it cleans up by itself.

        Raises
        ------
        OutputError
            The disk is full or gone.
        """
        if self._kind != "sqlite":
            return False
        try:
            with self._engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA query_only = OFF")
                busy, *_ = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
        except DBAPIError as error:
            problem, remedy = _told(error)
            raise OutputError(self.name, f"cannot be written: {problem}", remedy) from error
        return not busy

    def close(self) -> None:
        """Release the file or the server's connections."""
        self._engine.dispose()

    @contextmanager
    def _transaction(self, opening: tuple[str, ...]) -> Iterator[Connection]:
        with self._engine.begin() as connection:
            for statement in opening:
                connection.exec_driver_sql(statement)
            yield connection


def open_database(
    place: Path | str, *, read_only: bool = False, patience_s: float = _PATIENCE_S
) -> Database:
    """Open a database, and make it where it is a file that is not there yet.

    Parameters
    ----------
    place : Path or str
        A file of SQLite, or the address of a PostgreSQL database as libpq knows it:
        ``postgresql://user@host/name?sslmode=verify-full``.
    read_only : bool
        Nothing is made or changed; a file may lie where nobody may write.
    patience_s : float
        How long a writer waits for the one before it.

    Returns
    -------
    Database

    Raises
    ------
    ArgumentError
        The address is no such address.
    InputError
        It is to be read only and cannot be.
    OutputError
        The place cannot be written, or is no database.
    MissingExtraError
        PostgreSQL needs the extra ``[postgres]``.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     database = open_database(Path(folder, "site.sqlite"))
    ...     with database.begin() as connection:
    ...         connection.exec_driver_sql("SELECT 1").scalar()
    ...     database.close()
    1
    """
    if "://" in str(place):
        database = _on_server(str(place), patience_s)
    elif read_only:
        database = _existing_file(Path(place), patience_s)
    else:
        database = _file(Path(place), patience_s)
    try:
        with database.read() as connection:
            connection.exec_driver_sql("SELECT 1")
    except BaseException:
        database.close()
        raise
    return database


def _file(path: Path, patience_s: float) -> Database:
    try:
        path.parent.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
        if not path.exists():
            path.touch(_PRIVATE)  # SQLite gives its journal the same rights
            sync_folder(path.parent)
        if not path.is_file():
            raise OutputError(path, "is no file", "name a file")
    except FileExistsError:
        problem = "cannot be written (a part of the path is a file)"
        raise OutputError(path, problem, "choose another folder") from None
    except OSError as error:
        raise refusal(path, error) from None
    database = Database(_engine(partial(_connected, path, "mode=rw", patience_s)), str(path))
    try:
        with database._engine.connect() as connection:  # noqa: SLF001 - outside of a transaction
            mode = connection.exec_driver_sql("PRAGMA journal_mode = WAL").scalar()
    except DBAPIError as error:
        database.close()
        problem, remedy = _told(error)
        raise OutputError(path, f"cannot be used as a database: {problem}", remedy) from error
    if mode != "wal":
        database.close()
        raise OutputError(path, "lies where SQLite cannot keep its log", "name a local disk")
    return database


def _existing_file(path: Path, patience_s: float) -> Database:
    if not path.is_file():
        raise InputError(path, Fault("there is no such file", "mend the path"))
    # Beside a file that nobody may write SQLite cannot make the index of its log.
    alone = not os.access(path.parent, os.W_OK) and not Path(f"{path}-wal").exists()
    mode = "mode=ro&immutable=1" if alone else "mode=ro"
    return Database(_engine(partial(_connected, path, mode, patience_s)), str(path))


def _engine(connect: Callable[[], sqlite3.Connection]) -> Engine:
    return create_engine("sqlite://", creator=connect, poolclass=QueuePool)


def _connected(path: Path, mode: str, patience_s: float) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"file:{quote(str(path))}?{mode}",
        uri=True,
        timeout=patience_s,
        isolation_level=None,
        check_same_thread=False,  # the pool lends a connection to one thread at a time
    )
    connection.text_factory = partial(str, encoding="utf-8", errors="surrogateescape")
    try:
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
    except BaseException:
        connection.close()
        raise
    return connection


def _on_server(address: str, patience_s: float) -> Database:
    url = _server_url(address)
    settings = {
        "connect_timeout": _CONNECT_S,
        # A server may be set to answer before the disk has it.
        "options": f"-c synchronous_commit=on -c lock_timeout={round(1000 * patience_s)}"
        f" -c statement_timeout={1000 * _STATEMENT_S}",
        # A network that is gone says nothing; without these nobody would know for two hours.
        "keepalives_idle": _SILENT_S,
        "keepalives_interval": 2,
        "keepalives_count": 3,
        "tcp_user_timeout": 1000 * _SILENT_S,
    }
    try:
        engine = create_engine(url, connect_args=settings, pool_pre_ping=True)
    except ImportError as error:
        remedy = 'pip install "clearway[postgres]"'
        raise MissingExtraError("a PostgreSQL database (psycopg)", remedy) from error
    host = url.host or url.query.get("host") or "this machine"
    return Database(engine, f"PostgreSQL database {url.database} on {host}")


def _server_url(address: str) -> URL:
    remedy = "name a file, or postgresql://USER@HOST/NAME"
    try:
        url = make_url(address)
    except (UnreadableURL, ValueError):
        # It may hold a password, so it is not repeated.
        raise ArgumentError("database", "the address cannot be read", remedy) from None
    if url.get_backend_name() not in {"postgresql", "postgres"}:
        problem = f"{url.get_backend_name()} is no kind of database that is known here"
        raise ArgumentError("database", problem, remedy)
    return url.set(drivername="postgresql+psycopg")


def _told(error: DBAPIError) -> tuple[str, str]:
    """What went wrong and what to do, in words for a user."""
    cause = error.orig
    code = getattr(cause, "sqlstate", None)
    if isinstance(cause, sqlite3.Error):
        # The low byte is the kind, the rest says more than a user needs.
        code = getattr(cause, "sqlite_errorcode", 0) & 0xFF
    problem = str(cause).strip().partition("\n")[0]
    return problem, _REMEDIES.get(code or 0, _OTHER_REMEDY)
