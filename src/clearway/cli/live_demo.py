"""`clearway demo --live`: the service and a process per sensor, in real time on this machine."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console

from clearway.errors import OutputError
from clearway.nodes.edge import NodeRequest
from clearway.nodes.fleet import Fleet, demonstration_certificates, fleet, when_done
from clearway.service.recovery import ALERTS_FILE, CHECKPOINT_FILE
from clearway.service.serve import ServeRequest, serve
from clearway.site.reading import read_text, site_from_text
from clearway.twin.crowd import open_crowd
from clearway.twin.random_streams import random_stream


def live_demo(
    site_file: Path,
    folder: Path,
    duration_s: float | None,
    seed: int,
    console: Console,
    notice: Callable[[str], None],
) -> None:
    """Play a site live: the same people, sensors and seed as a run that is not live.

    Parameters
    ----------
    site_file : Path
    folder : Path
        Log and alerts; an earlier demonstration there is replaced.
    duration_s : float, optional
    seed : int
    console : Console
    notice : callable
        Is told in one sentence each what an operator should know.
    """
    _clear(folder)
    text = read_text(site_file)
    site = site_from_text(text, site_file)
    with console.status("simulating the crowd"):
        crowd = open_crowd(site, duration_s=duration_s, rng=random_stream(seed, "crowd"))
    with TemporaryDirectory() as temporary:
        certificates = demonstration_certificates(Path(temporary) / "certificates", site)
        template = NodeRequest(
            site=site,
            sensor=site.sensors[0],
            crowd=crowd,
            seed=seed,
            host="127.0.0.1",
            port=0,
            start_ns=0,
            certificates=certificates,
        )
        with console.status(f"starting {len(site.sensors)} nodes"), fleet(template) as nodes:
            request = ServeRequest(
                site=site,
                site_text=text,
                folder=folder,
                host="127.0.0.1",
                port=0,
                certificates=certificates,
                on_notice=notice,
                on_ready=nodes.go,
            )
            asyncio.run(_serve_while_playing(request, nodes))


def _clear(folder: Path) -> None:
    """Delete an earlier demonstration: its log must not be taken for the past of this one.

    Raises
    ------
    OutputError
        The folder holds anything else.
    """
    if not folder.exists():
        return
    known = {CHECKPOINT_FILE, *(f"{ALERTS_FILE}{suffix}" for suffix in ("", "-wal", "-shm"))}
    others = [
        path.name
        for path in (folder.iterdir() if folder.is_dir() else [folder])
        if path.name not in known and path.suffix != ".mcap"
    ]
    if others:
        raise OutputError(
            folder,
            f"holds more than an earlier live demonstration ({min(others)})",
            "choose another --output",
        )
    shutil.rmtree(folder)


async def _serve_while_playing(request: ServeRequest, nodes: Fleet) -> None:
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(when_done(nodes, stop.set))
        group.create_task(serve(request, stop))
