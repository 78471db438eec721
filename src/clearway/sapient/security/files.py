"""Keys and certificates on disk: written whole or not at all, and read with a clear error."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from clearway.errors import Fault, InputError, OutputError

__all__ = [
    "PRIVATE",
    "PUBLIC",
    "make_folder",
    "read_bytes",
    "read_certificate",
    "read_certificates",
    "read_key",
    "replace",
    "write_new",
]

PRIVATE = 0o600
"""Only the owner reads a key."""
PUBLIC = 0o644
_PRIVATE_FOLDER = 0o700


def make_folder(path: Path) -> None:
    """Make a folder for its owner only; an existing one keeps its rights.

    Raises
    ------
    OutputError
    """
    try:
        path.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
    except OSError as error:
        raise _not_written(path, error) from None


def write_new(path: Path, content: bytes, mode: int) -> None:
    """Write a file that must not exist yet.

    Raises
    ------
    OutputError
        It exists, or the file system refuses.
    """
    temporary = _written_beside(path, content, mode)
    try:
        # Unlike a rename this fails where the target exists, also if it has just appeared.
        path.hardlink_to(temporary)
    except FileExistsError:
        raise OutputError(
            path, "exists and is never overwritten", "choose another name, or remove it yourself"
        ) from None
    except OSError as error:
        raise _not_written(path, error) from None
    finally:
        temporary.unlink()


def replace(path: Path, content: bytes, mode: int) -> None:
    """Write a file in place of an earlier one.

    Raises
    ------
    OutputError
    """
    temporary = _written_beside(path, content, mode)
    try:
        temporary.replace(path)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink()
        raise _not_written(path, error) from None


def _written_beside(path: Path, content: bytes, mode: int) -> Path:
    """The content in a hidden file of the same folder, on the disk, with its final rights."""
    temporary = path.with_name(f".{uuid4().hex[:12]}")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                # The mask of the process must not take rights away from the certificate.
                os.fchmod(file.fileno(), mode)
                os.fsync(file.fileno())
        except BaseException:
            with suppress(OSError):
                temporary.unlink()
            raise
    except OSError as error:
        raise _not_written(path, error) from None
    return temporary


def read_bytes(path: Path) -> bytes:
    """The content of a small file.

    Raises
    ------
    InputError
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        remedy = "make it with `clearway certs`, or mend the path"
        raise InputError(path, Fault("there is no such file", remedy)) from None
    except OSError as error:
        raise InputError(
            path,
            Fault(
                f"it cannot be read ({error.strerror or error})",
                "name a file that the account which runs Clearway may read",
            ),
        ) from None


def read_certificates(path: Path) -> list[x509.Certificate]:
    """All certificates of a PEM file, at least one.

    Raises
    ------
    InputError
        The file cannot be read or holds no certificate.
    """
    content = read_bytes(path)
    try:
        return x509.load_pem_x509_certificates(content)
    except ValueError:
        what = "a private key" if b"PRIVATE KEY-----" in content else "no certificate in PEM form"
        remedy = 'name the file that starts with "-----BEGIN CERTIFICATE-----"'
        raise InputError(path, Fault(f"it holds {what}", remedy)) from None


def read_certificate(path: Path) -> x509.Certificate:
    """The first certificate of a PEM file, which is the owner's.

    Raises
    ------
    InputError
        The file cannot be read or holds no certificate.
    """
    return read_certificates(path)[0]


def read_key(path: Path) -> PrivateKeyTypes:
    """The private key of a PEM file.

    Raises
    ------
    InputError
        The file cannot be read, holds no key, or one with a passphrase.
    """
    content = read_bytes(path)
    try:
        return load_pem_private_key(content, password=None)
    except TypeError:
        # A service that starts by itself has nobody to ask.
        fault = Fault(
            "the key has a passphrase",
            "store it without one, readable by the service alone: openssl pkey -in OLD -out NEW",
        )
    except UnsupportedAlgorithm:
        fault = Fault("the key is of an unknown kind", "use EC P-256, as `clearway certs` does")
    except ValueError:
        what = "a certificate" if b"BEGIN CERTIFICATE" in content else "no private key in PEM form"
        remedy = 'name the file that starts with "-----BEGIN PRIVATE KEY-----"'
        fault = Fault(f"it holds {what}", remedy)
    raise InputError(path, fault)


def _not_written(path: Path, error: OSError) -> OutputError:
    return OutputError(
        path,
        f"cannot be written ({error.strerror or error})",
        "choose a folder in which you may write, on a disk with space left",
    )
