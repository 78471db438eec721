"""What somebody who looks after the station sees of attempts: the log of refusals."""

from __future__ import annotations

from typing import Any

import pytest
from litestar.testing import TestClient

from tests.console.room import API, ORIGIN, Room, proofs

Browser = TestClient[Any]


def test_it_names_request_and_address(
    client: Browser, room: Room, caplog: pytest.LogCaptureFixture
) -> None:
    session = proofs(room.session("viewer"))
    answers = {
        400: client.post(f"{API}/login", json={}),
        403: client.post(f"{API}/logout", headers=session | {"X-CSRF-Token": "x"}),
        405: client.request("TRACE", "/"),
        415: client.post(f"{API}/login", content=b"1"),
        421: client.get("/", headers={"Host": "evil.test"}),
    }
    for status, answer in answers.items():
        name = answer.headers["x-request-id"]
        assert f"request {name} of testclient was refused: {status}" in caplog.messages


def test_it_names_who_lacks_the_right(
    client: Browser, room: Room, caplog: pytest.LogCaptureFixture
) -> None:
    client.get(f"{API}/users", headers=proofs(room.session("viewer")))
    assert f"viewer (viewer) may not use {API}/users" in caplog.messages


def test_it_tells_of_sockets(client: Browser, caplog: pytest.LogCaptureFixture) -> None:
    with (
        pytest.raises(Exception, match="foreign-origin"),
        client.websocket_connect(
            ORIGIN.replace("https", "wss") + API, headers={"Origin": "https://evil.test"}
        ),
    ):
        pass
    assert any(text.endswith("was refused: 1008") for text in caplog.messages)


def test_it_holds_nothing_that_was_sent(client: Browser, caplog: pytest.LogCaptureFixture) -> None:
    client.post(f"{API}/invitations/hunter2?hunter2=1", json={"password": "hunter2"})
    assert "was refused: 400" in caplog.text
    ours = [record.getMessage() for record in caplog.records if "clearway" in record.name]
    assert "hunter2" not in "".join(ours)


def test_it_says_nothing_of_everyday_refusals(
    client: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    assert client.get(f"{API}/me").status_code == 401
    assert client.get("/nowhere").status_code == 404
    assert client.get("/").status_code == 200
    assert "was refused" not in caplog.text


def test_it_does_not_fill_the_disk(
    client: Browser, room: Room, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(60):
        assert client.post(f"{API}/login", json={}).status_code == 400
    assert caplog.text.count("was refused") == 20
    room.clock.pass_s(10)
    for _ in range(2):
        client.post(f"{API}/login", json={})
    assert caplog.text.count("was refused") == 21
