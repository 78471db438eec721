"""`clearway trial`: the density ladder."""

from __future__ import annotations

from contextlib import closing
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn


class FlowChoice(StrEnum):
    """Values of ``--flow``."""

    ONE_WAY = "one-way"
    TWO_WAY = "two-way"


def trial(
    site: Annotated[Path, typer.Argument(help="Site file (TOML).", show_default=False)],
    rate: Annotated[
        list[float] | None,
        typer.Option(min=0.1, help="Persons per minute; repeat for more. Default 5 30 60 100 167."),
    ] = None,
    flow: Annotated[
        list[FlowChoice] | None, typer.Option(help="One-way, two-way; default both.")
    ] = None,
    passages: Annotated[
        int, typer.Option(min=1, help="Least number of carrier passages per cell.")
    ] = 300,
    carrier_share: Annotated[
        float, typer.Option(min=0.001, max=1.0, help="Share of people who carry a threat.")
    ] = 0.1,
    processes: Annotated[
        int | None, typer.Option(min=1, help="Cells run side by side; default one per core.")
    ] = None,
    output: Annotated[Path, typer.Option(help="Folder for the results.")] = Path("output/trial"),
) -> None:
    """Right person and nuisance rate over a ladder of flows; stop and go on as you like."""
    from clearway.site.reading import load_site
    from clearway.trial.ladder import (
        Cell,
        FlowKind,
        LadderRequest,
        default_processes,
        run_ladder,
    )
    from clearway.trial.ladder_table import table_text, write_ladder

    console = Console()
    request = LadderRequest(
        site=load_site(site),
        output=output,
        cells=tuple(
            Cell(per_min, FlowKind(kind.value))
            for kind in flow or list(FlowChoice)
            for per_min in rate or [5.0, 30.0, 60.0, 100.0, 167.0]
        ),
        passages=passages,
        carrier_share=carrier_share,
    )
    results = {}
    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    )  # fmt: skip
    with Progress(*columns, console=console) as bar:
        task = bar.add_task("cells", total=len(request.cells))
        with closing(run_ladder(request, processes or default_processes())) as ladder:
            for cell, figures in ladder:
                results[cell] = figures
                bar.advance(task)
                bar.console.print(f"{cell.name}: {figures['passages']} carriers", highlight=False)
    table, picture = write_ladder(output, results)
    console.print(table_text(results), soft_wrap=True)
    console.print(f"Table: {table}\nPicture: {picture}", soft_wrap=True)
