"""The nodes that a site lets in."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from clearway.errors import ArgumentError, Fault, InputError
from clearway.sapient.security.files import PUBLIC, read_bytes, replace
from clearway.sapient.security.identity import checked_node_id

__all__ = ["AllowList"]

_HEADING = "# Nodes that are let in: node id, then anything.  Remove a line to shut a node out.\n"


@dataclass(frozen=True, slots=True)
class AllowList:
    """Node ids that may connect.

    Examples
    --------
    >>> camera = "a8654cdf-4328-47de-81fa-c495589e30c9"
    >>> AllowList(frozenset({camera})).permits(camera.upper())
    True
    """

    node_ids: frozenset[str] | None
    """In lower case; None lets in every node whose certificate is valid."""

    def __post_init__(self) -> None:
        if self.node_ids is not None:
            known = frozenset(checked_node_id(node_id) for node_id in self.node_ids)
            object.__setattr__(self, "node_ids", known)

    def permits(self, node_id: str | None) -> bool:
        """Whether a node may connect; a certificate without a node id never does."""
        if node_id is None:
            return False
        return self.node_ids is None or node_id.lower() in self.node_ids

    @classmethod
    def read(cls, path: Path) -> AllowList:
        """Read a file with one node id at the start of each line; ``#`` starts a comment.

        Raises
        ------
        InputError
            It cannot be read, or a line starts with something else.
        """
        node_ids = set()
        faults = []
        for number, line in enumerate(_text(path).splitlines(), start=1):
            words = line.partition("#")[0].split()
            if not words:
                continue
            try:
                node_ids.add(checked_node_id(words[0]))
            except ArgumentError as error:
                faults.append(Fault(error.fault.problem, error.fault.remedy, line=number))
        if faults:
            raise InputError(path, faults)
        return cls(frozenset(node_ids))


def add(path: Path, node_id: str, note: str) -> None:
    """Put a node on the list of a file, which is made where there is none."""
    text = _text(path) if path.exists() else _HEADING
    if text and not text.endswith("\n"):
        text += "\n"
    replace(path, f"{text}{node_id}  # {note}\n".encode(), PUBLIC)


def remove(path: Path, node_id: str) -> bool:
    """Take a node off the list of a file; whether it was on it.  Other lines stay as they are."""
    lines = _text(path).splitlines(keepends=True)
    kept = [line for line in lines if _first_word(line) != node_id]
    if len(kept) < len(lines):
        replace(path, "".join(kept).encode(), PUBLIC)
    return len(kept) < len(lines)


def _first_word(line: str) -> str:
    words = line.partition("#")[0].split()
    return words[0].lower() if words else ""


def _text(path: Path) -> str:
    try:
        return read_bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError:
        remedy = "save it as UTF-8, one node id a line"
        raise InputError(path, Fault("it is not text in UTF-8", remedy)) from None
