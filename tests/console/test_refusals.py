"""Too many requests, and failures: what is said of them, and what is not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from litestar.testing import TestClient

from clearway.console.security.rates import Rates, address_of
from clearway.errors import InputError, OutputError
from tests.console.room import API, Room, client_of, problem_of, proofs

Browser = TestClient[Any]


def test_too_many_requests_of_one_address_are_refused(room: Room) -> None:
    rates = Rates(requests_per_min=60.0, request_burst=3)
    with client_of(replace(room, context=replace(room.context, rates=rates))) as client:
        assert [client.get("/").status_code for _ in range(4)] == [200, 200, 200, 429]
        room.clock.pass_s(1)
        assert client.get("/").status_code == 200


def test_addresses_that_one_machine_can_have_count_as_one() -> None:
    one, other = (address_of((host, 1)) for host in ("2001:db8::1", "2001:db8::ffff:2"))
    assert one == other
    assert address_of(("2001:db8:0:1::1", 1)) != one
    assert address_of(("::ffff:192.0.2.7", 1)) == address_of(("192.0.2.7", 2)) == "192.0.2.7"
    assert address_of(("::1", 1)) == "::1"
    assert address_of(None) == "unknown"


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (OutputError("/secret/site.sqlite", "cannot be written: disk full", "x"), 503),
        (InputError("/secret/site.sqlite", ()), 503),
        (ValueError("/secret/site.sqlite"), 500),
    ],
)
def test_a_failure_tells_nothing_of_the_inside(
    client: Browser,
    room: Room,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
    status: int,
) -> None:
    def fail() -> None:
        raise error

    monkeypatch.setattr(room.context.users, "all", fail)
    answer = client.get(f"{API}/users", headers=proofs(room.session("admin")))
    assert answer.status_code == status
    told = problem_of(answer)
    assert "secret" not in answer.text
    assert "Error:" not in answer.text
    # Whoever looks after the station finds it by the name that the person was told.
    assert told["instance"].removeprefix("urn:uuid:") in caplog.text
    assert "secret" in caplog.text or isinstance(error, InputError)
