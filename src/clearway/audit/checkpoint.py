"""Signed statements of what the log was, to be kept where its owner cannot reach them.

Who owns the file of a log can compute its chain again, and it holds.  A checkpoint that has left
the machine cannot be taken back: it gives the hash of every record since the checkpoint before,
the time and the site, signed with Ed25519 (RFC 8032).

With the hash of every record, about 70 bytes each, three questions have an exact answer that the
hash of the last one alone leaves open: which record was the first to be changed, which of two
neighbours it was, and whether one record, shown alone with the hash before it, was in the log.
A Merkle tree (RFC 6962, 2.1) answers the last in fewer bytes and the first two not at all.
"""

from __future__ import annotations

import re

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

__all__ = ["MOST_RECORDS", "Checkpoint", "SignedCheckpoint", "sign"]

MOST_RECORDS = 1000
"""In one checkpoint, so that reading one takes little memory."""

# What is signed here must mean nothing where the same key signs something else.
_CONTEXT = b"clearway audit checkpoint 1\0"
_IS_HASH = re.compile("[0-9a-f]{64}").fullmatch


class Checkpoint(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a site's log was at one time."""

    site: str
    number: int
    """The last record then."""
    time_ns: int
    """UTC."""
    hashes: tuple[str, ...]
    """Of the records up to `number`, from the one after the checkpoint before; hexadecimal."""

    def __post_init__(self) -> None:
        if not 1 <= len(self.hashes) <= min(self.number, MOST_RECORDS):
            raise ValueError(f"{len(self.hashes)} hashes up to record {self.number}")
        if not all(map(_IS_HASH, self.hashes)):
            raise ValueError("a hash is not 64 hexadecimal digits")

    @property
    def first(self) -> int:
        """The first record whose hash is given."""
        return self.number - len(self.hashes) + 1

    @property
    def hash(self) -> bytes:
        """Hash of the last record, and so of the whole log."""
        return bytes.fromhex(self.hashes[-1])

    def at(self, number: int) -> bytes:
        """Hash of a record from `first` to `number`."""
        return bytes.fromhex(self.hashes[number - self.first])


class SignedCheckpoint(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A checkpoint and the signature of its site."""

    checkpoint: Checkpoint
    signature: str
    """Ed25519, 128 hexadecimal digits."""

    def is_signed_by(self, key: Ed25519PublicKey) -> bool:
        """Whether the owner of a key has signed exactly this."""
        try:
            key.verify(bytes.fromhex(self.signature), _signed_bytes(self.checkpoint))
        except (InvalidSignature, ValueError):  # ValueError: not hexadecimal
            return False
        return True


def sign(checkpoint: Checkpoint, key: Ed25519PrivateKey) -> SignedCheckpoint:
    """Sign a checkpoint.

    Examples
    --------
    >>> key = Ed25519PrivateKey.generate()
    >>> signed = sign(Checkpoint("rome", 1, 0, (64 * "a",)), key)
    >>> signed.is_signed_by(key.public_key())
    True
    """
    return SignedCheckpoint(checkpoint, key.sign(_signed_bytes(checkpoint)).hex())


_ENCODER = msgspec.json.Encoder(order="sorted")


def _signed_bytes(checkpoint: Checkpoint) -> bytes:
    return _CONTEXT + _ENCODER.encode(checkpoint)
