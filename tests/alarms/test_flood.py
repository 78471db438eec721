"""Many alarms at once are grouped, and every one of them still rings."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from clearway.alarms import Group, GroupsChanged, LifeCycleSettings
from clearway.domain import Closing
from tests.alarms.room import TRACE, Room, only

SMALL = LifeCycleSettings(flood_above=3, flood_ends_below=2, flood_window_s=60.0)


def flooded(n: int = 5) -> Room:
    room = Room(SMALL)
    for number in range(n):
        room.tell(str(number))
    return room


def group(room: Room) -> Group:
    (one,) = room.desk.flood.groups
    return one


def test_few_alarms_are_no_flood() -> None:
    assert flooded(3).desk.flood.groups == ()


def test_one_too_many_begins_a_group_of_all() -> None:
    room = flooded(4)
    assert group(room).members == ("0", "1", "2", "3")
    assert only(GroupsChanged, tuple(room.said[-1:])).groups == (group(room),)


def test_it_takes_in_what_comes_and_each_still_rings() -> None:
    room = flooded(6)
    assert group(room).members == tuple("012345")
    assert all(alarm.ringing for alarm in room.desk.queue)
    assert len(room.desk.queue) == 6
    found = room.desk.flood.group_of("4")
    assert found == group(room)
    assert room.desk.flood.group_of("none") is None


def test_alarms_that_come_slowly_are_no_flood() -> None:
    room = Room(SMALL)
    for number in range(9):
        room.tell(str(number))
        room.wait(21.0)
    assert room.desk.flood.groups == ()


def test_what_is_shelved_makes_no_flood() -> None:
    room = flooded(3)
    room.shelve()
    room.tell("other", evidence=(TRACE,))
    assert room.desk.flood.groups == ()


def test_it_ends_when_few_have_rung_and_goes_with_its_last_member() -> None:
    room = flooded(4)
    room.wait(59.0)
    assert group(room).ended_ns is None
    room.wait(2.0)
    assert group(room).ended_ns == room.time_ns
    room.tell("late")
    assert "late" not in group(room).members
    for number in "012":
        room.dismiss(number)
    assert group(room).members == ("3",)
    room.dismiss("3")
    assert room.desk.flood.groups == ()


def test_the_next_flood_is_another_group() -> None:
    room = flooded(4)
    room.wait(61.0)
    for number in range(4, 8):
        room.tell(str(number))
    first, second = room.desk.flood.groups
    assert (first.group_id, second.group_id) == ("1", "2")
    assert second.members == tuple("4567")


def test_what_leaves_meanwhile_leaves_the_group() -> None:
    room = flooded(5)
    room.acknowledge("1")
    room.close("1", Closing.WITHDRAWN)
    room.merge("2", into="3")
    assert group(room).members == tuple("034")


@given(
    steps=st.lists(
        st.one_of(st.floats(0.0, 40.0), st.sampled_from(["new", "dismiss"])), max_size=60
    )
)
def test_each_alarm_is_in_one_group_at_most_and_none_is_lost(steps: list[float | str]) -> None:
    room = Room(SMALL)
    queue: list[str] = []
    for number, what in enumerate(steps):
        if what == "new":
            room.tell(str(number))
            queue.append(str(number))
        elif what != "dismiss":
            room.wait(float(what))
        elif queue:
            room.dismiss(queue.pop(0))
        assert [alarm.alarm_id for alarm in room.desk.queue] == queue
        members = [one for group in room.desk.flood.groups for one in group.members]
        assert len(set(members)) == len(members)
        assert set(members) <= set(queue)
