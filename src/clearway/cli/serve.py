"""`clearway serve`, `clearway node` and `clearway replay`: the live service and its log."""

from __future__ import annotations

from contextlib import closing, suppress
from dataclasses import replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from clearway.cli.addresses import host_and_port
from clearway.cli.notices import printer
from clearway.cli.run import CrowdOption, DurationOption, RateOption, SeedOption

if TYPE_CHECKING:
    import asyncio

SiteArgument = Annotated[Path, typer.Argument(help="Site file (TOML).", show_default=False)]
CertificatesOption = Annotated[
    Path | None, typer.Option(help="Folder made by `clearway certs`; default: the site file's.")
]


class SensorChoice(StrEnum):
    """Values of ``KIND``: those of the site file, whose module would make ``--help`` wait."""

    CAMERA = "camera"
    CURTAIN = "curtain"
    TRACE = "trace"


def serve(
    site: SiteArgument,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="TCP port; 0 takes a free one.")] = None,
    certificates: CertificatesOption = None,
    folder: Annotated[
        Path | None, typer.Option("--log", help="Folder of log, alerts and checkpoint.")
    ] = None,
    parent: Annotated[
        str | None, typer.Option(help="HOST:PORT of a higher fusion node to report to.")
    ] = None,
    mqtt: Annotated[
        str | None, typer.Option(help="HOST:PORT of an MQTT broker, instead of the site file's.")
    ] = None,
    tak: Annotated[
        str | None,
        typer.Option(
            help="tls://, tcp:// or udp:// address for guards' phones, instead of the site file's."
        ),
    ] = None,
    cap: Annotated[Path | None, typer.Option(help="Folder for CAP alert files.")] = None,
    console: Annotated[
        str | None,
        typer.Option(help="HOST:PORT to serve the control room's pages on; default: the site's."),
    ] = None,
    headless: Annotated[
        bool, typer.Option("--headless", help="Without the control room and its pages.")
    ] = False,
) -> None:
    """Accept sensors, follow people, raise alerts, serve the console: until interrupted."""
    from clearway.cli.bridging import Wanted, bridges_of
    from clearway.cli.control_room import settings_of
    from clearway.cli.stopping import run_until_stopped
    from clearway.service.serve import ServeRequest
    from clearway.service.serve import serve as run_service
    from clearway.site.reading import read_text, site_from_text

    text = read_text(site)
    known = site_from_text(text, site)
    settings = known.service
    terminal = Console()
    notice = printer(terminal)
    kept = folder or site.parent / settings.log
    named = None if settings.certificates is None else site.parent / settings.certificates
    request = ServeRequest(
        site=known,
        site_text=text,
        folder=kept,
        host=host or settings.host,
        port=settings.port if port is None else port,
        certificates=certificates or named,
        parent=None if parent is None else host_and_port(parent, "--parent"),
        bridges=bridges_of(Wanted(known, site, text, mqtt, tak, cap), notice),
        on_notice=notice,
        on_ready=lambda bound: terminal.print(f"Listening on port {bound}", highlight=False),
    )
    if not headless:
        from clearway.console.station import Station

        room = settings_of(known, site, kept, console, terminal)
        request = replace(request, companion=lambda: closing(Station(room)))
    run_until_stopped(lambda stop: run_service(request, stop))


def node(
    kind: Annotated[SensorChoice, typer.Argument(help="Which sensors to play.")],
    site: SiteArgument,
    connect: Annotated[str | None, typer.Option(help="HOST:PORT; default: the site's.")] = None,
    sensor: Annotated[
        str | None, typer.Option(help="Id of one sensor; default: all of this kind.")
    ] = None,
    simulate: Annotated[
        bool, typer.Option("--simulate", help="Play the twin; there is nothing else to play yet.")
    ] = False,
    crowd: CrowdOption = None,
    rate: RateOption = None,
    duration: DurationOption = None,
    seed: SeedOption = 1,
    start: Annotated[
        datetime | None,
        typer.Option(help="UTC of the beginning, a whole second; the same for all nodes."),
    ] = None,
    certificates: CertificatesOption = None,
) -> None:
    """Play sensors of a site as SAPIENT nodes in real time."""
    import asyncio

    from clearway.cli.stopping import run_until_stopped
    from clearway.errors import ArgumentError
    from clearway.nodes.edge import NodeRequest, run_node
    from clearway.profile import sensor_node_id
    from clearway.sapient.security import node_context
    from clearway.site.reading import load_site
    from clearway.site.schema import SensorKind
    from clearway.twin.crowd import open_crowd
    from clearway.twin.random_streams import random_stream

    if not simulate:
        raise ArgumentError(
            "--simulate",
            "real sensors bring their own program",
            "add --simulate, or see the how-to page on connecting a sensor",
        )
    known = load_site(site)
    played = SensorKind(kind.value)
    wanted = [
        one for one in known.sensors if one.kind is played and (sensor is None or one.id == sensor)
    ]
    if not wanted:
        ids = ", ".join(one.id for one in known.sensors if one.kind is played) or "none"
        raise ArgumentError("--sensor", f"no such {kind.value}", f"name one of: {ids}")
    settings = known.service
    host, port = (
        (settings.host, settings.port) if connect is None else host_and_port(connect, "--connect")
    )
    named = None if settings.certificates is None else site.parent / settings.certificates
    for one in wanted:
        # A node does this itself, but only after the crowd was simulated, which takes minutes.
        node_context(certificates or named, sensor_node_id(known, one))
    people = open_crowd(
        known,
        crowd_file=crowd,
        rate_per_min=rate,
        duration_s=duration,
        rng=random_stream(seed, "crowd"),
    )
    begin = start.replace(tzinfo=UTC) if start is not None else datetime.now(UTC)
    start_ns = (int(begin.timestamp()) + (0 if start is not None else 3)) * 1_000_000_000
    requests = [
        NodeRequest(
            site=known,
            sensor=one,
            crowd=people,
            seed=seed,
            host=host,
            port=port,
            start_ns=start_ns,
            certificates=certificates or named,
            on_notice=printer(Console()),
        )
        for one in wanted
    ]

    async def play(stop: asyncio.Event) -> None:
        playing = asyncio.gather(*(run_node(request) for request in requests))
        playing.add_done_callback(lambda _: stop.set())
        await stop.wait()
        playing.cancel()
        with suppress(asyncio.CancelledError):
            await playing

    run_until_stopped(play)


def replay(
    log: Annotated[Path, typer.Argument(help="A log's folder or file.", show_default=False)],
) -> None:
    """Run a log through the engine again and compare the alerts with those told live."""
    from clearway.cli.replay_table import print_replay
    from clearway.service.replay import replay_log

    console = Console()
    with console.status("replaying"):
        result = replay_log(log)
    print_replay(console, result)
    if not result.same_as_live:
        raise typer.Exit(1)
