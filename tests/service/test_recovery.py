"""A service that was stopped goes on where it was, or says that it cannot."""

from __future__ import annotations

import shutil
import time
from dataclasses import replace
from pathlib import Path

import pytest

from clearway.domain import nanoseconds
from clearway.recording import Fact, LogReader
from clearway.sapient.bindings import Alert, SapientMessage
from clearway.service.checkpoint import load_checkpoint
from clearway.service.recovery import CHECKPOINT_FILE, recover
from clearway.service.replay import RESUMED, replay_log
from clearway.site.schema import Site
from tests.service.feeding import (
    PAIR,
    PATIENT,
    START_NS,
    Input,
    Running,
    alarm,
    alerts_of,
    feed,
    messages,
    walk,
    with_ticks,
)
from tests.support.streams import seen_by_camera

CRASH_NS = START_NS + nanoseconds(5.0)
END_S = 16.0
DEADLINE_S = 0.5
"""Shorter than anybody is followed here."""


def up_to(inputs: list[Input], time_ns: int) -> list[Input]:
    return [one for one in inputs if one[0] <= time_ns]


def after(inputs: list[Input], time_ns: int) -> list[Input]:
    return [one for one in inputs if one[0] > time_ns]


@pytest.fixture(scope="module")
def undisturbed(station: Site, tmp_path_factory: pytest.TempPathFactory) -> Running:
    """One run without a stop."""
    running = Running(station, tmp_path_factory.mktemp("undisturbed"))
    running.feed(walk(station, END_S))
    running.stop()
    return running


@pytest.fixture
def crashed(station: Site, tmp_path: Path) -> Running:
    """A run that ended without a word after a checkpoint and an alert."""
    running = Running(station, tmp_path)
    running.feed(up_to(walk(station, END_S), CRASH_NS))
    assert (tmp_path / CHECKPOINT_FILE).exists()
    assert len(running.alerts()) == 1
    running.crash()
    return running


def restarted(crashed: Running, gap_s: float = 0.001) -> Running:
    return Running(crashed.site, crashed.folder, crashed.now_ns + nanoseconds(gap_s))


def ids(messages: list[SapientMessage]) -> set[str]:
    return {message.detection_report.object_id for message in messages}


def stored(running: Running) -> list[SapientMessage]:
    return [message for message in running.alerts() if message.alert.alert_id]


def test_people_and_alerts_keep_their_ids(crashed: Running, undisturbed: Running) -> None:
    second = restarted(crashed)
    second.feed(after(walk(crashed.site, END_S), CRASH_NS))
    second.stop()
    assert ids(crashed.people()) == ids(second.people()) == ids(undisturbed.people())
    told_again, *later = second.alerts()
    assert told_again.alert.alert_id == crashed.alerts()[0].alert.alert_id
    # The rest, to the last digit, is what would have been told without the crash.
    assert [*crashed.alerts(), *later] == undisturbed.alerts()
    assert [*crashed.people(), *second.people()] == undisturbed.people()


def test_the_log_is_taken_again_from_the_checkpoint_on(crashed: Running) -> None:
    last = load_checkpoint(crashed.folder / CHECKPOINT_FILE, crashed.site)
    assert last is not None
    second = restarted(crashed)
    (notice,) = [one for one in second.notices if "resumed" in one]
    replayed = int(notice.split()[5])
    assert 0 < replayed == len(after(up_to(walk(crashed.site, END_S), CRASH_NS), last.time_ns))
    second.stop()
    facts = [one for one in LogReader(crashed.folder) if isinstance(one, Fact)]
    assert [one.details["replayed"] for one in facts if one.kind == RESUMED] == [replayed]


def test_the_log_of_both_runs_replays_to_what_was_live(crashed: Running) -> None:
    second = restarted(crashed)
    second.feed(after(walk(crashed.site, END_S), CRASH_NS))
    second.stop()
    result = replay_log(crashed.folder)
    assert result.same_as_live
    assert len(result.alerts) == 2
    assert result.flaws == []


def test_an_ordered_stop_resumes_without_the_log(station: Site, tmp_path: Path) -> None:
    first = Running(station, tmp_path)
    first.feed(up_to(walk(station, END_S), CRASH_NS))
    first.stop()
    second = restarted(first)
    assert any("resumed the last run with 0 records" in one for one in second.notices)
    second.stop()


def test_a_log_in_many_pieces(station: Site, tmp_path: Path, undisturbed: Running) -> None:
    small = replace(PATIENT, segment_bytes=10_000, flush_ns=nanoseconds(0.1))
    first = Running(station, tmp_path, settings=small)
    first.feed(up_to(walk(station, END_S), CRASH_NS))
    first.crash()
    assert len(LogReader(tmp_path).paths) > 3
    second = restarted(first)
    second.feed(after(walk(station, END_S), CRASH_NS))
    second.stop()
    assert [*first.people(), *second.people()] == undisturbed.people()


def test_three_crashes_in_a_row(station: Site, tmp_path: Path, undisturbed: Running) -> None:
    inputs = walk(station, END_S)
    people: list[SapientMessage] = []
    begin_ns = START_NS
    for end_s in (4.0, 4.5, 5.0, END_S):
        end_ns = START_NS + nanoseconds(end_s)
        running = Running(station, tmp_path, begin_ns)
        running.feed([one for one in inputs if begin_ns <= one[0] <= end_ns])
        running.crash()
        people += running.people()
        begin_ns = end_ns + 1
    assert people == undisturbed.people()
    assert replay_log(tmp_path).same_as_live


def test_an_alert_that_the_store_has_not_seen_is_kept(crashed: Running, station: Site) -> None:
    # The crash came between the log and the store.
    for path in crashed.folder.glob("alerts.sqlite*"):
        path.unlink()
    second = restarted(crashed)
    (alert,) = second.store.open_alerts()
    assert alert.message == crashed.alerts()[0]
    assert [one.alert.alert_id for one in second.alerts()] == [alert.alert_id]
    second.stop()


@pytest.mark.parametrize(
    "alarm_s", [4.3, 4.0], ids=["the reading is lost", "the reading is in the log"]
)
def test_an_alert_that_was_told_before_it_was_logged_stays_with_its_people(
    station: Site, tmp_path: Path, alarm_s: float
) -> None:
    decision = station.decision.model_copy(update={"deadline_s": DEADLINE_S})
    site = station.model_copy(update={"decision": decision})
    seen = [*seen_by_camera(PAIR, "camera-2"), alarm(time_s=alarm_s)]
    inputs = with_ticks(messages(site, seen), END_S)
    first = Running(site, tmp_path / "first")
    while not first.alerts():
        time_ns, message = inputs.pop(0)
        first.feed([(time_ns, message)])
        # With each tick the log's thread is given what there is.
        while message is None and first.log.status.waiting_bytes:
            time.sleep(0.001)
    # What a killed process leaves: the last 0.8 s of the log are not on the disk.
    left = shutil.copytree(first.folder, tmp_path / "left")
    first.crash()
    second = Running(site, left, first.now_ns + nanoseconds(0.5))
    assert any("resumed" in one for one in second.notices)
    assert any("is still open" in one for one in second.notices)
    second.feed(after(inputs, second.now_ns))
    second.stop()
    again, *more, cleared = second.alerts()
    assert again.alert == first.alerts()[0].alert
    assert {one.alert.alert_id for one in second.alerts()} == {again.alert.alert_id}
    assert {one.alert.status for one in more} <= {Alert.ALERT_STATUS_ACTIVE}
    assert cleared.alert.status == Alert.ALERT_STATUS_CLEAR
    about = {one.object_id for one in again.alert.associated_detection}
    present_ns = [
        one.timestamp.ToNanoseconds()
        for one in second.people()
        if one.detection_report.object_id in about and not one.detection_report.state
    ]
    last_ns, deadline_ns = max(present_ns), nanoseconds(DEADLINE_S)
    assert last_ns > again.timestamp.ToNanoseconds() + deadline_ns
    assert cleared.timestamp.ToNanoseconds() > last_ns


def test_after_a_long_stop_nobody_is_taken_for_somebody_else(crashed: Running) -> None:
    second = restarted(crashed, gap_s=61.0)
    assert not any("resumed" in one for one in second.notices)
    second.feed(walk(crashed.site, END_S, second.now_ns + 1))
    second.stop()
    assert ids(second.people()).isdisjoint(ids(crashed.people()))
    first_id, second_id = (
        {one.alert.alert_id for one in running.alerts()} for running in (crashed, second)
    )
    assert first_id < second_id
    assert len(second_id) == 2


def test_an_orphan_is_told_again_and_cleared_after_the_deadline(crashed: Running) -> None:
    second = restarted(crashed, gap_s=61.0)
    (before,) = crashed.alerts()
    (again,) = second.alerts()
    assert again.alert == before.alert
    # As of now: a receiver would refuse what is a minute old.
    assert again.timestamp.ToNanoseconds() == second.now_ns
    assert any("is still open" in one for one in second.notices)
    seen_ns = second.now_ns + nanoseconds(3.0)
    second.feed([(seen_ns, from_camera(crashed.site, seen_ns))])
    deadline_ns = seen_ns + nanoseconds(crashed.site.decision.deadline_s)
    second.feed([(deadline_ns - 1, None)])
    assert len(second.alerts()) == 1
    second.feed([(deadline_ns, None), (deadline_ns + nanoseconds(1.0), None)])
    _, cleared = second.alerts()
    assert cleared.alert.alert_id == before.alert.alert_id
    assert cleared.alert.status == Alert.ALERT_STATUS_CLEAR
    assert "restarted" in cleared.alert.description
    assert second.store.open_alerts() == []
    second.stop()


def from_camera(site: Site, time_ns: int) -> SapientMessage:
    """The first thing that a camera says after a restart."""
    ((_, message),) = messages(site, seen_by_camera(PAIR, "camera-2")[:1], time_ns)
    assert message is not None
    return message


def test_as_long_as_no_camera_reports_an_orphan_stays_for_a_minute(crashed: Running) -> None:
    second = restarted(crashed, gap_s=61.0)
    end_ns = second.now_ns + nanoseconds(60.0)
    second.feed([(end_ns - 1, None)])
    assert len(second.alerts()) == 1
    second.feed([(end_ns, None)])
    assert second.alerts()[-1].alert.status == Alert.ALERT_STATUS_CLEAR
    second.stop()


def test_the_end_of_an_orphan_is_no_difference_of_a_replay(crashed: Running) -> None:
    second = restarted(crashed, gap_s=61.0)
    second.feed([(second.now_ns + nanoseconds(61.0), None)])
    second.stop()
    assert len(second.alerts()) == 2
    result = replay_log(crashed.folder)
    assert result.orphans == 1
    assert result.same_as_live
    assert result.alerts == crashed.alerts()


@pytest.mark.parametrize("lost", ["checkpoint", "log", "both"])
def test_without_checkpoint_or_log_it_starts_afresh(crashed: Running, lost: str) -> None:
    if lost != "log":
        (crashed.folder / CHECKPOINT_FILE).unlink()
    if lost != "checkpoint":
        for path in crashed.folder.glob("*.mcap"):
            path.write_bytes(b"no log")
    recovered = recover(crashed.site, crashed.folder, (second := restarted(crashed)).store, 0)
    assert not recovered.resumed
    (again,) = second.alerts()
    assert again.alert == crashed.alerts()[0].alert
    assert f"alert {again.alert.alert_id} of the last run is still open" in second.notices
    second.stop()


def test_half_a_record_at_the_end_costs_no_more_than_that(crashed: Running) -> None:
    (path,) = crashed.folder.glob("*.mcap")
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) * 9 // 10])
    second = restarted(crashed)
    assert any("resumed" in one for one in second.notices)
    second.feed(after(walk(crashed.site, END_S), CRASH_NS))
    second.stop()
    assert ids(second.people()) == ids(crashed.people())


def test_a_fresh_start_has_nothing_to_tell(station: Site, tmp_path: Path) -> None:
    running = Running(station, tmp_path)
    assert running.told == running.notices == []
    running.stop()


def test_a_node_that_was_recovered_goes_on_like_the_one_that_was_lost(crashed: Running) -> None:
    second = restarted(crashed)
    recovered = recover(crashed.site, crashed.folder, second.store, CRASH_NS).node
    later = after(walk(crashed.site, END_S), CRASH_NS)
    found = alerts_of(feed(recovered, later))
    assert [alert_id for alert_id, _, _ in found] == [crashed.alerts()[0].alert.alert_id]
    second.stop()
