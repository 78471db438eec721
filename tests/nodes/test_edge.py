"""A simulated node on a connection: it plays, and answers what it is asked."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from clearway.domain import NANOSECONDS
from clearway.errors import InputError
from clearway.fusion import Cue
from clearway.nodes.edge import NodeRequest, run_node
from clearway.nodes.fleet import demonstration_certificates
from clearway.nodes.player import SensorPlayer
from clearway.profile import look_task, sensor_node_id, site_frame, site_node_id
from clearway.sapient.bindings import SapientMessage, TaskAck
from clearway.sapient.location import Converter
from clearway.sapient.security import credentials_of, node_id_of, server_context
from clearway.sapient.server import (
    MessageAccepted,
    MessageRefused,
    NodeLost,
    NodeRegistered,
    Server,
    TaskFinished,
)
from clearway.sapient.session.actions import Ending, TaskEnd
from clearway.site.schema import Sensor, Site
from clearway.twin.crowd.people import Crowd
from tests.sapient.loopback import Heard
from tests.support.builders import crowd_of, straight

SEED = 4
SHORT = crowd_of((0, straight((18.0, 3.0), (0.4, 0.0), 16)))
LONG = crowd_of((0, straight((18.0, 3.0), (0.004, 0.0), 1200)))
"""Longer than any test: a node that is still playing when it is ended."""


def sensor_of(site: Site, sensor_id: str) -> Sensor:
    return next(sensor for sensor in site.sensors if sensor.id == sensor_id)


@dataclass
class Scene:
    """A server and one node that plays."""

    server: Server
    heard: Heard
    node_id: str
    playing: asyncio.Task[None]
    notices: list[str]
    start_ns: int

    def reports(self) -> list[SapientMessage]:
        return [
            event.message
            for event in self.heard.of(MessageAccepted)
            if event.message.HasField("detection_report")
        ]


@asynccontextmanager
async def playing(site: Site, sensor_id: str, crowd: Crowd) -> AsyncIterator[Scene]:
    heard, notices = Heard(), list[str]()
    sensor = sensor_of(site, sensor_id)
    async with Server(site_node_id(site), heard) as server:
        start_ns = (time.time_ns() // NANOSECONDS + 1) * NANOSECONDS
        request = NodeRequest(
            site=site,
            sensor=sensor,
            crowd=crowd,
            seed=SEED,
            host="127.0.0.1",
            port=server.port,
            start_ns=start_ns,
            on_notice=notices.append,
        )
        task = asyncio.ensure_future(run_node(request))
        try:
            yield Scene(server, heard, sensor_node_id(site, sensor), task, notices, start_ns)
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def registered(scene: Scene) -> None:
    await scene.heard.until(NodeRegistered)
    await scene.heard.until(MessageAccepted)  # the first status


def look(site: Site, scene: Scene) -> SapientMessage:
    now_ns = time.time_ns()
    cue = Cue("trace-1", 7, now_ns, 18.0, 3.0, 0.0, 0.0)
    converter = Converter(site_frame(site))
    return look_task(cue, now_ns, 0.3, site_node_id(site), scene.node_id, converter)


def test_a_node_plays_to_the_end_and_says_goodbye(station: Site) -> None:
    async def scene() -> None:
        async with playing(station, "camera-2", SHORT) as one:
            await one.playing
            (lost,) = await one.heard.until(NodeLost)
            assert lost.reason is Ending.GOODBYE
            assert one.heard.of(MessageRefused) == []
            player = SensorPlayer(
                station, sensor_of(station, "camera-2"), SHORT, SEED, one.start_ns
            )
            expected = [message.detection_report for _, message in player.messages()]
            assert [message.detection_report for message in one.reports()] == expected
            assert len(expected) > 8
            assert any("camera-2: registered with" in notice for notice in one.notices)

    asyncio.run(scene())


def test_a_look_is_accepted_and_completed_with_a_reading(station: Site) -> None:
    async def scene() -> None:
        async with playing(station, "trace-1", LONG) as one:
            await registered(one)
            task = look(station, one)
            assert one.server.send(one.node_id, task)
            (finished,) = await one.heard.until(TaskFinished)
            assert (finished.task_id, finished.end) == (task.task.task_id, TaskEnd.COMPLETED)
            (reading,) = one.reports()
            assert reading.detection_report.task_id == task.task.task_id
            names = {entry.type for entry in reading.detection_report.object_info}
            assert "clearway.examined.trace.fraction" in names
            answers = [
                event.message.task_ack.task_status
                for event in one.heard.of(MessageAccepted)
                if event.message.HasField("task_ack")
            ]
            assert answers == [TaskAck.TASK_STATUS_ACCEPTED, TaskAck.TASK_STATUS_COMPLETED]
            assert one.heard.of(MessageRefused) == []

    asyncio.run(scene())


def mode_change(site: Site, scene: Scene) -> SapientMessage:
    task = look(site, scene)
    task.task.command.mode_change = "default"
    return task


def stop(site: Site, scene: Scene) -> SapientMessage:
    task = look(site, scene)
    task.task.control = task.task.CONTROL_STOP
    return task


def far_away(site: Site, scene: Scene) -> SapientMessage:
    task = look(site, scene)
    place = task.task.command.look_at.location_list.locations[0]
    place.x += 400_000.0
    return task


@pytest.mark.parametrize(
    ("sensor_id", "ask"),
    [
        ("trace-1", mode_change),
        ("trace-1", stop),
        ("trace-1", far_away),
        ("camera-2", look),
        ("curtain-west", look),
    ],
    ids=["another mode", "a stop", "a place off the site", "a camera", "a curtain"],
)
def test_other_tasks_are_rejected(
    station: Site, sensor_id: str, ask: Callable[[Site, Scene], SapientMessage]
) -> None:
    async def scene() -> None:
        async with playing(station, sensor_id, LONG) as one:
            await registered(one)
            task = ask(station, one)
            assert one.server.send(one.node_id, task)
            (finished,) = await one.heard.until(TaskFinished)
            assert (finished.task_id, finished.end) == (task.task.task_id, TaskEnd.REJECTED)
            assert "can only look at a place" in finished.reasons[0]
            assert not [report for report in one.reports() if report.detection_report.task_id]

    asyncio.run(scene())


def test_a_look_that_was_ended_meanwhile_is_not_completed(station: Site) -> None:
    async def scene() -> None:
        faults: list[dict[str, Any]] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, fault: faults.append(fault))
        async with playing(station, "trace-1", LONG) as one:
            await registered(one)
            task = look(station, one)
            ending = SapientMessage()
            ending.CopyFrom(task)
            ending.task.control = ending.task.CONTROL_STOP
            assert one.server.send(one.node_id, task)
            assert one.server.send(one.node_id, ending)
            (finished,) = await one.heard.until(TaskFinished)
            assert finished.end is TaskEnd.REJECTED
            while not one.reports():
                await asyncio.sleep(0.01)
        assert faults == []

    asyncio.run(scene())


def test_a_look_after_the_run_is_rejected(station: Site) -> None:
    async def scene() -> None:
        over = crowd_of((0, straight((18.0, 3.0), (0.4, 0.0), 2)))
        async with playing(station, "trace-1", over) as one:
            await registered(one)
            while time.time_ns() < one.start_ns + NANOSECONDS // 10:
                await asyncio.sleep(0.01)
            assert one.server.send(one.node_id, look(station, one))
            (finished,) = await one.heard.until(TaskFinished)
            assert finished.end is TaskEnd.REJECTED

    asyncio.run(scene())


def test_with_certificates_a_node_is_who_it_says(station: Site, tmp_path: Path) -> None:
    folder = demonstration_certificates(tmp_path / "certificates", station)

    async def scene() -> None:
        heard = Heard()
        files = credentials_of(folder, site_node_id(station))
        sensor = sensor_of(station, "camera-2")
        async with Server(
            site_node_id(station),
            heard,
            tls=server_context(files.ca, files.certificate, files.key),
            identify=lambda ssl_object: node_id_of(ssl_object.getpeercert(binary_form=True)),
        ) as server:
            request = NodeRequest(
                site=station,
                sensor=sensor,
                crowd=LONG,
                seed=SEED,
                host="127.0.0.1",
                port=server.port,
                start_ns=time.time_ns(),
                certificates=folder,
            )
            task = asyncio.ensure_future(run_node(request))
            (registered,) = await heard.until(NodeRegistered)
            assert registered.node_id == sensor_node_id(station, sensor)
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    asyncio.run(scene())


def test_without_its_certificate_a_node_does_not_start(station: Site, tmp_path: Path) -> None:
    folder = demonstration_certificates(tmp_path / "certificates", station)
    sensor = sensor_of(station, "camera-2")
    credentials_of(folder, sensor_node_id(station, sensor)).certificate.unlink()
    request = NodeRequest(station, sensor, SHORT, SEED, "127.0.0.1", 1, time.time_ns(), folder)
    with pytest.raises(InputError, match="no certificate for the node"):
        asyncio.run(run_node(request))
