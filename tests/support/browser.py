"""Debian's Chromium without a window, for tests of what a person sees.

Playwright's other interface runs an event loop of its own that stays in the thread and breaks every
later `asyncio.run` of the same process; so tests use this one, inside `asyncio.run`.
"""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.async_api import Browser, ConsoleMessage, Page, async_playwright, expect

__all__ = ["DESKTOP", "PHONE", "WatchedPage", "browser_page", "chromium", "running_browser"]

DESKTOP = (1366, 768)
PHONE = (390, 844)

_PATIENCE_MS = 60_000.0
"""A page that is slow on a busy machine is no fault; one that never comes is."""


@dataclass
class WatchedPage:
    """A page and what it complained of.

    Attributes
    ----------
    page : playwright.async_api.Page
    heard : list of str
        What `complaints` gives, so far.
    """

    page: Page
    heard: list[str] = field(default_factory=list)

    async def complaints(self) -> list[str]:
        """Give the errors on its console, exceptions that nobody caught and violations of its
        content security policy, in order.

        Chromium also reports every answer of 400 and above here: a test that provokes some clears
        `heard` before it goes on.
        """
        # A promise that failed is reported only once the page has come to rest.
        await self.page.evaluate("new Promise((done) => setTimeout(done))")
        return list(self.heard)


def chromium() -> str:
    """Path of the browser; without one the test is skipped."""
    found = shutil.which("chromium")
    if found is None:
        pytest.skip("no Chromium (Debian: apt-get install chromium fonts-dejavu-core)")
    return found


@asynccontextmanager
async def running_browser(*arguments: str) -> AsyncIterator[Browser]:
    """Run a browser, for a test that opens several pages in it.

    Parameters
    ----------
    *arguments
        More of Chromium's options.

    Notes
    -----
    As root Chromium starts only without its sandbox, which Playwright leaves off by default.
    """
    path = chromium()
    expect.set_options(timeout=_PATIENCE_MS)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=arguments)
        try:
            yield browser
        finally:
            await browser.close()


@asynccontextmanager
async def browser_page(
    browser: Browser | None = None,
    *,
    viewport: tuple[int, int] = DESKTOP,
    locale: str = "en-GB",
    **options: Any,
) -> AsyncIterator[WatchedPage]:
    """Open an empty page with cookies and storage of its own, as another person's browser has.

    Parameters
    ----------
    browser
        Where to open it; a browser of its own if not given.
    viewport
        Width and height in CSS pixels.
    locale
        BCP 47: what the page finds in `navigator.language`.
    **options
        More of `Browser.new_context`, as `has_touch` or `ignore_https_errors`.
    """
    async with AsyncExitStack() as stack:
        if browser is None:
            browser = await stack.enter_async_context(running_browser())
        width, height = viewport
        context = await browser.new_context(
            viewport={"width": width, "height": height},
            locale=locale,
            timezone_id=options.pop("timezone_id", "UTC"),
            **options,
        )
        stack.push_async_callback(context.close)
        context.set_default_timeout(_PATIENCE_MS)
        watched = WatchedPage(await context.new_page())
        context.on("console", lambda message: _note(watched, message))
        context.on("weberror", lambda error: watched.heard.append(str(error.error)))
        yield watched


def _note(watched: WatchedPage, message: ConsoleMessage) -> None:
    if message.type == "error":
        watched.heard.append(message.text)
