"""The edge side of a connection: a node that registers, reports and takes tasks."""

from __future__ import annotations

from collections.abc import Iterable

from clearway.errors import ArgumentError
from clearway.sapient.bindings import (
    AlertAck,
    Registration,
    SapientMessage,
    StatusReport,
    TaskAck,
    content_of,
)
from clearway.sapient.session.actions import (
    Accepted,
    Action,
    Close,
    Connect,
    Connected,
    Disconnected,
    Ending,
    ErrorReceived,
    Rejected,
    Send,
)
from clearway.sapient.session.deadline import Deadline
from clearway.sapient.session.declared import status_interval_ns
from clearway.sapient.session.edge_state import EdgeState
from clearway.sapient.session.envelope import (
    UlidSource,
    alert_ack,
    envelope,
    misdirected,
    task_ack,
)
from clearway.sapient.session.exchanges import EdgeExchanges
from clearway.sapient.session.refusals import Refusals
from clearway.sapient.session.rules import found
from clearway.sapient.session.settings import EdgeSettings
from clearway.sapient.validate import Finding, is_valid

__all__ = ["EdgeSession"]

_DAY_NS = 86_400_000_000_000
_SENDABLE = frozenset({"detection_report", "alert", "error"})


class EdgeSession:
    """One node over all its connections (BSI Flex 335 v2.0, clauses 4.4, 4.8, 4.9 and 6).

    It owns no socket, no clock and no randomness: every method takes the present and returns
    what is to be done, in order.  It registers on every connection, although the standard lets
    a node go on without within two minutes: deployed middleware drops whatever comes before a
    Registration, without a word.

    Parameters
    ----------
    node_id : str
        The node's own.
    registration : Registration
        What it declares.
    status : StatusReport
        How it is; report id and ``info`` are filled in for each report.
    new_id : callable
        Gives ULIDs, see `ulid_source`.
    settings : EdgeSettings
        Times and bounds.
    """

    def __init__(
        self,
        node_id: str,
        registration: Registration,
        status: StatusReport,
        new_id: UlidSource,
        *,
        settings: EdgeSettings | None = None,
    ) -> None:
        self._own_id = node_id
        self._registration = registration
        self._status = StatusReport()
        self._status.CopyFrom(status)
        self._new_id = new_id
        self._settings = settings or EdgeSettings()
        self._interval_ns = status_interval_ns(registration, 1, _DAY_NS)
        self._state = EdgeState.IDLE
        self._due: Deadline | None = None
        self._peer_id: str | None = None
        self._closing: tuple[Ending, str] | None = None
        self._stopped = False
        self._refusals = Refusals(self._settings)
        self._exchanges = EdgeExchanges(self._settings)

    @property
    def state(self) -> EdgeState:
        """How far the node is."""
        return self._state

    @property
    def peer_id(self) -> str | None:
        """Node id of the fusion side; None until it answered."""
        return self._peer_id

    @property
    def open_tasks(self) -> tuple[str, ...]:
        """Ids of tasks that were received and not ended."""
        return self._exchanges.tasks.open

    @property
    def open_alerts(self) -> tuple[str, ...]:
        """Ids of alerts that were sent and not answered."""
        return self._exchanges.alerts_out.open

    @property
    def next_deadline_ns(self) -> int | None:
        """When `advance` has something to do next; None if never."""
        return self._due.at_ns if self._due else None

    def start(self) -> list[Action]:
        """Begin."""
        if self._state is not EdgeState.IDLE or self._stopped:
            return []
        self._state = EdgeState.CONNECTING
        return [Connect()]

    def connected(self, now_ns: int) -> list[Action]:
        """The connection is open: register, and nothing else before the answer (6.2.2)."""
        if self._state is not EdgeState.CONNECTING:
            return []
        self._state = EdgeState.REGISTERING
        self._due = Deadline(now_ns, self._settings.registration_ns)
        message = envelope(self._own_id, "", now_ns)
        message.registration.CopyFrom(self._registration)
        return [Send(message)]

    def ended(self, detail: str, now_ns: int) -> list[Action]:
        """The attempt to connect failed, or the connection is gone: wait, then try again (4.9)."""
        if self._state in {EdgeState.IDLE, EdgeState.WAITING}:
            return []
        ending, reason = self._closing or (Ending.DISCONNECTED, detail)
        self._closing = None
        self._peer_id = None
        self._exchanges.lost()
        self._state = EdgeState.IDLE if self._stopped else EdgeState.WAITING
        self._due = None if self._stopped else Deadline(now_ns, self._settings.retry_ns)
        return [Disconnected(ending, reason)]

    def advance(self, now_ns: int) -> list[Action]:
        """Let time pass."""
        if self._due is None or not self._due.passed(now_ns):
            return []
        if self._state is EdgeState.WAITING:
            self._state, self._due = EdgeState.CONNECTING, None
            return [Connect()]
        if self._state is EdgeState.REGISTERING:
            return self._close(Ending.UNANSWERED, "the Registration was not answered in time")
        return self._report(StatusReport.INFO_UNCHANGED, now_ns)

    def received(
        self,
        message: SapientMessage | None,
        payload: bytes,
        findings: tuple[Finding, ...],
        now_ns: int,
    ) -> list[Action]:
        """Take one message in; parameters as in `FusionSession.received`."""
        if self._state not in {EdgeState.REGISTERING, EdgeState.ACTIVE}:
            return []
        content = "" if message is None else content_of(message)
        if message is None or not is_valid(findings):
            return self._refuse(payload, findings, now_ns, content)
        astray = misdirected(message, self._own_id)
        if astray is not None:
            return [Accepted(message, (*findings, astray))]
        if self._state is EdgeState.REGISTERING:
            return self._answered(message, content, payload, findings, now_ns)
        more, news = self._exchanges.received(content, message)
        return [Accepted(message, (*findings, *more)), *news]

    def broken(self, payload: bytes, detail: str, now_ns: int) -> list[Action]:
        """The byte stream cannot be cut into messages any more: tell the peer and close."""
        if self._state not in {EdgeState.REGISTERING, EdgeState.ACTIVE}:
            return []
        error = self._refusals.tell(self._error_envelope(now_ns), payload, [detail], now_ns)
        return [*error, *self._close(Ending.FRAMING, detail)]

    def send(self, message: SapientMessage) -> list[Action]:
        """Send a detection, an alert or an Error; nothing happens while it may not be sent.

        The destination is filled in if the settings say so; alerts are kept until they are
        answered.

        Raises
        ------
        ArgumentError
            If the message is of a kind that has a method of its own, or that no node sends.
        """
        content = content_of(message)
        if content not in _SENDABLE:
            raise ArgumentError(
                "message",
                f"{content or 'a message without content'} is not sent this way",
                "use set_status, answer_task or acknowledge_alert",
            )
        if self._state is not EdgeState.ACTIVE:
            return []
        if content == "alert":
            self._exchanges.alerts_out.passed(message.alert, self._own_id)
        if self._settings.fill_destination and self._peer_id:
            message.destination_id = self._peer_id
        return [Send(message)]

    def set_status(self, status: StatusReport, now_ns: int) -> list[Action]:
        """Report a change at once, and this from now on."""
        if status.system == StatusReport.SYSTEM_GOODBYE:
            raise ArgumentError("status", "SYSTEM_GOODBYE ends the connection", "use stop")
        self._status.CopyFrom(status)
        if self._state is not EdgeState.ACTIVE:
            return []
        return self._report(StatusReport.INFO_NEW, now_ns)

    def answer_task(
        self,
        task_id: str,
        status: TaskAck.TaskStatus,
        reasons: Iterable[str],
        now_ns: int,
    ) -> list[Action]:
        """Accept or reject a task, then complete or fail it (clause 6.5.7).

        Raises
        ------
        ArgumentError
            If no such task is open.
        """
        if self._state is not EdgeState.ACTIVE:
            return []
        sender = self._exchanges.tasks.answer(task_id, status)
        return [Send(task_ack(self._envelope(now_ns, sender), task_id, status, reasons))]

    def acknowledge_alert(
        self,
        alert_id: str,
        status: AlertAck.AlertAckStatus,
        reasons: Iterable[str],
        now_ns: int,
    ) -> list[Action]:
        """Answer an alert of the fusion side.

        Raises
        ------
        ArgumentError
            If no such alert waits for an answer.
        """
        if self._state is not EdgeState.ACTIVE:
            return []
        sender = self._exchanges.alerts_in.answer(alert_id)
        return [Send(alert_ack(self._envelope(now_ns, sender), alert_id, status, reasons))]

    def close(self, ending: Ending, detail: str) -> list[Action]:
        """End this connection, also one just made; another attempt follows."""
        if self._state not in {EdgeState.CONNECTING, EdgeState.REGISTERING, EdgeState.ACTIVE}:
            return []
        return self._close(ending, detail)

    def stop(self, now_ns: int) -> list[Action]:
        """Say goodbye and end for good (clause 4.8)."""
        if self._stopped:
            return []
        self._stopped = True
        self._due = None
        if self._state is EdgeState.ACTIVE:
            goodbye = self._status_message(StatusReport.INFO_NEW, now_ns)
            goodbye.status_report.system = StatusReport.SYSTEM_GOODBYE
            return [Send(goodbye), *self._close(Ending.GOODBYE, "said goodbye")]
        if self._state is EdgeState.REGISTERING:
            return self._close(Ending.STOPPED, "stopped before the Registration was answered")
        if self._state in {EdgeState.WAITING, EdgeState.CONNECTING}:
            self._state = EdgeState.IDLE
        return []

    def _answered(
        self,
        message: SapientMessage,
        content: str,
        payload: bytes,
        findings: tuple[Finding, ...],
        now_ns: int,
    ) -> list[Action]:
        if content == "error":
            texts = tuple(message.error.error_message)
            return [
                ErrorReceived(message.error.packet, texts),
                Rejected(texts, faulty=True),
                *self._close(Ending.UNWELCOME, "the Registration was found faulty"),
            ]
        if content != "registration_ack":
            text = f"{content} before the RegistrationAck; answer the Registration first"
            extra = (found("order.before_registration", content, text),)
            return self._refuse(payload, findings + extra, now_ns, content)
        answer = message.registration_ack
        if not answer.acceptance:
            reasons = tuple(answer.ack_response_reason)
            closing = self._close(Ending.UNWELCOME, "the Registration was turned down")
            return [Rejected(reasons, faulty=False), *closing]
        self._state = EdgeState.ACTIVE
        self._peer_id = message.node_id
        greeting = self._report(StatusReport.INFO_NEW, now_ns)
        return [*greeting, Accepted(message, findings), Connected(message.node_id)]

    def _report(self, info: StatusReport.Info, now_ns: int) -> list[Action]:
        self._due = Deadline(now_ns, self._interval_ns)
        return [Send(self._status_message(info, now_ns))]

    def _status_message(self, info: StatusReport.Info, now_ns: int) -> SapientMessage:
        message = self._envelope(now_ns)
        message.status_report.CopyFrom(self._status)
        message.status_report.report_id = self._new_id(now_ns)
        message.status_report.info = info
        return message

    def _refuse(
        self, payload: bytes, findings: tuple[Finding, ...], now_ns: int, content: str
    ) -> list[Action]:
        answer = self._error_envelope(now_ns)
        return self._refusals.refuse(answer, content, payload, findings, now_ns)

    def _close(self, ending: Ending, detail: str) -> list[Action]:
        self._state, self._due = EdgeState.CLOSING, None
        self._closing = (ending, detail)
        return [Close(ending, detail)]

    def _envelope(self, now_ns: int, destination: str | None = None) -> SapientMessage:
        known = destination or self._peer_id or ""
        return envelope(self._own_id, known if self._settings.fill_destination else "", now_ns)

    def _error_envelope(self, now_ns: int) -> SapientMessage | None:
        """None before the Registration was answered: nothing else may be sent."""
        return self._envelope(now_ns) if self._state is EdgeState.ACTIVE else None
