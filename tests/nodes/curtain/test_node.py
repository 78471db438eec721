"""The whole node: frames in, detections at the fusion node, and nothing stops it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Event
from uuid import uuid4

import numpy as np
import pytest

from clearway.errors import ArgumentError
from clearway.fusion import Cue
from clearway.nodes.curtain import (
    CurtainNodeRequest,
    EvidenceStore,
    Figures,
    RadarFrame,
    run_curtain_node,
)
from clearway.nodes.curtain.sources import FrameRing, Recording, RingSource, write_recording
from clearway.profile import look_task, sensor_node_id, site_frame, site_node_id
from clearway.sapient.bindings import DetectionReport, StatusReport
from clearway.sapient.location import Converter
from clearway.sapient.server import MessageAccepted, MessageRefused, Server, TaskFinished
from clearway.sapient.session.actions import TaskEnd
from clearway.site.schema import Site
from tests.nodes.curtain.making import SETTINGS, Scene, Walker, bright_spots, curtain_of
from tests.sapient.loopback import PATIENCE_S, Heard


@dataclass
class Given:
    """Frames from a list; then waits for its end."""

    given: Sequence[RadarFrame]
    live: bool = True
    dropped: int = 4
    asked: Event = field(default_factory=Event)
    go: Event = field(default_factory=Event)
    ends: bool = False
    closed: Event = field(default_factory=Event)

    def frames(self) -> Iterator[RadarFrame]:
        self.go.wait()
        yield from self.given
        if not self.ends:
            self.closed.wait()

    def close(self) -> None:
        self.go.set()
        self.closed.set()


def request_of(site: Site, scene: Scene, source: object, port: int) -> CurtainNodeRequest:
    return CurtainNodeRequest(
        site=site,
        sensor=scene.sensor,
        radar=scene.radar,
        recogniser=bright_spots(),
        source=source,  # type: ignore[arg-type]
        calibrations=scene.calibrations(),
        host="127.0.0.1",
        port=port,
        seed=3,
        settings=replace(SETTINGS, status_s=0.1, backlog=50),
    )


def detections(heard: Heard) -> list[DetectionReport]:
    return [
        event.message.detection_report
        for event in heard.of(MessageAccepted)
        if event.message.HasField("detection_report")
    ]


def statuses(heard: Heard) -> list[StatusReport]:
    return [
        event.message.status_report
        for event in heard.of(MessageAccepted)
        if event.message.HasField("status_report")
    ]


def entries(report: DetectionReport) -> dict[str, str]:
    return {entry.type: entry.value for entry in report.object_info}


async def until(condition: object) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not condition():  # type: ignore[operator]
            await asyncio.sleep(0.02)


def test_a_recording_becomes_places_an_alarm_and_its_image(station: Site, tmp_path: Path) -> None:
    scene = Scene(curtain_of(station), (Walker(armed=True),), n_steps=14, start_ns=time.time_ns())
    write_recording(tmp_path / "walk", list(scene.frames()), scene.radar)

    async def play() -> tuple[Heard, Figures]:
        heard = Heard()
        async with Server(site_node_id(station), heard) as server:
            source = Recording(tmp_path / "walk")
            request = replace(
                request_of(station, scene, source, server.port), evidence=tmp_path / "evidence"
            )
            return heard, await run_curtain_node(request)

    heard, figures = asyncio.run(play())
    assert heard.of(MessageRefused) == []
    *places, reading = detections(heard)
    assert len(places) > 8
    assert all(entries(place)["clearway.position_only"] == "true" for place in places)
    assert entries(reading)["clearway.declared"] == "handgun"
    assert float(entries(reading)["clearway.llr.handgun.curtain"]) > 1.0
    assert entries(reading)["clearway.body_place"].startswith("left")
    assert (figures.frames, figures.dropped) == (14, 0)
    store = EvidenceStore(tmp_path / "evidence")
    assert store.read(reading.report_id) is not None
    assert store.read(places[0].report_id) is None
    assert len(list((tmp_path / "evidence").iterdir())) == 1


def test_live_frames_give_latencies_and_bad_ones_do_no_harm(station: Site) -> None:
    scene = Scene(curtain_of(station), (Walker(present=(0.0, 0.65)),), start_ns=time.time_ns())
    frames = list(scene.frames())
    wrong = replace(frames[3], samples=np.full((2, 2), np.nan, dtype=np.complex64))
    source = Given([*frames[:3], wrong, wrong, replace(frames[3], panel=7), *frames[3:]])
    notices: list[str] = []

    async def play() -> tuple[Heard, Figures]:
        heard = Heard()
        async with Server(site_node_id(station), heard) as server:
            request = replace(
                request_of(station, scene, source, server.port), on_notice=notices.append
            )
            node = asyncio.ensure_future(run_curtain_node(request))
            await heard.until(MessageAccepted)
            source.go.set()
            await until(lambda: [one for one in detections(heard) if len(one.object_info) > 2])
            await until(lambda: any("4 lost" in _words(one) for one in statuses(heard)))
            source.ends = True
            source.closed.set()
            return heard, await node

    heard, figures = asyncio.run(play())
    (reading,) = [one for one in detections(heard) if len(one.object_info) > 2]
    assert "clearway.declared" not in entries(reading)
    assert (figures.frames, figures.bad, figures.missing) == (len(frames), 3, 4)
    assert len(figures.reading_latencies_s) == 1
    assert len(figures.latencies_s) == len(detections(heard))
    complaints = [notice for notice in notices if "a frame cannot be used" in notice]
    assert len(complaints) == 2  # the same fault twice in a row is told once
    assert heard.of(MessageRefused) == []


def _words(status: StatusReport) -> str:
    return " ".join(one.status_value for one in status.status)


def test_without_frames_the_node_says_that_it_examines_nobody(station: Site) -> None:
    scene = Scene(curtain_of(station), n_steps=6, start_ns=time.time_ns())
    source = Given(list(scene.frames()))

    async def play() -> None:
        heard = Heard()
        async with Server(site_node_id(station), heard) as server:
            request = request_of(station, scene, source, server.port)
            request = replace(request, settings=replace(request.settings, silence_s=0.5))
            node = asyncio.ensure_future(run_curtain_node(request))
            await heard.until(MessageAccepted)
            source.go.set()
            await until(lambda: any("no frames" in _words(one) for one in statuses(heard)))
            # Who was in the lane when the frames ended is read none the less.
            await until(lambda: [one for one in detections(heard) if len(one.object_info) > 2])
            node.cancel()
            with suppress(asyncio.CancelledError):
                await node
            blind = next(one for one in statuses(heard) if "no frames" in _words(one))
            assert blind.system == StatusReport.SYSTEM_WARNING
            kinds = {one.status_type for one in blind.status}
            assert StatusReport.STATUS_TYPE_NOT_DETECTING in kinds

    asyncio.run(play())
    assert source.closed.is_set()


def test_it_goes_on_where_the_fusion_node_is_away(station: Site) -> None:
    scene = Scene(curtain_of(station), n_steps=5)
    source = Given(list(scene.frames()), ends=True)
    source.go.set()
    notices: list[str] = []
    request = replace(request_of(station, scene, source, 1), on_notice=notices.append)
    figures = asyncio.run(run_curtain_node(request))
    assert figures.frames == 5
    assert len(figures.latencies_s) == 0
    assert any("cannot be reached" in notice for notice in notices)


def test_a_task_is_rejected(station: Site) -> None:
    scene = Scene(curtain_of(station), n_steps=1)
    source = Given([])

    async def play() -> None:
        heard = Heard()
        async with Server(site_node_id(station), heard) as server:
            node = asyncio.ensure_future(
                run_curtain_node(request_of(station, scene, source, server.port))
            )
            await heard.until(MessageAccepted)
            node_id = sensor_node_id(station, scene.sensor)
            now_ns = time.time_ns()
            cue = Cue(scene.sensor.id, 7, now_ns, 16.0, 3.0, 0.0, 0.0)
            converter = Converter(site_frame(station))
            task = look_task(cue, now_ns, 0.3, site_node_id(station), node_id, converter)
            assert server.send(node_id, task)
            (finished,) = await heard.until(TaskFinished)
            assert finished.end is TaskEnd.REJECTED
            assert "takes no tasks" in finished.reasons[0]
            node.cancel()
            with suppress(asyncio.CancelledError):
                await node

    asyncio.run(play())


def test_a_mistake_in_the_program_is_not_hidden(station: Site) -> None:
    scene = Scene(curtain_of(station), n_steps=2)
    source = Given(list(scene.frames()))
    source.go.set()

    def broken(_: int) -> list[object]:
        raise ZeroDivisionError("a defect")

    request = replace(
        request_of(station, scene, source, 1),
        where=broken,  # type: ignore[arg-type]
    )
    with pytest.raises(ZeroDivisionError, match="a defect"):
        asyncio.run(run_curtain_node(request))


def test_frames_from_shared_memory(station: Site) -> None:
    scene = Scene(curtain_of(station), n_steps=3, start_ns=time.time_ns())
    name = f"clearway-test-{uuid4().hex}"

    async def play() -> Figures:
        heard = Heard()
        frames = list(scene.frames())
        with FrameRing.create(name, frames[0].samples.shape, slots=8) as ring:
            async with Server(site_node_id(station), heard) as server:
                source = RingSource(name)
                node = asyncio.ensure_future(
                    run_curtain_node(request_of(station, scene, source, server.port))
                )
                await heard.until(MessageAccepted)
                for frame in frames:
                    ring.write(frame.samples, time_ns=frame.time_ns, panel=frame.panel)
                await until(lambda: any("3 examined" in _words(one) for one in statuses(heard)))
                source.close()
                return await node

    figures = asyncio.run(play())
    assert (figures.frames, figures.dropped) == (3, 0)


def test_what_does_not_fit_the_radar_is_refused_at_once(station: Site) -> None:
    scene = Scene(curtain_of(station), n_steps=1)
    request = replace(request_of(station, scene, Given([]), 1), calibrations=[])
    with pytest.raises(ArgumentError, match="one per panel"):
        asyncio.run(run_curtain_node(request))
