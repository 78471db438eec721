"""The bounds of a connection, and what it needs of whoever it belongs to."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Protocol

from clearway.errors import ArgumentError
from clearway.sapient.frames import DEFAULT_LIMIT_BYTES, FrameError

if TYPE_CHECKING:
    from clearway.sapient.link import Link

__all__ = ["LinkOwner", "LinkSettings"]


@dataclass(frozen=True, slots=True)
class LinkSettings:
    """Bounds on one connection.

    The rates do not refuse anything: a peer that sends more is read more slowly, until its own
    socket is full.  60 people at 25 scans per second are 1,500 messages and less than 1 MB.
    """

    frame_bytes: int = DEFAULT_LIMIT_BYTES
    """Longest message accepted."""
    messages_per_s: float = 4_000.0
    """Messages read on the long run."""
    message_burst: float = 8_000.0
    """Messages read at once."""
    first_messages: float = 1_000.0
    """The same for a new connection, or connecting anew would pay."""
    refused_cost: float = 40.0
    """What a refused message, or a Registration, and each of its bytes count as: they take longest
    to deal with."""
    bytes_per_s: float = 8e6
    """Bytes read on the long run."""
    byte_burst: float = 16e6
    """Bytes read at once."""
    turn_messages: int = 32
    """Messages handled before others have their turn."""
    report_queue: int = 1_024
    """Detections and status reports that wait for a slow peer; the oldest are dropped."""
    control_queue: int = 256
    """Other messages that wait for a slow peer; one more and the connection is closed."""
    queue_bytes: int = 2 << 20
    """Bytes of either kind that wait for a slow peer."""
    linger_s: float = 1.0
    """How long a connection that is being closed may take to say its last."""

    def __post_init__(self) -> None:
        """Refuse bounds that would stop everything."""
        for bound in fields(self):
            if not getattr(self, bound.name) > 0:
                raise ArgumentError(
                    bound.name, f"{getattr(self, bound.name)} is not positive", "give more"
                )


class LinkOwner(Protocol):
    """Whoever is told what comes over a connection."""

    def link_made(self, link: Link, transport: asyncio.Transport) -> None:
        """The socket is connected; `Link.open` starts the traffic."""

    def link_payload(self, payload: bytes) -> None:
        """A frame came."""

    def link_broken(self, error: FrameError) -> None:
        """What comes is no sequence of frames; nothing more will."""

    def link_slow(self) -> None:
        """The peer does not read, and there is no more room for what it must get."""

    def link_throttled(self) -> None:
        """The peer sends more than it may and is read more slowly; told once in ten seconds."""

    def link_lost(self, detail: str) -> None:
        """The connection is gone."""

    def link_failed(self, error: Exception) -> None:
        """Handling what came raised."""
