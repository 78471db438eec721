"""A simulated sensor as a node of its own."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from clearway.errors import ArgumentError
from clearway.nodes.connection import print_nothing, sensor_client, sentence
from clearway.nodes.player import SensorPlayer
from clearway.profile import aim_of
from clearway.sapient.bindings import SapientMessage, TaskAck
from clearway.sapient.client import ClientEvent
from clearway.sapient.session import TaskReceived
from clearway.site.schema import Sensor, Site, Trace
from clearway.twin.crowd.people import Crowd

_LINGER_S = 2.0
"""For readings that were asked for at the very end."""


@dataclass(frozen=True, slots=True)
class NodeRequest:
    """Which sensor to play, to whom, and from when on."""

    site: Site
    sensor: Sensor
    crowd: Crowd
    seed: int
    host: str
    port: int
    start_ns: int
    """UTC of the run's beginning, see `SensorPlayer`."""
    certificates: Path | None = None
    """Folder of the site's authority; None for a connection without TLS."""
    on_notice: Callable[[str], None] = print_nothing
    """Is told in one sentence each what an operator should know."""


async def run_node(request: NodeRequest) -> None:
    """Play one sensor in real time until the crowd's recording ends.

    What is due while there is no connection is lost, as with a real sensor.
    """
    node = _Node(request)
    async with node.client:
        await node.play()


class _Node:
    def __init__(self, request: NodeRequest) -> None:
        self._sensor = request.sensor
        self._notice = request.on_notice
        self._player = SensorPlayer(
            request.site, request.sensor, request.crowd, request.seed, request.start_ns
        )
        self._end_ns = request.start_ns + round(1e9 * request.crowd.duration_s)
        self._looks: set[asyncio.TimerHandle] = set()
        self.client = sensor_client(
            request.site,
            request.sensor,
            request.seed,
            (request.host, request.port),
            request.certificates,
            self._heard,
        )

    async def play(self) -> None:
        """Send each message when it is due."""
        for due_ns, message in self._player.messages():
            delay_s = (due_ns - time.time_ns()) / 1e9
            if delay_s > 0.0:
                await asyncio.sleep(delay_s)
            self._send(message)
        remaining_s = (self._end_ns - time.time_ns()) / 1e9
        await asyncio.sleep(max(remaining_s, 0.0) + _LINGER_S)

    def _send(self, message: SapientMessage) -> None:
        if self.client.connected:
            self.client.send(message)

    def _heard(self, event: ClientEvent) -> None:
        told = sentence(self._sensor.id, event)
        if told is not None:
            self._notice(told)
        if isinstance(event, TaskReceived):
            self._look(event)

    def _look(self, event: TaskReceived) -> None:
        """Answer a task to look at a place, and anything else with what is not possible."""
        task_id = event.task.task_id
        wrapped = SapientMessage(task=event.task)
        aim = aim_of(wrapped, self._player.converter)
        now_ns = time.time_ns()
        if aim is None or not isinstance(self._sensor, Trace) or now_ns >= self._end_ns:
            reason = "this node can only look at a place, while its run lasts"
            self.client.answer_task(task_id, TaskAck.TASK_STATUS_REJECTED, [reason])
            return
        self.client.answer_task(task_id, TaskAck.TASK_STATUS_ACCEPTED)
        due_ns, message = self._player.look(aim, now_ns)
        message.detection_report.task_id = task_id

        def finish() -> None:
            self._looks.discard(handle)
            self._send(message)
            # Another connection does not know the task, and a task may have been ended meanwhile.
            with suppress(ArgumentError):
                self.client.answer_task(task_id, TaskAck.TASK_STATUS_COMPLETED)

        loop = asyncio.get_running_loop()
        handle = loop.call_later(max(due_ns - now_ns, 0) / 1e9, finish)
        self._looks.add(handle)
