"""Messages of sensors as a service gets them, and services without sockets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import clearway.site
from clearway.domain import Alert, Detection, nanoseconds
from clearway.profile import detection_message, sensor_node_id, site_frame
from clearway.recording import LogSettings, LogWriter
from clearway.sapient.bindings import SapientMessage
from clearway.sapient.location import Converter
from clearway.sapient.server import MessageAccepted
from clearway.service.alert_store import AlertStore
from clearway.service.fusion_node import FusionNode
from clearway.service.live import LiveService
from clearway.service.outputs import AlertTold, Observed, Output, PersonReported
from clearway.service.recovery import ALERTS_FILE
from clearway.site.schema import Site
from clearway.twin.crowd.people import Crowd
from tests.support.builders import HANDGUN_ALARM, crowd_of, detection, straight
from tests.support.streams import seen_by_camera

STATION = Path(clearway.site.__file__).with_name("station.toml")
START_NS = 1_767_225_600_000_000_000
PATIENT = replace(LogSettings(), to_disk=False)
ALARM_S = 2.0
PAIR = crowd_of(
    (0, straight((13.6, 2.0), (1.2, 0.0), 61)),
    (0, straight((13.6, 4.5), (1.2, 0.0), 61)),
)
"""Two people abreast for six seconds, who pass the western curtain after two."""

Input = tuple[int, SapientMessage | None]
"""When it arrives, and the message; None for a tick."""


def sensor_id_of(site: Site, sensor: str) -> str:
    return next(sensor_node_id(site, one) for one in site.sensors if one.id == sensor)


def messages(site: Site, detections: Iterable[Detection], start_ns: int = START_NS) -> list[Input]:
    """Detections as messages, by their arrival; no two arrive at one instant."""
    converter = Converter(site_frame(site))
    arriving = sorted(detections, key=lambda one: one.received_ns)
    found: list[Input] = []
    for number, one in enumerate(arriving):
        moved = replace(one, time_ns=one.time_ns + start_ns)
        message = detection_message(moved, sensor_id_of(site, one.sensor_id), converter)
        found.append((one.received_ns + start_ns + number, message))
    return found


def alarm(crowd: Crowd = PAIR, time_s: float = ALARM_S, sequence: int = 1) -> Detection:
    """A curtain's alarm at the first person."""
    x_m, y_m = crowd.at(time_s).position_m[0].tolist()
    return detection(
        time_s, (x_m, y_m), sensor_id="curtain-west", sequence=sequence, evidence=HANDGUN_ALARM
    )


def with_ticks(found: Sequence[Input], until_s: float, start_ns: int = START_NS) -> list[Input]:
    """The same with the ticks of a service in between, and after them up to a time."""
    step_ns = nanoseconds(0.05)
    ticks: list[Input] = [
        (start_ns + 500_000 + number * step_ns, None)
        for number in range(nanoseconds(until_s) // step_ns)
    ]
    return sorted([*found, *ticks], key=lambda one: one[0])


def walk(site: Site, until_s: float = 6.0, start_ns: int = START_NS) -> list[Input]:
    """Two people who are followed, one of whom a curtain raises an alarm about."""
    detections = [*seen_by_camera(PAIR, "camera-2"), alarm()]
    return with_ticks(messages(site, detections, start_ns), until_s, start_ns)


def feed(node: FusionNode, inputs: Iterable[Input]) -> Iterator[Output]:
    for time_ns, message in inputs:
        yield from node.tick(time_ns) if message is None else node.receive(message, time_ns)


def people_of(outputs: Iterable[Output]) -> list[SapientMessage]:
    return [one.message for one in outputs if isinstance(one, PersonReported)]


def alerts_of(outputs: Iterable[Output]) -> list[tuple[str, Alert, SapientMessage]]:
    return [(one.alert_id, one.alert, one.message) for one in outputs if isinstance(one, AlertTold)]


@dataclass
class Running:
    """A service whose clock is what it is fed."""

    site: Site
    folder: Path
    start_ns: int = START_NS
    settings: LogSettings = PATIENT
    told: list[SapientMessage] = field(default_factory=list)
    sent: list[tuple[str, SapientMessage]] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    acknowledged: list[tuple[str, str]] = field(default_factory=list)
    reachable: bool = True
    observe: Callable[[Observed], object] = lambda _: None

    def __post_init__(self) -> None:
        self.now_ns = self.start_ns
        self.store = AlertStore(self.folder / ALERTS_FILE)
        self.log = LogWriter(
            self.folder,
            site=STATION.read_text(encoding="utf-8"),
            now_ns=self.now_ns,
            settings=self.settings,
        )
        self.service = LiveService(
            self.site,
            self.folder,
            log=self.log,
            store=self.store,
            clock=lambda: self.now_ns,
            send=self._send,
            acknowledge=lambda node_id, alert_id: self.acknowledged.append((node_id, alert_id)),
            listeners=[self.told.append],
            observe=self.observe,
            on_notice=self.notices.append,
        )

    def _send(self, node_id: str, message: SapientMessage) -> bool:
        self.sent.append((node_id, message))
        return self.reachable

    def feed(self, inputs: Iterable[Input]) -> None:
        for time_ns, message in inputs:
            self.now_ns = time_ns
            if message is None:
                self.service.tick()
            else:
                payload = message.SerializeToString()
                self.service.handle(MessageAccepted(message.node_id, message, payload, time_ns, ()))
        self.service._checkpoints.settle()

    def stop(self) -> None:
        """As by a signal."""
        self.service.close()
        self.crash()

    def crash(self) -> None:
        """As by a power cut, but for the last second of the log, which is kept."""
        self.log.close()
        self.store.close()

    def alerts(self) -> list[SapientMessage]:
        return [message for message in self.told if message.HasField("alert")]

    def people(self) -> list[SapientMessage]:
        return [message for message in self.told if message.HasField("detection_report")]
