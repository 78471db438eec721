"""The live service on its sockets."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np

from clearway.bridges.bridge import AnyBridge
from clearway.errors import Fault, InputError, OutputError
from clearway.profile import fusion_registration, site_frame, site_node_id, status_message
from clearway.recording import LogSettings, LogWriter
from clearway.sapient.bindings import AlertAck, SapientMessage
from clearway.sapient.client import Client, ClientEvent, ClientSettings
from clearway.sapient.location import Converter
from clearway.sapient.security import (
    ALLOW_LIST,
    AllowList,
    credentials_of,
    handshake_problem,
    node_context,
    peer_node_id,
    permits_plain,
    server_context,
)
from clearway.sapient.server import Server
from clearway.sapient.session import (
    AlertAcknowledged,
    Connected,
    Disconnected,
    EdgeSettings,
    Rejected,
    ulid_source,
)
from clearway.service.alert_store import AlertStore
from clearway.service.live import TICK_S, Listener, LiveService
from clearway.service.recovery import ALERTS_FILE
from clearway.site.schema import Site


@dataclass(frozen=True, slots=True)
class ServeRequest:
    """What to serve, and where."""

    site: Site
    site_text: str
    """The site file as it is, for the log."""
    folder: Path
    """Log, alerts and checkpoint."""
    host: str
    port: int
    certificates: Path | None = None
    """Folder of the site's authority; None for connections without TLS."""
    parent: tuple[str, int] | None = None
    """A higher fusion node to register with."""
    bridges: tuple[AnyBridge, ...] = ()
    """Are given everything that the service tells; one that fails slows nobody else."""
    on_notice: Callable[[str], None] = field(default=lambda _: None)
    """Is told in one sentence each what an operator should know."""
    on_ready: Callable[[int], None] = field(default=lambda _: None)
    """Is told the port once nodes may connect."""


async def serve(request: ServeRequest, stop: asyncio.Event) -> None:
    """Run the service until it is told to stop.

    Parameters
    ----------
    request : ServeRequest
    stop : asyncio.Event

    Raises
    ------
    InputError
        Certificates are missing or wrong, or the site does not let anybody in.
    OutputError
        The folder or the address cannot be used.
    """
    site = request.site
    tls = _server_tls(request)
    clock = increasing_clock()
    log_settings = LogSettings(keep_days=site.service.log_keep_days)
    async with AsyncExitStack() as stack:
        store = stack.enter_context(closing(AlertStore(request.folder / ALERTS_FILE)))
        log = LogWriter(
            request.folder, site=request.site_text, now_ns=clock(), settings=log_settings
        )
        stack.callback(log.close)
        parent = None if request.parent is None else _Parent(request, clock)
        listeners: list[Listener] = [bridge.offer for bridge in request.bridges]
        if parent is not None:
            listeners.append(parent.tell)

        def send(node_id: str, message: SapientMessage) -> bool:
            return server.send(node_id, message)

        service = LiveService(
            site,
            request.folder,
            log=log,
            store=store,
            clock=clock,
            send=send,
            listeners=listeners,
            on_notice=request.on_notice,
        )
        stack.callback(service.close)
        if parent is not None:
            parent.on_answer = service.answer
        if parent is not None:
            parent.on_connected = lambda: service.tell_open_alerts(parent.tell)
        allowed = _allowed(request)
        server = Server(
            service.node_id,
            service.handle,
            host=request.host,
            port=request.port,
            tls=tls,
            identify=None if tls is None else peer_node_id,
            explain=handshake_problem,
            permits_node=lambda node_id: service.knows(node_id) and allowed(node_id),
            permits_host=None if tls is not None else _plain_guard(site),
            clock=clock,
        )
        try:
            await server.start()
        except OSError as error:
            raise OutputError(
                f"{request.host}:{request.port}",
                f"cannot be listened on ({error.strerror or error})",
                "choose another --port or --host, or stop the program that holds it",
            ) from error
        stack.push_async_callback(server.close)
        if parent is not None:
            await stack.enter_async_context(parent.client)
        bridging = [asyncio.ensure_future(bridge.run()) for bridge in request.bridges]
        stack.push_async_callback(_ended, bridging)
        request.on_ready(server.port)
        while not stop.is_set():
            service.tick()
            try:
                await asyncio.wait_for(stop.wait(), TICK_S)
            except TimeoutError:
                continue


async def _ended(tasks: Sequence[asyncio.Future[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def increasing_clock() -> Callable[[], int]:
    """The machine's UTC in nanoseconds, which never stands still and never goes back.

    Every input of the engine has a time of its own, so that a time says which inputs came before
    it.  While the machine's clock is set back, this one creeps on until it is overtaken.
    """
    last_ns = 0

    def now_ns() -> int:
        nonlocal last_ns
        last_ns = max(time.time_ns(), last_ns + 1)
        return last_ns

    return now_ns


class _Answer(Protocol):
    def __call__(self, alert_id: str, *, taken: bool, reasons: Sequence[str], who: str) -> None: ...


class _Parent:
    """The service as a node of a higher fusion node (BSI Flex 335 v2.0, 4.11)."""

    def __init__(self, request: ServeRequest, clock: Callable[[], int]) -> None:
        site = request.site
        host, port = request.parent or ("", 0)
        converter = Converter(site_frame(site))
        self._notice = request.on_notice
        self.on_answer: _Answer | None = None
        """Is told what the higher node answers to an alert."""
        self.on_connected: Callable[[], None] = lambda: None
        node_id = site_node_id(site)
        place = converter.to_wire(0.0, 0.0, 0.0, None)
        rng = np.random.default_rng()
        self.client = Client(
            host,
            port,
            node_id,
            fusion_registration(site, converter),
            status_message(node_id, clock(), new=True, location=place).status_report,
            ulid_source(rng),
            self._heard,
            # A middleware passes fused reports on only if they name nobody.
            settings=ClientSettings(session=EdgeSettings(fill_destination=False)),
            tls=node_context(request.certificates, node_id),
            identify=None if request.certificates is None else peer_node_id,
            clock=clock,
        )

    def tell(self, message: SapientMessage) -> None:
        """Report upwards, while there is a connection."""
        if self.client.connected:
            self.client.send(message)

    def _heard(self, event: ClientEvent) -> None:
        match event:
            case Connected():
                self._notice(f"registered with the higher node {event.node_id}")
                # Not before the first status report, which goes out after this event.
                asyncio.get_running_loop().call_soon(self.on_connected)
            case Rejected():
                self._notice(f"the higher node refuses: {'; '.join(event.reasons)}")
            case Disconnected():
                self._notice(f"no connection to the higher node: {event.detail}")
            case AlertAcknowledged() if self.on_answer is not None:
                self.on_answer(
                    event.alert_id,
                    taken=event.status == AlertAck.ALERT_ACK_STATUS_ACCEPTED,
                    reasons=event.reasons,
                    who=self.client.peer_id or "the higher node",
                )
            case _:
                pass


def _server_tls(request: ServeRequest) -> ssl.SSLContext | None:
    if request.certificates is not None:
        files = credentials_of(request.certificates, site_node_id(request.site))
        return server_context(files.ca, files.certificate, files.key)
    service = request.site.service
    if not service.plain:
        raise InputError(
            request.site.name,
            Fault(
                "the site file names no certificates and does not let in connections without TLS",
                "make certificates with `clearway certs` and name their folder, or set "
                "`plain = true` for a machine or network of its own",
                "service.certificates",
            ),
        )
    if not permits_plain(request.host, service.plain_networks):
        raise InputError(
            request.site.name,
            Fault(
                f"{request.host} is neither this machine nor in a network named for connections "
                "without TLS",
                "listen on 127.0.0.1, or add the network of this address to `plain_networks`",
                "service.plain_networks",
            ),
        )
    return None


def _allowed(request: ServeRequest) -> Callable[[str], bool]:
    """Whether a node is let in: with certificates, while it is on the authority's list.

    The list is read for each node that comes, so that one taken off it stays out from then on.
    """
    if request.certificates is None:
        return lambda _: True
    path = request.certificates / ALLOW_LIST
    AllowList.read(path)  # a list that cannot be read is told at the start

    def permits(node_id: str) -> bool:
        try:
            return AllowList.read(path).permits(node_id)
        except InputError as error:
            request.on_notice(f"nobody new is let in: {error}")
            return False

    return permits


def _plain_guard(site: Site) -> Callable[[str], bool]:
    networks = site.service.plain_networks
    return lambda host: permits_plain(host, [str(network) for network in networks])
