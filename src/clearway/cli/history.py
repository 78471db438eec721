"""``clearway history``: what was shown on the plan, and questions about it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["history_app"]

history_app = typer.Typer(
    no_args_is_help=True, help="Look into the track history, and ask it questions."
)

_MOST_GAPS = 20
_MOST_ROWS = 100
"""Are printed; --output gives all."""
_HOUR_S = 3600.0

_Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="Of the track history.")]


@history_app.command()
def show(
    folder: _Folder,
    gap: Annotated[
        float, typer.Option(min=0.1, help="Seconds without a picture that count as a gap.")
    ] = 10.0,
) -> None:
    """Say from when to when there are pictures, how much room they take, and what is missing."""
    from clearway.domain.time import nanoseconds
    from clearway.history import TrackHistory
    from clearway.history.parts import days, parts_of_day

    console = Console(highlight=False, soft_wrap=True)
    _require(folder)
    history = TrackHistory(folder, tell=lambda sentence: _warn(console, sentence))
    span = history.span()
    if span is None:
        console.print("no pictures yet")
        return
    start_ns, end_ns = span
    kept = [part for day in days(folder) for part in parts_of_day(day)]
    size = sum(part.path.stat().st_size for part in kept if part.path.exists())
    console.print(f"{_moment(start_ns)} to {_moment(end_ns)}: {_length(end_ns - start_ns)}")
    console.print(f"{len(kept):,} files, {size / 1e6:,.1f} MB")
    gaps = history.gaps(start_ns, end_ns, nanoseconds(gap))
    console.print(f"{len(gaps):,} gaps longer than {gap:g} s")
    for first_ns, last_ns in gaps[-_MOST_GAPS:]:
        console.print(f"  {_moment(first_ns)}: {_length(last_ns - first_ns)}")
    if len(gaps) > _MOST_GAPS:
        console.print(f"  and {len(gaps) - _MOST_GAPS:,} earlier ones")


@history_app.command()
def ask(
    folder: _Folder,
    question: Annotated[
        str,
        typer.Argument(
            metavar="QUESTION",
            help="SQL on the views tracks, pictures and visits; or one of people-per-hour, stays,"
            " examined, crowding.",
        ),
    ],
    output: Annotated[
        Path | None,
        typer.Option(help="Write all rows to a .parquet or .csv file.", show_default=False),
    ] = None,
) -> None:
    """Answer a question, as SQL on all that is kept."""
    from clearway.errors import ArgumentError
    from clearway.history import questions

    console = Console(highlight=False, soft_wrap=True)
    if output is not None and output.suffix not in {".parquet", ".csv"}:
        raise ArgumentError("--output", f"is {output}", "name a .parquet or a .csv file")
    _require(folder)
    answer = questions.ask(folder, question, tell=lambda sentence: _warn(console, sentence))
    if output is None:
        console.print(_table(answer))
        if answer.num_rows > _MOST_ROWS:
            console.print(f"and {answer.num_rows - _MOST_ROWS:,} more rows; --output keeps all")
        return
    _write(answer, output)
    console.print(f"{answer.num_rows:,} rows in {escape(str(output))}")


def _require(folder: Path) -> None:
    from clearway.errors import Fault, InputError

    if not folder.is_dir():
        raise InputError(folder, Fault("there is no such folder", "name a track history's folder"))


def _write(answer: pa.Table, output: Path) -> None:
    import pyarrow as pa
    import pyarrow.csv
    import pyarrow.parquet

    from clearway.errors import ArgumentError
    from clearway.store.atomic import atomic_write

    write = pa.csv.write_csv if output.suffix == ".csv" else pa.parquet.write_table
    with atomic_write(output) as staging:
        try:
            write(answer, staging)
        except pa.ArrowException as error:
            problem = f"this answer does not fit into {output.suffix}: {error}"
            remedy = "choose other columns, or the other kind of file"
            raise ArgumentError("--output", problem, remedy) from error


def _table(answer: pa.Table) -> Table:
    table = Table()
    for name in answer.column_names:
        table.add_column(escape(name))
    for row in answer.slice(0, _MOST_ROWS).to_pylist():
        table.add_row(*(escape(_cell(value)) for value in row.values()))
    return table


def _cell(value: object) -> str:
    return f"{value:.6g}" if isinstance(value, float) else "" if value is None else str(value)


def _warn(console: Console, sentence: str) -> None:
    console.print(f"[yellow]warning:[/yellow] {escape(sentence)}")


def _moment(time_ns: int) -> str:
    from clearway.domain.time import NANOSECONDS

    return f"{datetime.fromtimestamp(time_ns // NANOSECONDS, UTC):%Y-%m-%d %H:%M:%S} UTC"


def _length(length_ns: int) -> str:
    from clearway.domain.time import seconds

    length_s = seconds(length_ns)
    return f"{length_s:,.1f} s" if length_s < _HOUR_S else f"{length_s / _HOUR_S:,.1f} h"
