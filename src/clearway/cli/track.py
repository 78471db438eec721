"""`clearway track`: recorded detections to tracks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TimeElapsedColumn

from clearway.errors import OutputError
from clearway.store.atomic import atomic_write

if TYPE_CHECKING:
    from clearway.replay.tables import Alarms, AttributionTable, CausalTracks, Detections

__all__ = ["track"]

DetectionsArgument = Annotated[
    Path,
    typer.Argument(
        metavar="DETECTIONS.csv",
        help="Columns time_s, sensor_id, x_m, y_m and perhaps height_m.",
        show_default=False,
    ),
]
SensorsOption = Annotated[
    Path,
    typer.Option(
        metavar="SENSORS.toml",
        help="A table [sensors.ID] per sensor: sigma_m, detection_probability, clutter_per_scan, "
        "rate_hz, coverage.",
        show_default=False,
    ),
]


def track(
    detections: DetectionsArgument,
    sensors: SensorsOption,
    output: Annotated[
        Path,
        typer.Option(
            "--output",
            "-o",
            metavar="TRACKS.csv",
            help="A row per person followed and scan: time_s, track_id, x_m, y_m.",
            show_default=False,
        ),
    ],
) -> None:
    """Follow everybody in recorded detections of one or more sensors."""
    from clearway.replay.files import read_detections, write_tracks
    from clearway.replay.sensors import read_sensors
    from clearway.replay.track import track as make_tracks

    console = Console(highlight=False, markup=False, soft_wrap=True)
    refuse_to_overwrite(output, detections, sensors)
    with atomic_write(output) as temporary:
        known = read_sensors(sensors)
        found = read_detections(detections, known)
        say_left_out(found, detections, "detections")
        with showing_share(console) as progress:
            tracks = make_tracks(found, known, progress=progress)
        write_tracks(temporary, tracks)
    console.print(
        f"{output}: {len(set(tracks.track_id.tolist())):,} tracks, {scans_in_words(tracks)}",
        rows_in_words(found, "detections"),
        sep="\n",
    )


def refuse_to_overwrite(output: Path, *inputs: Path) -> None:
    """Refuse to replace what was measured by what was made of it."""
    if any(output.resolve() == path.resolve() for path in inputs):
        raise OutputError(output, "is an input too", "name another --output")


@contextmanager
def showing_share(console: Console) -> Iterator[Callable[[float], None]]:
    """Show a bar on a terminal; yields what is to be told the share that is done."""
    columns = (BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task("scans", total=1.0)
        yield lambda done: bar.update(task, completed=done)


def say_left_out(table: Detections | Alarms, path: Path, what: str) -> None:
    """Say on the error stream which rows and columns were not used, and why."""
    console = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)
    for left in table.left_out:
        console.print(
            f"{path}: {left.count:,} of {table.rows:,} {what} not used: {left.reason}, first in "
            f"line {left.first_line}"
        )
    if table.unused_columns:
        console.print(f"{path}: columns not used: {', '.join(table.unused_columns)}")


def scans_in_words(table: CausalTracks | AttributionTable) -> str:
    """How much there was to follow people by."""
    return f"{table.scans:,} scans, {table.empty_scans:,} of them empty"


def rows_in_words(table: Detections | Alarms, what: str) -> str:
    """How much of a file was used."""
    unused = sum(left.count for left in table.left_out)
    return f"{table.rows:,} {what} read, {unused:,} not used"
