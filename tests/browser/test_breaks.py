"""What a page does when the network is cut, and when the service is started anew."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from clearway.alarms import Role
from clearway.alarms import Stage as AlarmStage
from tests.browser.stage import Play, Stage, drawn, is_live, row, see_people_move, soon

pytestmark = pytest.mark.browser

UNREACHABLE = ("WebSocket connection to", "net::ERR_")
"""How Chromium begins to say that it reached nobody."""


def told_of_nothing_else(complaints: list[str]) -> bool:
    return all(any(one in complaint for one in UNREACHABLE) for complaint in complaints)


def test_a_cut_network_is_said_and_mended(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        async with stage.person("ana", Role.OPERATOR) as watched:
            page = watched.page
            await see_people_move(page)
            status = page.get_by_test_id("link-status")
            await page.context.set_offline(True)
            await expect(status).to_contain_text("Stale")
            await expect(page.get_by_text("Stale", exact=False).nth(1)).to_be_visible()
            said = page.get_by_text("What you see may no longer be true.")
            await expect(said).to_have_count(1)
            await expect(status).to_contain_text("reconnecting")
            # What happens meanwhile is not lost.
            last, alarm = await drawn(page), await stage.hall.alarm()
            await page.context.set_offline(False)
            await is_live(page)
            await drawn(page, last["sequence"])
            await expect(row(page, alarm.alarm_id)).to_contain_text("new")
            await expect(said).to_have_count(0)
            assert told_of_nothing_else(await watched.complaints())
            watched.heard.clear()
            await page.keyboard.press("a")
            await expect(row(page, alarm.alarm_id)).to_contain_text("acknowledged")

    play(scene)


def test_an_act_that_did_not_reach_the_station_is_no_act(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        async with stage.person("ana", Role.OPERATOR) as watched:
            page = watched.page
            await is_live(page)
            alarm = await stage.hall.alarm()
            await row(page, alarm.alarm_id).wait_for()
            await page.context.set_offline(True)
            await page.keyboard.press("a")
            told = page.get_by_role("alert").filter(has_text="Nothing was changed.")
            await expect(told).to_be_visible()
            await expect(row(page, alarm.alarm_id)).to_contain_text("new")
            await page.context.set_offline(False)
            await is_live(page)
            await page.keyboard.press("a")
            await expect(row(page, alarm.alarm_id)).to_contain_text("acknowledged")
            await expect(told).to_have_count(0)
            assert told_of_nothing_else(await watched.complaints())
            watched.heard.clear()

    play(scene)


def test_a_restart_loses_neither_alarms_nor_what_was_done(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        async with (
            stage.person("ana", Role.OPERATOR) as desk,
            stage.guard("goran") as phone,
        ):
            for watched in (desk, phone):
                await is_live(watched.page)
            alarm = await stage.hall.alarm()
            mine = row(desk.page, alarm.alarm_id)
            await expect(mine).to_contain_text("new")
            await desk.page.keyboard.press("a")
            await expect(mine).to_contain_text("acknowledged")
            await stage.hall.restart()
            for watched in (desk, phone):
                await is_live(watched.page)
                assert told_of_nothing_else(await watched.complaints())
                watched.heard.clear()
            await see_people_move(desk.page)
            await expect(mine).to_contain_text("acknowledged")
            await soon(lambda: len(stage.hall.context.room.desk.people) == 2)
            kept = stage.hall.context.room.desk.alarms[alarm.alarm_id]
            assert (kept.stage, kept.live) == (AlarmStage.ACKNOWLEDGED, True)
            await desk.page.keyboard.press("t")
            await expect(mine).to_contain_text("Ana")

    play(scene)
