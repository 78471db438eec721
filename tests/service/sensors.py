"""A folder with a site file and certificates, and a sensor that connects with its own."""

from __future__ import annotations

import asyncio
import math
import time
from contextlib import suppress
from dataclasses import dataclass
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
)
from clearway.sapient.session import Connected, EdgeSettings, ulid_source
from clearway.site.reading import load_site
from clearway.site.schema import Sensor, Site
from tests.sapient.loopback import Heard
from tests.service.feeding import STATION
from tests.support.builders import HANDGUN_ALARM

HIGHER = "5d0c6f0e-4b0e-4f5e-9b1a-6f6f0d6a1c55"


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
        text = text.replace("[[sensors]]", service, 1)
        # Alerts without people are to end while a test waits.
        text = text.replace("deadline_s = 10.0", "deadline_s = 3.0", 1)
        self.site_path.write_text(text, encoding="utf-8")
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


def alarm_of(place: Place, seen_by: Node) -> SapientMessage:
    """A curtain's alarm at the person whom a camera sees."""
    now_ns = time.time_ns()
    x_m, y_m = seen_by.place_at(now_ns)
    reading = Detection(
        "curtain-east", now_ns, now_ns, now_ns, x_m, y_m, Covariance(0.01, 0.0, 0.01), HANDGUN_ALARM
    )
    return detection_message(reading, place.id("curtain-east"), place.converter)
