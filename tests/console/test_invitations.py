"""Invitations over the API: the only way to an account."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest
from litestar.testing import TestClient

from clearway.alarms.roles import Role
from clearway.console.app import build
from clearway.console.first_admin import first_admin_link
from clearway.site.schema import Site
from tests.accounts.clock import PASSWORD, code_at
from tests.console.room import API, COOKIE, ORIGIN, Room, client_of, problem_of, proofs

Browser = TestClient[Any]


def _invite(client: Browser, room: Room, name: str = "ivo", role: str = "guard") -> str:
    """Invite somebody; the token of the link."""
    answer = client.post(
        f"{API}/users",
        json={"name": name, "role": role, "display": "Ivo I."},
        headers=proofs(room.session("admin")),
    )
    assert answer.status_code == 201
    link: str = answer.json()["invitation_url"]
    address, token = link.split("#")
    assert address == f"{ORIGIN}/enrol"
    return token


def _take(client: Browser, token: str, **changes: str) -> httpx.Response:
    account = {"name": "ivo", "display": "Ivo I.", "password": PASSWORD} | changes
    return client.post(f"{API}/invitations/{token}", json=account)


def test_somebody_is_invited_and_comes_in(client: Browser, room: Room) -> None:
    token = _invite(client, room)
    seen = client.get(f"{API}/invitations/{token}")
    assert seen.json() == {"role": "guard", "kind": "user", "name": "ivo"}
    taken = _take(client, token)
    assert taken.status_code == 201
    secret = taken.json()["totp_secret"]
    assert taken.json()["totp_uri"].startswith("otpauth://totp/")
    assert f"secret={secret}" in taken.json()["totp_uri"]
    confirm = f"{API}/invitations/{token}/confirm"
    wrong = client.post(confirm, json={"code": "000000"})
    assert wrong.status_code == 422
    assert problem_of(wrong)["type"] == "urn:clearway:problem:wrong-code"
    right = {"code": code_at(secret, room.clock.now_ns)}
    assert client.post(confirm, json=right).status_code == 204
    assert client.post(confirm, json=right).status_code == 404
    room.clock.pass_s(30)
    login = {"name": "ivo", "password": PASSWORD, "code": code_at(secret, room.clock.now_ns)}
    assert client.post(f"{API}/login", json=login).json()["role"] == "guard"
    assert room.kinds() == [
        "user-invited",
        "account-created",
        "authenticator-confirmed",
        "signed-in",
    ]


def test_the_log_says_who_invited_whom_and_no_secret(client: Browser, room: Room) -> None:
    token = _invite(client, room)
    secret = _take(client, token).json()["totp_secret"]
    invited, created = room.context.audit.stored(2)
    assert invited.record is not None
    assert created.record is not None
    assert (invited.record.actor, invited.record.subject) == ("admin", "ivo")
    assert (created.record.actor, created.record.subject) == ("ivo", "ivo")
    for row in (invited, created):
        assert b'"role":"guard"' in (row.payload or b"")
        for text in (token, secret, PASSWORD):
            assert text.encode() not in (row.payload or b"")


def test_an_invitation_is_good_for_one_account(client: Browser, room: Room) -> None:
    token = _invite(client, room)
    assert _take(client, token).status_code == 201
    for answer in (_take(client, token), client.get(f"{API}/invitations/{token}")):
        assert answer.status_code == 404
        assert problem_of(answer)["type"] == "urn:clearway:problem:invitation-gone"


def test_it_stays_good_when_what_was_chosen_cannot_be_used(client: Browser, room: Room) -> None:
    token = _invite(client, room)
    weak = _take(client, token, password="password1234")  # noqa: S106 - nobody's
    assert weak.status_code == 422
    assert problem_of(weak)["errors"][0]["field"] == "password"
    other_name = _take(client, token, name="ana")
    assert problem_of(other_name)["remedy"] == "Use ivo."
    assert _take(client, token, display="\u200b").status_code == 422
    assert _take(client, token).status_code == 201


def test_it_ends_after_a_day_and_when_another_is_made(client: Browser, room: Room) -> None:
    first = _invite(client, room)
    second = _invite(client, room)
    assert _take(client, first).status_code == 404
    room.clock.pass_s(24 * 3600)
    assert _take(client, second).status_code == 404


def test_of_many_who_take_it_at_once_one_gets_it(room: Room) -> None:
    now_ns = room.clock.now_ns
    room.context.users.set_disabled("viewer", disabled=True)
    token = room.context.invitations.invite(Role.GUARD, "ivo", now_ns=now_ns)

    async def race() -> list[int]:
        application: Any = build(room.context, [ORIGIN])
        transport = httpx.ASGITransport(application)
        account = {"name": "ivo", "display": "Ivo I.", "password": PASSWORD}
        async with httpx.AsyncClient(
            transport=transport, base_url=ORIGIN, headers={"Origin": ORIGIN}
        ) as browser:
            answers = await asyncio.gather(
                *(browser.post(f"{API}/invitations/{token}", json=account) for _ in range(5))
            )
        return sorted(answer.status_code for answer in answers)

    assert asyncio.run(race()) == [201, 404, 404, 404, 404]


def test_the_first_administrator_comes_in_by_the_terminal_s_link(
    tmp_path: Path, station: Site
) -> None:
    room = Room.open(tmp_path, station, roles=())
    withdrawn = first_admin_link(room.context, ORIGIN)
    link = first_admin_link(room.context, ORIGIN)
    assert withdrawn is not None
    assert link is not None
    token = link.removeprefix(f"{ORIGIN}/enrol#")
    with client_of(room) as client:
        seen = client.get(f"{API}/invitations/{token}").json()
        assert seen == {"role": "admin", "kind": "first_admin"}
        assert _take(client, withdrawn.partition("#")[2]).status_code == 404
        secret = _take(client, token).json()["totp_secret"]
        login = {"name": "ivo", "password": PASSWORD, "code": code_at(secret, room.clock.now_ns)}
        assert client.post(f"{API}/login", json=login).json()["role"] == "admin"
        assert COOKIE in client.cookies
    assert first_admin_link(room.context, ORIGIN) is None
    assert room.kinds() == ["user-invited", "user-invited", "account-created", "signed-in"]


def test_a_forgotten_first_link_is_worth_nothing_once_there_is_an_administrator(
    client: Browser, room: Room
) -> None:
    token = room.context.invitations.invite(Role.ADMIN, now_ns=room.clock.now_ns)
    assert client.get(f"{API}/invitations/{token}").status_code == 404
    assert _take(client, token).status_code == 404
    assert room.context.users.get("ivo") is None


def test_what_waits_to_be_confirmed_is_bounded(client: Browser, room: Room) -> None:
    from clearway.console.routes import invitations

    first = _invite(client, room)
    secret = _take(client, first).json()["totp_secret"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(invitations, "_MOST_WAITING", 1)
        assert _take(client, _invite(client, room, "eva"), name="eva").status_code == 201
    code = {"code": code_at(secret, room.clock.now_ns)}
    assert client.post(f"{API}/invitations/{first}/confirm", json=code).status_code == 404
