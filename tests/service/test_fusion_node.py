"""The fusion node: what comes in and what is told, without clock, socket or file."""

from __future__ import annotations

import pickle
from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise

import pytest

from clearway.domain import Evidence, Modality, nanoseconds
from clearway.profile import site_frame, site_node_id
from clearway.sapient.bindings import Alert, SapientMessage, TaskAck
from clearway.sapient.location import Converter
from clearway.sapient.validate import check_sent
from clearway.service.fusion_node import FusionNode
from clearway.service.outputs import (
    AlertTold,
    MessageUnused,
    Output,
    PeopleReported,
    SensorTasked,
)
from clearway.site.schema import Site
from tests.service.feeding import (
    ALARM_S,
    PAIR,
    START_NS,
    Input,
    alarm,
    alerts_of,
    feed,
    messages,
    people_of,
    sensor_id_of,
    walk,
    with_ticks,
)
from tests.support.builders import HANDGUN_ALARM, crowd_of, evidence, straight
from tests.support.streams import seen_by_camera

END_S = 16.0
"""When the alert about people who were last seen after 6 s is closed."""


@pytest.fixture(scope="module")
def outputs(station: Site) -> list[Output]:
    """Two people who are followed and, after six seconds, are gone."""
    return [*feed(FusionNode(station), walk(station, END_S))]


def wire(outputs: Iterable[Output]) -> list[bytes]:
    """What goes out, byte by byte."""
    return [
        one.message.SerializeToString(deterministic=True)
        for one in outputs
        if not isinstance(one, (MessageUnused, PeopleReported))
    ]


def test_people_keep_their_ids_as_long_as_they_are_followed(outputs: list[Output]) -> None:
    reports = [message.detection_report for message in people_of(outputs)]
    assert len({report.object_id for report in reports}) == 2
    assert len({report.report_id for report in reports}) == len(reports)


def test_everybody_who_is_gone_is_said_to_be_lost_once(outputs: list[Output]) -> None:
    reports = [message.detection_report for message in people_of(outputs)]
    for object_id in {report.object_id for report in reports}:
        states = [report.state for report in reports if report.object_id == object_id]
        assert states == [*[""] * (len(states) - 1), "lost"]


def test_whatever_is_told_is_faultless(outputs: list[Output]) -> None:
    assert not any(isinstance(one, MessageUnused) for one in outputs)
    told = [one for one in outputs if not isinstance(one, (MessageUnused, PeopleReported))]
    assert len(told) > 50
    for one in told:
        check_sent(one.message)


def test_everybody_is_shown_at_the_rate_of_a_camera(outputs: list[Output]) -> None:
    shown = [one for one in outputs if isinstance(one, PeopleReported)]
    assert {len(one.beliefs) - len(one.tracks) for one in shown} == {0}
    times_ns = [one.tracks.time_ns for one in shown]
    assert min(b - a for a, b in pairwise(times_ns)) >= nanoseconds(0.08)
    seen_ns = range(START_NS + nanoseconds(1.0), START_NS + nanoseconds(5.0))
    followed = [one for one in shown if one.tracks.time_ns in seen_ns]
    assert {len(one.tracks) for one in followed} == {2}
    assert len(followed) >= 9 * 4  # a second, though reports come five times


def test_an_alert_shows_what_it_rests_on(station: Site) -> None:
    looks = [
        replace(
            alarm(PAIR, time_s, number),
            source=7,
            evidence=Evidence(Modality.CURTAIN, (0.0,) * 7, 0.0, position_only=True),
        )
        for number, time_s in ((11, ALARM_S - 0.2), (12, ALARM_S - 0.1))
    ]
    reading = replace(alarm(), source=7)
    seen = [*seen_by_camera(PAIR, "camera-2"), *looks, reading]
    inputs = with_ticks(messages(station, seen), END_S)
    opened, closed = (
        one for one in feed(FusionNode(station), inputs) if isinstance(one, AlertTold)
    )
    (behind,) = opened.readings
    key = behind.detection.sensor_id, behind.detection.sequence
    assert (key,) == opened.alert.evidence
    assert behind.detection.evidence == HANDGUN_ALARM
    assert behind.looks == 3
    assert opened.leading is not None
    assert opened.leading.track_id == opened.alert.leading_track_id
    assert closed.readings == opened.readings
    assert closed.merged_into is None


def test_an_alert_names_its_people_and_its_readings(outputs: list[Output], station: Site) -> None:
    alert_id, alert, message = alerts_of(outputs)[0]
    assert message.node_id == site_node_id(station)
    assert message.alert.alert_id == alert_id
    assert message.alert.status == Alert.ALERT_STATUS_ACTIVE
    followed = {person.detection_report.object_id for person in people_of(outputs)}
    *people, reading = message.alert.associated_detection
    assert [one.node_id for one in people] == [site_node_id(station)] * len(alert.candidates)
    assert {one.object_id for one in people} <= followed
    (sent,) = [one for _, one in messages(station, [alarm()]) if one is not None]
    assert reading.node_id == sensor_id_of(station, "curtain-west")
    assert reading.object_id == sent.detection_report.object_id
    assert reading.timestamp.ToNanoseconds() == START_NS + nanoseconds(ALARM_S)


def test_an_alert_is_where_its_leading_candidate_is(outputs: list[Output], station: Site) -> None:
    _, alert, message = alerts_of(outputs)[0]
    place = Converter(site_frame(station)).to_site(message.alert.location)
    time_s = (alert.time_ns - START_NS) / 1e9
    assert [place.x_m, place.y_m] == pytest.approx(PAIR.at(time_s).position_m[0], abs=0.5)


def test_an_alert_keeps_its_id_to_the_end(outputs: list[Output]) -> None:
    told = alerts_of(outputs)
    assert len({alert_id for alert_id, _, _ in told}) == 1
    assert [message.alert.status for _, _, message in told] == [
        *[Alert.ALERT_STATUS_ACTIVE] * (len(told) - 1),
        Alert.ALERT_STATUS_CLEAR,
    ]


def test_open_alerts_are_known_until_they_are_closed(station: Site) -> None:
    node, opened = FusionNode(station), False
    for one in walk(station, END_S):
        for alert_id, _, message in alerts_of(feed(node, [one])):
            closed = message.alert.status == Alert.ALERT_STATUS_CLEAR
            assert [*node.open_alerts.values()] == ([] if closed else [alert_id])
            opened = True
    assert opened
    assert node.open_alerts == {}


def test_a_suspect_in_reach_is_looked_at(station: Site) -> None:
    crowd = crowd_of((0, straight((15.0, 3.0), (0.8, 0.0), 81)))
    explosive = evidence(dict.fromkeys(("explosive", "handgun_explosive"), 4.0))
    reading = replace(alarm(crowd), evidence=explosive)
    inputs = messages(station, [*seen_by_camera(crowd, "camera-2"), reading])
    found = [*feed(FusionNode(station), with_ticks(inputs, 8.0))]
    (task, *_) = [one for one in found if isinstance(one, SensorTasked)]
    assert task.node_id == task.message.destination_id == sensor_id_of(station, "trace-1")
    (place,) = task.message.task.command.look_at.location_list.locations
    aim = Converter(site_frame(station)).to_site(place)
    shot_s = (task.message.timestamp.ToNanoseconds() - START_NS) / 1e9 + 0.3
    assert [aim.x_m, aim.y_m] == pytest.approx(crowd.at(shot_s).position_m[0], abs=0.5)


@pytest.mark.parametrize(
    ("answers", "looks"),
    [
        ([TaskAck.TASK_STATUS_ACCEPTED, TaskAck.TASK_STATUS_COMPLETED], 1),
        ([TaskAck.TASK_STATUS_REJECTED], 2),
        ([TaskAck.TASK_STATUS_ACCEPTED, TaskAck.TASK_STATUS_FAILED], 2),
    ],
)
def test_a_look_that_was_refused_is_asked_for_again_at_once(
    station: Site, answers: list[TaskAck.TaskStatus], looks: int
) -> None:
    crowd = crowd_of((0, straight((15.0, 3.0), (0.8, 0.0), 81)))
    explosive = evidence(dict.fromkeys(("explosive", "handgun_explosive"), 4.0))
    reading = replace(alarm(crowd), evidence=explosive)
    node = FusionNode(station)
    tasks: list[SensorTasked] = []
    first_ns = 0
    inputs = messages(station, [*seen_by_camera(crowd, "camera-2"), reading])
    for time_ns, message in with_ticks(inputs, 8.0):
        for output in feed(node, [(time_ns, message)]):
            if isinstance(output, SensorTasked):
                tasks.append(output)
                if len(tasks) == 1:
                    first_ns = time_ns
                    for status in answers:
                        answer = SapientMessage(node_id=output.node_id)
                        answer.task_ack.task_id = output.message.task.task_id
                        answer.task_ack.task_status = status
                        assert node.receive(answer, time_ns) == []
        # Less than the time after which a look without a word counts as not taken.
        if tasks and time_ns > first_ns + nanoseconds(1.5):
            break
    assert len(tasks) == looks


def test_an_unknown_node_changes_nothing(station: Site) -> None:
    node = FusionNode(station)
    stranger = "0b0f0c9e-7a4e-4c7e-8f1d-3f1f9b7f2a11"
    assert not node.knows(stranger)
    for time_ns, message in messages(station, seen_by_camera(PAIR)):
        assert message is not None
        message.node_id = stranger
        assert node.receive(message, time_ns) == []
    assert people_of(node.flush()) == []


def test_a_node_id_may_be_in_capitals(station: Site) -> None:
    node = FusionNode(station)
    found = []
    for time_ns, message in messages(station, seen_by_camera(PAIR)):
        assert message is not None
        message.node_id = message.node_id.upper()
        assert node.knows(message.node_id)
        found += node.receive(message, time_ns)
    assert len({one.detection_report.object_id for one in people_of(found)}) == 2


def test_other_contents_change_nothing(station: Site) -> None:
    node = FusionNode(station)
    status = SapientMessage(node_id=sensor_id_of(station, "camera-1"))
    status.status_report.report_id = "01KDVDNA00E0EX6J8RWD4FHDS6"
    assert node.receive(status, START_NS) == []
    assert node.time_ns == START_NS


def spoiled(one: Input, how: str) -> SapientMessage:
    message = SapientMessage()
    assert one[1] is not None
    message.CopyFrom(one[1])
    report = message.detection_report
    if how == "place":
        report.location.x, report.location.y = 12.586, 41.842
    elif how == "bearing":
        report.range_bearing.range = 4.0
    else:
        report.object_info.add(type="clearway.height", value="tall", error=0.1)
    return message


@pytest.mark.parametrize(
    ("how", "path"),
    [
        ("place", "detection_report.location"),
        ("bearing", "detection_report.range_bearing"),
        ("height", "detection_report.object_info"),
    ],
)
def test_what_cannot_be_used_is_told_and_costs_nobody_else(
    station: Site, outputs: list[Output], how: str, path: str
) -> None:
    inputs: list[Input] = []
    for one in walk(station, END_S):
        inputs.append(one)
        if one[1] is not None and len(inputs) % 7 == 0:
            inputs.append((one[0], spoiled(one, how)))
    found = [*feed(FusionNode(station), inputs)]
    unused = [one for one in found if isinstance(one, MessageUnused)]
    assert len(unused) > 3
    assert {one.path for one in unused} == {path}
    assert {one.node_id for one in unused} <= {
        sensor_id_of(station, "camera-2"),
        sensor_id_of(station, "curtain-west"),
    }
    assert wire(found) == wire(outputs)


@pytest.mark.parametrize(
    ("offset_s", "reason"), [(10.0, "dated after"), (-10.0, "older than"), (0.0, "same sequence")]
)
def test_a_wrong_time_or_a_repetition_is_told(station: Site, offset_s: float, reason: str) -> None:
    node = FusionNode(station)
    camera = messages(station, seen_by_camera(PAIR))
    for _ in feed(node, camera[:50]):
        pass
    time_ns, message = camera[50 if offset_s else 49]
    assert message is not None
    message.timestamp.FromNanoseconds(message.timestamp.ToNanoseconds() + nanoseconds(offset_s))
    outputs = node.receive(message, time_ns + nanoseconds(0.01))
    refused = [one for one in outputs if isinstance(one, MessageUnused)]
    assert [one.node_id for one in refused] == [sensor_id_of(station, "camera-1")]
    assert reason in refused[0].reason


def test_the_same_input_gives_the_same_bytes(station: Site, outputs: list[Output]) -> None:
    assert wire(feed(FusionNode(station), walk(station, END_S))) == wire(outputs)


@pytest.mark.parametrize("share", [0.1, 0.3, 0.45])
def test_a_pickled_node_goes_on_as_if_nothing_had_been(
    station: Site, outputs: list[Output], share: float
) -> None:
    inputs = walk(station, END_S)
    cut = round(share * len(inputs))
    node = FusionNode(station)
    before = [*feed(node, inputs[:cut])]
    again = pickle.loads(pickle.dumps(node))  # noqa: S301
    assert wire([*before, *feed(again, inputs[cut:])]) == wire(outputs)


def test_what_an_open_alert_rests_on_is_not_forgotten(station: Site) -> None:
    """Two stand in the hall; a curtain reads one of them, and once more two minutes later."""
    later_s = 130.0
    waiting = crowd_of(*((0, straight((16.0, y_m), (0.0, 0.0), 1361)) for y_m in (2.0, 4.5)))
    seen = [
        *seen_by_camera(waiting, "camera-2"),
        alarm(waiting, 3.0, 1),
        alarm(waiting, later_s, 2),
    ]
    inputs = with_ticks(messages(station, seen), later_s + 2.0)
    told = [one for one in feed(FusionNode(station), inputs) if isinstance(one, AlertTold)]
    assert [len(one.readings) for one in told] == [1, 2]
    assert [one.looks for one in told[-1].readings] == [1, 1]


def test_people_long_gone_are_forgotten(station: Site) -> None:
    node = FusionNode(station)
    for _ in feed(node, walk(station, END_S)):
        pass
    grown = len(pickle.dumps(node))
    for number in range(400):
        node.tick(START_NS + nanoseconds(END_S + number))
    assert len(node._people) == len(node._looks) == 0
    assert len(pickle.dumps(node)) < grown
