"""One sensor as a process of its own."""

from __future__ import annotations

import asyncio
import os
import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

from clearway.bench.sapient.curtains import curtain_readings
from clearway.bench.sapient.load import Load, camera_scans
from clearway.domain import Detection
from clearway.profile import (
    detection_message,
    sensor_node_id,
    sensor_registration,
    site_frame,
    status_message,
)
from clearway.sapient.client import Client, ClientEvent
from clearway.sapient.location import Converter
from clearway.sapient.security import client_context, credentials_of, node_id_of
from clearway.sapient.session import Connected, ErrorReceived, ulid_source
from clearway.site.schema import Camera, Curtain, Site
from clearway.twin.random_streams import random_stream

__all__ = ["NodeCounts", "NodeTask", "run_node"]

_LOOK_S = 0.01
_LINGER_S = 0.5
"""For answers to the last messages."""


@dataclass(frozen=True, slots=True)
class NodeTask:
    """Which sensor to be, and where to send."""

    site: Site
    load: Load
    sensor: Camera | Curtain
    port: int
    certificates: Path
    cores: frozenset[int]


@dataclass(frozen=True, slots=True)
class NodeCounts:
    """How one sensor fared."""

    sensor_id: str
    sent: int
    not_sent: int
    """Detections that the client had no connection or no room for."""
    errors: int
    """Errors that the service answered."""
    latest_s: float
    """Longest delay between the time when a message was due and its being handed to the client."""


def run_node(task: NodeTask, go: Event, start: Any, told: Connection) -> None:
    """Connect, tell so, wait for the go, play, and tell the counts.

    Parameters
    ----------
    task : NodeTask
    go : Event
        Set once ``start`` is known.
    start : multiprocessing.Value
        UTC nanoseconds of the run's beginning.
    told : Connection
        Is sent True once the node is registered, and `NodeCounts` at the end.
    """
    os.sched_setaffinity(0, task.cores)
    asyncio.run(_play(task, go, start, told))


async def _play(task: NodeTask, go: Event, start: Any, told: Connection) -> None:
    sensor = task.sensor
    node_id = sensor_node_id(task.site, sensor)
    converter = Converter(site_frame(task.site))
    place = converter.to_wire(*sensor.position_m, None)
    credentials = credentials_of(task.certificates, node_id)
    registered = asyncio.Event()
    errors = 0

    def heard(event: ClientEvent) -> None:
        nonlocal errors
        if isinstance(event, Connected):
            registered.set()
        elif isinstance(event, ErrorReceived):
            errors += 1

    client = Client(
        "127.0.0.1",
        task.port,
        node_id,
        sensor_registration(sensor, converter),
        status_message(node_id, time.time_ns(), new=True, location=place).status_report,
        ulid_source(random_stream(task.load.seed, f"node {sensor.id}")),
        heard,
        tls=client_context(credentials.ca, credentials.certificate, credentials.key),
        identify=_identify,
    )
    sent = not_sent = 0
    latest_s = 0.0
    async with client:
        await registered.wait()
        told.send(True)
        while not go.is_set():
            await asyncio.sleep(_LOOK_S)
        for due_ns, detections in _sent(task, start.value):
            # Made before they are due: how long that takes is not the service's latency.
            messages = [detection_message(one, node_id, converter) for one in detections]
            await asyncio.sleep(max(due_ns - time.time_ns(), 0) / 1e9)
            latest_s = max(latest_s, (time.time_ns() - due_ns) / 1e9)
            for message in messages:
                went = client.connected and client.send(message)
                sent, not_sent = sent + went, not_sent + (not went)
        await asyncio.sleep(_LINGER_S)
    told.send(NodeCounts(sensor.id, sent, not_sent, errors, latest_s))


def _sent(task: NodeTask, start_ns: int) -> Iterator[tuple[int, list[Detection]]]:
    """What the sensor sends, and when."""
    if isinstance(task.sensor, Curtain):
        return curtain_readings(task.site, task.load, task.sensor, start_ns)
    index = task.site.cameras.index(task.sensor)
    return camera_scans(task.site, task.load, index, start_ns)


def _identify(ssl_object: ssl.SSLObject) -> str | None:
    return node_id_of(ssl_object.getpeercert(binary_form=True))
