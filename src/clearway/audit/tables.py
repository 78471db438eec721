"""Where the log is kept: the chain, the payloads beside it, and their keys.

Triggers forbid to change or remove a record.  They stop mistakes; who owns the file can remove
them too, and is found out by the chain and the exported checkpoints.

Hashes are hexadecimal digits, so that any tool shows them.
"""

from __future__ import annotations

from sqlalchemy import DDL, Column, Index, LargeBinary, Table, Text, event

from clearway.store.database import INT64, METADATA

__all__ = ["KEYS", "PAYLOADS", "RECORDS"]

RECORDS = Table(
    "audit_records",
    METADATA,
    Column("number", INT64, primary_key=True, autoincrement=False),
    Column("time_ns", INT64, nullable=False),
    Column("kind", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("digest", Text),
    Column("payload_id", Text, unique=True),
    Column("hash", Text, nullable=False),
    sqlite_strict=True,
)
Index("audit_records_by_subject", RECORDS.c.subject)

PAYLOADS = Table(
    "audit_payloads",
    METADATA,
    Column("payload_id", Text, primary_key=True),
    Column("content", LargeBinary, nullable=False),
    sqlite_strict=True,
)

KEYS = Table(
    "audit_keys",
    METADATA,
    Column("payload_id", Text, primary_key=True),
    Column("key", LargeBinary, nullable=False),
    sqlite_strict=True,
)

_CHANGED = "a record of the audit log is never changed"
_NOT_AT_THE_END = "a record of the audit log is only added at its end"
_NEXT_NUMBER = "(SELECT coalesce(max(number), 0) + 1 FROM audit_records)"

_SQLITE = (
    *(
        f"""
        CREATE TRIGGER audit_records_no_{event} BEFORE {event} ON audit_records
        BEGIN SELECT RAISE(ABORT, '{_CHANGED}'); END
        """
        for event in ("UPDATE", "DELETE")
    ),
    # Without it INSERT OR REPLACE would remove a row, for which no trigger for DELETE is asked.
    f"""
    CREATE TRIGGER audit_records_at_the_end BEFORE INSERT ON audit_records
    WHEN NEW.number <> {_NEXT_NUMBER}
    BEGIN SELECT RAISE(ABORT, '{_NOT_AT_THE_END}'); END
    """,
)
_POSTGRESQL = (
    f"""
    CREATE OR REPLACE FUNCTION audit_records_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION '{_CHANGED}' USING ERRCODE = 'integrity_constraint_violation';
    END $$
    """,
    """
    CREATE TRIGGER audit_records_unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_records
    FOR EACH STATEMENT EXECUTE FUNCTION audit_records_refuse()
    """,
    f"""
    CREATE OR REPLACE FUNCTION audit_records_add() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.number <> {_NEXT_NUMBER} THEN
            RAISE EXCEPTION '{_NOT_AT_THE_END}' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END $$
    """,
    """
    CREATE TRIGGER audit_records_at_the_end BEFORE INSERT ON audit_records
    FOR EACH ROW EXECUTE FUNCTION audit_records_add()
    """,
)

for _dialect, _statements in (("sqlite", _SQLITE), ("postgresql", _POSTGRESQL)):
    for _statement in _statements:
        _trigger = DDL(_statement)  # type: ignore[no-untyped-call]
        event.listen(RECORDS, "after_create", _trigger.execute_if(dialect=_dialect))
