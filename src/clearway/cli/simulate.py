"""`clearway curtain simulate`: sets of simulated passages."""

from __future__ import annotations

import os
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from clearway.cli.progress import counting

if TYPE_CHECKING:
    from clearway.site.radar_schema import RadarTable

__all__ = ["Accuracy", "simulate"]

_ELEMENTS, _FREQUENCIES = 64, 50


class Accuracy(StrEnum):
    """Values of ``--accuracy``."""

    REFERENCE = "reference"
    TRAINING = "training"


def simulate(
    out: Annotated[
        Path,
        typer.Argument(
            help="Folder of the set; walks that it holds already stay.",
            metavar="FRAMES",
            show_default=False,
        ),
    ],
    walks: Annotated[
        int, typer.Option(min=1, help="How many the folder is to hold; six passages each.")
    ] = 300,
    test: Annotated[
        bool,
        typer.Option(
            "--test", help="People and things never met in training, finer echoes, all looks."
        ),
    ] = False,
    radar: Annotated[
        Path | None,
        typer.Option(
            help="Radar table (TOML), as [sensors.radar] of a site file, for another instrument.",
            show_default="two facing panels, 8 to 18 GHz",
        ),
    ] = None,
    elements: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=1024,
            help="Transmitters of each panel, and receivers.",
            show_default=str(_ELEMENTS),
        ),
    ] = None,
    frequencies: Annotated[
        int | None,
        typer.Option(min=2, max=4096, help="In the band.", show_default=str(_FREQUENCIES)),
    ] = None,
    looks: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Of each panel at a passage at most, evenly chosen.",
            show_default="6; all with --test",
        ),
    ] = None,
    accompanied: Annotated[
        float | None,
        typer.Option(
            min=0.0,
            max=1.0,
            help="Share of people beside another one.",
            show_default="0.1; 0.3 with --test",
        ),
    ] = None,
    accuracy: Annotated[
        Accuracy | None,
        typer.Option(help="Of the echoes.", show_default="training; reference with --test"),
    ] = None,
    condensed: Annotated[
        bool,
        typer.Option(
            "--condensed", help="Leave out the images: enough for the baseline, far smaller."
        ),
    ] = False,
    seed: Annotated[int, typer.Option(min=0, help="Decides everything.")] = 1,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes.", show_default="one per core")
    ] = None,
) -> None:
    """Simulate passages to train a recogniser with, or to test it; stop and go on as you like."""
    from clearway.scattering.settings import Settings
    from clearway.twin.passages.simulated_set import SetPlan, make_set

    table = _radar(radar, elements, frequencies)
    plan = SetPlan.to_test(table, seed) if test else SetPlan(table, seed)
    plan = replace(plan, condensed=condensed)
    if looks is not None:
        plan = replace(plan, most_frames=looks)
    if accompanied is not None:
        plan = replace(plan, accompanied_share=accompanied)
    if accuracy is not None:
        finer = accuracy is Accuracy.REFERENCE
        plan = replace(plan, settings=Settings(bounces=2) if finer else Settings.training())
    console = Console(highlight=False, markup=False, soft_wrap=True)
    with counting(console, "walks", walks) as done:
        make_set(out, walks, plan, done, workers=workers or len(os.sched_getaffinity(0)))
    console.print(f"{walks} walks: {out}")


def _radar(path: Path | None, elements: int | None, frequencies: int | None) -> RadarTable:
    from clearway.errors import ArgumentError
    from clearway.recognition.recorded.checking import checked_toml
    from clearway.site.radar_schema import RadarTable
    from clearway.twin.passages.lane import facing_panels

    if path is None:
        return facing_panels(
            n_elements=elements or _ELEMENTS, n_frequencies=frequencies or _FREQUENCIES
        )
    if elements is not None or frequencies is not None:
        problem = "is given beside --elements or --frequencies"
        raise ArgumentError("--radar", problem, "state them in the file")
    table = checked_toml(path, RadarTable)
    panels = tuple(
        # A file of an array is named relative to the file that names it.
        panel.model_copy(update={"array_file": str(path.parent.absolute() / panel.array_file)})
        if panel.array_file
        else panel
        for panel in table.panels
    )
    return table.model_copy(update={"panels": panels})
