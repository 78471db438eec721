"""A real service in a process of its own, with a higher node above and a node that it must keep."""

from __future__ import annotations

import asyncio
import math
import os
import resource
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import numpy as np

from clearway.domain import Detection
from clearway.domain.detection import Covariance
from clearway.nodes.fleet import demonstration_certificates
from clearway.profile import (
    detection_message,
    sensor_node_id,
    sensor_registration,
    site_frame,
    status_message,
)
from clearway.recording import Fact, LoggedMessage, LogReader, Record
from clearway.sapient.bindings import SapientMessage
from clearway.sapient.client import Client, ClientSettings
from clearway.sapient.location import Converter
from clearway.sapient.security import (
    client_context,
    credentials_of,
    issue,
    node_id_of,
    server_context,
)
from clearway.sapient.server import MessageAccepted, Server, ServerEvent
from clearway.sapient.session import Connected, EdgeSettings, ulid_source
from clearway.site.reading import load_site
from clearway.site.schema import Sensor, Site
from tests.sapient.loopback import Heard, Socket
from tests.service.feeding import STATION
from tests.support.builders import HANDGUN_ALARM

PATIENCE_S = 15.0
"""Until a test gives up; nothing depends on how long anything takes."""
HIGHER = "5d0c6f0e-4b0e-4f5e-9b1a-6f6f0d6a1c55"
CLEARWAY = [sys.executable, "-c", "from clearway.cli.main import main; main()"]
WITNESS = "camera-4"


def identify(ssl_object: Any) -> str | None:
    return node_id_of(ssl_object.getpeercert(binary_form=True))


@dataclass
class Place:
    """A folder with a site file and certificates."""

    folder: Path

    def __post_init__(self) -> None:
        self.folder.mkdir(exist_ok=True)
        self.site_path = self.folder / "site.toml"
        text = STATION.read_text(encoding="utf-8")
        service = '[service]\nport = 0\ncertificates = "certificates"\n\n[[sensors]]'
        self.site_path.write_text(text.replace("[[sensors]]", service, 1), encoding="utf-8")
        self.site: Site = load_site(self.site_path)
        self.certificates = self.folder / "certificates"
        demonstration_certificates(self.certificates, self.site)
        issue(self.certificates, HIGHER, "higher", ["127.0.0.1"])
        self.log = self.folder / "log"
        self.converter = Converter(site_frame(self.site))

    def sensor(self, name: str) -> Sensor:
        return next(sensor for sensor in self.site.sensors if sensor.id == name)

    def id(self, name: str) -> str:
        return sensor_node_id(self.site, self.sensor(name))

    def tls(self, name: str) -> Any:
        files = credentials_of(self.certificates, self.id(name))
        return client_context(files.ca, files.certificate, files.key)

    def records(self) -> list[Record]:
        """What the log holds at this moment."""
        return [*LogReader(self.log)]

    def facts(self, kind: str) -> list[Fact]:
        return [one for one in self.records() if isinstance(one, Fact) and one.kind == kind]

    def received(self, name: str) -> list[SapientMessage]:
        """Messages of a node in the log."""
        return [
            SapientMessage.FromString(one.payload)
            for one in self.records()
            if isinstance(one, LoggedMessage)
            and one.direction == "received"
            and one.node_id == self.id(name)
        ]


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


class Node:
    """A sensor that sees one person, ten times a second, who walks to and fro."""

    def __init__(self, place: Place, name: str, port: int, centre_m: tuple[float, float]) -> None:
        self._place = place
        self.name = name
        self._centre_m = centre_m
        self._rng = np.random.default_rng(5)
        self._sequence = 0
        self.heard = Heard()
        sensor, converter = place.sensor(name), place.converter
        status = status_message(place.id(name), time.time_ns(), new=True).status_report
        self.client = Client(
            "127.0.0.1",
            port,
            place.id(name),
            sensor_registration(sensor, converter),
            status,
            ulid_source(np.random.default_rng(6)),
            self.heard,
            settings=ClientSettings(session=EdgeSettings(retry_ns=200_000_000)),
            tls=place.tls(name),
            identify=identify,
        )
        self._playing: asyncio.Task[None] | None = None

    def place_at(self, time_ns: int) -> tuple[float, float]:
        east_m, north_m = self._centre_m
        return east_m + 0.8 * math.sin(time_ns / 1e9 % 1e5 / 2.0), north_m

    def see(self, time_ns: int | None = None, **more: Any) -> SapientMessage:
        """What the sensor makes of the person at a time."""
        time_ns = time.time_ns() if time_ns is None else time_ns
        self._sequence += 1
        x_m, y_m = np.add(self.place_at(time_ns), self._rng.normal(0.0, 0.03, 2)).tolist()
        seen = Detection(
            self.name,
            self._sequence,
            time_ns,
            time_ns,
            x_m,
            y_m,
            Covariance(0.01, 0.0, 0.01),
            **more,
        )
        return detection_message(seen, self._place.id(self.name), self._place.converter)

    async def play(self) -> None:
        while True:
            if self.client.connected:
                self.client.send(self.see())
            await asyncio.sleep(0.1)

    async def __aenter__(self) -> Self:
        await self.client.start()
        await self.heard.until(Connected)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._playing is not None:
            self._playing.cancel()
            with suppress(asyncio.CancelledError):
                await self._playing
        await self.client.close()

    def begin(self) -> None:
        self._playing = asyncio.ensure_future(self.play())


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

    async def goes_on(self, object_id: str) -> None:
        """The service is up, takes the witness's messages and follows the same person."""
        taken = len(self.place.received(WITNESS))
        reports = [one.detection_report for one in await self.higher.people(5)]
        assert [one.state for one in reports if one.object_id == object_id] == [""] * len(reports)
        await self.logged(lambda: len(self.place.received(WITNESS)) > taken)
        assert self.service.running

    async def logged(self, condition: Callable[[], bool]) -> None:
        """Wait until the log on the disk shows something."""
        async with asyncio.timeout(PATIENCE_S):
            while not condition():
                await asyncio.sleep(0.2)

    async def trouble(self, *parts: str, since: int = 0) -> None:
        """It was told, and is in the log."""
        line = await self.service.says(*parts, since=since)
        said = line.rpartition(f"{parts[0]}: ")[2]

        def found() -> bool:
            return any(str(one.details["what"])[:40] in said for one in self.place.facts("trouble"))

        await self.logged(found)

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
            if running_still := service.running:
                await service.stop()
            assert running_still or service.process.returncode is not None


def alarm_of(place: Place, seen_by: Node) -> SapientMessage:
    """A curtain's alarm at the person whom a camera sees."""
    now_ns = time.time_ns()
    x_m, y_m = seen_by.place_at(now_ns)
    reading = Detection(
        "curtain-east", now_ns, now_ns, now_ns, x_m, y_m, Covariance(0.01, 0.0, 0.01), HANDGUN_ALARM
    )
    return detection_message(reading, place.id("curtain-east"), place.converter)
