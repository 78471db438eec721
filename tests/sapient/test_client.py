"""A client against a real server, and against servers that do what they should not."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from clearway.errors import ArgumentError
from clearway.sapient.bindings import AlertAck, StatusReport, TaskAck
from clearway.sapient.client import ClientSettings, Throttled
from clearway.sapient.link import LinkSettings
from clearway.sapient.server import (
    AlertAnswered,
    MessageAccepted,
    MessageRefused,
    NodeLost,
    NodeRegistered,
    TaskFinished,
)
from clearway.sapient.session import (
    AlertAcknowledged,
    AlertReceived,
    Connected,
    Disconnected,
    Ending,
    ErrorReceived,
    Rejected,
    TaskEnd,
    TaskReceived,
)
from clearway.sapient.validate import InvalidMessageError
from tests.sapient.loopback import FakeClock, Heard, client, serving
from tests.sapient.messages import NODE, ULID, changed, message
from tests.sapient.session.harness import FUSION, SECOND, stamped

run = asyncio.run
Handle = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def scripted(handle: Handle) -> AsyncIterator[int]:
    """A server that does what it is told for each connection; its port."""
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            await handle(reader, writer)
        finally:
            writer.transport.abort()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def test_it_registers_reports_and_says_goodbye() -> None:
    async def scene() -> None:
        clock, heard, told = FakeClock(), Heard(), Heard()
        async with serving(heard, clock) as server:
            async with client(server.port, told, clock=clock) as node:
                await told.until(Connected)
                assert node.peer_id == FUSION
                await heard.until(MessageAccepted)
                report = stamped(message("detection_report"), clock.now_ns, NODE)
                assert node.send(report)
                await heard.until(MessageAccepted, 2)
            (lost,) = await heard.until(NodeLost)
            assert lost.reason is Ending.GOODBYE
        assert told.of(Disconnected)[0].ending is Ending.GOODBYE
        kinds = [event.message.WhichOneof("content") for event in heard.of(MessageAccepted)]
        assert kinds == ["status_report", "detection_report", "status_report"]
        assert not heard.of(MessageRefused)

    run(scene())


def test_it_keeps_its_status_interval() -> None:
    async def scene() -> None:
        clock, heard, told = FakeClock(), Heard(), Heard()
        async with serving(heard, clock) as server, client(server.port, told, clock=clock) as node:
            for number in range(1, 5):
                await heard.until(MessageAccepted, number)
                clock.wait(5.0)
            assert node.set_status(changed("status_report", mode="night").status_report)
            last = (await heard.until(MessageAccepted, 5))[-1]
            infos = [event.message.status_report.info for event in heard.of(MessageAccepted)]
            assert infos[0] == StatusReport.INFO_NEW
            assert infos[1:4] == [StatusReport.INFO_UNCHANGED] * 3
            assert last.message.status_report.HasField("mode")

    run(scene())


def test_tasks_and_alerts_go_both_ways() -> None:
    async def scene() -> None:
        clock, heard, told = FakeClock(), Heard(), Heard()
        async with serving(heard, clock) as server, client(server.port, told, clock=clock) as node:
            await heard.until(MessageAccepted)
            task, alert = (
                stamped(message(kind), clock.now_ns, FUSION) for kind in ("task", "alert")
            )
            assert server.send(NODE, task)
            assert server.send(NODE, alert)
            await told.until(AlertReceived)
            assert told.of(TaskReceived)[0].sender == FUSION
            assert node.answer_task(ULID, TaskAck.TASK_STATUS_ACCEPTED)
            assert node.answer_task(ULID, TaskAck.TASK_STATUS_COMPLETED, ["done"])
            (finished,) = await heard.until(TaskFinished)
            assert (finished.end, finished.reasons) == (TaskEnd.COMPLETED, ("done",))
            assert node.acknowledge_alert(ULID, AlertAck.ALERT_ACK_STATUS_REJECTED, ["no"])
            assert (await heard.until(AlertAnswered))[0].reasons == ("no",)
            assert node.send(stamped(message("alert"), clock.now_ns, NODE))
            await heard.until(MessageAccepted, 5)
            assert server.acknowledge_alert(NODE, ULID, AlertAck.ALERT_ACK_STATUS_ACCEPTED)
            await told.until(AlertAcknowledged)
            with pytest.raises(ArgumentError, match="answer"):
                server.acknowledge_alert(NODE, ULID, AlertAck.ALERT_ACK_STATUS_ACCEPTED)
            # That mistake was ours and not the node's.
            assert node.connected

    run(scene())


def test_it_comes_back_when_the_server_does_and_registers_again() -> None:
    async def scene() -> None:
        clock, told = FakeClock(), Heard()
        first, second = Heard(), Heard()
        async with serving(first, clock) as server:
            port = server.port
            node = client(port, told, clock=clock)
            await node.start()
            await told.until(Connected)
        await told.until(Disconnected)
        assert not node.connected
        assert not node.send(stamped(message("detection_report"), clock.now_ns, NODE))
        async with serving(second, clock, port=port):
            async with asyncio.timeout(20):
                while not second.of(NodeRegistered):
                    clock.wait(0.02)
                    await asyncio.sleep(0.01)
            await told.until(Connected, 2)
            await node.close()
        assert not second.of(NodeRegistered)[0].resumed

    run(scene())


def test_nobody_at_home_is_told_and_tried_again() -> None:
    async def scene() -> None:
        clock, told = FakeClock(), Heard()
        async with scripted(_ends) as port:
            pass
        async with client(port, told, clock=clock):
            await told.until(Disconnected)
            clock.wait(0.02)
            await told.until(Disconnected, 2)
        assert "cannot be reached" in told.of(Disconnected)[0].detail

    run(scene())


async def _ends(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Hang up at once."""


async def _mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()


def test_an_unanswered_registration_is_tried_again_on_a_new_connection() -> None:
    async def scene() -> None:
        clock, told = FakeClock(), Heard()
        connections = 0

        async def mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            nonlocal connections
            connections += 1
            await reader.read()

        async with scripted(mute) as port, client(port, told, clock=clock):
            async with asyncio.timeout(20):
                while connections < 2:
                    clock.wait(1.0)
                    await asyncio.sleep(0.01)
        assert told.of(Disconnected)[0].ending is Ending.UNANSWERED

    run(scene())


def test_a_refusal_is_told() -> None:
    async def scene() -> None:
        clock, heard, told = FakeClock(), Heard(), Heard()
        async with (
            serving(heard, clock, permits_node=lambda _: False) as server,
            client(server.port, told, clock=clock),
        ):
            (rejected,) = await told.until(Rejected)
            assert "list of nodes" in rejected.reasons[0]
            assert not rejected.faulty

    run(scene())


@pytest.mark.parametrize("answer", [b"\xff" * 64, struct.pack(">I", 60) + b"x" * 60])
def test_a_server_that_sends_rubbish_is_left(answer: bytes) -> None:
    async def scene() -> None:
        clock, told = FakeClock(), Heard()

        async def rubbish(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(answer)
            await reader.read()

        async with scripted(rubbish) as port, client(port, told, clock=clock):
            (lost,) = await told.until(Disconnected)
            assert lost.ending is Ending.FRAMING

    run(scene())


def test_a_host_that_is_no_name_is_told_and_tried_again() -> None:
    async def scene() -> None:
        clock, told = FakeClock(), Heard()
        async with client(1, told, host=f"{'a' * 64}.example", clock=clock):
            await told.until(Disconnected)
            clock.wait(0.02)
            await told.until(Disconnected, 2)
        assert "cannot be reached" in told.of(Disconnected)[0].detail

    run(scene())


def test_closing_can_be_cancelled() -> None:
    async def scene() -> None:
        node = client(1, Heard())
        await node.start()
        closing = asyncio.create_task(node.close())
        await asyncio.sleep(0)
        closing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await closing

    run(scene())


def test_a_fusion_side_that_sends_too_much_is_told_once() -> None:
    async def scene() -> None:
        clock, heard, told = FakeClock(), Heard(), Heard()
        settings = ClientSettings(link=LinkSettings(messages_per_s=500.0, message_burst=20.0))
        async with (
            serving(heard, clock) as server,
            client(server.port, told, clock=clock, settings=settings),
        ):
            await heard.until(MessageAccepted)
            for _ in range(200):
                assert server.send(NODE, stamped(message("task"), clock.now_ns, FUSION))
            await told.until(TaskReceived, 200)
            assert len(told.of(Throttled)) == 1

    run(scene())


def test_an_error_is_told() -> None:
    async def scene() -> None:
        clock, heard, told = FakeClock(), Heard(), Heard()
        async with serving(heard, clock) as server, client(server.port, told, clock=clock) as node:
            await told.until(Connected)
            # Faultless in itself, but an hour old: no use to anybody.
            old = stamped(message("detection_report"), clock.now_ns - 3600 * SECOND, NODE)
            assert node.send(old)
            (error,) = await told.until(ErrorReceived)
            assert "session.time.useless" in error.messages[0]
            assert error.packet == old.SerializeToString()

    run(scene())


def test_nothing_faulty_is_sent() -> None:
    async def scene() -> None:
        async with scripted(_mute) as port, client(port, Heard()) as node:
            with pytest.raises(InvalidMessageError):
                node.send(changed("detection_report", object_id="no ulid"))

    run(scene())


def test_a_receiver_of_events_that_fails_does_not_stop_the_node() -> None:
    async def scene() -> None:
        clock, heard, told = FakeClock(), Heard(), Heard()

        def fails_once(event: Any) -> None:
            told(event)
            if isinstance(event, TaskReceived) and len(told.of(TaskReceived)) == 1:
                raise ZeroDivisionError("a defect")

        async with serving(heard, clock) as server, client(server.port, fails_once, clock=clock):
            await heard.until(MessageAccepted)
            server.send(NODE, stamped(message("task"), clock.now_ns, FUSION))
            (lost,) = await told.until(Disconnected)
            assert lost.ending is Ending.DEFECT
            clock.wait(1.0)
            await told.until(Connected, 2)

    run(scene())
