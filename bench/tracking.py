"""How well and how fast trackers follow real walking people under two simulated sensors.

Clearway's trackers and their peers get the same scenarios.  Each scored scenario is kept in the
output folder, so a long comparison can be stopped and goes on where it was.

    python bench/tracking.py [--data ../shared/data/hermes] [--recordings bot-300-085-085 ...]
        [--variants base hard] [--seeds 1 2 3 4] [--trackers ...] [--output output/bench-tracking]
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from rich.console import Console
from rich.markdown import Markdown
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from clearway.bench.machine import cpu_name
from clearway.bench.tracking.comparison import (
    RECORDINGS,
    TRACKERS,
    VARIANTS,
    Cell,
    Job,
    compare,
    jobs,
)
from clearway.bench.tracking.peers import Peer
from clearway.bench.tracking.tables import tables
from clearway.errors import ClearwayError, MissingExtraError
from clearway.store.atomic import atomic_write


def main() -> None:
    """Print the tables and write them as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/hermes"))
    parser.add_argument("--recordings", nargs="+", default=RECORDINGS)
    parser.add_argument("--variants", nargs="+", default=list(VARIANTS), choices=VARIANTS)
    parser.add_argument("--seeds", nargs="+", type=int, default=[1, 2, 3, 4])
    parser.add_argument("--trackers", nargs="+", default=list(TRACKERS), choices=TRACKERS)
    parser.add_argument("--output", type=Path, default=Path("output/bench-tracking"))
    parser.add_argument("--processes", type=int, default=1)
    arguments = parser.parse_args()
    console = Console()
    wanted = jobs(
        installed(console, [TRACKERS[name] for name in arguments.trackers]),
        [arguments.data / f"{name}.txt.gz" for name in arguments.recordings],
        [VARIANTS[name] for name in arguments.variants],
        arguments.seeds,
    )
    try:
        cells = with_progress(console, wanted, arguments.output, arguments.processes)
        text = f"{tables(cells)}\n{cpu_name()}. Trackers:\n\n{versions(wanted)}"
        table = arguments.output / "comparison.md"
        with atomic_write(table) as temporary:
            temporary.write_text(text, encoding="utf-8")
    except ClearwayError as error:
        sys.exit(str(error))
    console.print(Markdown(text))
    console.print(f"Tables: {table}", soft_wrap=True)


def installed(console: Console, trackers: list[Peer]) -> list[Peer]:
    """Those whose library is there; the others are named with the way to get them."""
    found = []
    for tracker in trackers:
        try:
            tracker.version()
        except MissingExtraError as error:
            console.print(f"without {tracker.name}: {error}", soft_wrap=True)
        else:
            found.append(tracker)
    return found


def with_progress(console: Console, wanted: list[Job], output: Path, processes: int) -> list[Cell]:
    """Fill the cells, and say how far it is."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeElapsedColumn(), console=console) as progress:
        task = progress.add_task("tracking", total=len(wanted))

        def tell(cell: Cell, done: int, _: int) -> None:
            what = f"{cell.tracker}, {cell.recording}, {cell.variant}, seed {cell.seed}"
            cpu_ms = sum(cell.cpu_ms) / len(cell.cpu_ms)
            progress.console.print(f"{what}: HOTA {cell.scores.hota:.1f}, {cpu_ms:.1f} ms")
            progress.update(task, completed=done)

        return compare(wanted, output / "cells", processes=processes, progress=tell)


def versions(wanted: list[Job]) -> str:
    """The settings of each tracker and the version of its library, as a list."""
    trackers = {job.tracker.name: job.tracker for job in wanted}.values()
    return "".join(f"- `{tracker!r}`, version {tracker.version()}\n" for tracker in trackers)


if __name__ == "__main__":
    main()
