"""Whatever one peer, one disk or one machine does: the service stays, and so do the others."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import time
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest

from clearway.recording import LogReader
from clearway.sapient.frames import frame
from clearway.sapient.security import AUTHORITY, client_context, create_authority, issue
from clearway.service.replay import replay_log
from tests.sapient.loopback import Socket
from tests.service.sensors import Node, Place
from tests.service.station import CLEARWAY, WITNESS, Running, at_work

pytestmark = pytest.mark.calm

T = TypeVar("T")


class Shared:
    """One loop and one service for all tests of this file."""

    def __init__(self, runner: asyncio.Runner, running: Running) -> None:
        self._runner = runner
        self.running = running

    def run(self, scene: Coroutine[Any, Any, T]) -> T:
        return self._runner.run(scene)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shared]:
    place = Place(tmp_path_factory.mktemp("station"))
    with asyncio.Runner() as runner:
        working = at_work(place)
        running = runner.run(working.__aenter__())
        yield Shared(runner, running)
        runner.run(working.__aexit__(None, None, None))


WALKERS = "person_id,time_s,x_m,y_m\n" + "".join(
    f"{person},{20 * person + step / 5},{16.0 + 0.1 * step:.3f},3.0\n"
    for person in range(6)
    for step in range(100)
)
"""One after the other for two minutes, longer than any node of this file plays."""


def test_a_node_that_is_killed_and_started_again(shared: Shared) -> None:
    running = shared.running
    crowd = running.place.folder / "walkers.csv"
    crowd.write_text(WALKERS, encoding="utf-8")

    async def node() -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            *CLEARWAY,
            "node",
            "camera",
            str(running.place.site_path),
            *("--sensor", "camera-3", "--simulate", "--crowd", str(crowd)),
            *("--connect", f"127.0.0.1:{running.service.port}"),
            stdout=asyncio.subprocess.DEVNULL,
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
        )

    async def scene() -> None:
        before = await running.person()
        for _ in range(2):
            since = len(running.service.lines)
            process = await node()
            try:
                await running.service.says("camera-3 has registered", since=since)
            finally:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
            await running.service.says("camera-3 is gone (disconnected)", since=since)
        await running.logged(lambda: len(running.place.facts("node_lost")) >= 2)
        # Those whom the other node saw may be told as well.
        assert before in {one.detection_report.object_id for one in await running.higher.people(10)}
        await running.goes_on(before)

    shared.run(scene())


@pytest.mark.parametrize(
    ("garbage", "said"),
    [
        (frame(b"\xff" * 1000), "refused"),
        (bytes(4), "framing: the length field announces no bytes"),
        ((2**31 - 1).to_bytes(4, "little") + b"\n", "framing: the length field ff ff ff 7f"),
        ((2**32 - 1).to_bytes(4, "little") + b"\n", "framing: the length field ff ff ff ff"),
        (b"GET / HTTP/1.1\r\nHost: station\r\n\r\n", "framing: the length field 47 45 54 20"),
    ],
    ids=["no message", "an empty frame", "2 GB", "4 GB", "another protocol"],
)
def test_a_node_that_sends_garbage(shared: Shared, garbage: bytes, said: str) -> None:
    running = shared.running

    async def scene() -> None:
        before = await running.person()
        since = running.now()
        async with await running.socket("camera-1") as bad:
            await bad.begin()
            bad.writer.write(garbage)
            await running.trouble("camera-1", said, since)
            await running.goes_on(before)

    shared.run(scene())


def test_garbage_before_anything_else(shared: Shared) -> None:
    running = shared.running

    async def scene() -> None:
        before = await running.person()
        since = running.now()
        plain: Any = {"local_addr": ("127.0.0.9", 0)}
        async with await Socket.connect(running.service.port, **plain) as bad:
            bad.writer.write(b"\x16\x03\x01" + bytes(range(256)) * 100)
            await running.trouble("127.0.0.9", "tls", since)
        await running.goes_on(before)

    shared.run(scene())


def test_half_a_frame_waits_for_its_other_half(shared: Shared) -> None:
    running = shared.running

    async def scene() -> None:
        before = await running.person()
        async with await running.socket("camera-2") as slow:
            await slow.begin()
            slow.time_ns = time.time_ns()
            whole = slow.framed("detection_report")
            slow.writer.write(whole[:2])
            await slow.writer.drain()
            await running.goes_on(before)
            slow.writer.write(whole[2:-5])
            await slow.writer.drain()
            await running.goes_on(before)

            def reports() -> int:
                found = running.place.received("camera-2")
                return sum(one.HasField("detection_report") for one in found)

            assert reports() == 0
            slow.writer.write(whole[-5:])
            await running.logged(lambda: reports() == 1)
            since = running.now()
            slow.writer.write(whole[:-5])
            await slow.writer.drain()
            slow.writer.close()
            await running.trouble("camera-2", "framing: the stream ends inside a frame", since)
        await running.goes_on(before)

    shared.run(scene())


def test_a_node_that_registers_for_ever(shared: Shared) -> None:
    running = shared.running

    async def scene() -> None:
        before = await running.person()
        async with await running.socket("curtain-east") as bad:
            await bad.begin()
            bad.writer.write(bad.framed("registration") * 200)
            answers = 0
            while answers < 200:
                answer = await bad.hear()
                assert answer is not None
                answers += answer.HasField("registration_ack")
            await running.service.says("curtain-east: registers once more")
            await running.goes_on(before)
            told = [line for line in running.service.lines if "curtain-east" in line]
            assert len(told) < 20
            await running.logged(lambda: len(running.place.facts("node_registered")) > 200)

    shared.run(scene())


def test_a_node_that_does_not_read(shared: Shared) -> None:
    running = shared.running
    certificate = running.place.tls("trace-1")
    talk = Socket.__new__(Socket)
    talk.node_id, talk.time_ns = running.place.id("trace-1"), time.time_ns()

    def ask_and_never_read() -> socket.socket:
        bare = socket.socket()
        # Little room for answers at this end and under way.
        bare.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        bare.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 536)
        bare.settimeout(60.0)
        bare.connect(("127.0.0.1", running.service.port))
        secured: socket.socket = certificate.wrap_socket(bare, server_hostname="127.0.0.1")
        secured.sendall(talk.framed("registration") + talk.framed("status_report"))
        # Each comes back in an Error, of which there are not many.
        secured.sendall(frame(b"\xff" * 60_000) * 30)
        with contextlib.suppress(OSError):
            while True:
                secured.sendall(talk.framed("registration") * 50)
        return secured

    async def scene() -> None:
        before = await running.person()
        since = running.now()
        asking = asyncio.ensure_future(asyncio.to_thread(ask_and_never_read))
        await running.trouble("trace-1", "slow: the peer does not read", since)
        (await asking).close()
        await running.goes_on(before)

    shared.run(scene())


def test_a_certificate_of_another_authority(shared: Shared, tmp_path: Path) -> None:
    running = shared.running
    node_id = running.place.id("camera-1")
    create_authority(tmp_path / "other", "Another site")
    forged = issue(tmp_path / "other", node_id, "camera-1")
    tls = client_context(tmp_path / "other" / AUTHORITY, forged.certificate, forged.key)
    # It even trusts the right service.
    tls.load_verify_locations(running.place.certificates / AUTHORITY)

    async def scene() -> None:
        before = await running.person()
        since = running.now()
        with contextlib.suppress(OSError):
            async with await Socket.connect(
                running.service.port, node_id, ssl=tls, local_addr=("127.0.0.10", 0)
            ) as thief:
                thief.say("registration")
                assert await thief.hear_the_end() == []
        await running.trouble("127.0.0.10", "tls", since)
        await running.goes_on(before)

    shared.run(scene())


def test_a_certificate_of_another_node(shared: Shared) -> None:
    running = shared.running

    async def scene() -> None:
        before = await running.person()
        since = running.now()
        async with await Socket.connect(
            running.service.port,
            running.place.id(WITNESS),
            time.time_ns(),
            ssl=running.place.tls("camera-2"),
            local_addr=("127.0.0.11", 0),
        ) as thief:
            thief.say("registration")
            (error,) = await thief.hear_the_end()
            assert "certificate" in error.error.error_message[0]
        await running.trouble("127.0.0.11", "refused: node_id", since)
        await running.trouble("127.0.0.11", "spoofing", since)
        await running.goes_on(before)

    shared.run(scene())


@pytest.mark.parametrize(
    ("name", "offset_s", "why"), [("camera-1", 10.0, "after"), ("camera-2", -10.0, "older than")]
)
def test_a_clock_that_is_wrong(shared: Shared, name: str, offset_s: float, why: str) -> None:
    running = shared.running
    place = running.place

    async def scene() -> None:
        before = await running.person()
        since = len(running.service.lines)
        async with Node(place, name, running.service.port, (6.0, 3.0)) as wrong:
            taken = len(place.received(name))
            for _ in range(5):
                wrong.client.send(wrong.see(time.time_ns() + round(1e9 * offset_s)))
            await running.service.says(f"{name}: detection_report", why, since=since)
            await running.logged(lambda: len(place.received(name)) >= taken + 5)
            await running.goes_on(before)

    shared.run(scene())


def test_at_the_end_the_log_is_whole_and_replays(shared: Shared) -> None:
    running = shared.running

    async def scene() -> None:
        await running.goes_on(await running.person())
        assert await running.service.stop() == 0

    shared.run(scene())
    assert not [line for line in running.service.lines if "Traceback" in line]
    reader = LogReader(running.place.log)
    assert sum(1 for _ in reader) > 100
    assert reader.flaws == []
    assert replay_log(running.place.log).same_as_live
