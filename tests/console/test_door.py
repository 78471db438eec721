"""Which connections come in, and how long one may keep the server waiting."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from clearway.console import assets
from clearway.console.assets import Asset
from clearway.console.door import DoorSettings
from clearway.console.server import ConsoleServer, ServerSettings
from clearway.sapient.security import Issued
from tests.console.network import LOCAL, issued, place_of, sent, serve
from tests.console.room import Room

__all__ = ["issued"]


RAW = [
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    b"NONSENSE\r\n\r\n",
    b"GET /../../etc/passwd HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n",
    b"GET /assets/../../x HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n",
    b"GET http://evil.test/ HTTP/1.1\r\nHost: evil.test\r\nConnection: close\r\n\r\n",
    b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: %s\r\nHost: evil.test\r\nConnection: close\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: %s\r\nConnection: close\r\nX: " + b"y" * 70_000 + b"\r\n\r\n",
    b"POST /api/v1/login HTTP/1.1\r\nHost: %s\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
    b"POST /api/v1/login HTTP/1.1\r\nHost: %s\r\nContent-Length: -1\r\n\r\n",
    b"CONNECT evil.test:443 HTTP/1.1\r\nHost: evil.test:443\r\nConnection: close\r\n\r\n",
]


@pytest.mark.parametrize("data", RAW, ids=range(len(RAW)))
def test_odd_bytes_are_refused_and_the_server_goes_on(room: Room, data: bytes) -> None:
    async def test(server: ConsoleServer) -> None:
        host = server.address.removeprefix("http://").encode()
        answer = await sent(server, data.replace(b"%s", host))
        assert answer == b"" or answer.startswith(b"HTTP/1.1 4")
        async with httpx.AsyncClient(base_url=server.address, trust_env=False) as browser:
            assert (await browser.get("/")).status_code == 200

    serve(room, LOCAL, test)


HALF_A_BODY = (
    b"POST /api/v1/login HTTP/1.1\r\nHost: %s\r\nOrigin: http://%s\r\n"
    b"Content-Type: application/json\r\nContent-Length: 50\r\n\r\n{"
)


@pytest.mark.parametrize(
    "begun",
    [b"", b"GET / HTTP/1.1\r\nHost: x\r\n", HALF_A_BODY],
    ids=["nothing", "half a head", "half a body"],
)
def test_who_does_not_go_on_is_cut_off(room: Room, begun: bytes) -> None:
    settings = ServerSettings(port=0, door=DoorSettings(patience_s=0.2))

    async def test(server: ConsoleServer) -> None:
        host = server.address.removeprefix("http://").encode()
        assert await sent(server, begun.replace(b"%s", host)) == b""

    serve(room, settings, test)


def test_who_does_not_take_the_answer_is_cut_off(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    large = Asset(bytes(20_000_000), None, "image/png", "no-cache", '"x"')
    monkeypatch.setattr(assets, "read_assets", lambda: {"/large.png": large, "/index.html": large})
    settings = ServerSettings(port=0, door=DoorSettings(per_address=1, patience_s=0.2))

    async def test(server: ConsoleServer) -> None:
        host = server.address.removeprefix("http://").encode()
        asked = b"GET /large.png HTTP/1.1\r\nHost: %s\r\n\r\n".replace(b"%s", host)
        reader, writer = await asyncio.open_connection(*place_of(server), limit=1000)
        writer.write(asked)
        # Nobody else of this address gets in before it is gone.
        wrong = b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n"
        while not await sent(server, wrong):
            await asyncio.sleep(0.01)
        with pytest.raises((asyncio.IncompleteReadError, ConnectionError)):
            await reader.readexactly(len(large.content))
        writer.close()

    serve(room, settings, test)


def test_who_does_not_go_on_with_the_handshake_is_cut_off(room: Room, issued: Issued) -> None:
    settings = ServerSettings(
        port=0,
        credentials=(issued.certificate, issued.key),
        door=DoorSettings(handshake_s=0.2),
    )

    async def test(server: ConsoleServer) -> None:
        for begun in (b"", b"\x16\x03\x01\x02\x00\x01"):
            assert await sent(server, begun) == b""

    serve(room, settings, test)


@pytest.mark.parametrize("settings", [DoorSettings(connections=3), DoorSettings(per_address=3)])
def test_connections_are_bounded(room: Room, settings: DoorSettings) -> None:
    async def test(server: ConsoleServer) -> None:
        writers = []
        for _ in range(3):
            _, writer = await asyncio.open_connection(*place_of(server))
            writers.append(writer)
        assert await sent(server, b"GET / HTTP/1.1\r\n\r\n") == b""
        writers.pop().close()
        host = server.address.removeprefix("http://").encode()
        asked = b"GET / HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n".replace(b"%s", host)
        # It may take a moment until the server sees that one has left.
        while not (answer := await sent(server, asked)):
            await asyncio.sleep(0.001)
        assert answer.startswith(b"HTTP/1.1 200")
        for writer in writers:
            writer.close()

    serve(room, ServerSettings(port=0, door=settings), test)


def test_handshakes_count_as_connections(room: Room, issued: Issued) -> None:
    settings = ServerSettings(
        port=0,
        credentials=(issued.certificate, issued.key),
        door=DoorSettings(per_address=2, handshake_s=60.0),
    )

    async def test(server: ConsoleServer) -> None:
        writers = [(await asyncio.open_connection(*place_of(server)))[1] for _ in range(2)]
        assert await sent(server, b"\x16\x03\x01") == b""
        for writer in writers:
            writer.close()

    serve(room, settings, test)
