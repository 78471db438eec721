"""The console on the network: real sockets on this machine, with and without TLS."""

from __future__ import annotations

import asyncio
import signal
import socket
import ssl

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Origin

from clearway.console import routes
from clearway.console.security.authentication import request_token
from clearway.console.server import ConsoleServer, ServerSettings, serving
from clearway.errors import ArgumentError, OutputError
from clearway.sapient.security import AUTHORITY, Issued
from tests.console import echo
from tests.console.network import LOCAL, issued, place_of, sent, serve
from tests.console.room import API, COOKIE, Room

__all__ = ["issued"]


@pytest.fixture(autouse=True)
def _with_a_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes, "ROUTERS", (*routes.ROUTERS, echo.router))


def test_it_answers_as_soon_as_it_is_there_and_leaves_the_signals_alone(room: Room) -> None:
    def handlers() -> list[object]:
        return [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]

    async def run() -> None:
        before = handlers()
        async with serving(room.context, LOCAL) as server:
            assert handlers() == before
            assert server.address.startswith("http://127.0.0.1:")
            async with httpx.AsyncClient(base_url=server.address, trust_env=False) as browser:
                assert (await browser.get("/")).status_code == 200
                by_name = server.address.replace("127.0.0.1", "localhost")
                assert (await browser.get(f"{by_name}/")).status_code == 200
            assert not any(task.done() for task in server.tasks)
        assert handlers() == before
        assert all(task.done() for task in server.tasks)

    asyncio.run(run())


def test_a_browser_signs_in_over_tls_and_opens_a_socket(room: Room, issued: Issued) -> None:
    trust = ssl.create_default_context(cafile=issued.certificate.parents[1] / AUTHORITY)
    settings = ServerSettings(
        host="127.0.0.1", port=0, credentials=(issued.certificate, issued.key)
    )

    async def test(server: ConsoleServer) -> None:
        origin = Origin(server.address)
        assert origin.startswith("https://127.0.0.1:")
        async with httpx.AsyncClient(
            base_url=origin, verify=trust, trust_env=False, headers={"Origin": origin}
        ) as browser:
            me = await browser.post(f"{API}/login", json=room.credentials("operator"))
            assert me.json()["name"] == "operator"
            assert "strict-transport-security" in me.headers
            token = browser.cookies[COOKIE]
            address = f"{origin.replace('https', 'wss')}{API}{echo.PATH}"
            cookie = {"Cookie": f"{COOKIE}={token}"}
            async with connect(
                address, ssl=trust, origin=origin, additional_headers=cookie, proxy=None
            ) as page:
                await page.send("hello")
                assert await page.recv() == "operator: hello"
                version = page.transport.get_extra_info("ssl_object").version()
                assert version == "TLSv1.3"
                left = await browser.post(
                    f"{API}/logout", headers={"X-CSRF-Token": request_token(token)}
                )
                assert left.status_code == 204
                with pytest.raises(ConnectionClosed) as closed:
                    await page.recv()
                assert closed.value.rcvd is not None
                assert closed.value.rcvd.code == 4401
            foreign = Origin("https://evil.test")
            for headers, where in ((cookie, origin), ({}, origin), (cookie, foreign)):
                with pytest.raises(InvalidStatus) as refused:
                    await connect(
                        address, ssl=trust, origin=where, additional_headers=headers, proxy=None
                    )
                assert refused.value.response.status_code == 403

    serve(room, settings, test)


def test_open_sockets_do_not_keep_it_from_stopping(room: Room) -> None:
    async def run() -> int:
        async with serving(room.context, LOCAL) as server:
            cookie = {"Cookie": f"clearway_session={room.session('operator')}"}
            page = await connect(
                f"{server.address.replace('http', 'ws')}{API}{echo.PATH}",
                origin=Origin(server.address),
                additional_headers=cookie,
                proxy=None,
            )
            await page.send("hello")
            assert await page.recv() == "operator: hello"
        with pytest.raises(ConnectionClosed) as closed:
            await page.recv()
        assert closed.value.rcvd is not None
        return closed.value.rcvd.code

    assert asyncio.run(run()) == 1012


def test_older_tls_and_no_tls_are_not_served(room: Room, issued: Issued) -> None:
    settings = ServerSettings(port=0, credentials=(issued.certificate, issued.key))
    older = ssl.create_default_context(cafile=issued.certificate.parents[1] / AUTHORITY)
    older.maximum_version = ssl.TLSVersion.TLSv1_2

    async def test(server: ConsoleServer) -> None:
        with pytest.raises(OSError):  # noqa: PT011 - of TLS, or a closed connection
            await asyncio.open_connection(*place_of(server), ssl=older)
        assert b"200" not in await sent(server, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")

    serve(room, settings, test)


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])  # noqa: S104 - that is what is refused
def test_others_are_served_with_tls_only(room: Room, host: str) -> None:
    async def test(_: ConsoleServer) -> None:
        pytest.fail("it was served")

    with pytest.raises(ArgumentError, match="clearway certs"):
        serve(room, ServerSettings(host=host, port=0), test)


def test_an_address_in_use_is_told(room: Room) -> None:
    async def test(_: ConsoleServer) -> None:
        pytest.fail("it was served")

    with socket.create_server(("127.0.0.1", 0)) as other:
        settings = ServerSettings(port=other.getsockname()[1])
        with pytest.raises(OutputError, match="cannot be listened on"):
            serve(room, settings, test)
    with pytest.raises(OutputError, match="cannot be listened on"):
        serve(room, ServerSettings(host="nowhere.invalid"), test)


@pytest.mark.parametrize("host", ["::1", "localhost", "127.0.0.2"])
def test_every_way_to_this_machine_does(room: Room, host: str) -> None:
    shown = f"[{host}]" if ":" in host else host

    async def test(server: ConsoleServer) -> None:
        assert server.address.startswith(f"http://{shown}:")
        async with httpx.AsyncClient(base_url=server.address, trust_env=False) as browser:
            assert (await browser.get("/")).status_code == 200

    try:
        serve(room, ServerSettings(host=host, port=0), test)
    except OutputError as refused:
        pytest.skip(str(refused))  # a machine without IPv6
