"""Any minute of the past can be looked at while live goes on, and the auditor sees who did what."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from clearway.alarms import Role
from tests.accounts.clock import SECOND
from tests.browser.stage import (
    Play,
    Stage,
    card,
    drawn,
    is_live,
    open_panel,
    picture,
    row,
    see_people_move,
    soon,
)

pytestmark = pytest.mark.browser


async def marked(page: Page, colour: tuple[int, int, int]) -> bool:
    """Whether anything on the plan has that colour."""
    found: bool = await page.evaluate(
        """([red, green, blue]) => {
          const canvas = document.querySelector('canvas');
          const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
          for (let i = 0; i < data.length; i += 4)
            if (data[i] === red && data[i + 1] === green && data[i + 2] === blue) return true;
          return false;
        }""",
        list(colour),
    )
    return found


SUSPECT = (0xFF, 0x6B, 0x6B)


def test_a_replay_shows_the_same_while_live_goes_on(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        async with stage.person("ana", Role.OPERATOR) as watched:
            page = watched.page
            await see_people_move(page)
            assert not await marked(page, SUSPECT)
            alarm = await stage.hall.alarm()
            mine = row(page, alarm.alarm_id)
            await expect(mine).to_contain_text("new")
            # The last seconds are still on their way into the record.
            later_ns = stage.hall.clock() + 5 * SECOND
            await soon(lambda: stage.hall.clock() > later_ns)
            await page.keyboard.press("a")
            await expect(mine).to_contain_text("acknowledged")

            await page.get_by_label("How far back").select_option("everything")
            await page.keyboard.press("Space")
            await expect(page.get_by_text("NOT LIVE \N{EN DASH}")).to_be_visible()
            await expect(page.get_by_text("You are looking at the past.")).to_be_visible()
            stands = await picture(page)
            scrub = page.get_by_label("Time shown")
            opened_us = alarm.listed_ns // 1000 + 400_000
            await scrub.fill(str(opened_us - opened_us % 100_000))
            await expect(mine).to_contain_text("new")
            await expect(card(page)).to_contain_text("curtain-west, handgun")
            shown = await drawn(page, near_us=opened_us)
            assert await marked(page, SUSPECT)
            assert await picture(page) != stands
            await expect(page.get_by_role("group", name="What to do")).not_to_contain_text(
                "Acknowledge"
            )
            # Nothing is missed meanwhile: what comes now is said, and waits.
            second = await stage.hall.alarm()
            back = page.get_by_role("button", name="Not live: 1 new alarm waits. Back to live")
            await expect(back).to_be_visible()
            await expect(row(page, second.alarm_id)).to_have_count(0)

            # It goes on from there, and the act is seen being done.
            await page.get_by_role("button", name="Play").click()
            await expect(mine).to_contain_text("acknowledged")
            assert (await drawn(page))["time_us"] > shown["time_us"]
            await back.click()
            await is_live(page)
            await expect(page.get_by_text("NOT LIVE \N{EN DASH}")).to_have_count(0)
            await expect(row(page, second.alarm_id)).to_contain_text("new")
            await see_people_move(page)
            assert "replay-opened" in stage.hall.kinds()

    play(scene)


def test_the_auditor_sees_each_step_and_verifies_the_log(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        async with stage.person("ana", Role.OPERATOR) as desk:
            await is_live(desk.page)
            alarm = await stage.hall.alarm()
            await row(desk.page, alarm.alarm_id).wait_for()
            await desk.page.keyboard.press("a")
            await expect(row(desk.page, alarm.alarm_id)).to_contain_text("acknowledged")
            await desk.page.keyboard.press("d")
            dialog = desk.page.get_by_role("dialog")
            await dialog.get_by_label("Test", exact=True).check()
            await dialog.get_by_role("button", name="Dismiss").click()
            await expect(row(desk.page, alarm.alarm_id)).to_contain_text("resolved")
        async with stage.person("vera", Role.AUDITOR) as audit:
            page = audit.page
            panel = await open_panel(page, "audit")
            table = panel.get_by_role("table")
            for what, who in (
                ("alarm: opened", "clearway"),
                ("alarm: acknowledged", "ana"),
                ("alarm: resolved", "ana"),
            ):
                line = table.get_by_role("row").filter(has_text=what)
                await expect(line).to_have_count(1)
                await expect(line).to_contain_text(who)
                await expect(line).to_contain_text(alarm.alarm_id)
            # Every kind that the station writes has words of its own.
            said = await table.locator("tbody tr td:nth-of-type(2)").all_inner_texts()
            assert not [text for text in said if "-" in text]
            await panel.get_by_label("Kind").select_option("alarm: acknowledged")
            await expect(table.locator("tbody tr")).to_have_count(1)
            await panel.get_by_role("button", name="Verify the log").click()
            await expect(panel.get_by_role("status")).to_contain_text("Sound:")
            # An auditor only looks: there is nothing to be done about an alarm here.
            await expect(page.get_by_role("button", name="Acknowledge")).to_have_count(0)

    play(scene)
