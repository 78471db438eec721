"""What open pages are told without asking, each as much as their role may see."""

from __future__ import annotations

from typing import Any

import pytest
from litestar.exceptions import WebSocketDisconnect
from litestar.testing import TestClient

from clearway.alarms import Role
from clearway.console.conversation import SESSION_OVER
from clearway.console.frames import FrameFlag, TracksFrame, encode
from clearway.console.live import broadcast, plan
from clearway.domain import AlertState, Closing, Mark
from clearway.service.outputs import Notice, NoticeLevel
from tests.console.happenings import Hall, assert_fits
from tests.console.pages import LIVE, Page, page, until
from tests.console.room import API, ORIGIN, Room, proofs
from tests.control_room.alerts import people_reported

CANDIDATES = ((4, 0.8), (7, 0.15))
# The control room gives them the numbers 1, 2, 3.
EVERYBODY = [(4, 3.0, 4.0), (7, 5.0, 6.0), (9, 7.0, 8.0)]


@pytest.fixture
def hall(client: TestClient[Any], room: Room) -> Hall:
    room.add("ana", Role.OPERATOR)
    room.add("boris", Role.OPERATOR)
    room.add("goran", Role.GUARD)
    return Hall(client, room)


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broadcast, "_TICK_S", 0.02)
    monkeypatch.setattr(broadcast, "_LOOK_S", 0.01)


class TestBeginning:
    def test_all_that_holds_is_told(self, hall: Hall) -> None:
        hall.alarm(candidates=CANDIDATES)
        with page(hall, "operator") as opened:
            opened.next("statistics")
        (alarms,) = (one for one in opened.texts if one["type"] == "alarms")
        (alarm,) = alarms["alarms"]
        assert_fits(alarm, "AlarmView")
        assert alarms["groups"] == []
        assert alarm["id"] == "A"
        (drill,) = (one for one in opened.texts if one["type"] == "drill")
        assert drill["on"] is False

    def test_it_is_what_the_pages_read(self, hall: Hall) -> None:
        with page(hall, "operator") as opened:
            sensors = opened.next("sensors")["sensors"]
            statistics = opened.next("statistics")
            clock = opened.next("clock")
        assert_fits(sensors[0], "SensorHealth")
        del statistics["type"]
        assert_fits(statistics, "Statistics")
        assert_fits(statistics["pd"], "Estimate")
        now_us = hall.room.clock.now_ns // 1000
        assert clock == {"type": "clock", "time_us": now_us, "live": True, "speed": 1.0}

    def test_who_comes_late_is_told_what_went_wrong(self, hall: Hall) -> None:
        now_ns = hall.room.clock.now_ns
        for level in NoticeLevel:
            hall.happens(Notice(f"of level {level.value}", level, now_ns))
        hall.happens(Notice("long ago", NoticeLevel.ALARM, now_ns - 10**12))
        with page(hall, "operator") as opened:
            told = [one["text"] for one in opened.texts if one["type"] == "notice"]
            assert told == ["of level warning", "of level alarm"]
            hall.happens(Notice("now", NoticeLevel.INFO, now_ns))
            assert opened.next("notice") == {
                "type": "notice",
                "text": "now",
                "level": "info",
                "time_us": now_ns // 1000,
            }


class TestPlan:
    def test_everybody_is_shown(self, hall: Hall) -> None:
        hall.alarm(candidates=CANDIDATES)
        with page(hall, "viewer") as opened:
            hall.happens(people_reported(EVERYBODY))
            frame = opened.next_frame()
        assert frame.picture.track_id.tolist() == [1, 2, 3]
        assert frame.picture.mark.tolist() == [Mark.LEADING, Mark.CANDIDATE, Mark.NONE]
        assert frame.flags == FrameFlag.SIMULATED

    def test_an_empty_hall_is_shown_too(self, hall: Hall) -> None:
        with page(hall, "operator") as opened:
            hall.happens(people_reported([]))
            assert len(opened.next_frame().picture) == 0

    def test_a_picture_is_written_once_for_all(
        self, hall: Hall, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        written = []

        def counted(frame: TracksFrame) -> bytes:
            written.append(frame.sequence)
            return encode(frame)

        monkeypatch.setattr(plan, "encode", counted)
        with page(hall, "operator") as one, page(hall, "ana") as two, page(hall, "viewer") as three:
            hall.happens(people_reported(EVERYBODY))
            frames = [opened.next_frame() for opened in (one, two, three)]
        assert {frame.sequence for frame in frames} == set(written)
        assert len(written) == 1

    @pytest.mark.parametrize("name", ["auditor", "admin"])
    def test_who_may_not_see_it_is_sent_none(self, hall: Hall, name: str) -> None:
        with page(hall, name) as opened:
            for _ in range(3):
                hall.happens(people_reported(EVERYBODY))
                opened.next("clock")
        assert opened.frames == []


class TestAlarms:
    def test_what_changes_is_told(self, hall: Hall) -> None:
        with page(hall, "ana") as opened:
            hall.alarm()
            assert opened.next("alarm")["alarm"]["stage"] == "new"
            hall.act("boris", "acknowledge")
            assert opened.next("alarm")["alarm"]["stage"] == "acknowledged"

    def test_what_does_not_change_is_not_told(self, hall: Hall) -> None:
        hall.alarm(candidates=CANDIDATES)
        with page(hall, "ana") as opened:
            for _ in range(5):
                hall.happens(people_reported(EVERYBODY))
                opened.next("clock")
        assert "alarm" not in opened.kinds()

    def test_each_is_told_what_they_may_do(self, hall: Hall) -> None:
        with page(hall, "ana") as ana, page(hall, "viewer") as viewer:
            hall.alarm()
            hall.act("ana", "take-over")
            ana.until_told(lambda alarm: "unacknowledge" in alarm["actions"])
            viewer.until_told(lambda alarm: alarm["stage"] == "assigned")
        assert all(not alarm["actions"] for alarm in viewer.alarms)

    def test_who_comes_changes_what_can_be_done(self, hall: Hall) -> None:
        hall.alarm()
        with page(hall, "ana") as opened:
            assert "escalate" not in opened.alarms[-1]["actions"]
            with page(hall, "guard"):
                opened.until_told(lambda alarm: "escalate" in alarm["actions"])
            opened.until_told(lambda alarm: "escalate" not in alarm["actions"])

    def test_so_does_the_silence_of_whoever_deals_with_it(self, hall: Hall) -> None:
        hall.alarm()
        with page(hall, "ana"), page(hall, "boris") as opened:
            hall.act("ana", "take-over")
            opened.until_told(lambda alarm: "take-over" not in alarm["actions"])
            hall.room.clock.pass_s(121)
            opened.until_told(lambda alarm: "take-over" in alarm["actions"])

    def test_where_somebody_was_who_is_out_of_sight(self, hall: Hall) -> None:
        hall.alarm(candidates=CANDIDATES)
        with page(hall, "auditor") as opened:
            hall.happens(people_reported([(4, 8.0, 9.0)], later_s=1.0))
            hall.happens(people_reported([], later_s=2.0))
            opened.until_told(lambda alarm: alarm["last_seen"] is not None)
        place = opened.alarms[-1]["last_seen"]
        assert (place["x"], place["y"]) == (8.0, 9.0)

    def test_a_flood_is_grouped(self, hall: Hall) -> None:
        with page(hall, "ana") as opened:
            for number in range(11):
                hall.alarm(f"A{number}")
            groups = opened.next("groups")["groups"]
            assert_fits(groups[0], "AlarmGroup")
            assert len(groups[0]["alarms"]) == 11
            seen: dict[str, str | None] = {}
            while len(seen) < 11 or not all(seen.values()):
                opened.hear()
                seen |= {one["id"]: one["group"] for one in opened.alarms}
        assert set(seen.values()) == {"1"}

    def test_a_supervisor_is_called(self, hall: Hall) -> None:
        hall.alarm()
        with page(hall, "supervisor") as called, page(hall, "ana") as other:
            hall.pass_s(30)
            told = {"type": "call", "alarm": "A", "why": "unacknowledged"}
            assert called.next("call") == told
            called.until_told(lambda alarm: alarm["reported"] == ["unacknowledged"])
            other.until_told(lambda alarm: alarm["reported"] == ["unacknowledged"])
        assert "call" not in other.kinds()

    def test_operators_are_called_where_no_supervisor_is_present(self, hall: Hall) -> None:
        hall.alarm()
        hall.alarm("B")
        with (
            page(hall, "ana") as ana,
            page(hall, "boris") as boris,
            page(hall, "viewer") as viewer,
            page(hall, "guard") as guard,
        ):
            hall.pass_s(30)
            for called in (ana, boris):
                assert {called.next("call")["alarm"] for _ in "AB"} == {"A", "B"}
            for other in (viewer, guard):
                other.next("clock")
                other.next("clock")
        assert "call" not in viewer.kinds() | guard.kinds()

    def test_a_drill_is_told(self, hall: Hall) -> None:
        with page(hall, "guard") as opened:
            hall.post("supervisor", "/drill", {"on": True})
            assert opened.next("drill")["on"] is True


class TestGuards:
    def test_a_guard_sees_nobody_but_whom_the_guard_was_called_to(self, hall: Hall) -> None:
        hall.alarm(candidates=CANDIDATES)
        hall.alarm("B", candidates=[(9, 1.0)])
        with page(hall, "guard") as opened, page(hall, "goran") as other, page(hall, "ana"):
            hall.happens(people_reported(EVERYBODY))
            assert len(opened.next_frame().picture) == 0
            hall.act("ana", "escalate", {"guard": "guard"})
            assert opened.next("alarm")["alarm"]["id"] == "A"
            hall.happens(people_reported(EVERYBODY, later_s=2.0))
            picture = opened.next_frame().picture
            assert picture.track_id.tolist() == [1, 2]
            assert picture.mark.tolist() == [Mark.LEADING, Mark.CANDIDATE]
            other.next_frame()
            assert len(other.next_frame().picture) == 0
            hall.act("guard", "answer", {"answer": "not_found"})
            opened.until_told(lambda alarm: not alarm["candidates"])
            hall.happens(people_reported(EVERYBODY, later_s=3.0))
            assert len(opened.next_frame().picture) == 0
        assert {alarm["id"] for alarm in opened.alarms} == {"A"}
        assert other.alarms == []
        assert opened.kinds() <= {"alarms", "alarm", "clock", "drill"}

    def test_marks_are_those_of_the_guards_own_alarms(self, hall: Hall) -> None:
        hall.alarm(candidates=[(7, 0.6), (4, 0.3)])
        hall.alarm("B", candidates=[(4, 1.0)])
        with page(hall, "guard") as opened, page(hall, "ana"):
            hall.act("ana", "escalate", {"guard": "guard"})
            hall.happens(people_reported(EVERYBODY))
            picture = opened.next_frame().picture
        assert dict(zip(picture.track_id, picture.mark, strict=True)) == {
            1: Mark.LEADING,
            2: Mark.CANDIDATE,
        }

    def test_after_a_merger_the_old_alarm_is_said_to_be_over(self, hall: Hall) -> None:
        hall.alarm(candidates=CANDIDATES)
        with page(hall, "guard") as opened, page(hall, "ana"):
            hall.act("ana", "escalate", {"guard": "guard"})
            hall.alarm("B")
            hall.alarm(state=AlertState.CLOSED, because=Closing.MERGED, merged_into="B")
            opened.until_told(lambda alarm: alarm["id"] == "B")
        last = {alarm["id"]: alarm for alarm in opened.alarms}
        assert last["A"]["stage"] == "resolved"
        assert last["A"]["guards"] == last["A"]["candidates"] == []
        assert last["B"]["guards"][0]["name"] == "guard"

    def test_what_concerns_everybody_is_told_to_guards_too(self, hall: Hall) -> None:
        now_ns = hall.room.clock.now_ns
        with page(hall, "guard") as opened:
            for level in (NoticeLevel.WARNING, NoticeLevel.ALARM):
                hall.happens(Notice(f"of level {level.value}", level, now_ns))
            assert opened.next("notice")["text"] == "of level alarm"


class TestPresence:
    def test_who_has_a_page_open_is_present(self, hall: Hall) -> None:
        desk = hall.room.context.room
        with page(hall, "guard"), page(hall, "ana"), page(hall, "goran"):
            assert [one.name for one in desk.desk.people] == ["guard", "ana", "goran"]
            with page(hall, "ana"):
                assert [one.name for one in desk.desk.people] == ["guard", "ana", "goran"]
            assert desk.desk.guards == ("guard", "goran")
        until(lambda: not desk.desk.people)

    def test_nobody_listens_when_the_last_has_left(self, hall: Hall) -> None:
        with page(hall, "ana"):
            assert len(hall.room.context.room._subscribers) == 1
        until(lambda: not hall.room.context.room._subscribers)


class TestEnd:
    def test_it_ends_with_the_session(self, hall: Hall) -> None:
        token = hall.room.session("ana")
        headers = {"Origin": ORIGIN} | proofs(token)
        with hall.client.websocket_connect(LIVE, headers=headers) as socket:
            opened = Page(socket)
            opened.next("clock")
            hall.client.post(f"{API}/logout", headers=proofs(token))
            assert opened.until_closed() == SESSION_OVER
        until(lambda: not hall.room.context.room.desk.people)

    def test_without_a_session_there_is_nothing(self, hall: Hall) -> None:
        with (
            pytest.raises(WebSocketDisconnect) as refused,
            hall.client.websocket_connect(LIVE, headers={"Origin": ORIGIN}),
        ):
            pass
        assert refused.value.code == 4401
