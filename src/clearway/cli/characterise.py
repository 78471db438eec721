"""`clearway curtain characterise`: figures of a curtain, for the site file and the twin."""

from __future__ import annotations

import os
import shlex
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from clearway.cli.progress import counting
from clearway.cli.simulate import Accuracy

if TYPE_CHECKING:
    from clearway.recognition.evaluation import NamedModel
    from clearway.site.radar import Radar
    from clearway.site.schema import Curtain, Site
    from clearway.twin.figures.file import Figures, Provenance
    from clearway.twin.figures.summary import Rate
    from clearway.twin.passages.characterising import Plan

__all__ = ["characterise"]

_TABLE_WIDTH = 120


def characterise(
    site: Annotated[
        Path,
        typer.Argument(
            help="Site file (TOML) whose curtain has a radar table.",
            metavar="SITE",
            show_default=False,
        ),
    ],
    curtain: Annotated[
        str | None,
        typer.Option(help="Id of the curtain.", show_default="the one with a radar table"),
    ] = None,
    passages: Annotated[
        int, typer.Option(min=1, help="Passages with each threat, as many with nothing.")
    ] = 473,
    model: Annotated[
        str | None,
        typer.Option(
            help="Folder of a model, or the name of one that comes with Clearway.",
            show_default="the one that comes with Clearway",
        ),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Decides every random draw.")] = 1,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", "-o", help="File to write.", show_default="CURTAIN.parquet beside SITE"
        ),
    ] = None,
    accuracy: Annotated[
        Accuracy, typer.Option(help="Of the simulated echoes: training is several times faster.")
    ] = Accuracy.REFERENCE,
    most_frames: Annotated[
        int | None,
        typer.Option(min=1, help="Looks of a passage, evenly chosen.", show_default="all"),
    ] = None,
    threads: Annotated[int, typer.Option(min=1, help="For the echoes.")] = 1,
) -> None:
    """Measure a curtain on simulated passages, for the twin; stop and go on as you like."""
    from clearway.recognition import Recogniser
    from clearway.recognition.evaluation import NamedModel
    from clearway.recognition.measured_place import measured_place
    from clearway.scattering.settings import Settings
    from clearway.site.radar import radar_of
    from clearway.site.reading import load_site
    from clearway.twin.figures.collecting import collect
    from clearway.twin.figures.snippet import site_lines
    from clearway.twin.passages.characterising import Plan, characterised_rows

    console = Console(highlight=False, markup=False, soft_wrap=True)
    sensor = _curtain(load_site(site), curtain)
    radar = radar_of(sensor, site.parent)
    place = model or _packaged()
    named = NamedModel(Path(place).name, Recogniser.load(place))
    settings = Settings() if accuracy is Accuracy.REFERENCE else Settings.training()
    plan = Plan(replace(settings, threads=threads), most_frames=most_frames)
    target = out or site.parent / f"{sensor.id}.parquet"
    options = {"--curtain": sensor.id, "--passages": passages, "--model": named.name}
    options |= {"--seed": seed, "--accuracy": accuracy.value}
    options |= {} if most_frames is None else {"--most-frames": most_frames}
    words = [site.name, *(str(word) for option in options.items() for word in option)]
    provenance = _provenance(named, radar, plan, seed, shlex.join(words))

    with counting(console, "walks", passages) as done:
        figures = collect(
            target,
            passages,
            lambda walk: characterised_rows(
                walk, seed, radar, named.recogniser, measured_place, plan
            ),
            provenance,
            done,
        )
    _print(console, figures)
    console.print(f"\nFigures: {target}\nFor the site file:\n")
    relative = os.path.relpath(target, site.parent)
    console.print(site_lines(figures, Path(relative).as_posix(), sensor.id))


def _print(console: Console, figures: Figures) -> None:
    from clearway.domain import ThreatClass
    from clearway.twin.figures.summary import position_noise, strata

    table = Table(
        title="Share of the passages, its 95 % interval, number of passages", show_lines=True
    )
    pd = (f"Pd {threat.value.replace('_', ' ')}" for threat in ThreatClass)
    for head in ("", "examined", *pd, "nuisance, any", "Pfa, any"):
        table.add_column(head)
    for one in strata(figures.rows):
        rates = (one.examined, *one.pd.values(), one.nuisance, one.pfa)
        table.add_row(f"{one.condition}\n{one.name}".replace("_", " ").strip(), *map(_cell, rates))
    # Narrower, the figures themselves would be cut in two.
    Console(width=max(console.width, _TABLE_WIDTH)).print(table)
    noise = position_noise(figures.rows)
    if noise is not None:
        mean, sigma = ([f"{value:.3f}" for value in pair] for pair in (noise.mean_m, noise.sigma_m))
        console.print(
            f"Position, along the panel and away from it: mean error {', '.join(mean)} m, "
            f"standard deviation {', '.join(sigma)} m, n {noise.cases}"
        )
    console.print(f"Source: {figures.source}")


def _cell(rate: Rate) -> str:
    value, low, high = rate.figure
    if value is None:
        return "-"
    return f"{value:.3f}\n{low:.3f}-{high:.3f}\n{rate.cases}"


def _provenance(
    model: NamedModel, radar: Radar, plan: Plan, seed: int, arguments: str
) -> Provenance:
    from clearway import __version__
    from clearway.twin.figures.file import Provenance, radar_digest

    about = model.recogniser.about
    return Provenance(
        recogniser=f"{model.name} ({about.kind} {about.version})",
        recogniser_sha256=model.identity,
        radar_sha256=radar_digest(radar.table),
        simulation=plan.words,
        clearway_version=__version__,
        seed=seed,
        command=f"clearway curtain characterise {arguments}",
        made=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def _curtain(site: Site, wanted: str | None) -> Curtain:
    from clearway.errors import ArgumentError

    fitting = {
        one.id: one
        for one in site.curtains
        if one.id == wanted or (wanted is None and one.radar is not None)
    }
    if len(fitting) == 1:
        (sensor,) = fitting.values()
        return sensor
    if fitting:
        problem = "is not given, and several curtains have a radar table"
        raise ArgumentError("--curtain", problem, f"choose one of {', '.join(fitting)}")
    if wanted is None:
        problem, remedy = "is not given, and no curtain has a radar table", "add `[sensors.radar]`"
        raise ArgumentError("--curtain", problem, remedy)
    known = ", ".join(one.id for one in site.curtains) or "none"
    raise ArgumentError(
        "--curtain", f"{wanted!r} is none of the site's curtains", f"known: {known}"
    )


def _packaged() -> str:
    """Name of the only model that comes with Clearway."""
    from clearway.errors import ArgumentError
    from clearway.recognition.model_folder import packaged_models

    names = packaged_models()
    if len(names) == 1:
        return names[0]
    remedy = f"choose one of {', '.join(names)}" if names else "name the folder of one"
    raise ArgumentError("--model", f"is not given, and Clearway brings {len(names)} along", remedy)
