"""The edge side on a socket: a node that keeps its connection up by itself."""

from __future__ import annotations

import asyncio
import logging
import ssl
import time
from collections.abc import Callable, Iterable
from typing import Self

from clearway.sapient.bindings import AlertAck, Registration, SapientMessage, StatusReport, TaskAck
from clearway.sapient.client.events import ClientEvent, Throttled
from clearway.sapient.client.settings import ClientSettings
from clearway.sapient.frames import FrameError
from clearway.sapient.link import Link
from clearway.sapient.session.actions import (
    Accepted,
    Action,
    AlertAcknowledged,
    AlertReceived,
    Close,
    Connect,
    Connected,
    Disconnected,
    Ending,
    ErrorReceived,
    Refused,
    Rejected,
    Send,
    TaskReceived,
)
from clearway.sapient.session.edge import EdgeSession
from clearway.sapient.session.edge_state import EdgeState
from clearway.sapient.session.envelope import UlidSource
from clearway.sapient.validate import check_sent, read_payload

__all__ = ["Client"]

_LOG = logging.getLogger("clearway.sapient.client")


class Client:
    """A node that connects, registers, reports its status and sends what it is given.

    It tries again for ever, every 10 s unless told otherwise, and registers each time.  Slow
    peers are treated as the server does: see `Link`.

    Parameters
    ----------
    host, port : str, int
        The fusion side.
    node_id : str
        The node's own.
    registration : Registration
        What it declares.
    status : StatusReport
        How it is; change it by `set_status`.
    new_id : callable
        Gives ULIDs, see `session.ulid_source`.
    on_event : callable
        Called in the loop with one event after another; it must not block.
    settings : ClientSettings
        Bounds.
    tls : ssl.SSLContext or None
        None for plain TCP.
    server_hostname : str or None
        Name that the server's certificate must show, if the context checks names; by default the
        host.
    identify : callable or None
        Takes the ``ssl.SSLObject`` of the server and gives the node_id that its certificate stands
        for; None where it stands for nobody, which ends the connection.
    clock : callable
        The present as UTC nanoseconds.
    """

    def __init__(
        self,
        host: str,
        port: int,
        node_id: str,
        registration: Registration,
        status: StatusReport,
        new_id: UlidSource,
        on_event: Callable[[ClientEvent], None],
        *,
        settings: ClientSettings | None = None,
        tls: ssl.SSLContext | None = None,
        server_hostname: str | None = None,
        identify: Callable[[ssl.SSLObject], str | None] | None = None,
        clock: Callable[[], int] = time.time_ns,
    ) -> None:
        self._address = (host, port)
        self._on_event = on_event
        self._settings = settings or ClientSettings()
        self._tls = tls
        self._server_hostname = server_hostname
        self._identify = identify
        self._now_ns = clock
        self._session = EdgeSession(
            node_id, registration, status, new_id, settings=self._settings.session
        )
        self._link: Link | None = None
        self._attempt: asyncio.Task[None] | None = None
        self._ticker: asyncio.TimerHandle | None = None
        self._gone = asyncio.Event()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @property
    def connected(self) -> bool:
        """Whether the fusion side has accepted the node and messages go out."""
        return self._session.state is EdgeState.ACTIVE

    @property
    def peer_id(self) -> str | None:
        """Node id of the fusion side; None while not connected."""
        return self._session.peer_id

    async def start(self) -> None:
        """Begin; `Connected` tells when the fusion side has accepted the node."""
        if self._ticker is None:
            self._perform(self._session.start())
            self._tick()

    async def close(self) -> None:
        """Say goodbye and end."""
        self._perform(self._session.stop(self._now_ns()))
        if self._ticker is not None:
            self._ticker.cancel()
        if self._attempt is not None and not self._attempt.done():
            self._attempt.cancel()
            await asyncio.gather(self._attempt, return_exceptions=True)
        if self._link is not None:
            self._link.close()
            await self._gone.wait()

    def send(self, message: SapientMessage) -> bool:
        """Send a detection or an alert.

        Returns
        -------
        bool
            Whether it went out or waits in the queue; False while the node is not accepted.

        Raises
        ------
        InvalidMessageError
            If the message has any finding.
        """
        check_sent(message)
        return self._perform(self._session.send(message))

    def set_status(self, status: StatusReport) -> bool:
        """Report a change at once, and this from now on; whether the report went out."""
        return self._perform(self._session.set_status(status, self._now_ns()))

    def answer_task(
        self, task_id: str, status: TaskAck.TaskStatus, reasons: Iterable[str] = ()
    ) -> bool:
        """Accept or reject a task, then complete or fail it; whether the answer went out.

        Raises
        ------
        ArgumentError
            If no such task is open.
        """
        return self._perform(self._session.answer_task(task_id, status, reasons, self._now_ns()))

    def acknowledge_alert(
        self, alert_id: str, status: AlertAck.AlertAckStatus, reasons: Iterable[str] = ()
    ) -> bool:
        """Answer an alert of the fusion side; whether the answer went out.

        Raises
        ------
        ArgumentError
            If no such alert waits for an answer.
        """
        return self._perform(
            self._session.acknowledge_alert(alert_id, status, reasons, self._now_ns())
        )

    def link_made(self, link: Link, transport: asyncio.Transport) -> None:
        """See `LinkOwner`."""
        self._link = link
        self._gone.clear()
        ssl_object = transport.get_extra_info("ssl_object")
        link.open(transport)
        if ssl_object is not None and self._identify and self._identify(ssl_object) is None:
            detail = "the server's certificate is not that of a fusion node"
            self._perform(self._session.close(Ending.STOPPED, detail))
            link.abort()
            return
        self._perform(self._session.connected(self._now_ns()))

    def link_payload(self, payload: bytes) -> None:
        """See `LinkOwner`."""
        message, findings = read_payload(payload)
        self._perform(self._session.received(message, payload, findings, self._now_ns()))

    def link_broken(self, error: FrameError) -> None:
        """See `LinkOwner`."""
        _LOG.debug("%s", error)
        self._perform(self._session.broken(error.header, str(error), self._now_ns()))
        if self._link is not None:
            self._link.close()

    def link_slow(self) -> None:
        """See `LinkOwner`."""
        self._perform(self._session.close(Ending.SLOW, "the peer does not read what is sent"))
        if self._link is not None:
            self._link.abort()

    def link_throttled(self) -> None:
        """See `LinkOwner`."""
        self._on_event(Throttled())

    def link_lost(self, detail: str) -> None:
        """See `LinkOwner`."""
        self._link = None
        if self._tls is not None and self._session.state is EdgeState.REGISTERING:
            # In TLS 1.3 the server judges the client's certificate after the client is done.
            detail += " before it answered; it may not accept this node's certificate"
        try:
            self._perform(self._session.ended(detail, self._now_ns()))
        finally:
            self._gone.set()

    def link_failed(self, error: Exception) -> None:
        """See `LinkOwner`."""
        _LOG.error("handling a message failed", exc_info=error)
        self._perform(self._session.close(Ending.DEFECT, f"{type(error).__name__}: {error}"))
        if self._link is not None:
            self._link.close()

    def _perform(self, actions: Iterable[Action]) -> bool:
        worked = False
        for action in actions:
            match action:
                case Send(message):
                    worked = self._link is not None and self._link.send(message) is not None
                case Close():
                    if self._link is not None:
                        self._link.close()
                case Connect():
                    self._attempt = asyncio.get_running_loop().create_task(self._connect())
                case (
                    Connected()
                    | Rejected()
                    | Accepted()
                    | Refused()
                    | TaskReceived()
                    | AlertReceived()
                    | AlertAcknowledged()
                    | ErrorReceived()
                    | Disconnected()
                ):
                    self._on_event(action)
                case _:
                    raise AssertionError(f"an edge session asked for {action}")
        return worked

    async def _connect(self) -> None:
        loop = asyncio.get_running_loop()
        host, port = self._address
        name = (self._server_hostname or host) if self._tls is not None else None
        try:
            async with asyncio.timeout(self._settings.connect_s):
                await loop.create_connection(
                    lambda: Link(self, self._settings.link, loop),
                    host,
                    port,
                    ssl=self._tls,
                    server_hostname=name,
                    ssl_shutdown_timeout=None if name is None else self._settings.link.linger_s,
                )
        except Exception as error:  # noqa: BLE001  # whatever it was, the node tries again
            if self._link is None:
                mute = isinstance(error, TimeoutError)
                why = str(error) or ("no answer in time" if mute else type(error).__name__)
                detail = f"{host}:{port} cannot be reached: {why}"
                self._perform(self._session.ended(detail, self._now_ns()))

    def _tick(self) -> None:
        # Set before anything can raise: the clock goes on whatever a receiver of events does.
        loop = asyncio.get_running_loop()
        self._ticker = loop.call_later(self._settings.tick_s, self._tick)
        self._perform(self._session.advance(self._now_ns()))
