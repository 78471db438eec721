"""Making a file of figures walk by walk, and going on where it stopped."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from clearway.errors import InputError, OutputError
from clearway.store.atomic import refusal
from clearway.twin.figures.file import Figures, Provenance, read_figures, write_figures
from clearway.twin.figures.row import PassageRow

__all__ = ["collect"]


def collect(
    path: Path,
    n_walks: int,
    rows_of: Callable[[int], Sequence[PassageRow]],
    provenance: Provenance,
    progress: Callable[[int], None] = lambda _: None,
) -> Figures:
    """Make a file of figures.

    Each walk is kept in a folder beside the file until all are there.  Walks of an earlier try, or
    of a finished file with fewer, are taken where all but the command and the time is the same.

    Parameters
    ----------
    path : Path
        Ends with ``.parquet``.
    n_walks : int
    rows_of : callable
        Gives the rows of a walk by its number, from 0; always the same ones.
    provenance : Provenance
    progress : callable
        Told after each walk how many are done.

    Returns
    -------
    Figures
        As written.

    Raises
    ------
    OutputError
        If a file cannot be written.
    """
    if path.suffix != ".parquet":
        raise OutputError(path, "is not named as a file of figures is", "end it with .parquet")
    folder = path.with_suffix(".parts")
    _make(folder)
    known: dict[int, list[PassageRow]] = {}
    made = provenance.made
    for file in [path, *sorted(folder.glob("walk-*.parquet"))]:
        earlier = _earlier(file, provenance)
        if earlier is not None:
            made = min(made, earlier.provenance.made)
            walks = {row.walk for row in earlier.rows}
            known |= {walk: [row for row in earlier.rows if row.walk == walk] for walk in walks}
    origin = replace(provenance, made=made)
    for walk in range(n_walks):
        if walk not in known:
            known[walk] = list(rows_of(walk))
            write_figures(folder / f"walk-{walk:06d}.parquet", known[walk], origin)
        progress(walk + 1)
    write_figures(path, [row for walk in range(n_walks) for row in known[walk]], origin)
    shutil.rmtree(folder, ignore_errors=True)
    return read_figures(path)


def _earlier(file: Path, provenance: Provenance) -> Figures | None:
    """What a file holds, if it is of the same origin; a damaged part is made anew."""
    with suppress(InputError):
        figures = read_figures(file, whole=False)
        same = replace(figures.provenance, made=provenance.made, command=provenance.command)
        if same == provenance:
            return figures
    return None


def _make(folder: Path) -> None:
    """Before the first walk, so that a place that cannot be written costs no time."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise refusal(folder, error) from None
