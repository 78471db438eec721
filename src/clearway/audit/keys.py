"""The key that signs checkpoints: its file, and how people compare it."""

from __future__ import annotations

import hashlib
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from clearway.errors import Fault, InputError
from clearway.sapient.security.files import PRIVATE, make_folder, write_new

__all__ = ["fingerprint", "public_pem", "read_public_key", "signing_key"]


def signing_key(path: Path) -> Ed25519PrivateKey:
    """The site's key, which is made where there is none yet.

    Parameters
    ----------
    path : Path
        PEM, readable by its owner alone.

    Raises
    ------
    InputError
        The file cannot be read or holds no such key.
    OutputError
        There is none and it cannot be written.
    """
    if not path.exists():
        key = Ed25519PrivateKey.generate()
        make_folder(path.parent)
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        write_new(path, pem, PRIVATE)
        return key
    try:
        found = load_pem_private_key(_content(path), password=None)
    except (TypeError, ValueError, UnsupportedAlgorithm):
        found = None
    if not isinstance(found, Ed25519PrivateKey):
        remedy = "name the site's signing key, or a file that is not there yet for a new one"
        raise InputError(path, Fault("it holds no Ed25519 key in PEM form", remedy))
    return found


def read_public_key(path: Path) -> Ed25519PublicKey:
    """The key by which signatures are checked.

    Raises
    ------
    InputError
        The file cannot be read or holds no such key.
    """
    try:
        found = load_pem_public_key(_content(path))
    except (ValueError, UnsupportedAlgorithm):
        found = None
    if not isinstance(found, Ed25519PublicKey):
        remedy = 'name the file that starts with "-----BEGIN PUBLIC KEY-----"'
        raise InputError(path, Fault("it holds no public Ed25519 key in PEM form", remedy))
    return found


def public_pem(key: Ed25519PublicKey) -> bytes:
    """A public key as its file holds it."""
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def fingerprint(key: Ed25519PublicKey) -> str:
    """SHA-256 of a public key in groups of four digits, to be compared with a printed copy."""
    digits = hashlib.sha256(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).hexdigest()
    return " ".join(digits[start : start + 4] for start in range(0, len(digits), 4))


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        problem = f"it cannot be read ({error.strerror or error})"
        raise InputError(path, Fault(problem, "mend the path or the file's rights")) from None
