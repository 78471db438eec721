"""The service at work, without sockets: what it keeps, tells and complains of."""

from __future__ import annotations

import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from clearway.domain import nanoseconds
from clearway.profile import sensor_registration, site_frame
from clearway.profile.wire import timestamp
from clearway.recording import Direction, Fact, LoggedMessage, LogReader, Tick
from clearway.sapient.bindings import Alert, AlertAck, SapientMessage
from clearway.sapient.location import Converter
from clearway.sapient.server import (
    AlertAnswered,
    MessageSent,
    NodeLost,
    NodeRegistered,
    TaskFinished,
)
from clearway.sapient.session.actions import Ending, TaskEnd
from clearway.service.alert_desk import Answer
from clearway.service.fusion_node import FusionNode
from clearway.service.recovery import CHECKPOINT_FILE
from clearway.service.replay import replay_log
from clearway.site.schema import Site
from tests.service.feeding import (
    START_NS,
    Input,
    Running,
    alarm,
    alerts_of,
    feed,
    messages,
    people_of,
    sensor_id_of,
    walk,
)
from tests.support.builders import crowd_of, detection, evidence, straight
from tests.support.streams import seen_by_camera

END_S = 16.0


@pytest.fixture
def running(station: Site, tmp_path: Path) -> Iterator[Running]:
    one = Running(station, tmp_path)
    yield one
    one.stop()


def facts(folder: Path) -> list[Fact]:
    return [one for one in LogReader(folder) if isinstance(one, Fact)]


def test_what_the_node_says_is_told_and_alerts_are_kept(station: Site, running: Running) -> None:
    running.feed(walk(station, END_S))
    outputs = [*feed(FusionNode(station), walk(station, END_S))]
    assert running.people() == people_of(outputs)
    expected = [message for _, _, message in alerts_of(outputs)]
    assert running.alerts() == expected
    assert [one.message for one in running.store.changes()] == expected
    assert len(expected) == 2
    assert running.service.counts == {
        "accepted": len([one for one in walk(station, END_S) if one[1] is not None]),
        "people reported": len(running.people()),
        "alerts told": 2,
    }


def test_an_alert_is_kept_before_it_is_told(station: Site, tmp_path: Path) -> None:
    running = Running(station, tmp_path)
    kept_by_then: list[int] = []

    def listener(message: SapientMessage) -> None:
        if message.HasField("alert"):
            kept_by_then.append(len([*running.store.changes()]))

    running.service.add_listener(listener)
    running.feed(walk(station, END_S))
    assert kept_by_then == [1, 2]
    running.stop()


def test_the_log_holds_all_inputs_and_alerts(station: Site, tmp_path: Path) -> None:
    running = Running(station, tmp_path)
    inputs = walk(station, END_S)
    running.feed(inputs)
    running.stop()
    records = [*LogReader(tmp_path)]
    received = [
        one for one in records if isinstance(one, LoggedMessage) and one.direction == "received"
    ]
    assert [(one.logged_ns, one.payload) for one in received] == [
        (time_ns, message.SerializeToString()) for time_ns, message in inputs if message is not None
    ]
    ticks = [one.clock_ns for one in records if isinstance(one, Tick)]
    assert ticks == [time_ns for time_ns, message in inputs if message is None]
    sent = [one for one in records if isinstance(one, LoggedMessage) and one not in received]
    assert {one.direction for one in sent} == {Direction.SENT}
    assert [SapientMessage.FromString(one.payload) for one in sent] == running.alerts()


def test_a_replay_equals_the_live_run(station: Site, tmp_path: Path) -> None:
    running = Running(station, tmp_path)
    running.feed(walk(station, END_S))
    running.stop()
    result = replay_log(tmp_path)
    assert result.same_as_live
    assert result.alerts == result.live_alerts == running.alerts()
    assert result.messages == len([one for one in walk(station, END_S) if one[1] is not None])
    assert (result.unused, result.flaws, result.orphans) == (0, [], 0)


def test_another_engine_is_noticed_by_a_replay(
    station: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = Running(station, tmp_path)
    running.feed(walk(station, END_S))
    running.stop()
    # As if the engine had changed since: it reports people at other times.
    whole = FusionNode.receive
    monkeypatch.setattr(
        FusionNode,
        "receive",
        lambda node, message, at_ns: whole(node, message, at_ns + nanoseconds(0.03)),
    )
    assert not replay_log(tmp_path).same_as_live


def test_who_comes_late_is_told_of_what_is_open(station: Site, running: Running) -> None:
    running.feed(walk(station, 4.0))
    late: list[SapientMessage] = []
    running.service.tell_open_alerts(late.append)
    (alert,) = late
    assert alert.alert == running.alerts()[-1].alert
    assert alert.timestamp.ToNanoseconds() == running.now_ns


def look(station: Site) -> list[Input]:
    """Somebody whom a curtain says to carry an explosive, in reach of a trace sensor."""
    crowd = crowd_of((0, straight((15.0, 3.0), (0.8, 0.0), 81)))
    explosive = evidence(dict.fromkeys(("explosive", "handgun_explosive"), 4.0))
    reading = replace(alarm(crowd), evidence=explosive)
    return messages(station, [*seen_by_camera(crowd, "camera-2"), reading])


def test_a_look_that_cannot_be_asked_for_is_told(station: Site, running: Running) -> None:
    running.reachable = False
    running.feed(look(station))
    assert [node_id for node_id, _ in running.sent][:1] == [sensor_id_of(station, "trace-1")]
    assert "trace-1: could not be asked for a look" in running.notices


def test_an_unusable_message_is_told_once_in_a_while(station: Site, running: Running) -> None:
    ((time_ns, message),) = messages(station, [detection(1.0, (6.0, 3.0))])
    assert message is not None
    message.detection_report.range_bearing.range = 4.0
    running.feed([(time_ns + number, message) for number in range(50)])
    assert running.service.counts["unused"] == 50
    (told,) = running.notices
    assert told.startswith("camera-1: detection_report.range_bearing: ")
    later_ns = time_ns + nanoseconds(10.1)
    message.timestamp.FromNanoseconds(later_ns)
    running.feed([(later_ns, None), (later_ns, message)])
    assert "(50 times)" in running.notices[-1]


def test_nodes_that_come_and_go_are_told_by_name(station: Site, tmp_path: Path) -> None:
    running = Running(station, tmp_path)
    camera = station.cameras[0]
    node_id = sensor_id_of(station, camera.id)
    registration = sensor_registration(camera, Converter(site_frame(station)))
    for event in (
        NodeRegistered(node_id, registration, b"", START_NS, False, ()),
        NodeLost(node_id, Ending.SILENT, START_NS),
        NodeRegistered(node_id, registration, b"", START_NS, True, ()),
    ):
        running.service.handle(event)
    running.stop()
    assert running.notices == [
        "camera-1 has registered",
        "camera-1 is gone (silent)",
        "camera-1 is back",
    ]
    found = facts(tmp_path)
    assert [one.kind for one in found] == ["node_registered", "node_lost", "node_registered"]
    assert {one.details["name"] for one in found} == {"camera-1"}
    assert found[1].details["why"] == "silent"


def test_a_registration_is_in_the_log_before_the_fact_and_changes_no_replay(
    station: Site, tmp_path: Path
) -> None:
    running = Running(station, tmp_path)
    node_id = sensor_id_of(station, "camera-1")
    message = SapientMessage(node_id=node_id, timestamp=timestamp(START_NS))
    message.registration.CopyFrom(
        sensor_registration(station.cameras[0], Converter(site_frame(station)))
    )
    payload = message.SerializeToString()
    for resumed in (False, True):
        used = b"" if resumed else payload
        running.service.handle(
            NodeRegistered(node_id, message.registration, used, START_NS, resumed, ())
        )
    inputs = walk(station, END_S)
    running.feed(inputs)
    running.stop()
    kept, first, second, *_ = [*LogReader(tmp_path)][1:]
    assert isinstance(kept, LoggedMessage)
    assert (kept.content, kept.direction, kept.payload) == (
        "registration",
        Direction.RECEIVED,
        payload,
    )
    assert (kept.node_id, kept.logged_ns, kept.content_ns) == (node_id, START_NS, START_NS)
    assert isinstance(first, Fact)
    assert isinstance(second, Fact)
    assert {first.kind, second.kind} == {"node_registered"}
    result = replay_log(tmp_path)
    assert result.same_as_live
    assert len(result.alerts) == 2
    sent = len([one for one in inputs if one[1] is not None])
    assert result.messages == running.service.counts["accepted"] == sent + 1


def test_a_node_that_registers_for_ever_is_told_once(station: Site, running: Running) -> None:
    camera = station.cameras[0]
    node_id = sensor_id_of(station, camera.id)
    registration = sensor_registration(camera, Converter(site_frame(station)))
    for number in range(500):
        running.service.handle(
            NodeRegistered(node_id, registration, b"", START_NS + number, False, ())
        )
    assert running.notices == ["camera-1 has registered", "camera-1: registers once more"]


def test_what_was_sent_and_answered_is_kept(station: Site, tmp_path: Path) -> None:
    running = Running(station, tmp_path)
    node_id = sensor_id_of(station, "camera-1")
    message = SapientMessage(node_id=running.service.node_id)
    message.registration_ack.acceptance = True
    peer = "192.0.2.7:40112"
    payload = message.SerializeToString()
    running.service.handle(MessageSent(peer, node_id, message, payload, START_NS))
    running.service.handle(MessageSent(peer, None, message, payload, START_NS))
    status = AlertAck.ALERT_ACK_STATUS_ACCEPTED
    running.service.handle(AlertAnswered(node_id, "an alert", status, (), START_NS))
    running.service.handle(TaskFinished(node_id, "a task", TaskEnd.COMPLETED, (), START_NS))
    running.stop()
    (sent,) = [one for one in LogReader(tmp_path) if isinstance(one, LoggedMessage)]
    assert (sent.node_id, sent.direction, sent.payload) == (node_id, Direction.SENT, payload)
    assert [one.details for one in facts(tmp_path)] == [{"alert": "an alert"}]
    assert running.service.counts["look completed"] == 1


def test_checkpoints_are_behind_the_log(station: Site, tmp_path: Path) -> None:
    running = Running(station, tmp_path)
    inputs = walk(station, END_S)
    path = tmp_path / CHECKPOINT_FILE
    running.feed([one for one in inputs if one[0] < START_NS + nanoseconds(2.9)])
    assert not path.exists()
    running.feed([one for one in inputs if START_NS + nanoseconds(2.9) <= one[0]])
    assert path.exists()
    running.stop()


def test_without_room_for_alerts_and_checkpoints_all_is_told(station: Site, tmp_path: Path) -> None:
    running = Running(station, tmp_path)
    running.store._database.execute("PRAGMA query_only = 1")
    (tmp_path / CHECKPOINT_FILE).mkdir()
    running.feed(walk(station, END_S))
    assert len(running.alerts()) == 2
    assert len(running.people()) > 50
    told = [one for one in running.notices if one.startswith("disk: ")]
    assert {
        name for name in ("alerts.sqlite", CHECKPOINT_FILE) for one in told if f"/{name}:" in one
    } == {
        "alerts.sqlite",
        CHECKPOINT_FILE,
    }
    running.stop()


def full_disk(folder: str) -> None:
    """In a process of its own: files can grow no further after half of the walk."""
    from clearway.site.reading import load_site
    from tests.service.feeding import STATION

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    site = load_site(STATION)
    running = Running(site, Path(folder))
    inputs = walk(site, END_S)
    half_ns = START_NS + nanoseconds(1.9)
    running.feed([one for one in inputs if one[0] < half_ns])
    segment = running.log.status.segment
    assert segment is not None
    size = segment.stat().st_size + 10_000
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    running.feed([one for one in inputs if one[0] >= half_ns])
    while not any("the log fails" in one for one in running.notices):
        running.feed([(running.now_ns + nanoseconds(0.05), None)])
    running.stop()
    sys.stdout.write(f"{len(running.people())} {len(running.alerts())}\n")
    sys.stdout.write("\n".join(running.notices) + "\n")


def test_on_a_full_disk_it_goes_on_and_says_so(
    station: Site, tmp_path: Path, running: Running
) -> None:
    folder = tmp_path / "full"
    program = "import sys; from tests.service.test_live import full_disk; full_disk(sys.argv[1])"
    done = subprocess.run(
        [sys.executable, "-c", program, str(folder)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    numbers, *notices = done.stdout.splitlines()
    running.feed(walk(station, END_S))
    assert numbers.split() == [str(len(running.people())), str(len(running.alerts()))]
    assert any("the log fails, the service goes on" in one for one in notices)
    assert any("File too large" in one for one in notices)


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (Answer.TAKEN, Alert.ALERT_STATUS_ACKNOWLEDGE),
        (Answer.REJECTED, Alert.ALERT_STATUS_REJECT),
    ],
)
def test_an_answer_is_told_kept_and_outlives_a_restart(
    station: Site, tmp_path: Path, answer: Answer, status: Alert.AlertStatus
) -> None:
    first = Running(station, tmp_path)
    inputs = walk(station, END_S)
    first.feed([one for one in inputs if one[0] < START_NS + nanoseconds(5.0)])
    (opened,) = first.alerts()
    first.now_ns += 1
    first.service.answer(opened.alert.alert_id, answer, reasons=["an umbrella"], who="guard")
    assert [one.alert.status for one in first.alerts()][1:] == [status]
    first.crash()
    second = Running(station, tmp_path, first.now_ns + 1)
    assert [one.alert.status for one in second.alerts()] == [status]
    second.feed([one for one in inputs if one[0] >= START_NS + nanoseconds(5.1)])
    assert second.alerts()[-1].alert.status == Alert.ALERT_STATUS_CLEAR
    second.stop()
    (fact,) = [one for one in facts(tmp_path) if one.kind == "alert_answered"]
    assert fact.details["by"] == "guard"
    assert fact.details["why"] == "an umbrella"
    assert fact.details["answer"] == answer
    assert replay_log(tmp_path).same_as_live


def test_an_answer_to_nothing_changes_nothing(running: Running) -> None:
    running.service.answer("01KDVDNC4R7NAWNDDFPAK32XTV", Answer.TAKEN, reasons=[], who="guard")
    assert running.told == []
    assert "is not open" in running.notices[0]
