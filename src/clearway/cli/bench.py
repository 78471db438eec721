"""`clearway bench`: how fast and how exact Clearway is, beside its peers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from clearway.store.atomic import atomic_write

__all__ = ["bench_app"]

bench_app = typer.Typer(no_args_is_help=True, help="Measure Clearway beside its peers.")

_SEED = 1


@bench_app.callback()
def bench() -> None:
    """Measure Clearway beside its peers."""


@bench_app.command()
def imaging(
    quick: Annotated[
        bool,
        typer.Option("--quick", help="A small problem: shows that all works."),
    ] = False,
    repeats: Annotated[int, typer.Option(min=1, help="Timed runs; medians are given.")] = 5,
    threads: Annotated[
        int | None, typer.Option(min=1, help="For every method; default one per core.")
    ] = None,
    scaling: Annotated[
        Path | None,
        typer.Option(
            help="Measure the cost against voxels, channels and images instead; draw it here (SVG)."
        ),
    ] = None,
    output: Annotated[Path | None, typer.Option(help="All figures as JSON.")] = None,
) -> None:
    """Images per second, ratios to other methods on the same data, accuracy and memory."""
    import json
    from dataclasses import asdict

    import numpy as np

    from clearway.bench.imaging import bench_imaging
    from clearway.bench.reference_case import QUICK, REFERENCE, reference_case
    from clearway.bench.scaling import FULL_PLAN, QUICK_PLAN, measure_scaling, scaling_figure
    from clearway.cli.bench_table import print_bench, print_scaling

    console = Console()
    rng = np.random.default_rng(_SEED)

    def progress(what: str) -> None:
        console.print(f"{what} ...", highlight=False)

    if scaling is None:
        size = QUICK if quick else REFERENCE
        progress(f"echoes of {size.n_scatterers} point scatterers")
        case = reference_case(size, rng)
        found = bench_imaging(case, repeats=repeats, threads=threads, progress=progress)
        print_bench(console, found)
        figures = asdict(found)
    else:
        points = measure_scaling(
            QUICK_PLAN if quick else FULL_PLAN,
            rng,
            repeats=repeats,
            threads=threads,
            progress=progress,
        )
        print_scaling(console, points)
        with atomic_write(scaling) as temporary:
            scaling_figure(points).savefig(temporary, format="svg", metadata={"Date": None})
        console.print(f"Picture: {scaling}", soft_wrap=True)
        figures = {"points": [asdict(point) for point in points]}
    if output is not None:
        with atomic_write(output) as temporary:
            temporary.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
        console.print(f"Figures: {output}", soft_wrap=True)
