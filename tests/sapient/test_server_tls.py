"""Server and client with certificates of a site's own authority."""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path
from typing import Any

import pytest

from clearway.errors import ArgumentError
from clearway.sapient.security import (
    AUTHORITY,
    Issued,
    client_context,
    create_authority,
    handshake_problem,
    issue,
    node_id_of,
    server_context,
)
from clearway.sapient.server import (
    MessageAccepted,
    NodeLost,
    NodeRegistered,
    PeerRefused,
    Refusal,
    Server,
)
from clearway.sapient.session import Connected, Disconnected, Ending
from tests.sapient.loopback import FakeClock, Heard, Socket, client, server_settings, serving
from tests.sapient.messages import NODE, OTHER_NODE, message
from tests.sapient.session.harness import FUSION, stamped

run = asyncio.run


def identify(ssl_object: ssl.SSLObject) -> str | None:
    return node_id_of(ssl_object.getpeercert(binary_form=True))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Issued]:
    folder = tmp_path_factory.mktemp("certificates")
    create_authority(folder, "Test site")
    return {
        "fusion": issue(folder, FUSION, "fusion", ["127.0.0.1"]),
        "node": issue(folder, NODE, "node"),
        "other": issue(folder, OTHER_NODE, "other"),
    }


def authority_of(one: Issued) -> Path:
    return one.certificate.parents[1] / AUTHORITY


def context(site: dict[str, Issued], who: str) -> ssl.SSLContext:
    make = server_context if who == "fusion" else client_context
    return make(authority_of(site[who]), site[who].certificate, site[who].key)


def secure(site: dict[str, Issued], **more: Any) -> dict[str, Any]:
    return {
        "tls": context(site, "fusion"),
        "identify": identify,
        "explain": handshake_problem,
        **more,
    }


def test_a_certificate_without_a_meaning_is_refused() -> None:
    with pytest.raises(ArgumentError, match="identify"):
        Server(FUSION, print, tls=ssl.create_default_context())


def test_a_node_with_its_certificate_takes_part(site: dict[str, Issued]) -> None:
    async def scene() -> None:
        clock, heard, told = FakeClock(), Heard(), Heard()
        async with serving(heard, clock, **secure(site)) as server:
            async with client(server.port, told, clock=clock, tls=context(site, "node")) as node:
                await told.until(Connected)
                assert node.send(stamped(message("detection_report"), clock.now_ns, NODE))
                await heard.until(MessageAccepted, 2)
            assert (await heard.until(NodeLost))[0].reason is Ending.GOODBYE

    run(scene())


def test_a_certificate_is_good_for_one_node_only(site: dict[str, Issued]) -> None:
    async def scene() -> None:
        heard = Heard()
        async with (
            serving(heard, **secure(site)) as server,
            await Socket.connect(server.port, NODE, ssl=context(site, "other")) as thief,
        ):
            thief.say("registration")
            (refused,) = await heard.until(PeerRefused)
            assert refused.reason is Refusal.SPOOFING
            assert refused.node_id == NODE
            assert not heard.of(NodeRegistered)
            (error,) = await thief.hear_the_end()
            assert "certificate" in error.error.error_message[0]

    run(scene())


def test_the_same_certificate_displaces_at_once(site: dict[str, Issued]) -> None:
    async def scene() -> None:
        heard = Heard()
        async with (
            serving(heard, **secure(site)) as server,
            await Socket.connect(server.port, ssl=context(site, "node")) as old,
            await Socket.connect(server.port, ssl=context(site, "node")) as new,
        ):
            await old.begin()
            await new.begin()
            assert await old.hear_the_end() == []
            new.say("detection_report")
            await heard.until(MessageAccepted, 3)
            assert not heard.of(NodeLost)

    run(scene())


def test_a_node_off_the_list_is_refused_after_the_handshake(site: dict[str, Issued]) -> None:
    async def scene() -> None:
        heard = Heard()
        options = secure(site, permits_node=lambda node: node != NODE)
        async with (
            serving(heard, **options) as server,
            await Socket.connect(server.port, ssl=context(site, "node")) as node,
        ):
            (refused,) = await heard.until(PeerRefused)
            assert refused.reason is Refusal.CERTIFICATE
            assert refused.node_id == NODE
            assert await node.hear_the_end() == []

    run(scene())


def test_a_certificate_that_names_nobody_is_refused(site: dict[str, Issued]) -> None:
    async def scene() -> None:
        heard = Heard()
        async with (
            serving(heard, **secure(site, identify=lambda _: None)) as server,
            await Socket.connect(server.port, ssl=context(site, "node")) as node,
        ):
            assert (await heard.until(PeerRefused))[0].reason is Refusal.CERTIFICATE
            assert await node.hear_the_end() == []

    run(scene())


def test_a_list_that_cannot_be_asked_costs_one_connection(
    site: dict[str, Issued], caplog: pytest.LogCaptureFixture
) -> None:
    async def scene() -> None:
        heard = Heard()

        def fails_for_one(node_id: str) -> bool:
            if node_id == OTHER_NODE:
                raise ZeroDivisionError("a defect")
            return True

        async with (
            serving(heard, **secure(site, permits_node=fails_for_one)) as server,
            await Socket.connect(server.port, OTHER_NODE, ssl=context(site, "other")) as bad,
            await Socket.connect(server.port, ssl=context(site, "node")) as good,
        ):
            assert (await heard.until(PeerRefused))[0].reason is Refusal.DEFECT
            assert await bad.hear_the_end() == []
            await good.begin()
            await heard.until(MessageAccepted)

    run(scene())
    assert "ZeroDivisionError" in caplog.text


def test_without_a_certificate_a_client_sees_the_end_after_its_handshake(
    site: dict[str, Issued],
) -> None:
    async def scene() -> None:
        clock, heard, told = FakeClock(), Heard(), Heard()
        bare = ssl.create_default_context(cafile=authority_of(site["fusion"]))
        async with (
            serving(heard, clock, **secure(site)) as server,
            client(server.port, told, clock=clock, tls=bare),
        ):
            (refused,) = await heard.until(PeerRefused)
            assert refused.reason is Refusal.TLS
            (lost,) = await told.until(Disconnected)
            assert "certificate" in lost.detail
            assert not told.of(Connected)

    run(scene())


def test_a_peer_without_tls_is_refused_and_others_go_on(
    site: dict[str, Issued], caplog: pytest.LogCaptureFixture
) -> None:
    async def scene() -> None:
        heard = Heard()
        async with (
            serving(heard, **secure(site)) as server,
            await Socket.connect(server.port, ssl=context(site, "node")) as good,
            await Socket.connect(server.port, OTHER_NODE) as plain,
        ):
            await good.begin()
            plain.say("registration")
            (refused,) = await heard.until(PeerRefused)
            assert refused.reason is Refusal.TLS
            good.say("detection_report")
            await heard.until(MessageAccepted, 2)

    run(scene())
    # An event has told it.
    assert not caplog.records


def test_a_handshake_that_never_ends_is_given_up(site: dict[str, Issued]) -> None:
    async def scene() -> None:
        heard = Heard()
        settings = server_settings(handshake_s=0.1)
        async with (
            serving(heard, settings=settings, **secure(site)) as server,
            await Socket.connect(server.port) as mute,
        ):
            (refused,) = await heard.until(PeerRefused)
            assert refused.reason is Refusal.TLS
            assert await mute.hear_the_end() == []

    run(scene())


def test_stopping_in_the_middle_of_a_handshake(site: dict[str, Issued]) -> None:
    async def scene() -> None:
        async with serving(Heard(), **secure(site)) as server:
            mute = await Socket.connect(server.port)
            while not server.peers:
                await asyncio.sleep(0)
        async with mute:
            assert await mute.hear_the_end() == []

    run(scene())


def test_what_waits_for_a_node_that_does_not_read_is_bounded(site: dict[str, Issued]) -> None:
    async def scene() -> None:
        heard = Heard()
        settings = server_settings(report_queue=10)
        async with (
            serving(heard, settings=settings, **secure(site)) as server,
            await Socket.connect(server.port, ssl=context(site, "node"), limit=1) as slow,
        ):
            await slow.begin()
            await heard.until(MessageAccepted)
            report = message("detection_report")
            report.node_id = FUSION
            (peer,) = server._peers.values()
            while not peer.link.dropped:
                assert server.send(NODE, report)
                await asyncio.sleep(0)
            assert peer.link.waiting_bytes < 10_000

    run(scene())


def test_a_server_that_is_nobody_is_left(site: dict[str, Issued]) -> None:
    async def scene() -> None:
        clock, heard, told = FakeClock(), Heard(), Heard()
        options: dict[str, Any] = {"tls": context(site, "node"), "identify": lambda _: None}
        async with (
            serving(heard, clock, **secure(site)) as server,
            client(server.port, told, clock=clock, **options),
        ):
            (lost,) = await told.until(Disconnected)
            assert lost.ending is Ending.STOPPED
            assert "certificate" in lost.detail
            assert not heard.of(NodeRegistered)

    run(scene())
