"""A change of an account and its audit record: both, or neither, whatever comes between them."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

import pytest
from sqlalchemy import Connection, select

from clearway.accounts import Invitations, Recorder, Sessions, Users
from clearway.accounts.tables import ACCOUNT_TABLES
from clearway.alarms.roles import Role
from clearway.audit import AuditLog, AuditReader
from clearway.errors import OutputError
from clearway.store.database import Database
from tests.accounts.clock import PASSWORD, START_NS, code_at

NEW_PASSWORD = "nine quiet lamps rain"  # noqa: S105 - of nobody


class Site(NamedTuple):
    """Two accounts, an open session of each, and an open invitation."""

    users: Users
    sessions: Sessions
    invitations: Invitations
    database: Database
    secret: str
    token: str
    invited: str

    def everything(self) -> list[list[tuple[Any, ...]]]:
        with self.database.read() as connection:
            tables = [select(table) for table in ACCOUNT_TABLES]
            return [sorted(map(tuple, connection.execute(query))) for query in tables]


@pytest.fixture
def site(users: Users, sessions: Sessions, invitations: Invitations, database: Database) -> Site:
    users.add("root", "Root", Role.ADMIN, PASSWORD, now_ns=START_NS)
    _, secret = users.add("ana", "Ana P.", Role.OPERATOR, PASSWORD, now_ns=START_NS)
    token = sessions.open("ana", now_ns=START_NS)
    sessions.open("root", now_ns=START_NS)
    invited = invitations.invite(Role.GUARD, "ivo", now_ns=START_NS)
    return Site(users, sessions, invitations, database, secret, token, invited)


def _enrol(site: Site, record: Recorder) -> None:
    def use_up(connection: Connection) -> None:
        assert site.invitations.take(connection, site.invited, now_ns=START_NS) is not None
        record(connection)

    site.users.add("ivo", "Ivo", Role.GUARD, PASSWORD, now_ns=START_NS, record=use_up)


CHANGES: dict[str, Callable[[Site, Recorder], object]] = {
    "add": lambda site, record: site.users.add(
        "eva", "Eva", Role.VIEWER, PASSWORD, now_ns=START_NS, record=record
    ),
    "enrol": _enrol,
    "confirm": lambda site, record: site.users.confirms(
        "ana", code_at(site.secret, START_NS), now_ns=START_NS, record=record
    ),
    "role": lambda site, record: site.users.set_role("ana", Role.ADMIN, record=record),
    "disable": lambda site, record: site.users.set_disabled("ana", disabled=True, record=record),
    "language": lambda site, record: site.users.set_language("ana", "sr-Latn", record=record),
    "password": lambda site, record: site.users.set_password("ana", NEW_PASSWORD, record=record),
    "authenticator": lambda site, record: site.users.new_authenticator("ana", record=record),
    "open": lambda site, record: site.sessions.open("ana", now_ns=START_NS, record=record),
    "close": lambda site, record: site.sessions.close(site.token, record=record),
    "invite": lambda site, record: site.invitations.invite(
        Role.GUARD, "ivo", now_ns=START_NS, record=record
    ),
}


def _refused(_: Connection) -> NoReturn:
    raise OutputError("site.sqlite", "cannot be written: disk full", "free some space")


@pytest.mark.parametrize("change", CHANGES)
def test_what_cannot_be_recorded_is_not_done(site: Site, change: str) -> None:
    before = site.everything()
    with pytest.raises(OutputError):
        CHANGES[change](site, _refused)
    assert site.everything() == before


@pytest.mark.parametrize("change", CHANGES)
def test_what_is_done_is_recorded_with_it(site: Site, change: str) -> None:
    before = site.everything()
    log = AuditLog(site.database, "hall", "0.1.0")

    def record(connection: Connection) -> None:
        log.add(connection, change, "root", "ana", time_ns=START_NS)

    CHANGES[change](site, record)
    assert site.everything() != before
    assert [one.kind for one in log.records(2)] == [change]


def test_a_wrong_code_is_counted_and_not_recorded(site: Site) -> None:
    assert not site.users.confirms("ana", "000000", now_ns=START_NS, record=_refused)


_KILLED = """
import os, signal, sys
from pathlib import Path
from clearway.accounts import Users
from clearway.alarms.roles import Role
from clearway.audit import AuditLog
from clearway.store.database import open_database

database = open_database(Path(sys.argv[1]))
log = AuditLog(database, "hall", "0.1.0")

def record(connection):
    if sys.argv[2] == "after":
        log.add(connection, "role-changed", "root", "ana", time_ns=1)
    os.kill(os.getpid(), signal.SIGKILL)

Users(database).set_role("ana", Role.ADMIN, record=record)
"""


@pytest.mark.parametrize("place", ["before", "after"])
def test_who_is_killed_between_the_two_has_done_neither(
    site: Site, tmp_path: Path, place: str
) -> None:
    before = site.everything()
    command = [sys.executable, "-c", _KILLED, str(tmp_path / "site.sqlite"), place]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    assert site.everything() == before
    assert list(AuditReader(site.database).records()) == []
