"""What operators and supervisors do, alone and at once."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from clearway.alarms import (
    Action,
    Actor,
    Answer,
    Change,
    DismissReason,
    Outcome,
    Refusal,
    Role,
    Stage,
    Summons,
    SupervisorCalled,
    allowed_actions,
)
from tests.alarms.room import (
    ANA,
    BORIS,
    GORAN,
    PEOPLE,
    SANJA,
    Outputs,
    Room,
    changes,
    only,
    refused,
)

ACTS: dict[str, Callable[[Room, Actor], Outputs]] = {
    "acknowledge": lambda room, actor: room.acknowledge(actor=actor),
    "unacknowledge": lambda room, actor: room.unacknowledge(actor=actor),
    "take_over": lambda room, actor: room.take_over(actor=actor),
    "hand_over": lambda room, actor: room.hand_over(
        "sanja" if actor is BORIS else "boris", actor=actor
    ),
    "escalate": lambda room, actor: room.escalate(actor=actor),
    "dismiss": lambda room, actor: room.dismiss(actor=actor),
    "resolve": lambda room, actor: room.resolve(actor=actor),
}

DECISIONS = sorted(ACTS.keys() - {"acknowledge", "take_over"})


@pytest.fixture
def room() -> Room:
    room = Room()
    room.tell()
    return room


@pytest.mark.parametrize(
    ("act", "stage", "held"),
    [
        ("acknowledge", Stage.ACKNOWLEDGED, None),
        ("take_over", Stage.ASSIGNED, "ana"),
        ("hand_over", Stage.ASSIGNED, "boris"),
        ("escalate", Stage.ESCALATED, "ana"),
        ("dismiss", Stage.RESOLVED, None),
        ("resolve", Stage.RESOLVED, None),
    ],
)
def test_each_act_takes_a_new_alarm_to_its_stage(
    room: Room, act: str, stage: Stage, held: str | None
) -> None:
    ACTS[act](room, ANA)
    alarm = room.alarm()
    assert alarm.stage is stage
    assert [holder.name for holder in alarm.holders] == ([] if held is None else [held])
    assert alarm.acknowledged is not None
    assert alarm.acknowledged.by == "ana"
    assert alarm.first_acknowledged_ns == room.time_ns
    assert not alarm.ringing


@pytest.mark.parametrize("before", ["acknowledge", "take_over", "escalate"])
def test_taking_the_acknowledgement_back_lets_it_ring(room: Room, before: str) -> None:
    ACTS[before](room, ANA)
    room.unacknowledge()
    assert room.alarm().ringing
    assert room.alarm().holders == ()
    assert len(room.alarm().underway) == (before == "escalate")


def test_a_new_alarm_has_no_acknowledgement_to_take_back(room: Room) -> None:
    assert refused(room.unacknowledge()).why is Refusal.NOT_ACKNOWLEDGED


@pytest.mark.parametrize("act", sorted(ACTS))
def test_a_resolved_alarm_takes_nothing_and_says_who_was_first(room: Room, act: str) -> None:
    room.dismiss()
    said = refused(ACTS[act](room, BORIS))
    assert (said.why, said.by, said.at_ns) == (Refusal.RESOLVED, "ana", room.time_ns)
    assert "ana" in said.reason


@pytest.mark.parametrize("act", sorted(ACTS))
def test_an_alarm_that_nobody_knows_is_refused(act: str) -> None:
    assert refused(ACTS[act](Room(), ANA)).why is Refusal.UNKNOWN


@pytest.mark.parametrize("actor", [BORIS, SANJA])
@pytest.mark.parametrize("act", DECISIONS)
def test_what_somebody_deals_with_takes_decisions_from_nobody_else(
    room: Room, act: str, actor: Actor
) -> None:
    room.take_over()
    since_ns = room.time_ns
    room.wait(5.0)
    said = refused(ACTS[act](room, actor))
    assert (said.why, said.by, said.at_ns) == (Refusal.HELD, "ana", since_ns)


def test_the_second_to_acknowledge_is_told_who_was_first(room: Room) -> None:
    room.acknowledge()
    said = refused(room.acknowledge(actor=BORIS))
    assert (said.why, said.by, said.at_ns) == (Refusal.ALREADY_DONE, "ana", room.time_ns)


@pytest.mark.parametrize("act", ["acknowledge", "take_over"])
def test_the_same_act_of_the_same_person_is_done_already(room: Room, act: str) -> None:
    ACTS[act](room, ANA)
    desk = room.desk
    assert ACTS[act](room, ANA) == ()
    assert room.desk is desk


class TestTakingOver:
    def test_a_colleague_has_to_wait_for_silence(self, room: Room) -> None:
        room.take_over()
        room.wait(119.0)
        assert refused(room.take_over(actor=BORIS)).why is Refusal.HELD
        room.wait(1.0)
        assert changes(room.take_over(actor=BORIS)) == [("A", Change.TAKEN_OVER)]
        assert [holder.name for holder in room.alarm().holders] == ["boris"]

    def test_an_act_breaks_the_silence(self, room: Room) -> None:
        room.take_over()
        room.wait(100.0)
        room.escalate("goran")
        room.wait(100.0)
        assert refused(room.take_over(actor=BORIS)).why is Refusal.HELD

    def test_nobody_has_to_wait_for_somebody_who_is_not_here(self, room: Room) -> None:
        room.take_over()
        room.present(BORIS)
        room.take_over(actor=BORIS)
        assert room.alarm().held_by("boris")

    def test_a_supervisor_need_not_wait(self, room: Room) -> None:
        room.take_over()
        room.wait(3.0)
        room.take_over(actor=SANJA)
        assert [holder.name for holder in room.alarm().holders] == ["sanja"]

    def test_two_who_reach_for_it_at_once_do_not_take_it_from_each_other(self, room: Room) -> None:
        room.take_over()
        assert refused(room.take_over(actor=SANJA)).why is Refusal.HELD
        assert room.alarm().held_by("ana")

    def test_silence_is_reported(self, room: Room) -> None:
        room.take_over()
        assert room.wait(119.0) == ()
        assert only(SupervisorCalled, room.wait(1.0)).why is Summons.NOBODY_DEALS


class TestHandingOver:
    @pytest.mark.parametrize("to", ["nobody", "goran", "ana"])
    def test_it_goes_to_another_operator_who_is_here(self, room: Room, to: str) -> None:
        said = refused(room.hand_over(to))
        assert said.why is Refusal.NOT_HERE
        assert "boris, sanja" in said.remedy

    def test_nobody_else_may_be_here(self, room: Room) -> None:
        room.present(ANA, GORAN)
        assert refused(room.hand_over("boris")).why is Refusal.NOT_HERE

    def test_who_does_nothing_with_it_is_reported_early(self, room: Room) -> None:
        room.take_over()
        room.wait(50.0)
        room.hand_over("boris")
        assert room.wait(59.0) == ()
        assert only(SupervisorCalled, room.wait(1.0)).why is Summons.NOBODY_DEALS


class TestLeaving:
    def test_an_alarm_whose_holder_is_away_rings_again(self, room: Room) -> None:
        room.take_over()
        assert changes(room.present(BORIS)) == [("A", Change.HOLDER_AWAY)]
        room.wait(59.0)
        assert not room.alarm().ringing
        outputs = room.wait(1.0)
        assert changes(outputs)[0] == ("A", Change.HOLDER_LEFT)
        assert only(SupervisorCalled, outputs).why is Summons.HOLDER_LEFT
        assert room.alarm().stage is Stage.NEW
        assert room.alarm().ringing

    def test_who_comes_back_in_time_keeps_it(self, room: Room) -> None:
        room.take_over()
        room.present(BORIS)
        room.wait(59.0)
        assert changes(room.present(*PEOPLE)) == [("A", Change.HOLDER_BACK)]
        room.wait(60.0)
        assert room.alarm().held_by("ana")

    def test_the_guards_go_on(self, room: Room) -> None:
        room.escalate("goran")
        room.read()
        room.present(GORAN)
        room.wait(60.0)
        assert room.alarm().stage is Stage.ESCALATED
        assert room.alarm().ringing


class TestResolving:
    def test_other_needs_words(self, room: Room) -> None:
        other = DismissReason.OTHER
        assert refused(room.dismiss(reason=other, text="  ")).why is Refusal.TEXT_NEEDED
        room.dismiss(reason=other, text=" a film crew ")
        resolution = room.alarm().resolution
        assert resolution is not None
        assert (resolution.reason, resolution.text) == (other, "a film crew")

    @pytest.mark.parametrize("outcome", [Outcome.ENDED, Outcome.MERGED, Outcome.DISMISSED])
    def test_nobody_gives_the_outcomes_that_follow_by_themselves(
        self, room: Room, outcome: Outcome
    ) -> None:
        assert refused(room.resolve(outcome)).why is Refusal.NOT_A_CHOICE

    def test_nobody_dismisses_an_alarm_at_which_a_guard_needs_help(self, room: Room) -> None:
        room.escalate("goran")
        room.reply(Answer.NEED_HELP)
        said = refused(room.dismiss())
        assert (said.why, said.by) == (Refusal.HELP_NEEDED, "goran")
        room.reply(Answer.FOUND)
        room.dismiss()
        assert room.alarm().stage is Stage.RESOLVED


@pytest.mark.parametrize("act", sorted(ACTS))
@pytest.mark.parametrize("role", [Role.VIEWER, Role.GUARD, Role.AUDITOR, Role.ADMIN])
def test_the_step_itself_refuses_who_may_not(room: Room, act: str, role: Role) -> None:
    assert refused(ACTS[act](room, Actor("ana", role))).why is Refusal.NOT_PERMITTED


class TestOffering:
    """What is offered is what would be accepted."""

    def offered(self, room: Room, actor: Actor = ANA) -> set[Action]:
        return set(allowed_actions(room.desk, "A", actor, room.time_ns))

    def test_of_a_new_alarm(self, room: Room) -> None:
        assert self.offered(room) == {
            Action.ACKNOWLEDGE,
            Action.TAKE_OVER,
            Action.HAND_OVER,
            Action.DISMISS,
            Action.ESCALATE,
            Action.RESOLVE,
        }

    def test_of_what_a_colleague_deals_with(self, room: Room) -> None:
        room.take_over()
        assert self.offered(room, BORIS) == set()
        room.wait(5.0)
        assert self.offered(room, SANJA) == {Action.TAKE_OVER}

    def test_to_a_guard(self, room: Room) -> None:
        assert self.offered(room, GORAN) == set()
        room.escalate("goran")
        assert self.offered(room, GORAN) == {Action.DELIVERED, Action.READ, Action.ANSWER}
        room.read()
        assert self.offered(room, GORAN) == {Action.ANSWER}

    def test_of_what_is_over_or_unknown(self, room: Room) -> None:
        room.dismiss()
        assert self.offered(room) == set()
        assert allowed_actions(room.desk, "B", ANA, room.time_ns) == ()

    def test_of_what_nobody_can_take(self, room: Room) -> None:
        room.present(ANA)
        assert not self.offered(room) & {Action.HAND_OVER, Action.ESCALATE}
