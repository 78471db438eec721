"""May this connection speak for this node?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from clearway.sapient.bindings import Registration, SapientMessage
from clearway.sapient.session.actions import (
    Action,
    Displace,
    Ending,
    Registered,
    Send,
    Spoofed,
    Unwelcome,
)
from clearway.sapient.session.clock import ContentClock
from clearway.sapient.session.declared import DeclaredContent, status_interval_ns
from clearway.sapient.session.envelope import content_time_ns, envelope, registration_ack
from clearway.sapient.session.node import Claim, NodeRecord, Nodes, NodeState, PeerCertificate
from clearway.sapient.session.rules import found
from clearway.sapient.session.settings import FusionSettings
from clearway.sapient.validate import Finding
from clearway.sapient.validate.findings import shown

__all__ = ["Admission", "Verdict"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a node is taken in."""

    record: NodeRecord | None = None
    """The node; None if it is not."""
    actions: list[Action] = field(default_factory=list)
    """What is to be done either way."""
    ending: Ending | None = None
    """Why the connection must end; None if it may stay."""
    detail: str = ""


class Admission:
    """Decides for one connection.

    Parameters
    ----------
    own_id : str
        Node id of the fusion side.
    nodes : Nodes
        What is known of all nodes.
    connection : int
        The connection's number.
    settings : FusionSettings
        Times and bounds.
    certificate : PeerCertificate or None
        Whom the peer's certificate stands for.
    turned_down : callable
        Takes a node_id; gives the reasons why it may not take part, none if it may.
    """

    def __init__(
        self,
        own_id: str,
        nodes: Nodes,
        connection: int,
        settings: FusionSettings,
        certificate: PeerCertificate | None,
        turned_down: Callable[[str], Sequence[str]],
    ) -> None:
        self._own_id = own_id
        self._nodes = nodes
        self._connection = connection
        self._settings = settings
        self._certificate = certificate
        self._turned_down = turned_down

    def wrong_sender(self, node_id: str, record: NodeRecord | None) -> Finding | None:
        """What is wrong with the sender of a message; None if it is the node of the connection."""
        # A UUID may be spelt in either case (RFC 9562).
        if self._certificate is not None and node_id.lower() != self._certificate.node_id.lower():
            text = (
                f"{shown(node_id)} is not the {self._certificate.node_id} of the certificate; "
                "use the certificate issued for this node"
            )
            return found("node_id.certificate", "node_id", text)
        if (
            record is not None
            and node_id != record.node_id
            and node_id.lower() != record.node_id.lower()
        ):
            text = (
                f"{shown(node_id)} on the connection of {record.node_id}; use one connection "
                "for each node"
            )
            return found("node_id.changed", "node_id", text)
        return None

    def resume(self, message: SapientMessage, now_ns: int) -> Verdict:
        """A message other than a Registration came first (BSI Flex 335 v2.0, clause 4.9)."""
        node_id = message.node_id
        rules = self._settings
        record = self._nodes.resumable(node_id, self._certificate, rules.resume_ns, now_ns)
        if record is None or self._turned_down(node_id):
            return Verdict()
        claim = self._claim(node_id, now_ns)
        if claim.reasons:
            return Verdict()
        self._nodes.resume(record, self._connection, now_ns)
        text = "it was connected shortly before; register after every reconnection all the same"
        note = (found("registration.resumed", "", text),)
        registered = Registered(record.node_id, record.registration, resumed=True, findings=note)
        return Verdict(record, [*_displacing(claim), registered])

    def register(
        self,
        message: SapientMessage,
        earlier: NodeRecord | None,
        findings: tuple[Finding, ...],
        now_ns: int,
    ) -> Verdict:
        """A faultless Registration came; ``earlier`` is the node if it registers once more."""
        node_id = message.node_id
        reasons = tuple(self._turned_down(node_id))
        if reasons:
            return self._refusal(node_id, reasons, Ending.UNWELCOME, now_ns)
        claim = self._claim(node_id, now_ns)
        if claim.reasons:
            ending = Ending.SPOOFING if claim.spoofing else Ending.UNWELCOME
            return self._refusal(node_id, claim.reasons, ending, now_ns)
        record = self._record(message, earlier, now_ns)
        no_room = self._nodes.enrol(record)
        if no_room:
            return self._refusal(node_id, (no_room,), Ending.UNWELCOME, now_ns)
        timing = record.clock.observe("registration", content_time_ns(message), now_ns)
        registered = Registered(
            node_id, record.registration, resumed=False, findings=findings + tuple(timing)
        )
        answer = registration_ack(envelope(self._own_id, node_id, now_ns), None)
        # Whoever hears of the node may send to it at once; the answer must have gone out before.
        return Verdict(record, [*_displacing(claim), Send(answer), registered])

    def _claim(self, node_id: str, now_ns: int) -> Claim:
        return self._nodes.claim(node_id, self._connection, self._certificate, now_ns)

    def _record(
        self, message: SapientMessage, earlier: NodeRecord | None, now_ns: int
    ) -> NodeRecord:
        rules = self._settings
        # A copy: what was left out of the message while it was read still takes room behind it.
        registration = Registration()
        registration.CopyFrom(message.registration)
        # A node that registers again in the middle of things goes on as it was.
        greeted = earlier is not None and earlier.greeted
        return NodeRecord(
            node_id=message.node_id,
            registration=registration,
            declared=DeclaredContent(registration),
            clock=earlier.clock if earlier else ContentClock(rules.time),
            interval_ns=status_interval_ns(
                registration, rules.shortest_interval_ns, rules.longest_interval_ns
            ),
            connection=self._connection,
            certificate=self._certificate,
            heard_ns=now_ns,
            # Registering over and over is no substitute for reporting.
            status_ns=earlier.status_ns if earlier else now_ns,
            state=NodeState.ACTIVE if greeted else NodeState.REGISTERED,
            greeted=greeted,
        )

    def _refusal(
        self, node_id: str, reasons: tuple[str, ...], ending: Ending, now_ns: int
    ) -> Verdict:
        """An operational refusal (clause 6.2.2): the Registration itself is faultless."""
        detail = "; ".join(reasons)
        answer = registration_ack(envelope(self._own_id, node_id, now_ns), reasons)
        news: Action = (
            Spoofed(node_id, detail) if ending is Ending.SPOOFING else Unwelcome(node_id, reasons)
        )
        return Verdict(None, [Send(answer), news], ending, detail)


def _displacing(claim: Claim) -> list[Action]:
    return [] if claim.displaced is None else [Displace(claim.displaced)]
