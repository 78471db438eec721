"""The description of the API: complete, and true to what the server does."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from litestar.routes import HTTPRoute

from clearway.alarms.roles import Role
from clearway.console.app import application
from clearway.console.live.messages import MESSAGES
from clearway.console.replaying.commands import COMMANDS
from clearway.console.routes import API
from clearway.site.schema import Site
from tests.console.happenings import NEED_SEEN
from tests.console.room import Room, client_of

METHODS = {"get", "post", "put", "patch", "delete"}


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory, station: Site) -> Room:
    return Room.open(tmp_path_factory.mktemp("room"), station)


@pytest.fixture(scope="module")
def described(room: Room) -> dict[str, Any]:
    with client_of(room) as client:
        answer = client.get(f"{API}/openapi.json")
    assert answer.headers["content-type"].startswith("application/vnd.oai.openapi+json")
    told: dict[str, Any] = answer.json()
    return told


@pytest.fixture(scope="module")
def operations(described: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {
        (method.upper(), path): operation
        for path, item in described["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    }


def test_it_is_of_version_3_1(described: dict[str, Any]) -> None:
    assert described["openapi"] == "3.1.0"
    assert described["info"]["title"] == "Clearway console"


def test_it_names_every_operation_of_the_server(
    room: Room, operations: dict[tuple[str, str], dict[str, Any]]
) -> None:
    served = {
        (method, route.path_format)
        for route in application(room.context).routes
        if isinstance(route, HTTPRoute) and route.path.startswith(API)
        for method in route.route_handler_map
        if method != "OPTIONS"
    }
    assert set(operations) == served - {("GET", f"{API}/openapi.json")}


def test_each_operation_says_what_it_does_and_for_whom(
    operations: dict[tuple[str, str], dict[str, Any]],
) -> None:
    for place, operation in operations.items():
        assert operation["summary"].endswith("."), place
        assert "For " in operation["description"], place
        assert set(operation["x-roles"]) <= set(Role), place
        (proof,) = operation["security"] or [{}]
        needed = ["session"] if place[0] == "GET" else ["request_token", "session"]
        assert sorted(proof) == (needed if operation["x-roles"] else []), place
    names = [operation["operationId"] for operation in operations.values()]
    assert len(set(names)) == len(names)
    assert operations["GET", f"{API}/users"]["x-roles"] == ["admin"]


def test_each_refusal_is_described_as_a_problem(
    described: dict[str, Any], operations: dict[tuple[str, str], dict[str, Any]]
) -> None:
    problem = described["components"]["responses"]["Problem"]
    assert [*problem["content"]] == ["application/problem+json"]
    for operation in operations.values():
        codes = operation["responses"]
        assert codes["4XX"] == codes["5XX"] == {"$ref": "#/components/responses/Problem"}
        assert {code for code in codes if code.isdecimal()} <= {"200", "201", "204"}


def test_what_is_sent_has_no_other_fields(described: dict[str, Any]) -> None:
    schemas = described["components"]["schemas"]
    assert schemas["Login"]["additionalProperties"] is False
    assert "additionalProperties" not in schemas["Me"]


def test_what_silences_or_judges_an_alarm_says_what_was_seen(
    described: dict[str, Any], operations: dict[tuple[str, str], dict[str, Any]]
) -> None:
    def taken(action: str) -> dict[str, Any]:
        operation = operations["POST", f"{API}/alarms/{{alarm_id}}/{action}"]
        body = operation["requestBody"]["content"]["application/json"]["schema"]
        schema: dict[str, Any] = described["components"]["schemas"][body["$ref"].split("/")[-1]]
        return schema

    for action in NEED_SEEN:
        assert "seen" in taken(action)["required"], action
        assert "evidence-added" in taken(action)["properties"]["seen"]["description"]
    assert "seen" not in taken("escalate").get("required", [])
    assert "seen" in taken("escalate")["properties"]


def test_every_reference_leads_somewhere(described: dict[str, Any]) -> None:
    for reference in re.findall(r'"\$ref": ?"#/([^"]+)"', json.dumps(described)):
        place: Any = described
        for part in reference.split("/"):
            place = place[part]
    schemes = set(described["components"]["securitySchemes"])
    assert schemes == {"session", "request_token"}


def test_what_sockets_say_is_described(described: dict[str, Any]) -> None:
    schemas = described["components"]["schemas"]
    for one in (*MESSAGES, *COMMANDS):
        assert f"`{one.__name__}`" in described["info"]["description"]
        assert schemas[one.__name__]["properties"]["type"]["enum"] == [one.__struct_config__.tag]


def test_no_page_comes_from_elsewhere(room: Room) -> None:
    with client_of(room) as client:
        for path in ("/schema", f"{API}/docs", f"{API}/swagger", f"{API}/redoc", f"{API}/"):
            assert client.get(path).status_code == 404
