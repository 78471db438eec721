"""What a log holds, as the reader yields it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

__all__ = [
    "Direction",
    "Fact",
    "FactValue",
    "Flaw",
    "LogStart",
    "LoggedMessage",
    "Record",
    "Tick",
]

FactValue = str | int | float | bool | None
"""What a detail of a fact may be."""


class Direction(StrEnum):
    """Which way a message went, seen from this fusion node."""

    RECEIVED = "received"
    SENT = "sent"


@dataclass(frozen=True, slots=True)
class LogStart:
    """A session begins here, or as much of it as there is; a replayed engine starts afresh.

    Parameters
    ----------
    session : str
        Random id of that run of the service.
    started_ns : int
        UTC nanoseconds, by the recording machine's clock.
    site : str
        The site file's text, whole.
    versions : mapping of str to str
        Software by name, such as ``clearway``.
    records_before : int
        Of the session.  They were deleted when their time was over, could not be kept, or are in
        files that are not read.
    """

    session: str
    started_ns: int
    site: str = field(repr=False)
    versions: Mapping[str, str]
    records_before: int = 0


@dataclass(frozen=True, slots=True)
class LoggedMessage:
    """One accepted SAPIENT message.

    Parameters
    ----------
    sequence : int
        Place in the session's order, modulo 2**32.
    logged_ns : int
        When it was received or sent: UTC nanoseconds by this machine's clock.
    content_ns : int
        The message's own ``timestamp``, which is that of its content (BSI Flex 335 v2.0, 4.1);
        where that has none, or none between 1970 and 2554, ``logged_ns``.
    direction : Direction
        Which way it went.
    node_id : str
        The node at the other end.
    content : str
        Name of the content, such as ``detection_report``.
    payload : bytes
        The serialised ``SapientMessage``, as it was on the wire.
    """

    sequence: int
    logged_ns: int
    content_ns: int
    direction: Direction
    node_id: str
    content: str
    payload: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Tick:
    """The engine was told the time without a message.

    Parameters
    ----------
    sequence : int
        Place in the session's order, modulo 2**32.
    clock_ns : int
        UTC nanoseconds.
    """

    sequence: int
    clock_ns: int


@dataclass(frozen=True, slots=True)
class Fact:
    """Something about the session that no message says, such as a node lost.

    Parameters
    ----------
    sequence : int
        Place in the session's order, modulo 2**32.
    at_ns : int
        UTC nanoseconds by this machine's clock.
    kind : str
        Such as ``node_lost``.
    details : mapping of str to str, int, float, bool or None
        What belongs to it.
    """

    sequence: int
    at_ns: int
    kind: str
    details: Mapping[str, FactValue]


@dataclass(frozen=True, slots=True)
class Flaw:
    """A place where the log is not whole; what can be read around it is read.

    Parameters
    ----------
    path : Path
        The segment.
    offset : int
        Byte in the segment at which it was noticed.
    problem : str
        What is wrong and what is missing.
    """

    path: Path
    offset: int
    problem: str

    def __str__(self) -> str:
        return f"{self.path}, byte {self.offset}: {self.problem}"


Record = LogStart | LoggedMessage | Tick | Fact | Flaw
"""Anything that a log yields."""
