"""One connection of a server: its socket, its session, and what it tells."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from typing import Protocol

from clearway.sapient.bindings import AlertAck, SapientMessage
from clearway.sapient.frames import FrameError
from clearway.sapient.link import Link, LinkSettings
from clearway.sapient.server.events import (
    AlertAnswered,
    MessageAccepted,
    MessageRefused,
    MessageSent,
    NodeLost,
    NodeRegistered,
    PeerRefused,
    PeerThrottled,
    Refusal,
    ServerEvent,
    TaskFinished,
)
from clearway.sapient.session.actions import (
    Accepted,
    Action,
    AlertAcknowledged,
    Close,
    Displace,
    Ending,
    Lost,
    Refused,
    Registered,
    Send,
    Spoofed,
    TaskEnded,
    Unwelcome,
)
from clearway.sapient.session.fusion import FusionSession
from clearway.sapient.validate import read_payload

__all__ = ["Peer", "PeerOwner"]

_LOG = logging.getLogger("clearway.sapient.server")

_REFUSALS = {
    Ending.NOT_REGISTERED: Refusal.NOT_REGISTERED,
    Ending.UNWELCOME: Refusal.UNWELCOME,
    Ending.SPOOFING: Refusal.SPOOFING,
    Ending.FRAMING: Refusal.FRAMING,
    Ending.SLOW: Refusal.SLOW,
    Ending.DEFECT: Refusal.DEFECT,
}
"""Ends of a connection that are the peer's doing and not the normal course of things."""


class PeerOwner(Protocol):
    """What a connection needs of its server."""

    def now_ns(self) -> int:
        """The present."""

    def tell(self, event: ServerEvent) -> None:
        """Pass an event on; it may raise whatever the receiver raises."""

    def arrived(self, peer: Peer, transport: asyncio.Transport) -> None:
        """The socket is connected."""

    def registered(self, node_id: str, peer: Peer) -> None:
        """A node is reached through this connection from here on."""

    def left(self, node_id: str, peer: Peer) -> None:
        """A node is not reached through this connection any more."""

    def displace(self, connection: int) -> None:
        """Another connection lost its node to this one."""

    def gone(self, peer: Peer) -> None:
        """The connection is gone."""


class Peer:
    """One connection of a server.

    Parameters
    ----------
    owner : PeerOwner
        The server.
    number : int
        Never used again.
    settings : LinkSettings
        Bounds of the connection.
    loop : asyncio.AbstractEventLoop
        Where it runs.
    """

    def __init__(
        self,
        owner: PeerOwner,
        number: int,
        settings: LinkSettings,
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        self.number = number
        self.address = "?"
        self._owner = owner
        self.link = Link(self, settings, loop)
        self._session: FusionSession | None = None
        self._claimed: str | None = None

    @property
    def node_id(self) -> str | None:
        """The node at the other end; None until it registered."""
        return self._session.node_id if self._session else None

    def begin(self, session: FusionSession, transport: asyncio.Transport) -> None:
        """Start the traffic."""
        self._session = session
        self.link.open(transport)

    def advance(self, now_ns: int) -> None:
        """Let time pass."""
        self._do(lambda session: session.advance(now_ns), now_ns)

    def send(self, message: SapientMessage, now_ns: int) -> bool:
        """Send a message to the node; whether it went out or is queued."""
        return self._do(lambda session: session.send(message, now_ns), now_ns)

    def acknowledge_alert(
        self,
        alert_id: str,
        status: AlertAck.AlertAckStatus,
        reasons: Iterable[str],
        now_ns: int,
    ) -> bool:
        """Answer an alert; whether the answer went out or is queued."""
        if self._session is None:
            return False
        # Asked for outside the guard: an unknown alert is the caller's mistake, not the peer's.
        actions = self._session.acknowledge_alert(alert_id, status, reasons, now_ns)
        return self._do(lambda _: actions, now_ns)

    def close(self, ending: Ending, detail: str) -> None:
        """End the connection."""
        now_ns = self._owner.now_ns()
        if self._session is None:
            self.link.abort()
        else:
            self._do(lambda session: session.close(ending, detail, now_ns), now_ns)

    def link_made(self, link: Link, transport: asyncio.Transport) -> None:
        """See `LinkOwner`."""
        del link
        name = transport.get_extra_info("peername")
        self.address = f"{name[0]}:{name[1]}" if isinstance(name, tuple) else str(name)
        self._owner.arrived(self, transport)

    def link_payload(self, payload: bytes) -> None:
        """See `LinkOwner`."""
        session = self._session
        if session is None:
            return
        now_ns = self._owner.now_ns()
        message, findings = read_payload(payload)
        self._perform_all(session.received(message, payload, findings, now_ns), payload, now_ns)

    def link_broken(self, error: FrameError) -> None:
        """See `LinkOwner`."""
        _LOG.debug("%s: %s", self.address, error)
        now_ns = self._owner.now_ns()
        self._do(lambda session: session.broken(error.header, str(error), now_ns), now_ns)

    def link_slow(self) -> None:
        """See `LinkOwner`."""
        self.close(Ending.SLOW, "the peer does not read what is sent to it")
        self.link.abort()

    def link_throttled(self) -> None:
        """See `LinkOwner`."""
        self._owner.tell(PeerThrottled(self.address, self.node_id, self._owner.now_ns()))

    def link_lost(self, detail: str) -> None:
        """See `LinkOwner`."""
        now_ns = self._owner.now_ns()
        self._do(lambda session: session.ended(detail, now_ns), now_ns)
        self._owner.gone(self)

    def link_failed(self, error: Exception) -> None:
        """See `LinkOwner`."""
        _LOG.error("%s: handling the peer failed", self.address, exc_info=error)
        now_ns = self._owner.now_ns()
        detail = f"handling the peer failed: {type(error).__name__}: {error}"
        actions = self._session.close(Ending.DEFECT, detail, now_ns) if self._session else []
        try:
            self._perform_all(actions, b"", now_ns)
        except Exception:  # noqa: BLE001  # the connection ends all the same
            _LOG.exception("%s: telling of the failure failed", self.address)
        self.link.close()

    def _do(self, ask: Callable[[FusionSession], Iterable[Action]], now_ns: int) -> bool:
        """Do what the session asks for; whether there was anything and all of it worked."""
        if self._session is None:
            return False
        try:
            return self._perform_all(ask(self._session), b"", now_ns)
        except Exception as error:  # noqa: BLE001  # one peer's trouble stays its own
            self.link_failed(error)
            return False

    def _perform_all(self, actions: Iterable[Action], payload: bytes, now_ns: int) -> bool:
        """Do all that is asked for, then raise the first failure; whether the last one worked.

        The session has gone on: whoever is told of a message and fails must still be told that the
        node was lost with it.
        """
        worked = False
        failures = []
        for action in actions:
            try:
                worked = self._perform(action, payload, now_ns)
            except Exception as error:  # noqa: BLE001  # raised below
                failures.append(error)
        if failures:
            raise failures[0]
        return worked

    def _perform(self, action: Action, payload: bytes, now_ns: int) -> bool:
        if isinstance(action, Accepted):
            message = action.message
            node_id = self.node_id or message.node_id
            self._owner.tell(MessageAccepted(node_id, message, payload, now_ns, action.findings))
        elif isinstance(action, Send):
            return self._send(action.message, now_ns)
        elif isinstance(action, Displace):
            self._owner.displace(action.connection)
        elif isinstance(action, Close):
            self._close(action, now_ns)
        else:
            event = self._event(action, payload, now_ns)
            if event is not None:
                self._owner.tell(event)
        return True

    def _event(self, action: Action, payload: bytes, now_ns: int) -> ServerEvent | None:
        node_id = self.node_id
        match action:
            case Registered(name, registration, resumed, findings):
                self.link.charge()
                self._owner.registered(name, self)
                used = b"" if resumed else payload
                return NodeRegistered(name, registration, used, now_ns, resumed, findings)
            case Refused(findings):
                self.link.charge()
                return MessageRefused(self.address, node_id, payload, findings, now_ns)
            case Spoofed(name) | Unwelcome(name):
                self._claimed = name
            case Lost(name, ending):
                self._owner.left(name, self)
                return NodeLost(name, ending, now_ns)
            case TaskEnded(task_id, end, reasons) if node_id is not None:
                return TaskFinished(node_id, task_id, end, reasons, now_ns)
            case AlertAcknowledged(alert_id, status, reasons) if node_id is not None:
                return AlertAnswered(node_id, alert_id, status, reasons, now_ns)
        return None

    def _send(self, message: SapientMessage, now_ns: int) -> bool:
        payload = self.link.send(message)
        if payload is None:
            return False
        self._owner.tell(MessageSent(self.address, self.node_id, message, payload, now_ns))
        return True

    def _close(self, action: Close, now_ns: int) -> None:
        # Closed first: whatever the receiver of the event does, this connection ends.
        self.link.close()
        refusal = _REFUSALS.get(action.ending)
        if refusal is not None:
            self._owner.tell(
                PeerRefused(
                    self.address, self._claimed or self.node_id, refusal, action.detail, now_ns
                )
            )
