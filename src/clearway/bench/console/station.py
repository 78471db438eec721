"""A control room and its console in a process of their own, fed without a service.

Parts and wiring are those of `clearway serve`, `clearway.console.station.Station`; only what its
service would show comes from a `Hall`.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from importlib.resources import files
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory

from clearway.accounts.tokens import new_token
from clearway.alarms import Actor, Dismiss, DismissReason, Role
from clearway.bench.console.hall import Hall
from clearway.console.context import ConsoleContext
from clearway.console.security.authentication import session_cookies
from clearway.console.server import ServerSettings, serving
from clearway.console.station import Station, StationSettings
from clearway.control_room.room import ControlRoom
from clearway.domain import NANOSECONDS
from clearway.site.reading import load_site
from clearway.site.schema import Site

__all__ = ["Doors", "Played", "Scene", "run_station", "station_site"]

_OPERATORS = 5


@dataclass(frozen=True, slots=True)
class Scene:
    """What is shown to the control room from now on."""

    seconds: float
    people: int = 500
    rate_hz: float = 12.5
    """Of the people's reports; 0 for none."""
    alarms_per_s: float = 0.0
    dismissed: bool = False
    """Whether each alarm is dismissed before the next comes, as by an operator."""


@dataclass(slots=True)
class Played:
    """What a scene took."""

    reports: int = 0
    seconds: float = 0.0
    processor_s: float = 0.0
    """Of the whole process, threads included."""
    latest_s: float = 0.0
    """Longest time that a report was given after it was due."""
    alarms: dict[str, int] = field(default_factory=dict)
    """When each was told, UTC nanoseconds."""


@dataclass(frozen=True, slots=True)
class Doors:
    """How to get in."""

    address: str
    sessions: tuple[dict[str, str], ...]
    """The cookies of a session, for each page that was asked for."""


def station_site() -> Site:
    """The station of the demonstration."""
    return load_site(Path(str(files("clearway.site") / "station.toml")))


def run_station(pages: int, cores: frozenset[int], link: Connection) -> None:
    """Serve; tell the `Doors`, then play every `Scene` that is asked for and tell what it took."""
    os.sched_setaffinity(0, cores)
    asyncio.run(_run(pages, link))


async def _run(pages: int, link: Connection) -> None:
    with TemporaryDirectory() as folder:
        settings = StationSettings(
            site=station_site(), folder=Path(folder), simulated=True, clock=time.time_ns
        )
        with closing(Station(settings)) as station:
            context = station.context
            async with serving(context, ServerSettings(port=0)) as server:
                running = asyncio.create_task(context.room.run())
                link.send(Doors(server.address, tuple(_sessions(context, pages))))
                while (scene := await asyncio.to_thread(link.recv)) is not None:
                    link.send(await _play(context.room, settings.site, scene))
                running.cancel()
                with suppress(asyncio.CancelledError):
                    await running
            await context.room.close()


def _sessions(context: ConsoleContext, pages: int) -> Iterator[dict[str, str]]:
    """Sign operators in, several pages each."""
    names = [f"operator-{number}" for number in range(1, min(pages, _OPERATORS) + 1)]
    now_ns = context.clock_ns()
    for name in names:
        password = new_token(secrets.token_bytes)
        context.users.add(name, name.title(), Role.OPERATOR, password, now_ns=now_ns)
    for page in range(pages):
        token = context.sessions.open(names[page % len(names)], now_ns=now_ns)
        yield {one.key: one.value or "" for one in session_cookies(token, "http")}


async def _play(room: ControlRoom, site: Site, scene: Scene) -> Played:
    hall = Hall(site, scene.people, scene.rate_hz)
    played = Played()
    processor_s, started_s = time.process_time(), time.monotonic()
    async with asyncio.TaskGroup() as group:
        group.create_task(_show_people(room, hall, scene, played))
        if scene.alarms_per_s:
            group.create_task(_raise_alarms(room, hall, scene, played))
    played.seconds = time.monotonic() - started_s
    played.processor_s = time.process_time() - processor_s
    return played


async def _show_people(room: ControlRoom, hall: Hall, scene: Scene, played: Played) -> None:
    started_s = time.monotonic()
    for step in range(round(scene.seconds * scene.rate_hz)):
        due_s = started_s + step / scene.rate_hz
        await asyncio.sleep(max(0.0, due_s - time.monotonic()))
        played.latest_s = max(played.latest_s, time.monotonic() - due_s)
        room.observe(hall.report(step, time.time_ns()))
        played.reports += 1
    await asyncio.sleep(max(0.0, started_s + scene.seconds - time.monotonic()))


async def _raise_alarms(room: ControlRoom, hall: Hall, scene: Scene, played: Played) -> None:
    started_s = time.monotonic()
    # No two scenes of a station have alarms of the same name.
    first = time.time_ns() // NANOSECONDS * 10_000
    last: str | None = None
    for number in range(round(scene.seconds * scene.alarms_per_s)):
        await asyncio.sleep(
            max(0.0, started_s + (number + 0.5) / scene.alarms_per_s - time.monotonic())
        )
        if last is not None and scene.dismissed:
            await room.act(
                Dismiss(
                    time_ns=time.time_ns(),
                    actor=Actor("operator-1", Role.OPERATOR),
                    alarm_id=last,
                    reason=DismissReason.TEST,
                )
            )
        now_ns = time.time_ns()
        told = hall.alarm(first + number, now_ns)
        last = told.alert_id
        played.alarms[last] = now_ns
        room.observe(told)
