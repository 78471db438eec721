"""The fusion node: messages in, fused people, alerts and tasks out.

Pure: it reads no clock, opens no socket and writes no file.  The same messages and ticks in the
same order give the same outputs, with the same identifiers, so that a log replays to what was
live and a restarted service goes on where it was.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from clearway.domain import (
    Alert,
    AlertState,
    Belief,
    Detection,
    Track,
    TrackStates,
    nanoseconds,
)
from clearway.engine import (
    AlertChanged,
    CueRequested,
    DetectionRefused,
    Engine,
    Event,
    EvidenceJudged,
    Refusal,
    TracksReported,
)
from clearway.fusion import Cue
from clearway.profile import (
    DetectionReader,
    ProfileError,
    alert_message,
    look_task,
    person_message,
    sensor_node_id,
    site_frame,
    site_node_id,
    ulid_of,
)
from clearway.profile.wire import nanoseconds_of
from clearway.sapient.bindings import (
    AssociatedDetection,
    SapientMessage,
    StatusReport,
    TaskAck,
)
from clearway.sapient.location import Converter
from clearway.service.outputs import (
    AlertTold,
    MessageUnused,
    Output,
    PeopleReported,
    PersonReported,
    Reading,
    SensorTasked,
)
from clearway.site.schema import Sensor, Site, Trace

_CUES_KNOWN = 256
_SHOWN_EVERY_S = 0.08
_MEMORY_S = 120.0
"""How long people who have left and readings are remembered for alerts that may name them."""


class FusionNode:
    """A site's engine as a SAPIENT fusion node.

    Parameters
    ----------
    site : Site
    """

    def __init__(self, site: Site) -> None:
        self.site = site
        self.node_id = site_node_id(site)
        self._engine = Engine(site)
        self.time_ns = 0
        """Of the last message or tick."""
        self._converter = Converter(site_frame(site))
        self._sensors: dict[str, Sensor] = {
            sensor_node_id(site, sensor): sensor for sensor in site.sensors
        }
        self._node_of = {sensor.id: node_id for node_id, sensor in self._sensors.items()}
        self._readers = {
            node_id: DetectionReader(sensor, self._converter)
            for node_id, sensor in self._sensors.items()
        }
        self._people: dict[int, _Person] = {}
        self._alert_ids: dict[int, str] = {}
        self._suspects: dict[int, set[int]] = {}
        self._grounds: dict[int, tuple[tuple[str, int], ...]] = {}
        """The readings behind each open alert."""
        self._looks: dict[tuple[str, int], _Look] = {}
        """Of the threat sensors, by sensor and sequence number, in the order of arrival."""
        self._cues: dict[str, str] = {}
        """By task, the cue that it passes on; the oldest in front."""
        self._show_from_ns = 0
        self._blind: set[str] = set()
        """Nodes that say that they do not work."""

    def follows(self, object_id: str) -> bool:
        """Whether the person of this object id is followed now."""
        return any(
            person.present and person.object_id == object_id for person in self._people.values()
        )

    def afresh(self) -> FusionNode:
        """A node of the same site at the same time, to which nobody is known yet."""
        node = FusionNode(self.site)
        node.time_ns = self.time_ns
        return node

    def knows(self, node_id: str) -> bool:
        """Whether the site file has a sensor of this node id, in whatever case of letters."""
        return node_id.lower() in self._sensors

    def sensor(self, node_id: str) -> Sensor:
        """The sensor behind a node id that `knows` knows."""
        return self._sensors[node_id.lower()]

    def receive(self, message: SapientMessage, received_ns: int) -> list[Output]:
        """Take one valid message of a known sensor.

        Parameters
        ----------
        message : SapientMessage
            A detection report; a status report, which may say that the node does not work; the
            answer to a task.  Any other changes nothing here.
        received_ns : int
            When it arrived, by the service's clock.

        Returns
        -------
        list of Output
            In the order in which they came about.
        """
        self.time_ns = received_ns
        node_id = message.node_id.lower()
        if message.HasField("status_report"):
            self._note_status(node_id, message.status_report)
        if message.HasField("task_ack"):
            return self._task_answered(message.task_ack, received_ns)
        reader = self._readers.get(node_id)
        if reader is None or not message.HasField("detection_report"):
            return []
        try:
            detection = reader.read(message, received_ns)
        except ProfileError as error:
            return [MessageUnused(message.node_id, error.path, error.problem)]
        cue_id = self._cues.get(message.detection_report.task_id)
        if cue_id is not None:
            detection = replace(detection, cue=cue_id)
        if detection.evidence is not None and node_id in self._blind:
            detection = replace(detection, evidence=detection.evidence.not_examined())
        if detection.evidence is not None:
            key = detection.sensor_id, detection.sequence
            # One that is repeated keeps its place, so that the oldest stay in front.
            self._looks.setdefault(key, _Look(detection, _associated(message)))
        return self._outputs(self._engine.observe([detection]))

    def tick(self, clock_ns: int) -> list[Output]:
        """Let time pass to ``clock_ns``, though nothing has arrived."""
        self.time_ns = clock_ns
        return [*self._outputs(self._engine.observe([], clock_ns)), *self._shown()]

    def flush(self) -> list[Output]:
        """Process what still waits, as at the end of a recording."""
        return self._outputs(self._engine.flush())

    @property
    def open_alerts(self) -> dict[int, str]:
        """Ids on the wire of the alerts that are not closed, by the engine's number."""
        return dict(self._alert_ids)

    def told_again(self) -> list[AlertTold]:
        """The alerts that are not closed, as they were told last."""
        return [self._tell(alert) for alert in self._engine.open_alerts]

    def _outputs(self, events: Sequence[Event]) -> list[Output]:
        return [output for event in events for output in self._told(event)]

    def _told(self, event: Event) -> Iterator[Output]:
        match event:
            case TracksReported():
                yield from self._report(event.tracks, event.beliefs)
            case AlertChanged():
                yield self._tell(event.alert)
            case CueRequested():
                yield self._task(event.cue, event.clock_ns)
            case DetectionRefused():
                yield self._refused(event.detection, event.reason)
            case EvidenceJudged():
                pass

    def _shown(self) -> Iterator[PeopleReported]:
        """Everybody, if the last time is long enough ago; at about the rate of a camera."""
        people = self._engine.people
        if people is not None and people.tracks.time_ns >= self._show_from_ns:
            self._show_from_ns = people.tracks.time_ns + nanoseconds(_SHOWN_EVERY_S)
            yield PeopleReported(people.tracks, people.beliefs)

    def _report(self, tracks: TrackStates, beliefs: Sequence[Belief]) -> Iterator[Output]:
        present = set(tracks.track_ids.tolist())
        for person in self._people.values():
            if person.present and person.track.track_id not in present:
                person.present = False
                yield PersonReported(self._message(person))
        for index, belief in enumerate(beliefs):
            track = tracks.track(index)
            known = self._people.get(track.track_id)
            object_id = (
                ulid_of(track.time_ns, "person", self.node_id, track.track_id)
                if known is None
                else known.object_id
            )
            now = self._people[track.track_id] = _Person(object_id, track, belief)
            yield PersonReported(self._message(now))
        self._forget(tracks.time_ns)

    def _message(self, person: _Person) -> SapientMessage:
        return person_message(
            person.track,
            person.belief,
            person.object_id,
            self.node_id,
            self._converter,
            lost=not person.present,
        )

    def _tell(self, alert: Alert) -> AlertTold:
        alert_id = self._alert_ids.get(alert.alert_id)
        if alert_id is None:
            alert_id = self._alert_ids[alert.alert_id] = self._new_alert_id(alert)
        heir = None if alert.merged_into is None else self._alert_ids.get(alert.merged_into)
        if alert.state is AlertState.CLOSED:
            del self._alert_ids[alert.alert_id]
            self._suspects.pop(alert.alert_id, None)
            self._grounds.pop(alert.alert_id, None)
        else:
            self._grounds[alert.alert_id] = alert.evidence
            self._suspects[alert.alert_id] = {one.track_id for one in alert.candidates}
        leading = self._people.get(-1 if alert.leading_track_id is None else alert.leading_track_id)
        message = alert_message(
            alert,
            alert_id,
            self.node_id,
            location=None
            if leading is None
            else self._converter.to_wire(leading.track.x_m, leading.track.y_m, 0.0, None),
            people={
                one.track_id: self._people[one.track_id].object_id
                for one in alert.candidates
                if one.track_id in self._people
            },
            evidence=[self._looks[key].associated for key in alert.evidence if key in self._looks],
        )
        return AlertTold(
            alert_id,
            alert,
            message,
            readings=tuple(self._readings(alert.evidence)),
            leading=None if leading is None else leading.track,
            merged_into=heir,
        )

    def _readings(self, evidence: Iterable[tuple[str, int]]) -> Iterator[Reading]:
        looks = Counter(look.source for look in self._looks.values())
        for key in evidence:
            if key in self._looks:
                look = self._looks[key]
                yield Reading(look.detection, looks[look.source])

    def _new_alert_id(self, alert: Alert) -> str:
        """By the reading that it began with, which is the same whenever it is considered.

        After a restart the log may hold the reading and not the tick that opened the alert; what
        was told already must not be told under another name.
        """
        first = alert.evidence[0]
        look = self._looks.get(first)
        time_ns = alert.opened_ns if look is None else nanoseconds_of(look.associated.timestamp)
        return ulid_of(time_ns, "alert", self.node_id, *first)

    def _task(self, cue: Cue, clock_ns: int) -> SensorTasked:
        sensor_node = self._node_of[cue.sensor_id]
        sensor = self._sensors[sensor_node]
        aim_delay_s = sensor.error_model.aim_delay_s if isinstance(sensor, Trace) else 0.0
        task = look_task(cue, clock_ns, aim_delay_s, self.node_id, sensor_node, self._converter)
        if cue.cue_id is not None:
            self._cues[task.task.task_id] = cue.cue_id
            if len(self._cues) > _CUES_KNOWN:
                del self._cues[next(iter(self._cues))]
        return SensorTasked(sensor_node, task)

    def _task_answered(self, answer: TaskAck, clock_ns: int) -> list[Output]:
        """A look that was refused or failed may be asked for again; of any other its reading tells.

        Where nothing comes at all, because the task was not sent or the node is lost, the engine
        knows by the time that has passed.
        """
        cue_id = self._cues.get(answer.task_id)
        refused = answer.task_status in (TaskAck.TASK_STATUS_REJECTED, TaskAck.TASK_STATUS_FAILED)
        if cue_id is None or not refused:
            return []
        return self._outputs(self._engine.cue_ended(cue_id, taken=False, clock_ns=clock_ns))

    def _refused(self, detection: Detection, reason: Refusal) -> MessageUnused:
        if reason is not Refusal.REPEATED:
            self._looks.pop((detection.sensor_id, detection.sequence), None)
        return MessageUnused(self._node_of[detection.sensor_id], "detection_report", reason.value)

    def _note_status(self, node_id: str, report: StatusReport) -> None:
        """Whoever does not work examines nobody, whatever it goes on to report."""
        blind = report.system == StatusReport.SYSTEM_ERROR or any(
            one.status_type == StatusReport.STATUS_TYPE_NOT_DETECTING for one in report.status
        )
        if blind and node_id in self._sensors:
            self._blind.add(node_id)
        else:
            self._blind.discard(node_id)

    def _forget(self, time_ns: int) -> None:
        """Delete what is known of people long gone and of readings that no alert can still need."""
        horizon_ns = time_ns - nanoseconds(_MEMORY_S)
        suspected = set().union(*self._suspects.values())
        for track_id in [
            track_id
            for track_id, person in self._people.items()
            if person.track.time_ns < horizon_ns and track_id not in suspected
        ]:
            del self._people[track_id]
        behind_alerts = (key for keys in self._grounds.values() for key in keys)
        needed = {self._looks[key].source for key in behind_alerts if key in self._looks}
        for key in [
            key
            for key, look in takewhile(
                lambda one: one[1].detection.received_ns < horizon_ns, self._looks.items()
            )
            if look.source not in needed
        ]:
            del self._looks[key]


def _associated(message: SapientMessage) -> AssociatedDetection:
    return AssociatedDetection(
        node_id=message.node_id,
        object_id=message.detection_report.object_id,
        timestamp=message.timestamp,
    )


@dataclass(frozen=True, slots=True)
class _Look:
    """What a threat sensor reported, and how an alert names it."""

    detection: Detection
    associated: AssociatedDetection

    @property
    def source(self) -> tuple[str, str, int]:
        """What the looks at one person have in common; one without a source stands alone."""
        detection = self.detection
        if detection.source is None:
            return detection.sensor_id, "alone", detection.sequence
        return detection.sensor_id, "source", detection.source


@dataclass(slots=True)
class _Person:
    """A tracked person as last reported."""

    object_id: str
    track: Track
    belief: Belief
    present: bool = True
