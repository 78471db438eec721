"""A server and peers on this machine, on ports that the system picks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Self, TypeVar

import numpy as np

from clearway.sapient.bindings import SapientMessage
from clearway.sapient.client import Client, ClientEvent, ClientSettings
from clearway.sapient.frames import FrameReader, frame
from clearway.sapient.link import LinkSettings
from clearway.sapient.server import Server, ServerEvent, ServerSettings
from clearway.sapient.session import EdgeSettings, FusionSettings, ulid_source
from tests.sapient.messages import NODE, changed, message
from tests.sapient.session.harness import FUSION, SECOND, START_NS, stamped

_Kind = TypeVar("_Kind")
PATIENCE_S = 20.0
"""Until a test gives up; nothing depends on how long anything takes."""


@dataclass
class Heard:
    """What a server or a client has told."""

    events: list[Any] = field(default_factory=list)
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def __call__(self, event: ServerEvent | ClientEvent) -> None:
        self.events.append(event)
        self._news.set()

    def of(self, kind: type[_Kind]) -> list[_Kind]:
        return [event for event in self.events if isinstance(event, kind)]

    async def until(self, kind: type[_Kind], number: int = 1) -> list[_Kind]:
        """The events of a kind, once there are so many."""
        async with asyncio.timeout(PATIENCE_S):
            while len(found := self.of(kind)) < number:
                self._news.clear()
                await self._news.wait()
        return found


class FakeClock:
    """Moves only when told."""

    def __init__(self) -> None:
        self.now_ns = START_NS

    def __call__(self) -> int:
        return self.now_ns

    def wait(self, seconds: float) -> None:
        self.now_ns += round(seconds * SECOND)


def server_settings(
    session: FusionSettings | None = None,
    peers: int = 64,
    connection_burst: float = 200.0,
    handshake_s: float = 10.0,
    **link: Any,
) -> ServerSettings:
    """Settings that do not keep a test waiting."""
    return ServerSettings(
        peers=peers,
        connections_per_s=1e-3,
        connection_burst=connection_burst,
        handshake_s=handshake_s,
        tick_s=0.01,
        link=LinkSettings(**{"linger_s": 0.2, **link}),
        session=session or FusionSettings(),
    )


@asynccontextmanager
async def serving(
    on_event: Callable[[ServerEvent], None],
    clock: FakeClock | None = None,
    settings: ServerSettings | None = None,
    **more: Any,
) -> AsyncIterator[Server]:
    """A server; it must be rid of all its connections at the end."""
    async with Server(
        FUSION,
        on_event,
        settings=settings or server_settings(),
        clock=clock or FakeClock(),
        **more,
    ) as server:
        yield server
    assert server.peers == 0


class Socket:
    """A peer that sends what a test wants, sense or nonsense."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        node_id: str,
        time_ns: int,
    ) -> None:
        self._reader, self.writer = reader, writer
        self._frames = FrameReader()
        self._waiting: list[bytes] = []
        self.node_id = node_id
        self.time_ns = time_ns

    @classmethod
    async def connect(
        cls, port: int, node_id: str = NODE, time_ns: int = START_NS, **more: Any
    ) -> Self:
        return cls(*await asyncio.open_connection("127.0.0.1", port, **more), node_id, time_ns)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.writer.transport.abort()
        await asyncio.gather(self.writer.wait_closed(), return_exceptions=True)

    def framed(self, kind: str, **changes: Any) -> bytes:
        built = changed(kind, **changes)
        return frame(stamped(built, self.time_ns, self.node_id).SerializeToString())

    def say(self, kind: str, **changes: Any) -> None:
        self.writer.write(self.framed(kind, **changes))

    async def hear(self) -> SapientMessage | None:
        """The next message; None at the end of the connection."""
        async with asyncio.timeout(PATIENCE_S):
            while not self._waiting:
                try:
                    data = await self._reader.read(1 << 16)
                except OSError:
                    return None
                if not data:
                    return None
                self._waiting += self._frames.feed(data)
        return SapientMessage.FromString(self._waiting.pop(0))

    async def hear_the_end(self) -> list[SapientMessage]:
        """Everything up to the end of the connection."""
        heard = []
        while (last := await self.hear()) is not None:
            heard.append(last)
        return heard

    async def begin(self) -> Self:
        """Register and send the initial StatusReport."""
        self.say("registration")
        answer = await self.hear()
        assert answer is not None
        assert answer.registration_ack.acceptance
        self.say("status_report")
        return self


def client(
    port: int,
    on_event: Callable[[ClientEvent], None],
    *,
    host: str = "127.0.0.1",
    node_id: str = NODE,
    clock: Callable[[], int] | None = None,
    retry_ns: int = SECOND // 50,
    registration_ns: int = 30 * SECOND,
    **more: Any,
) -> Client:
    """A node that does not keep a test waiting."""
    settings = ClientSettings(
        tick_s=0.01,
        link=LinkSettings(linger_s=0.2),
        session=EdgeSettings(retry_ns=retry_ns, registration_ns=registration_ns),
    )
    options = {"settings": settings, **more}
    if clock is not None:
        options["clock"] = clock
    return Client(
        host,
        port,
        node_id,
        message("registration").registration,
        message("status_report").status_report,
        ulid_source(np.random.default_rng(3)),
        on_event,
        **options,
    )
