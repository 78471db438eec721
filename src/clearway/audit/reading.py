"""Reading the audit log as it is found in its database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, Select, func, inspect, select, type_coerce
from sqlalchemy.types import NullType

from clearway.audit.record import ERASED, AuditRecord, chained
from clearway.audit.tables import KEYS, PAYLOADS, RECORDS
from clearway.audit.vault import unseal
from clearway.errors import Fault, InputError
from clearway.store.database import Database

__all__ = ["AuditReader", "StoredRecord", "head_of"]

_AT_A_TIME = 1000
"""Rows in memory while the log is read."""

_NAMES = AuditRecord.__struct_fields__
_FIELDS = [RECORDS.c[name] for name in _NAMES]


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """A row of the log as it is found, which need not be as it was written."""

    number: int
    """Where it stands; -1 where that is no number."""
    record: AuditRecord | None
    """None where a field is not of its type."""
    hash: bytes
    """What the row gives as its hash; empty where that is none."""
    content: bytes | None = None
    """Its payload, encrypted."""
    key: bytes | None = None
    """Of its payload."""
    erased_by: int | None = None
    """The later record by which its payload was erased."""

    def hash_after(self, previous: bytes, number: int) -> bytes | None:
        """Its hash, if it were the record of that number; None where it is no record.

        Parameters
        ----------
        previous : bytes
            Hash of the record before.
        number : int
            In place of its own.
        """
        record = self.record
        if record is None:
            return None
        if record.number != number:
            record = msgspec.structs.replace(record, number=number)
        try:
            return chained(previous, record)
        except UnicodeEncodeError:
            return None

    @property
    def payload(self) -> bytes | None:
        """Its payload as JSON; None where it has none, or it was erased or damaged."""
        record = self.record
        if record is None or record.payload_id is None or record.digest is None:
            return None
        if self.content is None or self.key is None:
            return None
        return unseal(self.content, self.key, record.payload_id, record.digest)


class AuditReader:
    """An audit log to be read.

    Parameters
    ----------
    database : Database
        May be open to be read only.

    Raises
    ------
    InputError
        It holds no audit log, or cannot be read.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        with database.read() as connection:
            found = inspect(connection).get_table_names()
        if not {RECORDS.name, PAYLOADS.name, KEYS.name} <= set(found):
            fault = Fault("it holds no audit log", "name the database of a site's service")
            raise InputError(database.name, fault)

    @property
    def name(self) -> str:
        """Of the database, for messages."""
        return self._database.name

    def head(self) -> StoredRecord | None:
        """The last record; None where there is none.

        Raises
        ------
        InputError
            The database cannot be read.
        """
        with self._database.read() as connection:
            return head_of(connection)

    def stored(
        self, first: int = 1, last: int | None = None, *, kind: str | None = None
    ) -> Iterator[StoredRecord]:
        """Rows in the order of their numbers, as they are found, with their payloads.

        Parameters
        ----------
        first, last : int
            Numbers from and to which, both included; without `last`, to the end.
        kind : str, optional
            Only records of this kind.

        Yields
        ------
        StoredRecord
            A thousand at most are in memory.

        Raises
        ------
        InputError
            The database is damaged.
        """
        query = _stored_rows().where(RECORDS.c.number >= first)
        if last is not None:
            query = query.where(RECORDS.c.number <= last)
        if kind is not None:
            query = query.where(RECORDS.c.kind == kind)
        with (
            self._database.read() as connection,
            connection.execution_options(yield_per=_AT_A_TIME).execute(query) as rows,
        ):
            yield from map(_as_found, rows)

    def records(
        self, first: int = 1, last: int | None = None, *, kind: str | None = None
    ) -> Iterator[AuditRecord]:
        """Records in the order of their numbers; parameters as for `stored`.

        Raises
        ------
        InputError
            The database is damaged, or a field of a record is not of its type.
        """
        for row in self.stored(first, last, kind=kind):
            if row.record is None:
                fault = Fault(f"record {row.number} is none", "run `clearway audit verify`")
                raise InputError(self._database.name, fault)
            yield row.record

    @property
    def site_id(self) -> str | None:
        """The site that the first record names; None while there is none."""
        first = next(self.records(1, 1), None)
        return None if first is None else first.subject


_HEAD = select(*_FIELDS, RECORDS.c.hash).order_by(RECORDS.c.number.desc()).limit(1)


def head_of(connection: Connection) -> StoredRecord | None:
    """The last record, inside of a transaction."""
    row = connection.execute(_HEAD).one_or_none()
    return None if row is None else _as_found(row)


def _stored_rows() -> Select[Any]:
    later = RECORDS.alias()
    erased_by = (
        select(func.min(later.c.number))
        .where(
            later.c.kind == ERASED,
            later.c.subject == RECORDS.c.payload_id,
            later.c.number > RECORDS.c.number,
        )
        .scalar_subquery()
    )
    return (
        select(
            *_FIELDS,
            RECORDS.c.hash,
            _raw(PAYLOADS.c.content),
            _raw(KEYS.c.key),
            erased_by.label("erased_by"),
        )
        .outerjoin_from(RECORDS, PAYLOADS, PAYLOADS.c.payload_id == RECORDS.c.payload_id)
        .outerjoin(KEYS, KEYS.c.payload_id == RECORDS.c.payload_id)
        .order_by(RECORDS.c.number)
    )


def _raw(column: ColumnElement[bytes]) -> ColumnElement[Any]:
    """As the driver gives it: what somebody has put there need not be bytes."""
    return type_coerce(column, NullType()).label(column.key)


def _as_found(row: Row[*tuple[Any, ...]]) -> StoredRecord:
    fields = dict(zip(_NAMES, row, strict=False))
    try:
        record = msgspec.convert(fields, AuditRecord)
    except msgspec.ValidationError:
        record = None
    found = row._mapping  # noqa: SLF001 - a public name of SQLAlchemy
    return StoredRecord(
        fields["number"] if isinstance(fields["number"], int) else -1,
        record,
        _from_digits(found["hash"]),
        _bytes_or_none(found.get("content")),
        _bytes_or_none(found.get("key")),
        found.get("erased_by"),
    )


def _from_digits(text: object) -> bytes:
    try:
        return bytes.fromhex(text)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return b""


def _bytes_or_none(value: object) -> bytes | None:
    return value if isinstance(value, bytes) else None
