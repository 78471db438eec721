"""What every answer tells the browser, whatever was asked and however it was answered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from litestar.testing import TestClient

from clearway.console import assets
from clearway.console.app import build
from clearway.console.security.rates import Rates
from clearway.site.schema import Site
from tests.console.conftest import PAGES
from tests.console.room import API, Room, client_of, proofs

Browser = TestClient[Any]

POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "require-trusted-types-for": "'script'",
}


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory, station: Site) -> Room:
    return Room.open(tmp_path_factory.mktemp("room"), station)


@pytest.fixture(scope="module")
def client(room: Room) -> Iterator[Browser]:
    with client_of(room) as opened:
        yield opened


def _check(answer: httpx.Response) -> None:
    headers = answer.headers
    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    assert POLICY.items() <= policy.items()
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "camera=()" in headers["permissions-policy"]
    assert headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"
    assert len(headers.get_list("cache-control")) == 1
    assert len(headers["x-request-id"]) == 36
    assert "server" not in headers
    assert "access-control-allow-origin" not in headers


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 200),
        ("GET", "/guard", 200),
        ("GET", "/sw.js", 200),
        ("GET", "/assets/index-abc123.js", 200),
        ("GET", "/nowhere", 404),
        ("POST", "/", 405),
        ("OPTIONS", "/", 405),
        ("GET", f"{API}/me", 401),
        ("GET", f"{API}/openapi.json", 200),
        ("GET", f"{API}/nowhere", 404),
        ("POST", f"{API}/login", 400),
        ("GET", f"{API}/invitations/x", 404),
    ],
)
def test_the_security_headers_are_on_every_answer(
    client: Browser, method: str, path: str, status: int
) -> None:
    answer = client.request(method, path)
    assert answer.status_code == status
    _check(answer)


def test_also_on_those_that_the_fence_and_the_guards_give(client: Browser, room: Room) -> None:
    signed_in = proofs(room.session("viewer"))
    answers = {
        200: client.get(f"{API}/me", headers=signed_in),
        204: client.put(f"{API}/me/language", json={"language": "en"}, headers=signed_in),
        403: client.get(f"{API}/users", headers=signed_in),
        413: client.post(f"{API}/login", json="x" * 70_000),
        415: client.post(f"{API}/login", content=b"1"),
        421: client.get("/", headers={"Host": "evil.test"}),
        422: client.put(f"{API}/me/language", json={"language": "x"}, headers=signed_in),
    }
    for status, answer in answers.items():
        assert answer.status_code == status
        _check(answer)


def test_also_on_failures(client: Browser, room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise ValueError

    monkeypatch.setattr(room.context.users, "all", fail)
    failed = client.get(f"{API}/users", headers=proofs(room.session("admin")))
    assert failed.status_code == 500
    _check(failed)


def test_a_request_too_many_has_them_too(tmp_path: Any, station: Site) -> None:
    room = Room.open(tmp_path, station, Rates(requests_per_min=1.0, request_burst=0))
    with client_of(room) as client:
        answer = client.get("/")
    assert answer.status_code == 429
    _check(answer)


def test_what_the_api_says_is_never_kept(client: Browser, room: Room) -> None:
    signed_in = proofs(room.session("auditor"))
    for path in ("/me", "/site", "/audit", "/users", "/openapi.json", "/nowhere"):
        answer = client.get(API + path, headers=signed_in)
        assert answer.headers["cache-control"] == "no-store"


def test_without_tls_nothing_is_said_about_it(room: Room) -> None:
    origin = "http://127.0.0.1:8443"
    with TestClient(build(room.context, [origin]), base_url=origin) as client:
        answer = client.get("/")
        assert answer.status_code == 200
        assert "strict-transport-security" not in answer.headers
        signed_in = client.post(
            f"{API}/login", json=room.credentials("viewer"), headers={"Origin": origin}
        )
        assert signed_in.status_code == 200
        assert not any("Secure" in one for one in signed_in.headers.get_list("set-cookie"))
        assert client.get(f"{API}/me").json()["name"] == "viewer"


def test_pages_are_served_as_they_were_built(client: Browser) -> None:
    for name, content in PAGES.items():
        answer = client.get(f"/{name}")
        assert answer.content == content
    types = {name: client.get(f"/{name}").headers["content-type"] for name in PAGES}
    assert types == {
        "index.html": "text/html; charset=utf-8",
        "sw.js": "text/javascript; charset=utf-8",
        "assets/index-abc123.js": "text/javascript; charset=utf-8",
        "favicon.svg": "image/svg+xml",
    }


@pytest.mark.parametrize("path", ["/", "/login", "/guard", "/guard/", "/enrol", "/enrol/abc-_1"])
def test_the_page_is_served_under_each_of_its_addresses(client: Browser, path: str) -> None:
    answer = client.get(path)
    assert answer.content == PAGES["index.html"]
    assert answer.headers["cache-control"] == "no-cache"


def test_names_with_a_hash_are_kept_and_others_asked_for(client: Browser) -> None:
    hashed = client.get("/assets/index-abc123.js")
    assert hashed.headers["cache-control"] == "public, max-age=31536000, immutable"
    plain = client.get("/sw.js")
    assert plain.headers["cache-control"] == "no-cache"
    again = client.get("/sw.js", headers={"If-None-Match": plain.headers["etag"]})
    assert again.status_code == 304
    assert again.content == b""
    other = client.get("/sw.js", headers={"If-None-Match": hashed.headers["etag"]})
    assert other.status_code == 200


def test_what_gets_smaller_is_packed_for_those_who_can_unpack_it(client: Browser) -> None:
    path = "/assets/index-abc123.js"
    packed = client.get(path)
    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) < len(packed.content)
    plain = client.get(path, headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.content == packed.content
    assert plain.headers["vary"] == packed.headers["vary"] == "Accept-Encoding"
    assert "content-encoding" not in client.get("/sw.js").headers


def test_without_pages_it_says_how_to_get_them(
    room: Room, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assets, "read_assets", dict)
    with client_of(room) as client:
        answer = client.get("/")
        assert client.get(f"{API}/openapi.json").status_code == 200
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert "npm run build" in answer.text
    _check(answer)
