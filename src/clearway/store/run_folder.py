"""A run's folder appears whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from clearway.store.atomic import atomic_folder, refusal

RUN_FILE = "run.toml"
"""The file by which a run folder is known."""
RUN_FILES = frozenset(
    {RUN_FILE, "summary.json", "timings.json", "report.html"}
    | {f"{name}.parquet" for name in ("truth", "tracks", "evidence", "alerts")}
)
"""Everything that a run writes; a folder that holds anything else is never replaced."""


@contextmanager
def run_folder(path: Path) -> Iterator[Path]:
    """Write into a hidden folder beside ``path``; put it in place at the end.

    Parameters
    ----------
    path : Path
        The output folder.  An earlier run there is replaced; anything else is left alone.

    Yields
    ------
    Path
        The folder to write into.

    Raises
    ------
    OutputError
        If the place cannot be written, is full, or holds something that is not a run.  On this
        and any other exception, an interrupt included, the hidden folder is removed and ``path``
        is as it was.
    """
    try:
        path.absolute().parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise refusal(path, error) from error
    with atomic_folder(
        path,
        _may_be_replaced,
        problem="exists and holds more than an earlier run",
        remedy="choose another --output or remove it yourself",
    ) as staging:
        yield staging


def _may_be_replaced(path: Path) -> bool:
    return path.is_dir() and {entry.name for entry in path.iterdir()} <= RUN_FILES
