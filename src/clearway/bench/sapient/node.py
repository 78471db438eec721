"""One camera as a process of its own."""

from __future__ import annotations

import asyncio
import os
import ssl
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

from clearway.bench.sapient.load import Load, camera_scans
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
from clearway.site.schema import Site
from clearway.twin.random_streams import random_stream

__all__ = ["NodeCounts", "NodeTask", "run_node"]

_LOOK_S = 0.01
_LINGER_S = 0.5
"""For answers to the last messages."""


@dataclass(frozen=True, slots=True)
class NodeTask:
    """Which camera to be, and where to send."""

    site: Site
    load: Load
    index: int
    port: int
    certificates: Path
    cores: frozenset[int]


@dataclass(frozen=True, slots=True)
class NodeCounts:
    """How one camera fared."""

    sent: int
    not_sent: int
    """Detections that the client had no connection or no room for."""
    errors: int
    """Errors that the service answered."""
    latest_s: float
    """Longest delay between a scan's time and its being handed to the client."""


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
    camera = task.site.cameras[task.index]
    node_id = sensor_node_id(task.site, camera)
    converter = Converter(site_frame(task.site))
    place = converter.to_wire(*camera.position_m, None)
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
        sensor_registration(camera, converter),
        status_message(node_id, time.time_ns(), new=True, location=place).status_report,
        ulid_source(random_stream(task.load.seed, f"node {camera.id}")),
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
        for time_ns, scan in camera_scans(task.site, task.load, task.index, start.value):
            # Made before they are due: how long that takes is not the service's latency.
            messages = [detection_message(one, node_id, converter) for one in scan]
            await asyncio.sleep(max(time_ns - time.time_ns(), 0) / 1e9)
            latest_s = max(latest_s, (time.time_ns() - time_ns) / 1e9)
            for message in messages:
                went = client.connected and client.send(message)
                sent, not_sent = sent + went, not_sent + (not went)
        await asyncio.sleep(_LINGER_S)
    told.send(NodeCounts(sent, not_sent, errors, latest_s))


def _identify(ssl_object: ssl.SSLObject) -> str | None:
    return node_id_of(ssl_object.getpeercert(binary_form=True))
