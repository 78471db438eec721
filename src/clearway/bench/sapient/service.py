"""The live service in a process of its own: the real parts, put together as `clearway serve` does.

Only the server differs, which is one that measures.
"""

from __future__ import annotations

import asyncio
import os
import re
import ssl
import time
from contextlib import closing
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path

from clearway.bench.sapient.load import Load, camera_site
from clearway.bench.sapient.server import TimedServer
from clearway.profile import sensor_node_id, site_node_id
from clearway.recording import LogSettings, LogWriter
from clearway.sapient.bindings import SapientMessage
from clearway.sapient.security import (
    ALLOW_LIST,
    AllowList,
    credentials_of,
    handshake_problem,
    node_id_of,
    server_context,
)
from clearway.service.alert_store import AlertStore
from clearway.service.clock import SteadyClock
from clearway.service.live import TICK_S, LiveService
from clearway.service.recovery import ALERTS_FILE

__all__ = ["ServiceCounts", "ServiceTask", "run_service"]

_SAMPLE_S = 1.0


@dataclass(frozen=True, slots=True)
class ServiceTask:
    """What to serve."""

    load: Load
    folder: Path
    """Log, alerts and checkpoint."""
    certificates: Path
    cores: frozenset[int]


@dataclass(slots=True)
class ServiceCounts:
    """How the service fared.  Everything but the memory is of the measured time only."""

    detections: int = 0
    """Of the cameras."""
    looks: int = 0
    """Of the curtains."""
    refused: int = 0
    """Messages of any kind, warm-up included."""
    unused: int = 0
    """Detections that the engine could not use, warm-up included."""
    throttled: int = 0
    """How often a node was read more slowly because it sent too much, warm-up included."""
    from_socket_ms: dict[str, float] = field(default_factory=dict)
    """Of the cameras' detections."""
    from_scan_ms: dict[str, float] = field(default_factory=dict)
    looks_ms: dict[str, float] = field(default_factory=dict)
    """Of the curtains' looks, from the socket; empty if there were none."""
    people: float = 0.0
    """Followed at once, mean."""
    processor_s: float = 0.0
    waited_s: float = 0.0
    """How long the event loop was ready to run while another program had its core."""
    log_bytes: int = 0
    log_lost: int = 0
    """Records that the log had no room for."""
    sampled_messages: list[int] = field(default_factory=list)
    """Accepted so far, about once a second."""
    sampled_bytes: list[int] = field(default_factory=list)
    """Resident memory then."""


def run_service(task: ServiceTask, link: Connection) -> None:
    """Serve; tell the port, be told the beginning in UTC nanoseconds, tell the counts.

    The counts are told when anything else comes over ``link``.
    """
    os.sched_setaffinity(0, task.cores)
    asyncio.run(_serve(task, link))


async def _serve(task: ServiceTask, link: Connection) -> None:
    site, text = camera_site(task.load)
    clock = SteadyClock()
    files = credentials_of(task.certificates, site_node_id(site))
    settings = LogSettings(keep_days=site.service.log_keep_days)
    allowed = AllowList.read(task.certificates / ALLOW_LIST)
    with (
        closing(AlertStore(task.folder / ALERTS_FILE)) as store,
        LogWriter(task.folder, site=text, now_ns=clock(), settings=settings) as log,
    ):

        def send(node_id: str, message: SapientMessage) -> bool:
            return server.send(node_id, message)

        service = LiveService(site, task.folder, log=log, store=store, clock=clock, send=send)
        server = TimedServer(
            service.node_id,
            service.handle,
            tls=server_context(files.ca, files.certificate, files.key),
            identify=_identify,
            explain=handshake_problem,
            permits_node=lambda node_id: service.knows(node_id) and allowed.permits(node_id),
            clock=clock,
        )
        server.curtains = frozenset(sensor_node_id(site, curtain) for curtain in site.curtains)
        async with server:
            link.send(server.port)
            counts = await _measure(task.load, site.engine.report_rate_hz, service, server, link)
        service.close()
        counts.log_lost = log.status.not_kept
    counts.log_bytes = sum(path.stat().st_size for path in task.folder.glob("*.mcap"))
    link.send(counts)


async def _measure(
    load: Load, report_hz: float, service: LiveService, server: TimedServer, link: Connection
) -> ServiceCounts:
    counts = ServiceCounts()
    begin_ns = end_ns = 0
    people = 0
    sample_s = time.monotonic()
    while True:
        service.tick()
        now_ns = time.time_ns()
        if begin_ns and begin_ns <= now_ns and not counts.processor_s:
            counts.processor_s, counts.waited_s = -time.process_time(), -_waited_s()
            people = service.counts["people reported"]
        if end_ns and now_ns >= end_ns:
            counts.processor_s += time.process_time()
            counts.waited_s += _waited_s()
            reports = load.seconds * report_hz
            counts.people = (service.counts["people reported"] - people) / reports
            end_ns = 0
        if time.monotonic() >= sample_s:
            sample_s += _SAMPLE_S
            counts.sampled_messages.append(server.counts["accepted"])
            counts.sampled_bytes.append(_resident_bytes())
        if link.poll():
            if begin_ns:
                break
            server.first_ns = begin_ns = link.recv() + round(1e9 * load.warm_up_s)
            end_ns = begin_ns + round(1e9 * load.seconds)
        await asyncio.sleep(TICK_S)
    counts.detections = server.counts["detections"]
    counts.looks = server.counts["looks"]
    counts.refused = server.counts["refused"]
    counts.throttled = server.counts["throttled"]
    counts.unused = service.counts["unused"]
    counts.from_socket_ms = server.from_socket.milliseconds()
    counts.from_scan_ms = server.from_scan.milliseconds()
    if counts.looks:
        counts.looks_ms = server.of_looks.milliseconds()
    return counts


def _waited_s() -> float:
    """Of this process's first thread since it began, see proc_pid_schedstat(5)."""
    _, waited_ns, _ = Path("/proc/self/schedstat").read_text("utf-8").split()
    return int(waited_ns) / 1e9


def _resident_bytes() -> int:
    status = Path("/proc/self/status").read_text("utf-8")
    found = re.search(r"^VmRSS:\s*(\d+) kB$", status, re.MULTILINE)
    if found is None:
        raise RuntimeError("/proc/self/status has no VmRSS")
    return int(found[1]) * 1024


def _identify(ssl_object: ssl.SSLObject) -> str | None:
    return node_id_of(ssl_object.getpeercert(binary_form=True))
