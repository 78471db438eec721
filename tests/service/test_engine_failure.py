"""A defect of the engine costs the people who are followed, and neither service nor sensor."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from clearway.domain import nanoseconds
from clearway.recording import Fact, LogReader
from clearway.sapient.bindings import Alert, SapientMessage
from clearway.service.checkpoint import load_checkpoint
from clearway.service.fusion_node import FusionNode
from clearway.service.guarded_node import Failures
from clearway.service.outputs import Output
from clearway.service.recovery import CHECKPOINT_FILE
from clearway.service.replay import ENGINE_RESTARTED, replay_log
from clearway.site.schema import Site
from tests.service.feeding import START_NS, Input, Running, walk

END_S = 16.0
FAILS_S = 4.0


def seconds_in(time_s: float) -> int:
    return START_NS + nanoseconds(time_s)


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> set[int]:
    """Times of inputs at which any node fails half-way."""
    times: set[int] = set()
    receive, tick = FusionNode.receive, FusionNode.tick

    def spoil(node: FusionNode, time_ns: int) -> None:
        if time_ns in times:
            node._people.clear()
            del node._engine
            raise KeyError(f"nobody at {time_ns}")

    def receiving(node: FusionNode, message: SapientMessage, time_ns: int) -> list[Output]:
        spoil(node, time_ns)
        return receive(node, message, time_ns)

    def ticking(node: FusionNode, time_ns: int) -> list[Output]:
        spoil(node, time_ns)
        return tick(node, time_ns)

    monkeypatch.setattr(FusionNode, "receive", receiving)
    monkeypatch.setattr(FusionNode, "tick", ticking)
    return times


def first_from(inputs: list[Input], time_s: float, kind: str) -> int:
    """When the first message or tick comes from a time on."""
    return next(
        time_ns
        for time_ns, message in inputs
        if time_ns >= seconds_in(time_s) and (message is None) == (kind == "tick")
    )


@pytest.fixture(params=["message", "tick"])
def failed(
    request: pytest.FixtureRequest, failing: set[int], station: Site, tmp_path: Path
) -> Running:
    """A run whose engine failed while an alert was open."""
    running = Running(station, tmp_path)
    inputs = walk(station, END_S)
    failing.add(first_from(inputs, FAILS_S, request.param))
    running.feed(inputs)
    return running


def facts(folder: Path) -> list[Fact]:
    return [one for one in LogReader(folder) if isinstance(one, Fact)]


def ids(messages: list[SapientMessage]) -> set[str]:
    return {message.detection_report.object_id for message in messages}


def test_people_are_followed_afresh_and_the_alert_ends_after_the_deadline(
    failed: Running, failing: set[int], station: Site
) -> None:
    (failed_ns,) = failing
    before = [one for one in failed.people() if one.timestamp.ToNanoseconds() < failed_ns - 10**9]
    after = [one for one in failed.people() if one.timestamp.ToNanoseconds() > failed_ns]
    assert len(ids(before)) == len(ids(after)) == 2
    assert ids(before).isdisjoint(ids(after))
    opened, cleared = failed.alerts()
    assert opened.timestamp.ToNanoseconds() < failed_ns
    assert cleared.alert.alert_id == opened.alert.alert_id
    assert cleared.alert.status == Alert.ALERT_STATUS_CLEAR
    assert "engine was restarted" in cleared.alert.description
    late_ns = cleared.timestamp.ToNanoseconds() - failed_ns
    deadline_ns = nanoseconds(station.decision.deadline_s)
    assert deadline_ns <= late_ns < deadline_ns + nanoseconds(0.1)
    assert failed.store.open_alerts() == []
    failed.stop()


def test_it_is_told_once_and_is_in_the_log(failed: Running, failing: set[int]) -> None:
    failed.stop()
    (notice,) = [one for one in failed.notices if one.startswith("engine: ")]
    assert "failed and starts afresh (KeyError: 'nobody at" in notice
    (fact,) = facts(failed.folder)
    assert fact.kind == ENGINE_RESTARTED
    assert {fact.at_ns} == failing
    assert str(fact.details["why"]).startswith("KeyError")


def test_the_traceback_is_logged(
    station: Site, tmp_path: Path, failing: set[int], caplog: pytest.LogCaptureFixture
) -> None:
    running = Running(station, tmp_path)
    failing.add(seconds_in(1.0))
    with caplog.at_level(logging.ERROR):
        running.feed([(seconds_in(1.0), None)])
    (record,) = [one for one in caplog.records if one.name.startswith("clearway.service")]
    assert record.exc_info is not None
    assert record.exc_info[0] is KeyError
    running.stop()


@pytest.mark.parametrize("mended", [False, True], ids=["the same engine", "one without the defect"])
def test_its_log_replays_to_the_same_alerts(
    failed: Running, failing: set[int], mended: bool
) -> None:
    failed.stop()
    if mended:
        failing.clear()
    result = replay_log(failed.folder)
    assert result.same_as_live
    assert (len(result.alerts), result.orphans, result.failures) == (1, 1, 1)
    assert result.messages == failed.service.counts["accepted"]
    assert result.flaws == []


def test_a_new_alert_after_it_replays_too(station: Site, tmp_path: Path, failing: set[int]) -> None:
    running = Running(station, tmp_path)
    failing.add(seconds_in(1.5))
    inputs = [*walk(station, END_S), (seconds_in(1.5), None)]
    running.feed(sorted(inputs, key=lambda one: one[0]))
    running.stop()
    assert len(running.alerts()) == 2
    result = replay_log(tmp_path)
    assert result.same_as_live
    assert result.alerts == running.alerts()


def test_no_checkpoint_of_the_failed_node_is_written(
    station: Site, tmp_path: Path, failing: set[int]
) -> None:
    running = Running(station, tmp_path)
    inputs = walk(station, END_S)
    failing.add(first_from(inputs, 2.0, "tick"))  # between taking it and writing it
    running.feed([one for one in inputs if one[0] < seconds_in(10.0)])
    assert not (tmp_path / CHECKPOINT_FILE).exists()
    running.stop()
    loaded = load_checkpoint(tmp_path / CHECKPOINT_FILE, station)
    assert loaded is not None
    assert loaded.node.tick(running.now_ns + 1) == []


@pytest.mark.parametrize("mended", [False, True], ids=["the same engine", "one without the defect"])
def test_a_restart_goes_on_behind_the_failure(
    station: Site, tmp_path: Path, failing: set[int], mended: bool
) -> None:
    inputs = walk(station, END_S)
    failing.add(first_from(inputs, FAILS_S, "message"))
    undisturbed = Running(station, tmp_path / "undisturbed")
    undisturbed.feed(inputs)
    undisturbed.stop()
    first = Running(station, tmp_path / "crashed")
    first.feed([one for one in inputs if one[0] <= seconds_in(5.0)])
    assert (first.folder / CHECKPOINT_FILE).exists()
    first.crash()
    if mended:
        failing.clear()
    second = Running(station, first.folder, seconds_in(5.0) + 1)
    assert any("resumed" in one for one in second.notices)
    second.feed([one for one in inputs if one[0] > seconds_in(5.0)])
    second.stop()
    assert [*first.people(), *second.people()] == undisturbed.people()
    assert replay_log(first.folder).same_as_live


def test_an_engine_that_fails_at_the_log_of_the_last_run_does_not_stop_the_next(
    station: Site, tmp_path: Path, failing: set[int]
) -> None:
    inputs = [one for one in walk(station, END_S) if one[0] <= seconds_in(5.0)]
    first = Running(station, tmp_path)
    first.feed(inputs)
    first.crash()
    # As if the crash had come before anything was known of the failure.
    failing.add(inputs[-1][0])
    second = Running(station, tmp_path, seconds_in(5.001))
    assert not any("resumed" in one for one in second.notices)
    assert any("is still open" in one for one in second.notices)
    second.stop()


def test_one_that_fails_again_and_again_is_told_loudly_once(
    station: Site, tmp_path: Path, failing: set[int]
) -> None:
    running = Running(station, tmp_path)
    inputs = walk(station, END_S)
    failing.update(time_ns for time_ns, _ in inputs if seconds_in(3.0) < time_ns < seconds_in(4.0))
    assert len(failing) > 20
    running.feed(inputs)
    running.stop()
    loud = [one for one in running.notices if "AGAIN AND AGAIN" in one]
    assert len(loud) == 1
    assert len([one for one in running.notices if one.startswith("engine: ")]) <= 5
    assert len(facts(tmp_path)) == len(failing)
    assert any(one.timestamp.ToNanoseconds() > seconds_in(5.0) for one in running.people())
    # The alert is not kept open by every further failure.
    ended_ns = running.alerts()[-1].timestamp.ToNanoseconds()
    deadline_ns = nanoseconds(station.decision.deadline_s)
    assert ended_ns < seconds_in(3.2) + deadline_ns
    result = replay_log(tmp_path)
    assert result.same_as_live
    assert result.failures == len(failing)


@pytest.mark.parametrize(
    ("times_s", "news"),
    [
        ([0, 1, 2, 3], []),
        ([0, 1, 2, 3, 4, 5, 6], [4]),
        ([0, 20, 40, 60, 80, 100], []),
        ([0, 14, 28, 42, 56], [56]),
        ([0, 15, 30, 45, 60], []),
        ([0, 1, 2, 3, 4, 63, 64, 65, 66, 67], [4]),
        ([0, 1, 2, 3, 4, 64, 65, 66, 67, 68], [4, 68]),
    ],
)
def test_again_and_again_is_five_times_within_a_minute(times_s: list[int], news: list[int]) -> None:
    failures = Failures()
    assert [one for one in times_s if failures.one_more(nanoseconds(one))] == news
