"""Alerts are withdrawn and merged, follow exchanged tracks, and do not flicker."""

import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearway.domain import Alert, AlertState, Closing, Evidence, nanoseconds
from tests.fusion.desk import DECISION, Desk
from tests.support.builders import CLEAR, HANDGUN_ALARM, NOT_EXAMINED, evidence

DWELL_NS = nanoseconds(DECISION.withdrawal_dwell_s)
POSITION_ONLY = replace(NOT_EXAMINED, position_only=True)


def cleared() -> Desk:
    """A desk whose alert about track 4, opened at 0, became improbable at 10."""
    desk = Desk()
    desk.say({4: 1.0}, HANDGUN_ALARM, clock_ns=0)
    lowered = desk.say({4: 1.0}, CLEAR, clock_ns=10)
    assert lowered is not None
    assert lowered.probability < DECISION.withdrawal_threshold
    return desk


def test_an_alert_is_withdrawn_when_it_has_been_improbable_for_long_enough() -> None:
    desk = cleared()
    assert desk.review(10 + DWELL_NS - 1) is None
    closed = desk.review(10 + DWELL_NS)
    assert closed is not None
    assert (closed.alert_id, closed.state) == (1, AlertState.CLOSED)
    assert closed.closed_because is Closing.WITHDRAWN
    assert closed.time_ns == 10 + DWELL_NS
    assert closed.probability < DECISION.withdrawal_threshold
    assert desk.review(10 + 9 * DWELL_NS) is None
    assert desk.alerts.close_departed(set(), 99 * DWELL_NS) == []


def test_an_alert_that_becomes_probable_again_stays() -> None:
    desk = cleared()
    again = desk.say({4: 1.0}, HANDGUN_ALARM, clock_ns=20)
    assert again is not None
    assert (again.alert_id, again.state) == (1, AlertState.UPDATED)
    assert desk.review(99 * DWELL_NS) is None


def test_the_time_counts_from_when_it_last_became_improbable() -> None:
    desk = cleared()
    desk.say({4: 1.0}, HANDGUN_ALARM, clock_ns=20)
    desk.say({4: 1.0}, CLEAR, clock_ns=30)
    desk.say({4: 1.0}, CLEAR, clock_ns=DWELL_NS)
    assert desk.review(30 + DWELL_NS - 1) is None
    assert desk.review(30 + DWELL_NS) is not None


def test_an_alert_below_the_opening_threshold_alone_stays() -> None:
    desk = Desk()
    desk.say({4: 1.0}, HANDGUN_ALARM)
    slightly = evidence({"handgun": -1.5, "handgun_explosive": -1.5})
    lowered = desk.say({4: 1.0}, slightly)
    assert lowered is not None
    assert DECISION.withdrawal_threshold < lowered.probability < DECISION.alert_threshold
    assert desk.review(99 * DWELL_NS) is None


def test_a_new_alarm_waits_for_the_rest_of_the_dwell_time() -> None:
    desk = cleared()
    withdrawn_ns = 10 + DWELL_NS
    desk.review(withdrawn_ns)
    assert desk.say({4: 1.0}, HANDGUN_ALARM, clock_ns=withdrawn_ns + 5) is None
    assert desk.review(withdrawn_ns + DWELL_NS - 1) is None
    opened = desk.review(withdrawn_ns + DWELL_NS)
    assert opened is not None
    assert (opened.alert_id, opened.state) == (2, AlertState.OPEN)
    assert opened.leading_track_id == 4
    assert opened.evidence == (("curtain", 3),)
    assert opened.probability == pytest.approx(desk.beliefs.of(4).threat)
    assert desk.review(withdrawn_ns + 2 * DWELL_NS) is None


def test_a_new_alarm_that_does_not_stand_opens_nothing() -> None:
    desk = cleared()
    withdrawn_ns = 10 + DWELL_NS
    desk.review(withdrawn_ns)
    desk.say({4: 1.0}, HANDGUN_ALARM, clock_ns=withdrawn_ns + 5)
    desk.say({4: 1.0}, CLEAR, clock_ns=withdrawn_ns + 6)
    assert desk.review(withdrawn_ns + DWELL_NS) is None


@pytest.mark.parametrize("known", [CLEAR, NOT_EXAMINED, POSITION_ONLY])
def test_what_is_no_alarm_does_not_reopen(known: Evidence) -> None:
    desk = cleared()
    desk.review(10 + DWELL_NS)
    assert desk.say({4: 1.0}, known, clock_ns=20 + DWELL_NS) is None
    assert desk.review(99 * DWELL_NS) is None


def test_after_the_dwell_time_an_alarm_opens_at_once() -> None:
    desk = cleared()
    desk.review(10 + DWELL_NS)
    opened = desk.say({4: 1.0}, HANDGUN_ALARM, clock_ns=10 + 2 * DWELL_NS)
    assert opened is not None
    assert (opened.alert_id, opened.state) == (2, AlertState.OPEN)


def test_an_alarm_at_somebody_else_is_not_held_back() -> None:
    desk = cleared()
    desk.review(10 + DWELL_NS)
    opened = desk.say({5: 1.0}, HANDGUN_ALARM, clock_ns=20 + DWELL_NS)
    assert opened is not None
    assert opened.leading_track_id == 5


def test_a_look_that_tells_the_position_only_is_no_reading() -> None:
    desk = Desk()
    desk.say({4: 1.0}, HANDGUN_ALARM)
    assert desk.say({4: 1.0}, POSITION_ONLY) is None
    again = desk.say({4: 1.0}, HANDGUN_ALARM)
    assert again is not None
    assert again.evidence == (("curtain", 1), ("curtain", 3))


def two_alerts_about_one_person() -> Desk:
    """Alarms of which the first was probably of 6, the second of 4 or 5."""
    desk = Desk()
    desk.say({4: 0.12, 5: 0.2, 6: 0.68}, HANDGUN_ALARM, clock_ns=1)
    desk.say({4: 0.5, 5: 0.5}, HANDGUN_ALARM, clock_ns=2)
    assert [alert.state for alert in desk.told] == [AlertState.OPEN] * 2
    return desk


def test_alerts_about_the_same_person_become_one() -> None:
    desk = two_alerts_about_one_person()
    desk.say({5: 1.0}, HANDGUN_ALARM, clock_ns=3)
    desk.say({6: 1.0}, CLEAR, clock_ns=4)
    assert all(alert.state is not AlertState.CLOSED for alert in desk.told)
    desk.say({4: 1.0}, CLEAR, clock_ns=5)
    merged, closed = desk.told[-2:]
    assert (merged.alert_id, merged.state) == (1, AlertState.UPDATED)
    assert (closed.alert_id, closed.state) == (2, AlertState.CLOSED)
    assert (closed.closed_because, closed.merged_into) == (Closing.MERGED, 1)
    assert merged.time_ns == closed.time_ns
    # Every reading of either, each once, in the order in which they came.
    sequences = [sequence for _, sequence in merged.evidence]
    assert sequences == sorted(set(sequences))
    assert set(sequences) >= {1, 2}
    assert merged.leading_track_id == 5
    assert merged.probability >= DECISION.alert_threshold
    count = len(desk.told)
    desk.say({5: 1.0}, HANDGUN_ALARM, clock_ns=50)
    assert [alert.alert_id for alert in desk.told[count:]] == [1]


def test_two_carriers_side_by_side_keep_an_alert_each() -> None:
    desk = Desk()
    desk.say({4: 0.85, 5: 0.15}, HANDGUN_ALARM)
    desk.say({4: 0.15, 5: 0.85}, HANDGUN_ALARM)
    for _ in range(5):
        desk.say({4: 0.85, 5: 0.15}, HANDGUN_ALARM)
        desk.say({4: 0.15, 5: 0.85}, HANDGUN_ALARM)
    assert {alert.alert_id for alert in desk.told} == {1, 2}
    assert all(alert.closed_because is None for alert in desk.told)


def test_the_label_moves_with_a_possible_exchange() -> None:
    desk = Desk()
    opened = desk.say({4: 0.9, 5: 0.1}, HANDGUN_ALARM, clock_ns=1)
    assert opened is not None
    desk.alerts.exchange(4, 9, 0.3)
    # Nothing is told as long as the same person leads.
    assert desk.review(2) is None
    desk.alerts.exchange(4, 9, 0.5)
    desk.alerts.exchange(4, 7, 0.5)
    told = desk.review(3)
    assert told is not None
    assert (told.alert_id, told.state) == (1, AlertState.UPDATED)
    assert told.leading_track_id == 9
    chances = {one.track_id: one.probability for one in told.candidates}
    assert chances == pytest.approx({9: 0.45, 4: 0.225, 7: 0.225, 5: 0.1}, abs=0.02)
    assert told.probability == pytest.approx(opened.probability)
    assert told.evidence == opened.evidence


def test_an_exchange_of_others_changes_no_alert() -> None:
    desk = Desk()
    desk.say({4: 1.0}, HANDGUN_ALARM, clock_ns=1)
    desk.alerts.exchange(7, 8, 0.5)
    again = desk.say({4: 1.0}, HANDGUN_ALARM, clock_ns=2)
    assert again is not None
    assert [one.track_id for one in again.candidates] == [4]


def test_a_withdrawn_suspect_is_known_after_an_exchange() -> None:
    desk = cleared()
    desk.review(10 + DWELL_NS)
    desk.alerts.exchange(4, 9, 0.5)
    assert desk.say({9: 1.0}, HANDGUN_ALARM, clock_ns=20 + DWELL_NS) is None
    opened = desk.review(10 + 2 * DWELL_NS)
    assert opened is not None
    assert opened.leading_track_id == 9


said = st.sampled_from([HANDGUN_ALARM, CLEAR, NOT_EXAMINED, POSITION_ONLY])
pauses_s = st.floats(0.0, 1.5 * DECISION.withdrawal_dwell_s)
TICK_NS = nanoseconds(0.2)


def lives_of(alerts: list[Alert]) -> dict[int, list[Alert]]:
    lives: dict[int, list[Alert]] = {}
    for alert in alerts:
        lives.setdefault(alert.alert_id, []).append(alert)
    return lives


def wait(desk: Desk, from_ns: int, to_ns: int) -> None:
    """Review as often as the engine reports, and at the end."""
    for clock_ns in (*range(from_ns, to_ns, TICK_NS), to_ns):
        desk.review(clock_ns)


@given(st.lists(st.tuples(st.integers(1, 3), said, pauses_s), max_size=25))
def test_no_alert_flickers(readings: list[tuple[int, Evidence, float]]) -> None:
    desk = Desk()
    clock_ns = 0
    for track_id, known, pause_s in readings:
        desk.say({track_id: 0.95}, known, clock_ns)
        wait(desk, clock_ns, clock_ns + nanoseconds(pause_s))
        clock_ns += nanoseconds(pause_s)
    wait(desk, clock_ns, clock_ns + 3 * DWELL_NS)
    by_suspect: dict[int | None, list[list[Alert]]] = {}
    for life in lives_of(desk.told).values():
        by_suspect.setdefault(life[0].leading_track_id, []).append(life)
    for suspect, lives in by_suspect.items():
        assert suspect in {1, 2, 3}
        for before, after in itertools.pairwise(lives):
            closed = before[-1]
            assert closed.closed_because is Closing.WITHDRAWN
            assert closed.time_ns - closed.opened_ns >= DWELL_NS
            assert after[0].opened_ns - closed.time_ns >= DWELL_NS
    # Each is of one track: opened, told once per reading, closed.
    assert len(desk.told) <= len(readings) + 2 * len(lives_of(desk.told))


shares_of_four = st.dictionaries(st.integers(1, 4), st.floats(0.01, 1.0), max_size=4)


@given(st.lists(st.tuples(shares_of_four, st.floats(0.01, 1.0), said, pauses_s), max_size=20))
def test_every_alert_opens_once_and_closes_at_most_once(
    readings: list[tuple[dict[int, float], float, Evidence, float]],
) -> None:
    desk = Desk()
    clock_ns = 0
    for weights, none, known, pause_s in readings:
        total = none + sum(weights.values())
        count = len(desk.told)
        desk.say({track: weight / total for track, weight in weights.items()}, known, clock_ns)
        changed = [alert.alert_id for alert in desk.told[count:]]
        assert len(changed) == len(set(changed))
        wait(desk, clock_ns, clock_ns + nanoseconds(pause_s))
        clock_ns += nanoseconds(pause_s)
    open_ids: set[int] = set()
    for alert in desk.told:
        if alert.state is AlertState.OPEN:
            assert alert.alert_id not in open_ids
            assert alert.probability >= DECISION.alert_threshold * (1.0 - 1e-9)
            open_ids.add(alert.alert_id)
        assert alert.alert_id in open_ids
        assert len(set(alert.evidence)) == len(alert.evidence)
        if alert.state is AlertState.CLOSED:
            open_ids.remove(alert.alert_id)
            if alert.closed_because is Closing.MERGED:
                assert alert.merged_into in open_ids
                assert alert.merged_into < alert.alert_id
            else:
                assert alert.time_ns - alert.opened_ns >= DWELL_NS
    for life in lives_of(desk.told).values():
        assert [alert.state for alert in life].count(AlertState.OPEN) == 1
        assert [alert.time_ns for alert in life] == sorted(alert.time_ns for alert in life)
