"""``clearway users``: a way back in for whoever may open the station's database.

The pages need somebody who is signed in.  If the first link was used and the authenticator lost,
or the only administrator is locked out, nobody is; these commands work on the database itself, and
what they do is in the audit log like everything else.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

if TYPE_CHECKING:
    from clearway.accounts import Recorder, User, Users
    from clearway.audit import AuditLog
    from clearway.store.database import Database

__all__ = ["users_app"]

users_app = typer.Typer(
    no_args_is_help=True,
    help="Get back in when nobody can sign in: run it where the station's database is.",
)

_TERMINAL = "terminal"
"""Who did it, in the audit log: whoever sits at the machine."""
_ISSUER = "Clearway"
"""How the authenticator shows the entry; the audit log knows the site by its node id alone."""

_Database = Annotated[
    str, typer.Argument(metavar="DATABASE", help="The file, or postgresql://USER@HOST/NAME.")
]
_Name = Annotated[str, typer.Argument(metavar="NAME", help="Of the account.")]


@users_app.command(name="list")
def list_accounts(database: _Database) -> None:
    """Print every account and its role."""
    from clearway.accounts import Users

    with _opened(database) as (opened, _):
        accounts = Users(opened).all()
    table = Table("name", "shown as", "role", "")
    for user in accounts:
        state = "disabled" if user.disabled else ""
        table.add_row(user.name, escape(user.display), user.role.value, state)
    Console().print(table)


@users_app.command()
def invite_admin(
    database: _Database,
    name: _Name,
    address: Annotated[
        str, typer.Option(help="Of the console, as the new administrator's browser reaches it.")
    ] = "http://127.0.0.1:8443",
) -> None:
    """Print a one-time link with which NAME becomes a further administrator.

    It is good for one day.  Whoever has it chooses password and authenticator.
    """
    from clearway.accounts import Invitations, Users, check_name
    from clearway.alarms.roles import Role
    from clearway.console.first_admin import invitation_link
    from clearway.errors import ArgumentError

    check_name(name)
    _check_address(address)
    with _opened(database) as (opened, log):
        if Users(opened).get(name) is not None:
            remedy = f"choose another, or `clearway users new-authenticator DATABASE {name}`"
            raise ArgumentError("NAME", f"{name} is taken", remedy)
        record = _recording(log, "user-invited", name, role=Role.ADMIN.value)
        invitations = Invitations(opened)
        token = invitations.invite(Role.ADMIN, name, now_ns=time.time_ns(), record=record)
    typer.echo("Open this link within a day; it works once:")
    typer.echo(invitation_link(address.rstrip("/"), token))


@users_app.command()
def new_authenticator(database: _Database, name: _Name) -> None:
    """Give NAME another authenticator in place of a lost one.

    All sessions of the account end, and so does a lock.  The password stays: without it the new
    authenticator lets nobody in.
    """
    from clearway.accounts.one_time_codes import enrolment_uri

    with _opened(database) as (opened, log):
        users, _ = _account(opened, name)
        record = _recording(log, "authenticator-replaced", name)
        secret = users.new_authenticator(name, record=record)
    typer.echo("Add this to the authenticator; it is not shown again:")
    typer.echo(f"  secret   {secret}")
    typer.echo(f"  address  {enrolment_uri(secret, name, _ISSUER)}")


@users_app.command()
def new_password(database: _Database, name: _Name) -> None:
    """Let the person of NAME type another password in place of a forgotten one.

    All sessions of the account end, and so does a lock.  The authenticator stays: without it the
    new password lets nobody in.
    """
    from clearway.accounts import password_faults
    from clearway.errors import ArgumentError

    with _opened(database) as (opened, log):
        users, user = _account(opened, name)
        password = typer.prompt("New password", hide_input=True, confirmation_prompt=True)
        faults = password_faults(password, name, user.display)
        if faults:
            raise ArgumentError("password", "is too weak", "; ".join(faults))
        users.set_password(name, password, record=_recording(log, "password-replaced", name))
    typer.echo(f"{name} signs in with it from now on")


@contextmanager
def _opened(place: str) -> Iterator[tuple[Database, AuditLog]]:
    """A station's database and its audit log, both there already."""
    from clearway import __version__
    from clearway.audit import AuditLog, AuditReader
    from clearway.errors import Fault, InputError
    from clearway.store.database import open_database

    # To be read only at first: otherwise a database would be made where there is none.
    database = open_database(place, read_only=True)
    try:
        site = AuditReader(database).site_id
    finally:
        database.close()
    if site is None:
        fault = Fault("its audit log is empty", "start the service once: it prints the first link")
        raise InputError(database.name, fault)
    database = open_database(place)
    try:
        yield database, AuditLog(database, site, __version__)
    finally:
        database.close()


def _recording(log: AuditLog, kind: str, name: str, **what: str) -> Recorder:
    """What adds a record to the log together with the change that it is about."""
    return partial(
        log.add,
        kind=kind,
        actor=_TERMINAL,
        subject=name,
        payload=what | {"uid": os.getuid()},
        time_ns=time.time_ns(),
    )


def _account(database: Database, name: str) -> tuple[Users, User]:
    """All accounts, and the one of this name."""
    from clearway.accounts import Users
    from clearway.errors import ArgumentError

    users = Users(database)
    user = users.get(name)
    if user is None:
        remedy = "see `clearway users list DATABASE`"
        raise ArgumentError("NAME", f"there is no account {name!r}", remedy)
    return users, user


def _check_address(address: str) -> None:
    from clearway.errors import ArgumentError

    parts = urlsplit(address)
    is_server = parts.scheme in {"http", "https"} and parts.netloc
    if not is_server or parts.path not in {"", "/"} or parts.query or parts.fragment:
        remedy = "give it as the service prints it, such as https://station.example:8443"
        raise ArgumentError("--address", f"{address!r} is not the address of a server", remedy)
