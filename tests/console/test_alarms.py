"""Alarms over the API: who sees what of them, and what people do about them."""

from __future__ import annotations

from typing import Any

import pytest
from litestar.testing import TestClient

from clearway.alarms import Refusal, Role
from clearway.alarms.outputs import Refused
from clearway.console.acts import refusal_of
from clearway.domain import AlertState, Closing, Evidence, Modality
from clearway.errors import OutputError
from tests.console.happenings import NEED_SEEN, Hall, assert_fits, page_texts
from tests.console.room import Room, problem_of
from tests.control_room.alerts import people_reported, reading

CANDIDATES = ((4, 0.8), (7, 0.15))
LEAD = (4, 3.0, 4.0)
TNT = reading(
    "trace-1",
    evidence=Evidence(Modality.TRACE, (0.0, 0.0, 0.0, 0.0, 5.0, 5.0, 0.0), 0.9, substance="TNT"),
)
SAID: dict[str, dict[str, object]] = {
    "hand-over": {"to": "boris"},
    "dismiss": {"reason": "test"},
    "resolve": {"outcome": "nothing"},
}


@pytest.fixture
def hall(client: TestClient[Any], room: Room) -> Hall:
    room.add("ana", Role.OPERATOR)
    room.add("boris", Role.OPERATOR)
    room.add("goran", Role.GUARD)
    made = Hall(client, room)
    made.present(ana=Role.OPERATOR, boris=Role.OPERATOR, guard=Role.GUARD, goran=Role.GUARD)
    made.alarm(candidates=CANDIDATES, leading=LEAD)
    return made


class TestSeeing:
    def test_it_is_what_the_pages_read(self, hall: Hall) -> None:
        hall.act("ana", "escalate", {"guard": "guard"})
        told = hall.seen_by("ana")
        assert_fits(told, "AlarmView")
        assert_fits(told["evidence"][0], "Evidence")
        assert_fits(told["candidates"][0], "Candidate")
        assert_fits(told["guards"][0], "GuardTask")
        assert_fits(told["history"][0], "HistoryLine")

    def test_evidence_certainty_and_place_are_told(self, hall: Hall) -> None:
        told = hall.seen_by("ana")
        assert told["severity"] == "critical"
        assert told["evidence"][0]["sensor"] == "curtain-west"
        assert told["evidence"][0]["classes"] == ["long_gun"]
        assert told["not_examined"] == ["trace"]
        assert told["threat"]["probability"] == pytest.approx(0.93)
        assert told["outside"] == pytest.approx(0.05)
        assert (told["last_seen"]["x"], told["last_seen"]["y"]) == (3.0, 4.0)
        assert told["opened_us"] == told["changed_us"] == hall.room.clock.now_ns // 1000

    def test_the_place_is_where_the_plan_saw_the_person_last(self, hall: Hall) -> None:
        hall.happens(people_reported([(4, 8.0, 9.0), (5, 0.0, 0.0)]))
        place = hall.seen_by("ana")["last_seen"]
        assert (place["x"], place["y"]) == (8.0, 9.0)

    def test_what_somebody_may_do_is_told_to_each(self, hall: Hall) -> None:
        assert "acknowledge" in hall.seen_by("ana")["actions"]
        for name in ("viewer", "auditor"):
            assert hall.seen_by(name)["actions"] == []

    def test_the_list_holds_the_desk(self, hall: Hall) -> None:
        hall.alarm("B")
        told = hall.get("viewer", "/alarms").json()
        assert [alarm["id"] for alarm in told] == ["A", "B"]
        assert "history" not in told[0]

    def test_history_stays_when_the_alarm_has_left_the_desk(self, hall: Hall) -> None:
        hall.act("ana", "dismiss", {"reason": "false_alarm"})
        hall.alarm(state=AlertState.CLOSED, because=Closing.DEPARTED)
        hall.pass_s(3600)
        hall.keep()
        assert hall.get("ana", "/alarms").json() == []
        told = hall.seen_by("auditor")
        assert told["stage"] == "resolved"
        assert told["ended"]["because"] == "departed"
        assert [(line["what"], line["actor"]) for line in told["history"]] == [
            ("opened", ""),
            ("resolved", "ana"),
            ("ended", ""),
        ]

    def test_an_unknown_one_is_refused(self, hall: Hall) -> None:
        problem = problem_of(hall.get("ana", "/alarms/nothing"))
        assert problem["status"] == 404
        assert problem["type"].endswith(":unknown")


class TestGuards:
    def test_a_guard_sees_the_alarms_that_the_guard_was_called_to(self, hall: Hall) -> None:
        hall.alarm("B", candidates=[(9, 1.0)])
        assert hall.get("guard", "/alarms").json() == []
        hall.act("ana", "escalate", {"guard": "guard"})
        told = hall.get("guard", "/alarms").json()
        assert [alarm["id"] for alarm in told] == ["A"]
        # Their numbers in the control room, which gives them out in turn.
        assert [one["track"] for one in told[0]["candidates"]] == [1, 2]
        assert hall.get("guard", "/alarms/B").status_code == 404
        assert hall.get("goran", "/alarms/A").status_code == 404
        assert "history" not in hall.seen_by("guard")

    @pytest.mark.parametrize(
        ("name", "action", "body"),
        [
            ("guard", "answer", {"answer": "not_found"}),
            ("ana", "dismiss", {"reason": "false_alarm"}),
        ],
    )
    def test_whose_task_is_over_no_longer_sees_whom_it_was_about(
        self, hall: Hall, name: str, action: str, body: object
    ) -> None:
        hall.act("ana", "escalate", {"guard": "guard"})
        assert hall.seen_by("guard")["last_seen"] is not None
        hall.act(name, action, body)
        told = hall.seen_by("guard")
        assert (told["candidates"], told["last_seen"]) == ([], None)
        assert hall.seen_by("ana")["candidates"]

    def test_receipts_and_the_answer_are_shown(self, hall: Hall) -> None:
        hall.act("ana", "escalate", {"guard": "guard"})
        for seconds, action in enumerate(("delivered", "read")):
            hall.room.clock.now_ns += seconds * 10**9
            hall.act("guard", action)
        hall.act("guard", "answer", {"answer": "found", "text": "at the\nkiosk"})
        (task,) = hall.seen_by("ana")["guards"]
        now_us = hall.room.clock.now_ns // 1000
        assert task == {
            "name": "guard",
            "display": "guard P.",
            "sent_us": now_us - 1_000_000,
            "delivered_us": now_us - 1_000_000,
            "read_us": now_us,
            "answer": "found",
            "answered_us": now_us,
            "text": "at the\nkiosk",
        }

    def test_after_a_merger_a_guard_speaks_of_the_alarm_that_goes_on(self, hall: Hall) -> None:
        hall.act("ana", "escalate", {"guard": "guard"})
        hall.alarm("B")
        hall.alarm(state=AlertState.CLOSED, because=Closing.MERGED, merged_into="B")
        told = hall.act("guard", "answer", {"answer": "found"})
        assert told["id"] == "B"
        # Said twice, it changes nothing, and shows nobody.
        assert hall.act("guard", "answer", {"answer": "found"})["candidates"] == []

    def test_nobody_answers_for_another(self, hall: Hall) -> None:
        hall.act("ana", "escalate", {"guard": "guard"})
        problem = problem_of(hall.post("goran", "/alarms/A/read"))
        assert problem["status"] == 404
        assert problem["type"].endswith(":not-called")


class TestActing:
    def test_the_whole_way_of_an_alarm_is_in_the_audit_log(self, hall: Hall) -> None:
        assert hall.act("ana", "acknowledge")["stage"] == "acknowledged"
        assert hall.act("ana", "unacknowledge")["stage"] == "new"
        assert hall.act("ana", "take-over")["operator"] == {"name": "ana", "display": "ana P."}
        assert hall.act("ana", "hand-over", {"to": "boris"})["operator"]["name"] == "boris"
        assert hall.act("boris", "escalate", {"guard": "guard"})["stage"] == "escalated"
        hall.act("guard", "delivered")
        hall.act("guard", "read")
        hall.act("guard", "answer", {"answer": "found"})
        told = hall.act("boris", "resolve", {"outcome": "threat", "text": "a rifle"})
        assert told["stage"] == "resolved"
        assert told["resolution"]["by"] == "boris"
        assert told["resolution"]["text"] == "a rifle"
        kinds = [(one.kind, one.actor) for one in hall.room.context.audit.records(2)]
        assert kinds == [
            ("alarm-opened", "clearway"),
            ("alarm-acknowledged", "ana"),
            ("alarm-unacknowledged", "ana"),
            ("alarm-taken-over", "ana"),
            ("alarm-handed-over", "ana"),
            ("alarm-guard-called", "boris"),
            ("alarm-delivered", "guard"),
            ("alarm-read", "guard"),
            ("alarm-answered", "guard"),
            ("alarm-resolved", "boris"),
        ]

    def test_of_two_at_once_the_second_is_told_who_was_first(self, hall: Hall) -> None:
        hall.act("ana", "acknowledge")
        problem = problem_of(hall.post("boris", "/alarms/A/acknowledge", {"seen": 1}))
        assert problem["status"] == 409
        assert problem["type"].endswith(":already-done")
        assert "ana" in problem["detail"]
        assert problem["by"] == "ana"
        assert problem["at_us"] == hall.room.clock.now_ns // 1000
        assert problem["remedy"] == "Take it over to deal with it."

    def test_what_somebody_else_deals_with_is_theirs(self, hall: Hall) -> None:
        hall.act("ana", "take-over")
        said = {"reason": "test", "seen": 1}
        problem = problem_of(hall.post("boris", "/alarms/A/dismiss", said))
        assert (problem["status"], problem["by"]) == (409, "ana")
        assert problem["type"].endswith(":held")

    @pytest.mark.parametrize("action", NEED_SEEN)
    def test_what_silences_or_judges_an_alarm_on_outdated_knowledge_is_refused(
        self, hall: Hall, action: str
    ) -> None:
        said = SAID.get(action, {})
        seen = hall.seen_by("ana")["version"]
        hall.alarm("A", state=AlertState.UPDATED, readings=[reading(), TNT])
        refused = hall.post("ana", f"/alarms/A/{action}", {"seen": seen, **said})
        assert problem_of(refused)["type"].endswith(":evidence-added")
        assert hall.seen_by("ana")["ringing"] is True
        told = hall.act("ana", action, {"seen": seen + 1, **said})
        assert told["ringing"] is False

    def test_a_guard_is_sent_whatever_the_news_and_it_goes_on_ringing(self, hall: Hall) -> None:
        hall.alarm("A", state=AlertState.UPDATED, readings=[reading(), TNT])
        told = hall.act("ana", "escalate", {"guard": "guard", "seen": 1})
        assert (told["stage"], told["ringing"], told["operator"]) == ("escalated", True, None)

    @pytest.mark.parametrize("action", NEED_SEEN)
    def test_what_was_seen_must_be_said(self, hall: Hall, action: str) -> None:
        assert hall.post("ana", f"/alarms/A/{action}", SAID.get(action)).status_code == 400
        assert hall.seen_by("ana")["ringing"] is True

    def test_how_it_rings_and_who_was_called_is_told(self, hall: Hall) -> None:
        hall.pass_s(30)
        told = hall.seen_by("ana")
        assert (told["ringing"], told["rings"]) == (True, 1)
        assert told["reported"] == ["unacknowledged"]
        hall.act("ana", "acknowledge")
        told = hall.act("ana", "unacknowledge")
        assert (told["ringing"], told["rings"], told["reported"]) == (True, 2, [])

    def test_said_twice_it_is_done_once(self, hall: Hall) -> None:
        hall.act("ana", "acknowledge")
        assert hall.act("ana", "acknowledge")["stage"] == "acknowledged"
        assert hall.room.kinds().count("alarm-acknowledged") == 1

    @pytest.mark.parametrize(
        ("action", "body"),
        [
            ("dismiss", {"reason": "boredom"}),
            ("dismiss", {"reason": "test", "text": "x" * 2001}),
            ("dismiss", {"reason": "test", "text": "a\x00b"}),
            ("dismiss", {"reason": "test", "mood": "good"}),
            ("resolve", {}),
            ("hand-over", {"to": 3}),
            ("escalate", {"guard": "\n"}),
            ("escalate", {"guard": "guard", "seen": "one"}),
            ("acknowledge", {"seen": 0}),
        ],
    )
    def test_what_is_not_as_described_is_refused(
        self, hall: Hall, action: str, body: object
    ) -> None:
        said = hall.having_seen(action, body)
        assert hall.post("ana", f"/alarms/A/{action}", said).status_code == 400
        assert hall.seen_by("ana")["stage"] == "new"

    def test_on_a_full_disk_nothing_is_done_and_that_is_said(
        self, hall: Hall, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before = hall.seen_by("ana")

        def refuse(*_: object) -> None:
            raise OutputError("site.sqlite", "the disk is full", "free some space")

        monkeypatch.setattr(hall.room.context.room.record, "keep", refuse)
        problem = problem_of(hall.post("ana", "/alarms/A/acknowledge", {"seen": 1}))
        assert problem["status"] == 507
        assert problem["type"].endswith(":not-kept")
        assert "NOT done" in problem["detail"]
        monkeypatch.undo()
        assert hall.seen_by("ana") == before
        assert "alarm-acknowledged" not in hall.room.kinds()
        assert hall.act("ana", "acknowledge")["stage"] == "acknowledged"


class TestRefusals:
    @pytest.mark.parametrize("why", Refusal)
    def test_each_is_a_refusal_that_both_languages_have_words_for(self, why: Refusal) -> None:
        told = refusal_of(Refused(why=why, reason="it is so", remedy="ask ana", time_ns=1))
        assert told.status_code in {403, 404, 409, 422}
        assert (told.detail, told.remedy) == ("it is so.", "Ask ana.")
        # The page knows it by the last part of its type, with underscores.
        key = f"refusal.{told.kind.replace('-', '_')}"
        for language in ("en", "sr-Latn"):
            assert page_texts(language)[key]

    def test_so_is_that_of_a_full_disk(self) -> None:
        assert page_texts("en")["refusal.not_kept"]
        assert page_texts("sr-Latn")["refusal.not_kept"]


class TestColleagues:
    def test_those_who_are_present_come_first(self, hall: Hall) -> None:
        hall.room.context.users.set_disabled("boris", disabled=True)
        told = hall.get("ana", "/operators").json()
        for one in told:
            assert_fits(one, "Colleague")
        assert [(one["name"], one["present"]) for one in told] == [
            ("ana", True),
            ("goran", True),
            ("guard", True),
            ("operator", False),
            ("supervisor", False),
        ]


class TestDrill:
    def test_it_is_begun_and_ended(self, hall: Hall) -> None:
        hall.act("ana", "dismiss", {"reason": "test"})
        assert hall.post("supervisor", "/drill", {"on": True}).json() == {"on": True}
        assert hall.get("viewer", "/me").json()["drill"] is True
        hall.alarm("B")
        assert hall.seen_by("ana", "B")["drill"] is True
        assert hall.post("supervisor", "/drill", {"on": False}).json() == {"on": False}
        assert hall.room.kinds()[-2:] == ["alarm-opened", "drill-ended"]

    def test_none_begins_while_a_real_alarm_is_in_the_queue(self, hall: Hall) -> None:
        problem = problem_of(hall.post("supervisor", "/drill", {"on": True}))
        assert problem["status"] == 409
        assert problem["type"].endswith(":real-alarm")
