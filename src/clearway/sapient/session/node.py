"""What is known of one node, from its first Registration on."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from clearway.sapient.bindings import Registration, StatusReport
from clearway.sapient.session.actions import Ending
from clearway.sapient.session.clock import ContentClock
from clearway.sapient.session.declared import DeclaredContent

__all__ = ["Claim", "NodeRecord", "NodeState", "Nodes", "PeerCertificate"]


class NodeState(StrEnum):
    """How far a node is."""

    REGISTERED = "registered"
    """Its initial StatusReport has yet to come: no detection is accepted before it."""
    ACTIVE = "active"
    """It takes part."""
    LOST = "lost"
    """It has no connection; what it watched is not examined."""


@dataclass(frozen=True, slots=True)
class PeerCertificate:
    """Whom the certificate of a connection stands for."""

    node_id: str
    fingerprint: str


@dataclass(slots=True)
class NodeRecord:
    """What is known of one node."""

    node_id: str
    registration: Registration
    declared: DeclaredContent
    clock: ContentClock
    interval_ns: int
    """Time between its StatusReports, as declared."""
    connection: int
    """The connection that it has, or had."""
    certificate: PeerCertificate | None
    heard_ns: int
    """When anything last came from it."""
    status_ns: int
    """When its last StatusReport came, or its Registration if none did."""
    state: NodeState = NodeState.REGISTERED
    greeted: bool = False
    """Whether its initial StatusReport has come since it registered."""
    status: StatusReport | None = None
    """The last one; None before any, or if it was too long to keep."""
    lost_ns: int | None = None
    ending: Ending | None = None
    """How its last connection ended."""
    held_bytes: int = field(default=0)
    """What registration and status weigh."""

    def clock_is(self, now_ns: int) -> None:
        """Our clock may have been set back: nothing was heard later than now."""
        self.heard_ns = min(self.heard_ns, now_ns)
        self.status_ns = min(self.status_ns, now_ns)


@dataclass(frozen=True, slots=True)
class Claim:
    """Whether a connection may speak for a node."""

    reasons: tuple[str, ...] = ()
    """Why not; nothing if it may."""
    spoofing: bool = False
    """Whether the claim looks like an attempt to pass for somebody else."""
    displaced: int | None = None
    """The connection that must give way."""


class Nodes(Protocol):
    """What a session needs of the list of nodes."""

    def claim(
        self, node_id: str, connection: int, certificate: PeerCertificate | None, now_ns: int
    ) -> Claim:
        """Whether a connection may speak for a node; changes nothing."""

    def resumable(
        self,
        node_id: str,
        certificate: PeerCertificate | None,
        within_ns: int,
        now_ns: int,
    ) -> NodeRecord | None:
        """A known node that may go on without registering; changes nothing."""

    def enrol(self, record: NodeRecord) -> str | None:
        """Take a node in, in place of what was known of it; or say why there is no room."""

    def resume(self, record: NodeRecord, connection: int, now_ns: int) -> None:
        """Give a known node to another connection."""

    def keep_status(self, record: NodeRecord, status: StatusReport) -> None:
        """Keep a node's last status, if there is room."""

    def release(self, record: NodeRecord, connection: int, ending: Ending, now_ns: int) -> bool:
        """A connection is gone; whether the node was still its own."""
