"""The fusion node at work: what arrives is logged, judged, kept and told."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from clearway.domain import nanoseconds
from clearway.profile import sensor_node_id
from clearway.profile.wire import nanoseconds_of
from clearway.recording import (
    Direction,
    LogEvent,
    LogFailed,
    LogResumed,
    LogWriter,
    RetentionFailed,
    SegmentMended,
)
from clearway.sapient.bindings import SapientMessage
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
from clearway.service.alert_desk import AlertDesk, Answer
from clearway.service.alert_store import AlertStore
from clearway.service.checkpoint_keeper import CheckpointKeeper
from clearway.service.guarded_node import Failures, GuardedNode
from clearway.service.listeners import Listener, Listeners
from clearway.service.node_watch import NodeWatch
from clearway.service.notices import Notices
from clearway.service.outputs import (
    AlertEnded,
    AlertTold,
    EngineBegan,
    MessageUnused,
    Notice,
    NoticeLevel,
    Observed,
    Output,
    PeopleReported,
    PersonReported,
    SensorTasked,
)
from clearway.service.overload import Overload
from clearway.service.recovery import CHECKPOINT_FILE, recover
from clearway.service.replay import CLOCK_JUMPED, ENGINE_RESTARTED, RESUMED
from clearway.site.schema import Site

_LOG = logging.getLogger(__name__)

TICK_S = 0.05
"""How often the engine is told the time; a quarter of the shortest useful report interval."""

_LONGEST_REASON = 300
_UNWATCHED_NS = nanoseconds(60.0)
"""How long alerts of an earlier run stay while no camera reports; by then all have walked on."""
_JUMP_S = 5.0
"""After a longer time without a message or tick nobody can be said to have been followed."""


class LiveService:
    """Engine, log, alerts and listeners of one running service.

    Nothing here opens a socket or waits: a server's events and ticks come in, and tasks go out
    through ``send``.  Whatever the disk does and whatever raises, detecting and telling go on.

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
    acknowledge : callable
        Answers a node's own alert, by its id, as received.
    listeners : iterable of Listener
        A higher fusion node, bridges.
    observe : callable
        Is shown everything of the service's work, in its order: a control room.
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
        acknowledge: Callable[[str, str], object] = lambda _node_id, _alert_id: None,
        listeners: Iterable[Listener] = (),
        observe: Callable[[Observed], object] = lambda _: None,
        on_notice: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._log = log
        self._clock = clock
        self._send = send
        self._observe = observe
        self._notices = Notices(site, on_notice, clock, self._show)
        self._listeners = Listeners((), self._notices)
        self.counts: Counter[str] = Counter()
        """Messages accepted, refused and unused, people reported, alerts told, looks asked for."""
        self._last_input_ns = now_ns = clock()
        recovered = recover(site, folder, store, now_ns)
        self._node = GuardedNode(recovered.node, self._engine_failed)
        self._failures = Failures()
        self.alert_store = store
        """Where alerts are kept."""
        self._alerts = AlertDesk(
            self.node_id,
            site.decision.deadline_s,
            store=store,
            log=log,
            listeners=self._listeners,
            notices=self._notices,
        )
        self._checkpoints = CheckpointKeeper(folder / CHECKPOINT_FILE, site, self._notices, now_ns)
        self._overload = Overload(nanoseconds(site.engine.reorder_window_s), nanoseconds(TICK_S))
        self._cameras = {sensor_node_id(site, camera) for camera in site.cameras}
        self._nodes = NodeWatch(site, log, self._notices, acknowledge)
        self._log_fails = False
        self._watched = False
        """Whether any camera has reported since the start."""
        if recovered.resumed:
            log.fact(RESUMED, now_ns, {"replayed": recovered.replayed})
            self._notices.tell(f"resumed the last run with {recovered.replayed} records of its log")
        for listener in listeners:
            self.add_listener(listener)
        followed = recovered.node.open_alerts.values()
        for alert_id in self._alerts.orphan(followed, now_ns, _UNWATCHED_NS):
            self._notices.tell(f"alert {alert_id} of the last run is still open")
        for told in recovered.node.told_again():
            self._show(told)

    @property
    def node_id(self) -> str:
        """Of the service on the wire."""
        return self._node.node.node_id

    def knows(self, node_id: str) -> bool:
        """Whether the site file has a sensor of this node id."""
        return self._node.node.knows(node_id)

    def add_listener(self, listener: Listener) -> None:
        """One more who is told everything from here on, and at once what alerts are open."""
        self._listeners.add(listener)
        self.tell_open_alerts(listener)

    def tell_open_alerts(self, listener: Listener) -> None:
        """Tell one that has just come of the alerts that are open, as of now."""
        self._alerts.tell_open(listener, self._clock())

    def tell_alerts(self, listener: Listener, away_since_ns: int) -> None:
        """Tell one that was away of the alerts that have ended since, and of the open ones."""
        now_ns = self._clock()
        self._alerts.tell_ends(listener, away_since_ns, now_ns)
        self._alerts.tell_open(listener, now_ns)

    @property
    def open_alerts(self) -> frozenset[str]:
        """Ids of the alerts that are open, also of those that only an earlier run knew of."""
        return self._alerts.open_ids

    @property
    def faults(self) -> tuple[str, ...]:
        """What does not work, in words: sensors that are not connected, a log that fails."""
        return (*self._nodes.faults, "the log fails") if self._log_fails else self._nodes.faults

    def handle(self, event: ServerEvent) -> None:
        """Take one event of the server."""
        self._show(event)
        match event:
            case MessageAccepted():
                self._accepted(event)
            case MessageSent():
                if event.node_id is not None:
                    self._log.message(
                        event.node_id, event.message, event.payload, event.now_ns, Direction.SENT
                    )
            case NodeRegistered():
                self._registered(event)
            case NodeLost():
                self._nodes.gone(event)
            case MessageRefused() | PeerRefused() | PeerThrottled():
                self.counts["refused"] += isinstance(event, MessageRefused)
                self._nodes.trouble(event)
            case TaskFinished():
                self.counts[f"look {event.end.value}"] += 1
            case AlertAnswered():
                self._log.fact("alert_answered", event.now_ns, {"alert": event.alert_id})

    def tick(self) -> None:
        """Let time pass: once every `TICK_S`."""
        now_ns = self._clock()
        self._go_to(now_ns)
        self._log.tick(now_ns)
        self._perform(self._node.tick(now_ns))
        for event in self._log.advance(now_ns):
            self._log_event(event)
        self._alerts.advance(now_ns)
        for alert_id, end in self._alerts.overdue(self._node.node.follows, now_ns):
            self._alert(alert_id, end)
            self._show(AlertEnded(alert_id, now_ns))
        self._checkpoints.advance(self._node.node, now_ns)
        news = self._overload.ticked(now_ns)
        if news is not None:
            self._notices.tell(news, NoticeLevel.WARNING)

    def answer(self, alert_id: str, answer: Answer, *, reasons: Sequence[str], who: str) -> None:
        """Take a person's answer to an alert (BSI Flex 335 v2.0, 6.6).

        The alert stays until its end, and is told as acknowledged or rejected from here on; who
        answered, when and why is in the log.  The same answer once more is not told again.

        Parameters
        ----------
        alert_id : str
            One that is not open changes nothing.
        answer : Answer
        reasons : sequence of str
        who : str
            Node that the answer came through.
        """
        self._alerts.answer(alert_id, answer, reasons=reasons, who=who, now_ns=self._clock())

    def complain(self, who: str, what: str) -> None:
        """Tell an operator now and then of what goes wrong again and again."""
        self._notices.now_and_then(who, what)

    def close(self) -> None:
        """Keep the last state; the log and the store are closed by whoever opened them."""
        self._checkpoints.finish(self._node.node, self._last_input_ns)

    def _accepted(self, event: MessageAccepted) -> None:
        # A node may spell its id in another case each time; it is one node all the same.
        node_id = event.node_id.lower()
        self._take(node_id, event.message, event.payload, event.received_ns)
        self._nodes.listen(node_id, event.message)
        if event.findings:
            self._notices.warn(node_id, event.findings)

    def _registered(self, event: NodeRegistered) -> None:
        node_id = event.node_id.lower()
        if event.payload:
            message = SapientMessage.FromString(event.payload)
            self._take(node_id, message, event.payload, event.now_ns)
        self._nodes.come(node_id, event)

    def _take(
        self, node_id: str, message: SapientMessage, payload: bytes, received_ns: int
    ) -> None:
        self.counts["accepted"] += 1
        # Before it is judged: whatever is told can be replayed.
        self._go_to(received_ns)
        self._log.message(node_id, message, payload, received_ns)
        # A threat sensor's reading is of use for as long as people's places are remembered.
        if message.HasField("detection_report") and node_id in self._cameras:
            self._overload.arrived(node_id, received_ns - nanoseconds_of(message.timestamp))
            if not self._watched:
                self._watched = True
                self._alerts.watched(received_ns)
        self._perform(self._node.receive(message, received_ns))

    def _perform(self, outputs: Iterable[Output]) -> None:
        for output in outputs:
            match output:
                case PeopleReported():
                    self._show(output)
                case PersonReported():
                    self.counts["people reported"] += 1
                    self._listeners.tell(output.message)
                case AlertTold():
                    self._alert(output.alert_id, output.message)
                    self._show(output)
                case SensorTasked():
                    self._ask(output)
                case MessageUnused():
                    self.counts["unused"] += 1
                    self._notices.now_and_then(output.node_id, f"{output.path}: {output.reason}")

    def _alert(self, alert_id: str, message: SapientMessage) -> None:
        self.counts["alerts told"] += 1
        self._alerts.tell(alert_id, message, self._last_input_ns)

    def _show(self, what: Observed) -> None:
        try:
            self._observe(what)
        except Exception as error:  # noqa: BLE001 - people are followed all the same
            # Not shown to the one that failed: that would go round for ever.
            _LOG.exception("the control room could not take %s", type(what).__name__)
            if not isinstance(what, Notice):
                told = f"failed ({type(error).__name__}: {error})"
                self._notices.now_and_then("control room", told, NoticeLevel.ALARM)

    def _ask(self, task: SensorTasked) -> None:
        self.counts["looks"] += 1
        try:
            sent = self._send(task.node_id, task.message)
        except Exception:  # noqa: BLE001 - a task that is no good must not cost more than itself
            _LOG.exception("a task could not be sent")
            sent = False
        if not sent:
            self._notices.now_and_then(task.node_id, "could not be asked for a look")

    def _go_to(self, now_ns: int) -> None:
        """The time of the next input; after too long without any the engine begins again.

        What was missed cannot be made up, and to try would take as long.
        """
        gap_s = (now_ns - self._last_input_ns) / 1e9
        self._last_input_ns = now_ns
        if gap_s <= _JUMP_S:
            return
        self._log.fact(CLOCK_JUMPED, now_ns, {"gap_s": gap_s})
        self._node.start_afresh()
        self._nobody_is_known(now_ns)
        self._notices.tell(
            f"nothing happened here for {gap_s:.0f} s (the machine stood still, or its clock was "
            "set ahead); people are followed from the beginning again",
            NoticeLevel.ALARM,
        )

    def _nobody_is_known(self, now_ns: int) -> None:
        self._checkpoints.forget()
        self._alerts.orphan((), now_ns)
        self._show(EngineBegan(now_ns))

    def _engine_failed(self, error: Exception) -> None:
        """Say so; the log must have it right behind the input at which it happened."""
        why = f"{type(error).__name__}: {error}"[:_LONGEST_REASON]
        self._log.fact(ENGINE_RESTARTED, self._last_input_ns, {"why": why})
        self._nobody_is_known(self._last_input_ns)
        self._notices.now_and_then("engine", f"failed and starts afresh ({why})", NoticeLevel.ALARM)
        if self._failures.one_more(self._last_input_ns):
            self._notices.tell(
                "THE ENGINE FAILS AGAIN AND AGAIN and may miss people and alerts: watch the site "
                "by other means, and report the last traceback",
                NoticeLevel.ALARM,
            )

    def _log_event(self, event: LogEvent) -> None:
        match event:
            case LogFailed():
                self._log_fails = True
                self._notices.tell(
                    f"the log fails, the service goes on: {event.reason}; {event.remedy}",
                    NoticeLevel.ALARM,
                )
            case LogResumed():
                self._log_fails = False
                self._notices.tell(f"the log works again; {event.not_kept} records were not kept")
            case SegmentMended() if event.lost_bytes or event.problem:
                what = f"{event.lost_bytes} bytes of a half-written record were cut off"
                self._notices.tell(f"{event.path.name}, left by a crash: {event.problem or what}")
            case RetentionFailed():
                self._notices.now_and_then(
                    "log", f"{event.path.name} should be deleted by now: {event.reason}"
                )
            case _:
                pass
