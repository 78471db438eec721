"""Cursor on Target events to a TAK server (TCP, TLS) or to phones directly (UDP)."""

from __future__ import annotations

import asyncio
import socket
import ssl
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from clearway.bridges.bridge import Bridge, Link, Pace
from clearway.bridges.content import permit_plain
from clearway.bridges.cursor_on_target import EventSettings, event_of
from clearway.bridges.outbox import Outbox
from clearway.errors import ArgumentError, MissingExtraError
from clearway.sapient.bindings import SapientMessage

try:
    import takproto  # type: ignore[import-untyped]
except ImportError as error:
    raise MissingExtraError("the TAK bridge (takproto)", 'pip install "clearway[tak]"') from error

__all__ = ["TAK_PACE", "TakBridge", "TakSettings", "parts_of"]

TAK_PACE = Pace(track_period_s=1.0, alert_repeat_s=30.0)
"""Phones draw no faster than this; alerts are repeated for those who join late."""

_USUAL_PORTS = {"tcp": 8087, "tls": 8089, "udp": 6969}
_SILENCE_S = 15
"""A server that has confirmed nothing for longer is taken for lost; by itself TCP takes a quarter
of an hour to notice, and every event until then is lost with it."""


@dataclass(frozen=True, slots=True)
class TakSettings:
    """Where to send."""

    url: str
    """``tls://host:8089`` or ``tcp://host:8087``, a TAK server; ``udp://239.2.3.1:6969``, phones
    in one network."""
    events: EventSettings
    """How events are made."""
    tls: ssl.SSLContext | None = None
    """For ``tls``: how the server is verified, and the client certificate it asks for."""
    allow_plain: bool = False
    """Send without TLS to another machine; UDP knows nothing else."""
    protobuf: bool = False
    """For ``udp``: version 1 of the TAK protocol instead of XML.  A server would first have to
    agree to it."""


class TakBridge(Bridge[bytes]):
    """Sends Cursor on Target events.

    Parameters
    ----------
    settings : TakSettings
        Where and how.
    pace : Pace
        Times.
    outbox : Outbox, optional
        The queue, where other limits are wanted.
    clock_ns : callable
        The current time, UTC in nanoseconds.

    Raises
    ------
    ArgumentError
        If the URL cannot be used, or the way is not protected.
    """

    def __init__(
        self,
        settings: TakSettings,
        pace: Pace = TAK_PACE,
        outbox: Outbox | None = None,
        clock_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        super().__init__("tak", pace, outbox)
        self._scheme, self._host, self._port = parts_of(settings.url)
        if (self._scheme == "tls") != (settings.tls is not None):
            raise ArgumentError("tls", "goes with a tls:// address, and only with it", "give both")
        if self._scheme != "tls":
            permit_plain(self._host, allowed=settings.allow_plain)
        if settings.protobuf and self._scheme != "udp":
            raise ArgumentError("protobuf", "goes with a udp:// address only", "leave it out")
        self._settings = settings
        self._clock_ns = clock_ns

    def _translate(self, message: SapientMessage) -> list[bytes]:
        event = event_of(message, self._settings.events, self._clock_ns())
        if event is None:
            return []
        if self._settings.protobuf:
            return [bytes(takproto.xml2proto(event, takproto.TAKProtoVer.MESH))]
        return [event]

    def _open(self) -> AbstractAsyncContextManager[Link[bytes]]:
        return self._datagrams() if self._scheme == "udp" else self._stream()

    @asynccontextmanager
    async def _datagrams(self) -> AsyncIterator[Link[bytes]]:
        loop = asyncio.get_running_loop()
        transport, room = await loop.create_datagram_endpoint(
            _Room, remote_addr=(self._host, self._port)
        )
        try:
            yield _Datagrams(transport, room)
        finally:
            transport.abort()

    @asynccontextmanager
    async def _stream(self) -> AsyncIterator[Link[bytes]]:
        async with asyncio.timeout(self._pace.send_timeout_s):
            reader, writer = await asyncio.open_connection(
                self._host, self._port, ssl=self._settings.tls
            )
        _notice_silence(writer.get_extra_info("socket"))
        try:
            yield _Stream(reader, writer)
        finally:
            writer.close()
            try:
                # A peer that has stopped reading would otherwise keep the last bytes for ever.
                with suppress(OSError, TimeoutError):
                    async with asyncio.timeout(self._pace.send_timeout_s):
                        await writer.wait_closed()
            finally:
                writer.transport.abort()


class _Stream:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def send(self, item: bytes) -> None:
        self._writer.write(item)
        await self._writer.drain()

    async def watch(self) -> None:
        # A server sends everybody's events to everybody, and drops those who do not read.
        while await self._reader.read(1 << 16):
            pass


class _Room(asyncio.DatagramProtocol):
    """Whether the interface takes more; without this the transport would keep everything."""

    def __init__(self) -> None:
        self.free = asyncio.Event()
        self.free.set()

    def pause_writing(self) -> None:
        self.free.clear()

    def resume_writing(self) -> None:
        self.free.set()


class _Datagrams:
    def __init__(self, transport: asyncio.DatagramTransport, room: _Room) -> None:
        self._transport, self._room = transport, room

    async def send(self, item: bytes) -> None:
        await self._room.free.wait()
        self._transport.sendto(item)

    async def watch(self) -> None:
        await asyncio.Event().wait()  # nobody tells whether anybody listens


def _notice_silence(stream: socket.socket) -> None:
    """Have the system give up a connection whose other end has gone without a word."""
    tcp = socket.IPPROTO_TCP
    stream.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    stream.setsockopt(tcp, socket.TCP_KEEPIDLE, _SILENCE_S)
    stream.setsockopt(tcp, socket.TCP_KEEPINTVL, _SILENCE_S // 3)
    stream.setsockopt(tcp, socket.TCP_USER_TIMEOUT, 1000 * _SILENCE_S)


def parts_of(url: str) -> tuple[str, str, int]:
    """Scheme, host and port of an address, with the usual port where it names none.

    Raises
    ------
    ArgumentError
        It is no such address.

    Examples
    --------
    >>> parts_of("tls://tak.example")
    ('tls', 'tak.example', 8089)
    """
    try:
        parts = urlsplit(url)
        scheme, host, port = parts.scheme, parts.hostname, parts.port
    except ValueError:
        scheme, host, port = "", None, None
    if scheme not in _USUAL_PORTS or not host:
        raise ArgumentError("url", f"{url!r} cannot be used", "give tls://, tcp:// or udp:// host")
    return scheme, host, port or _USUAL_PORTS[scheme]
