"""A page of the console in Chromium, with a recorder in it of what it shows and when."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from importlib.resources import files
from itertools import cycle
from statistics import median
from typing import TYPE_CHECKING, Any

from clearway.bench.console.station import Doors
from clearway.bench.peers.base import loaded
from clearway.console.assets import read_assets
from clearway.errors import ArgumentError

if TYPE_CHECKING:
    from playwright.async_api import CDPSession, Page

__all__ = ["Seen", "WatchedPage", "open_page"]

_DESKTOP = {"width": 1366, "height": 768}
_PATIENCE_MS = 60_000.0
_READINGS = 5

# Counts and keeps nothing, so that the memory measured is the page's.
_COUNT_FRAMES = """
window.framesTaken = 0;
window.WebSocket = class extends WebSocket {
  constructor(...of) {
    super(...of);
    this.addEventListener('message', ({ data }) => {
      if (typeof data !== 'string') window.framesTaken++;
    });
  }
};
"""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a page showed, times in UTC milliseconds."""

    frames: list[tuple[float, float, float]]
    """Time of the picture, when it was drawn, and when the next animation frame began."""
    rows: dict[str, float]
    """When the row of each alarm was in the document."""
    counts: list[tuple[int, float]]
    """How many new alarms the page counted, and since when."""
    gaps_ms: list[float]
    """Between one animation frame and the next."""
    tasks_ms: list[float]
    """Of more than 50 ms, in which the page could do nothing else."""
    keys_ms: list[float]
    """From a key to the animation frame after what it changed."""
    keys_pressed: int
    """Also those that changed nothing."""
    drift_ms: float
    """By how much the page's clock went off the system's meanwhile."""


@dataclass(frozen=True, slots=True)
class WatchedPage:
    """A page; see `open_page`."""

    page: Page
    browser: str
    """Its name and version."""
    inspector: CDPSession

    async def start(self) -> None:
        """Begin to note what is seen."""
        await self.page.evaluate(
            files("clearway.bench.console").joinpath("recorder.js").read_text("utf-8")
        )

    async def stop(self) -> Seen:
        """End it, and give what was seen."""
        seen: dict[str, Any] = await self.page.evaluate("window.seen.stop()")
        return Seen(
            frames=[(picture, drawn, shown) for picture, drawn, shown in seen["frames"]],
            rows=seen["rows"],
            counts=[(count, at_ms) for count, at_ms in seen["counts"]],
            gaps_ms=seen["gaps"],
            tasks_ms=seen["tasks"],
            keys_ms=seen["keys"],
            keys_pressed=seen["pressed"],
            drift_ms=seen["drift_ms"],
        )

    @asynccontextmanager
    async def pressing(self, *keys: str, every_s: float) -> AsyncIterator[None]:
        """Press keys in turn in the list of alarms, as long as the block runs."""

        async def press() -> None:
            alarms = self.page.get_by_role("tree")
            for key in cycle(keys):
                await asyncio.sleep(every_s)
                # There is no list as long as there is no alarm.
                if await alarms.count():
                    await alarms.press(key)

        task = asyncio.create_task(press())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def frames_taken(self) -> int:
        """How many frames have come so far over any WebSocket."""
        return int(await self.page.evaluate("window.framesTaken"))

    async def heap_bytes(self) -> int:
        """Heap in use after a full collection: the median of several readings, as frames go on."""
        readings = []
        for _ in range(_READINGS):
            await self.inspector.send("HeapProfiler.collectGarbage")
            usage = await self.inspector.send("Runtime.getHeapUsage")
            readings.append(int(usage["usedSize"]))
        return round(median(readings))


@asynccontextmanager
async def open_page(doors: Doors) -> AsyncIterator[WatchedPage]:
    """Show the console to the first operator, until the block ends.

    Yields
    ------
    WatchedPage
        With its plan ready to be drawn.

    Raises
    ------
    MissingExtraError
        Playwright is not installed.
    ArgumentError
        There is no Chromium, or there are no pages.
    """
    playwright = loaded("playwright.async_api", 'pip install "clearway[test]"')
    path = shutil.which("chromium")
    if path is None:
        raise ArgumentError("chromium", "is not installed", "Debian: apt-get install chromium")
    if not read_assets():
        raise ArgumentError("pages", "are not built", "cd web && npm ci && npm run build")
    cookies = [
        {"name": name, "value": value, "url": doors.address}
        for name, value in doors.sessions[0].items()
    ]
    async with playwright.async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=path)
        try:
            context = await browser.new_context(viewport=_DESKTOP, locale="en-GB")
            context.set_default_timeout(_PATIENCE_MS)
            await context.add_init_script(_COUNT_FRAMES)
            await context.add_cookies(cookies)
            page = await context.new_page()
            inspector = await context.new_cdp_session(page)
            await page.goto(doors.address)
            await page.locator("canvas").wait_for()
            yield WatchedPage(page, f"Chromium {browser.version}", inspector)
        finally:
            await browser.close()
