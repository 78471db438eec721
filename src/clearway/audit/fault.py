"""What may be wrong with a log, in terms that name the records."""

from __future__ import annotations

from enum import StrEnum

import msgspec

__all__ = ["AuditFault", "FaultKind"]


class FaultKind(StrEnum):
    """What was done to a record, as far as the log still tells."""

    CHANGED = "changed"
    """A field is not what was chained; without checkpoints it may be the record before as well."""
    REMOVED = "removed"
    """Records are missing; the one after them can then be checked against a checkpoint only."""
    INSERTED = "inserted"
    """A row is no record of the chain."""
    REORDERED = "reordered"
    """A record stands in another place than its own."""
    CUT = "cut"
    """The log ends before a checkpoint that was exported."""
    REWRITTEN = "rewritten"
    """Its hash is not the one that was signed and exported: the chain was computed again."""
    PAYLOAD_CHANGED = "payload changed"
    """The payload is not the one whose digest the record holds."""
    PAYLOAD_LOST = "payload lost"
    """Payload or key are missing, and no record says that it was erased."""
    PAYLOAD_KEPT = "payload kept"
    """A record says that it was erased, and it can still be read."""
    CHECKPOINT = "checkpoint"
    """An exported checkpoint is not to be trusted, or one is missing."""


_WORDING = {
    FaultKind.CHANGED: "not what was chained",
    FaultKind.REMOVED: "missing",
    FaultKind.INSERTED: "no record of the chain",
    FaultKind.REORDERED: "in another place than its own",
    FaultKind.CUT: "cut off the end; a signed checkpoint knows of them",
    FaultKind.REWRITTEN: "given another hash than the one that was signed",
    FaultKind.PAYLOAD_CHANGED: "the payload is not the one that was kept",
    FaultKind.PAYLOAD_LOST: "the payload is missing, and no record says that it was erased",
    FaultKind.PAYLOAD_KEPT: "the payload is said to be erased and can still be read",
    FaultKind.CHECKPOINT: "the checkpoint is not to be trusted",
}


class AuditFault(msgspec.Struct, frozen=True):
    """One thing that is wrong."""

    kind: FaultKind
    first: int
    """The first record that it is about."""
    last: int
    """The last one; the same where it is one record."""
    note: str = ""
    """What else is known."""

    def __str__(self) -> str:
        records = f"record {self.first}"
        if self.last != self.first:
            records = f"records {self.first} to {self.last}"
        note = f" ({self.note})" if self.note else ""
        return f"{records}: {_WORDING[self.kind]}{note}"
