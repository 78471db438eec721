"""WebSockets: opened by a session of the right role from an own page, and ended with it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from litestar import Router, WebSocket, get, websocket
from litestar.exceptions import WebSocketDisconnect
from litestar.testing import TestClient, WebSocketTestSession

from clearway.console import conversation, routes
from clearway.console.app import application
from clearway.console.context import ConsoleContext
from clearway.console.live_sockets import LiveSockets
from tests.console import echo
from tests.console.room import API, ORIGIN, Room, client_of, proofs

Browser = TestClient[Any]
ADDRESS = f"{ORIGIN.replace('https', 'wss')}{API}{echo.PATH}"


@pytest.fixture
def client(room: Room, monkeypatch: pytest.MonkeyPatch) -> Iterator[Browser]:
    monkeypatch.setattr(routes, "ROUTERS", (*routes.ROUTERS, echo.router))
    with client_of(room) as opened:
        yield opened


def _open(client: Browser, token: str | None, **headers: str) -> WebSocketTestSession:
    given = {} if token is None else proofs(token)
    return client.websocket_connect(ADDRESS, headers={"Origin": ORIGIN} | given | headers)


def _says(socket: WebSocketTestSession, text: str) -> str:
    socket.send_text(text)
    return socket.receive_text(timeout=30)


def _closed(socket: WebSocketTestSession) -> int:
    with pytest.raises(WebSocketDisconnect) as closed:
        socket.receive_text(timeout=30)
    return closed.value.code


def _refused(client: Browser, token: str | None, **headers: str) -> int:
    with pytest.raises(WebSocketDisconnect) as refused, _open(client, token, **headers):
        pass
    return refused.value.code


def _all_left(room: Room) -> None:
    """Wait until the server has seen them go; the test's own time limit bounds it."""
    while len(room.context.sockets):
        time.sleep(0.001)


def test_a_socket_knows_who_has_opened_it(client: Browser, room: Room) -> None:
    with _open(client, room.session("operator")) as socket:
        assert _says(socket, "hello") == "operator: hello"
        assert room.context.sockets.present == {"operator"}
    _all_left(room)


def test_nobody_opens_one(client: Browser, room: Room) -> None:
    assert _refused(client, None) == 4401
    assert _refused(client, "A" * 43) == 4401
    ended = room.session("operator")
    room.context.sessions.close(ended)
    assert _refused(client, ended) == 4401


def test_the_role_counts_as_for_every_operation(client: Browser, room: Room) -> None:
    assert _refused(client, room.session("guard")) == 4403


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.test"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Sec-Fetch-Site": "cross-site"},
        {"Host": "evil.test"},
    ],
)
def test_a_foreign_page_opens_none(client: Browser, room: Room, headers: dict[str, str]) -> None:
    assert _refused(client, room.session("operator"), **headers) == 1008


def test_without_an_origin_none_is_opened(client: Browser, room: Room) -> None:
    del client.headers["Origin"]
    with (
        pytest.raises(WebSocketDisconnect) as refused,
        client.websocket_connect(ADDRESS, headers=proofs(room.session("operator"))),
    ):
        pass
    assert refused.value.code == 1008


def test_signing_out_closes_the_sockets_of_that_session(client: Browser, room: Room) -> None:
    mine, other = room.session("operator"), room.session("operator")
    with _open(client, mine) as socket, _open(client, other) as unaffected:
        assert _says(socket, "x") == "operator: x"
        assert client.post(f"{API}/logout", headers=proofs(mine)).status_code == 204
        assert _closed(socket) == conversation.SESSION_OVER
        assert _says(unaffected, "y") == "operator: y"


@pytest.mark.parametrize("change", [{"disabled": True}, {"role": "viewer"}])
def test_a_change_of_the_account_closes_all_of_them(
    client: Browser, room: Room, change: dict[str, object]
) -> None:
    tokens = [room.session("operator") for _ in range(2)]
    with _open(client, tokens[0]) as one, _open(client, tokens[1]) as two:
        path = f"{API}/users/operator"
        headers = proofs(room.session("admin"))
        assert client.patch(path, json=change, headers=headers).status_code == 200
        assert [_closed(one), _closed(two)] == [conversation.SESSION_OVER] * 2


def test_somebody_else_on_the_same_browser_closes_them_too(client: Browser, room: Room) -> None:
    client.post(f"{API}/login", json=room.credentials("operator"))
    token = client.cookies["__Host-clearway_session"]
    with _open(client, token) as socket:
        client.post(f"{API}/login", json=room.credentials("supervisor"))
        assert _closed(socket) == conversation.SESSION_OVER


def test_a_session_that_ends_by_itself_ends_its_sockets(
    client: Browser, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversation, "_LOOK_S", 0.01)
    with _open(client, room.session("operator")) as socket:
        assert _says(socket, "x") == "operator: x"
        room.clock.pass_s(13 * 3600)
        assert _closed(socket) == conversation.SESSION_OVER


def _used_ns(room: Room) -> int:
    with room.context.sessions._database.read() as connection:
        used_ns: int = connection.exec_driver_sql("SELECT used_ns FROM sessions").scalar_one()
    return used_ns


def test_an_open_page_keeps_its_session(
    client: Browser, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversation, "_LOOK_S", 0.001)
    token = room.session("operator")
    with _open(client, token) as socket:
        for _ in range(4):
            room.clock.pass_s(20 * 60)
            while _used_ns(room) < room.clock.now_ns:
                assert _says(socket, "x") == "operator: x"
        assert client.get(f"{API}/me", headers=proofs(token)).status_code == 200


def test_a_session_that_ended_before_it_was_counted_is_noticed(
    client: Browser, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = room.session("operator")
    of = room.context.sessions.of
    asked = []

    def once(given: str, *, now_ns: int) -> Any:
        asked.append(given)
        return of(given, now_ns=now_ns) if len(asked) == 1 else None

    monkeypatch.setattr(room.context.sessions, "of", once)
    with _open(client, token) as socket:
        assert _closed(socket) == conversation.SESSION_OVER


def test_a_conversation_ends_with_its_first_part(client: Browser, room: Room) -> None:
    with _open(client, room.session("operator")) as socket:
        socket.send_text("end")
        assert _closed(socket) == 1000
    _all_left(room)


def test_a_defect_closes_the_socket_and_tells_nothing(
    client: Browser, room: Room, caplog: pytest.LogCaptureFixture
) -> None:
    with _open(client, room.session("operator")) as socket:
        socket.send_text("fail")
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_text(timeout=30)
    assert closed.value.code == 4500
    assert "defect" not in str(closed.value.detail)
    assert "a defect" in caplog.text
    _all_left(room)


def test_sockets_are_told_apart_by_session_and_by_user() -> None:
    sockets = LiveSockets()
    with (
        sockets.entered("t1", "ana") as one,
        sockets.entered("t2", "ana") as two,
        sockets.entered("t3", "bea") as three,
    ):
        sockets.end_session("t2")
        assert [over.is_set() for over in (one, two, three)] == [False, True, False]
        sockets.end_user("ana")
        assert [over.is_set() for over in (one, two, three)] == [True, True, False]
        assert sockets.present == {"ana", "bea"}
    assert len(sockets) == 0


@get("/forgotten")
async def _forgotten_operation() -> None:
    pass


@websocket("/forgotten")
async def _forgotten_socket(socket: WebSocket[Any, Any, Any]) -> None:
    pass


@pytest.mark.parametrize("handler", [_forgotten_operation, _forgotten_socket])
def test_nothing_is_open_by_oversight(
    room: Room, monkeypatch: pytest.MonkeyPatch, handler: Any
) -> None:
    def router(_: ConsoleContext) -> Router:
        return Router("/", route_handlers=[handler])

    monkeypatch.setattr(routes, "ROUTERS", (*routes.ROUTERS, router))
    with pytest.raises(TypeError, match="does not say who may use it"):
        application(room.context)
