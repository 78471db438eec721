"""What an operator does: signs in, sees people, and deals with alarms."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import Page, Route, expect

from clearway.alarms import Role, Stage
from clearway.console.demonstration import demonstration_links
from clearway.site.schema import Site
from tests.accounts.clock import PASSWORD
from tests.browser.hall import LiveHall
from tests.browser.stage import Play, card, is_live, row, see_people_move
from tests.browser.stage import Stage as Scenery
from tests.support.browser import running_browser

pytestmark = pytest.mark.browser


async def sign_in(page: Page, name: str, code: str) -> None:
    await page.get_by_label("Name").fill(name)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_label("Code").fill(code)
    await page.get_by_role("button", name="Log in").click()


def test_somebody_signs_in_and_sees_people_move(play: Play) -> None:
    async def scene(stage: Scenery) -> None:
        await stage.hall.account("ana", Role.OPERATOR, "Ana K.")
        async with stage.page() as watched:
            page = watched.page
            await expect(page.get_by_label("Name")).to_be_focused()
            code = stage.hall.code("ana")
            await sign_in(page, "ana", code)
            await see_people_move(page)
            await is_live(page)
            await expect(page.get_by_text("Ana K. (operator)")).to_be_visible()
            await expect(page.get_by_text("Simulated")).to_be_visible()
            await expect(page.get_by_role("heading", name="0 open alarms")).to_be_visible()
            # The code is used up, so that whoever has looked on cannot use it.
            await page.get_by_role("button", name="Log out").click()
            await sign_in(page, "ana", code)
            refusal = page.get_by_role("alert").filter(has_text="do not belong together")
            await expect(refusal).to_be_visible()
            assert [*map(_status, await watched.complaints())] == ["401"]
            watched.heard.clear()

    play(scene)


def _status(complaint: str) -> str:
    return complaint.partition("status of ")[2][:3]


def test_an_acknowledged_alarm_stays_in_the_queue_until_it_is_dismissed(play: Play) -> None:
    async def scene(stage: Scenery) -> None:
        async with stage.person("ana", Role.OPERATOR) as watched:
            page = watched.page
            await see_people_move(page)
            alarm = await stage.hall.alarm()
            mine = row(page, alarm.alarm_id)
            await expect(mine).to_contain_text(f"#{alarm.number} handgun")
            await expect(mine).to_contain_text("new")
            await expect(page).to_have_title("(1) Clearway")
            await expect(page.get_by_test_id("evidence")).to_contain_text("curtain-west, handgun")
            await page.get_by_role("group", name="What to do").get_by_text("Acknowledge").click()
            await expect(mine).to_contain_text("acknowledged")
            await expect(page).to_have_title("Clearway")
            assert stage.hall.context.room.desk.alarms[alarm.alarm_id].live
            await expect(mine).to_be_visible()

            await page.get_by_role("group", name="What to do").get_by_text("Dismiss").click()
            dialog = page.get_by_role("dialog")
            await expect(dialog).to_contain_text(f"#{alarm.number} handgun")
            send = dialog.get_by_role("button", name="Dismiss")
            await dialog.get_by_label("Other", exact=True).check()
            await expect(send).to_be_disabled()  # "other" says nothing without words
            await dialog.get_by_label("Harmless object").check()
            await dialog.get_by_label("Remark").fill("A drill in its case")
            await send.click()
            await expect(mine).to_contain_text("resolved")
            await expect(card(page)).to_contain_text("A drill in its case")
            ended = stage.hall.context.room.desk.alarms[alarm.alarm_id]
            assert ended.resolution is not None
            assert (ended.resolution.by, ended.resolution.text) == ("ana", "A drill in its case")

    play(scene)


def test_an_alarm_is_dealt_with_by_keyboard_alone(play: Play) -> None:
    async def scene(stage: Scenery) -> None:
        async with stage.person("ana", Role.OPERATOR) as watched:
            page, press = watched.page, watched.page.keyboard.press
            await is_live(page)
            first = await stage.hall.alarm()
            second = await stage.hall.alarm()
            await expect(row(page, second.alarm_id)).to_be_visible()
            newest = row(page, second.alarm_id)
            await press("k")
            await press("k")
            await expect(newest).to_have_attribute("aria-selected", "true")
            await press("a")
            await expect(newest).to_contain_text("acknowledged")
            await expect(row(page, first.alarm_id)).to_contain_text("new")
            # Who has acknowledged goes to the end of the queue, and stays selected.
            await expect(newest).to_have_attribute("aria-selected", "true")
            await press("d")
            await expect(page.get_by_role("dialog")).to_be_visible()
            await press("Space")
            await press("Tab")
            await page.keyboard.type("seen by hand: a, d and k are letters here")
            await press("Tab")
            await press("Tab")
            await press("Enter")
            await expect(page.get_by_role("dialog")).to_have_count(0)
            await expect(newest).to_contain_text("resolved")
            await press("?")
            await expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
            await press("Escape")
            await expect(page.get_by_role("dialog")).to_have_count(0)

    play(scene)


def test_the_second_of_two_operators_is_told_who_was_first(play: Play) -> None:
    async def scene(stage: Scenery) -> None:
        async with (
            stage.person("ana", Role.OPERATOR) as first,
            stage.person("bo", Role.OPERATOR) as second,
        ):
            for watched in (first, second):
                await is_live(watched.page)
            alarm = await stage.hall.alarm()
            for watched in (first, second):
                await expect(row(watched.page, alarm.alarm_id)).to_contain_text("new")

            # Both press the key at once: the second request is held until the first is answered.
            async def hold(route: Route) -> None:
                await first.page.keyboard.press("a")
                await expect(row(first.page, alarm.alarm_id)).to_contain_text("acknowledged")
                await route.continue_()

            await second.page.route("**/acknowledge", hold)
            await second.page.keyboard.press("a")
            told = second.page.get_by_role("alert").filter(has_text="Somebody")
            await expect(told).to_contain_text("ana")
            await expect(row(second.page, alarm.alarm_id)).to_contain_text("acknowledged")
            assert [*map(_status, await second.complaints())] == ["409"]
            second.heard.clear()
            left = stage.hall.context.room.desk.alarms[alarm.alarm_id]
            assert left.stage is Stage.ACKNOWLEDGED
            assert stage.hall.kinds().count("alarm-acknowledged") == 1

    play(scene)


def test_the_terminals_link_leads_into_a_demonstration(station: Site, tmp_path: Path) -> None:
    async def scene() -> None:
        hall = LiveHall(station, tmp_path, is_demonstration=True)
        async with hall, running_browser() as browser:
            links = demonstration_links(hall.context, hall.address)
            path = links["operator"].removeprefix(hall.address)
            async with Scenery(hall, browser).page(path) as watched:
                await see_people_move(watched.page)
                assert watched.page.url == f"{hall.address}/"

    asyncio.run(scene())
