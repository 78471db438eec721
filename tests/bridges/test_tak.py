"""Events over the three ways, to peers on this machine."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import takproto  # type: ignore[import-untyped]
from lxml import etree

from clearway.bridges.bridge import Pace
from clearway.bridges.cursor_on_target import EventSettings
from clearway.bridges.outbox import Outbox
from clearway.bridges.tak import TakBridge, TakSettings
from clearway.errors import ArgumentError
from tests.bridges.messages import ALERT, PERSON, alert, person, status
from tests.bridges.servers import (
    LOCAL,
    certificate,
    mute_server,
    running,
    tak_server,
    until,
)

EVENTS = EventSettings(drill=True)
PACE = Pace(send_timeout_s=2.0, first_retry_s=0.01, last_retry_s=0.02)


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
                    number += 1
                    bridge.offer(alert(f"alert{number}", description="x" * 1900))
                    await asyncio.sleep(0)
                assert "TimeoutError" in (bridge.state.last_error or "")
                for _ in range(1000):
                    number += 1
                    bridge.offer(person(str(number)))
                assert bridge.state.dropped_reports >= 900

    asyncio.run(story())


def test_an_interface_that_takes_no_more_is_not_given_more(monkeypatch: pytest.MonkeyPatch) -> None:
    class Stuck:
        """A transport whose interface takes three datagrams and then none."""

        def __init__(self, protocol: asyncio.DatagramProtocol) -> None:
            self.protocol = protocol
            self.kept: list[bytes] = []
            self.aborted = False

        def sendto(self, data: bytes) -> None:
            self.kept.append(data)
            if len(self.kept) == 3:
                self.protocol.pause_writing()

        def abort(self) -> None:
            self.aborted = True

    async def story() -> None:
        opened: list[Stuck] = []

        async def endpoint(
            factory: Callable[[], asyncio.DatagramProtocol], **_: object
        ) -> tuple[Stuck, asyncio.DatagramProtocol]:
            protocol = factory()
            opened.append(Stuck(protocol))
            return opened[-1], protocol

        monkeypatch.setattr(asyncio.get_running_loop(), "create_datagram_endpoint", endpoint)
        pace = Pace(send_timeout_s=0.05, first_retry_s=0.01, last_retry_s=0.01)
        bridge = TakBridge(TakSettings(f"udp://{LOCAL}", EVENTS), pace)
        async with running(bridge):
            for number in range(20):
                bridge.offer(alert(f"alert{number}"))
            await until(lambda: len(opened) == 2)
            assert (len(opened[0].kept), opened[0].aborted) == (3, True)
            opened[1].protocol.resume_writing()
            await until(lambda: len(opened[1].kept) == 3)
            opened[1].protocol.resume_writing()
            await until(lambda: len(opened[1].kept) == 20)  # told again as well

    asyncio.run(story())


def test_a_server_that_is_gone_without_a_word_is_noticed() -> None:
    async def story() -> None:
        async with tak_server() as server:
            bridge = TakBridge(TakSettings(f"tcp://{LOCAL}:{server.port}", EVENTS), PACE)
            opened: list[socket.socket] = []
            connect = asyncio.open_connection

            async def watched(*arguments: Any, **named: Any) -> Any:
                reader, writer = await connect(*arguments, **named)
                opened.append(writer.get_extra_info("socket"))
                return reader, writer

            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(asyncio, "open_connection", watched)
                async with running(bridge):
                    await until(lambda: bridge.state.connected)
                    (stream,) = opened
                    tcp = socket.IPPROTO_TCP
                    assert stream.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
                    assert stream.getsockopt(tcp, socket.TCP_USER_TIMEOUT) == 15_000
                    assert stream.getsockopt(tcp, socket.TCP_KEEPIDLE) <= 15

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
