"""``clearway certs``: by which a site's nodes know each other, and browsers the console."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from clearway.errors import ArgumentError

__all__ = ["certs_app"]

certs_app = typer.Typer(
    no_args_is_help=True, help="Make and list the certificates of a site's nodes and console."
)

_SOON = timedelta(days=60)
"""A certificate that ends within this is to be renewed."""

_Folder = Annotated[
    Path, typer.Argument(metavar="FOLDER", help="The site's folder of certificates.")
]
_Days = Annotated[int | None, typer.Option(help="How long it is valid.", show_default="730")]
_AnyDays = Annotated[
    int | None,
    typer.Option(help="How long it is valid.", show_default="730; of an HTTPS server 397"),
]
_ServerDays = Annotated[
    int | None, typer.Option(help="How long it is valid, 397 at most.", show_default="397")
]


@certs_app.command()
def init(
    folder: _Folder,
    name: Annotated[str, typer.Option(help="The site's name; it goes into the certificates.")],
    days: Annotated[
        int | None, typer.Option(help="How long it is valid.", show_default="3650")
    ] = None,
) -> None:
    """Make the site's authority, which then issues certificates for its nodes."""
    from clearway.sapient.security.authority import AUTHORITY_DAYS, create_authority

    certificate = create_authority(folder, name, days=AUTHORITY_DAYS if days is None else days)
    _say(f"authority: {certificate}")
    _say(f"Keep {folder} from everybody else: who has its keys can pose as any node.")


@certs_app.command()
def node(
    folder: _Folder,
    name: Annotated[str, typer.Option(help="Name of the files, such as camera-1.")],
    node_id: Annotated[
        str | None, typer.Argument(metavar="[NODE_ID]", help="The node's id, a UUID of version 4.")
    ] = None,
    new: Annotated[bool, typer.Option("--new", help="Make a new node id.")] = False,
    host: Annotated[
        list[str] | None,
        typer.Option(help="Name or address under which others connect to the node; repeatable."),
    ] = None,
    days: _Days = None,
) -> None:
    """Issue a key and a certificate for a node, and let the node in."""
    from uuid import uuid4

    from clearway.sapient.security import ALLOW_LIST, AUTHORITY
    from clearway.sapient.security.authority import NODE_DAYS, issue

    if new == (node_id is not None):
        problem = "both an id and --new are given" if new else "neither an id nor --new is given"
        raise ArgumentError("NODE_ID", problem, "give the node's own id, or --new for a new one")
    made = issue(
        folder,
        str(uuid4()) if node_id is None else node_id,
        name,
        host or (),
        days=NODE_DAYS if days is None else days,
    )
    _say(f"node id: {made.node_id}")
    _say(f"valid until: {made.expires:%Y-%m-%d}")
    _say(f"for the node: {folder / AUTHORITY}, {made.certificate}, {made.key}")
    _say(f"let in by: {folder / ALLOW_LIST}")


@certs_app.command()
def site(
    folder: _Folder,
    host: Annotated[
        list[str], typer.Option(help="Name or address that browsers open; repeatable.")
    ],
    name: Annotated[str, typer.Option(help="Name of the files.")] = "console",
    days: _ServerDays = None,
) -> None:
    """Issue a key and a certificate for the console, which browsers and phones open by HTTPS."""
    from clearway.sapient.security import AUTHORITY, issue_site
    from clearway.sapient.security.certificates import MOST_SERVER_DAYS

    made = issue_site(folder, name, host, days=MOST_SERVER_DAYS if days is None else days)
    _say(f"valid until: {made.expires:%Y-%m-%d}")
    _say(f"for the console: {made.certificate}, {made.key}")
    _say(f"for each phone and browser, to be trusted as an authority: {folder / AUTHORITY}")


@certs_app.command()
def renew(
    folder: _Folder,
    name: Annotated[str, typer.Argument(help="Name of the files, such as camera-1.")],
    days: _AnyDays = None,
) -> None:
    """Issue a new certificate for the present key of a node or of the console."""
    from clearway.sapient.security import renew as renew_certificate

    made = renew_certificate(folder, name, days=days)
    owner = "console" if made.for_https else "node"
    _say(f"for the {owner}: {made.certificate}, valid until {made.expires:%Y-%m-%d}; its key stays")


@certs_app.command()
def revoke(
    folder: _Folder,
    node_id: Annotated[str, typer.Argument(metavar="NODE_ID", help="The node to shut out.")],
) -> None:
    """Take a node off the list of those let in."""
    from clearway.sapient.security import ALLOW_LIST
    from clearway.sapient.security import revoke as shut_out

    if not shut_out(folder, node_id):
        problem = f"{node_id} is not in {folder / ALLOW_LIST}"
        raise ArgumentError("NODE_ID", problem, f"look it up: clearway certs list {folder}")
    _say(f"{node_id} is no longer in {folder / ALLOW_LIST}; its next connection is refused")


@certs_app.command("list")
def list_(folder: _Folder) -> None:
    """Show the authority, all nodes and the console: until when, and whether nodes are let in."""
    from clearway.sapient.security import ALLOW_LIST, AUTHORITY, AllowList, issued
    from clearway.sapient.security.files import read_certificate

    authority = read_certificate(folder / AUTHORITY)
    allowed = folder / ALLOW_LIST
    permitted = AllowList.read(allowed) if allowed.exists() else AllowList(frozenset())
    now = datetime.now(UTC)
    table = Table(box=None, padding=(0, 1, 0, 0))
    table.add_column("name", overflow="fold")
    for title in ("node id", "valid until", "days left", "let in"):
        table.add_column(title, no_wrap=True)
    table.add_column("hosts", overflow="fold")
    expires = authority.not_valid_after_utc
    table.add_row("authority", "", f"{expires:%Y-%m-%d}", _days_left(expires, now))
    for one in issued(folder):
        table.add_row(
            escape(one.name),
            "HTTPS" if one.for_https else one.node_id or "[red]none[/red]",
            f"{one.expires:%Y-%m-%d}",
            _days_left(one.expires, now),
            "" if one.for_https else "yes" if permitted.permits(one.node_id) else "[red]no[/red]",
            escape(", ".join(one.hosts)),
        )
    Console().print(table)


def _days_left(expires: datetime, now: datetime) -> str:
    left = expires - now
    if left <= timedelta():
        return "[red]expired[/red]"
    return f"[yellow]{left.days}, renew[/yellow]" if left < _SOON else str(left.days)


def _say(text: str) -> None:
    # Not through rich, which would break paths at the terminal's width.
    typer.echo(text)
