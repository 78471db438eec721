"""A guard is sent to somebody, finds them, and leaves nothing on the phone."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Page, expect

from clearway.alarms import Role
from clearway.console.frames import decode
from tests.browser.stage import Play, Stage, card, drawn, is_live, row, soon

pytestmark = pytest.mark.browser

KEPT = """async () => ({
  local: Object.keys(localStorage), session: Object.keys(sessionStorage),
  caches: await Promise.all((await caches.keys()).map(async (name) =>
    (await (await caches.open(name)).keys()).map(({ url }) => new URL(url).pathname))),
  databases: (await indexedDB.databases()).length, cookies: document.cookie,
})"""
"""What a page finds in the phone."""
TIME = re.compile(r"^\d\d:\d\d:\d\d$")
STEPS = ["opened", "acknowledged", "guard-called", "delivered", "read", "answered", "resolved"]


async def send(page: Page, alarm_id: str, guard: str) -> None:
    """Send a guard to the person of an alarm."""
    await row(page, alarm_id).click()
    await page.get_by_role("group", name="What to do").get_by_text("Send a guard").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label(f"{guard} (guard) present").check()
    await dialog.get_by_role("button", name="Send a guard").click()
    await expect(dialog).to_have_count(0)


def test_a_guard_is_sent_and_finds_the_person(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        async with (
            stage.guard("goran") as phone,
            stage.person("ana", Role.OPERATOR) as desk,
        ):
            await is_live(phone.page)
            await is_live(desk.page)
            await expect(phone.page.get_by_text("No task.")).to_be_visible()
            alarm = await stage.hall.alarm()
            await row(desk.page, alarm.alarm_id).wait_for()
            await expect(phone.page.get_by_text("No task.")).to_be_visible()
            await desk.page.keyboard.press("a")
            await send(desk.page, alarm.alarm_id, "Goran")
            receipts = desk.page.get_by_test_id("receipts")
            sent, delivered, read, answer = (receipts.locator("td").nth(i) for i in range(4))
            await expect(sent).to_have_text(TIME)
            await expect(phone.page.get_by_text("1 new task")).to_be_visible()
            # It has reached the phone, and nobody has looked at it yet.
            await expect(delivered).to_have_text(TIME)
            await expect(read).to_have_text("\N{EN DASH}")
            await phone.page.get_by_test_id("open-task").click()
            await expect(read).to_have_text(TIME)

            # The guard stands somewhere, and is told where to go.
            where = phone.page.get_by_test_id("where")
            await expect(where).to_contain_text("Tap the plan where you stand.")
            plan = phone.page.locator("canvas")
            await plan.click(position={"x": 60, "y": 60})
            await expect(where).to_contain_text(" m ")
            await expect(where).to_contain_text("on the plan")
            first = await drawn(phone.page)
            await drawn(phone.page, first["sequence"])
            await expect(phone.page.get_by_test_id("evidence")).to_contain_text("handgun")

            await phone.page.get_by_role("button", name="Found", exact=True).click()
            await expect(phone.page.get_by_text("The control room has: Found")).to_be_visible()
            await expect(answer).to_contain_text("Found")
            await desk.page.keyboard.press("r")
            dialog = desk.page.get_by_role("dialog")
            await dialog.get_by_label("Firearm or explosives found").check()
            await dialog.get_by_role("button", name="Resolve").click()
            await expect(card(desk.page)).to_contain_text("Firearm or explosives found, by ana")
            await expect(phone.page.get_by_text("over", exact=False).first).to_be_visible()
            kinds = [kind for kind in stage.hall.kinds() if kind.startswith("alarm-")]
            assert kinds == [f"alarm-{kind}" for kind in STEPS]

    play(scene)


def test_a_phone_is_sent_nobody_but_the_person_of_the_task(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        sent: list[set[int]] = []

        def hear(payload: str | bytes) -> None:
            if isinstance(payload, bytes):
                sent.append(set(decode(payload).picture.track_id.tolist()))

        async with (
            stage.guard("goran") as phone,
            stage.person("ana", Role.OPERATOR) as desk,
        ):
            phone.page.on("websocket", lambda socket: socket.on("framereceived", hear))
            await phone.page.reload()
            await phone.page.get_by_role("button", name="Start duty").click()
            await is_live(desk.page)
            other, alarm = await stage.hall.alarm(), await stage.hall.alarm()
            await row(desk.page, alarm.alarm_id).wait_for()
            await soon(lambda: len(sent) > 0)
            assert set.union(*sent) == set()
            await send(desk.page, alarm.alarm_id, "Goran")
            await phone.page.get_by_test_id("open-task").click()
            await soon(lambda: sent[-1] != set())
            candidates = {one.track_id for one in alarm.report.candidates}
            assert set.union(*sent) <= candidates
            assert not candidates & {one.track_id for one in other.report.candidates}
            first = await drawn(phone.page)
            await drawn(phone.page, first["sequence"])
            people = stage.hall.context.room.picture
            assert people is not None
            assert len(people) > len(sent[-1])

    play(scene)


def test_signing_out_ends_everything_and_leaves_nothing_behind(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        async with (
            stage.guard("goran") as phone,
            stage.person("ana", Role.OPERATOR) as desk,
        ):
            await is_live(phone.page)
            await is_live(desk.page)
            alarm = await stage.hall.alarm()
            await row(desk.page, alarm.alarm_id).wait_for()
            await send(desk.page, alarm.alarm_id, "Goran")
            await phone.page.get_by_test_id("open-task").click()
            await expect(phone.page.get_by_test_id("evidence")).to_contain_text("handgun")
            kept = await phone.page.evaluate(KEPT)
            assert set(kept["local"]) <= {"clearway-settings", "clearway-language"}
            assert (kept["session"], kept["databases"]) == ([], 0)
            stored = {path for paths in kept["caches"] for path in paths}
            assert stored
            assert all(path == "/guard" or path.startswith("/assets/") for path in stored)

            other = await phone.page.context.new_page()
            await other.goto(stage.hall.address)
            await other.get_by_role("button", name="Start duty").wait_for()
            await phone.page.get_by_text("Tasks").first.click()
            await phone.page.get_by_role("button", name="Log out").click()
            await expect(phone.page.get_by_label("Password")).to_be_visible()
            await expect(phone.page.get_by_text("Your session is over.")).to_have_count(0)
            # The other page of the same browser is told, not only when it next asks.
            await expect(other.get_by_text("Your session is over.")).to_be_visible()
            kept = await phone.page.evaluate(KEPT)
            assert kept["caches"] == []
            assert kept["cookies"] == ""
            assert set(kept["local"]) <= {"clearway-language"}
            assert await phone.page.context.cookies() == []
            for page in (phone.page, other):
                await page.go_back(wait_until="commit")
                await expect(page.get_by_test_id("evidence")).to_have_count(0)

    play(scene)
