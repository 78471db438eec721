"""Guards: who is called, who is called next, and what they say."""

from __future__ import annotations

import pytest

from clearway.alarms import (
    Actor,
    Answer,
    Change,
    GuardCalled,
    GuardStoodDown,
    Outcome,
    Refusal,
    Role,
    Stage,
    Summons,
    SupervisorCalled,
)
from tests.alarms.room import ANA, GITA, Outputs, Room, changes, only, refused


@pytest.fixture
def room() -> Room:
    """A control room in which guard Goran was sent."""
    room = Room()
    room.tell()
    room.escalate("goran")
    return room


def called(outputs: Outputs) -> list[tuple[str, Summons]]:
    return [(one.guard, one.why) for one in outputs if isinstance(one, GuardCalled)]


class TestSending:
    def test_a_named_guard_is_called(self) -> None:
        room = Room()
        room.tell()
        assert called(room.escalate("gita")) == [("gita", Summons.SENT)]
        assert room.alarm().stage is Stage.ESCALATED

    def test_without_a_name_the_least_busy_is(self, room: Room) -> None:
        room.tell("B")
        assert called(room.escalate(alarm_id="B")) == [("gita", Summons.SENT)]
        room.tell("C")
        assert called(room.escalate(alarm_id="C")) == [("gus", Summons.SENT)]
        room.tell("D")
        assert called(room.escalate(alarm_id="D")) == [("goran", Summons.SENT)]

    def test_twice_is_refused(self, room: Room) -> None:
        said = refused(room.escalate("goran"))
        assert (said.why, said.by, said.at_ns) == (Refusal.ALREADY_DONE, "ana", room.time_ns)

    def test_one_who_did_not_find_anybody_can_be_sent_again(self, room: Room) -> None:
        room.reply(Answer.NOT_FOUND)
        assert called(room.escalate("goran")) == [("goran", Summons.SENT)]
        assert [task.answer for task in room.alarm().guards] == [None]

    def test_rather_one_who_was_not_there_yet(self, room: Room) -> None:
        room.reply(Answer.NOT_FOUND)
        assert called(room.escalate()) == [("gita", Summons.SENT)]

    @pytest.mark.parametrize("guard", ["nobody", "boris"])
    def test_only_who_is_here_as_a_guard(self, room: Room, guard: str) -> None:
        said = refused(room.escalate(guard))
        assert said.why is Refusal.NOT_HERE
        assert "gita, gus" in said.remedy

    @pytest.mark.parametrize("guard", ["goran", None])
    def test_nobody_may_be_here(self, guard: str | None) -> None:
        room = Room()
        room.tell()
        room.present(ANA)
        said = refused(room.escalate(guard))
        assert said.why is Refusal.NOT_HERE
        assert "radio" in said.remedy


class TestReceipts:
    def test_they_are_kept_in_order(self, room: Room) -> None:
        assert changes(room.delivered()) == [("A", Change.DELIVERED)]
        room.time_ns += 1
        assert changes(room.read()) == [("A", Change.READ)]
        (task,) = room.alarm().guards
        assert task.read_ns == room.time_ns
        assert task.delivered_ns == room.time_ns - 1

    def test_whatever_is_read_was_delivered(self, room: Room) -> None:
        room.read()
        assert room.alarm().guards[0].delivered_ns == room.time_ns

    def test_a_second_one_changes_nothing(self, room: Room) -> None:
        room.delivered()
        room.read()
        desk = room.desk
        assert room.delivered() == room.read() == ()
        assert room.desk is desk

    def test_nor_does_one_after_the_end(self, room: Room) -> None:
        room.dismiss()
        desk = room.desk
        assert room.delivered() == room.read() == ()
        assert room.desk is desk

    def test_of_somebody_who_was_not_called(self, room: Room) -> None:
        for said in (room.delivered(GITA), room.read(GITA), room.reply(Answer.FOUND, GITA)):
            assert refused(said).why is Refusal.NOT_CALLED

    @pytest.mark.parametrize("role", sorted(set(Role) - {Role.GUARD}))
    def test_of_somebody_who_is_no_guard(self, room: Room, role: Role) -> None:
        actor = Actor("goran", role)
        for said in (room.delivered(actor), room.read(actor), room.reply(Answer.FOUND, actor)):
            assert refused(said).why is Refusal.NOT_PERMITTED


class TestPassingOn:
    def test_a_call_that_is_not_delivered_goes_to_the_next(self, room: Room) -> None:
        assert called(room.wait(4.9)) == []
        assert called(room.wait(0.1)) == [("gita", Summons.UNDELIVERED)]
        assert [task.guard for task in room.alarm().underway] == ["goran", "gita"]

    def test_so_does_one_that_is_not_read(self, room: Room) -> None:
        room.delivered()
        assert called(room.wait(14.9)) == []
        assert called(room.wait(0.1)) == [("gita", Summons.UNREAD)]

    def test_one_that_is_read_does_not(self, room: Room) -> None:
        room.read()
        assert called(room.wait(60.0)) == []

    def test_each_is_passed_on_once_until_nobody_is_left(self, room: Room) -> None:
        assert called(room.wait(5.0)) == [("gita", Summons.UNDELIVERED)]
        assert called(room.wait(5.0)) == [("gus", Summons.UNDELIVERED)]
        outputs = room.wait(5.0)
        assert called(outputs) == []
        assert only(SupervisorCalled, outputs).why is Summons.UNDELIVERED
        assert called(room.wait(600.0)) == []

    def test_who_reads_it_late_is_underway_all_the_same(self, room: Room) -> None:
        room.wait(5.0)
        room.read()
        room.reply(Answer.FOUND)
        assert [task.answer for task in room.alarm().underway] == [Answer.FOUND, None]

    def test_who_reads_and_does_not_answer_is_reported_once(self, room: Room) -> None:
        room.read()
        assert room.wait(119.0) == ()
        assert only(SupervisorCalled, room.wait(1.0)).why is Summons.UNANSWERED
        assert room.wait(600.0) == ()


class TestAnswers:
    def test_found_keeps_the_guard_with_the_person(self, room: Room) -> None:
        assert changes(room.reply(Answer.FOUND)) == [("A", Change.ANSWERED)]
        assert room.alarm().stage is Stage.ESCALATED

    def test_not_found_gives_it_back_to_the_operator(self, room: Room) -> None:
        room.reply(Answer.NOT_FOUND)
        assert room.alarm().stage is Stage.ASSIGNED
        assert room.alarm().held_by("ana")

    def test_an_answer_can_be_taken_back(self, room: Room) -> None:
        room.reply(Answer.NOT_FOUND)
        room.reply(Answer.FOUND)
        assert room.alarm().stage is Stage.ESCALATED

    def test_the_same_answer_changes_nothing(self, room: Room) -> None:
        room.reply(Answer.FOUND)
        assert room.reply(Answer.FOUND) == ()
        assert changes(room.reply(Answer.FOUND, text="at gate 2")) == [("A", Change.ANSWERED)]

    def test_a_cry_for_help_calls_everybody(self, room: Room) -> None:
        outputs = room.reply(Answer.NEED_HELP)
        assert only(SupervisorCalled, outputs).why is Summons.HELP_NEEDED
        assert called(outputs) == [("gita", Summons.HELP_NEEDED), ("gus", Summons.HELP_NEEDED)]

    def test_a_repeated_cry_is_heard_again(self, room: Room) -> None:
        room.reply(Answer.NEED_HELP)
        outputs = room.reply(Answer.NEED_HELP)
        assert only(SupervisorCalled, outputs).why is Summons.HELP_NEEDED
        assert called(outputs) == []  # they are on their way

    def test_an_ended_alarm_leaves_when_the_last_guard_is_back(self, room: Room) -> None:
        room.close()
        room.unacknowledge()
        room.acknowledge()
        assert room.alarm().stage is Stage.ESCALATED
        room.reply(Answer.NOT_FOUND)
        resolution = room.alarm().resolution
        assert resolution is not None
        assert resolution.outcome is Outcome.ENDED


class TestAfterTheEnd:
    def test_guards_underway_are_told_to_stand_down(self, room: Room) -> None:
        room.escalate("gita")
        room.reply(Answer.NOT_FOUND)
        outputs = room.dismiss()
        assert only(GuardStoodDown, outputs).guard == "gita"
        assert room.alarm().underway == ()

    @pytest.mark.parametrize("outcome", [Outcome.THREAT, Outcome.NOTHING])
    def test_a_cry_for_help_brings_the_alarm_back(self, room: Room, outcome: Outcome) -> None:
        room.resolve(outcome)
        outputs = room.reply(Answer.NEED_HELP)
        assert changes(outputs)[0] == ("A", Change.REOPENED)
        assert only(SupervisorCalled, outputs).why is Summons.HELP_NEEDED
        assert [task.guard for task in room.alarm().underway] == ["goran", "gita", "gus"]
        assert room.alarm().ringing

    def test_so_does_a_guard_who_has_found_the_person(self, room: Room) -> None:
        room.dismiss()
        assert changes(room.reply(Answer.FOUND)) == [("A", Change.REOPENED)]

    def test_unless_the_control_room_knows(self, room: Room) -> None:
        room.resolve(Outcome.THREAT)
        assert changes(room.reply(Answer.FOUND)) == [("A", Change.ANSWERED)]
        assert room.desk.queue == ()

    def test_a_guard_who_found_nobody_does_not(self, room: Room) -> None:
        room.resolve(Outcome.PERSON_NOT_FOUND)
        room.reply(Answer.NOT_FOUND)
        assert room.desk.queue == ()
        assert room.alarm().guards[0].answer is Answer.NOT_FOUND

    def test_guards_of_the_first_time_are_called_anew(self, room: Room) -> None:
        room.dismiss()
        room.tell(probability=0.999)
        assert room.alarm().underway == ()
        assert called(room.escalate("goran")) == [("goran", Summons.SENT)]
