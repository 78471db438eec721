"""Checkpoints in a folder that lies on another machine: one line each, only ever added to."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import suppress
from io import FileIO
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from clearway.audit.checkpoint import MOST_RECORDS, Checkpoint, SignedCheckpoint, sign
from clearway.audit.keys import public_pem, read_public_key
from clearway.audit.reading import AuditReader
from clearway.audit.record import NO_HASH
from clearway.errors import Fault, InputError
from clearway.sapient.security.files import PUBLIC, make_folder, write_new
from clearway.store.atomic import refusal, sync_folder

__all__ = ["CHECKPOINTS", "PUBLIC_KEY", "export_checkpoints", "read_checkpoints"]

CHECKPOINTS = "checkpoints.jsonl"
PUBLIC_KEY = "checkpoints.pub"

_LONGEST_LINE = 100_000
_END = 3 * _LONGEST_LINE
"""Holds at least one whole line, also where one that was cut short follows."""
_VERIFY = "run `clearway audit verify` on it before anything else is signed"


def export_checkpoints(
    reader: AuditReader, folder: Path, key: Ed25519PrivateKey, *, time_ns: int
) -> Checkpoint | None:
    """Sign what was added to a log since the last export, and write it to a folder.

    What does not follow from the last exported checkpoint is never signed.

    Parameters
    ----------
    reader : AuditReader
        The log.
    folder : Path
        One for each site, best on another machine where lines can only be added.  The public key
        is laid beside.
    key : Ed25519PrivateKey
        From `signing_key`.
    time_ns : int
        UTC.

    Returns
    -------
    Checkpoint or None
        The newest; None where nothing was added.  It is on the disk.

    Raises
    ------
    InputError
        The log does not go on from what was exported, or the folder is another site's.
    OutputError
        The folder cannot be written; what was exported before stays, and the next export makes
        up for it.
    """
    make_folder(folder)
    _show_key(folder / PUBLIC_KEY, key.public_key())
    path = folder / CHECKPOINTS
    newest = None
    try:
        is_new = not path.exists()
        with path.open("ab+", buffering=0) as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            for newest in _new_checkpoints(reader, _last(file, path, key.public_key()), time_ns):
                _add_line(file, msgspec.json.encode(sign(newest, key)) + b"\n")
            os.fsync(file.fileno())
        if is_new:
            sync_folder(folder)
    except OSError as error:
        raise refusal(path, error) from error
    return newest


def read_checkpoints(path: Path) -> Iterator[SignedCheckpoint | None]:
    """Checkpoints of a file, in the order in which they were exported.

    Parameters
    ----------
    path : Path
        The file, or the folder that it was exported to.

    Yields
    ------
    SignedCheckpoint or None
        Their signatures are not checked.  None for a line that is no checkpoint: the rest of one
        whose writing was interrupted, which was then written again.

    Raises
    ------
    InputError
        There is no such file, or it cannot be read.
    """
    if path.is_dir():
        path /= CHECKPOINTS
    try:
        with path.open("rb") as file:
            while line := file.readline(_LONGEST_LINE):
                yield _read(line)
    except OSError as error:
        fault = Fault(f"it cannot be read ({error.strerror or error})", "mend the path")
        raise InputError(path, fault) from None


def _new_checkpoints(
    reader: AuditReader, last: Checkpoint | None, time_ns: int
) -> Iterator[Checkpoint]:
    site = reader.site_id
    number, previous = (0, NO_HASH) if last is None else (last.number, last.hash)
    if last is not None and last.site != site:
        fault = Fault(f"the exported checkpoints are of the site {last.site}", "name its folder")
        raise InputError(reader.name, fault)
    if last is not None and [row.hash for row in reader.stored(number, number)] != [previous]:
        fault = Fault(f"record {number} is not the one that was exported", _VERIFY)
        raise InputError(reader.name, fault)
    hashes: list[str] = []
    for row in reader.stored(number + 1):
        number += 1
        if row.number != number or row.hash_after(previous, number) != row.hash:
            fault = Fault(f"record {number} does not follow from the one before it", _VERIFY)
            raise InputError(reader.name, fault)
        previous = row.hash
        hashes.append(previous.hex())
        if len(hashes) == MOST_RECORDS:
            yield Checkpoint(site or "", number, time_ns, tuple(hashes))
            hashes.clear()
    if hashes:
        yield Checkpoint(site or "", number, time_ns, tuple(hashes))


def _last(file: FileIO, path: Path, key: Ed25519PublicKey) -> Checkpoint | None:
    """The last checkpoint of an open file; a line that was cut short is passed over."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - _END))
    whole = file.read(_END).split(b"\n")[:-1]
    found = next((one for line in reversed(whole) if (one := _read(line)) is not None), None)
    if found is None:
        if not whole:
            return None
        fault = Fault("it holds no checkpoint that can be read", "name another folder")
        raise InputError(path, fault)
    if not found.is_signed_by(key):
        remedy = "name the key that signs for this site, or another folder"
        raise InputError(path, Fault("its last checkpoint is not signed by this key", remedy))
    return found.checkpoint


def _add_line(file: FileIO, line: bytes) -> None:
    end = file.seek(0, os.SEEK_END)
    if end:
        file.seek(end - 1)
        if file.read(1) != b"\n":  # the rest of an export that was interrupted
            line = b"\n" + line
    try:
        while line:
            line = line[file.write(line) :]
    except OSError:
        with suppress(OSError):  # where lines can only be added, the rest is passed over later
            file.truncate(end)
        raise


def _read(line: bytes) -> SignedCheckpoint | None:
    try:
        return _DECODER.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None


_DECODER = msgspec.json.Decoder(SignedCheckpoint)


def _show_key(path: Path, key: Ed25519PublicKey) -> None:
    if not path.exists():
        write_new(path, public_pem(key), PUBLIC)
    elif read_public_key(path) != key:
        remedy = "name the key that signs for this site, or another folder"
        raise InputError(path, Fault("it is another key's", remedy))
