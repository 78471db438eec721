"""A clock's offset is found among delays and wild timestamps, as far as it can be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearway.control_room.clock_offset import ClockOffset
from clearway.domain import nanoseconds

START_NS = 1_767_225_600_000_000_000
MS = 1_000_000
SLOT_NS = 10_000 * MS
NOW_NS = START_NS + 6 * SLOT_NS - 1

offsets = st.integers(-2_000 * MS, 2_000 * MS)
least_delays = st.integers(0, 400 * MS)
queues = st.lists(st.integers(0, 30_000 * MS), max_size=8)
wild = st.integers(-(10**18), 10**18)


def told(slots: list[list[int]], least_delay_ns: int = 0) -> ClockOffset:
    """Messages of these ages, slot by slot."""
    clock = ClockOffset(least_delay_ns)
    for number, ages in enumerate(slots):
        for step, age_ns in enumerate(ages):
            clock.take(age_ns, START_NS + number * SLOT_NS + step)
    return clock


@given(offsets, least_delays, st.lists(queues, min_size=1, max_size=6))
def test_one_message_without_delay_in_each_ten_seconds_is_enough(
    offset_ns: int, least_ns: int, queued: list[list[int]]
) -> None:
    slots = [[least_ns + queue_ns - offset_ns for queue_ns in [*slot, 0]] for slot in queued]
    assert told(slots, least_ns).offset_ns(NOW_NS) == offset_ns


@given(offsets, st.lists(st.lists(st.integers(0, 10**10), min_size=1), min_size=6, max_size=6))
def test_queues_alone_never_make_a_clock_look_ahead(
    offset_ns: int, queued: list[list[int]]
) -> None:
    slots = [[queue_ns - offset_ns for queue_ns in slot] for slot in queued]
    found_ns = told(slots).offset_ns(NOW_NS)
    longest_wait_ns = max(min(slot) for slot in queued)
    assert found_ns is not None
    assert offset_ns - longest_wait_ns <= found_ns <= offset_ns


@given(offsets, st.lists(wild, min_size=2, max_size=20), st.permutations(range(6)))
def test_two_slots_may_hold_anything(offset_ns: int, ages: list[int], order: list[int]) -> None:
    right = [[-offset_ns, -offset_ns + 500 * MS]] * 4
    six = [*right, ages[::2], ages[1::2]]
    assert told([six[number] for number in order]).offset_ns(NOW_NS) == offset_ns


@given(offsets, st.lists(st.integers(0, 10**12), max_size=50))
def test_late_messages_beside_others_change_nothing(offset_ns: int, late: list[int]) -> None:
    slots = [[-offset_ns, *(delay - offset_ns for delay in late)]] * 3
    assert told(slots).offset_ns(NOW_NS) == offset_ns


@pytest.mark.parametrize(("after_s", "found_ms"), [(5.0, 0), (19.0, 0), (41.0, 700), (200.0, 700)])
def test_a_clock_that_is_set_is_followed(after_s: float, found_ms: int) -> None:
    clock = ClockOffset()
    set_ns = START_NS + 6 * SLOT_NS
    end_ns = set_ns + nanoseconds(after_s)
    for now_ns in range(START_NS, end_ns, 100 * MS):
        clock.take(-700 * MS if now_ns >= set_ns else 0, now_ns)
    assert clock.offset_ns(end_ns) == found_ms * MS


def test_what_is_a_minute_old_is_forgotten() -> None:
    clock = told([[40 * MS]])
    assert clock.offset_ns(NOW_NS) == -40 * MS
    assert clock.offset_ns(NOW_NS + SLOT_NS) is None
    assert ClockOffset().offset_ns(START_NS) is None
