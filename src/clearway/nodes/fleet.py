"""All simulated nodes of a site, each in a process of its own, for a demonstration."""

from __future__ import annotations

import asyncio
import multiprocessing
import signal
import time
from dataclasses import replace
from multiprocessing.context import SpawnContext, SpawnProcess
from multiprocessing.synchronize import Event, Semaphore
from pathlib import Path
from typing import Any

from clearway.domain import NANOSECONDS
from clearway.nodes.edge import NodeRequest, run_node
from clearway.profile import sensor_node_id, site_node_id
from clearway.sapient.security import create_authority, issue
from clearway.site.schema import Site

_LEAD_S = 4
"""Between the go and the run's beginning: time to work out the world and to register."""
_POLL_S = 0.2
_END_S = 20.0


def demonstration_certificates(folder: Path, site: Site) -> Path:
    """An authority and certificates for the service and all sensors of a site, on this machine.

    Returns
    -------
    Path
        The authority's folder.
    """
    create_authority(folder, site.name[:50])
    issue(folder, site_node_id(site), "service", ["127.0.0.1", "localhost"])
    for sensor in site.sensors:
        issue(folder, sensor_node_id(site, sensor), sensor.id)
    return folder


class Fleet:
    """The nodes of a site as processes of this one.

    Parameters
    ----------
    template : NodeRequest
        For every sensor of its site; its sensor, port and start are filled in.
    """

    def __init__(self, template: NodeRequest) -> None:
        context: SpawnContext = multiprocessing.get_context("spawn")
        self._ready: Semaphore = context.Semaphore(0)
        self._go: Event = context.Event()
        self._start: Any = context.Value("q", 0)
        self._port: Any = context.Value("i", template.port)
        self._processes: list[SpawnProcess] = [
            context.Process(
                target=_node_process,
                args=(
                    replace(template, sensor=sensor),
                    self._ready,
                    self._go,
                    self._start,
                    self._port,
                ),
                name=sensor.id,
                daemon=True,
            )
            for sensor in template.site.sensors
        ]

    def start(self) -> None:
        """Start the processes and wait until all have loaded what they need.

        Raises
        ------
        RuntimeError
            One has ended instead, and said why.
        """
        for process in self._processes:
            process.start()
        for _ in self._processes:
            while not self._ready.acquire(timeout=_POLL_S):
                if self.running < len(self._processes):
                    raise RuntimeError("a node has ended before it began")

    def go(self, port: int) -> None:
        """Let them connect to a port, and the run begin soon after."""
        start_ns = (time.time_ns() // NANOSECONDS + 1 + _LEAD_S) * NANOSECONDS
        self._port.value = port
        self._start.value = start_ns
        self._go.set()

    @property
    def running(self) -> int:
        """How many nodes have not ended."""
        return sum(process.is_alive() for process in self._processes)

    def stop(self) -> None:
        """End those that have not ended by themselves."""
        for process in self._processes:
            if process.pid is not None:
                process.terminate()
                process.join(_END_S)


async def when_done(nodes: Fleet) -> None:
    """Wait until all nodes have ended."""
    while nodes.running:
        await asyncio.sleep(_POLL_S)


def _node_process(request: NodeRequest, ready: Semaphore, go: Event, start: Any, port: Any) -> None:
    # An interrupt at the terminal goes to all of its processes; this one is ended by its parent.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    ready.release()
    go.wait()
    asyncio.run(run_node(replace(request, start_ns=start.value, port=port.value)))
