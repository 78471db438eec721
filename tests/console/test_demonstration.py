"""Links into a demonstration: they open it, and nothing that is real."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from litestar.testing import TestClient

from clearway.accounts import Users
from clearway.console.demonstration import PEOPLE, demonstration_links
from tests.accounts.clock import chance
from tests.console.room import API, ORIGIN, Room, client_of, problem_of

NAMES = {"operator": "ana", "supervisor": "sanja", "guard": "goran", "auditor": "vera"}


@pytest.fixture
def demonstration(room: Room, monkeypatch: pytest.MonkeyPatch) -> Room:
    """A room whose people are all simulated; it has accounts of its own besides."""
    monkeypatch.setattr(
        "clearway.console.demonstration.PEOPLE",
        {NAMES[name]: who for name, who in PEOPLE.items()},
    )
    room.context = replace(room.context, is_demonstration=True)
    return room


def _enter(client: TestClient[Any], link: str) -> Any:
    return client.post(f"{API}/demonstration", json={"token": link.partition("#")[2]})


def test_each_link_leads_to_its_own_account(demonstration: Room) -> None:
    links = demonstration_links(demonstration.context, ORIGIN, chance(9))
    assert len({*links.values()}) == len(PEOPLE)
    for name, link in links.items():
        assert link.startswith(f"{ORIGIN}/enter#")
        with client_of(demonstration) as client:
            answer = _enter(client, link)
            assert answer.status_code == 200
            assert (answer.json()["name"], answer.json()["role"]) == (
                name,
                next(role for role in NAMES if NAMES[role] == name),
            )
            assert client.get(f"{API}/me").json()["name"] == name
    kinds = demonstration.kinds()
    assert kinds.count("signed-in") == len(PEOPLE)


def test_a_link_of_another_demonstration_leads_nowhere(demonstration: Room) -> None:
    demonstration_links(demonstration.context, ORIGIN, chance(9))
    with client_of(demonstration) as client:
        answer = _enter(client, f"{ORIGIN}/enter#{'x' * 43}")
        assert answer.status_code == 401
        assert problem_of(answer)["type"] == "urn:clearway:problem:link-over"
        assert client.get(f"{API}/me").status_code == 401


def test_a_real_station_has_no_such_way_in(room: Room) -> None:
    room.context.demonstration["known"] = "operator"
    with client_of(room) as client:
        assert _enter(client, f"{ORIGIN}/enter#known").status_code == 404
        assert client.get(f"{API}/me").status_code == 401


def test_nobody_knows_the_passwords(demonstration: Room) -> None:
    links = demonstration_links(demonstration.context, ORIGIN, chance(9))
    users: Users = demonstration.context.users
    token = links["ana"].partition("#")[2]
    assert users.sign_in("ana", token, "123456", now_ns=demonstration.clock.now_ns).value != "ok"
