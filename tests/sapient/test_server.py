"""A server and peers that behave, do not behave, and attack; on loopback."""

from __future__ import annotations

import asyncio
import socket
import struct
from typing import Any

import pytest

from clearway.sapient.server import (
    MessageAccepted,
    MessageRefused,
    MessageSent,
    NodeLost,
    NodeRegistered,
    PeerRefused,
    PeerThrottled,
    Refusal,
    Server,
    ServerEvent,
)
from clearway.sapient.session import Ending
from tests.sapient.loopback import PATIENCE_S, FakeClock, Heard, Socket, server_settings, serving
from tests.sapient.messages import NODE, OTHER_NODE, message
from tests.sapient.session.harness import FUSION

run = asyncio.run


def node_id(number: int) -> str:
    return f"a8654cdf-4328-47de-81fa-{number:012x}"


async def still_works(server: Server, heard: Heard, good: Socket) -> None:
    """A message of the good node arrives after all that happened."""
    before = len(heard.of(MessageAccepted))
    good.say("detection_report")
    accepted = (await heard.until(MessageAccepted, before + 1))[-1]
    assert accepted.node_id == good.node_id
    assert good.node_id in server.connected


def test_a_node_registers_reports_and_says_goodbye() -> None:
    async def scene() -> None:
        heard = Heard()
        async with serving(heard) as server, await Socket.connect(server.port) as node:
            await node.begin()
            node.say("detection_report")
            node.say("status_report", system="SYSTEM_GOODBYE")
            (lost,) = await heard.until(NodeLost)
            assert lost.reason is Ending.GOODBYE
            assert await node.hear_the_end() == []
        (registered,) = heard.of(NodeRegistered)
        assert registered.node_id == NODE
        assert b"Curtain" in registered.payload
        kinds = [event.message.WhichOneof("content") for event in heard.of(MessageAccepted)]
        assert kinds == ["status_report", "detection_report", "status_report"]
        assert [event.node_id for event in heard.of(MessageSent)] == [NODE]
        assert not heard.of(PeerRefused)

    run(scene())


def test_one_byte_at_a_time() -> None:
    async def scene() -> None:
        heard = Heard()
        async with serving(heard) as server, await Socket.connect(server.port) as node:
            everything = b"".join(
                node.framed(kind) for kind in ("registration", "status_report", "detection_report")
            )
            for index in range(len(everything)):
                node.writer.write(everything[index : index + 1])
                await node.writer.drain()
            await heard.until(MessageAccepted, 2)

    run(scene())


GARBAGE = {
    "oversize": struct.pack("<I", (1 << 20) + 1),
    "two gigabytes": b"\xff\xff\xff\x7f" + b"x" * 100,
    "all ones": b"\xff" * 4096,
    "nothing in it": struct.pack("<I", 0),
    "a web browser": b"GET / HTTP/1.1\r\nHost: example\r\n\r\n",
    "half a frame": struct.pack("<I", 100) + b"x" * 10,
    "half a length": b"\x05\x00",
}


@pytest.mark.parametrize("name", GARBAGE)
def test_a_broken_stream_ends_its_own_connection_only(name: str) -> None:
    async def scene() -> None:
        heard = Heard()
        async with (
            serving(heard) as server,
            await Socket.connect(server.port, OTHER_NODE) as good,
            await Socket.connect(server.port) as bad,
        ):
            await good.begin()
            await bad.begin()
            await heard.until(NodeRegistered, 2)
            bad.writer.write(GARBAGE[name])
            if name.startswith("half"):
                bad.writer.write_eof()
            (refused,) = await heard.until(PeerRefused)
            assert refused.reason is Refusal.FRAMING
            assert refused.node_id == NODE
            (lost,) = heard.of(NodeLost)
            assert lost.reason is Ending.FRAMING
            (error,) = await bad.hear_the_end()
            assert error.error.error_message[0]
            await still_works(server, heard, good)

    run(scene())


def test_big_endian_lengths_are_named(caplog: pytest.LogCaptureFixture) -> None:
    async def scene() -> None:
        heard = Heard()
        async with serving(heard) as server, await Socket.connect(server.port) as node:
            payload = message("registration").SerializeToString()
            node.writer.write(struct.pack(">I", len(payload)) + payload)
            (refused,) = await heard.until(PeerRefused)
            assert "big-endian" in refused.detail
            (error,) = await node.hear_the_end()
            assert "big-endian" in error.error.error_message[0]

    run(scene())
    # An event has told it.
    assert not caplog.records


def test_messages_before_the_fault_count() -> None:
    async def scene() -> None:
        heard = Heard()
        async with serving(heard) as server, await Socket.connect(server.port) as node:
            node.writer.write(
                node.framed("registration") + node.framed("status_report") + b"\xff" * 8
            )
            await heard.until(PeerRefused)
            assert len(heard.of(MessageAccepted)) == 1

    run(scene())


def test_undecodable_messages_are_refused_and_the_node_goes_on() -> None:
    async def scene() -> None:
        heard = Heard()
        async with serving(heard) as server, await Socket.connect(server.port) as node:
            await node.begin()
            node.writer.write(struct.pack("<I", 3) + b"\xff\xff\xff")
            (refused,) = await heard.until(MessageRefused)
            assert refused.payload == b"\xff\xff\xff"
            answer = await node.hear()
            assert answer is not None
            assert answer.error.packet == b"\xff\xff\xff"
            await still_works(server, heard, node)

    run(scene())


def test_nobody_waits_for_ever_to_register() -> None:
    async def scene() -> None:
        heard, clock = Heard(), FakeClock()
        async with serving(heard, clock) as server, await Socket.connect(server.port) as mute:
            while not server.peers:
                await asyncio.sleep(0)
            clock.wait(30.0)
            (refused,) = await heard.until(PeerRefused)
            assert refused.reason is Refusal.NOT_REGISTERED
            assert await mute.hear_the_end() == []

    run(scene())


def test_a_silent_node_is_lost_though_the_clock_was_set_back() -> None:
    async def scene() -> None:
        heard, clock = Heard(), FakeClock()
        async with serving(heard, clock) as server, await Socket.connect(server.port) as node:
            await node.begin()
            await heard.until(MessageAccepted)
            clock.wait(-3600.0)
            async with asyncio.timeout(PATIENCE_S):
                while not heard.of(NodeLost):
                    await asyncio.sleep(0.02)
                    clock.wait(1.0)
            assert heard.of(NodeLost)[0].reason is Ending.SILENT

    run(scene())


def test_a_silent_node_is_lost_after_three_intervals() -> None:
    async def scene() -> None:
        heard, clock = Heard(), FakeClock()
        async with serving(heard, clock) as server, await Socket.connect(server.port) as node:
            await node.begin()
            await heard.until(MessageAccepted)
            clock.wait(16.0)
            (lost,) = await heard.until(NodeLost)
            assert lost.reason is Ending.SILENT
            assert await node.hear_the_end() == []
            assert server.connected == ()

    run(scene())


def test_a_double_is_refused_and_the_node_goes_on() -> None:
    async def scene() -> None:
        heard = Heard()
        async with (
            serving(heard) as server,
            await Socket.connect(server.port) as node,
            await Socket.connect(server.port) as double,
        ):
            await node.begin()
            double.say("registration")
            (answer,) = await double.hear_the_end()
            assert not answer.registration_ack.acceptance
            (refused,) = await heard.until(PeerRefused)
            assert refused.reason is Refusal.SPOOFING
            assert refused.node_id == NODE
            await still_works(server, heard, node)
            assert not heard.of(NodeLost)

    run(scene())


def test_a_silent_node_gives_way_to_its_new_connection() -> None:
    async def scene() -> None:
        heard, clock = Heard(), FakeClock()
        async with (
            serving(heard, clock) as server,
            await Socket.connect(server.port) as old,
            await Socket.connect(server.port) as new,
        ):
            await old.begin()
            await heard.until(MessageAccepted)
            clock.wait(6.0)
            new.time_ns = clock.now_ns
            await new.begin()
            assert await old.hear_the_end() == []
            await still_works(server, heard, new)
            assert not heard.of(NodeLost)
            assert not heard.of(PeerRefused)

    run(scene())


def test_fifty_nodes_come_back_at_once() -> None:
    async def one(server: Server, number: int) -> None:
        async with await Socket.connect(server.port, node_id(number)) as node:
            await node.begin()
            node.say("detection_report")
            await node.writer.drain()
            node.writer.write_eof()
            assert await node.hear_the_end() == []

    async def scene() -> None:
        heard = Heard()
        async with serving(heard) as server:
            for _ in range(3):
                await asyncio.gather(*(one(server, number) for number in range(50)))
            await heard.until(NodeLost, 150)
            assert len(server.registry) == 50
        assert len(heard.of(NodeRegistered)) == 150
        assert len(heard.of(MessageAccepted)) == 300
        assert not heard.of(PeerRefused)

    run(scene())


def test_connections_are_limited() -> None:
    async def scene() -> None:
        heard = Heard()
        async with (
            serving(heard, settings=server_settings(peers=1)) as server,
            await Socket.connect(server.port) as first,
        ):
            await first.begin()
            async with await Socket.connect(server.port, OTHER_NODE) as second:
                assert await second.hear_the_end() == []
            (refused,) = await heard.until(PeerRefused)
            assert refused.reason is Refusal.FULL
            await still_works(server, heard, first)

    run(scene())


def test_so_are_new_ones_in_a_short_time() -> None:
    async def scene() -> None:
        heard = Heard()
        settings = server_settings(connection_burst=1.0)
        async with (
            serving(heard, settings=settings) as server,
            await Socket.connect(server.port) as first,
            await Socket.connect(server.port, OTHER_NODE) as second,
        ):
            await first.begin()
            assert await second.hear_the_end() == []
            assert (await heard.until(PeerRefused))[0].reason is Refusal.FULL
            await still_works(server, heard, first)

    run(scene())


def test_hosts_and_nodes_can_be_kept_out() -> None:
    async def scene() -> None:
        heard = Heard()
        async with serving(heard, permits_host=lambda host: host != "127.0.0.1") as server:
            async with await Socket.connect(server.port) as stranger:
                assert await stranger.hear_the_end() == []
            assert (await heard.until(PeerRefused))[0].reason is Refusal.HOST
        async with (
            serving(heard, permits_node=lambda node: node == OTHER_NODE) as server,
            await Socket.connect(server.port) as node,
        ):
            node.say("registration")
            (answer,) = await node.hear_the_end()
            assert not answer.registration_ack.acceptance
            assert (await heard.until(PeerRefused, 2))[1].reason is Refusal.UNWELCOME

    run(scene())


def tasks(number: int) -> list[Any]:
    task = message("task")
    task.node_id = FUSION
    return [task] * number


def test_a_node_that_does_not_read_is_disconnected_and_nobody_waits() -> None:
    async def scene() -> None:
        heard = Heard()
        settings = server_settings(control_queue=10, queue_bytes=1 << 16)
        async with (
            serving(heard, settings=settings) as server,
            await Socket.connect(server.port, OTHER_NODE) as good,
            await Socket.connect(server.port, limit=1) as slow,
        ):
            await good.begin()
            await slow.begin()
            await heard.until(MessageAccepted, 2)
            for task in tasks(100_000):
                if not server.send(NODE, task):
                    break
            (refused,) = heard.of(PeerRefused)
            assert refused.reason is Refusal.SLOW
            assert heard.of(NodeLost)[0].reason is Ending.SLOW
            await still_works(server, heard, good)
            assert server.connected == (OTHER_NODE,)

    run(scene())


def test_reports_to_a_node_that_does_not_read_are_dropped_and_it_stays() -> None:
    async def scene() -> None:
        heard = Heard()
        settings = server_settings(report_queue=10)
        async with (
            serving(heard, settings=settings) as server,
            await Socket.connect(server.port, limit=1) as slow,
        ):
            await slow.begin()
            await heard.until(MessageAccepted)
            report = message("detection_report")
            report.node_id = FUSION
            for _ in range(20_000):
                assert server.send(NODE, report)
            (peer,) = server._peers.values()
            assert peer.link.dropped > 0
            assert peer.link.waiting_bytes < 10_000
            await still_works(server, heard, slow)

    run(scene())


def test_a_peer_that_sends_too_much_is_read_more_slowly_and_loses_nothing() -> None:
    async def scene() -> None:
        heard = Heard()
        settings = server_settings(messages_per_s=500.0, message_burst=20.0)
        async with (
            serving(heard, settings=settings) as server,
            await Socket.connect(server.port) as node,
        ):
            await node.begin()
            node.writer.write(node.framed("detection_report") * 300)
            await heard.until(MessageAccepted, 301)
            assert len(heard.of(PeerThrottled)) == 1
            assert not heard.of(MessageRefused)

    run(scene())


def test_rubbish_counts_for_more() -> None:
    async def scene() -> None:
        heard = Heard()
        # Both would be far within the rates if they were sound.
        settings = server_settings(messages_per_s=2000.0, message_burst=2000.0)
        async with (
            serving(heard, settings=settings) as server,
            await Socket.connect(server.port, OTHER_NODE) as good,
            await Socket.connect(server.port) as bad,
        ):
            await good.begin()
            await bad.begin()
            good.writer.write(good.framed("detection_report") * 200)
            bad.writer.write((struct.pack("<I", 1) + b"\xff") * 40)
            await heard.until(MessageRefused, 40)
            await heard.until(MessageAccepted, 202)
            assert {event.node_id for event in heard.of(PeerThrottled)} == {NODE}

    run(scene())


def test_so_do_its_bytes() -> None:
    async def scene() -> None:
        heard = Heard()
        # Twenty times as much would be within the rates if it were sound.
        settings = server_settings(bytes_per_s=1e7, byte_burst=1e6)
        async with (
            serving(heard, settings=settings) as server,
            await Socket.connect(server.port) as node,
        ):
            await node.begin()
            node.writer.write(struct.pack("<I", 50_000) + b"\xff" * 50_000)
            await heard.until(PeerThrottled)
            await still_works(server, heard, node)

    run(scene())


def test_a_fast_sensor_loses_nothing() -> None:
    async def scene() -> None:
        heard = Heard()
        async with serving(heard) as server, await Socket.connect(server.port) as node:
            await node.begin()
            scan = node.framed("detection_report") * 60
            for _ in range(50):
                node.writer.write(scan)
                await node.writer.drain()
            await heard.until(MessageAccepted, 3001)
            assert not heard.of(MessageRefused)

    run(scene())


def test_a_receiver_of_events_that_fails_costs_one_connection(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def scene() -> None:
        heard = Heard()

        def fails_for_one(event: ServerEvent) -> None:
            heard(event)
            if isinstance(event, MessageAccepted | NodeLost) and event.node_id == NODE:
                raise ZeroDivisionError("a defect")

        async with (
            serving(fails_for_one) as server,
            await Socket.connect(server.port, OTHER_NODE) as good,
            await Socket.connect(server.port) as bad,
        ):
            await good.begin()
            await bad.begin()
            (refused,) = await heard.until(PeerRefused)
            assert refused.reason is Refusal.DEFECT
            assert "a defect" in refused.detail
            await bad.hear_the_end()
            await still_works(server, heard, good)

    run(scene())
    assert "ZeroDivisionError" in caplog.text


def test_a_node_is_lost_even_if_the_receiver_fails_at_its_goodbye() -> None:
    async def scene() -> None:
        heard = Heard()

        def fails_at_goodbye(event: ServerEvent) -> None:
            heard(event)
            if isinstance(event, MessageAccepted) and len(heard.of(MessageAccepted)) == 2:
                raise ZeroDivisionError("a defect")

        async with serving(fails_at_goodbye) as server, await Socket.connect(server.port) as node:
            await node.begin()
            node.say("status_report", system="SYSTEM_GOODBYE")
            (lost,) = await heard.until(NodeLost)
            assert lost.reason is Ending.GOODBYE
            assert await node.hear_the_end() == []
            assert server.connected == ()

    run(scene())


def test_a_receiver_that_fails_at_a_slowed_down_peer_costs_that_one() -> None:
    async def scene() -> None:
        heard = Heard()

        def fails(event: ServerEvent) -> None:
            heard(event)
            if isinstance(event, PeerThrottled):
                raise ZeroDivisionError("a defect")

        settings = server_settings(messages_per_s=500.0, message_burst=20.0)
        async with (
            serving(fails, settings=settings) as server,
            await Socket.connect(server.port) as node,
        ):
            await node.begin()
            node.writer.write(node.framed("detection_report") * 100)
            (refused,) = await heard.until(PeerRefused)
            assert refused.reason is Refusal.DEFECT
            await node.hear_the_end()

    run(scene())


def test_a_list_of_hosts_that_cannot_be_asked_costs_one_connection(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def scene() -> None:
        heard = Heard()

        def fails_once(host: str) -> bool:
            if not heard.events:
                raise ZeroDivisionError(f"a defect with {host}")
            return True

        async with serving(heard, permits_host=fails_once) as server:
            async with await Socket.connect(server.port) as unlucky:
                (refused,) = await heard.until(PeerRefused)
                assert refused.reason is Refusal.DEFECT
                assert await unlucky.hear_the_end() == []
            async with await Socket.connect(server.port) as node:
                await node.begin()

    run(scene())
    assert "ZeroDivisionError" in caplog.text


def test_stopping_does_not_wait_for_a_connection_that_was_just_accepted() -> None:
    async def scene() -> None:
        loop = asyncio.get_running_loop()
        async with serving(Heard()) as server, await Socket.connect(server.port) as first:
            while not server.peers:
                await asyncio.sleep(0)
            closing = asyncio.create_task(server.close())
            await asyncio.sleep(0)
            ours, theirs = socket.socketpair()
            await loop.connect_accepted_socket(lambda: server._new_peer(loop), ours)
            async with asyncio.timeout(PATIENCE_S):
                await closing
            assert server.peers == 0
            theirs.close()
            assert await first.hear_the_end() == []

    run(scene())


def test_sending_and_disconnecting() -> None:
    async def scene() -> None:
        heard = Heard()
        async with serving(heard) as server, await Socket.connect(server.port) as node:
            (task,) = tasks(1)
            assert not server.send(NODE, task)
            await node.begin()
            await heard.until(MessageAccepted)
            assert server.send(NODE.upper(), task)
            got = await node.hear()
            assert got is not None
            assert got.task.task_id == task.task.task_id
            assert got.destination_id == NODE
            assert server.disconnect(NODE, "moved")
            assert (await heard.until(NodeLost))[0].reason is Ending.STOPPED
            assert await node.hear_the_end() == []
            assert not server.disconnect(OTHER_NODE, "never seen")

    run(scene())


def test_stopping_closes_all_connections() -> None:
    async def scene() -> None:
        heard = Heard()
        async with serving(heard) as server:
            nodes = [await Socket.connect(server.port, node_id(number)) for number in range(5)]
            for node in nodes:
                await node.begin()
            # This one does not even read.
            silent = await Socket.connect(server.port, OTHER_NODE, limit=1)
        assert len(heard.of(NodeLost)) == 5
        for node in [*nodes, silent]:
            async with node:
                assert await node.hear_the_end() == []

    run(scene())
