"""Which connections come in: by number, rate, address, TLS and certificate."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import ssl
import time
from collections.abc import Callable, Sequence
from typing import Protocol

from clearway.sapient.server.events import Refusal
from clearway.sapient.server.peer import Peer
from clearway.sapient.server.settings import ServerSettings
from clearway.sapient.session.node import PeerCertificate
from clearway.sapient.session.rates import TokenBucket

__all__ = ["Entrance", "EntranceOwner"]

_LOG = logging.getLogger("clearway.sapient.server")


class EntranceOwner(Protocol):
    """What an entrance needs of its server."""

    def admit(
        self, peer: Peer, transport: asyncio.Transport, certificate: PeerCertificate | None
    ) -> None:
        """Let a peer in."""

    def refused(self, peer: Peer, reason: Refusal, detail: str, node_id: str | None) -> None:
        """A peer was kept out, and its connection closed."""


class Entrance:
    """Lets connections in, or closes them.

    Parameters
    ----------
    owner : EntranceOwner
        The server.
    settings : ServerSettings
        Bounds.
    tls : ssl.SSLContext or None
        None for plain TCP.
    identify : callable or None
        Takes the ``ssl.SSLObject`` of a peer and gives the node_id that its certificate stands
        for, or None.
    explain : callable
        Puts the error of a failed TLS handshake into words.
    permits_node : callable or None
        Takes a node_id: may it take part?  None permits all.
    permits_host : callable or None
        Takes an address: may it connect?  None permits all.
    """

    def __init__(
        self,
        owner: EntranceOwner,
        settings: ServerSettings,
        *,
        tls: ssl.SSLContext | None,
        identify: Callable[[ssl.SSLObject], str | None] | None,
        explain: Callable[[Exception], str],
        permits_node: Callable[[str], bool] | None,
        permits_host: Callable[[str], bool] | None,
    ) -> None:
        self._owner = owner
        self._settings = settings
        self._tls = tls
        self._identify = identify
        self._explain = explain
        self._permits_node = permits_node
        self._permits_host = permits_host
        self._arrivals = TokenBucket(settings.connections_per_s, settings.connection_burst)
        self._handshakes: set[asyncio.Task[None]] = set()

    def arrived(self, peer: Peer, transport: asyncio.Transport, connections: int) -> None:
        """A socket is connected, as one of so many."""
        try:
            self._look_at(peer, transport, connections)
        except Exception as error:  # noqa: BLE001  # the others go on
            self._fail(peer, error)

    def turned_down(self, node_id: str) -> Sequence[str]:
        """Why a node may not take part; nothing if it may."""
        if self._permits_node is None or self._permits_node(node_id):
            return ()
        return (f"node_id {node_id} is not on the list of nodes that may take part",)

    async def close(self) -> None:
        """Give up the handshakes that are under way."""
        for handshake in tuple(self._handshakes):
            handshake.cancel()
        await asyncio.gather(*self._handshakes, return_exceptions=True)

    def _look_at(self, peer: Peer, transport: asyncio.Transport, connections: int) -> None:
        host = peer.address.rpartition(":")[0]
        if self._permits_host is not None and not self._permits_host(host):
            self._refuse(peer, Refusal.HOST, f"{host} may not connect this way")
        elif not self._arrivals.take(1.0, time.monotonic_ns()):
            self._refuse(peer, Refusal.FULL, "too many connections in a short time")
        elif connections > self._settings.peers:
            self._refuse(peer, Refusal.FULL, f"{self._settings.peers} connections are open")
        elif self._tls is None:
            self._owner.admit(peer, transport, None)
        else:
            # What came in clear before the handshake must not pass for what the node said.
            transport.pause_reading()
            handshake = self._handshake(peer, transport, self._tls)
            task = asyncio.get_running_loop().create_task(handshake)
            self._handshakes.add(task)
            task.add_done_callback(self._handshakes.discard)

    async def _handshake(
        self, peer: Peer, transport: asyncio.Transport, tls: ssl.SSLContext
    ) -> None:
        encrypted = None
        try:
            encrypted = await asyncio.get_running_loop().start_tls(
                transport,
                peer.link,
                tls,
                server_side=True,
                ssl_handshake_timeout=self._settings.handshake_s,
                ssl_shutdown_timeout=self._settings.link.linger_s,
            )
            if encrypted is not None:
                self._admit(peer, encrypted)
        except OSError as error:
            # Errors of TLS and time-outs of the handshake are of this kind.
            self._refuse(peer, Refusal.TLS, f"the TLS handshake failed: {self._explain(error)}")
        except Exception as error:  # noqa: BLE001  # the others go on
            self._fail(peer, error)
        finally:
            if encrypted is None:
                peer.link.give_up()

    def _admit(self, peer: Peer, transport: asyncio.Transport) -> None:
        certificate = self._certificate(transport.get_extra_info("ssl_object"))
        if certificate is None:
            self._refuse(peer, Refusal.CERTIFICATE, "the certificate names no node")
            return
        reasons = self.turned_down(certificate.node_id)
        if reasons:
            self._refuse(peer, Refusal.CERTIFICATE, reasons[0], certificate.node_id)
        else:
            self._owner.admit(peer, transport, certificate)

    def _certificate(self, ssl_object: ssl.SSLObject) -> PeerCertificate | None:
        encoded = ssl_object.getpeercert(binary_form=True)
        node_id = self._identify(ssl_object) if encoded and self._identify else None
        if node_id is None or not encoded:
            return None
        return PeerCertificate(node_id, hashlib.sha256(encoded).hexdigest())

    def _fail(self, peer: Peer, error: Exception) -> None:
        _LOG.error("%s: admitting the peer failed", peer.address, exc_info=error)
        self._refuse(peer, Refusal.DEFECT, f"{type(error).__name__}: {error}")

    def _refuse(self, peer: Peer, reason: Refusal, detail: str, node_id: str | None = None) -> None:
        peer.link.abort()
        self._owner.refused(peer, reason, detail, node_id)
