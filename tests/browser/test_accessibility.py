"""No page has a fault that axe-core finds, in any language."""

from __future__ import annotations

import pyotp
import pytest
from playwright.async_api import Page, expect

from clearway.alarms import Role
from tests.accounts.clock import PASSWORD, SECOND
from tests.browser.axe import check_accessibility
from tests.browser.stage import Play, Stage, drawn, open_panel, row
from tests.support.browser import PHONE

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("language", ["en", "sr-Latn"]),
]


async def is_in(page: Page, language: str) -> None:
    """Wait until a page speaks a language."""
    await expect(page.locator("html")).to_have_attribute("lang", language)


def test_ways_in(play: Play, language: str) -> None:
    async def scene(stage: Stage) -> None:
        async with stage.page(locale=language) as watched:
            page = watched.page
            await page.locator("input[autocomplete=one-time-code]").wait_for()
            await is_in(page, language)
            await check_accessibility(page, "login")

        (link,) = stage.hall.invitations
        path = link.removeprefix(stage.hall.address)
        async with stage.page(path, locale=language, viewport=PHONE) as watched:
            page = watched.page
            await page.locator("input[autocomplete=username]").fill("sanja")
            await is_in(page, language)
            await check_accessibility(page, "enrolment, name and password")
            await page.locator("input[autocomplete=name]").fill("Sanja P.")
            for field in await page.locator("input[type=password]").all():
                await field.fill(PASSWORD)
            await page.locator("button.primary").click()
            secret = await page.locator("code").inner_text()
            await check_accessibility(page, "enrolment, authenticator")
            code = pyotp.TOTP(secret).at(stage.hall.clock() // SECOND)
            await page.locator("input[autocomplete=one-time-code]").fill(code)
            await page.locator("button.primary").click()
            await expect(page.locator("main a[href='/']")).to_be_visible()
            await check_accessibility(page, "enrolment, done")

    play(scene)


def test_console(play: Play, language: str) -> None:
    async def scene(stage: Stage) -> None:
        async with (
            stage.guard("goran"),
            stage.person("bo", Role.OPERATOR),
            stage.person("ana", Role.SUPERVISOR, language=language) as watched,
        ):
            page, press = watched.page, watched.page.keyboard.press
            await drawn(page)
            await is_in(page, language)
            for panel in ("sensors", "statistics", "operations"):
                await (
                    (await open_panel(page, panel))
                    .get_by_role("heading")
                    .or_(page.locator("#open-panel table, #open-panel dl"))
                    .first.wait_for()
                )
                await check_accessibility(page, f"console without alarms, {panel}")
            alarm = await stage.hall.alarm()
            await stage.hall.alarm()
            await row(page, alarm.alarm_id).click()
            await check_accessibility(page, "console with alarms")
            await page.locator("details.legend summary").click()
            await page.get_by_test_id("alarm-card").locator("summary").click()
            await check_accessibility(page, "legend and history")
            for key, view in (("d", "dismiss"), ("e", "send a guard"), ("r", "resolve")):
                await press(key)
                await page.locator("dialog input[type=radio]").first.wait_for()
                await check_accessibility(page, f"dialog: {view}")
                await press("Escape")
                await expect(page.locator("dialog")).to_have_count(0)
            await press("a")
            await expect(row(page, alarm.alarm_id).locator("svg.fresh")).to_have_count(0)
            await press("t")
            await expect(row(page, alarm.alarm_id)).to_contain_text("Ana")
            await press("h")
            await page.locator("dialog input[type=radio]").first.wait_for()
            await check_accessibility(page, "dialog: hand over")
            await press("Escape")
            await press("?")
            await page.locator("dialog").wait_for()
            await check_accessibility(page, "help")
            await press("Escape")
            sensors = await open_panel(page, "sensors")
            await sensors.get_by_role("button").first.click()
            await page.locator("dialog").wait_for()
            await check_accessibility(page, "dialog: shelve a sensor")
            await press("Escape")
            await page.locator("section.time button").nth(1).click()
            await expect(page.locator(".console.past")).to_be_visible()
            await check_accessibility(page, "the past")

    play(scene)


def test_drill(play: Play, language: str) -> None:
    async def scene(stage: Stage) -> None:
        async with stage.person("ana", Role.SUPERVISOR, language=language) as watched:
            page = watched.page
            operations = await open_panel(page, "operations")
            await operations.locator("section").first.get_by_role("button").click()
            await expect(page.locator(".tag.drill, .top strong").first).to_be_visible()
            await stage.hall.alarm()
            await page.get_by_test_id("alarm-card").wait_for()
            await check_accessibility(page, "drill")

    play(scene)


@pytest.mark.parametrize(
    ("role", "panel"), [(Role.ADMIN, "users"), (Role.AUDITOR, "audit"), (Role.VIEWER, None)]
)
def test_pages_of_others(play: Play, language: str, role: Role, panel: str | None) -> None:
    async def scene(stage: Stage) -> None:
        async with stage.person("vera", role, language=language) as watched:
            page = watched.page
            await page.locator("header h1").wait_for()
            await is_in(page, language)
            if panel is not None:
                opened = await open_panel(page, panel)
                await opened.locator("tbody tr").first.wait_for()
            await check_accessibility(page, f"{role} {panel}")

    play(scene)


def test_a_guards_pages(play: Play, language: str) -> None:
    async def scene(stage: Stage) -> None:
        async with (
            stage.person("goran", Role.GUARD, language=language, viewport=PHONE) as phone,
            stage.person("ana", Role.OPERATOR) as desk,
        ):
            page = phone.page
            await page.locator("button.big").wait_for()
            await is_in(page, language)
            await check_accessibility(page, "before duty")
            await page.locator("button.big").click()
            await drawn(page)
            await check_accessibility(page, "no task")
            alarm = await stage.hall.alarm()
            await row(desk.page, alarm.alarm_id).wait_for()
            await desk.page.keyboard.press("e")
            await desk.page.get_by_label("Goran (guard)").check()
            await desk.page.keyboard.press("Enter")
            await page.get_by_test_id("open-task").wait_for()
            await check_accessibility(page, "a new task")
            await page.get_by_test_id("open-task").click()
            await page.get_by_test_id("evidence").wait_for()
            await page.locator("canvas").click(position={"x": 60, "y": 60})
            await check_accessibility(page, "a task")
            await page.locator(".answers button").first.click()
            await expect(page.locator(".answers [aria-pressed=true]")).to_have_count(1)
            await check_accessibility(page, "an answered task")

    play(scene)
