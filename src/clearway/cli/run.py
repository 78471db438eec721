"""`clearway demo` and `clearway run`: one world through the engine."""

from __future__ import annotations

import sys
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from clearway.cli.progress import showing_progress
from clearway.cli.simulate import Accuracy

if TYPE_CHECKING:
    from clearway.site.schema import Site
    from clearway.twin.passages.crowd_passages import CurtainPhysics

CrowdOption = Annotated[
    Path | None,
    typer.Option(
        help="Recorded trajectories (HERMES or PeTrack text, JuPedSim SQLite, CSV; .gz too) "
        "or a demand list."
    ),
]
RateOption = Annotated[
    float | None, typer.Option(min=0.1, help="Mean arrivals in persons per minute.")
]
DurationOption = Annotated[
    float | None, typer.Option(min=1.0, help="Length of the run in simulated seconds.")
]
SeedOption = Annotated[int, typer.Option(min=0, help="Decides every random draw.")]
ThreadsOption = Annotated[
    int, typer.Option(min=1, help="Sensors simulated side by side; changes no result.")
]


def demo(
    output: Annotated[
        Path | None,
        typer.Option(help="Folder for the results; default output/demo-live, or output/demo."),
    ] = None,
    duration: DurationOption = 180.0,
    # Seed 1 draws an unusually quiet three minutes, 48 arrivals a minute instead of 60.
    seed: SeedOption = 2,
    threads: ThreadsOption = 1,
    headless: Annotated[
        bool,
        typer.Option(
            "--headless", help="Faster than real time, ending in a report; so it is without input."
        ),
    ] = False,
    live: Annotated[
        bool, typer.Option("--live", help="In real time also without input, and for one crowd.")
    ] = False,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="TCP port of the console; 0 takes a free one.")
    ] = 0,
) -> None:
    """A station corridor live in the browser, until interrupted."""
    with as_file(files("clearway.site") / "station.toml") as site:
        if headless or not (live or sys.stdin.isatty()):
            run(
                site,
                output=output or Path("output/demo"),
                duration=duration,
                seed=seed,
                threads=threads,
                headless=headless,
            )
            return
        from clearway.cli.live_demo import DemoRequest, live_demo
        from clearway.cli.notices import printer

        terminal = Console()
        folder = output or Path("output/demo-live")
        rounds = 1 if live else None
        request = DemoRequest(site, folder, duration, seed, rounds, port)
        live_demo(request, terminal, printer(terminal))
        terminal.print(f"Log and alerts: {folder}; `clearway replay {folder}` runs them again")


def run(
    site: Annotated[Path, typer.Argument(help="Site file (TOML).", show_default=False)],
    crowd: CrowdOption = None,
    rate: RateOption = None,
    duration: DurationOption = None,
    seed: SeedOption = 1,
    threads: ThreadsOption = 1,
    output: Annotated[
        Path | None, typer.Option(help="Folder for the results; default output/SITE.")
    ] = None,
    headless: Annotated[
        bool, typer.Option("--headless", help="Plain output without a live display.")
    ] = False,
    curtain_physics: Annotated[
        str | None,
        typer.Option(
            metavar="MODEL",
            help="Simulate each passage of each curtain and let this recogniser read it, for short "
            "scenes: a passage takes minutes. Folder of a model, or the name of one that comes "
            "with Clearway.",
            show_default="passages drawn by the site file's rates or figures",
        ),
    ] = None,
    most_looks: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="With --curtain-physics: looks of each panel at a passage, evenly chosen.",
            show_default="all",
        ),
    ] = None,
    accuracy: Annotated[
        Accuracy | None,
        typer.Option(
            help="With --curtain-physics: of the simulated echoes.", show_default="training"
        ),
    ] = None,
) -> None:
    """Run a site: simulate or replay a crowd, follow it, raise alerts and report."""
    from clearway.cli.summary_table import print_summary
    from clearway.site.reading import load_site
    from clearway.trial.files import REPORT_FILE
    from clearway.trial.run import RunRequest, execute

    console = Console()
    folder = output or Path("output") / site.stem
    plan = load_site(site)
    physics = _physics(plan, site.parent, curtain_physics, most_looks, accuracy)
    request = RunRequest(
        site=plan,
        output=folder,
        site_file=site,
        crowd_file=crowd,
        rate_per_min=rate,
        duration_s=duration,
        seed=seed,
        threads=threads,
        curtain_physics=physics,
    )
    with showing_progress(console, live=console.is_terminal and not headless) as progress:
        summary = execute(request, progress)
    print_summary(console, summary)
    console.print(f"Report: {folder / REPORT_FILE}", soft_wrap=True)


def _physics(
    site: Site, folder: Path, model: str | None, most_looks: int | None, accuracy: Accuracy | None
) -> CurtainPhysics | None:
    """Check all that can be wrong before anybody waits for a crowd."""
    from clearway.errors import ArgumentError

    if model is None:
        for option, value in (("--most-looks", most_looks), ("--accuracy", accuracy)):
            if value is not None:
                problem = "is given without --curtain-physics, which alone needs it"
                raise ArgumentError(option, problem, "name a recogniser as well, or leave it out")
        return None
    from clearway.recognition import Recogniser
    from clearway.recognition.evaluation import NamedModel
    from clearway.recognition.measured_place import measured_place
    from clearway.scattering.settings import Settings
    from clearway.site.radar import radar_of
    from clearway.twin.passages.crowd_passages import CurtainPhysics

    if not site.curtains:
        problem, remedy = "is given, and the site has no curtain", "leave it out"
        raise ArgumentError("--curtain-physics", problem, remedy)
    for sensor in site.curtains:
        radar_of(sensor, folder)
    named = NamedModel(Path(model).name, Recogniser.load(model))
    about = named.recogniser.about
    return CurtainPhysics(
        named.recogniser,
        measured_place,
        model,
        f"{named.name} ({about.kind} {about.version})",
        named.identity,
        Settings() if accuracy is Accuracy.REFERENCE else Settings.training(),
        most_looks,
        folder,
    )
