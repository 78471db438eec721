"""Shelved sensors and drills."""

from __future__ import annotations

import pytest
from msgspec import structs

from clearway.alarms import (
    Actor,
    AlarmChanged,
    Answer,
    Change,
    DismissReason,
    DrillChanged,
    EvidenceLine,
    Outcome,
    Refusal,
    Role,
    SetDrill,
    ShelfChanged,
    Stage,
    UnshelveSensor,
)
from clearway.domain import Closing
from tests.alarms.room import (
    ANA,
    BORIS,
    CLEAR_TRACE,
    CURTAIN,
    SANJA,
    SUSPECTING_TRACE,
    TRACE,
    Outputs,
    Room,
    changes,
    only,
    refused,
)

HOUR_S = 3600.0


def unshelve(room: Room, actor: Actor = ANA) -> Outputs:
    return room.do(UnshelveSensor(actor=actor, sensor="curtain_1", time_ns=room.time_ns))


def drill(room: Room, *, on: bool, actor: Actor = SANJA) -> Outputs:
    return room.do(SetDrill(actor=actor, on=on, time_ns=room.time_ns))


class TestShelving:
    def test_an_alarm_of_a_shelved_sensor_is_listed_and_silent(self) -> None:
        room = Room()
        room.shelve()
        room.tell()
        assert room.wait(600.0) == ()
        (alarm,) = room.desk.queue
        assert (alarm.shelved, alarm.ringing, alarm.rings) == (True, False, 0)
        assert alarm.stage is Stage.NEW

    def test_it_rings_when_the_shelf_is_over(self) -> None:
        room = Room()
        room.shelve()
        room.tell()
        outputs = room.wait(HOUR_S)
        assert only(ShelfChanged, outputs).by is None
        assert changes(outputs) == [("A", Change.UNSHELVED)]
        assert room.alarm().ringing
        assert room.alarm().rung_ns == room.time_ns

    def test_it_rings_when_the_shelf_is_ended(self) -> None:
        room = Room()
        room.shelve()
        room.tell()
        outputs = unshelve(room, BORIS)
        assert only(ShelfChanged, outputs).by == "boris"
        assert room.alarm().ringing

    def test_it_rings_when_another_sensor_adds_evidence(self) -> None:
        room = Room()
        room.shelve()
        room.tell()
        room.tell(evidence=(CURTAIN, TRACE))
        assert room.alarm().ringing

    def test_another_sensor_that_finds_nothing_adds_none(self) -> None:
        room = Room()
        room.shelve()
        room.tell()
        room.tell(evidence=(CURTAIN, CLEAR_TRACE))
        assert not room.alarm().ringing

    @pytest.mark.parametrize("evidence", [(SUSPECTING_TRACE,), (CURTAIN, SUSPECTING_TRACE)])
    def test_what_would_ring_without_the_shelved_sensor_rings_with_it(
        self, evidence: tuple[EvidenceLine, ...]
    ) -> None:
        room = Room()
        room.shelve()
        room.tell(probability=0.45, evidence=evidence)
        assert room.alarm().ringing

    def test_a_suspicion_of_the_shelved_sensor_calls_nobody(self) -> None:
        room = Room()
        room.shelve(sensor="trace_1")
        room.tell(probability=0.45, evidence=(SUSPECTING_TRACE,))
        assert not room.alarm().ringing

    @pytest.mark.parametrize("line", [TRACE, SUSPECTING_TRACE])
    @pytest.mark.parametrize("left", [(CURTAIN,), (CURTAIN, CLEAR_TRACE), ()])
    def test_what_has_spoken_once_is_not_silenced_when_its_readings_are_forgotten(
        self, line: EvidenceLine, left: tuple[EvidenceLine, ...]
    ) -> None:
        room = Room()
        room.shelve()
        room.tell(evidence=(CURTAIN, line))
        room.tell(evidence=left)
        assert room.alarm().ringing
        assert room.alarm().speakers == ("curtain_1", "trace_1")

    def test_it_stays_silent_when_the_readings_of_the_shelved_sensor_are_forgotten(self) -> None:
        room = Room()
        room.shelve()
        room.tell()
        room.tell(evidence=())
        assert not room.alarm().ringing

    @pytest.mark.parametrize("probability", [None, 1e-4, 1e-4 * (1 + 1e-12)])
    def test_a_line_that_says_nothing_does_not_speak(self, probability: float | None) -> None:
        line = structs.replace(CLEAR_TRACE, probability=probability)
        assert not line.speaks(1e-4)

    def test_evidence_of_nobody_cannot_be_shelved(self) -> None:
        room = Room()
        room.shelve()
        room.tell(evidence=())
        assert room.alarm().ringing
        room.tell(evidence=(CURTAIN,))
        assert room.alarm().ringing

    def test_what_rings_already_is_silenced_too(self) -> None:
        room = Room()
        room.tell()
        assert changes(room.shelve()) == [("A", Change.SHELVED)]
        assert not room.alarm().ringing
        room.wait(HOUR_S)
        assert room.alarm().rings == 2

    def test_what_was_acknowledged_does_not_ring_afterwards(self) -> None:
        room = Room()
        room.shelve()
        room.tell()
        room.acknowledge()
        room.wait(HOUR_S)
        assert room.alarm().stage is Stage.ACKNOWLEDGED
        assert room.alarm().rings == 0

    def test_an_ended_alarm_waits_for_somebody_all_the_same(self) -> None:
        room = Room()
        room.shelve()
        room.tell()
        room.close(because=Closing.WITHDRAWN)
        room.wait(HOUR_S)
        assert room.alarm().ringing

    def test_a_silent_alarm_takes_a_ringing_one_in_and_rings(self) -> None:
        room = Room()
        room.tell("B", evidence=(TRACE,))
        room.shelve()
        room.tell("A")
        room.merge("B", into="A")
        assert room.alarm("A").ringing
        room.tell("A")
        assert room.alarm("A").ringing

    @pytest.mark.parametrize("hours", [8.001, 0.0, -1.0])
    def test_not_for_longer_than_a_shift_nor_in_the_past(self, hours: float) -> None:
        said = refused(Room().shelve(hours))
        assert said.why is Refusal.TOO_LONG
        assert "8 h" in said.remedy

    def test_for_a_whole_shift(self) -> None:
        room = Room()
        assert only(ShelfChanged, room.shelve(8.0)).shelf == room.desk.shelves["curtain_1"]

    def test_not_without_a_reason(self) -> None:
        assert refused(Room().shelve(reason=" ")).why is Refusal.TEXT_NEEDED

    def test_not_twice_so_that_nobody_prolongs_it_unseen(self) -> None:
        room = Room()
        room.shelve()
        said = refused(room.shelve(2.0, BORIS))
        assert (said.why, said.by, said.at_ns) == (Refusal.ALREADY_DONE, "ana", room.time_ns)

    def test_what_is_not_shelved_cannot_be_unshelved(self) -> None:
        assert refused(unshelve(Room())).why is Refusal.ALREADY_DONE

    @pytest.mark.parametrize("role", [Role.VIEWER, Role.GUARD, Role.AUDITOR, Role.ADMIN])
    def test_not_by_everybody(self, role: Role) -> None:
        room = Room()
        nobody = Actor("nobody", role)
        assert refused(room.shelve(actor=nobody)).why is Refusal.NOT_PERMITTED
        room.shelve()
        assert refused(unshelve(room, nobody)).why is Refusal.NOT_PERMITTED

    def test_shelves_end_one_by_one(self) -> None:
        room = Room()
        room.shelve(1.0)
        room.shelve(2.0, sensor="trace_1")
        room.tell(evidence=(CURTAIN, TRACE))
        assert room.alarm().shelved
        room.wait(HOUR_S)
        assert sorted(room.desk.shelves) == ["trace_1"]
        assert room.alarm().ringing


class TestDrill:
    def test_what_opens_during_a_drill_is_marked(self) -> None:
        room = Room()
        drill(room, on=True)
        room.tell()
        room.tell(evidence=(CURTAIN, TRACE))
        drill(room, on=False)
        room.tell("B")
        room.tell(probability=0.91, evidence=(CURTAIN, TRACE))
        room.dismiss()
        assert room.alarm("A").drill
        assert not room.alarm("B").drill

    @pytest.mark.parametrize("judged", [False, True])
    def test_news_after_the_drill_is_real(self, *, judged: bool) -> None:
        room = Room()
        drill(room, on=True)
        room.tell()
        if judged:
            room.dismiss(reason=DismissReason.TEST)
        drill(room, on=False)
        room.wait(58.0)
        outputs = room.tell(evidence=(CURTAIN, TRACE))
        assert room.alarm().ringing
        assert not room.alarm().drill
        assert "real" in only(AlarmChanged, outputs).text
        assert refused(drill(room, on=True)).why is Refusal.REAL_ALARM
        more = room.tell(probability=0.999, evidence=(CURTAIN, TRACE))
        assert only(AlarmChanged, more).text == ""

    def test_so_is_an_alert_that_comes_back_to_life(self) -> None:
        room = Room()
        drill(room, on=True)
        room.tell()
        room.acknowledge()
        room.close(because=Closing.WITHDRAWN)
        drill(room, on=False)
        room.tell()
        assert (room.alarm().ringing, room.alarm().drill) == (True, False)

    @pytest.mark.parametrize("on", [True, False])
    def test_who_needs_help_is_in_no_drill_that_is_over(self, *, on: bool) -> None:
        room = Room()
        drill(room, on=True)
        room.tell()
        room.escalate("goran")
        drill(room, on=on)
        room.reply(Answer.FOUND)
        assert room.alarm().drill
        room.reply(Answer.NEED_HELP)
        assert room.alarm().drill is on

    def test_none_begins_while_a_real_alarm_is_in_the_queue(self) -> None:
        room = Room()
        room.tell()
        said = refused(drill(room, on=True))
        assert (said.why, said.alarm_id) == (Refusal.REAL_ALARM, "A")
        room.resolve(Outcome.NOTHING)
        assert only(DrillChanged, drill(room, on=True)).drill is not None

    def test_a_real_alarm_that_comes_back_stays_real(self) -> None:
        room = Room()
        room.tell()
        room.dismiss()
        drill(room, on=True)
        room.tell(evidence=(CURTAIN, TRACE))
        assert room.alarm().ringing
        assert not room.alarm().drill

    def test_a_drill_that_nobody_ends_ends_by_itself(self) -> None:
        room = Room()
        drill(room, on=True)
        assert room.wait(HOUR_S - 1) == ()
        ended = only(DrillChanged, room.wait(1.0))
        assert (ended.drill, ended.by) == (None, None)
        room.tell()
        assert not room.alarm().drill

    def test_what_is_so_already_is_no_news(self) -> None:
        room = Room()
        assert drill(room, on=False) == ()
        drill(room, on=True)
        assert drill(room, on=True) == ()

    def test_one_drill_follows_another(self) -> None:
        room = Room()
        drill(room, on=True)
        room.tell()
        drill(room, on=False)
        assert only(DrillChanged, drill(room, on=True)).by == "sanja"

    @pytest.mark.parametrize("role", sorted(set(Role) - {Role.SUPERVISOR}))
    def test_only_a_supervisor_begins_one(self, role: Role) -> None:
        said = refused(drill(Room(), on=True, actor=structs.replace(SANJA, role=role)))
        assert said.why is Refusal.NOT_PERMITTED
