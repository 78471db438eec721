"""Who may do what: every operation, tried by every role and by nobody."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

import pytest
from litestar.exceptions import WebSocketDisconnect
from litestar.routes import HTTPRoute, WebSocketRoute
from litestar.testing import TestClient

from clearway.alarms.roles import Permission, Role, permits
from clearway.console.app import application
from clearway.console.routes import API
from clearway.site.schema import Site
from tests.console.room import ORIGIN, Room, client_of, problem_of, proofs

Allowed = tuple[Permission, ...]

ANYBODY: Final = None
SIGNED_IN: Final[Allowed] = tuple(Permission)
"""Each role has one of them."""

# Said here once more, so that a slip in a handler's declaration is found.
TABLE: Final[dict[tuple[str, str], Allowed | None]] = {
    ("POST", "/login"): ANYBODY,
    ("POST", "/logout"): SIGNED_IN,
    ("GET", "/me"): SIGNED_IN,
    ("PUT", "/me/language"): SIGNED_IN,
    ("PUT", "/me/password"): SIGNED_IN,
    ("GET", "/invitations/{token}"): ANYBODY,
    ("POST", "/invitations/{token}"): ANYBODY,
    ("POST", "/invitations/{token}/confirm"): ANYBODY,
    ("GET", "/site"): SIGNED_IN,
    ("GET", "/users"): (Permission.MANAGE_USERS,),
    ("POST", "/users"): (Permission.MANAGE_USERS,),
    ("PATCH", "/users/{name}"): (Permission.MANAGE_USERS,),
    ("GET", "/audit"): (Permission.READ_AUDIT,),
    ("GET", "/audit/verification"): (Permission.READ_AUDIT,),
    ("GET", "/alarms"): (Permission.SEE_ALARMS, Permission.SEE_TASK),
    ("GET", "/alarms/{alarm_id}"): (Permission.SEE_ALARMS, Permission.SEE_TASK),
    ("POST", "/alarms/{alarm_id}/acknowledge"): (Permission.DECIDE,),
    ("POST", "/alarms/{alarm_id}/unacknowledge"): (Permission.DECIDE,),
    ("POST", "/alarms/{alarm_id}/take-over"): (Permission.DECIDE,),
    ("POST", "/alarms/{alarm_id}/hand-over"): (Permission.DECIDE,),
    ("POST", "/alarms/{alarm_id}/dismiss"): (Permission.DECIDE,),
    ("POST", "/alarms/{alarm_id}/escalate"): (Permission.DECIDE,),
    ("POST", "/alarms/{alarm_id}/resolve"): (Permission.DECIDE,),
    ("POST", "/alarms/{alarm_id}/delivered"): (Permission.ANSWER,),
    ("POST", "/alarms/{alarm_id}/read"): (Permission.ANSWER,),
    ("POST", "/alarms/{alarm_id}/answer"): (Permission.ANSWER,),
    ("GET", "/operators"): (Permission.DECIDE,),
    ("POST", "/drill"): (Permission.DRILL,),
    ("GET", "/sensors"): (Permission.SEE_SENSORS,),
    ("POST", "/sensors/{sensor_id}/shelve"): (Permission.SHELVE,),
    ("POST", "/sensors/{sensor_id}/unshelve"): (Permission.SHELVE,),
    ("GET", "/statistics"): (Permission.SEE_STATISTICS,),
    ("GET", "/reports/daily"): (Permission.SEE_STATISTICS,),
    ("GET", "/daily-checks"): (Permission.DAILY_CHECK, Permission.SEE_STATISTICS),
    ("POST", "/daily-checks"): (Permission.DAILY_CHECK,),
    ("GET", "/recording"): (Permission.REPLAY,),
    ("GET", "/openapi.json"): ANYBODY,
}
SOCKETS: Final[dict[str, Allowed]] = {
    "/live": (
        Permission.SEE_PLAN,
        Permission.SEE_ALARMS,
        Permission.SEE_SENSORS,
        Permission.SEE_STATISTICS,
        Permission.SEE_TASK,
    ),
    "/replay": (Permission.REPLAY,),
}


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory, station: Site) -> Room:
    return Room.open(tmp_path_factory.mktemp("room"), station)


@pytest.fixture(scope="module")
def client(room: Room) -> Iterator[TestClient[Any]]:
    with client_of(room) as opened:
        yield opened


def test_the_table_names_every_operation(room: Room) -> None:
    operations, sockets = set(), set()
    for route in application(room.context).routes:
        path = route.path_format
        if isinstance(route, HTTPRoute) and path.startswith(API):
            methods = {*route.route_handler_map} - {"OPTIONS"}
            operations |= {(method, path.removeprefix(API)) for method in methods}
        elif isinstance(route, WebSocketRoute):
            sockets.add(path.removeprefix(API))
    assert operations == set(TABLE)
    assert sockets == set(SOCKETS)


def _may(role: Role | None, allowed: Allowed | None) -> bool:
    if allowed is None:
        return True
    return role is not None and any(permits(role, one) for one in allowed)


@pytest.mark.parametrize("role", [*Role, None], ids=lambda role: role or "nobody")
@pytest.mark.parametrize("operation", TABLE, ids=" ".join)
def test_an_operation_is_open_to_exactly_these(
    client: TestClient[Any], room: Room, operation: tuple[str, str], role: Role | None
) -> None:
    method, path = operation
    address = API + re.sub(r"\{\w+\}", "nobody-here", path)
    headers = {} if role is None else proofs(room.session(role.value))
    content: Any = None if method == "GET" else {}
    answer = client.request(method, address, headers=headers, json=content)
    if _may(role, TABLE[operation]):
        # What is missing from the request is found behind the guard, not before it.
        assert answer.status_code in {200, 204, 400, 404, 422}
    else:
        assert answer.status_code == (401 if role is None else 403)
        code = "signed-out" if role is None else "not-permitted"
        assert problem_of(answer)["type"].endswith(f":{code}")


@pytest.mark.parametrize("role", [*Role, None], ids=lambda role: role or "nobody")
def test_a_socket_is_open_to_exactly_these(
    client: TestClient[Any], room: Room, role: Role | None
) -> None:
    headers = {"Origin": ORIGIN} | ({} if role is None else proofs(room.session(role.value)))
    for path, allowed in SOCKETS.items():
        address = ORIGIN.replace("https", "wss") + API + path
        if _may(role, allowed):
            with client.websocket_connect(address, headers=headers):
                pass
        else:
            with (
                pytest.raises(WebSocketDisconnect) as refused,
                client.websocket_connect(address, headers=headers),
            ):
                pass
            assert refused.value.code == (4401 if role is None else 4403)


def test_who_is_refused_is_told_whom_to_ask(client: TestClient[Any], room: Room) -> None:
    answer = client.get(f"{API}/users", headers=proofs(room.session("operator")))
    assert problem_of(answer)["remedy"] == "Ask somebody who is admin."


def test_a_role_that_was_taken_away_is_gone_at_once(client: TestClient[Any], room: Room) -> None:
    room.add("bea", Role.ADMIN)
    token = room.session("bea")
    assert client.get(f"{API}/users", headers=proofs(token)).status_code == 200
    room.context.users.set_role("bea", Role.VIEWER)
    assert client.get(f"{API}/users", headers=proofs(token)).status_code == 401
    again = proofs(room.session("bea"))
    assert client.get(f"{API}/users", headers=again).status_code == 403
