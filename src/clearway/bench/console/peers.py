"""The scale beside the console's server: one that does nothing but send pictures to everybody.

Neither knows who its clients are, or what they have missed; neither has anything else to tell, and
both are given pictures that are ready to be written.  Each message is made once, and sent with
`websockets.asyncio.server.broadcast`.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from enum import StrEnum
from multiprocessing.connection import Connection

import msgspec
from websockets.asyncio.server import ServerConnection, broadcast, serve

from clearway.bench.console.hall import Hall
from clearway.bench.console.station import Doors, Played, Scene, station_site
from clearway.console.frames import FrameFlag, TracksFrame, encode
from clearway.domain import TrackPicture

__all__ = ["Form", "run_peer"]


class Form(StrEnum):
    """How a peer writes a picture."""

    BINARY = "the same frames"
    JSON = "JSON, an object per person"


def run_peer(form: Form, pages: int, cores: frozenset[int], link: Connection) -> None:
    """Serve; tell the `Doors`, then play every `Scene` that is asked for and tell what it took."""
    os.sched_setaffinity(0, cores)
    asyncio.run(_run(form, pages, link))


async def _run(form: Form, pages: int, link: Connection) -> None:
    connections: set[ServerConnection] = set()

    async def keep(connection: ServerConnection) -> None:
        connections.add(connection)
        try:
            await connection.wait_closed()
        finally:
            connections.remove(connection)

    async with serve(keep, "127.0.0.1", 0, compression=None) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        link.send(Doors(f"http://127.0.0.1:{port}", ({},) * pages))
        while (scene := await asyncio.to_thread(link.recv)) is not None:
            link.send(await _play(connections, _WRITERS[form], scene))


async def _play(
    connections: set[ServerConnection], write: Callable[[TrackPicture], str | bytes], scene: Scene
) -> Played:
    hall = Hall(station_site(), scene.people, scene.rate_hz)
    played = Played()
    processor_s, started_s = time.process_time(), time.monotonic()
    for step in range(round(scene.seconds * scene.rate_hz)):
        due_s = started_s + step / scene.rate_hz
        await asyncio.sleep(max(0.0, due_s - time.monotonic()))
        broadcast(connections, write(hall.picture(step, time.time_ns())))
        played.reports += 1
    await asyncio.sleep(max(0.0, started_s + scene.seconds - time.monotonic()))
    played.seconds = time.monotonic() - started_s
    played.processor_s = time.process_time() - processor_s
    return played


class _Person(msgspec.Struct):
    id: int
    x: float
    y: float
    vx: float
    vy: float
    sigma: float
    threat: float
    curtain: float
    trace: float
    mark: int


def _binary(picture: TrackPicture) -> bytes:
    return encode(TracksFrame(picture, 0, FrameFlag.SIMULATED))


def _json(picture: TrackPicture) -> str:
    columns = (
        picture.track_id,
        picture.x_m.round(3),
        picture.y_m.round(3),
        picture.velocity_x_m_s.round(3),
        picture.velocity_y_m_s.round(3),
        picture.sigma_m.round(3),
        picture.threat.round(5),
        picture.examined_curtain.round(3),
        picture.examined_trace.round(3),
        picture.mark,
    )
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return msgspec.json.encode([_Person(*row) for row in rows]).decode()


_WRITERS: dict[Form, Callable[[TrackPicture], str | bytes]] = {
    Form.BINARY: _binary,
    Form.JSON: _json,
}
