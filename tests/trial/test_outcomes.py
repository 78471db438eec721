from collections.abc import Sequence
from pathlib import Path

import pytest

from clearway.trial.outcomes import Cause, Outcome, Outcomes, Passage, judge
from tests.support.run_tables import DrawnRun, at

CARRIER, OTHER = 1, 2
ALARM_S, ALERT_S = 10.0, 10.7
DEADLINE_S = 10.0


@pytest.fixture
def run(tmp_path: Path) -> DrawnRun:
    """A carrier whose handgun a sensor alarms at, somebody else, and a track of each."""
    drawn = DrawnRun(tmp_path)
    drawn.person(CARRIER, "handgun")
    drawn.person(OTHER)
    drawn.reading(ALARM_S, CARRIER, 1, carries="handgun")
    return drawn


def outcomes(run: DrawnRun) -> Outcomes:
    return judge(run.write(), DEADLINE_S)


def passage(run: DrawnRun) -> Passage:
    (only,) = outcomes(run).passages
    return only


def tracked(run: DrawnRun) -> None:
    run.track(11, CARRIER)
    run.track(12, OTHER)


def test_the_right_person(run: DrawnRun) -> None:
    tracked(run)
    run.alert(ALERT_S, [11], [1])
    found = passage(run)
    assert (found.at_alarm, found.later) == (Outcome.RIGHT, Outcome.RIGHT)
    assert found.latency_s == pytest.approx(0.7)
    assert (found.candidates, found.candidates_hold_carrier) == (1, True)
    assert (found.person_id, found.carries) == (CARRIER, "handgun")
    assert found.examined
    assert found.raised_alarm


def test_the_wrong_person_with_the_carrier_among_the_candidates(run: DrawnRun) -> None:
    tracked(run)
    run.alert(ALERT_S, [12, 11], [1])
    found = passage(run)
    assert (found.at_alarm, found.later) == (Outcome.WRONG, Outcome.WRONG)
    assert (found.candidates, found.candidates_hold_carrier) == (2, True)


def test_the_wrong_person_without_the_carrier(run: DrawnRun) -> None:
    tracked(run)
    run.alert(ALERT_S, [12], [1])
    found = passage(run)
    assert found.at_alarm is Outcome.WRONG
    assert not found.candidates_hold_carrier


def test_nobody_named(run: DrawnRun) -> None:
    run.alert(ALERT_S, [], [1])
    found = passage(run)
    assert (found.at_alarm, found.later) == (Outcome.UNTRACKED, Outcome.UNTRACKED)
    assert not found.candidates_hold_carrier


def test_a_track_of_nobody_is_the_wrong_person(run: DrawnRun) -> None:
    run.person(3)
    run.track(13, 4)
    run.alert(ALERT_S, [13], [1])
    assert passage(run).at_alarm is Outcome.WRONG


def test_no_alert(run: DrawnRun) -> None:
    tracked(run)
    found = passage(run)
    assert (found.at_alarm, found.later) == (Outcome.NO_ALERT, Outcome.NO_ALERT)
    assert found.latency_s is None
    assert found.candidates is None
    assert found.raised_alarm


def test_merged_into_another_persons_alert(run: DrawnRun) -> None:
    tracked(run)
    run.reading(ALARM_S - 2.0, OTHER, 2, harmless=True)
    run.alert(ALERT_S - 2.0, [12], [2])
    run.alert(ALERT_S, [11], [2, 1], state="updated")
    found = passage(run)
    assert (found.at_alarm, found.later) == (Outcome.MERGED, Outcome.MERGED)


@pytest.mark.parametrize(
    ("delay_s", "expected"), [(9.9, Outcome.RIGHT), (10.0, Outcome.RIGHT), (10.1, Outcome.LATE)]
)
def test_the_deadline(run: DrawnRun, delay_s: float, expected: Outcome) -> None:
    tracked(run)
    run.alert(ALARM_S + delay_s, [11], [1])
    assert passage(run).at_alarm is expected


def test_a_carrier_who_raises_no_alarm_is_not_judged(tmp_path: Path) -> None:
    run = DrawnRun(tmp_path)
    run.person(CARRIER, "handgun")
    run.reading(ALARM_S, CARRIER, 1, carries="handgun", declared=())
    found = passage(run)
    assert (found.at_alarm, found.later, found.raised_alarm) == (None, None, False)
    assert found.examined


def test_a_carrier_with_a_poor_image_was_not_examined(tmp_path: Path) -> None:
    run = DrawnRun(tmp_path)
    run.person(CARRIER, "handgun")
    run.reading(ALARM_S, CARRIER, 1, carries="handgun", declared=(), examined=0.0)
    found = outcomes(run)
    assert not found.passages[0].examined
    assert (found.examined_people, found.passing_people) == (0, 1)


def test_a_reading_that_was_refused_examined_nobody(tmp_path: Path) -> None:
    run = DrawnRun(tmp_path)
    run.person(CARRIER, "handgun")
    run.reading(ALARM_S, CARRIER, 1, carries="handgun", refused="forgotten")
    found = outcomes(run)
    assert not found.passages[0].examined
    assert found.passages[0].at_alarm is Outcome.NO_ALERT
    assert (found.examined_people, found.passing_people) == (0, 1)


@pytest.mark.parametrize(
    ("sequences", "delay_s", "found"),
    [([1], 0.7, True), ([2, 1], 0.7, False), ([1], 10.1, False)],
    ids=["own", "merged", "late"],
)
def test_who_is_found(run: DrawnRun, sequences: list[int], delay_s: float, found: bool) -> None:
    tracked(run)
    run.reading(ALARM_S - 2.0, OTHER, 2)
    if len(sequences) > 1:
        run.alert(ALERT_S - 2.0, [12], [2])
    run.alert(ALARM_S + delay_s, [12, 11], sequences, state="updated")
    judged = passage(run)
    assert judged.candidates_hold_carrier
    assert judged.found == found


def test_the_first_alert_counts_where_a_second_sensor_led_to_it(run: DrawnRun) -> None:
    tracked(run)
    run.reading(ALARM_S + 6.0, CARRIER, 2, carries="handgun")
    run.alert(ALERT_S + 6.0, [11], [2])
    found = passage(run)
    assert found.at_alarm is Outcome.RIGHT
    # The wait is the carrier's: it starts at the first sensor.
    assert found.latency_s == pytest.approx(6.7)


def test_a_carrier_too_near_the_end_is_not_judged(tmp_path: Path) -> None:
    run = DrawnRun(tmp_path, duration_s=ALARM_S + DEADLINE_S - 0.2)
    run.person(CARRIER, "handgun")
    run.reading(ALARM_S, CARRIER, 1, carries="handgun")
    found = outcomes(run)
    assert found.passages == ()
    assert found.unfinished == 1


def swapped(run: DrawnRun, swap_s: float, until_s: float = 1e9) -> None:
    """Two tracks that exchange their people."""
    run.track(11, [(0.0, swap_s, CARRIER), (swap_s, until_s, OTHER)])
    run.track(12, [(0.0, swap_s, OTHER), (swap_s, until_s, CARRIER)])


@pytest.mark.parametrize(
    ("after_s", "later"), [(3.0, Outcome.WRONG), (4.9, Outcome.WRONG), (5.5, Outcome.RIGHT)]
)
def test_tracks_that_swap_after_the_alarm(run: DrawnRun, after_s: float, later: Outcome) -> None:
    swapped(run, ALERT_S + after_s)
    run.alert(ALERT_S, [11], [1])
    found = passage(run)
    assert (found.at_alarm, found.later) == (Outcome.RIGHT, later)


def test_an_alert_that_is_corrected_in_time_is_right_later(run: DrawnRun) -> None:
    tracked(run)
    run.reading(ALARM_S + 2.0, CARRIER, 2, carries="handgun")
    run.alert(ALERT_S, [12], [1])
    run.alert(ALERT_S + 2.0, [11], [1, 2], state="updated")
    found = passage(run)
    assert (found.at_alarm, found.later) == (Outcome.WRONG, Outcome.RIGHT)


def test_a_track_that_ends_is_the_wrong_person_later(run: DrawnRun) -> None:
    run.track(11, [(0.0, ALERT_S + 2.0, CARRIER)])
    run.alert(ALERT_S, [11], [1])
    assert passage(run).later is Outcome.WRONG


def test_a_carrier_who_leaves_sooner_is_judged_at_the_last_moment(tmp_path: Path) -> None:
    left_s = ALERT_S + 2.0
    run = DrawnRun(tmp_path)
    run.person(CARRIER, "handgun", until_s=left_s)
    run.person(OTHER)
    run.reading(ALARM_S, CARRIER, 1, carries="handgun")
    run.track(11, [(0.0, left_s, CARRIER), (left_s, 1e9, OTHER)])
    run.alert(ALERT_S, [11], [1])
    found = passage(run)
    assert (found.at_alarm, found.later) == (Outcome.RIGHT, Outcome.RIGHT)


def test_a_track_between_two_people_belongs_to_one_of_them(tmp_path: Path) -> None:
    run = DrawnRun(tmp_path)
    run.person(CARRIER, "handgun", place_m=(6.4, 0.0))
    run.person(OTHER, place_m=(5.8, 0.0))
    run.reading(ALARM_S, CARRIER, 1, carries="handgun")
    run.track(11, 2)
    run.alert(ALERT_S, [11], [1])
    assert passage(run).at_alarm is Outcome.WRONG


@pytest.mark.parametrize(
    ("person", "carries", "harmless", "cause"),
    [
        (CARRIER, "handgun", False, Cause.CARRIER),
        (CARRIER, "long_gun_explosive", False, Cause.CARRIER),
        (OTHER, "harmless_object", True, Cause.NUISANCE),
        (OTHER, "none", True, Cause.NUISANCE),
        (OTHER, "none", False, Cause.FALSE),
        (-1, "nobody", False, Cause.FALSE),
    ],
    ids=["handgun", "both", "look-alike", "innocent trace", "nothing", "ghost"],
)
def test_what_opened_an_alert(
    tmp_path: Path, person: int, carries: str, harmless: bool, cause: Cause
) -> None:
    run = DrawnRun(tmp_path)
    run.person(CARRIER)
    run.person(OTHER)
    run.reading(ALARM_S, person, 1, carries=carries, harmless=harmless)
    run.alert(ALERT_S, [], [1])
    (alert,) = outcomes(run).alerts
    assert alert.cause is cause
    assert (alert.opened_ns, alert.probability) == (at(ALERT_S), 0.75)
    assert not alert.names_somebody


def test_an_alert_is_counted_once_by_what_opened_it(run: DrawnRun) -> None:
    tracked(run)
    run.reading(ALARM_S + 2.0, OTHER, 2, harmless=True)
    run.alert(ALERT_S, [11], [1])
    run.alert(ALERT_S + 2.0, [12], [1, 2], state="updated")
    run.alert(ALERT_S + 9.0, [12], [1, 2], state="closed")
    (alert,) = outcomes(run).alerts
    assert alert.cause is Cause.CARRIER


@pytest.mark.parametrize(("candidates", "carries"), [([11], True), ([12, 11], False), ([], False)])
def test_whom_a_guard_would_stop(run: DrawnRun, candidates: Sequence[int], carries: bool) -> None:
    tracked(run)
    run.alert(ALERT_S, candidates, [1])
    (alert,) = outcomes(run).alerts
    assert alert.leader_carries == carries
    assert alert.names_somebody == bool(candidates)


def test_a_carrier_whom_no_sensor_has_seen_yet_is_no_innocent(tmp_path: Path) -> None:
    run = DrawnRun(tmp_path)
    run.person(CARRIER, "explosive")
    run.person(OTHER)
    run.track(11, CARRIER)
    run.reading(ALARM_S, OTHER, 1, harmless=True)
    run.alert(ALERT_S, [11], [1])
    (alert,) = outcomes(run).alerts
    assert alert.cause is Cause.NUISANCE
    assert alert.leader_carries


def test_a_run_in_which_nothing_happened(tmp_path: Path) -> None:
    assert outcomes(DrawnRun(tmp_path)) == Outcomes((), 0, (), 0, 0)
