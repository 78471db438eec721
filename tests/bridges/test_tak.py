"""Events over the three ways, to peers on this machine."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import takproto  # type: ignore[import-untyped]
from lxml import etree

from clearway.bridges.bridge import Pace
from clearway.bridges.cursor_on_target import EventSettings
from clearway.bridges.outbox import Outbox
from clearway.bridges.tak import TakBridge, TakSettings
from clearway.errors import ArgumentError
from tests.bridges.messages import ALERT, PERSON, alert, person, status
from tests.bridges.servers import LOCAL, certificate, mute_server, running, until

EVENTS = EventSettings(drill=True)
PACE = Pace(send_timeout_s=2.0, first_retry_s=0.01, last_retry_s=0.02)


class Server:
    """A TAK server that keeps what it is told."""

    def __init__(self) -> None:
        self.port = 0
        self.events: list[etree._Element] = []
        self.writers: list[asyncio.StreamWriter] = []

    @property
    def identities(self) -> list[str | None]:
        return [event.get("uid") for event in self.events]

    async def receive(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writers.append(writer)
        try:
            while True:
                document = await reader.readuntil(b"</event>")
                self.events.append(etree.fromstring(document.strip()))
        except (asyncio.IncompleteReadError, OSError):
            writer.close()


@asynccontextmanager
async def tak_server(tls: ssl.SSLContext | None = None) -> AsyncIterator[Server]:
    ours = Server()
    server = await asyncio.start_server(ours.receive, LOCAL, 0, ssl=tls)
    ours.port = server.sockets[0].getsockname()[1]
    try:
        yield ours
    finally:
        server.close()
        for writer in ours.writers:
            writer.transport.abort()
        await server.wait_closed()


def test_events_arrive_over_tcp_and_again_after_a_restart() -> None:
    async def story() -> None:
        async with tak_server() as server:
            bridge = TakBridge(TakSettings(f"tcp://{LOCAL}:{server.port}", EVENTS), PACE)
            async with running(bridge):
                for message in (status(), person(), alert()):
                    bridge.offer(message)
                await until(lambda: len(server.events) == 2)
                assert server.identities == [f"clearway.{ALERT}", f"clearway.{PERSON}"]
                server.writers[0].write(b"<event>what others say</event>")
                server.writers[0].close()
                await until(lambda: len(server.events) == 3)
                assert server.identities[2] == f"clearway.{ALERT}"

    asyncio.run(story())


def test_events_arrive_over_tls(tmp_path: Path) -> None:
    ours = certificate(tmp_path)

    async def story() -> None:
        async with tak_server(ours.server()) as server:
            url = f"tls://{LOCAL}:{server.port}"
            bridge = TakBridge(TakSettings(url, EVENTS, tls=ours.client()), PACE)
            async with running(bridge):
                bridge.offer(alert())
                await until(lambda: len(server.events) == 1)

            stranger = TakBridge(TakSettings(url, EVENTS, tls=ssl.create_default_context()), PACE)
            async with running(stranger):
                stranger.offer(alert())
                await until(lambda: stranger.state.last_error is not None)
                assert "CERTIFICATE_VERIFY_FAILED" in (stranger.state.last_error or "")
                assert (stranger.state.sent, stranger.state.waiting) == (0, 1)

    asyncio.run(story())


@pytest.mark.parametrize("protobuf", [False, True])
def test_events_arrive_over_udp(protobuf: bool) -> None:
    async def story() -> None:
        received: list[bytes] = []

        class Phone(asyncio.DatagramProtocol):
            def datagram_received(self, data: bytes, addr: object) -> None:  # noqa: ARG002
                received.append(data)

        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(Phone, local_addr=(LOCAL, 0))
        port = transport.get_extra_info("sockname")[1]
        settings = TakSettings(f"udp://{LOCAL}:{port}", EVENTS, protobuf=protobuf)
        async with running(bridge := TakBridge(settings, PACE)):
            bridge.offer(person())
            await until(lambda: len(received) == 1)
        transport.close()
        if protobuf:
            assert takproto.parse_proto(bytearray(received[0])).cotEvent.uid.endswith(PERSON)
        else:
            assert etree.fromstring(received[0]).get("uid") == f"clearway.{PERSON}"

    asyncio.run(story())


def test_a_server_that_stops_reading_blocks_no_offer() -> None:
    async def story() -> None:
        async with mute_server() as (port, visitors):
            settings = TakSettings(f"tcp://{LOCAL}:{port}", EVENTS)
            pace = Pace(send_timeout_s=0.05, first_retry_s=0.01, last_retry_s=0.01)
            bridge = TakBridge(settings, pace, Outbox(tracks=100, alerts=5000))
            async with running(bridge):
                number = 0
                while len(visitors) < 2:
                    for _ in range(100):
                        number += 1
                        bridge.offer(alert(f"alert{number}", description="x" * 1900))
                    await asyncio.sleep(0)
                assert "TimeoutError" in (bridge.state.last_error or "")
                for _ in range(1000):
                    number += 1
                    bridge.offer(person(str(number)))
                assert bridge.state.dropped_reports >= 900

    asyncio.run(story())


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        (TakSettings("http://localhost", EVENTS), "url"),
        (TakSettings("tcp://", EVENTS), "url"),
        (TakSettings("tcp://host:port", EVENTS), "url"),
        (TakSettings("tcp://[::1", EVENTS), "url"),
        (TakSettings("tls://localhost", EVENTS), "tls"),
        (TakSettings("udp://localhost", EVENTS, tls=ssl.create_default_context()), "tls"),
        (TakSettings("udp://239.2.3.1:6969", EVENTS), "unencrypted"),
        (TakSettings("tcp://tak.example", EVENTS), "unencrypted"),
        (TakSettings("tcp://localhost", EVENTS, protobuf=True), "protobuf"),
    ],
)
def test_settings_that_cannot_be_used(settings: TakSettings, named: str) -> None:
    with pytest.raises(ArgumentError, match=named):
        TakBridge(settings)
