"""Takes the pictures of the console and of the guard's page from a running demonstration.

`python docs/console_pictures.py` writes them to docs/control-room.  It needs Chromium and takes
about two minutes: it waits until somebody rings.
"""

from __future__ import annotations

import asyncio
import re
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from playwright.async_api import Browser, Page, Position, async_playwright, expect

FOLDER = Path(__file__).parent / "control-room"
SEED = "2"
LANGUAGES = {"en": "en", "sr": "sr-Latn"}
DESK, WALL, PHONE = (1366, 768), (2560, 1440), (390, 844)
LINK = re.compile(r"as .* \((\w+)\): (http\S+)")
PATIENCE_MS = 180_000
COLOURS = 128
SETTLE_MS = 1_000
"""By then a page shows what has changed."""


@asynccontextmanager
async def demonstration() -> AsyncIterator[dict[str, str]]:
    """Run it, and give the links by which its people enter."""
    with TemporaryDirectory() as folder, (Path(folder) / "terminal.txt").open("w+b") as terminal:
        run = await asyncio.create_subprocess_exec(
            *(Path(sys.executable).with_name("clearway"), "demo", "--live", "--seed", SEED),
            *("--output", str(Path(folder) / "demonstration")),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=terminal,
        )
        try:
            links: dict[str, str] = {}
            while "auditor" not in links:
                if run.returncode is not None:
                    raise SystemExit("the demonstration ended before anybody could enter")
                await asyncio.sleep(0.5)
                links = dict(LINK.findall(Path(terminal.name).read_text(encoding="utf-8")))
            yield links
        finally:
            if run.returncode is None:
                run.terminate()
            await run.wait()


async def entered(browser: Browser, link: str, size: tuple[int, int]) -> Page:
    """A page of somebody who takes part."""
    width, height = size
    context = await browser.new_context(
        viewport={"width": width, "height": height},
        locale="en-GB",
        timezone_id="Europe/Rome",
        # Symbols that pulse would be caught half faded.
        reduced_motion="reduce",
    )
    context.set_default_timeout(PATIENCE_MS)
    page = await context.new_page()
    await page.goto(link)
    return page


async def speak(page: Page, language: str) -> None:
    """Let a page speak a language."""
    await page.locator(f"select:has(option[value='{language}'])").select_option(language)
    await expect(page.locator("html")).to_have_attribute("lang", language)
    await page.wait_for_timeout(SETTLE_MS)


async def picture(page: Page, name: str, size: tuple[int, int], short: str) -> None:
    """Write what a page shows."""
    width, height = size
    shot = await page.screenshot()
    # A palette takes a third of the room, and these pages have few colours.
    with Image.open(BytesIO(shot)) as whole:
        few = whole.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    few.save(FOLDER / f"{name}-{width}x{height}-{short}.png", optimize=True)


async def take_console(page: Page) -> None:
    """The operator's page with a new alarm, on a desk and on a wall."""
    await newest_alarm(page)
    for size in (DESK, WALL):
        width, height = size
        await page.set_viewport_size({"width": width, "height": height})
        for short, language in LANGUAGES.items():
            await speak(page, language)
            await put_notices_away(page)
            await picture(page, "console", size, short)
    await speak(page, "en")


async def put_notices_away(page: Page) -> None:
    """That this machine has other things to do as well belongs into no picture."""
    while await page.locator(".notices button").count() > 0:
        await page.locator(".notices button").last.click()


async def take_phone(page: Page, desk: Page) -> None:
    """The guard's page, with the way to the person of the next alarm for each language."""
    for short, language in LANGUAGES.items():
        await page.locator("button.big").wait_for()
        await speak(page, language)
        await page.locator("button.big").click()
        await newest_alarm(desk)
        await desk.keyboard.press("a")
        await desk.keyboard.press("e")
        await desk.locator("dialog input[type=radio]").first.check()
        await desk.keyboard.press("Enter")
        await page.get_by_test_id("open-task").filter(has=page.locator("svg.fresh")).click()
        await stand(page)
        await page.wait_for_timeout(SETTLE_MS)
        await picture(page, "guard", PHONE, short)
        await page.reload()


async def newest_alarm(desk: Page) -> None:
    """Look at an alarm that nobody has acknowledged, as soon as there is one."""
    await desk.locator("[data-alarm]", has_text="new").first.click()
    await desk.wait_for_timeout(SETTLE_MS)


async def stand(phone: Page) -> None:
    """Tap a place in the hall, and let the plan show the way from there."""
    whole, both = (phone.locator(".zoom button").nth(number) for number in (2, 3))
    await whole.click()
    await phone.wait_for_timeout(SETTLE_MS)
    box = await phone.locator("canvas").bounding_box()
    if box is not None:
        place = Position(x=0.4 * box["width"], y=0.5 * box["height"])
        await phone.locator("canvas").click(position=place)
    await both.click()


async def main() -> None:
    """Take all pictures."""
    FOLDER.mkdir(exist_ok=True)
    expect.set_options(timeout=PATIENCE_MS)
    chromium = shutil.which("chromium")
    async with demonstration() as links, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium)
        desk = await entered(browser, links["operator"], DESK)
        phone = await entered(browser, links["guard"], PHONE)
        await take_console(desk)
        await take_phone(phone, desk)
        await browser.close()


if __name__ == "__main__":
    asyncio.run(main())
