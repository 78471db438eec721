"""What somebody changes of their own account, and the proof that it is they who ask."""

from __future__ import annotations

from typing import Any

import pytest
from litestar.testing import TestClient

from tests.console.room import API, PASSWORD, Room, problem_of, proofs

Browser = TestClient[Any]


@pytest.mark.parametrize("header", [None, "", "0" * 64, "\u00e9"])
def test_what_changes_something_shows_the_session_s_own_token(
    client: Browser, room: Room, header: str | None
) -> None:
    token = room.session("operator")
    headers = proofs(token)
    del headers["X-CSRF-Token"]
    if header is not None:
        headers["X-CSRF-Token"] = header
    raw = {name.encode(): value.encode("latin-1") for name, value in headers.items()}
    answer = client.put(f"{API}/me/language", json={"language": "sr-Latn"}, headers=raw)
    assert answer.status_code == 403
    assert problem_of(answer)["type"] == "urn:clearway:problem:foreign-request"
    user = room.context.users.get("operator")
    assert user is not None
    assert user.language == "en"


def test_the_token_of_another_session_does_not_do(client: Browser, room: Room) -> None:
    mine, other = room.session("operator"), room.session("operator")
    headers = proofs(mine) | {"X-CSRF-Token": proofs(other)["X-CSRF-Token"]}
    answer = client.post(f"{API}/logout", headers=headers)
    assert answer.status_code == 403
    assert client.get(f"{API}/me", headers=proofs(mine)).status_code == 200


def test_a_language_is_chosen(client: Browser, room: Room) -> None:
    headers = proofs(room.session("guard"))
    chosen = client.put(f"{API}/me/language", json={"language": "sr-Latn"}, headers=headers)
    assert chosen.status_code == 204
    assert client.get(f"{API}/me", headers=headers).json()["language"] == "sr-Latn"
    refused = client.put(f"{API}/me/language", json={"language": "tlh"}, headers=headers)
    assert refused.status_code == 422
    assert problem_of(refused)["remedy"] == "Choose one of en, sr-Latn."
    assert room.kinds() == ["language-chosen"]


def test_a_password_is_changed_by_who_knows_it(client: Browser, room: Room) -> None:
    headers, other = proofs(room.session("guard")), proofs(room.session("guard"))
    known = room.credentials("guard")
    change = {"password": PASSWORD, "code": known["code"], "new_password": "nine quiet lamps rain"}
    wrong = client.put(f"{API}/me/password", json=change | {"password": "x"}, headers=headers)
    assert wrong.status_code == 422
    assert client.put(f"{API}/me/password", json=change, headers=headers).status_code == 204
    for session in (headers, other):
        assert client.get(f"{API}/me", headers=session).status_code == 401
    room.clock.pass_s(30)
    old = room.credentials("guard")
    assert client.post(f"{API}/login", json=old).status_code == 401
    room.clock.pass_s(30)
    new = room.credentials("guard") | {"password": "nine quiet lamps rain"}
    assert client.post(f"{API}/login", json=new).status_code == 200
    assert room.kinds()[:2] == ["sign-in-failed", "password-changed"]


def test_a_weak_new_password_is_refused(client: Browser, room: Room) -> None:
    change = room.credentials("guard") | {"new_password": "password1234"}
    del change["name"]
    answer = client.put(f"{API}/me/password", json=change, headers=proofs(room.session("guard")))
    assert answer.status_code == 422
    assert problem_of(answer)["detail"] == "Password: is too weak."
    assert "password1234" not in answer.text
