"""The live demonstration: the service and a process per sensor, in real time on this machine."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from rich.console import Console

from clearway.cli.stopping import run_until_stopped
from clearway.console.demonstration import PEOPLE, demonstration_links
from clearway.console.server import ServerSettings
from clearway.console.station import Station, StationSettings
from clearway.errors import OutputError
from clearway.nodes.edge import NodeRequest
from clearway.nodes.fleet import demonstration_certificates
from clearway.nodes.rounds import Rounds, rounds, simulated_crowd
from clearway.service.folder_lock import LOCK_FILE, held
from clearway.service.serve import ServeRequest, serve
from clearway.site.reading import read_text, site_from_text
from clearway.site.schema import Site

_MARK: Final = "demonstration"
"""File without which a folder is somebody's own, and nothing is deleted in it."""


@dataclass(frozen=True, slots=True)
class DemoRequest:
    """What is played, and to whom it is shown."""

    site_file: Path
    folder: Path
    """Log, alerts and all that the control room keeps; an earlier demonstration is replaced."""
    duration_s: float | None
    """Of one crowd."""
    seed: int
    """Of the first crowd."""
    rounds: int | None = 1
    """How many crowds follow each other; None for no end."""
    port: int | None = None
    """TCP port of the console, 0 for any free one; None for none."""


def live_demo(request: DemoRequest, terminal: Console, notice: Callable[[str], None]) -> None:
    """Play a site live: the same people, sensors and seed as a run that is not live.

    Parameters
    ----------
    request : DemoRequest
    terminal : Console
    notice : callable
        Is told in one sentence each what an operator should know.
    """
    _clear(request.folder)
    text = read_text(request.site_file)
    site = site_from_text(text, request.site_file)
    with terminal.status("simulating the crowd"):
        crowd = simulated_crowd(site, request.duration_s, request.seed)
    with TemporaryDirectory() as temporary:
        certificates = demonstration_certificates(Path(temporary) / "certificates", site)
        template = NodeRequest(
            site=site,
            sensor=site.sensors[0],
            crowd=crowd,
            seed=request.seed,
            host="127.0.0.1",
            port=0,
            start_ns=0,
            certificates=certificates,
        )
        starting = terminal.status(f"starting {len(site.sensors)} nodes")
        starting.start()
        with rounds(template, request.rounds) as playing:
            starting.stop()
            ready: asyncio.Queue[int] = asyncio.Queue()
            port = request.port
            service = ServeRequest(
                site=site,
                site_text=text,
                folder=request.folder,
                host="127.0.0.1",
                port=0,
                certificates=certificates,
                on_notice=notice,
                on_ready=ready.put_nowait,
                companion=None
                if port is None
                else lambda: closing(_station(site, request.folder, port, terminal)),
            )
            run_until_stopped(lambda stop: _play(service, playing, ready, stop))


def _station(site: Site, folder: Path, port: int, terminal: Console) -> Station:
    def show(address: str) -> None:
        terminal.print(f"Console: {address}", highlight=False)
        for name, link in demonstration_links(station.context, address).items():
            display, role = PEOPLE[name]
            said = f"  as {display} ({role}): {link}"
            terminal.print(said, highlight=False, soft_wrap=True)
        terminal.print("These people are simulated. Ctrl-C ends the demonstration.")

    station = Station(
        StationSettings(
            site=site,
            folder=folder,
            simulated=True,
            is_demonstration=True,
            server=ServerSettings(port=port),
            on_address=show,
        )
    )
    return station


async def _play(
    request: ServeRequest, playing: Rounds, ready: asyncio.Queue[int], stop: asyncio.Event
) -> None:
    serving = asyncio.create_task(serve(request, stop))
    rounds_over = asyncio.create_task(_rounds(playing, ready))
    try:
        await asyncio.wait((serving, rounds_over), return_when=asyncio.FIRST_COMPLETED)
    finally:
        stop.set()
        rounds_over.cancel()
        await asyncio.gather(serving, rounds_over, return_exceptions=True)
    for task in (serving, rounds_over):
        if not task.cancelled():
            task.result()


async def _rounds(playing: Rounds, ready: asyncio.Queue[int]) -> None:
    await playing.play(await ready.get())


def _clear(folder: Path) -> None:
    """Delete an earlier demonstration: its log must not be taken for the past of this one.

    Raises
    ------
    OutputError
        The folder holds anything that is no demonstration's, or one is running there.
    """
    is_new = not folder.exists() or (folder.is_dir() and not any(folder.iterdir()))
    if not is_new and not (folder / _MARK).is_file():
        problem = "holds something else than a demonstration"
        raise OutputError(folder, problem, "choose another --output")
    with held(folder):
        for path in folder.iterdir():
            if path.is_dir():
                shutil.rmtree(path)
            elif path.name not in {_MARK, LOCK_FILE}:
                path.unlink()
        (folder / _MARK).write_text("This folder is deleted by the next demonstration.\n", "utf-8")
