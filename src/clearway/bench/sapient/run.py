"""One run: the service, its sensors, and what both counted."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnContext, SpawnProcess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from clearway.bench.sapient.load import Load, camera_site
from clearway.bench.sapient.node import NodeCounts, NodeTask, run_node
from clearway.bench.sapient.service import ServiceCounts, ServiceTask, run_service
from clearway.domain import NANOSECONDS
from clearway.errors import ArgumentError
from clearway.profile import sensor_node_id, site_node_id
from clearway.sapient.security import create_authority, issue
from clearway.site.schema import Camera, Curtain, Sensor, Site

__all__ = ["Measurement", "best_of", "measure"]

_READY_S = 120.0
_AFTER_S = 60.0
_LEAD_S = 1.0


@dataclass(frozen=True, slots=True)
class Measurement:
    """What one run found."""

    load: Load
    service: ServiceCounts
    nodes: tuple[NodeCounts, ...]

    @property
    def accepted_per_s(self) -> float:
        """Detections of the cameras accepted per second of the measured time."""
        return self.service.detections / self.load.seconds

    @property
    def looks_per_s(self) -> float:
        """Looks of the curtains accepted per second of the measured time."""
        return self.service.looks / self.load.seconds

    @property
    def processor_share(self) -> float:
        """Of one core, that the service used in the measured time; its log's thread included."""
        return self.service.processor_s / self.load.seconds

    @property
    def waiting_share(self) -> float:
        """Of the measured time, in which other programs kept the service from its core."""
        return self.service.waited_s / self.load.seconds


def best_of(runs: Sequence[Measurement]) -> Measurement:
    """The run that other programs on the machine disturbed least: that of the smallest p99."""
    return min(runs, key=lambda run: run.service.from_socket_ms["p99"])


def measure(load: Load) -> Measurement:
    """Run the load once.

    The service has the last core to itself and the sensors share the others, where there are
    several: a rate is then one of one core.

    Raises
    ------
    ArgumentError
        A process did not get ready, or ended before its time.
    """
    site, _ = camera_site(load)
    sensors: list[Camera | Curtain] = [*site.cameras]
    if load.looks:
        sensors += site.curtains
    cores = sorted(os.sched_getaffinity(0))
    context: SpawnContext = multiprocessing.get_context("spawn")
    processes: list[SpawnProcess] = []
    with TemporaryDirectory() as temporary:
        certificates = _certificates(Path(temporary) / "certificates", site, sensors)
        try:
            service = _start(
                context,
                processes,
                run_service,
                ServiceTask(
                    load, Path(temporary) / "log", certificates, frozenset(cores[-1:])
                ),
            )  # fmt: skip
            port = _hear(service, _READY_S)
            go, start = context.Event(), context.Value("q", 0)
            others = frozenset(cores[:-1] or cores)
            nodes = [
                _start(
                    context,
                    processes,
                    run_node,
                    NodeTask(site, load, sensor, port, certificates, others),
                    go,
                    start,
                )
                for sensor in sensors
            ]
            for node in nodes:
                _hear(node, _READY_S)
            start_ns = time.time_ns() + round(_LEAD_S * NANOSECONDS)
            start.value = start_ns
            service.send(start_ns)
            go.set()
            counts = [_hear(node, load.duration_s + _AFTER_S) for node in nodes]
            service.send(None)
            return Measurement(load, _hear(service, _AFTER_S), tuple(counts))
        finally:
            for process in processes:
                process.join(_LEAD_S)
                process.terminate()
                process.join()


def _start(
    context: SpawnContext, processes: list[SpawnProcess], task: Any, *arguments: Any
) -> Connection:
    ours, theirs = context.Pipe()
    process = context.Process(target=task, args=(*arguments, theirs), daemon=True)
    process.start()
    # Ours alone is left open here: the end of the process is then the end of the pipe.
    theirs.close()
    processes.append(process)
    return ours


def _hear(link: Connection, timeout_s: float) -> Any:
    try:
        if link.poll(timeout_s):
            return link.recv()
    except (EOFError, ConnectionError):
        pass
    raise ArgumentError(
        "nodes", "a process of the load ended or did not answer", "see its own error above"
    )


def _certificates(folder: Path, site: Site, sensors: Sequence[Sensor]) -> Path:
    create_authority(folder, site.name)
    issue(folder, site_node_id(site), "service", ["127.0.0.1"])
    for sensor in sensors:
        issue(folder, sensor_node_id(site, sensor), sensor.id)
    return folder
