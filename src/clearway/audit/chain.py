"""The audit log: records that are added, and never changed."""

from __future__ import annotations

import secrets
from typing import Any

import msgspec
from sqlalchemy import Connection, delete, insert

from clearway.audit.reading import AuditReader, StoredRecord, head_of
from clearway.audit.record import ERASED, NO_HASH, STARTED, AuditRecord, chained, readable
from clearway.audit.tables import KEYS, PAYLOADS, RECORDS
from clearway.audit.vault import RandomBytes, seal
from clearway.errors import ArgumentError, Fault, InputError
from clearway.store.database import Database

__all__ = ["AuditLog"]

_ADD_RECORD, _ADD_PAYLOAD, _ADD_KEY = map(insert, (RECORDS, PAYLOADS, KEYS))


class AuditLog(AuditReader):
    """An audit log to be added to.

    Several processes may add to one log.

    Parameters
    ----------
    database : Database
        The log's tables are made where they are not there yet.
    site_id : str
        The first record binds the log to it.
    version : str
        Of the software; goes into the first record too.
    random_bytes : callable
        For keys and salts.

    Raises
    ------
    InputError
        The log is another site's, or cannot be read.
    OutputError
        The database cannot be written.
    """

    def __init__(
        self,
        database: Database,
        site_id: str,
        version: str,
        *,
        random_bytes: RandomBytes = secrets.token_bytes,
    ) -> None:
        database.create(RECORDS, PAYLOADS, KEYS)
        super().__init__(database)
        self._site_id = readable(site_id)
        self._software = readable(f"clearway {version}")
        self._random_bytes = random_bytes
        theirs = self.site_id
        if theirs not in {None, self._site_id}:
            fault = Fault(f"it holds the audit log of the site {theirs}", "name another database")
            raise InputError(database.name, fault)

    def append(
        self, kind: str, actor: str, subject: str, payload: object = None, *, time_ns: int
    ) -> AuditRecord:
        """Add a record; it is on the disk when this returns.

        Parameters
        ----------
        kind, actor, subject : str
            What was done, by whom, to what.  Characters that cannot be printed are escaped, and
            500 are kept.
        payload : object, optional
            What else there is to say and may have to be erased one day: anything that msgspec
            writes as JSON.
        time_ns : int
            UTC.

        Returns
        -------
        AuditRecord

        Raises
        ------
        OutputError
            The disk is full or gone.  Nothing was added, and the log is as it was.
        """
        with self._database.begin() as connection:
            return self.add(connection, kind, actor, subject, payload, time_ns=time_ns)

    def add(
        self,
        connection: Connection,
        kind: str,
        actor: str,
        subject: str,
        payload: object = None,
        *,
        time_ns: int,
    ) -> AuditRecord:
        """Add a record as a part of a transaction, with which it is kept or undone.

        Parameters
        ----------
        connection : Connection
            From `Database.begin` of the log's own database.
        kind, actor, subject, payload, time_ns
            As for `append`.
        """
        head = head_of(connection)
        if head is None:
            started = AuditRecord(1, time_ns, STARTED, self._software, self._site_id)
            head = _write(connection, NO_HASH, started)
        sealed = None if payload is None else seal(payload, self._random_bytes)
        record = AuditRecord(
            head.number + 1,
            time_ns,
            readable(kind),
            readable(actor),
            readable(subject),
            None if sealed is None else sealed.digest,
            None if sealed is None else sealed.payload_id,
        )
        _write(connection, head.hash, record)
        if sealed is not None:
            name = {"payload_id": sealed.payload_id}
            connection.execute(_ADD_PAYLOAD, name | {"content": sealed.content})
            connection.execute(_ADD_KEY, name | {"key": sealed.key})
        return record

    def erase(self, payload_id: str, actor: str, reason: str, *, time_ns: int) -> AuditRecord:
        """Destroy a payload and its key, and add a record that says so.

        On SQLite the bytes are overwritten, and the write-ahead log is emptied as well; while
        somebody reads, that waits: see `Database.clear_journal`.  Backups are not reached: keep
        the table of keys out of those that outlive a payload.

        Parameters
        ----------
        payload_id : str
            Of an earlier record.
        actor, reason : str
            By whom and why; the reason is the payload of the new record.
        time_ns : int
            UTC.

        Returns
        -------
        AuditRecord
            Its subject is the payload's id.

        Raises
        ------
        ArgumentError
            There is no such payload, or it has been erased.
        OutputError
            The disk is full or gone; nothing was erased.
        """
        with self._database.begin() as connection:
            if not connection.execute(_without(KEYS, payload_id)).rowcount:
                problem = f"{payload_id[:64]!r} is not there"
                raise ArgumentError("payload_id", problem, "name a payload that is not yet erased")
            connection.execute(_without(PAYLOADS, payload_id))
            because = {"reason": reason}
            record = self.add(connection, ERASED, actor, payload_id, because, time_ns=time_ns)
        self._database.clear_journal()
        return record


def _without(table: Any, payload_id: str) -> Any:
    return delete(table).where(table.c.payload_id == payload_id)


def _write(connection: Connection, previous: bytes, record: AuditRecord) -> StoredRecord:
    digest = chained(previous, record)
    connection.execute(_ADD_RECORD, msgspec.structs.asdict(record) | {"hash": digest.hex()})
    return StoredRecord(record.number, record, digest)
