"""`clearway curtain simulate`: training frames of simulated passages."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from clearway.cli.progress import counting

__all__ = ["simulate"]


def simulate(
    out: Annotated[
        Path,
        typer.Argument(
            help="Folder of training frames; walks that it holds already stay.",
            metavar="FRAMES",
            show_default=False,
        ),
    ],
    walks: Annotated[
        int, typer.Option(min=1, help="How many the folder is to hold; six passages each.")
    ] = 300,
    elements: Annotated[
        int, typer.Option(min=1, max=1024, help="Transmitters of each panel, and receivers.")
    ] = 64,
    frequencies: Annotated[int, typer.Option(min=2, max=4096, help="From 8 to 18 GHz.")] = 50,
    seed: Annotated[int, typer.Option(min=0, help="Decides everything.")] = 1,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes.", show_default="one per core")
    ] = None,
) -> None:
    """Make frames to train a recogniser with; stop and go on as you like."""
    from clearway.twin.passages.lane import facing_panels
    from clearway.twin.passages.training_set import TrainingPlan, make_training_set

    plan = TrainingPlan(facing_panels(n_elements=elements, n_frequencies=frequencies), seed=seed)
    console = Console(highlight=False, markup=False, soft_wrap=True)
    with counting(console, "walks", walks) as done:
        make_training_set(
            out,
            walks,
            plan,
            done,
            workers=workers or len(os.sched_getaffinity(0)),
        )
    console.print(f"{walks} walks: {out}")
