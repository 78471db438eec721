"""What the pages never do, read from their sources and from what was built of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from clearway.console.assets import read_assets
from tests.console.sources import PACKAGE

WEB = Path(__file__).parents[2] / "web" / "src"
BUILT = PACKAGE / "console" / "_web"


def _sources() -> dict[str, str]:
    found = {
        str(path.relative_to(WEB)): path.read_text(encoding="utf-8")
        for path in sorted(WEB.rglob("*"))
        if path.suffix in {".ts", ".svelte", ".js"}
    }
    assert "App.svelte" in found
    return found


def _using(pattern: str) -> set[str]:
    return {name for name, text in _sources().items() if re.search(pattern, text)}


@pytest.mark.parametrize(
    "pattern",
    [
        r"\{@html",
        r"\.(inner|outer)HTML\b",
        r"insertAdjacentHTML",
        r"document\.write",
        r"\beval\(",
        r"new Function\b",
        r"set(Timeout|Interval)\(\s*['\"`]",
        r"srcdoc",
        r"\.setHTML",
    ],
)
def test_text_is_never_taken_for_markup_or_code(pattern: str) -> None:
    assert _using(pattern) == set()


@pytest.mark.parametrize(
    "pattern",
    [
        r"postMessage",
        r"addEventListener\(\s*['\"]message['\"]",
        r"BroadcastChannel",
        r"window\.opener",
        r"window\.open\(",
        r"<(iframe|embed|applet|frame|object)\s+\w",
    ],
)
def test_the_pages_talk_to_no_other_page(pattern: str) -> None:
    assert _using(pattern) == set()


@pytest.mark.parametrize(
    "pattern", [r"RTC\w+Connection", r"getUserMedia", r"mediaDevices", r"navigator\.geolocation"]
)
def test_the_pages_make_no_calls_and_ask_for_no_camera(pattern: str) -> None:
    assert _using(pattern) == set()


def test_the_address_of_a_page_is_never_changed_by_what_came_in() -> None:
    assert _using(r"location\.(href|assign|replace)\s*[=(]|location\s*=[^=]") == set()
    links = {
        link
        for text in _sources().values()
        for link in re.findall(r"\b(?:href|src|action)=(\{[^}]*\}|\"[^\"]*\")", text)
    }
    # The one that varies is the server's own otpauth address, for the authenticator.
    assert links == {'"/"', "{secret.totp_uri}", '"#queue-title"'}


def test_objects_are_not_extended_by_what_came_in() -> None:
    assert _using(r"__proto__|\bprototype\b|constructor\s*\[") == set()
    assert _using(r"Object\.assign\(") <= {"plan/Plan.svelte"}  # onto a canvas, for tests
    assert _using(r"lodash|jquery|deepmerge") == set()


def test_the_browser_keeps_taste_and_language_and_nothing_else() -> None:
    assert _using(r"sessionStorage|indexedDB|document\.cookie\s*=[^=]|cookieStore") == set()
    assert _using(r"localStorage") == {"shared/settings.svelte.ts", "i18n/i18n.svelte.ts"}
    kept = _sources()["shared/settings.svelte.ts"]
    assert "JSON.stringify({ keys: this.keys, sound: this.sound })" in kept
    chosen = re.findall(r"setItem\((.*?)\)", _sources()["i18n/i18n.svelte.ts"])
    assert chosen == ["STORED, chosen"]


def test_the_service_worker_keeps_the_empty_shell() -> None:
    assert _using(r"\bcaches\b") == {"guard/service-worker.js"}
    built = (BUILT / "sw.js").read_text(encoding="utf-8")
    assert not re.search(r"\.put\(", built)
    shell = set(re.findall(r"['\"`](/[^'\"`]*)['\"`]", built))
    assert {"/guard"} <= shell
    assert not {name for name in shell if name.startswith("/api")}
    assert shell - {"/guard"} <= set(read_assets())


@pytest.mark.parametrize("name", ["account/Login.svelte", "account/Enrol.svelte"])
def test_passwords_are_hidden_and_may_be_pasted(name: str) -> None:
    text = _sources()[name]
    inputs = re.findall(r"<input\b.*?/>", text, re.DOTALL)
    secret = [
        one for one in inputs if re.search(r"bind:value=\{(password|repeated|again)\w*\}", one)
    ]
    assert secret
    for one in secret:
        assert 'type="password"' in one
        assert re.search(r'autocomplete="(current|new)-password"', one)
    assert not re.search(r"onpaste|onkeydown=\{.*prevent|autocomplete=\"off\"", text)


@pytest.mark.parametrize("name", ["console/Header.svelte", "guard/Guard.svelte"])
def test_signing_out_is_on_every_page(name: str) -> None:
    assert "{t('account.log_out')}</button>" in _sources()[name]


def test_a_page_forgets_when_its_session_is_over() -> None:
    # The page of somebody who is signed out is made anew, without what the last one had.
    assert "onSessionEnded(() => this.end())" in _sources()["account/session.svelte.ts"]
    app = _sources()["App.svelte"]
    assert re.search(r"\{:else if !session\.me\}\s*<Login", app)


def test_nothing_is_loaded_from_elsewhere() -> None:
    loading = (
        r"""(?:src|href)=["'](?:https?:)?//|url\(["']?(?:https?:)?//|@import|import\(["'`]http"""
    )
    for path, asset in read_assets().items():
        if path.endswith((".html", ".css", ".js")):
            assert not re.search(loading, asset.content.decode()), path
    assert _using(r"fetch\(") == {"api/client.ts", "guard/service-worker.js"}
    assert _using(r"new (WebSocket|EventSource|XMLHttpRequest)|sendBeacon") == {"live/link.ts"}
