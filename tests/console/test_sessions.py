"""Signing in and out: what lets somebody in, and that nothing lets them in afterwards."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from typing import Any

import httpx
import pytest
from litestar.testing import TestClient

from clearway.accounts import User
from clearway.alarms.roles import Permission, Role, permits
from clearway.console.security.rates import Rates
from tests.console.room import (
    API,
    COOKIE,
    PASSWORD,
    Room,
    client_of,
    problem_of,
    proofs,
    racing_client,
)

Browser = TestClient[Any]


def _sign_in(client: Browser, room: Room, name: str = "operator") -> httpx.Response:
    return client.post(f"{API}/login", json=room.credentials(name))


def _token_of(client: Browser) -> str:
    return client.cookies[COOKIE]


def _echo(client: Browser) -> dict[str, str]:
    return {"X-CSRF-Token": client.cookies["clearway_csrf"]}


def test_somebody_signs_in_and_out(client: Browser, room: Room) -> None:
    answer = _sign_in(client, room)
    assert answer.status_code == 200
    me = answer.json()
    assert me == {
        "name": "operator",
        "display": "operator P.",
        "role": "operator",
        "language": "en",
        "permissions": [one.value for one in Permission if permits(Role.OPERATOR, one)],
        "drill": False,
    }
    assert client.get(f"{API}/me").json() == me
    left = client.post(f"{API}/logout", headers=_echo(client))
    assert left.status_code == 204
    assert left.headers["clear-site-data"] == '"cache", "storage"'
    assert COOKIE not in client.cookies
    assert client.get(f"{API}/me").status_code == 401
    assert room.kinds() == ["signed-in", "signed-out"]


def test_the_cookies_are_for_this_server_alone(client: Browser, room: Room) -> None:
    answer = _sign_in(client, room)
    session, proof = sorted(answer.headers.get_list("set-cookie"))
    assert session.startswith(f"{COOKIE}=")
    for flag in ("HttpOnly", "Secure", "SameSite=strict", "Path=/"):
        assert flag in session
    assert proof.startswith("clearway_csrf=")
    assert "HttpOnly" not in proof
    assert "Secure" in proof
    for cookie in (session, proof):
        assert "Domain" not in cookie
        assert "Max-Age" not in cookie
        assert "expires" not in cookie.lower()
    assert client.cookies["clearway_csrf"] not in _token_of(client)


def test_a_stolen_cookie_is_worth_nothing_after_signing_out(client: Browser, room: Room) -> None:
    _sign_in(client, room)
    stolen = _token_of(client)
    client.post(f"{API}/logout", headers=_echo(client))
    for path in ("/me", "/site"):
        answer = client.get(API + path, headers=proofs(stolen))
        assert answer.status_code == 401
        assert problem_of(answer)["type"] == "urn:clearway:problem:signed-out"
    assert client.post(f"{API}/logout", headers=proofs(stolen)).status_code == 401


def test_a_session_that_somebody_has_planted_is_not_taken_over(client: Browser, room: Room) -> None:
    planted = "A" * 43
    client.cookies.set(COOKIE, planted)
    _sign_in(client, room)
    tokens = [cookie.value for cookie in client.cookies.jar if cookie.name == COOKIE]
    assert tokens[-1] != planted
    assert client.get(f"{API}/me", headers={"Cookie": f"{COOKIE}={planted}"}).status_code == 401


def test_who_signs_in_again_has_one_session(client: Browser, room: Room) -> None:
    _sign_in(client, room)
    first = _token_of(client)
    assert _sign_in(client, room, "supervisor").json()["name"] == "supervisor"
    client.cookies.clear()
    assert client.get(f"{API}/me", headers=proofs(first)).status_code == 401
    assert room.kinds() == ["signed-in", "signed-out", "signed-in"]


def test_a_code_that_was_used_is_refused(client: Browser, room: Room) -> None:
    assert _sign_in(client, room).status_code == 200
    client.cookies.clear()
    assert _sign_in(client, room).status_code == 401
    room.clock.pass_s(30)
    assert _sign_in(client, room).status_code == 200


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"name": "nobody-here"}, "unknown name"),
        ({"password": "another one entirely"}, "wrong password"),
        ({"code": "000000"}, "wrong or used code"),
        ({"name": "viewer"}, "disabled account"),
        ({"name": PASSWORD}, "unknown name"),
    ],
)
def test_every_way_of_being_wrong_is_told_alike(
    client: Browser, room: Room, wrong: dict[str, str], why: str
) -> None:
    room.context.users.set_disabled("viewer", disabled=True)
    answer = client.post(f"{API}/login", json=room.credentials("operator") | wrong)
    assert answer.status_code == 401
    told = dict(problem_of(answer))
    del told["instance"]
    other = client.post(f"{API}/login", json={"name": "x", "password": "y", "code": "z"}).json()
    del other["instance"]
    assert told == other
    assert "set-cookie" not in answer.headers
    first, _ = room.context.audit.stored(2)
    assert first.record is not None
    assert first.record.kind == "sign-in-failed"
    assert why.encode() in (first.payload or b"")


def test_the_record_of_a_failure_holds_nothing_that_was_typed(client: Browser, room: Room) -> None:
    client.post(f"{API}/login", json={"name": "hunter2 oops", "password": PASSWORD, "code": "1"})
    (record,) = room.context.audit.stored(2)
    assert record.record is not None
    assert record.record.actor == "unknown"
    assert b"hunter2" not in (record.payload or b"")
    assert PASSWORD.encode() not in (record.payload or b"")


def test_failures_lock_an_account(client: Browser, room: Room) -> None:
    wrong = room.credentials("operator") | {"password": "another one entirely"}
    for _ in range(5):
        assert client.post(f"{API}/login", json=wrong).status_code == 401
    assert _sign_in(client, room).status_code == 401
    assert room.kinds() == ["sign-in-failed"] * 6
    room.clock.pass_s(31)
    assert _sign_in(client, room).status_code == 200


def test_attempts_are_bounded_for_each_address_and_each_account(room: Room) -> None:
    rates = Rates(sign_ins_per_min=6.0, sign_in_burst=4, attempts_per_min=2.0, attempt_burst=3)
    limited = replace(room, context=replace(room.context, rates=rates))
    with client_of(limited) as client:
        codes = [
            client.post(f"{API}/login", json={"name": name, "password": "y", "code": "z"})
            for name in ("ana", "ana", "ana", "ana", "bea", "bea")
        ]
        assert [answer.status_code for answer in codes] == [401, 401, 401, 429, 429, 429]
        assert problem_of(codes[-1])["type"] == "urn:clearway:problem:too-many-requests"
        assert codes[3].headers["retry-after"] == "30"
        assert codes[4].headers["retry-after"] == "10"
        assert room.kinds() == ["sign-in-failed"] * 3
        room.clock.pass_s(30)
        assert _sign_in(client, room).status_code == 200


def test_a_session_ends_by_itself(client: Browser, room: Room) -> None:
    _sign_in(client, room)
    room.clock.pass_s(31 * 60)
    assert client.get(f"{API}/me").status_code == 401


def test_a_request_that_outlasts_its_session_does_not_revive_it(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, may_end = threading.Event(), threading.Event()
    all_users = room.context.users.all

    def slow() -> list[User]:
        begun.set()
        assert may_end.wait(30)
        return all_users()

    monkeypatch.setattr(room.context.users, "all", slow)

    async def race() -> tuple[int, int, int]:
        async with racing_client(room, room.session("admin")) as browser:
            slow_one = asyncio.create_task(browser.get(f"{API}/users"))
            await asyncio.to_thread(begun.wait, 30)
            left = await browser.post(f"{API}/logout")
            may_end.set()
            listed = await slow_one
            stolen = await browser.get(f"{API}/me")
        return left.status_code, listed.status_code, stolen.status_code

    assert asyncio.run(race()) == (204, 200, 401)


def test_of_many_who_sign_out_at_once_one_does(room: Room) -> None:
    async def race() -> list[int]:
        async with racing_client(room, room.session("operator")) as browser:
            answers = await asyncio.gather(*(browser.post(f"{API}/logout") for _ in range(6)))
            codes = [answer.status_code for answer in answers]
            codes.append((await browser.get(f"{API}/me")).status_code)
        return codes

    codes = asyncio.run(race())
    assert set(codes[:-1]) <= {204, 401}
    assert 204 in codes
    assert codes[-1] == 401
