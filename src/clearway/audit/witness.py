"""What the exported checkpoints say the log must be."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from clearway.audit.checkpoint import Checkpoint, SignedCheckpoint
from clearway.audit.fault import AuditFault, FaultKind

__all__ = ["Witness"]

_BACK = 100


class Witness:
    """Answers what the hash of a record was when it was exported.

    Reads checkpoints as far as it is asked and lets go of those behind, so that millions of
    records need little memory.

    Parameters
    ----------
    checkpoints : iterable of SignedCheckpoint or None
        In the order in which they were exported; None for a line that could not be read.
    key : Ed25519PublicKey
        Of the site.
    """

    def __init__(
        self, checkpoints: Iterable[SignedCheckpoint | None], key: Ed25519PublicKey
    ) -> None:
        self._unread: Iterator[SignedCheckpoint | None] = iter(checkpoints)
        self._key = key
        self._kept: deque[Checkpoint] = deque()
        self.newest: Checkpoint | None = None
        """Of those read so far; only one that is to be trusted."""
        self.count = 0
        """Checkpoints read so far and trusted."""
        self.unreadable = 0
        """Lines that are no checkpoint."""
        self.faults: list[AuditFault] = []

    def at(self, number: int) -> bytes | None:
        """Hash of a record; None where no checkpoint gives it.

        Parameters
        ----------
        number : int
            At most 100 less than asked before.
        """
        while (self.newest is None or self.newest.number < number) and self._read_one():
            while self._kept and self._kept[0].number < number - _BACK:
                self._kept.popleft()
        for checkpoint in self._kept:
            if checkpoint.first <= number <= checkpoint.number:
                return checkpoint.at(number)
        return None

    def finish(self) -> None:
        """Read the rest; nothing of it is asked for."""
        while self._read_one():
            self._kept.clear()

    def _read_one(self) -> bool:
        for signed in self._unread:
            if signed is None:
                self.unreadable += 1
                continue
            problem = self._problem(signed)
            one = signed.checkpoint
            if problem:
                self.faults.append(AuditFault(FaultKind.CHECKPOINT, one.first, one.number, problem))
                continue
            if self.newest is not None and one.first > self.newest.number + 1:
                missing = self.newest.number + 1, one.first - 1
                self.faults.append(AuditFault(FaultKind.CHECKPOINT, *missing, "it is missing"))
            self.newest = one
            self.count += 1
            self._kept.append(one)
            return True
        return False

    def _problem(self, signed: SignedCheckpoint) -> str:
        if not signed.is_signed_by(self._key):
            return "its signature is not of this key"
        if self.newest is None:
            return ""
        if signed.checkpoint.site != self.newest.site:
            return "it is another site's"
        if signed.checkpoint.first <= self.newest.number:
            return "an earlier one has signed these records already"
        return ""
