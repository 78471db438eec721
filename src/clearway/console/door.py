"""Which connections come in, and how long one may keep the server waiting.

uvicorn, which serves them, bounds neither the time that a client takes for its request nor the
connections of one address, so that a few machines that send a byte now and then could keep all
others out.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from socket import socket
from typing import Any

import h11
from uvicorn import Server
from uvicorn.protocols.http.h11_impl import H11Protocol

from clearway.console.security.rates import address_of

__all__ = ["Door", "DoorSettings"]


@dataclass(frozen=True, slots=True)
class DoorSettings:
    """How many, and how long."""

    connections: int = 500
    per_address: int = 100
    """Guards' phones may all stand behind one address."""
    handshake_s: float = 10.0
    """For TLS."""
    patience_s: float = 20.0
    """For a whole request, and for taking an answer."""


class Door:
    """Lets connections in to a uvicorn server, which itself listens to none.

    Parameters
    ----------
    server : Server
        Started.
    tls : ssl.SSLContext or None
    settings : DoorSettings
    """

    def __init__(self, server: Server, tls: ssl.SSLContext | None, settings: DoorSettings) -> None:
        self._server = server
        self._tls = tls
        self._settings = settings
        self._handshakes: dict[asyncio.Task[None], str] = {}

    async def run(self, listener: socket) -> None:
        """Let connections in until it is cancelled; the listener is closed then."""
        loop = asyncio.get_running_loop()
        listening = await loop.create_server(lambda: _Arrival(self._arrived), sock=listener)
        waiting: dict[Any, tuple[Any, float]] = {}
        step_s = min(1.0, self._settings.patience_s / 4)
        try:
            while True:
                await asyncio.sleep(step_s)
                waiting = self._hurry(waiting, loop.time())
        finally:
            listening.close()
            for handshake in tuple(self._handshakes):
                handshake.cancel()
            await asyncio.gather(*self._handshakes, return_exceptions=True)

    def _arrived(self, transport: asyncio.Transport) -> None:
        address = address_of(transport.get_extra_info("peername"))
        connections = self._server.server_state.connections
        connected = [address_of(getattr(one, "client", None)) for one in connections]
        present = [*connected, *self._handshakes.values()]
        settings = self._settings
        if len(present) >= settings.connections or present.count(address) >= settings.per_address:
            transport.abort()
        elif self._tls is None:
            _serve(self._protocol(), transport, b"")
        else:
            # What came in clear before the handshake must not pass for what the client said.
            transport.pause_reading()
            task = asyncio.create_task(self._handshake(transport, self._tls))
            self._handshakes[task] = address
            task.add_done_callback(self._handshakes.pop)

    async def _handshake(self, transport: asyncio.Transport, tls: ssl.SSLContext) -> None:
        early = _Early()
        encrypted = None
        try:
            encrypted = await asyncio.get_running_loop().start_tls(
                transport,
                early,
                tls,
                server_side=True,
                ssl_handshake_timeout=self._settings.handshake_s,
                ssl_shutdown_timeout=self._settings.handshake_s,
            )
        except OSError:
            # Somebody who speaks no TLS, or does not trust the certificate yet.
            return
        finally:
            if encrypted is None:
                transport.abort()
        if encrypted is not None and not early.lost:
            _serve(self._protocol(), encrypted, bytes(early.data))

    def _protocol(self) -> asyncio.Protocol:
        server = self._server
        state = server.lifespan.state
        return H11Protocol(server.config, server_state=server.server_state, app_state=state)

    def _hurry(
        self, waiting: dict[Any, tuple[Any, float]], now_s: float
    ) -> dict[Any, tuple[Any, float]]:
        """Close connections that have waited for their client too long.

        Parameters
        ----------
        waiting : dict
            Those that did so the last time: for which request, and since when.
        now_s : float

        Returns
        -------
        dict
            Those that do so now.
        """
        still: dict[Any, tuple[Any, float]] = {}
        for one in tuple(self._server.server_state.connections):
            if not isinstance(one, H11Protocol) or not _waits(one):
                continue
            request, since_s = waiting.get(one, (one.cycle, now_s))
            if request is not one.cycle:
                since_s = now_s
            if now_s - since_s >= self._settings.patience_s:
                one.transport.abort()
            else:
                still[one] = (one.cycle, since_s)
        return still


class _Arrival(asyncio.Protocol):
    """A connection of which nothing is known yet."""

    def __init__(self, arrived: Callable[[asyncio.Transport], None]) -> None:
        self._arrived = arrived

    def connection_made(self, transport: Any) -> None:
        self._arrived(transport)


class _Early(asyncio.Protocol):
    """Keeps what a client sends together with the end of its handshake."""

    def __init__(self) -> None:
        self.data = bytearray()
        self.lost = False

    def data_received(self, data: bytes) -> None:
        self.data += data

    def connection_lost(self, _: Exception | None) -> None:
        self.lost = True


def _serve(protocol: asyncio.Protocol, transport: asyncio.Transport, early: bytes) -> None:
    transport.set_protocol(protocol)
    protocol.connection_made(transport)
    if early:
        protocol.data_received(early)


def _waits(connection: H11Protocol) -> bool:
    """Whether the client is to go on: with its request, or with taking the answer."""
    asks = connection.conn.their_state in {h11.IDLE, h11.SEND_BODY}
    return asks or connection.transport.get_write_buffer_size() > 0
