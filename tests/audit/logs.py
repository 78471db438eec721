"""Logs in memory, and what somebody may do to them who owns the file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from random import Random
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from clearway.audit.checkpoint import Checkpoint, SignedCheckpoint, sign
from clearway.audit.reading import StoredRecord
from clearway.audit.record import NO_HASH, STARTED, AuditRecord, chained
from clearway.audit.vault import seal

SITE = "rome"
START_NS = 1_800_000_000_000_000_000
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))

Rows = list[StoredRecord]


def chain(records: Iterable[AuditRecord], previous: bytes = NO_HASH) -> Rows:
    """Rows with the hashes that belong to them."""
    rows = []
    for record in records:
        previous = chained(previous, record)
        rows.append(StoredRecord(record.number, record, previous))
    return rows


def log_of(count: int) -> Rows:
    """A log as it is written; every third record has a payload."""
    random = Random(count)  # noqa: S311 - to be the same each time
    records = [AuditRecord(1, START_NS, STARTED, "clearway 0.1.0", SITE)]
    payloads: dict[int, dict[str, Any]] = {}
    for number in range(2, count + 1):
        record = AuditRecord(number, START_NS + number, "alarm-seen", "Petra", f"A{number}")
        if not number % 3:
            one = seal({"number": number}, random.randbytes)
            payloads[number] = {"content": one.content, "key": one.key}
            record = msgspec.structs.replace(record, digest=one.digest, payload_id=one.payload_id)
        records.append(record)
    return [replace(row, **payloads.get(row.number, {})) for row in chain(records)]


def exported(rows: Sequence[StoredRecord], *, each: int = 10) -> list[SignedCheckpoint | None]:
    """Checkpoints as they would have been exported every few records."""
    return [
        sign(
            Checkpoint(SITE, part[-1].number, START_NS, tuple(row.hash.hex() for row in part)),
            KEY,
        )
        for start in range(0, len(rows), each)
        if (part := rows[start : start + each])
    ]


def changed(row: StoredRecord, **fields: object) -> StoredRecord:
    """A row with other fields of its record."""
    assert row.record is not None
    record = msgspec.structs.replace(row.record, **fields)
    return replace(row, number=record.number, record=record)


def renumbered(rows: Iterable[StoredRecord], by: int) -> Rows:
    """Rows whose numbers alone were changed."""
    return [changed(row, number=row.number + by) for row in rows]


def moved(row: StoredRecord, number: int) -> StoredRecord:
    """A row in another place."""
    return changed(row, number=number)


def recomputed(rows: Sequence[StoredRecord], start: int) -> Rows:
    """The chain computed again from a row on, with all numbers in order."""
    previous = rows[start - 1].hash if start else NO_HASH
    result = [*rows[:start]]
    for place, row in enumerate(rows[start:], start=start):
        assert row.record is not None
        record = msgspec.structs.replace(row.record, number=place + 1)
        previous = chained(previous, record)
        result.append(replace(row, number=place + 1, record=record, hash=previous))
    return result
