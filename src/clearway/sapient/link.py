"""One connection: frames in, frames out, and bounds on both.

What either end of a SAPIENT connection needs of a socket, without knowing who may say what.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

from clearway.sapient.bindings import SapientMessage
from clearway.sapient.frames import FrameError, FrameReader, frame
from clearway.sapient.link_settings import LinkOwner, LinkSettings
from clearway.sapient.session.outbox import Outbox, is_control
from clearway.sapient.session.rates import TokenBucket

__all__ = ["Link", "LinkOwner", "LinkSettings"]

_TOLD_AGAIN_S = 10.0


class Link(asyncio.Protocol):
    """One connection.

    Slow peers: nothing waits without bound.  Detections and status reports are worth most when
    new, so the oldest give way; everything else is never dropped, and a peer that leaves no room
    for it loses its connection.

    Parameters
    ----------
    owner : LinkOwner
        Who is told.
    settings : LinkSettings
        The bounds.
    loop : asyncio.AbstractEventLoop
        Where it runs.
    """

    def __init__(
        self, owner: LinkOwner, settings: LinkSettings, loop: asyncio.AbstractEventLoop
    ) -> None:
        self._owner = owner
        self._settings = settings
        self._loop = loop
        self._raw: asyncio.Transport | None = None
        self._transport: asyncio.Transport | None = None
        self._reader = FrameReader(settings.frame_bytes)
        self._messages = TokenBucket(
            settings.messages_per_s, settings.message_burst, settings.first_messages
        )
        self._bytes = TokenBucket(settings.bytes_per_s, settings.byte_burst)
        self._early: list[bytes] = []
        self._pending: deque[bytes] = deque()
        self._error: FrameError | None = None
        self._outbox = Outbox(settings.report_queue, settings.control_queue, settings.queue_bytes)
        self._full = False
        self._closing = False
        self._lost: str | None = None
        self._ended = False
        self._wait_ns = 0
        self._handled_bytes = 0
        self._charged = 0.0
        self._throttled_s: float | None = None
        self._paused = False
        self._timer: asyncio.Handle | None = None

    @property
    def dropped(self) -> int:
        """Reports dropped because the peer reads slowly."""
        return self._outbox.dropped

    @property
    def waiting_bytes(self) -> int:
        """Bytes queued for a slow peer, without those that the transport holds."""
        return self._outbox.waiting_bytes

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See `asyncio.BaseProtocol`."""
        if not isinstance(transport, asyncio.Transport):
            raise TypeError("SAPIENT needs a stream")
        self._raw = transport
        self._owner.link_made(self, transport)

    def open(self, transport: asyncio.Transport) -> None:
        """Start the traffic, over this transport."""
        self._transport = transport
        early, self._early = self._early, []
        for data in early:
            self.data_received(data)

    def data_received(self, data: bytes) -> None:
        """See `asyncio.Protocol`."""
        if self._closing or self._error is not None:
            return
        if self._transport is None:
            # Decrypted in the same step in which the handshake ended.
            self._early.append(data)
            return
        try:
            payloads = self._reader.feed(data)
        except FrameError as error:
            self._error = error
            payloads = []
        self._error = self._error or self._reader.error
        self._pending += payloads
        self._wait_ns = max(self._wait_ns, self._bytes.spend(len(data), self._time_ns()))
        if not self._paused:
            self._turn()

    def eof_received(self) -> None:
        """See `asyncio.Protocol`."""
        if self._closing or self._transport is None or self._pending:
            return
        try:
            self._reader.finish()
        except FrameError as error:
            self._tell(self._owner.link_broken, error)

    def connection_lost(self, exc: Exception | None) -> None:
        """See `asyncio.BaseProtocol`."""
        if self._lost is not None:
            return
        ended = "the peer closed the connection"
        self._lost = ended if exc is None else f"the connection broke: {exc}"
        self._cancel()
        # What came before the end is still worth handling, but in turns like everything else.
        self._turn()

    def pause_writing(self) -> None:
        """See `asyncio.BaseProtocol`."""
        self._full = True

    def resume_writing(self) -> None:
        """See `asyncio.BaseProtocol`."""
        self._full = False
        while not self._full and self._transport is not None:
            waiting = self._outbox.pop()
            if waiting is None:
                return
            self._transport.write(waiting)

    def send(self, message: SapientMessage) -> bytes | None:
        """Write a message, or queue it if the peer reads slowly.

        Returns
        -------
        bytes or None
            The message's bytes; None if the connection is closed, or is by now because the peer
            left no room for it.
        """
        if self._closing or self._lost is not None or self._transport is None:
            return None
        payload = message.SerializeToString()
        if not self._full and not self._outbox:
            self._transport.write(frame(payload))
        elif not self._outbox.put(frame(payload), control=is_control(message)):
            self._owner.link_slow()
            return None
        return payload

    def charge(self) -> None:
        """Let the message being handled count for more: it was refused, or a Registration."""
        more = self._settings.refused_cost - 1.0
        self._charged += more
        more_bytes = more * self._handled_bytes
        self._wait_ns = max(self._wait_ns, self._bytes.spend(more_bytes, self._time_ns()))

    def close(self) -> None:
        """Write what waits and close; after `LinkSettings.linger_s` without mercy.

        A socket closed with unread data resets the connection, and the peer may never see the
        last message.  What it still sends is therefore read and forgotten meanwhile.
        """
        if self._closing:
            return
        self._closing = True
        self._pending.clear()
        transport = self._transport
        if transport is None or self._lost is not None:
            return
        while (waiting := self._outbox.pop()) is not None:
            transport.write(waiting)
        self._later(self._settings.linger_s, self.abort)
        if transport.is_closing():
            return
        if transport.can_write_eof():
            transport.write_eof()
            transport.resume_reading()
        else:
            transport.close()

    def abort(self) -> None:
        """Close at once."""
        self._closing = True
        transport = self._transport or self._raw
        if transport is not None:
            transport.abort()

    def give_up(self) -> None:
        """Close at once a connection that was never opened.

        A protocol is not told of the end of a connection whose TLS handshake did not succeed.
        """
        self.abort()
        self.connection_lost(None)

    def _turn(self) -> None:
        """Handle some of what came, then let others have their turn."""
        if self._closing:
            self._end()
            return
        handled = min(self._settings.turn_messages, len(self._pending))
        for _ in range(handled):
            payload = self._pending.popleft()
            self._handled_bytes = len(payload)
            if not self._tell(self._owner.link_payload, payload):
                self._end()
                return
        cost, self._charged = handled + self._charged, 0.0
        self._wait_ns = max(self._wait_ns, self._messages.spend(cost, self._time_ns()))
        self._go_on()

    def _go_on(self) -> None:
        if self._lost is not None:
            # Nobody is left to be slowed down: what is beyond the rates is let go.
            if self._pending and not self._wait_ns:
                self._timer = self._loop.call_soon(self._turn)
            else:
                self._end()
        elif self._wait_ns:
            wait_s, self._wait_ns = self._wait_ns / 1e9, 0
            self._pause()
            self._later(wait_s, self._turn)
            self._throttled()
        elif self._pending:
            self._pause()
            self._timer = self._loop.call_soon(self._turn)
        elif self._error is not None:
            self._tell(self._owner.link_broken, self._error)
        elif self._paused:
            self._read_on()

    def _time_ns(self) -> int:
        # Rates are about real time; the clock of the session is about the time of contents.
        return int(self._loop.time() * 1e9)

    def _pause(self) -> None:
        if not self._paused and self._transport is not None:
            self._paused = True
            self._transport.pause_reading()

    def _read_on(self) -> None:
        self._paused = False
        if not self._closing and self._transport is not None and not self._transport.is_closing():
            self._transport.resume_reading()

    def _end(self) -> None:
        """Tell that the connection is gone, if it is and has not been told."""
        if self._lost is None or self._ended:
            return
        self._closing = self._ended = True
        self._pending.clear()
        self._cancel()
        self._owner.link_lost(self._lost)

    def _cancel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _throttled(self) -> None:
        now_s = self._loop.time()
        if self._throttled_s is None or now_s - self._throttled_s >= _TOLD_AGAIN_S:
            self._throttled_s = now_s
            self._tell(self._owner.link_throttled)

    def _tell(self, hear: Callable[..., None], *what: object) -> bool:
        """Tell the owner; whether the connection is still open afterwards."""
        try:
            hear(*what)
        except Exception as error:  # noqa: BLE001  # one peer's trouble stays its own
            self._owner.link_failed(error)
        return not self._closing

    def _later(self, delay_s: float, handle: Callable[[], None]) -> None:
        self._timer = self._loop.call_later(delay_s, handle)
