"""Two alarms turn out to be about one person: what people did about either goes on."""

from __future__ import annotations

import pytest

from clearway.alarms import (
    Answer,
    Change,
    EvidenceLine,
    GuardCalled,
    Outcome,
    Refusal,
    SetDrill,
    Stage,
)
from clearway.domain import AlertState, Closing
from tests.alarms.room import ANA, BORIS, CURTAIN, GITA, SANJA, TRACE, Room, changes, refused

BOTH = (CURTAIN, TRACE)


@pytest.fixture
def room() -> Room:
    """A room with alarms A and B on the same grounds."""
    room = Room()
    room.tell("A")
    room.tell("B")
    return room


def holders(room: Room) -> list[str]:
    return [holder.name for holder in room.alarm("A").holders]


def test_the_one_goes_on_and_the_other_is_resolved(room: Room) -> None:
    assert changes(room.merge("B", into="A")) == [
        ("B", Change.ENDED),
        ("A", Change.JOINED),
        ("B", Change.RESOLVED),
    ]
    resolution = room.alarm("B").resolution
    assert resolution is not None
    assert (resolution.outcome, resolution.merged_into) == (Outcome.MERGED, "A")
    assert room.desk.queue == (room.alarm("A"),)
    assert room.alarm("A").ringing


def test_whoever_deals_with_the_one_deals_with_the_other(room: Room) -> None:
    room.take_over("B", BORIS)
    room.merge("B", into="A")
    assert holders(room) == ["boris"]
    assert room.alarm("A").stage is Stage.ASSIGNED
    assert not room.alarm("A").ringing
    room.dismiss("A", BORIS)
    assert room.desk.queue == ()


def test_two_who_deal_with_one_each_deal_with_it_together(room: Room) -> None:
    room.take_over("A", ANA)
    room.take_over("B", BORIS)
    room.merge("B", into="A")
    assert holders(room) == ["ana", "boris"]
    assert refused(room.dismiss("A", SANJA)).why is Refusal.HELD
    room.hand_over("sanja", "A", ANA)
    assert holders(room) == ["sanja", "boris"]
    room.dismiss("A", BORIS)
    assert room.desk.queue == ()


def test_one_of_two_may_leave_without_a_ring(room: Room) -> None:
    room.take_over("A", ANA)
    room.take_over("B", BORIS)
    room.merge("B", into="A")
    room.present(ANA)
    room.wait(60.0)
    assert holders(room) == ["ana"]
    assert not room.alarm("A").ringing


def test_guards_keep_their_task(room: Room) -> None:
    room.escalate("goran", "A", ANA)
    room.escalate("gita", "B", BORIS)
    room.read(GITA, "B")
    room.merge("B", into="A")
    assert [task.guard for task in room.alarm("A").underway] == ["goran", "gita"]
    assert room.alarm("A").guards[1].read_ns is not None


def test_a_guard_who_was_called_to_both_has_the_task_that_got_further(room: Room) -> None:
    room.escalate("gita", "A", ANA)
    room.escalate("gita", "B", BORIS)
    room.read(GITA, "B")
    room.merge("B", into="A")
    (task,) = room.alarm("A").guards
    assert task.read_ns is not None


def test_a_guard_who_speaks_of_the_old_alarm_is_heard(room: Room) -> None:
    room.escalate("gita", "B", BORIS)
    room.merge("B", into="A")
    outputs = room.reply(Answer.NEED_HELP, GITA, "B")
    assert {one.alarm_id for one in outputs if isinstance(one, GuardCalled)} == {"A"}


def test_an_operator_who_acts_on_the_old_alarm_is_sent_to_the_new(room: Room) -> None:
    room.merge("B", into="A")
    said = refused(room.dismiss("B"))
    assert said.why is Refusal.MERGED
    assert said.remedy == "act on alarm 1"


@pytest.mark.parametrize(
    ("a", "b", "seen_a", "seen_b", "ringing"),
    [
        ((CURTAIN,), (CURTAIN,), True, True, False),
        ((CURTAIN,), (CURTAIN,), True, False, False),
        ((CURTAIN,), (CURTAIN,), False, True, False),
        ((CURTAIN,), (CURTAIN,), False, False, True),
        ((CURTAIN,), (TRACE,), True, False, True),
        ((CURTAIN,), (TRACE,), False, True, True),
        ((CURTAIN,), BOTH, True, False, True),
        ((CURTAIN,), BOTH, False, True, False),
        ((CURTAIN,), (TRACE,), True, True, False),
    ],
)
def test_what_nobody_has_seen_goes_on_ringing(
    a: tuple[EvidenceLine, ...],
    b: tuple[EvidenceLine, ...],
    *,
    seen_a: bool,
    seen_b: bool,
    ringing: bool,
) -> None:
    room = Room()
    room.tell("A", evidence=a)
    room.tell("B", evidence=b)
    for alarm_id, seen in (("A", seen_a), ("B", seen_b)):
        if seen:
            room.acknowledge(alarm_id)
    room.merge("B", into="A")
    assert room.alarm("A").ringing is ringing


def test_a_judged_alarm_comes_back_when_one_that_nobody_judged_joins_it(room: Room) -> None:
    room.dismiss("A")
    assert ("A", Change.REOPENED) in changes(room.merge("B", into="A"))
    assert room.alarm("A").ringing
    assert room.alarm("A").reopened_from is not None


def test_what_was_seen_of_either_is_no_news_to_the_one_that_goes_on() -> None:
    room = Room()
    room.tell("A", evidence=(CURTAIN,))
    room.tell("B", evidence=(TRACE,))
    room.acknowledge("A")
    room.acknowledge("B")
    room.merge("B", into="A")
    room.tell("A", evidence=BOTH)
    assert not room.alarm("A").ringing


def test_a_decision_taken_before_is_refused(room: Room) -> None:
    seen = room.alarm("A").version
    room.merge("B", into="A")
    assert refused(room.dismiss("A", seen=seen)).why is Refusal.EVIDENCE_ADDED


def test_two_that_have_ended_and_were_seen_leave_together(room: Room) -> None:
    room.acknowledge("A")
    room.close("A", Closing.WITHDRAWN)
    room.acknowledge("B")
    outputs = room.merge("B", into="A")
    assert changes(outputs)[-1] == ("A", Change.RESOLVED)
    assert room.desk.queue == ()


def test_a_judged_alarm_that_joins_another_stays_judged(room: Room) -> None:
    room.dismiss("B")
    assert changes(room.merge("B", into="A")) == [("B", Change.ENDED)]
    resolution = room.alarm("B").resolution
    assert resolution is not None
    assert resolution.outcome is Outcome.DISMISSED
    assert room.alarm("A").stage is Stage.NEW


def test_a_chain_of_mergers_leads_to_the_last(room: Room) -> None:
    room.tell("C")
    room.take_over("C", BORIS)
    room.merge("B", into="A")
    room.merge("C", into="B")
    assert holders(room) == ["boris"]
    assert [alarm.alarm_id for alarm in room.desk.queue] == ["A"]


def test_an_alarm_whose_heir_is_unknown_waits_for_it_in_the_queue() -> None:
    room = Room()
    room.tell("B")
    room.take_over("B", BORIS)
    room.merge("B", into="A")
    assert room.alarm("B").stage is Stage.ASSIGNED
    assert changes(room.tell("A")) == [
        ("A", Change.OPENED),
        ("A", Change.JOINED),
        ("B", Change.RESOLVED),
    ]
    assert holders(room) == ["boris"]


def test_an_alert_first_told_as_merged_leaves_a_resolution() -> None:
    room = Room()
    room.tell("A")
    outputs = room.tell("B", state=AlertState.CLOSED, because=Closing.MERGED, into="A")
    assert changes(outputs) == [
        ("B", Change.OPENED),
        ("A", Change.JOINED),
        ("B", Change.RESOLVED),
    ]


def test_alarms_that_name_each_other_do_not_both_vanish(room: Room) -> None:
    room.merge("B", into="A")
    room.merge("A", into="B")
    assert [alarm.alarm_id for alarm in room.desk.queue] == ["A"]
    assert room.alarm("A").ringing


def test_an_alarm_that_names_itself_has_ended(room: Room) -> None:
    room.merge("A", into="A")
    assert room.alarm("A").ringing
    room.acknowledge("A")
    assert room.alarm("A").stage is Stage.RESOLVED


def test_a_real_alarm_makes_a_drill_real() -> None:
    room = Room()
    room.tell("A")
    room.dismiss("A")
    room.do(SetDrill(actor=SANJA, on=True, time_ns=room.time_ns))
    room.tell("B")
    room.merge("A", into="B")
    assert room.alarm("B").drill  # A was judged and does not join it
    room.tell("C")
    room.merge("C", into="B")
    assert room.alarm("B").drill
    room.do(SetDrill(actor=SANJA, on=False, time_ns=room.time_ns))
    room.tell("D")
    room.merge("D", into="B")
    assert not room.alarm("B").drill
