"""The curtain as a SAPIENT node: frames in, detections with evidence out."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from clearway.domain import seconds
from clearway.errors import ClearwayError
from clearway.imaging.calibration import Calibration
from clearway.nodes.connection import print_nothing, sensor_client, sentence
from clearway.nodes.curtain.evidence_store import AlarmImage, EvidenceStore
from clearway.nodes.curtain.figures import Figures
from clearway.nodes.curtain.frames import FrameSource
from clearway.nodes.curtain.passages import Passages, Told
from clearway.nodes.curtain.people import WherePeopleAre
from clearway.nodes.curtain.pipeline import CurtainPipeline
from clearway.nodes.curtain.settings import CurtainSettings
from clearway.nodes.curtain.status import curtain_status
from clearway.nodes.curtain.work import Work
from clearway.profile import detection_message, sensor_node_id, site_frame
from clearway.recognition import Recogniser
from clearway.sapient.bindings import TaskAck
from clearway.sapient.client import ClientEvent
from clearway.sapient.location import Converter
from clearway.sapient.session import Connected, TaskReceived
from clearway.site.radar import Radar
from clearway.site.schema import Curtain, Site

__all__ = ["CurtainNodeRequest", "run_curtain_node"]

_POLL_S = 0.05
_EXPIRE_S = 60.0
"""How often images of alarms are looked at for their age."""


@dataclass(frozen=True, eq=False)
class CurtainNodeRequest:
    """Which curtain to run, on which frames, for whom."""

    site: Site
    sensor: Curtain
    radar: Radar
    """See `clearway.site.radar.radar_of`."""
    recogniser: Recogniser
    source: FrameSource
    calibrations: Sequence[Calibration]
    """One per panel."""
    host: str
    port: int
    seed: int
    """Of the random part of messages' identifiers; not the same at each start."""
    live: Sequence[NDArray[np.bool_]] | None = None
    """Per panel, the channels that work."""
    certificates: Path | None = None
    """Folder of the site's authority; None for a connection without TLS."""
    evidence: Path | None = None
    """Where images of alarms are kept; None to keep none."""
    where: WherePeopleAre | None = None
    """A tracker in this process; None: the panels look for people themselves."""
    settings: CurtainSettings = field(default_factory=CurtainSettings)
    on_notice: Callable[[str], None] = print_nothing
    """Is told in one sentence each what an operator should know."""
    clock: Callable[[], int] = time.time_ns
    """UTC in nanoseconds; a live source stamps its frames by the same clock."""


async def run_curtain_node(request: CurtainNodeRequest) -> Figures:
    """Examine frames until their source ends.

    What is found while there is no connection is lost, as with any sensor.

    Parameters
    ----------
    request : CurtainNodeRequest

    Returns
    -------
    Figures
        What the node measured of itself.

    Raises
    ------
    ArgumentError
        Calibrations or channels that do not fit the radar.
    InputError
        A certificate or an evidence folder that cannot be used.
    """
    node = _Node(request)
    async with node.client:
        try:
            await node.run()
        finally:
            await asyncio.to_thread(node.work.stop)
    return node.figures


class _Node:
    def __init__(self, request: CurtainNodeRequest) -> None:
        self._request = request
        self._settings = request.settings
        self._loop = asyncio.get_running_loop()
        self._node_id = sensor_node_id(request.site, request.sensor)
        self._converter = Converter(site_frame(request.site))
        self._connected = asyncio.Event()
        self._saving: set[asyncio.Task[None]] = set()
        self.figures = Figures()
        self._store = (
            None
            if request.evidence is None
            else EvidenceStore(request.evidence, self._settings.evidence_hours)
        )
        pipeline = CurtainPipeline(
            request.radar,
            request.recogniser,
            request.calibrations,
            live=request.live,
            settings=self._settings,
        )
        passages = Passages(request.sensor, pipeline, request.radar.frame_time_s)
        self.work = Work(
            request.source,
            pipeline,
            passages,
            self.figures,
            self._tell_soon,
            self._notice,
            where=request.where,
        )
        self.client = sensor_client(
            request.site,
            request.sensor,
            request.seed,
            (request.host, request.port),
            request.certificates,
            self._heard,
        )

    async def run(self) -> None:
        """Work, and report how it goes."""
        if not self._request.source.live:
            await self._connected.wait()
        self._expire()
        self.work.start()
        loop = self._loop
        status_s = expire_s = loop.time()
        frames = 0
        while not self.work.done.is_set():
            await asyncio.sleep(_POLL_S)
            now_s = loop.time()
            if now_s - status_s >= self._settings.status_s:
                rate_hz = (self.figures.frames - frames) / (now_s - status_s)
                self._report(rate_hz)
                status_s, frames = now_s, self.figures.frames
            if now_s - expire_s >= _EXPIRE_S:
                self._expire()
                expire_s = now_s
        await asyncio.sleep(0.0)  # what the examining thread told last
        await asyncio.gather(*self._saving)
        if self.work.defect is not None:
            raise self.work.defect

    def _report(self, rate_hz: float) -> None:
        fault = "no frames come from the radar" if self.work.silent else ""
        east_m, north_m, height_m = self._request.sensor.position_m
        place = self._converter.to_wire(east_m, north_m, height_m, None)
        now_ns = self._request.clock()
        self.client.set_status(
            curtain_status(self._node_id, now_ns, place, self.figures, rate_hz, fault)
        )

    def _tell_soon(self, told: Sequence[Told]) -> None:
        if told:
            with suppress(RuntimeError):  # the loop has ended, and with it the connection
                self._loop.call_soon_threadsafe(self._tell, told)

    def _tell(self, told: Sequence[Told]) -> None:
        for one in told:
            detection = replace(one.detection, received_ns=self._request.clock())
            message = detection_message(detection, self._node_id, self._converter)
            try:
                sent = self.client.connected and self.client.send(message)
            except ClearwayError as error:
                self._notice(f"a reading cannot be sent: {error}")
                continue
            if sent and self._request.source.live:
                latency_s = seconds(detection.received_ns - one.last_sample_ns)
                self.figures.latencies_s.append(latency_s)
                if one.passage is not None:
                    self.figures.reading_latencies_s.append(latency_s)
            if sent and one.image is not None and self._store is not None:
                # A radar whose clock is ahead must not make an image stay longer.
                time_ns = min(detection.time_ns, detection.received_ns)
                report_id = message.detection_report.report_id
                task = self._loop.create_task(
                    self._save(self._store, report_id, one.image, time_ns)
                )
                self._saving.add(task)
                task.add_done_callback(self._saving.discard)

    async def _save(
        self, store: EvidenceStore, report_id: str, image: AlarmImage, time_ns: int
    ) -> None:
        try:
            await asyncio.to_thread(store.save, report_id, image, time_ns)
        except ClearwayError as error:
            self._notice(f"the image of an alarm was not kept: {error}")

    def _expire(self) -> None:
        if self._store is not None:
            self._store.expire(self._request.clock())

    def _notice(self, words: str) -> None:
        self._request.on_notice(f"{self._request.sensor.id}: {words}")

    def _heard(self, event: ClientEvent) -> None:
        told = sentence(self._request.sensor.id, event)
        if told is not None:
            self._request.on_notice(told)
        if isinstance(event, Connected):
            self._connected.set()
        if isinstance(event, TaskReceived):
            reason = "a curtain examines everybody who passes, and takes no tasks"
            self.client.answer_task(event.task.task_id, TaskAck.TASK_STATUS_REJECTED, [reason])
