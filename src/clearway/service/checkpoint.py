"""The fusion node's whole state on disk, so that a restart goes on where the last run was.

A restart loads the last checkpoint and lets the node take again what the log holds since then.
The node is deterministic: people and alerts have the identifiers they had.

The file is a pickle, which may run code when it is loaded.  It is written by the service for
itself, readable and writable by its own user alone, and is not loaded if it belongs to, or may be
written by, anybody else.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import stat
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from clearway.service.fusion_node import FusionNode
from clearway.site.schema import Site
from clearway.store.atomic import atomic_write

_DIGEST_BYTES = 32
_PRIVATE = 0o600


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A fusion node as it was after its input at ``time_ns``."""

    time_ns: int
    node: FusionNode


def checkpoint_bytes(node: FusionNode, site: Site, time_ns: int) -> bytes:
    """Everything about a node, in bytes.

    Parameters
    ----------
    node : FusionNode
    site : Site
        A checkpoint of another site file, or of another version, is never loaded.
    time_ns : int
        Of the last message or tick that the node was given.
    """
    # In a pickle of its own, so that the classes of another version are never brought to life.
    inner = pickle.dumps(node, pickle.HIGHEST_PROTOCOL)
    body = pickle.dumps((_made_for(site), time_ns, inner), pickle.HIGHEST_PROTOCOL)
    return hashlib.sha256(body).digest() + body


def save_checkpoint(path: Path, content: bytes) -> None:
    """Put a checkpoint in the place of the last one, which stays whole until then.

    Raises
    ------
    OutputError
        The disk is full or gone; the last checkpoint is as it was.
    """
    with atomic_write(path) as staging:
        staging.touch(_PRIVATE)
        staging.write_bytes(content)


def load_checkpoint(path: Path, site: Site) -> Checkpoint | None:
    """The last checkpoint, if there is one that can be used.

    Returns
    -------
    Checkpoint or None
        None where there is none, where it is damaged, where it was made by another version or
        for another site file, and where somebody else could have written it: the log then has
        to do by itself.
    """
    try:
        with path.open("rb") as file:
            if not _is_private(os.fstat(file.fileno())):
                return None
            content = file.read()
    except OSError:
        return None
    digest, body = content[:_DIGEST_BYTES], content[_DIGEST_BYTES:]
    if hashlib.sha256(body).digest() != digest:
        return None
    try:
        made_for, time_ns, inner = pickle.loads(body)  # noqa: S301 - private, by our own hand
        if made_for != _made_for(site):
            return None
        return Checkpoint(time_ns, pickle.loads(inner))  # noqa: S301 - the same
    except (ImportError, AttributeError, EOFError, TypeError, ValueError, pickle.UnpicklingError):
        return None  # of a working copy whose classes were others


def _made_for(site: Site) -> tuple[str, str]:
    digest = hashlib.sha256(site.model_dump_json().encode()).hexdigest()
    return version("clearway"), digest


def _is_private(status: os.stat_result) -> bool:
    return status.st_uid == os.getuid() and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
