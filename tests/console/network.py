"""A console on a port of this machine, and raw bytes to it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from uuid import UUID

import httpx
import pytest

from clearway.console.server import ConsoleServer, ServerSettings, serving
from clearway.sapient.security import Issued, create_authority, issue
from tests.console.room import Room

__all__ = ["LOCAL", "NODE", "issued", "place_of", "sent", "serve"]

LOCAL = ServerSettings(port=0)


NODE = str(UUID(int=0x6F1D7B0A_3C5E_4D2F_8A9B_0C1D2E3F4A5B))


@pytest.fixture
def issued(tmp_path: Path) -> Issued:
    """A certificate for this machine."""
    create_authority(tmp_path / "certs", "hall")
    return issue(tmp_path / "certs", NODE, "console", ["localhost", "127.0.0.1"])


def serve(
    room: Room, settings: ServerSettings, test: Callable[[ConsoleServer], Awaitable[None]]
) -> None:
    """Run a test with a console that is being served."""

    async def run() -> None:
        async with serving(room.context, settings) as server:
            await test(server)

    asyncio.run(run())


def place_of(server: ConsoleServer) -> tuple[str, int]:
    """Host and port."""
    url = httpx.URL(server.address)
    assert url.port is not None
    return url.host, url.port


async def sent(server: ConsoleServer, data: bytes) -> bytes:
    """All that comes back for some bytes."""
    reader, writer = await asyncio.open_connection(*place_of(server))
    try:
        writer.write(data)
        return await reader.read()
    except ConnectionError:
        return b""
    finally:
        writer.close()
