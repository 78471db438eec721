"""The fusion side of one connection: who may say what when."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from clearway.sapient.bindings import AlertAck, SapientMessage, StatusReport, content_of
from clearway.sapient.session.actions import (
    Accepted,
    Action,
    Close,
    Ending,
    Lost,
    Send,
    Spoofed,
)
from clearway.sapient.session.admission import Admission
from clearway.sapient.session.deadline import Deadline
from clearway.sapient.session.envelope import alert_ack, content_time_ns, envelope, misdirected
from clearway.sapient.session.exchanges import FusionExchanges
from clearway.sapient.session.node import NodeRecord, Nodes, NodeState, PeerCertificate
from clearway.sapient.session.refusals import Refusals
from clearway.sapient.session.rules import found
from clearway.sapient.session.settings import FusionSettings
from clearway.sapient.validate import Finding, is_valid
from clearway.sapient.validate.findings import shown

__all__ = ["FusionSession"]

_UNEXPECTED = frozenset({"registration_ack", "task"})
"""What only the fusion side sends."""


class FusionSession:
    """One connection as the fusion side sees it (BSI Flex 335 v2.0, clauses 4.8, 4.9 and 6).

    It owns no socket and no clock: every method takes the present and returns what is to be done,
    in order.  After an `actions.Close` it takes nothing more.

    Parameters
    ----------
    node_id : str
        The fusion node's own.
    nodes : Nodes
        What is known of all nodes, shared by all connections.
    connection : int
        Number of this connection, never used again.
    now_ns : int
        The present, UTC nanoseconds.
    settings : FusionSettings
        Times and bounds.
    certificate : PeerCertificate or None
        Whom the peer's certificate stands for: it may speak for nobody else.
    turned_down : callable or None
        Takes a node_id; gives the reasons why it may not take part, none if it may.
    """

    def __init__(
        self,
        node_id: str,
        nodes: Nodes,
        connection: int,
        now_ns: int,
        *,
        settings: FusionSettings | None = None,
        certificate: PeerCertificate | None = None,
        turned_down: Callable[[str], Sequence[str]] | None = None,
    ) -> None:
        self._own_id = node_id
        self._nodes = nodes
        self._connection = connection
        self._settings = rules = settings or FusionSettings()
        self._admission = Admission(
            node_id, nodes, connection, rules, certificate, turned_down or _welcomes_all
        )
        self._certificate = certificate
        self._registration_due = Deadline(now_ns, rules.registration_ns)
        self._record: NodeRecord | None = None
        self._closed = False
        self._strikes = 0
        self._refusals = Refusals(rules)
        self._exchanges = FusionExchanges(rules)

    @property
    def node_id(self) -> str | None:
        """The node at the other end; None until it registered."""
        return self._record.node_id if self._record else None

    @property
    def closed(self) -> bool:
        """Whether the connection is to be, or has been, closed."""
        return self._closed

    @property
    def open_tasks(self) -> tuple[str, ...]:
        """Ids of tasks whose end is waited for."""
        return self._exchanges.tasks.open

    @property
    def open_alerts(self) -> tuple[str, ...]:
        """Ids of the node's alerts that nobody has answered yet."""
        return self._exchanges.alerts_in.open

    @property
    def next_deadline_ns(self) -> int | None:
        """When `advance` has something to do next; None if never."""
        if self._closed:
            return None
        if self._record is None:
            return self._registration_due.at_ns
        task_ns = self._exchanges.tasks.next_deadline_ns
        status_ns = self._status_due_ns(self._record)
        return status_ns if task_ns is None else min(task_ns, status_ns)

    def received(
        self,
        message: SapientMessage | None,
        payload: bytes,
        findings: tuple[Finding, ...],
        now_ns: int,
    ) -> list[Action]:
        """Take one message in.

        Parameters
        ----------
        message : SapientMessage or None
            As `validate.read_payload` gives it.
        payload : bytes
            The bytes it was read from, for an Error.
        findings : tuple of Finding
            What is wrong with its content.
        now_ns : int
            The present.

        Returns
        -------
        list of Action
            A message that may be used is in an `actions.Accepted` or `actions.Registered`.
        """
        if self._closed:
            return []
        if message is None:
            return self._refuse(payload, findings, now_ns)
        record = self._record
        wrong = self._admission.wrong_sender(message.node_id, record)
        if wrong is not None:
            return self._strange(wrong, message, payload, findings, now_ns)
        if record is not None:
            record.heard_ns = now_ns
        content = content_of(message)
        if findings and not is_valid(findings):
            return self._refuse(payload, findings, now_ns, content)
        astray = misdirected(message, self._own_id)
        if astray is not None:
            findings += (astray,)
        if content == "registration":
            return self._register(message, findings, now_ns)
        if record is None:
            return self._unregistered(message, content, payload, findings, now_ns)
        return self._from_node(record, content, message, payload, findings, now_ns)

    def broken(self, payload: bytes, detail: str, now_ns: int) -> list[Action]:
        """The byte stream cannot be cut into messages any more: tell the peer and close.

        Parameters
        ----------
        payload : bytes
            The bytes at fault.
        detail : str
            What is wrong with them.
        now_ns : int
            The present.
        """
        if self._closed:
            return []
        error = self._refusals.tell(self._envelope(now_ns), payload, [detail], now_ns)
        return [*error, *self._close(Ending.FRAMING, detail, now_ns)]

    def advance(self, now_ns: int) -> list[Action]:
        """Let time pass."""
        if self._closed:
            return []
        record = self._record
        if record is None:
            if not self._registration_due.passed(now_ns):
                return []
            detail = "no Registration was accepted in time"
            return self._close(Ending.NOT_REGISTERED, detail, now_ns)
        record.clock_is(now_ns)
        actions: list[Action] = [*self._exchanges.tasks.expired(now_ns)]
        if now_ns >= self._status_due_ns(record):
            detail = (
                f"no StatusReport within {self._settings.missed_reports} intervals of "
                f"{record.interval_ns / 1e9:g} s"
            )
            actions += self._close(Ending.SILENT, detail, now_ns)
        return actions

    def send(self, message: SapientMessage, now_ns: int) -> list[Action]:
        """Send a message to the node; nothing happens while it has not registered.

        The destination is filled in; tasks and alerts are kept until they are answered.
        """
        if self._closed or self._record is None:
            return []
        message.destination_id = self._record.node_id
        return [*self._exchanges.sent(content_of(message), message, now_ns), Send(message)]

    def acknowledge_alert(
        self,
        alert_id: str,
        status: AlertAck.AlertAckStatus,
        reasons: Iterable[str],
        now_ns: int,
    ) -> list[Action]:
        """Answer an alert of the node (clause 6.6).

        Raises
        ------
        ArgumentError
            If no such alert waits for an answer.
        """
        if self._closed or self._record is None:
            return []
        self._exchanges.alerts_in.answer(alert_id)
        return [Send(alert_ack(self._envelope(now_ns), alert_id, status, reasons))]

    def close(self, ending: Ending, detail: str, now_ns: int) -> list[Action]:
        """End the connection from this side, or because another one took it over."""
        return [] if self._closed else self._close(ending, detail, now_ns)

    def ended(self, detail: str, now_ns: int) -> list[Action]:
        """The connection is gone without this side's doing."""
        return self.close(Ending.DISCONNECTED, detail, now_ns)

    def _from_node(
        self,
        record: NodeRecord,
        content: str,
        message: SapientMessage,
        payload: bytes,
        findings: tuple[Finding, ...],
        now_ns: int,
    ) -> list[Action]:
        misplaced = _misplaced(content, record)
        if misplaced is not None:
            return self._refuse(payload, (*findings, misplaced), now_ns, content)
        timing = record.clock.observe(content, content_time_ns(message), now_ns)
        if timing:
            findings += tuple(timing)
            if not is_valid(timing):
                return self._refuse(payload, findings, now_ns, content)
        if content == "detection_report":
            undeclared = record.declared.check(message.detection_report)
            if undeclared:
                findings += tuple(undeclared)
            return [Accepted(message, findings)]
        if content == "status_report":
            return self._status(record, message, findings, now_ns)
        more, news = self._exchanges.received(content, message, now_ns)
        return [Accepted(message, (*findings, *more)), *news]

    def _status(
        self,
        record: NodeRecord,
        message: SapientMessage,
        findings: tuple[Finding, ...],
        now_ns: int,
    ) -> list[Action]:
        status = message.status_report
        record.status_ns = now_ns
        record.state, record.greeted = NodeState.ACTIVE, True
        self._nodes.keep_status(record, status)
        accepted: list[Action] = [Accepted(message, findings)]
        if status.system == StatusReport.SYSTEM_GOODBYE:
            accepted += self._close(Ending.GOODBYE, "the node said goodbye", now_ns)
        return accepted

    def _unregistered(
        self,
        message: SapientMessage,
        content: str,
        payload: bytes,
        findings: tuple[Finding, ...],
        now_ns: int,
    ) -> list[Action]:
        verdict = self._admission.resume(message, now_ns)
        if verdict.record is None:
            text = "register first, and wait for the RegistrationAck"
            extra = found("order.before_registration", content, text)
            return self._refuse(payload, (*findings, extra), now_ns, content)
        self._record = verdict.record
        went_on = self._from_node(verdict.record, content, message, payload, findings, now_ns)
        return verdict.actions + went_on

    def _register(
        self, message: SapientMessage, findings: tuple[Finding, ...], now_ns: int
    ) -> list[Action]:
        verdict = self._admission.register(message, self._record, findings, now_ns)
        if verdict.record is not None:
            self._record = verdict.record
            return verdict.actions
        if verdict.ending is None:
            return verdict.actions
        return verdict.actions + self._close(verdict.ending, verdict.detail, now_ns)

    def _strange(
        self,
        wrong: Finding,
        message: SapientMessage,
        payload: bytes,
        findings: tuple[Finding, ...],
        now_ns: int,
    ) -> list[Action]:
        actions = self._refuse(payload, (*findings, wrong), now_ns, content_of(message))
        if self._certificate is None or self._closed:
            return actions
        # Whatever stands there may end on an operator's screen.
        spoofed = Spoofed(shown(message.node_id)[1:-1], wrong.message)
        return [*actions, spoofed, *self._close(Ending.SPOOFING, wrong.message, now_ns)]

    def _refuse(
        self, payload: bytes, findings: tuple[Finding, ...], now_ns: int, content: str = ""
    ) -> list[Action]:
        answer = self._envelope(now_ns)
        actions = self._refusals.refuse(answer, content, payload, findings, now_ns)
        if self._record is None:
            self._strikes += 1
            if self._strikes >= self._settings.strikes:
                detail = f"{self._strikes} messages refused, and none of them a Registration"
                actions += self._close(Ending.NOT_REGISTERED, detail, now_ns)
        return actions

    def _close(self, ending: Ending, detail: str, now_ns: int) -> list[Action]:
        self._closed = True
        actions = self._exchanges.lost()
        record = self._record
        if record is not None and self._nodes.release(record, self._connection, ending, now_ns):
            actions.append(Lost(record.node_id, ending))
        return [*actions, Close(ending, detail)]

    def _status_due_ns(self, record: NodeRecord) -> int:
        rules = self._settings
        return record.status_ns + rules.missed_reports * record.interval_ns + rules.status_grace_ns

    def _envelope(self, now_ns: int) -> SapientMessage:
        return envelope(self._own_id, self.node_id or "", now_ns)


def _misplaced(content: str, record: NodeRecord) -> Finding | None:
    """What is wrong with a message of this kind from this node at this time."""
    if content in _UNEXPECTED:
        text = f"a {content} is only sent by a fusion node; send what an edge node sends"
        return found("order.unexpected", content, text)
    if content == "detection_report" and record.state is NodeState.REGISTERED:
        text = "send a StatusReport first, right after the Registration was accepted"
        return found("order.before_status", content, text)
    return None


def _welcomes_all(_: str) -> Sequence[str]:
    return ()
