"""The browser that tests look through shows pages and hears what is wrong with them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from urllib.parse import quote

import pytest
from playwright.async_api import expect

from tests.support.browser import PHONE, WatchedPage, browser_page, running_browser

pytestmark = pytest.mark.browser

STRICT = "<meta http-equiv=Content-Security-Policy content=\"default-src 'none'\">"


def opened(body: str, look: Callable[[WatchedPage], Awaitable[None]]) -> None:
    async def run() -> None:
        async with browser_page(viewport=PHONE, locale="sr-Latn") as watched:
            await watched.page.goto("data:text/html," + quote(f"<!doctype html>{body}"))
            await look(watched)

    asyncio.run(run())


def test_a_page_is_shown_in_the_size_and_language_asked_for() -> None:
    async def look(watched: WatchedPage) -> None:
        await expect(watched.page.get_by_role("heading")).to_have_text("sr-Latn 390")
        assert await watched.complaints() == []

    opened("<h1></h1><script>" + _TELL + "</script>", look)


_TELL = "document.querySelector('h1').textContent = `${navigator.language} ${innerWidth}`"


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ("<script>console.error('out of paint')</script>", "out of paint"),
        ("<script>throw new Error('no such plan')</script>", "no such plan"),
        ("<script>Promise.reject(new Error('cut off'))</script>", "cut off"),
        (f"{STRICT}<script>document.title = 'inline'</script>", "Content Security Policy"),
        (f"{STRICT}<p style='color: red'>inline</p>", "Content Security Policy"),
    ],
)
def test_complaints_of_a_page_are_heard(body: str, complaint: str) -> None:
    async def look(watched: WatchedPage) -> None:
        (heard,) = await watched.complaints()
        assert complaint in heard

    opened(body, look)


def test_two_pages_of_one_browser_share_no_cookies() -> None:
    async def run() -> None:
        async with (
            running_browser() as browser,
            browser_page(browser) as first,
            browser_page(browser) as second,
        ):
            await first.page.context.add_cookies(
                [{"name": "session", "value": "1", "url": "https://station.test"}]
            )
            assert len(await first.page.context.cookies()) == 1
            assert await second.page.context.cookies() == []

    asyncio.run(run())
