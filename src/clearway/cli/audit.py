"""``clearway audit``: the record of who did what, and the proof that it is whole."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    from clearway.audit import AuditReader, StoredRecord, Verdict

__all__ = ["audit_app"]

audit_app = typer.Typer(
    no_args_is_help=True, help="Read the audit log, and prove that nobody has rewritten it."
)

_TAMPERED = 1
_MOST_ERASURES = 20
"""Are printed; --json gives more."""

_Database = Annotated[
    str, typer.Argument(metavar="DATABASE", help="The file, or postgresql://USER@HOST/NAME.")
]
_Json = Annotated[bool, typer.Option("--json", help="JSON in place of text.")]


@audit_app.command()
def verify(
    database: _Database,
    checkpoints: Annotated[
        Path | None,
        typer.Option(help="Exported checkpoints: the file, or its folder.", show_default=False),
    ] = None,
    key: Annotated[
        Path | None,
        typer.Option(
            help="The public key; without it, the one beside the checkpoints.", show_default=False
        ),
    ] = None,
    as_json: _Json = False,
) -> None:
    """Find every record that was changed, removed, put in, moved, cut off or rewritten.

    The exit code is 0 if the log is intact, 1 if it is not, and 2 if it cannot be opened.
    Without checkpoints nobody can tell whether its end is missing or all of it was rewritten.
    """
    from clearway.audit import read_checkpoints
    from clearway.audit import verify as check
    from clearway.errors import ArgumentError

    if checkpoints is None and key is not None:
        remedy = "name the exported checkpoints too: --checkpoints"
        raise ArgumentError("--key", "a key alone proves nothing", remedy)
    public = None if checkpoints is None else _public_key(checkpoints, key)
    with _reader(database) as log:
        exported = () if checkpoints is None else read_checkpoints(checkpoints)
        verdict = check(log.stored(), exported, public)
        name = log.name
    if as_json:
        typer.echo(_json_verdict(name, verdict))
    else:
        _print_verdict(name, verdict, public)
    raise typer.Exit(0 if verdict.intact else _TAMPERED)


@audit_app.command()
def show(
    database: _Database,
    first: Annotated[int, typer.Option(help="The first record.")] = 1,
    last: Annotated[
        int | None, typer.Option(help="The last record.", show_default="the newest")
    ] = None,
    kind: Annotated[
        str | None, typer.Option(help="Only records of this kind.", show_default="all")
    ] = None,
    payloads: Annotated[
        bool, typer.Option(help="With what is kept beside the chain; it may be personal.")
    ] = False,
    as_json: _Json = False,
) -> None:
    """Print the records, one a line."""
    with _reader(database) as log:
        for row in log.stored(first, last, kind=kind):
            line = _json_record(row, payloads) if as_json else _line(row, payloads)
            typer.echo(line)


@audit_app.command()
def checkpoint(
    database: _Database,
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="Where they go; best another machine's.")
    ],
    key: Annotated[Path, typer.Option(help="The site's signing key; is made where there is none.")],
) -> None:
    """Sign what was added since the last checkpoint, and export it."""
    from clearway.audit import export_checkpoints, fingerprint, signing_key

    with _reader(database) as log:
        signer = signing_key(key)
        newest = export_checkpoints(log, folder, signer, time_ns=time.time_ns())
    if newest is None:
        typer.echo("nothing was added since the last checkpoint")
        return
    typer.echo(f"records up to {newest.number} are signed in {folder}")
    typer.echo(f"key: {fingerprint(signer.public_key())}")


@contextmanager
def _reader(place: str) -> Iterator[AuditReader]:
    from clearway.audit import AuditReader
    from clearway.store.database import open_database

    database = open_database(place, read_only=True)
    try:
        yield AuditReader(database)
    finally:
        database.close()


def _public_key(checkpoints: Path, key: Path | None) -> Ed25519PublicKey:
    from clearway.audit import PUBLIC_KEY, read_public_key

    folder = checkpoints if checkpoints.is_dir() else checkpoints.parent
    return read_public_key(folder / PUBLIC_KEY if key is None else key)


def _print_verdict(name: str, verdict: Verdict, key: Ed25519PublicKey | None) -> None:
    from clearway.audit import fingerprint, printable

    console = Console(highlight=False, soft_wrap=True)
    word = "[green]intact[/green]" if verdict.intact else "[red]tampered with[/red]"
    console.print(f"{escape(name)}: {word}")
    span = ""
    if verdict.first_ns is not None and verdict.last_ns is not None:
        span = f", {_moment(verdict.first_ns)} to {_moment(verdict.last_ns)}"
    site = "" if verdict.site is None else f" of the site {escape(printable(verdict.site))}"
    console.print(f"  {verdict.records:,} records{site}{span}")
    console.print(f"  last: record {verdict.head}, hash {verdict.hash}")
    console.print(f"  {_covered(verdict)}")
    if key is not None:
        console.print(f"  signed by the key {fingerprint(key)}")
    console.print(f"  {verdict.payloads:,} payloads as they were, {verdict.erased:,} erased")
    for one in verdict.erasures[:_MOST_ERASURES]:
        console.print(f"    of record {one.record}, by record {one.erased_by}")
    if verdict.erased > _MOST_ERASURES:
        console.print(f"    and {verdict.erased - _MOST_ERASURES:,} more")
    for fault in verdict.faults:
        console.print(f"  [red]{fault.kind}[/red] {escape(printable(str(fault)))}")
    if not verdict.complete:
        console.print("  and more: the check has ended early")


def _covered(verdict: Verdict) -> str:
    if verdict.covered_ns is None:
        return "no checkpoints: a missing end or a rewritten log would not be seen"
    text = (
        f"{verdict.checkpoints:,} checkpoints cover it up to record {verdict.covered}"
        f" ({_moment(verdict.covered_ns)})"
    )
    later = verdict.head - verdict.covered
    return f"{text}; the {later:,} after it have no witness yet" if later > 0 else text


def _json_verdict(name: str, verdict: Verdict) -> str:
    import msgspec

    fields = {"database": name, "intact": verdict.intact} | msgspec.structs.asdict(verdict)
    return json.dumps(msgspec.to_builtins(fields))


def _json_record(row: StoredRecord, payloads: bool) -> str:
    import msgspec

    fields: dict[str, object] = {"number": row.number, "hash": row.hash.hex()}
    if row.record is not None:
        fields |= msgspec.structs.asdict(row.record)
    fields["erased_by"] = row.erased_by
    if payloads:
        fields["payload"] = None if row.payload is None else json.loads(row.payload)
    # Not by msgspec: what somebody has put there need not be text that can be encoded.
    return json.dumps(fields)


def _line(row: StoredRecord, payloads: bool) -> str:
    from clearway.audit import printable

    record = row.record
    if record is None:
        return f"{row.number}  is no record; run `clearway audit verify`"
    words = (record.kind, record.actor, record.subject)
    text = f"{record.number}  {_moment(record.time_ns)}  {'  '.join(map(printable, words))}"
    if row.erased_by is not None:
        text += f"  (payload erased by record {row.erased_by})"
    elif payloads and row.payload is not None:
        text += f"  {printable(row.payload.decode())}"
    return text


def _moment(time_ns: int) -> str:
    from clearway.domain.time import NANOSECONDS

    try:
        moment = datetime.fromtimestamp(time_ns // NANOSECONDS, UTC)
    except (ValueError, OverflowError, OSError):  # somebody may have put any number there
        return f"{time_ns} ns"
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"
