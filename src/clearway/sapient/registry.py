"""What is known of every node: who takes part, who is lost, and who may speak for whom."""

from __future__ import annotations

from collections.abc import Iterator

from clearway.errors import ArgumentError
from clearway.sapient.bindings import StatusReport
from clearway.sapient.session.actions import Ending
from clearway.sapient.session.node import Claim, NodeRecord, NodeState, PeerCertificate

__all__ = ["Registry"]


class Registry:
    """All nodes that have registered, as far as there is room.

    Nodes without a connection make room for new ones, the longest lost first; those with one
    never do.  What one node can occupy, and what all can, is bounded, whatever they send.

    Parameters
    ----------
    nodes : int
        Nodes remembered at most.
    node_bytes : int
        Longest Registration taken in, and longest StatusReport kept.
    total_bytes : int
        What all Registrations and StatusReports may weigh together.

    Notes
    -----
    Parsed messages take a few times the room of their bytes; the bounds are on the latter.
    """

    def __init__(
        self, nodes: int = 1024, node_bytes: int = 1 << 18, total_bytes: int = 1 << 25
    ) -> None:
        if not (nodes > 0 and 0 < node_bytes <= total_bytes):
            raise ArgumentError(
                "total_bytes", "there is no room for a node", "give positive bounds"
            )
        self._limit = nodes
        self._node_bytes = node_bytes
        self._total_bytes = total_bytes
        self._held_bytes = 0
        # Lost nodes are moved to the end when they are lost: the longest lost comes first.
        # A UUID may be spelt in either case (RFC 9562): the keys are in lower case.
        self._records: dict[str, NodeRecord] = {}

    def __len__(self) -> int:
        return len(self._records)

    def __iter__(self) -> Iterator[NodeRecord]:
        return iter(tuple(self._records.values()))

    @property
    def held_bytes(self) -> int:
        """What is kept of all nodes."""
        return self._held_bytes

    def get(self, node_id: str) -> NodeRecord | None:
        """What is known of a node; None if nothing is."""
        return self._records.get(node_id.lower())

    def claim(
        self, node_id: str, connection: int, certificate: PeerCertificate | None, now_ns: int
    ) -> Claim:
        """Whether a connection may speak for a node.

        The newest connection wins if the older one has been silent for a status interval, or if
        both showed the same certificate.  Anything else may be somebody who passes for the node.
        """
        record = self._records.get(node_id.lower())
        if record is None or record.state is NodeState.LOST or record.connection == connection:
            return Claim()
        same = certificate is not None and certificate == record.certificate
        if same or now_ns - record.heard_ns > record.interval_ns:
            return Claim(displaced=record.connection)
        return Claim(
            reasons=(f"node_id {node_id} is in use by another connection that is alive",),
            spoofing=True,
        )

    def resumable(
        self, node_id: str, certificate: PeerCertificate | None, within_ns: int, now_ns: int
    ) -> NodeRecord | None:
        """A node that may go on without registering (BSI Flex 335 v2.0, clause 4.9).

        It must have been lost for no longer than ``within_ns``, not by its own goodbye, and come
        back with the certificate that it had.
        """
        record = self._records.get(node_id.lower())
        if record is None or record.certificate != certificate:
            return None
        if record.lost_ns is None:
            return record
        if record.ending in {Ending.GOODBYE, Ending.SPOOFING, Ending.UNWELCOME}:
            return None
        return record if now_ns - record.lost_ns <= within_ns else None

    def enrol(self, record: NodeRecord) -> str | None:
        """Take a node in, in place of what was known of it; or say why there is no room."""
        size = record.registration.ByteSize()
        if size > self._node_bytes:
            return f"the Registration has {size} bytes; at most {self._node_bytes} are taken"
        earlier = self._records.pop(record.node_id.lower(), None)
        if earlier is not None:
            self._held_bytes -= earlier.held_bytes
        if not self._make_room(size):
            if earlier is not None:
                self._held_bytes += earlier.held_bytes
                self._records[record.node_id.lower()] = earlier
            return f"{len(self._records)} nodes are connected already; there is no room for more"
        record.held_bytes = size
        self._held_bytes += size
        self._records[record.node_id.lower()] = record
        return None

    def resume(self, record: NodeRecord, connection: int, now_ns: int) -> None:
        """Give a known node to another connection.

        A node that had sent its initial StatusReport need not send another one.
        """
        record.connection = connection
        record.state = NodeState.ACTIVE if record.greeted else NodeState.REGISTERED
        record.heard_ns = record.status_ns = now_ns
        record.lost_ns = record.ending = None
        record.clock.restart()

    def keep_status(self, record: NodeRecord, status: StatusReport) -> None:
        """Keep a node's last status, if there is room."""
        if self._records.get(record.node_id.lower()) is not record:
            return
        registration = record.registration.ByteSize()
        size = status.ByteSize()
        others = self._held_bytes - record.held_bytes
        fits = size <= self._node_bytes and others + registration + size <= self._total_bytes
        record.status = None
        if fits:
            # A copy: what was left out of the message while it was read still takes room behind it.
            record.status = StatusReport()
            record.status.CopyFrom(status)
        record.held_bytes = registration + (size if fits else 0)
        self._held_bytes = others + record.held_bytes

    def release(self, record: NodeRecord, connection: int, ending: Ending, now_ns: int) -> bool:
        """A connection is gone; whether the node was still its own."""
        if (
            self._records.get(record.node_id.lower()) is not record
            or record.connection != connection
        ):
            return False
        record.state = NodeState.LOST
        record.lost_ns = now_ns
        record.ending = ending
        self._records[record.node_id.lower()] = self._records.pop(record.node_id.lower())
        return True

    def _make_room(self, size: int) -> bool:
        while len(self._records) >= self._limit or self._held_bytes + size > self._total_bytes:
            lost = (name for name, known in self._records.items() if known.lost_ns is not None)
            oldest = next(lost, None)
            if oldest is None:
                return False
            self._held_bytes -= self._records.pop(oldest).held_bytes
        return True
