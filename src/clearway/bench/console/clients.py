"""Pages as a server knows them: WebSockets that take whatever comes."""

from __future__ import annotations

import asyncio
import os
from contextlib import AsyncExitStack
from dataclasses import dataclass
from multiprocessing.connection import Connection

import msgspec
from websockets.asyncio.client import ClientConnection, connect

from clearway.bench.console.station import Doors

__all__ = ["Counts", "run_clients"]

_LIVE = "/api/v1/live"


@dataclass(slots=True)
class Counts:
    """What all of them were sent since they were asked last."""

    frames: int = 0
    """Pictures of everybody, in whatever form."""
    frame_bytes: int = 0
    texts: int = 0
    """All other messages."""
    text_bytes: int = 0
    skipped: int = 0
    """Frames that the server says a client was too slow for."""
    closed: int = 0
    """Connections that have ended."""


class _Skipped(msgspec.Struct, tag_field="type", tag="skipped"):
    frames: int


def run_clients(doors: Doors, cores: frozenset[int], link: Connection) -> None:
    """Open a WebSocket with each session; tell so, and the `Counts` whenever anything is asked."""
    os.sched_setaffinity(0, cores)
    asyncio.run(_run(doors, link))


async def _run(doors: Doors, link: Connection) -> None:
    counts = Counts()
    async with AsyncExitStack() as stack:
        address = "ws" + doors.address.removeprefix("http") + _LIVE
        for session in doors.sessions:
            cookies = "; ".join(f"{name}={value}" for name, value in session.items())
            socket = await stack.enter_async_context(
                connect(
                    address,
                    origin=doors.address,  # type: ignore[arg-type]  # a NewType of str
                    additional_headers={"Cookie": cookies},
                    compression=None,
                    max_size=None,
                    proxy=None,
                )
            )
            task = asyncio.create_task(_take(socket, counts))
            stack.callback(task.cancel)
        link.send(len(doors.sessions))
        while await asyncio.to_thread(link.recv) is not None:
            link.send(counts)
            for name in Counts.__slots__:
                setattr(counts, name, 0)


async def _take(socket: ClientConnection, counts: Counts) -> None:
    async for message in socket:
        if isinstance(message, bytes) or message.startswith("["):
            counts.frames += 1
            counts.frame_bytes += len(message)
            continue
        counts.texts += 1
        counts.text_bytes += len(message)
        if message.startswith('{"type":"skipped"'):
            counts.skipped += msgspec.json.decode(message, type=_Skipped).frames
    counts.closed += 1
