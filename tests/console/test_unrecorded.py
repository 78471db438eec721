"""While the audit log takes nothing, nothing of an account is changed, and who leaves is out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

import httpx
import pytest
from litestar.testing import TestClient
from sqlalchemy import select

from clearway.accounts.tables import ACCOUNT_TABLES
from clearway.alarms.roles import Role
from clearway.console.conversation import SESSION_OVER
from clearway.console.demonstration import demonstration_links
from clearway.console.first_admin import first_admin_link
from clearway.errors import OutputError
from tests.console.happenings import Hall
from tests.console.pages import LIVE, Page, page
from tests.console.room import API, COOKIE, ORIGIN, PASSWORD, Room, problem_of, proofs

Browser = TestClient[Any]
NEW_PASSWORD = "nine quiet lamps rain"  # noqa: S105 - of nobody


def _refuses(*_: object, **__: object) -> NoReturn:
    raise OutputError("site.sqlite", "cannot be written: disk full", "free some space")


def _accounts(room: Room) -> list[list[tuple[Any, ...]]]:
    with room.context.database.read() as connection:
        queries = [select(table) for table in ACCOUNT_TABLES]
        return [sorted(map(tuple, connection.execute(query))) for query in queries]


def _change(client: Browser, room: Room, change: dict[str, object]) -> httpx.Response:
    headers = proofs(room.session("admin"))
    return client.patch(f"{API}/users/guard", json=change, headers=headers)


def _invite(client: Browser, room: Room) -> httpx.Response:
    asked = {"name": "ivo", "role": "guard"}
    return client.post(f"{API}/users", json=asked, headers=proofs(room.session("admin")))


def _take(client: Browser, room: Room) -> httpx.Response:
    token = room.context.invitations.invite(Role.GUARD, "ivo", now_ns=room.clock.now_ns)
    account = {"name": "ivo", "display": "Ivo I.", "password": PASSWORD}
    return client.post(f"{API}/invitations/{token}", json=account)


def _choose_language(client: Browser, room: Room) -> httpx.Response:
    headers = proofs(room.session("guard"))
    return client.put(f"{API}/me/language", json={"language": "sr-Latn"}, headers=headers)


REQUESTS: dict[str, Callable[[Browser, Room], httpx.Response]] = {
    "role": lambda client, room: _change(client, room, {"role": "admin"}),
    "disable": lambda client, room: _change(client, room, {"disabled": True}),
    "invite": _invite,
    "take": _take,
    "language": _choose_language,
}


@pytest.mark.parametrize("request_", REQUESTS)
def test_nothing_is_changed_that_cannot_be_recorded(
    client: Browser, room: Room, monkeypatch: pytest.MonkeyPatch, request_: str
) -> None:
    monkeypatch.setattr(room.context.audit, "add", _refuses)
    users, _, invitations = _accounts(room)
    answer = REQUESTS[request_](client, room)
    assert answer.status_code == 503
    problem_of(answer)
    now_users, _, now_invitations = _accounts(room)
    assert now_users == users
    # One whose account could not be made is as good as before.
    assert len(now_invitations) == len(invitations) + (request_ == "take")


def test_a_password_stays_whose_change_cannot_be_recorded(
    client: Browser, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    headers = proofs(room.session("guard"))
    change = room.credentials("guard") | {"new_password": NEW_PASSWORD}
    del change["name"]
    with monkeypatch.context() as full:
        full.setattr(room.context.audit, "add", _refuses)
        assert client.put(f"{API}/me/password", json=change, headers=headers).status_code == 503
    assert client.get(f"{API}/me", headers=headers).status_code == 200
    room.clock.pass_s(30)
    assert client.post(f"{API}/login", json=room.credentials("guard")).status_code == 200


def test_a_first_code_counts_only_where_it_is_recorded(
    client: Browser, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = room.context.invitations.invite(Role.GUARD, "ivo", now_ns=room.clock.now_ns)
    account = {"name": "ivo", "display": "Ivo I.", "password": PASSWORD}
    taken = client.post(f"{API}/invitations/{token}", json=account)
    room.secrets["ivo"] = taken.json()["totp_secret"]
    code = {"code": room.credentials("ivo")["code"]}
    with monkeypatch.context() as full:
        full.setattr(room.context.audit, "add", _refuses)
        refused = client.post(f"{API}/invitations/{token}/confirm", json=code)
        assert refused.status_code == 503
    assert client.post(f"{API}/invitations/{token}/confirm", json=code).status_code == 204
    assert room.kinds() == ["account-created", "authenticator-confirmed"]


def test_the_terminal_gives_no_way_in_without_a_record(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    room.add("bea", Role.ADMIN)
    before = _accounts(room)
    monkeypatch.setattr(room.context.audit, "add", _refuses)
    monkeypatch.setattr(room.context.users, "has_admin", lambda: False)
    with pytest.raises(OutputError):
        first_admin_link(room.context, ORIGIN)
    monkeypatch.setattr("clearway.console.demonstration.PEOPLE", {"ana": ("Ana", Role.OPERATOR)})
    with pytest.raises(OutputError):
        demonstration_links(room.context, ORIGIN)
    assert _accounts(room) == before


def test_pages_end_with_a_change_whatever_fails_after_it(
    client: Browser, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    get = room.context.users.get

    def once(name: str) -> Any:
        asked.append(name)
        if len(asked) > 1:
            _refuses()
        return get(name)

    hall = Hall(client, room)
    with page(hall, "guard") as opened:
        monkeypatch.setattr(room.context.users, "get", once)
        assert _change(client, room, {"disabled": True}).status_code == 503
        assert opened.until_closed() == SESSION_OVER
    assert "account-disabled" in room.kinds()


def test_pages_go_on_where_nothing_was_changed(
    client: Browser, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    hall = Hall(client, room)
    with page(hall, "guard") as opened:
        monkeypatch.setattr(room.context.audit, "add", _refuses)
        assert _change(client, room, {"disabled": True}).status_code == 503
        opened.next("clock")


class TestSigningOut:
    def test_it_ends_the_session_and_is_recorded_late(
        self, client: Browser, room: Room, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        token = room.session("operator")
        headers = {"Origin": ORIGIN} | proofs(token)
        with client.websocket_connect(LIVE, headers=headers) as socket:
            opened = Page(socket)
            opened.next("clock")
            with monkeypatch.context() as full:
                full.setattr(room.context.audit, "add", _refuses)
                left = client.post(f"{API}/logout", headers=proofs(token))
            assert left.status_code == 204
            assert left.headers["clear-site-data"] == '"cache", "storage"'
            assert opened.until_closed() == SESSION_OVER
        assert client.get(f"{API}/me", headers=proofs(token)).status_code == 401
        assert "signed-out" not in room.kinds()
        room.clock.pass_s(60)
        room.context.keep_late_records()
        (record,) = room.context.audit.records(2, kind="signed-out")
        assert (record.actor, record.subject) == ("operator", "operator")
        assert record.time_ns == room.clock.now_ns - 60 * 10**9

    def test_also_on_a_disk_that_takes_nothing_at_all(
        self, client: Browser, room: Room, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        headers = proofs(room.session("operator"))
        with monkeypatch.context() as full:
            full.setattr(room.context.database, "begin", _refuses)
            assert client.post(f"{API}/logout", headers=headers).status_code == 204
            assert client.get(f"{API}/me", headers=headers).status_code == 401
        room.context.keep_late_records()
        assert client.get(f"{API}/me", headers=headers).status_code == 401
        _, sessions, _ = _accounts(room)
        assert sessions == []
        assert room.kinds() == ["signed-out"]

    def test_so_does_a_defect(
        self, client: Browser, room: Room, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def broken(*_: object, **__: object) -> NoReturn:
            raise RuntimeError("a defect")

        token = room.session("operator")
        headers = {"Origin": ORIGIN} | proofs(token)
        with client.websocket_connect(LIVE, headers=headers) as socket:
            opened = Page(socket)
            opened.next("clock")
            monkeypatch.setattr(room.context.audit, "add", broken)
            assert client.post(f"{API}/logout", headers=proofs(token)).status_code == 500
            assert opened.until_closed() == SESSION_OVER
        assert client.get(f"{API}/me", headers=proofs(token)).status_code == 401

    def test_who_signs_in_after_somebody_else_has_still_to_be_recorded(
        self, client: Browser, room: Room, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        client.post(f"{API}/login", json=room.credentials("operator"))
        first = client.cookies[COOKIE]
        monkeypatch.setattr(room.context.audit, "add", _refuses)
        answer = client.post(f"{API}/login", json=room.credentials("supervisor"))
        assert answer.status_code == 503
        assert "set-cookie" not in answer.headers
        assert client.get(f"{API}/me", headers=proofs(first)).status_code == 401
