"""`clearway report`: the report of a finished run, drawn again from its tables."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def report(
    folder: Annotated[Path, typer.Argument(help="Folder of a finished run.", show_default=False)],
) -> None:
    """Draw the report of a finished run again."""
    from clearway.trial.report import write_report

    typer.echo(f"Report: {write_report(folder)}")
