"""The fusion node at work: what arrives is logged, judged, kept and told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from clearway.domain import nanoseconds
from clearway.errors import OutputError
from clearway.profile.wire import timestamp
from clearway.recording import Direction, FactValue, LogEvent, LogFailed, LogResumed, LogWriter
from clearway.sapient.bindings import Alert, SapientMessage
from clearway.sapient.server import (
    AlertAnswered,
    MessageAccepted,
    MessageRefused,
    MessageSent,
    NodeLost,
    NodeRegistered,
    PeerRefused,
    PeerThrottled,
    ServerEvent,
    TaskFinished,
)
from clearway.service.alert_store import AlertStore, StoredAlert
from clearway.service.checkpoint import checkpoint_bytes, save_checkpoint
from clearway.service.complaints import Complaints
from clearway.service.outputs import AlertTold, MessageUnused, Output, PersonReported, SensorTasked
from clearway.service.recovery import CHECKPOINT_FILE, recover
from clearway.service.replay import RESUMED
from clearway.site.schema import Site

TICK_S = 0.05
"""How often the engine is told the time; a quarter of the shortest useful report interval."""

_CHECKPOINT_NS = nanoseconds(30.0)
_SETTLED_NS = nanoseconds(3.0)
"""A checkpoint is put on the disk when the log surely holds all that went into it."""

Listener = Callable[[SapientMessage], object]
"""Is given everything that the service tells; must not wait and must not raise."""


class LiveService:
    """Engine, log, alert store and listeners of one running service.

    Nothing here opens a socket or waits: a server's events and ticks come in, and tasks go out
    through ``send``.  Whatever the disk does, detecting and telling go on.

    Parameters
    ----------
    site : Site
    folder : Path
        Alerts and checkpoints.
    log : LogWriter
    store : AlertStore
    clock : callable
        UTC nanoseconds, strictly increasing.
    send : callable
        Sends a message to a node; whether it went out.
    listeners : iterable of Listener
        A higher fusion node, bridges, a console.
    on_notice : callable
        Is told in one sentence each what an operator should know.
    """

    def __init__(
        self,
        site: Site,
        folder: Path,
        *,
        log: LogWriter,
        store: AlertStore,
        clock: Callable[[], int],
        send: Callable[[str, SapientMessage], bool],
        listeners: Iterable[Listener] = (),
        on_notice: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._site = site
        self._folder = folder
        self._log = log
        self._store = store
        self._clock = clock
        self._send = send
        self._listeners = list(listeners)
        self._notice = on_notice
        self._complaints = Complaints()
        self._present: set[str] = set()
        now_ns = clock()
        recovered = recover(site, folder, store, now_ns)
        self._node = recovered.node
        self._orphans = recovered.orphans
        self._orphans_until_ns = now_ns + nanoseconds(site.decision.deadline_s)
        self._last_input_ns = now_ns
        self._checkpoint: tuple[int, bytes] | None = None
        self._next_checkpoint_ns = now_ns
        self._answers = {
            alert.alert_id: alert.message.alert.status
            for alert in store.open_alerts()
            if alert.message.alert.status != Alert.ALERT_STATUS_ACTIVE
        }
        self.counts: Counter[str] = Counter()
        """Messages accepted, refused and unused, people reported, alerts told, looks asked for."""
        if recovered.resumed:
            log.fact(RESUMED, now_ns, {"replayed": recovered.replayed})
            self._notice(f"resumed the last run with {recovered.replayed} records of its log")
        for listener in self._listeners:
            self.tell_open_alerts(listener)
        for orphan in self._orphans:
            self._notice(f"alert {orphan.alert_id} of the last run is still open")

    @property
    def node_id(self) -> str:
        """Of the service on the wire."""
        return self._node.node_id

    def knows(self, node_id: str) -> bool:
        """Whether the site file has a sensor of this node id."""
        return self._node.knows(node_id)

    def tell_open_alerts(self, listener: Listener) -> None:
        """Tell one that has just come of the alerts that are open, as of now."""
        for alert in self._store.open_alerts():
            listener(_as_of(alert.message, self._clock()))

    def handle(self, event: ServerEvent) -> None:
        """Take one event of the server."""
        match event:
            case MessageAccepted():
                self._accept(event)
            case MessageSent():
                if event.node_id is not None:
                    self._log.message(
                        event.node_id, event.message, event.payload, event.now_ns, Direction.SENT
                    )
            case NodeRegistered() | NodeLost():
                self._come_or_gone(event)
            case MessageRefused() | PeerRefused() | PeerThrottled():
                self._trouble(event)
            case TaskFinished():
                self.counts[f"look {event.end.value}"] += 1
            case AlertAnswered():
                self._log.fact("alert_answered", event.now_ns, {"alert": event.alert_id})

    def _come_or_gone(self, event: NodeRegistered | NodeLost) -> None:
        name = self._name(event.node_id)
        details: dict[str, FactValue] = {"node": event.node_id, "name": name}
        if isinstance(event, NodeRegistered):
            self._log.fact("node_registered", event.now_ns, details)
            if event.node_id in self._present:
                self._tell_now_and_then(event.node_id, "registers once more")
            else:
                self._notice(f"{name} {'is back' if event.resumed else 'has registered'}")
            self._present.add(event.node_id)
        else:
            self._present.discard(event.node_id)
            details["why"] = event.reason.value
            self._log.fact("node_lost", event.now_ns, details)
            self._notice(f"{name} is gone ({event.reason.value})")

    def _trouble(self, event: MessageRefused | PeerRefused | PeerThrottled) -> None:
        # Without its port, which is another with every attempt.
        who = event.node_id or event.peer.rpartition(":")[0]
        match event:
            case MessageRefused():
                self.counts["refused"] += 1
                first = next(iter(event.findings), None)
                why = "no reason" if first is None else f"{first.path}: {first.message}"
                what = f"refused: {why}"
            case PeerRefused():
                what = f"{event.reason.value}: {event.detail}"
            case _:
                what = "sends too much; slowed down"
        if self._tell_now_and_then(who, what):
            self._log.fact(
                "trouble", event.now_ns, {"peer": event.peer, "node": event.node_id, "what": what}
            )

    def tick(self) -> None:
        """Let time pass: once every `TICK_S`."""
        now_ns = self._clock()
        self._log.tick(now_ns)
        self._last_input_ns = now_ns
        self._perform(self._node.tick(now_ns))
        for event in self._log.advance(now_ns):
            self._log_event(event)
        if self._orphans and now_ns >= self._orphans_until_ns:
            self._clear_orphans(now_ns)
        self._keep_checkpoint(now_ns)

    def answer(self, alert_id: str, *, taken: bool, reasons: Sequence[str], who: str) -> None:
        """Take a person's answer to an alert (BSI Flex 335 v2.0, 6.6).

        The alert stays until its end, and is told as acknowledged or rejected from here on; who
        answered, when and why is in the log.

        Parameters
        ----------
        alert_id : str
            One that is not open changes nothing.
        taken : bool
            Whether somebody attends to it; otherwise it was rejected.
        reasons : sequence of str
        who : str
            Node that the answer came through.
        """
        now_ns = self._clock()
        last = next((one for one in self._store.open_alerts() if one.alert_id == alert_id), None)
        if last is None:
            self._notice(f"alert {alert_id} was answered by {who} and is not open")
            return
        why = "; ".join(reasons)
        details: dict[str, FactValue] = {
            "alert": alert_id,
            "by": who,
            "taken": taken,
            "why": why,
        }
        self._log.fact("alert_answered", now_ns, details)
        self._answers[alert_id] = (
            Alert.ALERT_STATUS_ACKNOWLEDGE if taken else Alert.ALERT_STATUS_REJECT
        )
        message = SapientMessage()
        message.CopyFrom(last.message)
        message.timestamp.CopyFrom(timestamp(now_ns))
        self._keep_and_tell(alert_id, message)
        verb = "taken" if taken else "rejected"
        self._notice(f"alert {alert_id} was {verb} by {who}" + (f": {why}" if why else ""))

    def close(self) -> None:
        """Keep the last state; the log and the store are closed by whoever opened them."""
        self._save(checkpoint_bytes(self._node, self._site, self._last_input_ns))

    def _accept(self, event: MessageAccepted) -> None:
        self.counts["accepted"] += 1
        # Before it is judged: whatever is told can be replayed.
        self._log.message(event.node_id, event.message, event.payload, event.received_ns)
        self._last_input_ns = event.received_ns
        self._perform(self._node.receive(event.message, event.received_ns))

    def _perform(self, outputs: Iterable[Output]) -> None:
        for output in outputs:
            match output:
                case PersonReported():
                    self.counts["people reported"] += 1
                    self._tell(output.message)
                case AlertTold():
                    self._alert(output.alert_id, output.message)
                case SensorTasked():
                    self.counts["looks"] += 1
                    if not self._send(output.node_id, output.message):
                        self._tell_now_and_then(output.node_id, "could not be asked for a look")
                case MessageUnused():
                    self.counts["unused"] += 1
                    self._tell_now_and_then(output.node_id, f"{output.path}: {output.reason}")

    def _alert(self, alert_id: str, message: SapientMessage) -> None:
        self.counts["alerts told"] += 1
        self._log.message(
            self._node.node_id,
            message,
            message.SerializeToString(),
            self._last_input_ns,
            Direction.SENT,
        )
        self._keep_and_tell(alert_id, message)
        self._notice(f"alert {alert_id}: {message.alert.description}")

    def _keep_and_tell(self, alert_id: str, message: SapientMessage) -> None:
        answered = self._answers.get(alert_id)
        if message.alert.status == Alert.ALERT_STATUS_CLEAR:
            self._answers.pop(alert_id, None)
        elif answered is not None:
            message.alert.status = answered
        try:
            self._store.keep(alert_id, message)
        except OutputError as error:
            self._notice(str(error))
        self._tell(message)

    def _tell(self, message: SapientMessage) -> None:
        for listener in self._listeners:
            listener(message)

    def _clear_orphans(self, now_ns: int) -> None:
        """End alerts of an earlier run whose people nobody follows any more."""
        for orphan in self._orphans:
            self._alert(orphan.alert_id, _cleared(orphan, now_ns))
        self._orphans = []

    def _keep_checkpoint(self, now_ns: int) -> None:
        if self._checkpoint is not None and now_ns >= self._checkpoint[0] + _SETTLED_NS:
            self._save(self._checkpoint[1])
            self._checkpoint = None
        if now_ns >= self._next_checkpoint_ns and self._checkpoint is None:
            content = checkpoint_bytes(self._node, self._site, self._last_input_ns)
            self._checkpoint = now_ns, content
            self._next_checkpoint_ns = now_ns + _CHECKPOINT_NS

    def _save(self, content: bytes) -> None:
        try:
            save_checkpoint(self._folder / CHECKPOINT_FILE, content)
        except OutputError as error:
            self._tell_now_and_then("disk", str(error))

    def _log_event(self, event: LogEvent) -> None:
        match event:
            case LogFailed():
                self._notice(f"the log fails, the service goes on: {event.reason}; {event.remedy}")
            case LogResumed():
                self._notice(f"the log works again; {event.not_kept} records were not kept")
            case _:
                pass

    def _tell_now_and_then(self, who: str, what: str) -> bool:
        """Tell of something that may come a thousand times a second; whether it was told."""
        sentence = self._complaints.sentence(who, what, self._last_input_ns)
        if sentence is not None:
            self._notice(f"{self._name(who)}: {sentence}")
        return sentence is not None

    def _name(self, who: str) -> str:
        return self._node.sensor(who).id if self._node.knows(who) else who


def _as_of(message: SapientMessage, now_ns: int) -> SapientMessage:
    """An alert told again: receivers refuse what is dated long ago."""
    told = SapientMessage()
    told.CopyFrom(message)
    told.timestamp.CopyFrom(timestamp(now_ns))
    return told


def _cleared(orphan: StoredAlert, now_ns: int) -> SapientMessage:
    message = _as_of(orphan.message, now_ns)
    message.alert.status = Alert.ALERT_STATUS_CLEAR
    message.alert.description += " Closed: the service was restarted and follows nobody of them."
    return message
