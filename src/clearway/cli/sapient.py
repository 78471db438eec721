"""``clearway sapient``: messages of the open interface between sensors and fusion."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape

from clearway.errors import InputError

if TYPE_CHECKING:
    from clearway.sapient.files import FileVerdict

__all__ = ["sapient_app"]

sapient_app = typer.Typer(
    no_args_is_help=True, help="Work with SAPIENT messages (BSI Flex 335 v2.0)."
)

_INVALID = 1
_NOT_READ = 2


# One command alone would have Typer drop its name.
@sapient_app.callback()
def _sapient() -> None:
    """Work with SAPIENT messages (BSI Flex 335 v2.0)."""


@sapient_app.command()
def validate(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE...",
            help="One message in protobuf JSON, or messages in binary form.",
            show_default=False,
        ),
    ],
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object per file and line.")
    ] = False,
) -> None:
    """Check message files against the standard.

    The exit code is 0 if all are valid, 1 if any is not, and 2 if any cannot be opened.
    Warnings leave a message valid.
    """
    from clearway.sapient.files import validate_file

    console = Console(highlight=False, soft_wrap=True)
    exit_code = 0
    for path in files:
        try:
            verdict = validate_file(path)
        except InputError as error:
            typer.echo(_printable(f"clearway: {error}"), err=True)
            exit_code = _NOT_READ
            continue
        if not verdict.valid:
            exit_code = max(exit_code, _INVALID)
        if as_json:
            typer.echo(_json_line(verdict))
        else:
            _print(console, verdict)
    raise typer.Exit(exit_code)


def _json_line(verdict: FileVerdict) -> str:
    return json.dumps(
        {
            "file": str(verdict.path),
            "valid": verdict.valid,
            "messages": verdict.messages,
            "findings": [asdict(finding) for finding in verdict.findings],
            "findings_left_out": verdict.left_out,
        }
    )


def _print(console: Console, verdict: FileVerdict) -> None:
    name = escape(_printable(str(verdict.path)))
    word = "[green]valid[/green]" if verdict.valid else "[red]not valid[/red]"
    messages = f", {verdict.messages:,} messages" if verdict.messages > 1 else ""
    console.print(f"{name}: {word}{messages}")
    for finding in verdict.findings:
        colour = "red" if finding.severity == "error" else "yellow"
        place = f" at {escape(finding.path)}" if finding.path else ""
        clause = f" (BSI Flex 335 v2.0, {escape(finding.clause)})" if finding.clause else ""
        console.print(
            f"  [{colour}]{finding.severity}[/{colour}] {escape(finding.rule)}{place}{clause}\n"
            f"    {escape(finding.message)}"
        )
    if verdict.left_out:
        console.print(f"  and {verdict.left_out:,} more findings")


def _printable(text: str) -> str:
    """Text that may hold the name of a file whose bytes are no UTF-8."""
    return text.encode("utf-8", "backslashreplace").decode()
