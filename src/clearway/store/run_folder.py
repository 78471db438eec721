"""A run's folder appears whole or not at all."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from clearway.errors import OutputError
from clearway.store.atomic import refusal

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
    path = path.absolute()
    staging: Path | None = None
    try:
        if path.exists() and not _may_be_replaced(path):
            raise OutputError(
                path,
                "exists and holds more than an earlier run",
                "choose another --output or remove it yourself",
            )
        path.parent.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
        staging.chmod(0o755)
        yield staging
        _put_in_place(staging, path)
    except OSError as error:
        raise refusal(path, error) from error
    finally:
        if staging is not None:
            shutil.rmtree(staging, ignore_errors=True)


def _may_be_replaced(path: Path) -> bool:
    return path.is_dir() and {entry.name for entry in path.iterdir()} <= RUN_FILES


def _put_in_place(staging: Path, path: Path) -> None:
    """Swap the finished folder in; the earlier one is removed only after that."""
    if not path.exists():
        staging.rename(path)
        return
    with tempfile.TemporaryDirectory(prefix=f".{path.name}.", dir=path.parent) as aside:
        earlier = Path(aside) / "earlier"
        try:
            path.rename(earlier)
            staging.rename(path)
        except BaseException:  # an interrupt must not cost the earlier run either
            if not path.exists():
                earlier.rename(path)
            raise
