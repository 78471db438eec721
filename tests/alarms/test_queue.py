"""How alarms come into the queue and leave it."""

from __future__ import annotations

import pytest
from msgspec import structs

from clearway.alarms import (
    AlarmFiled,
    AlertTold,
    Change,
    LifeCycleSettings,
    Outcome,
    Stage,
    Summons,
    SupervisorCalled,
)
from clearway.domain import AlertState, Closing
from tests.alarms.room import Room, changes, only

DAY_S = 86_400.0


@pytest.fixture
def room() -> Room:
    """A control room with one alarm, which rings."""
    room = Room()
    room.tell()
    return room


@pytest.mark.parametrize("state", list(AlertState))
def test_an_unknown_alert_becomes_an_alarm_in_whatever_state_it_is_told(state: AlertState) -> None:
    room = Room()
    assert changes(room.tell(state=state)) == [("A", Change.OPENED)]
    (alarm,) = room.desk.queue
    assert (alarm.stage, alarm.ringing, alarm.rings) == (Stage.NEW, True, 1)


def test_acknowledging_keeps_a_live_alarm_in_the_queue(room: Room) -> None:
    room.acknowledge()
    room.wait(DAY_S)
    assert room.desk.queue == (room.alarm(),)
    assert room.alarm().stage is Stage.ACKNOWLEDGED
    assert not room.alarm().ringing


@pytest.mark.parametrize("because", [Closing.DEPARTED, Closing.WITHDRAWN, None])
def test_an_ended_alarm_stays_until_somebody_has_acknowledged_it(
    room: Room, because: Closing | None
) -> None:
    room.close(because=because)
    room.wait(DAY_S)
    assert room.alarm().ringing
    assert changes(room.acknowledge()) == [("A", Change.ACKNOWLEDGED), ("A", Change.RESOLVED)]
    resolution = room.alarm().resolution
    assert resolution is not None
    assert (resolution.outcome, resolution.by) == (Outcome.ENDED, None)
    assert room.desk.queue == ()


def test_an_acknowledged_alarm_leaves_when_its_alert_is_withdrawn(room: Room) -> None:
    room.acknowledge()
    outputs = room.close(because=Closing.WITHDRAWN)
    assert changes(outputs) == [("A", Change.ENDED), ("A", Change.RESOLVED)]


@pytest.mark.parametrize("because", [Closing.DEPARTED, None])
def test_a_suspect_who_is_gone_must_be_acknowledged_anew(
    room: Room, because: Closing | None
) -> None:
    room.acknowledge()
    assert changes(room.close(because=because)) == [("A", Change.ENDED)]
    assert (room.alarm().ringing, room.alarm().rings) == (True, 2)
    room.acknowledge()
    assert room.desk.queue == ()


@pytest.mark.parametrize("because", [Closing.DEPARTED, Closing.WITHDRAWN])
def test_an_alarm_that_somebody_deals_with_stays_theirs_when_it_ends(
    room: Room, because: Closing
) -> None:
    room.take_over()
    room.close(because=because)
    assert room.alarm().stage is Stage.ASSIGNED
    assert room.alarm().held_by("ana")
    assert not room.alarm().ringing
    room.resolve(Outcome.PERSON_NOT_FOUND)
    assert room.desk.queue == ()


def test_a_report_that_is_older_or_repeated_changes_nothing(room: Room) -> None:
    first = room.alarm().report
    room.tell(probability=0.91)
    desk = room.desk
    for report in (first, room.alarm().report):
        assert room.do(AlertTold(report=report, time_ns=room.time_ns)) == ()
    assert room.desk is desk


def test_what_was_told_at_the_moment_of_the_end_does_not_undo_it(room: Room) -> None:
    room.close()
    late = structs.replace(room.alarm().report, state=AlertState.UPDATED, closed_because=None)
    assert room.do(AlertTold(report=late, time_ns=room.time_ns)) == ()
    assert not room.alarm().live


def test_an_alert_that_lives_on_after_its_end_brings_the_alarm_back(room: Room) -> None:
    room.acknowledge()
    room.close(because=Closing.WITHDRAWN)
    assert changes(room.tell()) == [("A", Change.REOPENED)]
    assert room.alarm().ringing
    assert room.alarm().resolution is None


def test_who_does_not_acknowledge_is_reported_once_per_ring(room: Room) -> None:
    assert room.wait(29.9) == ()
    assert only(SupervisorCalled, room.wait(0.1)).why is Summons.UNACKNOWLEDGED
    assert room.wait(DAY_S) == ()
    room.acknowledge()
    room.unacknowledge()
    assert only(SupervisorCalled, room.wait(30.0)).why is Summons.UNACKNOWLEDGED


def test_better_grounds_do_not_put_off_the_call_for_an_alarm_that_rings_already(
    room: Room,
) -> None:
    room.wait(20.0)
    room.tell(probability=0.999)
    assert room.alarm().version == 2
    assert room.alarm().rings == 1
    assert only(SupervisorCalled, room.wait(10.0)).why is Summons.UNACKNOWLEDGED


def test_an_acknowledged_alarm_with_which_nobody_deals_is_reported(room: Room) -> None:
    room.acknowledge()
    assert room.wait(59.0) == ()
    assert only(SupervisorCalled, room.wait(1.0)).why is Summons.NOBODY_DEALS
    assert room.wait(DAY_S) == ()


class TestNumbers:
    def test_they_count_from_one(self) -> None:
        room = Room()
        for alarm_id in "ABC":
            room.tell(alarm_id)
        assert [alarm.number for alarm in room.desk.queue] == [1, 2, 3]

    def test_they_go_round_and_leave_out_those_in_use(self) -> None:
        room = Room(LifeCycleSettings(highest_number=3, keep_resolved_s=1.0))
        for alarm_id in "ABC":
            room.tell(alarm_id)
        for alarm_id in "AC":
            room.acknowledge(alarm_id)
            room.close(alarm_id, Closing.WITHDRAWN)
        room.wait(1.0)
        room.tell("D")
        room.tell("E")
        assert {one.alarm_id: one.number for one in room.desk.queue} == {"B": 2, "D": 1, "E": 3}

    def test_they_grow_when_all_are_in_use(self) -> None:
        room = Room(LifeCycleSettings(highest_number=2))
        for alarm_id in "ABCD":
            room.tell(alarm_id)
        assert [alarm.number for alarm in room.desk.queue] == [1, 2, 3, 4]


class TestFiling:
    """Memory is bounded by what is in the queue or alive, and by the last quarter of an hour."""

    def test_a_resolved_alarm_leaves_the_desk_in_time(self, room: Room) -> None:
        room.dismiss()
        room.close()
        room.wait(899.0)
        assert "A" in room.desk.alarms
        assert only(AlarmFiled, room.wait(1.1)).alarm_id == "A"
        assert room.desk.alarms == {}

    def test_not_while_the_machine_holds_to_its_alert(self, room: Room) -> None:
        room.dismiss()
        room.wait(DAY_S)
        room.tell(probability=0.89)
        assert room.desk.queue == ()

    def test_not_while_the_alarm_that_goes_on_is_in_the_queue(self, room: Room) -> None:
        room.tell("B")
        room.merge("B", into="A")
        room.wait(DAY_S)
        assert "B" in room.desk.alarms
        room.dismiss()
        room.close()
        room.wait(DAY_S)
        assert room.desk.alarms == {}
