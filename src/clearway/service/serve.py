"""The live service on its sockets."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import (
    AbstractAsyncContextManager,
    AbstractContextManager,
    AsyncExitStack,
    closing,
    contextmanager,
    suppress,
)
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from clearway.bridges.bridge import AnyBridge
from clearway.errors import ArgumentError, InputError, OutputError
from clearway.recording import LogSettings, LogWriter
from clearway.sapient.bindings import AlertAck, SapientMessage
from clearway.sapient.security import handshake_problem
from clearway.sapient.server import Server
from clearway.service.admission import certified, check_plain, uncertified
from clearway.service.alert_store import AlertStore
from clearway.service.clock import SteadyClock
from clearway.service.folder_lock import held
from clearway.service.live import TICK_S, LiveService
from clearway.service.outputs import Observed
from clearway.service.parent import Parent
from clearway.service.recovery import ALERTS_FILE
from clearway.site.schema import Site

_SET_BACK_S = 5.0
_SET_BACK = "was set back here: what sensors send now seems to come too late; restart the service"


class Companion(Protocol):
    """What runs beside a service, in the same event loop: a control room."""

    def observe(self, what: Observed) -> None:
        """Take what the service shows, from its first moment on."""

    def beside(self, service: LiveService) -> AbstractAsyncContextManager[None]:
        """Run as long as the block does."""


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
    companion: Callable[[], AbstractContextManager[Companion]] | None = None
    """Opens what runs beside the service; called once nothing stands in the service's way."""


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
    if request.parent is not None and request.certificates is None:
        check_plain(site, request.parent[0], "the higher node")
    admission = (
        uncertified(site, request.host)
        if request.certificates is None
        else certified(site, request.certificates, request.on_notice)
    )
    clock = SteadyClock()
    log_settings = LogSettings(keep_days=site.service.log_keep_days)
    async with AsyncExitStack() as stack:
        stack.enter_context(held(request.folder))
        companion = _opened(request, stack)
        store = stack.enter_context(closing(AlertStore(request.folder / ALERTS_FILE)))
        log = LogWriter(
            request.folder, site=request.site_text, now_ns=clock(), settings=log_settings
        )
        stack.callback(log.close)

        def send(node_id: str, message: SapientMessage) -> bool:
            return server.send(node_id, message)

        def acknowledge(node_id: str, alert_id: str) -> None:
            with suppress(ArgumentError):  # answered already
                server.acknowledge_alert(node_id, alert_id, AlertAck.ALERT_ACK_STATUS_ACCEPTED)

        service = LiveService(
            site,
            request.folder,
            log=log,
            store=store,
            clock=clock,
            send=send,
            acknowledge=acknowledge,
            listeners=[bridge.offer for bridge in request.bridges],
            observe=_nobody if companion is None else companion.observe,
            on_notice=request.on_notice,
        )
        stack.callback(service.close)
        stack.enter_context(short_collections())
        server = Server(
            service.node_id,
            service.handle,
            host=request.host,
            port=request.port,
            tls=admission.tls,
            identify=admission.identify,
            explain=handshake_problem,
            permits_node=lambda one: service.knows(one) and admission.permits_node(one),
            permits_host=admission.permits_host,
            clock=clock,
        )
        await _start(server, request)
        stack.push_async_callback(server.close)
        parent = None
        if request.parent is not None:
            parent = Parent(
                site,
                request.parent,
                service,
                certificates=request.certificates,
                on_notice=request.on_notice,
                clock=clock,
            )
            service.add_listener(parent.tell)
            await stack.enter_async_context(parent.client)
        bridging = [asyncio.ensure_future(bridge.run()) for bridge in request.bridges]
        stack.push_async_callback(_ended, bridging)
        if companion is not None:
            await stack.enter_async_context(companion.beside(service))
        request.on_ready(server.port)
        while not stop.is_set():
            service.tick()
            if clock.ahead_s > _SET_BACK_S:
                service.complain("clock", _SET_BACK)
            if parent is not None:
                parent.advance()
            try:
                await asyncio.wait_for(stop.wait(), TICK_S)
            except TimeoutError:
                continue


def _opened(request: ServeRequest, stack: AsyncExitStack) -> Companion | None:
    """What runs beside the service; if it cannot, people are followed without it."""
    if request.companion is None:
        return None
    try:
        return stack.enter_context(request.companion())
    except (InputError, OutputError) as error:
        request.on_notice(f"WITHOUT A CONTROL ROOM, restart the service when mended: {error}")
        return None


async def _start(server: Server, request: ServeRequest) -> None:
    try:
        await server.start()
    except OSError as error:
        raise OutputError(
            f"{request.host}:{request.port}",
            f"cannot be listened on ({error.strerror or error})",
            "choose another --port or --host, or stop the program that holds it",
        ) from error


def _nobody(_: Observed) -> None:
    """Show it to nobody."""


@contextmanager
def short_collections() -> Iterator[None]:
    """Leave out of garbage collections what is there by now and stays.

    A full collection looks at every object while everything else waits: a tenth of a second, of
    which all but a few milliseconds go to modules that are never garbage.
    """
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


async def _ended(tasks: Sequence[asyncio.Future[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
