"""``clearway users``: the way back in, from the outside and through to a session."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import argon2
import pytest
from litestar.testing import TestClient
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from typer.testing import CliRunner

from clearway.accounts import passwords
from clearway.accounts.tables import ACCOUNT_TABLES
from clearway.alarms.roles import Role
from clearway.audit import AuditLog, AuditReader
from clearway.cli.users import users_app
from clearway.errors import ArgumentError, InputError, OutputError
from clearway.site.schema import Site
from clearway.store.database import open_database
from tests.accounts.clock import PASSWORD, SECOND, code_at
from tests.console.room import API, ORIGIN, Room, client_of, proofs

DATABASE = "site.sqlite"
OTHER_PASSWORD = "nine quiet lamps rain"  # noqa: S105 - of nobody


@pytest.fixture(scope="module", autouse=True)
def _cheap_hashes() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        cheap = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        patch.setattr(passwords, "_HASHER", cheap)
        yield


@pytest.fixture
def room(tmp_path: Path, station: Site, monkeypatch: pytest.MonkeyPatch) -> Room:
    """A running station, whose database lies in the present folder."""
    monkeypatch.chdir(tmp_path)
    room = Room.open(tmp_path, station)
    room.context.record("service-started", "service", "hall")
    # The commands have no other clock than the machine's.
    monkeypatch.setattr("time.time_ns", room.clock)
    return room


@pytest.fixture
def browser(room: Room) -> Iterator[TestClient[Any]]:
    with client_of(room) as opened:
        yield opened


def call(*arguments: str, typed: str | None = None) -> str:
    result = CliRunner().invoke(users_app, list(arguments), input=typed)
    if result.exception is not None:
        raise result.exception
    return result.output


def last_record(room: Room) -> tuple[str, str, str, bytes]:
    *_, row = room.context.audit.stored(2)
    assert row.record is not None
    return row.record.kind, row.record.actor, row.record.subject, row.payload or b""


def test_accounts_are_listed(room: Room) -> None:
    room.context.users.set_disabled("guard", disabled=True)
    rows = [line.split() for line in call("list", DATABASE).splitlines()]
    assert any({"admin", "P."} <= set(row) and "disabled" not in row for row in rows)
    assert any({"guard", "disabled"} <= set(row) for row in rows)


def test_a_further_administrator_comes_in_by_the_link(room: Room, browser: TestClient[Any]) -> None:
    output = call("invite-admin", DATABASE, "bea", "--address", f"{ORIGIN}/")
    link = output.splitlines()[-1]
    address, token = link.split("#")
    assert address == f"{ORIGIN}/enrol"
    kind, actor, subject, payload = last_record(room)
    assert (kind, actor, subject) == ("user-invited", "terminal", "bea")
    assert b'"role":"admin"' in payload
    assert token.encode() not in payload
    # Although there is an administrator: it is for a name, and not the first one's link.
    account = {"name": "bea", "display": "Bea B.", "password": OTHER_PASSWORD}
    taken = browser.post(f"{API}/invitations/{token}", json=account)
    assert taken.status_code == 201
    secret = taken.json()["totp_secret"]
    login = {"name": "bea", "password": OTHER_PASSWORD}
    login["code"] = code_at(secret, room.clock.now_ns)
    assert browser.post(f"{API}/login", json=login).json()["role"] == "admin"
    assert browser.post(f"{API}/invitations/{token}", json=account).status_code == 404


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("invite-admin", DATABASE, "admin"), "new-authenticator"),
        (("invite-admin", DATABASE, "Bea"), "small letters"),
        (("invite-admin", DATABASE, "terminal"), "not for people"),
        (("invite-admin", DATABASE, "bea", "--address", "station.test"), "not the address"),
        (("invite-admin", DATABASE, "bea", "--address", f"{ORIGIN}/enrol"), "not the address"),
        (("invite-admin", DATABASE, "bea", "--address", "javascript://x"), "not the address"),
        (("new-authenticator", DATABASE, "bea"), "clearway users list"),
        (("new-password", DATABASE, "bea"), "clearway users list"),
    ],
)
def test_mistakes_change_nothing(room: Room, arguments: tuple[str, ...], message: str) -> None:
    before = room.kinds()
    with pytest.raises(ArgumentError, match=message):
        call(*arguments)
    assert room.kinds() == before


def test_a_lost_authenticator_is_replaced_and_the_password_stays(
    room: Room, browser: TestClient[Any]
) -> None:
    session = proofs(room.session("admin"))
    lost = room.credentials("admin")
    output = call("new-authenticator", DATABASE, "admin")
    (secret,) = (line.split()[-1] for line in output.splitlines() if "secret  " in line)
    assert f"secret={secret}" in output
    assert "issuer=Clearway" in output
    assert browser.get(f"{API}/me", headers=session).status_code == 401
    kind, actor, subject, payload = last_record(room)
    assert (kind, actor, subject) == ("authenticator-replaced", "terminal", "admin")
    assert secret.encode() not in payload
    assert browser.post(f"{API}/login", json=lost).status_code == 401
    code = {"code": code_at(secret, room.clock.now_ns)}
    no_password = {"password": OTHER_PASSWORD}
    assert browser.post(f"{API}/login", json=lost | code | no_password).status_code == 401
    assert browser.post(f"{API}/login", json=lost | code).json()["name"] == "admin"


def test_a_locked_account_opens_for_the_new_authenticator(room: Room) -> None:
    users, now_ns = room.context.users, room.clock.now_ns
    for _ in range(10):
        users.sign_in("admin", "wrong", "0", now_ns=now_ns)
    output = call("new-authenticator", DATABASE, "admin")
    (secret,) = (line.split()[-1] for line in output.splitlines() if "secret  " in line)
    assert users.sign_in("admin", PASSWORD, code_at(secret, now_ns), now_ns=now_ns) == "ok"


def test_a_forgotten_password_is_replaced_and_the_authenticator_stays(room: Room) -> None:
    session = room.session("guard")
    code = room.credentials("guard")["code"]
    output = call("new-password", DATABASE, "guard", typed=f"{OTHER_PASSWORD}\n" * 2)
    assert OTHER_PASSWORD not in output
    kind, actor, subject, payload = last_record(room)
    assert (kind, actor, subject) == ("password-replaced", "terminal", "guard")
    assert OTHER_PASSWORD.encode() not in payload
    users, now_ns = room.context.users, room.clock.now_ns
    assert room.context.sessions.of(session, now_ns=now_ns) is None
    assert users.sign_in("guard", OTHER_PASSWORD, "000000", now_ns=now_ns) == "wrong or used code"
    assert users.sign_in("guard", OTHER_PASSWORD, code, now_ns=now_ns) == "ok"
    later = now_ns + 30 * SECOND
    code = code_at(room.secrets["guard"], later)
    assert users.sign_in("guard", PASSWORD, code, now_ns=later) == "wrong password"


def test_a_weak_password_is_refused(room: Room) -> None:
    before = room.kinds()
    with pytest.raises(ArgumentError, match="too easy to guess"):
        call("new-password", DATABASE, "guard", typed="guard P. guard P.\n" * 2)
    assert room.kinds() == before


COMMANDS = {
    "invite-admin": ("bea", None),
    "new-authenticator": ("guard", None),
    "new-password": ("guard", f"{OTHER_PASSWORD}\n" * 2),
}


def _accounts(room: Room) -> list[list[tuple[Any, ...]]]:
    with room.context.database.read() as connection:
        return [[*map(tuple, connection.execute(select(table)))] for table in ACCOUNT_TABLES]


@pytest.mark.parametrize("command", COMMANDS)
def test_nothing_is_done_that_cannot_be_recorded(
    room: Room, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OutputError("site.sqlite", "cannot be written: disk full", "free some space")

    before = _accounts(room)
    monkeypatch.setattr(AuditLog, "add", full)
    name, typed = COMMANDS[command]
    with pytest.raises(OutputError, match="disk full"):
        call(command, DATABASE, name, typed=typed)
    assert _accounts(room) == before


@pytest.mark.parametrize("command", COMMANDS)
def test_nothing_is_recorded_that_cannot_be_done(room: Room, command: str) -> None:
    before = room.kinds()
    refused = {"invite-admin": "INSERT ON invitations"}.get(command, "UPDATE ON users")
    with room.context.database.begin() as connection:
        connection.exec_driver_sql(
            f"CREATE TRIGGER full BEFORE {refused} BEGIN SELECT RAISE(ABORT, 'full'); END"
        )
    name, typed = COMMANDS[command]
    with pytest.raises(IntegrityError, match="full"):
        call(command, DATABASE, name, typed=typed)
    assert room.kinds() == before


def test_a_file_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    missing = tmp_path / "none.sqlite"
    with pytest.raises(InputError, match="no such file"):
        call("invite-admin", str(missing), "bea")
    assert not missing.exists()


def test_a_database_of_something_else_is_left_alone(tmp_path: Path) -> None:
    place = tmp_path / "other.sqlite"
    with closing(open_database(place)) as other, other.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE flowers (name TEXT)")
    with pytest.raises(InputError, match="no audit log"):
        call("new-authenticator", str(place), "bea")


def test_a_station_that_never_ran_has_a_first_link(tmp_path: Path) -> None:
    place = tmp_path / "new.sqlite"
    with closing(open_database(place)) as new:
        AuditLog(new, "hall", "0.1.0")
    with pytest.raises(InputError, match="prints the first link"):
        call("invite-admin", str(place), "bea")


def test_the_record_goes_on_in_the_station_s_own_chain(room: Room) -> None:
    room.add("eva", Role.ADMIN)
    call("new-authenticator", DATABASE, "eva")
    with closing(open_database(DATABASE, read_only=True)) as database:
        records = list(AuditReader(database).records())
    assert [record.number for record in records] == [*range(1, len(records) + 1)]
    assert records[0].subject == "hall"
