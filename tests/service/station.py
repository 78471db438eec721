"""A real service in a process of its own, with a higher node above and a node that it must keep."""

from __future__ import annotations

import asyncio
import os
import resource
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from clearway.recording import Fact
from clearway.sapient.bindings import AlertAck, SapientMessage
from clearway.sapient.security import (
    credentials_of,
    server_context,
)
from clearway.sapient.server import MessageAccepted, Server, ServerEvent
from tests.sapient.loopback import Socket
from tests.service.sensors import HIGHER, Node, Place, identify

PATIENCE_S = 60.0
"""Until a test gives up; nothing depends on how long anything takes."""
CLEARWAY = [sys.executable, "-c", "from clearway.cli.main import main; main()"]
WITNESS = "camera-4"


class Higher:
    """A higher fusion node, which is told what the service tells."""

    def __init__(self, place: Place) -> None:
        self.heard: list[SapientMessage] = []
        self.news = asyncio.Event()
        files = credentials_of(place.certificates, HIGHER)
        self.server = Server(
            HIGHER,
            self._hear,
            tls=server_context(files.ca, files.certificate, files.key),
            identify=identify,
        )

    def _hear(self, event: ServerEvent) -> None:
        if isinstance(event, MessageAccepted):
            self.heard.append(event.message)
            self.news.set()

    def alerts(self) -> list[SapientMessage]:
        return [message for message in self.heard if message.HasField("alert")]

    def answer(self, alert: SapientMessage, status: AlertAck.AlertAckStatus) -> None:
        """As an operator here does."""
        assert self.server.acknowledge_alert(alert.node_id, alert.alert.alert_id, status)

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not condition():
                self.news.clear()
                await self.news.wait()

    async def people(self, number: int) -> list[SapientMessage]:
        """The next reports."""
        begin = len(self.heard)

        def new() -> list[SapientMessage]:
            return [one for one in self.heard[begin:] if one.HasField("detection_report")]

        await self.until(lambda: len(new()) >= number)
        return new()


@dataclass
class Service:
    """`clearway serve` in a process of its own."""

    place: Place
    process: asyncio.subprocess.Process
    lines: list[str] = field(default_factory=list)
    port: int = 0

    def __post_init__(self) -> None:
        self._news = asyncio.Event()
        self._reading = asyncio.ensure_future(self._read())

    async def _read(self) -> None:
        assert self.process.stdout is not None
        async for line in self.process.stdout:
            self.lines.append(line.decode().rstrip())
            self._news.set()
        self._news.set()

    async def says(self, *parts: str, since: int = 0) -> str:
        """The line with all these parts, once it is there."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                while True:
                    for line in self.lines[since:]:
                        if all(part in line for part in parts):
                            return line
                    assert not self._reading.done(), "the service has ended"
                    self._news.clear()
                    await self._news.wait()
        except (AssertionError, TimeoutError) as error:
            said = "\n".join(self.lines[since:])
            raise AssertionError(f"the service never said {parts}, but:\n{said}") from error

    @property
    def running(self) -> bool:
        return self.process.returncode is None

    async def kill(self) -> None:
        self.process.kill()
        await self._end()

    async def stop(self) -> int:
        self.process.terminate()
        return await self._end()

    async def _end(self) -> int:
        async with asyncio.timeout(PATIENCE_S):
            code = await self.process.wait()
            await self._reading
        # Without this the transport is closed after its loop.
        await asyncio.sleep(0)
        return code


async def start_service(
    place: Place, higher: Higher | None = None, file_limit: int | None = None
) -> Service:
    """Start it and wait until nodes may connect."""

    def limit() -> None:
        if file_limit is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (file_limit, file_limit))

    upwards = [] if higher is None else ["--parent", f"127.0.0.1:{higher.server.port}"]
    process = await asyncio.create_subprocess_exec(
        *CLEARWAY,
        "serve",
        str(place.site_path),
        "--headless",
        *upwards,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "PYTHONUNBUFFERED": "1"},
        preexec_fn=limit,
    )
    service = Service(place, process)
    try:
        service.port = int((await service.says("Listening on port")).split()[-1])
        if higher is not None:
            await service.says("registered with the higher node")
    except BaseException:
        await service.kill()
        raise
    return service


@dataclass(frozen=True)
class Moment:
    """What was told and logged before it is not of what a test does from there on."""

    lines: int
    """That the service had told."""
    time_ns: int


@dataclass
class Running:
    """A service, the node above, and a node whose person must be followed whatever others do."""

    place: Place
    higher: Higher
    service: Service
    witness: Node

    async def person(self) -> str:
        """Who is being followed."""
        return (await self.higher.people(1))[-1].detection_report.object_id

    async def followed(self, object_id: str) -> None:
        """Reports of this very person still come."""
        begin = len(self.higher.heard)

        def states() -> list[str]:
            new = [one.detection_report for one in self.higher.heard[begin:]]
            return [one.state for one in new if one.object_id == object_id]

        await self.higher.until(lambda: len(states()) >= 3)
        assert set(states()) == {""}
        assert self.service.running

    async def goes_on(self, object_id: str) -> None:
        """The service is up, takes the witness's messages and follows the same person."""
        taken = len(self.place.received(WITNESS))
        await self.followed(object_id)
        await self.logged(lambda: len(self.place.received(WITNESS)) > taken)

    async def logged(self, condition: Callable[[], bool]) -> None:
        """Wait until the log on the disk shows something."""
        async with asyncio.timeout(PATIENCE_S):
            while not condition():
                await asyncio.sleep(0.2)

    def now(self) -> Moment:
        """The present."""
        return Moment(len(self.service.lines), time.time_ns())

    async def trouble(self, who: str, what: str, since: Moment) -> None:
        """It was told and logged of this sensor, or of this address, since then."""
        await self.service.says(f"{who}: {what}", since=since.lines)
        names = {sensor.id for sensor in self.place.site.sensors}

        def is_it(fact: Fact) -> bool:
            node, peer = str(fact.details["node"]), str(fact.details["peer"])
            is_of = node == self.place.id(who) if who in names else peer.startswith(f"{who}:")
            return is_of and fact.at_ns >= since.time_ns and what in str(fact.details["what"])

        await self.logged(lambda: any(map(is_it, self.place.facts("trouble"))))

    async def socket(self, name: str, **more: Any) -> Socket:
        """A connection with a node's own certificate."""
        return await Socket.connect(
            self.service.port,
            self.place.id(name),
            time.time_ns(),
            ssl=self.place.tls(name),
            **more,
        )


@asynccontextmanager
async def at_work(place: Place, file_limit: int | None = None) -> AsyncIterator[Running]:
    """All of it; the service is stopped as by a signal at the end."""
    higher = Higher(place)
    async with higher.server:
        service = await start_service(place, higher, file_limit)
        try:
            async with Node(place, WITNESS, service.port, (33.0, 3.0)) as witness:
                witness.begin()
                running = Running(place, higher, service, witness)
                await running.person()
                yield running
        finally:
            if service.running:
                await service.stop()
