"""What is news to people who have judged an alarm."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec import structs

from clearway.alarms import (
    Change,
    EvidenceLine,
    Grounds,
    GuardCalled,
    Outcome,
    Refusal,
    Stage,
    Summons,
)
from clearway.domain import Closing, ThreatClass
from tests.alarms.room import CLEAR_TRACE, CURTAIN, TRACE, Outputs, Room, changes, only, refused

HANDGUN = structs.replace(CURTAIN, classes=(ThreatClass.HANDGUN,))
SECOND_CURTAIN = structs.replace(CURTAIN, sensor="curtain_2")
LIKELY_TRACE = structs.replace(CLEAR_TRACE, probability=0.6)
MORE_LOOKS = structs.replace(CURTAIN, looks=9, probability=0.97)

# Judged at 0.9, which is odds of 9 : 1; ten times as much is 0.98901.
NEWS = [
    pytest.param((CURTAIN,), 0.9891, id="far more probable"),
    pytest.param((CURTAIN,), 1.0, id="certain"),
    pytest.param((CURTAIN, TRACE), 0.5, id="another sensor finds something"),
    pytest.param((CURTAIN, SECOND_CURTAIN), 0.9, id="a second of the same kind"),
    pytest.param((HANDGUN,), 0.9, id="another class"),
    pytest.param((CURTAIN, LIKELY_TRACE), 0.9, id="another sensor suspects something"),
]
NO_NEWS = [
    pytest.param((CURTAIN,), 0.9, id="the same"),
    pytest.param((CURTAIN,), 0.9889, id="somewhat more probable"),
    pytest.param((MORE_LOOKS,), 0.9, id="more looks of the same sensor"),
    pytest.param((CURTAIN, CLEAR_TRACE), 0.9, id="another sensor finds nothing"),
    pytest.param((), 0.2, id="less"),
]
Evidence = tuple[EvidenceLine, ...]


@pytest.fixture
def room() -> Room:
    room = Room()
    room.tell()
    return room


@pytest.mark.parametrize(("evidence", "probability"), NEWS)
@pytest.mark.parametrize("how", ["dismissed", "resolved"])
def test_news_bring_back_what_people_have_judged(
    room: Room, how: str, evidence: Evidence, probability: float
) -> None:
    if how == "dismissed":
        room.dismiss()
    else:
        room.resolve(Outcome.THREAT)
    outputs = room.tell(probability=probability, evidence=evidence)
    assert changes(outputs) == [("A", Change.REOPENED)]
    alarm = room.alarm()
    assert (alarm.stage, alarm.ringing, alarm.rings) == (Stage.NEW, True, 2)
    assert alarm.reopened_from is not None
    assert alarm.reopened_from.by == "ana"


@pytest.mark.parametrize(("evidence", "probability"), NO_NEWS)
def test_what_is_no_news_leaves_it_resolved(
    room: Room, evidence: Evidence, probability: float
) -> None:
    room.dismiss()
    outputs = room.tell(probability=probability, evidence=evidence)
    assert changes(outputs) == [("A", Change.UPDATED)]
    assert room.desk.queue == ()
    assert room.alarm().report.probability == probability


@pytest.mark.parametrize(("evidence", "probability"), NEWS)
def test_news_let_an_acknowledged_alarm_ring_again(
    room: Room, evidence: Evidence, probability: float
) -> None:
    room.acknowledge()
    outputs = room.tell(probability=probability, evidence=evidence)
    assert changes(outputs) == [("A", Change.EVIDENCE_ADDED)]
    assert (room.alarm().ringing, room.alarm().rings) == (True, 2)


@pytest.mark.parametrize(("evidence", "probability"), NO_NEWS)
def test_what_is_no_news_does_not(room: Room, evidence: Evidence, probability: float) -> None:
    room.acknowledge()
    room.tell(probability=probability, evidence=evidence)
    assert not room.alarm().ringing


@pytest.mark.parametrize(("evidence", "probability"), NEWS)
def test_who_deals_with_it_is_told_and_keeps_it(
    room: Room, evidence: Evidence, probability: float
) -> None:
    room.take_over()
    outputs = room.tell(probability=probability, evidence=evidence)
    assert changes(outputs) == [("A", Change.EVIDENCE_ADDED)]
    assert room.alarm().stage is Stage.ASSIGNED
    assert not room.alarm().ringing


def test_the_same_news_are_told_once(room: Room) -> None:
    room.acknowledge()
    room.tell(evidence=(CURTAIN, TRACE))
    room.acknowledge()
    room.tell(evidence=(CURTAIN,))
    room.unacknowledge()
    room.acknowledge()
    room.tell(evidence=(CURTAIN, TRACE))
    assert not room.alarm().ringing


def test_a_slow_rise_counts_from_what_was_judged(room: Room) -> None:
    room.dismiss()
    for probability in (0.93, 0.95, 0.97, 0.985):
        room.tell(probability=probability)
    assert room.desk.queue == ()
    room.tell(probability=0.99)
    assert room.alarm().ringing


def test_what_was_judged_when_it_was_low_rings_when_it_is_high(room: Room) -> None:
    room.acknowledge()
    room.tell(probability=0.3)
    room.dismiss()
    room.tell(probability=0.9)
    assert room.alarm().ringing


def test_the_end_of_a_dismissed_alert_is_no_news(room: Room) -> None:
    room.dismiss()
    assert changes(room.close()) == [("A", Change.ENDED)]
    assert room.desk.queue == ()


DECISIONS: dict[str, Callable[[Room, int], Outputs]] = {
    "acknowledge": lambda room, seen: room.acknowledge(seen=seen),
    "take over": lambda room, seen: room.take_over(seen=seen),
    "hand over": lambda room, seen: room.hand_over("boris", seen=seen),
    "dismiss": lambda room, seen: room.dismiss(seen=seen),
    "resolve": lambda room, seen: room.resolve(seen=seen),
}


class TestOutdated:
    """What silences or judges an alarm is refused to somebody who has not seen the news."""

    @pytest.mark.parametrize("how", sorted(DECISIONS))
    def test_a_decision_on_an_outdated_picture_is_refused(self, room: Room, how: str) -> None:
        seen = room.alarm().version
        room.tell(evidence=(CURTAIN, TRACE))
        assert refused(DECISIONS[how](room, seen)).why is Refusal.EVIDENCE_ADDED
        assert room.alarm().ringing
        DECISIONS[how](room, seen + 1)
        assert not room.alarm().ringing

    @pytest.mark.parametrize("how", sorted(DECISIONS))
    def test_so_is_one_that_was_taken_before_the_suspect_was_gone(
        self, room: Room, how: str
    ) -> None:
        seen = room.alarm().version
        room.close(because=Closing.DEPARTED)
        assert refused(DECISIONS[how](room, seen)).why is Refusal.EVIDENCE_ADDED
        assert room.alarm().ringing
        DECISIONS[how](room, room.alarm().version)
        assert not room.alarm().ringing

    @pytest.mark.parametrize("how", sorted(DECISIONS))
    def test_what_is_no_news_outdates_nothing(self, room: Room, how: str) -> None:
        seen = room.alarm().version
        room.tell(probability=0.91)
        room.close(because=Closing.WITHDRAWN)
        DECISIONS[how](room, seen)
        assert not room.alarm().ringing

    def test_news_that_were_not_seen_are_not_taken_for_known(self, room: Room) -> None:
        room.tell(evidence=(CURTAIN, TRACE))
        room.acknowledge(seen=1)
        room.wait(30.0)
        assert Summons.UNACKNOWLEDGED in room.alarm().reported

    def test_a_guard_is_sent_all_the_same_and_it_goes_on_ringing(self, room: Room) -> None:
        room.tell(evidence=(CURTAIN, TRACE))
        assert only(GuardCalled, room.escalate("goran", seen=1)).guard == "goran"
        alarm = room.alarm()
        assert (alarm.stage, alarm.ringing, alarm.holders) == (Stage.ESCALATED, True, ())
        assert changes(room.acknowledge(seen=2)) == [("A", Change.ACKNOWLEDGED)]

    def test_who_deals_with_it_sends_a_guard_and_keeps_it(self, room: Room) -> None:
        room.take_over(seen=1)
        room.wait(100.0)
        room.tell(evidence=(CURTAIN, TRACE))
        room.escalate("goran", seen=1)
        (holder,) = room.alarm().holders
        assert (holder.name, holder.acted_ns) == ("ana", room.time_ns)
        assert not room.alarm().ringing

    def test_who_sends_a_guard_having_seen_it_deals_with_it(self, room: Room) -> None:
        room.escalate("goran", seen=1)
        assert room.alarm().held_by("ana")
        assert not room.alarm().ringing


def test_certainty_that_was_judged_is_no_news() -> None:
    certain = Grounds((), 1.0)
    assert not certain.surpass(certain, 10.0)
    assert certain.surpass(Grounds((), 0.999), 10.0)
    assert Grounds((), 1e-9).surpass(Grounds((), 0.0), 10.0)
