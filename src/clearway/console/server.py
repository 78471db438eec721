"""The console on the network, in the event loop of the service."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import uvicorn

from clearway.console.app import build
from clearway.console.context import ConsoleContext
from clearway.console.door import Door, DoorSettings
from clearway.console.tls import browser_context, certified_hosts
from clearway.errors import ArgumentError, OutputError

__all__ = ["ConsoleServer", "ServerSettings", "serving"]

_SEND_BUFFER: Final = 64 * 1024
"""Bytes: with the kernel's usual megabytes a slow client would be shown seconds of the past before
it is known to be slow."""
_UNTAKEN_MS: Final = 30_000
"""A connection ends whose client has taken nothing for this long, as a phone that sleeps."""
_LARGEST_HEAD: Final = 16 * 1024
_LARGEST_MESSAGE: Final = 64 * 1024
_GRACE_S: Final = 2
_LOCAL_HOSTS: Final = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerSettings:
    """Where the console is served."""

    host: str = "127.0.0.1"
    """Address to listen on."""
    port: int = 8443
    """0 takes any free one."""
    credentials: tuple[Path, Path] | None = None
    """PEM files of the certificate and its key; without them only this machine is served."""
    door: DoorSettings = field(default_factory=DoorSettings)

    def place(self) -> tuple[socket.AddressFamily, Any]:
        """The socket's family and address.

        Raises
        ------
        ArgumentError
            Others than this machine would be served without TLS.
        OSError
            The name cannot be resolved.
        """
        family, *_, place = socket.getaddrinfo(
            self.host, self.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        if self.credentials is None and not ipaddress.ip_address(place[0]).is_loopback:
            raise ArgumentError(
                "host",
                f"{self.host} would show people's whereabouts on the network without TLS",
                "make a certificate with `clearway certs site` and name it, or stay on 127.0.0.1",
            )
        return family, place


@dataclass(frozen=True, slots=True)
class ConsoleServer:
    """A console that is being served."""

    address: str
    """To be opened in a browser."""
    tasks: tuple[asyncio.Task[None], ...]
    """None of them ends before the block does, unless by a defect."""


class _Embedded(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals to the service."""
        yield


@asynccontextmanager
async def serving(
    context: ConsoleContext, settings: ServerSettings
) -> AsyncIterator[ConsoleServer]:
    """Serve the console as long as the block runs.

    Parameters
    ----------
    context : ConsoleContext
    settings : ServerSettings

    Yields
    ------
    ConsoleServer
        It answers already.

    Raises
    ------
    ArgumentError
        Others than this machine would be served without TLS.
    InputError
        The certificate or its key cannot be used.
    OutputError
        The address cannot be listened on.
    """
    tls = None if settings.credentials is None else browser_context(*settings.credentials)
    with _listener(settings) as listener:
        origins = _origins(settings, listener.getsockname()[1])
        # It takes a while, in which the service has other things to do.
        application = await asyncio.to_thread(build, context, origins)
        server = _Embedded(_config(application))
        running = asyncio.create_task(server.serve(sockets=[]))
        try:
            while not server.started:  # there is no event for it
                if running.done():
                    await running
                await asyncio.sleep(0.002)
            door = asyncio.create_task(Door(server, tls, settings.door).run(listener))
            try:
                yield ConsoleServer(_shown(settings, origins), (running, door))
            finally:
                door.cancel()
                with suppress(asyncio.CancelledError):
                    await door
        finally:
            server.should_exit = True
            await running


def _config(app: Callable[..., Any]) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http="h11",
        ws="websockets-sansio",
        lifespan="off",
        # The process has its own; the environment has no say either.
        log_config=None,
        log_level="error",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        h11_max_incomplete_event_size=_LARGEST_HEAD,
        ws_max_size=_LARGEST_MESSAGE,
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=_GRACE_S,
    )


@contextmanager
def _listener(settings: ServerSettings) -> Iterator[socket.socket]:
    where = f"{settings.host}:{settings.port}"
    try:
        family, place = settings.place()
        listener = socket.create_server(place, family=family)
    except OSError as error:
        raise OutputError(
            where,
            f"cannot be listened on ({error.strerror or error})",
            "choose another address or port, or stop the program that holds it",
        ) from error
    with listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _UNTAKEN_MS)
        yield listener


def _origins(settings: ServerSettings, port: int) -> tuple[str, ...]:
    """Under which browsers reach the server."""
    if settings.credentials is None:
        scheme, hosts = "http", dict.fromkeys((settings.host.lower(), *_LOCAL_HOSTS))
        usual = 80
    else:
        scheme, hosts = "https", dict.fromkeys(certified_hosts(settings.credentials[0]))
        usual = 443
    shown = "" if port == usual else f":{port}"
    return tuple(f"{scheme}://{_in_address(host)}{shown}" for host in hosts)


def _shown(settings: ServerSettings, origins: tuple[str, ...]) -> str:
    """The one of the origins that the server was told to listen on, or else the first."""
    own = f"//{_in_address(settings.host.lower())}"
    return next((one for one in origins if own in one), origins[0])


def _in_address(host: str) -> str:
    return f"[{host}]" if ":" in host else host
