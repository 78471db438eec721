"""Processor time of a console's server that shows many people to many pages."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any, Final

from clearway.bench.console.clients import Counts, run_clients
from clearway.bench.console.peers import Form, run_peer
from clearway.bench.console.processes import Beside, beside
from clearway.bench.console.station import Doors, Played, Scene, run_station
from clearway.console.door import DoorSettings
from clearway.errors import ArgumentError

__all__ = ["NOBODY", "OWN", "PEER", "Served", "measure_load"]

OWN: Final = "Clearway"
PEER: Final = "websockets"
NOBODY: Final = "Clearway, no page open"
_SILENT: Final = "Clearway, nobody to be seen"

_WARM_UP_S = 1.0
_ARRIVE_S = 0.5
"""For what is under way."""


@dataclass(frozen=True, slots=True)
class Served:
    """One server, for one stretch of time."""

    name: str
    pages: int
    scene: Scene
    played: Played
    counts: Counts

    @property
    def processor_share(self) -> float:
        """Of one core, that the server's process used."""
        return self.played.processor_s / self.played.seconds

    @property
    def due(self) -> int:
        """Frames that all pages together should have been sent."""
        return self.played.reports * self.pages


def measure_load(
    scene: Scene, pages: int, repeats: int, tell: Callable[[Served], object] = lambda _: None
) -> list[Served]:
    """Serve in turn: the console, with and without pages and people, and both peers.

    Where there are several cores, the servers have the last one and the pages the others, so that
    a share is one of one core.

    Parameters
    ----------
    scene : Scene
        For each server and repeat.
    pages : int
        Open at once.
    repeats : int
        Rounds; in each, every server has its turn, so that what slows the machine for a while
        slows all.
    tell : callable
        Is told each result as it is found.

    Raises
    ------
    ArgumentError
        The server lets so many pages of one machine not in, or a process ended before its time.
    """
    most = DoorSettings().per_address
    if not 0 < pages <= most:
        raise ArgumentError(
            "pages", f"is {pages}", f"give 1 to {most}, which the console serves to one address"
        )
    cores = sorted(os.sched_getaffinity(0))
    last, others = frozenset(cores[-1:]), frozenset(cores[:-1] or cores)
    found: list[Served] = []
    with ExitStack() as stack:

        def opened(task: Callable[..., None], *arguments: object) -> tuple[Beside, Beside]:
            server = stack.enter_context(beside(task, *arguments, pages, last))
            doors: Doors = server.hear()
            clients = stack.enter_context(beside(run_clients, doors, others))
            clients.hear()
            return server, clients

        own = opened(run_station)
        peers = {f"{PEER}, {form}": opened(run_peer, form) for form in Form}
        empty = stack.enter_context(beside(run_station, 0, last))
        empty.hear()
        for _ in range(repeats):
            turns: list[tuple[str, Scene, int, tuple[Beside, Beside | None]]] = [
                (OWN, scene, pages, own),
                *((name, scene, pages, peer) for name, peer in peers.items()),
                (NOBODY, scene, 0, (empty, None)),
                (_SILENT, replace(scene, rate_hz=0.0), pages, own),
            ]
            for name, what, count, (server, clients) in turns:
                played, counts = _turn(what, server, clients)
                found.append(Served(name, count, what, played, counts))
                tell(found[-1])
    return found


def _turn(scene: Scene, server: Beside, clients: Beside | None) -> tuple[Played, Counts]:
    server.ask(replace(scene, seconds=_WARM_UP_S))
    _counted(clients)
    played: Played = server.ask(scene, scene.seconds + 60.0)
    return played, _counted(clients)


def _counted(clients: Beside | None) -> Any:
    time.sleep(_ARRIVE_S)
    return Counts() if clients is None else clients.ask("counts")
