"""What an operator is told of accepted messages, and that nothing depends on it."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from clearway.domain import nanoseconds
from clearway.profile import sensor_registration, site_frame
from clearway.sapient.location import Converter
from clearway.sapient.server import MessageAccepted, NodeRegistered
from clearway.sapient.validate import Finding, Severity
from clearway.service.notices import Notices
from clearway.service.outputs import Notice, NoticeLevel
from clearway.site.schema import Site
from tests.service.feeding import START_NS, Running, messages, sensor_id_of
from tests.support.builders import detection


def warning(message: str, path: str = "detection_report.object_info[0].type") -> Finding:
    return Finding("session.object_info.undeclared", Severity.WARNING, path, message, "6.2.5")


def accepted(station: Site, *findings: Finding, time_s: float = 1.0) -> MessageAccepted:
    ((time_ns, message),) = messages(station, [detection(time_s, (6.0, 3.0))])
    assert message is not None
    return MessageAccepted(
        message.node_id, message, message.SerializeToString(), time_ns, tuple(findings)
    )


def test_a_warning_about_an_accepted_message_is_told(station: Site, tmp_path: Path) -> None:
    running = Running(station, tmp_path)
    one, two = warning("'gait' is not declared"), warning("'height' is not declared")
    running.service.handle(accepted(station, one, two))
    assert running.notices == [
        "camera-1: accepted, but detection_report.object_info[0].type: 'gait' is not declared",
        "camera-1: accepted, but detection_report.object_info[0].type: 'height' is not declared",
    ]
    assert running.service.counts["accepted"] == 1
    running.stop()


def test_a_warning_about_a_registration_is_told(station: Site, tmp_path: Path) -> None:
    running = Running(station, tmp_path)
    registration = sensor_registration(station.cameras[0], Converter(site_frame(station)))
    node_id = sensor_id_of(station, "camera-1")
    again = warning("register after every reconnection", path="")
    running.service.handle(NodeRegistered(node_id, registration, b"", START_NS, True, (again,)))
    assert running.notices == [
        "camera-1 is back",
        "camera-1: accepted, but register after every reconnection",
    ]
    running.stop()


def test_the_same_warning_with_other_numbers_is_told_once_in_ten_minutes(
    station: Site, tmp_path: Path
) -> None:
    running = Running(station, tmp_path)

    def late(number: int, time_s: float) -> None:
        running.now_ns = START_NS + nanoseconds(time_s)
        found = warning(f"{number / 7:.3f} s old; send sooner", f"timestamp[{number}]")
        running.service.handle(accepted(station, found, time_s=time_s))

    for number in range(300):
        late(number, number / 10)
    (told,) = running.notices
    assert told == "camera-1: accepted, but timestamp[0]: 0.000 s old; send sooner"
    late(7, 601.0)
    assert "1.000 s old; send sooner (300 times)" in running.notices[-1]
    running.stop()


def test_warnings_do_not_push_out_complaints(station: Site, tmp_path: Path) -> None:
    running = Running(station, tmp_path)
    many = [warning(f"{letter} is not declared") for letter in "abcdefghij"]
    running.service.handle(accepted(station, *many))
    assert len(running.notices) == 5
    event = accepted(station)
    event.message.detection_report.range_bearing.range = 4.0
    running.service.handle(event)
    assert running.notices[5].startswith("camera-1: detection_report.range_bearing: ")
    running.stop()


def test_a_notice_that_nobody_takes_stops_nothing(
    station: Site, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(sentence: str) -> None:
        raise BrokenPipeError(32, sentence)

    notices = Notices(station, broken, lambda: START_NS)
    with caplog.at_level(logging.ERROR):
        notices.tell("camera-1 is gone")
    assert "nobody could be told: camera-1 is gone" in caplog.text


def test_a_sensor_has_its_name_in_any_letter_case(station: Site) -> None:
    told: list[str] = []
    notices = Notices(station, told.append, lambda: START_NS)
    assert notices.name(sensor_id_of(station, "trace-1").upper()) == "trace-1"
    notices.now_and_then("192.0.2.7", "hums")
    assert told == ["192.0.2.7: hums"]


def test_a_control_room_is_shown_how_much_a_notice_matters(station: Site) -> None:
    told: list[str] = []
    shown: list[Notice] = []
    notices = Notices(station, told.append, lambda: START_NS, shown.append)
    notices.tell("camera-1 is back")
    notices.now_and_then("camera-1", "hums")
    notices.now_and_then("disk", "is full", NoticeLevel.ALARM)
    assert (
        [one.text for one in shown]
        == told
        == ["camera-1 is back", "camera-1: hums", "disk: is full"]
    )
    assert [one.level.value for one in shown] == ["info", "warning", "alarm"]
    assert {one.time_ns for one in shown} == {START_NS}
