"""Payloads that can be erased although the chain names them.

What may be personal is not in the chain.  A record holds a digest of its payload, and the payload
lies beside the chain, encrypted with a key of its own (AES-256-GCM).  Who destroys the key has
erased the payload, also in copies made without the table of keys, and the chain still holds.

The digest has a salt of 256 random bits that is encrypted with the payload: without it a payload
of few possible values could be found from its digest by trying them all.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

__all__ = ["RandomBytes", "Sealed", "seal", "unseal"]

RandomBytes = Callable[[int], bytes]
"""Gives so many bytes that nobody can foresee."""

_ID_SIZE = 16
_KEY_SIZE = 32
_SALT_SIZE = 32
_NONCE_SIZE = 12

_ENCODER = msgspec.json.Encoder(order="deterministic")


@dataclass(frozen=True, slots=True)
class Sealed:
    """An encrypted payload, and what belongs to it."""

    payload_id: str
    """Random, 32 hexadecimal digits."""
    digest: str
    """SHA-256 of salt and payload, 64 hexadecimal digits; for the record."""
    content: bytes
    """Nonce, then salt and payload encrypted, then the tag."""
    key: bytes
    """To be kept apart from the content."""


def seal(payload: object, random_bytes: RandomBytes) -> Sealed:
    """Encrypt a payload with a new key.

    Parameters
    ----------
    payload : object
        Anything that msgspec writes as JSON.
    random_bytes : callable
        Such as `secrets.token_bytes`.
    """
    payload_id = random_bytes(_ID_SIZE).hex()
    key = random_bytes(_KEY_SIZE)
    nonce = random_bytes(_NONCE_SIZE)
    salted = random_bytes(_SALT_SIZE) + _ENCODER.encode(payload)
    return Sealed(
        payload_id,
        hashlib.sha256(salted).hexdigest(),
        nonce + AESGCM(key).encrypt(nonce, salted, payload_id.encode()),
        key,
    )


def unseal(content: bytes, key: bytes, payload_id: str, digest: str) -> bytes | None:
    """The payload as JSON; None where it is not the one that was sealed.

    Examples
    --------
    >>> from secrets import token_bytes
    >>> sealed = seal({"reason": "harmless object"}, token_bytes)
    >>> unseal(sealed.content, sealed.key, sealed.payload_id, sealed.digest)
    b'{"reason":"harmless object"}'
    """
    nonce, encrypted = content[:_NONCE_SIZE], content[_NONCE_SIZE:]
    try:
        salted = AESGCM(key).decrypt(nonce, encrypted, payload_id.encode())
    except (InvalidTag, ValueError):  # ValueError: a key or nonce of another length
        return None
    return salted[_SALT_SIZE:] if hashlib.sha256(salted).hexdigest() == digest else None
