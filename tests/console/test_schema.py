"""The API against its own description: whatever fits or misses it is answered as described."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from clearway.console.app import build
from clearway.console.openapi import document
from clearway.console.security.authentication import request_token, session_cookie
from tests.console.room import Room

HOST = "127.0.0.1"
ORIGIN = f"http://{HOST}"


def _headers(room: Room, role: str | None) -> dict[str, str]:
    headers = {"Host": HOST, "Origin": ORIGIN}
    if role is not None:
        # A new session each time: some operations end it.
        token = room.session(role)
        headers["Cookie"] = f"{session_cookie('http')}={token}"
        headers["X-CSRF-Token"] = request_token(token)
    return headers


def _try(cases: Any, room: Room, role: str | None, checks: list[Any]) -> Counter[int]:
    codes: Counter[int] = Counter()

    @settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
    @given(case=cases)
    def is_answered(case: Any) -> None:
        answer = case.call_and_validate(headers=_headers(room, role), checks=checks)
        codes[answer.status_code] += 1

    is_answered()
    return codes


@pytest.mark.long
@pytest.mark.parametrize("mode", ["POSITIVE", "NEGATIVE"])
def test_every_operation_is_as_described(room: Room, mode: str) -> None:
    schemathesis = pytest.importorskip("schemathesis")
    known = pytest.importorskip("schemathesis.checks")
    checks = [
        known.not_a_server_error,
        known.content_type_conformance,
        known.response_headers_conformance,
        known.response_schema_conformance,
        known.status_code_conformance,
    ]
    description = document(room.context)
    roles = {}
    for path, item in description["paths"].items():
        for method, told in item.items():
            # Where nothing is taken, nothing can be wrong.
            if mode == "POSITIVE" or told.keys() & {"parameters", "requestBody"}:
                roles[path, method] = next(iter(told["x-roles"]), None)
            # Proofs that it makes up itself would be in the way of the true ones.
            del told["security"]
    schema = schemathesis.openapi.from_dict(description)
    schema.app = build(room.context, [ORIGIN])
    tried = set()
    for found in schema.get_all_operations():
        operation = found.ok()
        place = (operation.path, operation.method)
        if place not in roles:
            continue
        cases = operation.as_strategy(generation_mode=schemathesis.GenerationMode[mode])
        codes = _try(cases, room, roles[place], checks)
        # Otherwise little would have been tried.
        assert roles[place] is None or not codes.keys() & {401, 403}, place
        tried.add(place)
    assert tried == set(roles)
