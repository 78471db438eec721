"""Finds for each row of a log which record of the chain it is, and names what does not fit.

The rows come in the order of their numbers, and each is tried as the next record of the chain: the
hash of the one before, with this number in place of its own.  Where none fits, a few rows ahead
are looked at, so that one record that was moved, put in or taken out does not put all later ones
in the wrong.  A hash that was exported is believed before one that the row gives itself.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from clearway.audit.fault import AuditFault, FaultKind
from clearway.audit.reading import StoredRecord
from clearway.audit.record import NO_HASH

__all__ = ["REACH", "Walk"]

REACH = 32
"""How far from its place a record is recognised."""


@dataclass(slots=True)
class Walk:
    """One way through the rows, `steps`, from which the rest is to be read at its end."""

    rows: Iterator[StoredRecord]
    known: Callable[[int], bytes | None]
    """The exported hash of a record; None where there is none."""
    number: int = 1
    """Of the next record."""
    previous: bytes = NO_HASH
    """Hash of the record before that one."""
    _given: bytes = NO_HASH
    """What the row before gives as its hash; another one where the chain was rewritten."""
    _shift: int = 0
    """By how much the rows' numbers exceed those of the records."""
    _ahead: deque[StoredRecord] = field(default_factory=deque)
    _passed: list[tuple[StoredRecord, int]] = field(default_factory=list)
    """Rows that came too early or are no records, and since which record they wait."""
    _meanwhile: list[tuple[int, int]] = field(default_factory=list)
    """Number of each record found since then, and that of its row."""
    _strange: int = 0
    """Rows among them that were no records."""

    def steps(self) -> Iterator[StoredRecord | AuditFault]:
        """Each row that is a record of the chain, and each fault, in the order of the records."""
        while self._fill():
            row = self._next()
            if row is not None:
                yield from self._take(row)
            elif self._ahead:
                yield from self._lost(self._ahead[0])
            else:
                break
            yield from self._settle(self.number - REACH - 1)
        yield from self._settle(self.number)

    def _fill(self) -> bool:
        self._ahead.extend(islice(self.rows, REACH + 1 - len(self._ahead)))
        return bool(self._ahead or self._passed)

    def _next(self) -> StoredRecord | None:
        """The row that is the next record, wherever it stands."""
        if self._ahead and self._fits(self._ahead[0]):
            return self._ahead.popleft()
        for place, (row, _) in enumerate(self._passed):
            if self._fits(row):
                del self._passed[place]
                return row
        for place, row in enumerate(self._ahead):
            if self._fits(row):
                self._passed += [(self._ahead.popleft(), self.number) for _ in range(place)]
                return self._ahead.popleft()
        return None

    def _fits(self, row: StoredRecord) -> bool:
        expected = self.known(self.number) or row.hash
        return any(
            row.hash_after(previous, self.number) == expected
            for previous in {self.previous, self._given}
        )

    def _take(self, row: StoredRecord) -> Iterator[StoredRecord | AuditFault]:
        if self._passed or self._meanwhile:
            self._meanwhile.append((self.number, row.number))
        elif row.number != self.number + self._shift:
            yield self._misplaced(self.number, row.number)
            self._shift = row.number - self.number
        yield row
        yield from self._go_on(row, row.hash)

    def _go_on(self, row: StoredRecord, believed: bytes) -> Iterator[AuditFault]:
        """The record after a row is next; its hash is the exported one or else `believed`."""
        known = self.known(self.number)
        if known not in {None, row.hash}:
            yield AuditFault(FaultKind.REWRITTEN, self.number, self.number)
        self.previous, self._given = known or believed, row.hash
        self.number += 1

    def _lost(self, row: StoredRecord) -> Iterator[StoredRecord | AuditFault]:
        """Nothing within reach is the next record: name why, and go on from the next row."""
        number = self._place_of(row)
        if number == self.number:
            yield from self._changed(row)
            return
        if number > self.number:
            note = f"without them record {number} cannot be checked"
            known = self.known(number - 1)
            yield AuditFault(
                FaultKind.REMOVED, self.number, number - 1, "" if known is not None else note
            )
        else:
            known = None
            too_many = self.number - number
            yield AuditFault(FaultKind.INSERTED, row.number - too_many, row.number - 1)
        self._shift = row.number - number
        self.number = number
        if known is not None:
            self.previous = self._given = known  # whether the row fits is seen next
            return
        yield self._ahead.popleft()
        yield from self._go_on(row, row.hash)

    def _changed(self, row: StoredRecord) -> Iterator[AuditFault]:
        note = "" if self.known(self.number) else "or the one before it, together with its hash"
        true_hash = row.hash_after(self.previous, self.number) or row.hash
        self._ahead.popleft()
        if self._ahead and self._ahead[0].hash_after(true_hash, self.number + 1) == (
            self._ahead[0].hash
        ):
            note = "its hash"
        else:
            true_hash = row.hash
        yield AuditFault(FaultKind.CHANGED, self.number, self.number, note)
        yield from self._go_on(row, true_hash)

    def _place_of(self, row: StoredRecord) -> int:
        """The number of a row that is not the next record; that of the next if nothing tells."""
        by_its_number = row.number - self._shift
        after = range(self.number, self.number + REACH + 1)
        before = range(self.number - 1, max(self.number - REACH, 1) - 1, -1)
        number: int
        for number in (by_its_number, *after, *before):
            if number > 0 and self._confirms(row, number):
                return number
        is_last = len(self._ahead) == 1
        return max(by_its_number, self.number) if is_last else self.number

    def _known_before(self, number: int) -> bytes | None:
        return NO_HASH if number == 1 else self.known(number - 1)

    def _confirms(self, row: StoredRecord, number: int) -> bool:
        """Whether exported hashes, or else the row after it, show that a row is a record."""
        if number <= self.number + REACH:
            before, expected = self._known_before(number), self.known(number)
            if before is not None and expected is not None:
                return row.hash_after(before, number) == expected
        if len(self._ahead) < 2:
            return False
        follower = self._ahead[1]
        return follower.hash_after(row.hash, number + 1) == follower.hash

    def _settle(self, since: int) -> Iterator[AuditFault]:
        """Call rows strange that have waited longer, and see which others are out of place."""
        for row, waits_since in self._passed:
            if waits_since <= since:
                yield AuditFault(FaultKind.INSERTED, row.number, row.number)
                self._strange += 1
        self._passed = [waiting for waiting in self._passed if waiting[1] > since]
        if self._passed or not self._meanwhile:
            return
        # Strange rows may have taken numbers, so that all later rows had to be renumbered.
        self._shift = min(
            (self._shift, self._shift + self._strange),
            key=lambda shift: sum(at - number != shift for number, at in self._meanwhile),
        )
        for number, at in self._meanwhile:
            if at - number != self._shift:
                yield self._misplaced(number, at)
        self._meanwhile.clear()
        self._strange = 0

    @staticmethod
    def _misplaced(number: int, at: int) -> AuditFault:
        return AuditFault(FaultKind.REORDERED, number, number, f"it stands as number {at}")
