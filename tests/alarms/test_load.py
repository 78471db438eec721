"""How much is asked of the operators."""

from __future__ import annotations

import pytest

from clearway.alarms import Alarm, DismissReason, Outcome, SetDrill
from clearway.alarms.load import Load, measure_load
from clearway.domain import Closing
from tests.alarms.room import SANJA, Room


def measured(room: Room, operator_s: float = 1200.0, people: int = 500) -> Load:
    return measure_load(
        room.desk.alarms.values(), end_ns=room.time_ns, operator_s=operator_s, people=people
    )


def test_nothing_has_no_values_and_an_upper_limit() -> None:
    load = measured(Room(), operator_s=0.0)
    assert (load.rings.value, load.rings.high) == (None, None)
    assert load.nuisance_share.value is None
    assert load.nuisance.value == 0.0
    assert load.nuisance.high == pytest.approx(3.689 / 0.5, abs=1e-3)
    assert (load.waits.n, load.waits.median_s) == (0, None)


def test_the_rate_stands_beside_the_guide() -> None:
    room = Room()
    for alarm_id in "ABC":
        room.tell(alarm_id)
    room.acknowledge("A")
    room.unacknowledge("A")
    load = measured(room)
    assert load.guide == 1.0
    assert load.rings.count == 4
    assert load.rings.value == pytest.approx(2.0)
    assert load.rings.low is not None
    assert load.rings.high is not None
    # Exact limits of a count of 4 are 1.090 and 10.242.
    assert load.rings.low == pytest.approx(1.090 / 2, abs=1e-3)
    assert load.rings.high == pytest.approx(10.242 / 2, abs=1e-3)


def judged() -> Room:
    room = Room()
    for alarm_id in "ABCDEFGH":
        room.tell(alarm_id)
    room.dismiss("A", reason=DismissReason.HARMLESS_OBJECT)
    room.resolve(Outcome.HARMLESS_OBJECT, "B")
    room.dismiss("C", reason=DismissReason.FALSE_ALARM)
    room.resolve(Outcome.NOTHING, "D")
    room.resolve(Outcome.NOTHING, "E")
    room.resolve(Outcome.THREAT, "F")
    room.dismiss("G", reason=DismissReason.TEST)
    return room


def test_nuisance_and_false_are_kept_apart() -> None:
    load = measured(judged())
    assert (load.nuisance.count, load.nuisance.value) == (2, 4.0)
    assert (load.false.count, load.false.value) == (3, 6.0)
    assert (load.threats, load.unjudged) == (1, 1)
    assert load.nuisance_share.value == pytest.approx(2 / 6)
    # Wilson, 2 of 6: (k + z^2/2 -+ z sqrt(k(n-k)/n + z^2/4)) / (n + z^2)
    assert load.nuisance_share.low == pytest.approx(0.0968, abs=1e-4)
    assert load.nuisance_share.high == pytest.approx(0.7000, abs=1e-4)


@pytest.mark.parametrize("outcome", [Outcome.PERSON_NOT_FOUND, Outcome.ENDED, DismissReason.OTHER])
def test_what_nobody_has_judged_is_counted_as_such(outcome: Outcome | DismissReason) -> None:
    room = Room()
    room.tell()
    if isinstance(outcome, DismissReason):
        room.dismiss(reason=outcome, text="a film crew")
    elif outcome is Outcome.ENDED:
        room.acknowledge()
        room.close(because=Closing.WITHDRAWN)
    else:
        room.resolve(outcome)
    load = measured(room)
    assert load.unjudged == 1
    assert load.nuisance_share.exposure == 0


def test_a_merged_alarm_has_rung_and_is_judged_with_the_other() -> None:
    room = Room()
    room.tell("A")
    room.tell("B")
    room.merge("B", into="A")
    room.dismiss("A")
    load = measured(room)
    assert load.rings.count == 2
    assert (load.nuisance.count, load.unjudged) == (1, 0)


def test_drills_and_what_never_rang_do_not_count() -> None:
    room = Room()
    room.shelve(8.0)
    room.tell("silent")
    room.dismiss("silent")
    room.do(SetDrill(actor=SANJA, on=True, time_ns=room.time_ns))
    room.tell("drill", evidence=())
    room.dismiss("drill")
    load = measured(room)
    assert load.rings.count == load.nuisance.count == load.waits.n == 0


class TestWaits:
    def waited(self, *waits_s: float, still: int = 0) -> Room:
        """Alarms acknowledged after these times, the shortest first, and some that still wait."""
        room = Room()
        for number in range(len(waits_s) + still):
            room.tell(str(number))
            room.time_ns -= 1_000_000  # all at the same time
        start_ns = room.time_ns
        for number, wait_s in enumerate(waits_s):
            room.time_ns = start_ns + 1_000_000 + round(wait_s * 1e9)
            room.acknowledge(str(number))
        return room

    def test_median_and_95_percent(self) -> None:
        room = self.waited(*(float(second) for second in range(1, 101)))
        waits = measured(room).waits
        assert (waits.n, waits.waiting) == (100, 0)
        assert (waits.median_s, waits.p95_s) == (50.0, 95.0)

    def test_who_is_not_answered_makes_the_others_no_faster(self) -> None:
        room = self.waited(1.0, 2.0, 3.0, still=2)
        waits = measured(room).waits
        assert (waits.n, waits.waiting) == (5, 2)
        assert waits.median_s == 3.0
        assert waits.p95_s is None

    def test_nobody_answered(self) -> None:
        waits = measured(self.waited(still=3)).waits
        assert (waits.n, waits.waiting, waits.median_s) == (3, 3, None)

    def test_one_that_was_merged_has_waited_until_then(self) -> None:
        room = Room()
        room.tell("A")
        room.tell("B", probability=0.1)
        room.wait(5.0)
        room.merge("B", into="A")
        assert room.alarm("B").first_acknowledged_ns is None
        assert measured(room).waits.waiting == 2

    def test_only_the_first_answer_counts(self) -> None:
        room = self.waited(4.0)
        room.unacknowledge("0")
        room.wait(100.0)
        room.acknowledge("0")
        assert measured(room).waits.median_s == 4.0


def test_what_was_seen_while_it_was_shelved_did_not_wait() -> None:
    room = Room()
    room.shelve()
    room.tell()
    room.acknowledge()
    room.unacknowledge()
    room.wait(3600.0)
    alarm: Alarm = room.alarm()
    assert alarm.ringing
    assert measured(room).waits.n == 0
