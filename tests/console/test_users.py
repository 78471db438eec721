"""The accounts of a site in the hands of its administrators."""

from __future__ import annotations

from typing import Any

import pytest
from litestar.testing import TestClient

from clearway.alarms.roles import Role
from tests.accounts.clock import START_NS
from tests.console.room import API, Room, problem_of, proofs

Browser = TestClient[Any]


def test_accounts_are_listed_by_name(client: Browser, room: Room) -> None:
    listed = client.get(f"{API}/users", headers=proofs(room.session("admin"))).json()
    assert [user["name"] for user in listed] == sorted(role.value for role in Role)
    assert listed[0] == {
        "name": "admin",
        "display": "admin P.",
        "role": "admin",
        "disabled": False,
        "created_us": START_NS // 1000,
    }


@pytest.mark.parametrize("name", ["operator", "Ana", "a", "ana b", "../x", "ivo\n", ""])
def test_only_new_and_plain_names_are_invited(client: Browser, room: Room, name: str) -> None:
    headers = proofs(room.session("admin"))
    answer = client.post(f"{API}/users", json={"name": name, "role": "guard"}, headers=headers)
    assert answer.status_code == (422 if name == "operator" else 400)
    assert problem_of(answer)["errors"][0]["field"] == "name"
    assert room.kinds() == []


def test_nobody_is_invited_under_a_name_of_the_station_itself(client: Browser, room: Room) -> None:
    headers = proofs(room.session("admin"))
    invited = {"name": "clearway", "role": "guard"}
    answer = client.post(f"{API}/users", json=invited, headers=headers)
    assert answer.status_code == 422
    assert "is not for people" in problem_of(answer)["detail"]
    assert room.kinds() == []


def test_another_role_ends_the_sessions(client: Browser, room: Room) -> None:
    guard, admin = room.session("guard"), proofs(room.session("admin"))
    changed = client.patch(f"{API}/users/guard", json={"role": "operator"}, headers=admin)
    assert changed.json()["role"] == "operator"
    assert client.get(f"{API}/me", headers=proofs(guard)).status_code == 401
    assert room.kinds() == ["role-changed"]


def test_a_disabled_account_is_out_at_once_and_may_come_back(client: Browser, room: Room) -> None:
    guard, admin = room.session("guard"), proofs(room.session("admin"))
    path = f"{API}/users/guard"
    assert client.patch(path, json={"disabled": True}, headers=admin).json()["disabled"] is True
    assert client.get(f"{API}/me", headers=proofs(guard)).status_code == 401
    login = room.credentials("guard")
    assert client.post(f"{API}/login", json=login).status_code == 401
    assert client.patch(path, json={"disabled": False}, headers=admin).json()["disabled"] is False
    assert client.get(f"{API}/me", headers=proofs(guard)).status_code == 401
    assert client.post(f"{API}/login", json=login).status_code == 200
    assert room.kinds() == ["account-disabled", "sign-in-failed", "account-enabled", "signed-in"]


@pytest.mark.parametrize("change", [{"disabled": True}, {"role": "viewer"}])
def test_the_last_administrator_stays(
    client: Browser, room: Room, change: dict[str, object]
) -> None:
    headers = proofs(room.session("admin"))
    answer = client.patch(f"{API}/users/admin", json=change, headers=headers)
    assert answer.status_code == 422
    assert problem_of(answer)["detail"] == "Name: admin is the last administrator."
    assert client.get(f"{API}/users", headers=headers).status_code == 200
    assert room.kinds() == []
    room.add("bea", Role.ADMIN)
    assert client.patch(f"{API}/users/admin", json=change, headers=headers).status_code == 200


def test_a_change_is_one_and_of_somebody(client: Browser, room: Room) -> None:
    headers = proofs(room.session("admin"))
    for change in ({}, {"role": "viewer", "disabled": True}):
        answer = client.patch(f"{API}/users/guard", json=change, headers=headers)
        assert answer.status_code == 422
    nobody = client.patch(f"{API}/users/nobody", json={"disabled": True}, headers=headers)
    assert problem_of(nobody)["type"] == "urn:clearway:problem:no-such-account"
    unknown = client.patch(f"{API}/users/guard", json={"role": "king"}, headers=headers)
    assert unknown.status_code == 400
