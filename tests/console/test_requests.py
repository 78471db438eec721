"""Requests that no page sends: each is refused in words, and none makes the server fail."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from litestar.testing import TestClient

from clearway.site.schema import Site
from tests.console.room import API, ORIGIN, Room, client_of, problem_of, proofs

Browser = TestClient[Any]
JSON = {"Content-Type": "application/json"}
LANGUAGE = f"{API}/me/language"


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory, station: Site) -> Room:
    return Room.open(tmp_path_factory.mktemp("room"), station)


@pytest.fixture(scope="module")
def client(room: Room) -> Iterator[TestClient[Any]]:
    with client_of(room) as opened:
        yield opened


def _code(answer: httpx.Response) -> str:
    return str(problem_of(answer).get("type", "about:blank")).rpartition(":")[2]


@pytest.mark.parametrize(
    "origin",
    [
        None,
        "null",
        "https://evil.test",
        "http://station.test",
        "https://station.test:444",
        "https://station.test.evil.test",
        "https://STATION.test",
    ],
)
def test_what_changes_something_comes_from_an_own_page(
    client: Browser, room: Room, monkeypatch: pytest.MonkeyPatch, origin: str | None
) -> None:
    monkeypatch.delitem(client.headers, "Origin")
    headers = proofs(room.session("operator")) | ({} if origin is None else {"Origin": origin})
    for method, path in (("PUT", "/me/language"), ("POST", "/login"), ("POST", "/logout")):
        answer = client.request(method, API + path, json={"language": "sr-Latn"}, headers=headers)
        assert answer.status_code == 403
        assert _code(answer) == "foreign-origin"
    assert client.get(f"{API}/me", headers=headers).json()["language"] == "en"


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none"])
def test_a_browser_that_says_it_is_another_site_is_believed(
    client: Browser, room: Room, site: str
) -> None:
    headers = proofs(room.session("operator")) | {"Sec-Fetch-Site": site}
    assert _code(client.post(f"{API}/logout", headers=headers)) == "foreign-origin"
    headers["Sec-Fetch-Site"] = "same-origin"
    assert client.post(f"{API}/logout", headers=headers).status_code == 204


@pytest.mark.parametrize("host", ["evil.test", "127.0.0.1", "station.test:8443", "station.test."])
def test_the_server_answers_to_its_own_names_only(client: Browser, host: str) -> None:
    answer = client.get("/", headers={"Host": host})
    assert answer.status_code == 421
    assert _code(answer) == "host"
    assert client.get("/", headers={"Host": "STATION.test"}).status_code == 200


@pytest.mark.parametrize("method", ["OPTIONS", "TRACE", "DELETE", "CONNECT", "PROPFIND"])
def test_other_methods_are_refused(client: Browser, method: str) -> None:
    for path in ("/", f"{API}/me", f"{API}/users", "/nowhere"):
        answer = client.request(method, path)
        assert answer.status_code == 405
        assert answer.headers["allow"] == "GET, POST, PUT, PATCH"


def test_a_method_that_an_address_does_not_take_is_refused(client: Browser) -> None:
    answer = client.post("/", json={})
    assert answer.status_code == 405
    assert "GET" in answer.headers["allow"]
    problem_of(answer)


@pytest.mark.parametrize(
    "kind",
    [None, "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"],
)
def test_content_is_json(client: Browser, room: Room, kind: str | None) -> None:
    headers = proofs(room.session("operator"))
    if kind is not None:
        headers["Content-Type"] = kind
    answer = client.put(LANGUAGE, content=b'{"language": "sr-Latn"}', headers=headers)
    assert answer.status_code == 415
    assert _code(answer) == "content-type"


@pytest.mark.parametrize("declares", [True, False])
def test_large_content_is_refused(client: Browser, room: Room, declares: bool) -> None:
    content = b'{"language": "' + b"x" * 70_000 + b'"}'
    pieces = content if declares else (content[i : i + 9000] for i in range(0, len(content), 9000))
    headers = proofs(room.session("operator")) | JSON
    answer = client.put(LANGUAGE, content=pieces, headers=headers)
    assert answer.status_code == 413
    problem_of(answer)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"null",
        b"[]",
        b"{",
        b'{"language": 3}',
        b'{"language": null}',
        b'{"language": "en", "more": 1}',
        b'{"language": "en\\u0000"}',
        b'{"language": "en\\n"}',
        b'{"language": "\\ud800"}',
        b'{"language": "\xff"}',
        b'{"language": "en"} trailing',
        b"\xef\xbb\xbf{}",
        b"NaN",
        b"1" * 5000,
        b"[" * 60_000,
        b'{"language": ' + b'{"a":' * 10_000,
        b'{"language": ' + b"[" * 2_000 + b"]" * 2_000 + b"}",
    ],
)
def test_content_of_another_form_is_refused(client: Browser, room: Room, content: bytes) -> None:
    headers = proofs(room.session("operator")) | JSON
    answer = client.put(LANGUAGE, content=content, headers=headers)
    assert answer.status_code == 400
    problem_of(answer)
    assert client.get(f"{API}/me", headers=headers).json()["language"] == "en"


def test_the_values_that_cannot_be_used_are_named(client: Browser) -> None:
    answer = client.post(f"{API}/login", json={"name": "x\u0007", "password": "y", "code": "z"})
    (fault,) = problem_of(answer)["errors"]
    assert fault["field"] == "name"


@pytest.mark.parametrize(
    "path",
    [
        "/../../etc/passwd",
        "/assets/..%2f..%2fetc%2fpasswd",
        "/assets/%2e%2e/%2e%2e/pyproject.toml",
        "/assets/..%5c..%5cetc",
        "/assets//etc/passwd",
        "/%00",
        "/assets/%00",
        "/assets/index-abc123.js%00.png",
        "/assets/" + "a" * 5000,
        "/%0d%0aSet-Cookie:x=y",
        "/%ff%fe",
        "/enrol/%0a",
        "//evil.test/",
        "/assets",
        f"{API}/users/%00",
        f"{API}/invitations/%0a",
        f"{API}/invitations/" + "x" * 101,
    ],
)
def test_no_address_leads_out_of_the_pages(client: Browser, path: str) -> None:
    # As it stands: the client would tidy it up.
    address = httpx.URL(ORIGIN).copy_with(raw_path=path.encode())
    answer = client.request("GET", address)
    assert answer.status_code in {400, 404}
    problem_of(answer)
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    "query",
    [
        "first=-1",
        "first=" + "9" * 30,
        "first=x",
        "first=1.5",
        "limit=0",
        "limit=1001",
        "kind=%00",
        "kind=" + "x" * 101,
        "first=%F0%9D%9F%99%00",
    ],
)
def test_numbers_and_words_in_a_query_have_limits(client: Browser, room: Room, query: str) -> None:
    answer = client.get(f"{API}/audit?{query}", headers=proofs(room.session("auditor")))
    assert answer.status_code == 400
    problem_of(answer)


@pytest.mark.parametrize(
    "cookie",
    ["", "x", "=", ";;;", "A" * 4000, '"', "\x7f", "__Host-clearway_session=\x00"],
)
def test_odd_cookies_are_nobody(client: Browser, cookie: str) -> None:
    for header in (cookie, f"__Host-clearway_session={cookie}"):
        answer = client.get(f"{API}/me", headers={"Cookie": header})
        assert answer.status_code == 401


@settings(max_examples=50)
@given(method=st.sampled_from(["GET", "POST", "PUT", "PATCH"]), path=st.text(max_size=40))
def test_any_address_is_answered(client: Browser, method: str, path: str) -> None:
    address = httpx.URL(ORIGIN).copy_with(raw_path=quote(f"/{path}").encode())
    answer = client.request(method, address, json=None if method == "GET" else {})
    assert answer.status_code in {200, 400, 401, 403, 404, 405}


@settings(max_examples=50)
@given(content=st.binary(max_size=100) | st.text(max_size=60).map(str.encode))
def test_any_content_is_answered(client: Browser, content: bytes) -> None:
    answer = client.post(f"{API}/login", content=content, headers=JSON)
    assert answer.status_code == 400
