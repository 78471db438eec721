"""Does the log still say what was written, and if not, which records?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from clearway.audit.checkpoint import SignedCheckpoint
from clearway.audit.fault import AuditFault, FaultKind
from clearway.audit.reading import StoredRecord
from clearway.audit.record import STARTED
from clearway.audit.walk import Walk
from clearway.audit.witness import Witness

__all__ = ["Erasure", "Verdict", "verify"]

MOST = 1000
"""Faults and erasures that a verdict lists."""


class Erasure(msgspec.Struct, frozen=True):
    """A payload that was erased in due form."""

    record: int
    """Whose payload it was."""
    erased_by: int
    """The record that says by whom and why."""


class Verdict(msgspec.Struct):
    """What was checked, and what is wrong."""

    records: int = 0
    """Rows that were read."""
    site: str | None = None
    """As the first record names it."""
    first_ns: int | None = None
    """Earliest time of a record."""
    last_ns: int | None = None
    """Latest time of a record."""
    head: int = 0
    """Number of the last record."""
    hash: str = ""
    """Of the last record, and so of the whole log; to be compared with a copy."""
    checkpoints: int = 0
    """Exported checkpoints that were valid."""
    unreadable_lines: int = 0
    """Lines among them that are no checkpoint: an export was interrupted and made again."""
    covered: int = 0
    """The last record that a checkpoint covers; the end of the log after it has no witness."""
    covered_ns: int | None = None
    """When that checkpoint was made."""
    payloads: int = 0
    """Payloads that are as they were."""
    erased: int = 0
    """Payloads that were erased, each by a record that says so."""
    erasures: list[Erasure] = msgspec.field(default_factory=list)
    """The first thousand of them."""
    faults: list[AuditFault] = msgspec.field(default_factory=list)
    """Neighbouring records with the same fault are one."""
    complete: bool = True
    """Whether all was checked; not where a thousand faults were found before the end."""

    @property
    def intact(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults


def verify(
    rows: Iterable[StoredRecord],
    checkpoints: Iterable[SignedCheckpoint | None] = (),
    key: Ed25519PublicKey | None = None,
) -> Verdict:
    """Check a log, with little memory however long it is.

    Without checkpoints the chain alone is checked: an end that is missing, and a chain that was
    computed again, are then not seen.

    Parameters
    ----------
    rows : iterable of StoredRecord
        From `AuditReader.stored`.
    checkpoints : iterable of SignedCheckpoint or None
        From `read_checkpoints`, in the order of their export.
    key : Ed25519PublicKey, optional
        The site's; without it no checkpoint is looked at.

    Returns
    -------
    Verdict
    """
    witness = None if key is None else Witness(checkpoints, key)
    return _Check(witness).run(rows)


class _Check:
    def __init__(self, witness: Witness | None) -> None:
        self._witness = witness
        self._verdict = Verdict()
        self._latest: dict[FaultKind, int] = {}

    def run(self, rows: Iterable[StoredRecord]) -> Verdict:
        verdict = self._verdict
        witness = self._witness
        walk = Walk(self._counted(rows), (lambda _: None) if witness is None else witness.at)
        for step in walk.steps():
            if isinstance(step, AuditFault):
                self._note(step)
            else:
                self._look_at(step)
            if len(verdict.faults) >= MOST:
                verdict.complete = False
                break
        verdict.head, verdict.hash = walk.number - 1, walk.previous.hex()
        if witness is not None:
            self._compare(witness)
        return verdict

    def _counted(self, rows: Iterable[StoredRecord]) -> Iterator[StoredRecord]:
        for row in rows:
            self._verdict.records += 1
            yield row

    def _look_at(self, row: StoredRecord) -> None:
        verdict, record = self._verdict, row.record
        if record is None:
            return
        if record.kind == STARTED and verdict.site is None:
            verdict.site = record.subject
        time_ns = record.time_ns
        verdict.first_ns = min(time_ns, time_ns if verdict.first_ns is None else verdict.first_ns)
        verdict.last_ns = max(time_ns, time_ns if verdict.last_ns is None else verdict.last_ns)
        if record.payload_id is not None:
            self._look_at_payload(row, row.number)

    def _look_at_payload(self, row: StoredRecord, number: int) -> None:
        verdict = self._verdict
        is_there = row.content is not None and row.key is not None
        if row.erased_by is not None:
            verdict.erased += 1
            if len(verdict.erasures) < MOST:
                verdict.erasures.append(Erasure(number, row.erased_by))
            if is_there:
                self._note(AuditFault(FaultKind.PAYLOAD_KEPT, number, number))
        elif not is_there:
            self._note(AuditFault(FaultKind.PAYLOAD_LOST, number, number))
        elif row.payload is None:
            self._note(AuditFault(FaultKind.PAYLOAD_CHANGED, number, number))
        else:
            verdict.payloads += 1

    def _compare(self, witness: Witness) -> None:
        verdict = self._verdict
        witness.finish()
        verdict.checkpoints, verdict.unreadable_lines = witness.count, witness.unreadable
        for fault in witness.faults:
            self._note(fault)
        newest = witness.newest
        if newest is None:
            return
        verdict.covered, verdict.covered_ns = newest.number, newest.time_ns
        if verdict.complete and newest.number > verdict.head:
            self._note(AuditFault(FaultKind.CUT, verdict.head + 1, newest.number))
        if verdict.site is not None and newest.site != verdict.site:
            note = f"it is of the site {newest.site}"
            self._note(AuditFault(FaultKind.CHECKPOINT, newest.first, newest.number, note))

    def _note(self, fault: AuditFault) -> None:
        """List a fault, or make the one before longer where it goes on."""
        faults = self._verdict.faults
        place = self._latest.get(fault.kind)
        if place is not None:
            latest = faults[place]
            if (latest.last + 1, latest.note) == (fault.first, fault.note):
                faults[place] = msgspec.structs.replace(latest, last=fault.last)
                return
        self._latest[fault.kind] = len(faults)
        faults.append(fault)
