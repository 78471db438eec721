"""People with a page of the station open, each in a browser of their own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias

from playwright.async_api import Browser, Locator, Page, expect

from clearway.alarms import Role
from clearway.console.security.authentication import session_cookies
from tests.browser.hall import LiveHall
from tests.support.browser import DESKTOP, PHONE, WatchedPage, browser_page

__all__ = ["Play", "Scene", "Stage", "card", "drawn", "open_panel", "picture", "row"]

_LOOK_S = 0.05
_PATIENCE_S = 60.0
_NEAR_US = 1_000_000


@dataclass(frozen=True)
class Stage:
    """A running station and a browser beside it."""

    hall: LiveHall
    browser: Browser

    @asynccontextmanager
    async def page(
        self, path: str = "/", *, viewport: tuple[int, int] = DESKTOP, locale: str = "en-GB"
    ) -> AsyncIterator[WatchedPage]:
        """A page that nobody is signed in on; it must have nothing to complain of at the end."""
        async with browser_page(self.browser, viewport=viewport, locale=locale) as watched:
            await watched.page.goto(self.hall.address + path)
            yield watched
            assert await watched.complaints() == []

    @asynccontextmanager
    async def person(
        self, name: str, role: Role, *, language: str = "en", viewport: tuple[int, int] = DESKTOP
    ) -> AsyncIterator[WatchedPage]:
        """The page of somebody who has signed in; the account is made where there is none."""
        hall = self.hall
        if name not in hall.secrets:
            await hall.account(name, role)
        hall.context.users.set_language(name, language)
        token = hall.context.sessions.open(name, now_ns=hall.clock())
        async with browser_page(self.browser, viewport=viewport, locale=language) as watched:
            await watched.page.context.add_cookies(
                [
                    {"name": one.key, "value": one.value or "", "url": hall.address}
                    for one in session_cookies(token, "http")
                ]
            )
            await watched.page.goto(hall.address)
            yield watched
            assert await watched.complaints() == []

    @asynccontextmanager
    async def guard(self, name: str, language: str = "en") -> AsyncIterator[WatchedPage]:
        """A guard on duty, with a phone."""
        async with self.person(name, Role.GUARD, language=language, viewport=PHONE) as watched:
            await watched.page.locator("button.big").click()
            yield watched


Scene: TypeAlias = Callable[[Stage], Awaitable[None]]
Play: TypeAlias = Callable[[Scene], None]


def row(page: Page, alarm_id: str) -> Locator:
    """An alarm in the queue."""
    return page.locator(f'[data-alarm="{alarm_id}"]')


def card(page: Page) -> Locator:
    """The alarm that is looked at."""
    return page.get_by_test_id("alarm-card")


async def open_panel(page: Page, name: str) -> Locator:
    """Open one of the panels below the plan."""
    tab = page.locator(f"#tab-{name}")
    await tab.wait_for()
    if await tab.get_attribute("aria-selected") != "true":
        await tab.click()
    return page.locator("#open-panel")


async def drawn(page: Page, after: int = -1, near_us: int | None = None) -> dict[str, Any]:
    """Which frame the plan shows, once that is a later one, and one of about that time."""
    # Not Playwright's own waiting: that is `eval`, which the page's policy forbids.
    async with asyncio.timeout(_PATIENCE_S):
        while True:
            shown: dict[str, Any] = await page.evaluate(
                "({...document.querySelector('canvas')?.drawn})"
            )
            is_later = shown.get("sequence", -1) > after
            if is_later and (near_us is None or abs(shown["time_us"] - near_us) < _NEAR_US):
                return shown
            await asyncio.sleep(_LOOK_S)


async def picture(page: Page) -> str:
    """The plan's pixels."""
    pixels: str = await page.evaluate("document.querySelector('canvas').toDataURL()")
    return pixels


async def see_people_move(page: Page) -> None:
    """Wait until the plan has shown one frame and then another, with people elsewhere."""
    first, before = await drawn(page), await picture(page)
    later, after = await drawn(page, first["sequence"] + 2), await picture(page)
    assert later["time_us"] > first["time_us"]
    assert after != before


async def is_live(page: Page) -> None:
    """Wait until the page says that what it shows is true now."""
    await expect(page.get_by_test_id("link-status")).to_have_text("● Live")


async def soon(holds: Callable[[], bool]) -> None:
    """Wait until something has come to pass in the station."""
    async with asyncio.timeout(_PATIENCE_S):
        while not holds():
            await asyncio.sleep(_LOOK_S)
