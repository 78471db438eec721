"""One record of the audit log, its canonical bytes, and the hash that chains it to the one before.

A record holds no float and no free structure, so that anybody can write down the same bytes: JSON
in UTF-8, keys in alphabetical order, no spaces.  In Python's standard library that is
``json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=False)``.
"""

from __future__ import annotations

import hashlib

import msgspec

__all__ = [
    "ERASED",
    "NO_HASH",
    "STARTED",
    "AuditRecord",
    "canonical",
    "chained",
    "printable",
    "readable",
]

STARTED = "log-started"
"""Kind of the first record: its subject is the site, its actor the software with its version."""
ERASED = "payload-erased"
"""Kind of a record whose subject is the id of a payload that can no longer be read."""

NO_HASH = bytes(32)
"""What the first record is chained to."""

_LEAF = b"\0"
_LONGEST = 500


class AuditRecord(msgspec.Struct, frozen=True):
    """Who did what to what, and when."""

    number: int
    """Counts from 1 without gaps."""
    time_ns: int
    """UTC."""
    kind: str
    """What was done, such as ``alarm-acknowledged``."""
    actor: str
    """Who did it."""
    subject: str
    """To what: an alarm, a user, a sensor."""
    digest: str | None = None
    """Salted SHA-256 of the payload in hexadecimal digits; None where there is none."""
    payload_id: str | None = None
    """Where the payload is kept while it has not been erased."""


_ENCODER = msgspec.json.Encoder(order="sorted")


def canonical(record: AuditRecord) -> bytes:
    """The bytes that are chained.

    Examples
    --------
    >>> canonical(AuditRecord(7, 1_000, "drill-started", "Petra", "site"))
    b'{"actor":"Petra","digest":null,"kind":"drill-started","number":7,"payload_id":null,\
"subject":"site","time_ns":1000}'
    """
    return _ENCODER.encode(record)


def chained(previous: bytes, record: AuditRecord) -> bytes:
    """Hash of a record and, through the hash before it, of all earlier ones.

    SHA-256 of a zero byte, the previous hash and the canonical bytes.  The zero byte keeps such a
    hash apart from those of anything else, as RFC 6962, 2.1, does for the leaves of a tree.

    Parameters
    ----------
    previous : bytes
        Hash of the record before; `NO_HASH` for the first.
    record : AuditRecord

    Returns
    -------
    bytes
        32 of them.
    """
    return hashlib.sha256(_LEAF + previous + canonical(record)).digest()


def printable(text: str) -> str:
    r"""Text in which whatever cannot be printed is written as an escape.

    Examples
    --------
    >>> printable("Žika\x1b[2J")
    'Žika\\x1b[2J'
    """
    if text.isprintable():
        return text
    return "".join(
        one if one.isprintable() else one.encode("unicode_escape").decode() for one in text
    )


def readable(text: str) -> str:
    """Text as the log keeps it: printable, and at most 500 characters of it.

    An attempt is logged whatever name somebody typed.  What cannot be printed could hide a line
    from its reader, and no two databases store it alike.
    """
    text = printable(text)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
