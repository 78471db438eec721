"""What an attacker would try who knows the usual weaknesses of web servers."""

from __future__ import annotations

import gzip
import logging
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from litestar.testing import TestClient
from sqlalchemy import select
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin

from clearway.accounts.tables import ACCOUNT_TABLES
from clearway.alarms.roles import Role
from clearway.console import routes
from clearway.console.app import application
from clearway.console.openapi import document
from clearway.console.security.rates import Rates
from clearway.console.server import ConsoleServer
from clearway.errors import OutputError
from tests.console import echo
from tests.console.conftest import PAGES
from tests.console.network import LOCAL, sent, serve
from tests.console.room import API, COOKIE, ORIGIN, Room, client_of, problem_of, proofs

Browser = TestClient[Any]


def _raw(client: Browser, path: str) -> httpx.Response:
    """The answer to an address as it stands, which the client would tidy up."""
    address = httpx.URL(ORIGIN).copy_with(raw_path=path.encode())
    return client.request("GET", address, follow_redirects=False)


def test_an_address_is_decoded_once(room: Room) -> None:
    async def test(server: ConsoleServer) -> None:
        host = server.address.removeprefix("http://")
        for path, status in (("/%73w.js", 200), ("/%2573w.js", 404), ("/assets/%252e%252e", 404)):
            head = f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
            answer = await sent(server, head.encode())
            assert answer.startswith(f"HTTP/1.1 {status} ".encode()), path

    serve(room, LOCAL, test)


@pytest.mark.parametrize(
    "path",
    [
        "/.git/config",
        "/.env",
        "/assets/",
        "/debug",
        "/metrics",
        "/server-status",
        "/index.html~",
        "/_web/index.html",
        f"{API}/",
        f"{API}/schema",
        "/.well-known/openid-configuration",
        "/.well-known/oauth-authorization-server",
        "/oauth/authorize",
        "/oauth/token",
        "/saml/acs",
        "/graphql",
        f"{API}/graphql",
        f"{API}/token",
    ],
)
def test_there_is_nothing_else_at_the_usual_addresses(client: Browser, path: str) -> None:
    answer = _raw(client, path)
    assert answer.status_code == 404
    problem_of(answer)


@pytest.mark.parametrize("path", ["/guard/", "//", "/login?next=https://evil.test", "/me", API])
def test_nobody_is_sent_elsewhere(client: Browser, path: str) -> None:
    answer = _raw(client, path)
    assert answer.status_code in {200, 404}
    assert not answer.headers.keys() & {"location", "refresh"}


@pytest.mark.parametrize(
    "credential",
    [
        # {"alg": "none"}, {"sub": "admin", "role": "admin"}, and no signature.
        "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiIsInJvbGUiOiJhZG1pbiJ9.",
        "Bearer {session}",
        "Basic YWRtaW46c2V2ZW4gbWF1dmUgdGFwaXJzIHdhbHR6",
        "{session}",
    ],
)
def test_the_cookie_is_the_only_proof_of_a_session(
    client: Browser, room: Room, credential: str
) -> None:
    session = room.session("admin")
    given = credential.replace("{session}", session)
    token = given.removeprefix("Bearer ")
    for headers in ({"Authorization": given}, {"X-Access-Token": token}, {"X-API-Key": token}):
        assert client.get(f"{API}/users", headers=headers).status_code == 401
    for name in ("access_token", "token", "id_token", "session", "sid"):
        for address in (f"{API}/users?{name}={token}", f"{API}/users"):
            headers = {"Cookie": f"jwt={token}; {name}={token}"}
            assert client.get(address, headers=headers).status_code == 401
    assert client.get(f"{API}/users", headers=proofs(session)).status_code == 200


@pytest.mark.parametrize(
    "name", ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Original-URL", "X-Rewrite-URL"]
)
def test_a_header_changes_neither_method_nor_address(
    client: Browser, room: Room, name: str
) -> None:
    headers = proofs(room.session("admin"))
    for value in ("PATCH", "PUT", f"{API}/users"):
        answer = client.get(f"{API}/me", headers=headers | {name: value})
        assert answer.json()["name"] == "admin"


def test_what_a_proxy_would_say_of_the_sender_is_not_believed(room: Room) -> None:
    forged = {
        "X-Forwarded-For": "203.0.113.9",
        "Forwarded": "for=203.0.113.9;proto=https",
        "X-Real-IP": "203.0.113.9",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "evil.test",
        "X-User-ID": "admin",
    }

    async def test(server: ConsoleServer) -> None:
        headers = forged | {"Origin": server.address}
        async with httpx.AsyncClient(
            base_url=server.address, trust_env=False, headers=headers
        ) as browser:
            nobody = {"name": "viewer", "password": "x", "code": "1"}
            assert (await browser.post(f"{API}/login", json=nobody)).status_code == 401
            assert (await browser.get(f"{API}/me")).status_code == 401
            assert "strict-transport-security" not in (await browser.get("/")).headers

    serve(room, LOCAL, test)
    (row,) = room.context.audit.stored(2)
    assert b'"address":"127.0.0.1"' in (row.payload or b"")


def test_a_forged_sender_does_not_get_around_the_rates(room: Room) -> None:
    rates = Rates(requests_per_min=1.0, request_burst=2)
    with client_of(replace(room, context=replace(room.context, rates=rates))) as client:
        codes = [
            client.get("/", headers={"X-Forwarded-For": f"203.0.113.{number}"}).status_code
            for number in range(3)
        ]
    assert codes == [200, 200, 429]


def test_one_request_is_not_taken_for_two(room: Room) -> None:
    inner = b"GET /sw.js HTTP/1.1\r\nHost: %s\r\n\r\n"
    outer = (
        b"POST /api/v1/login HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\n"
        b"Origin: http://%s\r\nConnection: close\r\n"
    )
    # Whoever goes by the length takes the second request for content, and the other way round.
    both_ways = (
        b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n5\r\n{}   \r\n0\r\n\r\n" + inner,
        b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + inner,
        b"Transfer-Encoding: xchunked\r\nContent-Length: 2\r\n\r\n{}" + inner,
        b"Transfer-Encoding : chunked\r\nContent-Length: 2\r\n\r\n{}" + inner,
    )

    async def test(server: ConsoleServer) -> None:
        host = server.address.removeprefix("http://").encode()
        for rest in both_ways:
            answer = await sent(server, (outer + rest).replace(b"%s", host))
            assert answer.count(b"HTTP/1.1 ") <= 1
            assert PAGES["sw.js"] not in answer
            assert not answer or answer.startswith(b"HTTP/1.1 4")

    serve(room, LOCAL, test)


def test_a_value_is_taken_from_its_own_place(client: Browser, room: Room) -> None:
    known = room.credentials("operator")
    query = "&".join(f"{name}={quote(value)}" for name, value in known.items())
    cookie = {"Cookie": "; ".join(f"{name}={quote(value)}" for name, value in known.items())}
    assert client.post(f"{API}/login?{query}", json={}, headers=cookie).status_code == 400
    headers = proofs(room.session("auditor"))
    for number in range(4):
        room.context.record("test", "ana", f"alarm {number}")
    told = client.get(f"{API}/audit?limit=1", headers=headers | {"limit": "4"}).json()
    assert len(told["records"]) == 1


def test_packed_content_is_not_unpacked(client: Browser, room: Room) -> None:
    packed = gzip.compress(b'{"language": "sr-Latn"}')
    headers = proofs(room.session("operator")) | {
        "Content-Type": "application/json",
        "Content-Encoding": "gzip",
    }
    answer = client.put(f"{API}/me/language", content=packed, headers=headers)
    assert answer.status_code == 400
    assert client.get(f"{API}/me", headers=headers).json()["language"] == "en"


def test_text_with_markup_stays_data(client: Browser, room: Room) -> None:
    shown = "<img src=x onerror=alert(1)>"
    room.context.users.add(
        "eva", shown, Role.VIEWER, "nine quiet lamps rain", now_ns=room.clock.now_ns
    )
    answer = client.get(f"{API}/users", headers=proofs(room.session("admin")))
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert shown in {user["display"] for user in answer.json()}


def test_the_policy_lets_only_known_scripts_in(client: Browser) -> None:
    policy = client.get("/").headers["content-security-policy"].split("; ")
    assert "object-src 'none'" in policy
    assert "trusted-types svelte-trusted-html clearway-service-worker" in policy
    elsewhere = {part for part in policy if ":" in part or "*" in part}
    assert elsewhere == {"img-src 'self' blob:"}


def test_debugging_is_off_whatever_the_environment_says(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LITESTAR_DEBUG", "1")
    monkeypatch.setenv("LITESTAR_PDB", "1")
    made = application(room.context)
    assert made.debug is False
    assert made.pdb_on_exception is False


def test_the_console_opens_no_log_of_its_own(room: Room) -> None:
    def handlers() -> set[logging.Handler]:
        known = [logging.getLogger(), *logging.Logger.manager.loggerDict.values()]
        return {one for log in known if isinstance(log, logging.Logger) for one in log.handlers}

    before = handlers()

    async def test(server: ConsoleServer) -> None:
        async with httpx.AsyncClient(base_url=server.address, trust_env=False) as browser:
            await browser.get("/")
        assert handlers() <= before

    serve(room, LOCAL, test)


def _accounts(room: Room) -> list[list[tuple[Any, ...]]]:
    with room.context.users._database.read() as connection:
        return [
            sorted(map(tuple, connection.execute(select(table)).all())) for table in ACCOUNT_TABLES
        ]


def test_reading_changes_no_account(client: Browser, room: Room) -> None:
    invited = room.context.invitations.invite(Role.GUARD, "ivo", now_ns=room.clock.now_ns)
    headers = {role: proofs(room.session(role.value)) for role in Role}
    before = _accounts(room)
    paths = [path for path, item in document(room.context)["paths"].items() if "get" in item]
    assert f"{API}/users" in paths
    for path in paths:
        for proof in headers.values():
            answer = client.get(path.replace("{token}", invited), headers=proof)
            assert answer.status_code < 500
    assert _accounts(room) == before


def test_nobody_gets_in_while_it_cannot_be_recorded(
    client: Browser, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OutputError("site.sqlite", "cannot be written: disk full", "free some space")

    before = _accounts(room)[1]
    monkeypatch.setattr(room.context.audit, "add", full)
    answer = client.post(f"{API}/login", json=room.credentials("operator"))
    assert answer.status_code == 503
    assert "set-cookie" not in answer.headers
    assert COOKIE not in client.cookies
    assert _accounts(room)[1] == before
    wrong = client.post(f"{API}/login", json={"name": "viewer", "password": "x", "code": "1"})
    assert wrong.status_code == 503


def test_a_message_that_is_too_large_ends_its_socket(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routes, "ROUTERS", (*routes.ROUTERS, echo.router))
    cookie = {"Cookie": f"clearway_session={room.session('operator')}"}

    async def test(server: ConsoleServer) -> None:
        async with connect(
            f"{server.address.replace('http', 'ws')}{API}{echo.PATH}",
            origin=Origin(server.address),
            additional_headers=cookie,
            proxy=None,
        ) as page:
            await page.send("x" * 70_000)
            with pytest.raises(ConnectionClosed) as closed:
                await page.recv()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1009

    serve(room, LOCAL, test)
