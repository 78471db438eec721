"""The fusion side on a socket: many nodes at once, none of which can hold up another."""

from __future__ import annotations

import asyncio
import logging
import ssl
import time
from collections.abc import Callable, Iterable
from typing import Self

from clearway.errors import ArgumentError
from clearway.sapient.bindings import AlertAck, SapientMessage
from clearway.sapient.registry import Registry
from clearway.sapient.server.entrance import Entrance
from clearway.sapient.server.events import PeerRefused, Refusal, ServerEvent
from clearway.sapient.server.peer import Peer
from clearway.sapient.server.settings import ServerSettings
from clearway.sapient.session.actions import Ending
from clearway.sapient.session.fusion import FusionSession
from clearway.sapient.session.node import PeerCertificate
from clearway.sapient.validate import check_sent

__all__ = ["Server"]

_LOG = logging.getLogger("clearway.sapient.server")


class Server:
    """Accepts nodes and tells what they report (BSI Flex 335 v2.0, clauses 4.1 to 4.9).

    A peer can harm only itself: what it sends is bounded in size, number and rate, and whatever
    goes wrong in handling it closes its connection and no other.  A peer that sends too much is
    read more slowly.  For a peer that reads slowly, detections and status reports wait in a
    bounded queue, of which the oldest are dropped; acknowledgements, tasks, alerts and errors
    are never dropped, and a peer that leaves no room for them is disconnected.

    Parameters
    ----------
    node_id : str
        The fusion node's own.
    on_event : callable
        Called in the loop with one event after another; it must not block.  If it raises, the
        connection whose event it was is closed.
    host : str
        Address to listen on.
    port : int
        0 takes a free one, see `port`.
    settings : ServerSettings
        Bounds.
    tls : ssl.SSLContext or None
        Demands a certificate of every peer, if its ``verify_mode`` does; None for plain TCP.
    identify : callable or None
        Takes the ``ssl.SSLObject`` of a peer and gives the node_id that its certificate stands
        for, or None; needed with ``tls``.
    explain : callable
        Puts the error of a failed TLS handshake into words.
    permits_node : callable or None
        Takes a node_id: may it take part?  None permits all.
    permits_host : callable or None
        Takes an address: may it connect?  None permits all.
    registry : Registry or None
        Where nodes are remembered; by default a new one.
    clock : callable
        The present as UTC nanoseconds.

    Examples
    --------
    >>> async def listen() -> bool:
    ...     node_id = "a8654cdf-4328-47de-81fa-c495589e30c9"
    ...     async with Server(node_id, print, port=0) as server:
    ...         return server.port > 0
    >>> asyncio.run(listen())
    True
    """

    def __init__(
        self,
        node_id: str,
        on_event: Callable[[ServerEvent], None],
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        settings: ServerSettings | None = None,
        tls: ssl.SSLContext | None = None,
        identify: Callable[[ssl.SSLObject], str | None] | None = None,
        explain: Callable[[Exception], str] = str,
        permits_node: Callable[[str], bool] | None = None,
        permits_host: Callable[[str], bool] | None = None,
        registry: Registry | None = None,
        clock: Callable[[], int] = time.time_ns,
    ) -> None:
        if tls is not None and identify is None:
            raise ArgumentError(
                "identify", "a certificate means nothing without it", "pass it together with tls"
            )
        self._node_id = node_id
        self._on_event = on_event
        self._address = (host, port)
        self._settings = settings or ServerSettings()
        self._entrance = Entrance(
            self,
            self._settings,
            tls=tls,
            identify=identify,
            explain=explain,
            permits_node=permits_node,
            permits_host=permits_host,
        )
        self.registry = registry if registry is not None else Registry()
        """What is known of each node."""
        self.now_ns = clock
        self._server: asyncio.Server | None = None
        self._peers: dict[int, Peer] = {}
        self._by_node: dict[str, Peer] = {}
        self._connections = 0
        self._ticker: asyncio.TimerHandle | None = None
        self._stopping = False
        self._all_gone = asyncio.Event()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @property
    def port(self) -> int:
        """The port it listens on."""
        if self._server is None or not self._server.sockets:
            raise ArgumentError("port", "the server does not listen", "start it first")
        return int(self._server.sockets[0].getsockname()[1])

    @property
    def peers(self) -> int:
        """Connections that are open, with those that have not registered."""
        return len(self._peers)

    @property
    def connected(self) -> tuple[str, ...]:
        """Nodes that take part now, in lower case."""
        return tuple(self._by_node)

    async def start(self) -> None:
        """Listen.

        Raises
        ------
        OSError
            If the address cannot be used.
        """
        loop = asyncio.get_running_loop()
        host, port = self._address
        self._stopping = False
        self._server = await loop.create_server(lambda: self._new_peer(loop), host, port)
        self._ticker = loop.call_later(self._settings.tick_s, self._tick)

    async def close(self) -> None:
        """Close all connections and stop listening."""
        self._stopping = True
        if self._ticker is not None:
            self._ticker.cancel()
        if self._server is not None:
            self._server.close()
        await self._entrance.close()
        for peer in tuple(self._peers.values()):
            peer.close(Ending.STOPPED, "the server stops")
        while self._peers:
            self._all_gone.clear()
            # Each of them is cut off after its time to linger.
            await self._all_gone.wait()
        if self._server is not None:
            await self._server.wait_closed()
            self._server = None

    def send(self, node_id: str, message: SapientMessage) -> bool:
        """Send a message to a node.

        Parameters
        ----------
        node_id : str
            The node; becomes the message's destination.
        message : SapientMessage
            A task, an alert, an Error.

        Returns
        -------
        bool
            Whether it went out or waits in the queue; False if the node is not connected.

        Raises
        ------
        InvalidMessageError
            If the message has any finding.
        """
        check_sent(message)
        peer = self._by_node.get(node_id.lower())
        return peer is not None and peer.send(message, self.now_ns())

    def acknowledge_alert(
        self,
        node_id: str,
        alert_id: str,
        status: AlertAck.AlertAckStatus,
        reasons: Iterable[str] = (),
    ) -> bool:
        """Answer an alert of a node; whether the answer went out or waits.

        Raises
        ------
        ArgumentError
            If no such alert of that node waits for an answer.
        """
        peer = self._by_node.get(node_id.lower())
        if peer is None:
            return False
        return peer.acknowledge_alert(alert_id, status, reasons, self.now_ns())

    def disconnect(self, node_id: str, detail: str) -> bool:
        """Close the connection of a node; whether it had one."""
        peer = self._by_node.get(node_id.lower())
        if peer is None:
            return False
        peer.close(Ending.STOPPED, detail)
        return True

    def tell(self, event: ServerEvent) -> None:
        """Pass an event on."""
        self._on_event(event)

    def arrived(self, peer: Peer, transport: asyncio.Transport) -> None:
        """See `PeerOwner`."""
        self._peers[peer.number] = peer
        if self._stopping:
            # It was accepted just before.
            peer.link.abort()
            return
        self._entrance.arrived(peer, transport, len(self._peers))

    def admit(
        self, peer: Peer, transport: asyncio.Transport, certificate: PeerCertificate | None
    ) -> None:
        """See `EntranceOwner`."""
        session = FusionSession(
            self._node_id,
            self.registry,
            peer.number,
            self.now_ns(),
            settings=self._settings.session,
            certificate=certificate,
            turned_down=self._entrance.turned_down,
        )
        peer.begin(session, transport)

    def refused(self, peer: Peer, reason: Refusal, detail: str, node_id: str | None) -> None:
        """See `EntranceOwner`."""
        _LOG.debug("%s: %s", peer.address, detail)
        event = PeerRefused(peer.address, node_id, reason, detail, self.now_ns())
        try:
            self.tell(event)
        except Exception:  # noqa: BLE001  # the others go on
            _LOG.exception("telling of a refused peer failed")

    def registered(self, node_id: str, peer: Peer) -> None:
        """See `PeerOwner`."""
        self._by_node[node_id.lower()] = peer

    def left(self, node_id: str, peer: Peer) -> None:
        """See `PeerOwner`."""
        if self._by_node.get(node_id.lower()) is peer:
            del self._by_node[node_id.lower()]

    def displace(self, connection: int) -> None:
        """See `PeerOwner`."""
        peer = self._peers.get(connection)
        if peer is not None:
            peer.close(Ending.DISPLACED, "a newer connection of the same node took over")

    def gone(self, peer: Peer) -> None:
        """See `PeerOwner`."""
        self._peers.pop(peer.number, None)
        if not self._peers:
            self._all_gone.set()

    def _new_peer(self, loop: asyncio.AbstractEventLoop) -> asyncio.Protocol:
        self._connections += 1
        return Peer(self, self._connections, self._settings.link, loop).link

    def _tick(self) -> None:
        loop = asyncio.get_running_loop()
        self._ticker = loop.call_later(self._settings.tick_s, self._tick)
        now_ns = self.now_ns()
        for peer in tuple(self._peers.values()):
            peer.advance(now_ns)
