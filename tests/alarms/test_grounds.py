"""What is news to people who have judged an alarm."""

from __future__ import annotations

import pytest
from msgspec import structs

from clearway.alarms import Change, EvidenceLine, Grounds, Outcome, Refusal, Stage
from clearway.domain import ThreatClass
from tests.alarms.room import CLEAR_TRACE, CURTAIN, TRACE, Room, changes, refused

HANDGUN = structs.replace(CURTAIN, classes=(ThreatClass.HANDGUN,))
SECOND_CURTAIN = structs.replace(CURTAIN, sensor="curtain_2")
SUSPECTING_TRACE = structs.replace(CLEAR_TRACE, probability=0.6)
MORE_LOOKS = structs.replace(CURTAIN, looks=9, probability=0.97)

# Judged at 0.9, which is odds of 9 : 1; ten times as much is 0.98901.
NEWS = [
    pytest.param((CURTAIN,), 0.9891, id="far more probable"),
    pytest.param((CURTAIN,), 1.0, id="certain"),
    pytest.param((CURTAIN, TRACE), 0.5, id="another sensor finds something"),
    pytest.param((CURTAIN, SECOND_CURTAIN), 0.9, id="a second of the same kind"),
    pytest.param((HANDGUN,), 0.9, id="another class"),
    pytest.param((CURTAIN, SUSPECTING_TRACE), 0.9, id="another sensor suspects something"),
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


@pytest.mark.parametrize("how", ["dismiss", "resolve"])
def test_a_decision_on_an_outdated_picture_is_refused(room: Room, how: str) -> None:
    decide = room.dismiss if how == "dismiss" else room.resolve
    seen = room.alarm().version
    room.tell(evidence=(CURTAIN, TRACE))
    assert refused(decide(seen=seen)).why is Refusal.EVIDENCE_ADDED
    assert room.alarm().stage is Stage.NEW
    decide(seen=seen + 1)
    assert room.alarm().stage is Stage.RESOLVED


def test_certainty_that_was_judged_is_no_news() -> None:
    certain = Grounds((), 1.0)
    assert not certain.surpass(certain, 10.0)
    assert certain.surpass(Grounds((), 0.999), 10.0)
    assert Grounds((), 1e-9).surpass(Grounds((), 0.0), 10.0)
