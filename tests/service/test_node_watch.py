"""What nodes say of themselves reaches an operator, and who does not work examines nobody."""

from __future__ import annotations

from pathlib import Path

import pytest

from clearway.profile import sensor_registration, site_frame
from clearway.profile.wire import timestamp
from clearway.sapient.bindings import Alert, SapientMessage, StatusReport
from clearway.sapient.location import Converter
from clearway.sapient.server import NodeRegistered
from clearway.service.fusion_node import FusionNode
from clearway.service.replay import replay_log
from clearway.site.schema import Site
from tests.service.feeding import START_NS, Running, alerts_of, feed, sensor_id_of, walk

END_S = 16.0


def from_curtain(site: Site) -> SapientMessage:
    return SapientMessage(node_id=sensor_id_of(site, "curtain-west"), timestamp=timestamp(START_NS))


def status(
    site: Site, system: StatusReport.System, kind: StatusReport.StatusType | None = None
) -> SapientMessage:
    message = from_curtain(site)
    message.status_report.system = system
    if kind is not None:
        message.status_report.status.add(status_type=kind, status_value="lamp")
    return message


@pytest.fixture
def running(station: Site, tmp_path: Path) -> Running:
    return Running(station, tmp_path)


def test_a_sensors_own_alert_is_told_and_answered(station: Site, running: Running) -> None:
    message = from_curtain(station)
    message.alert.alert_id = "01KDVDNC4R7NAWNDDFPAK32XTV"
    message.alert.alert_type = Alert.ALERT_TYPE_CRITICAL
    message.alert.description = "tampered with"
    running.feed([(START_NS, message)])
    assert running.notices == ["curtain-west: raises an alert: tampered with"]
    assert running.acknowledged == [(message.node_id, message.alert.alert_id)]
    assert running.alerts() == []


def test_a_change_of_a_sensors_state_is_told_once(station: Site, running: Running) -> None:
    states = [
        StatusReport.SYSTEM_OK,
        StatusReport.SYSTEM_ERROR,
        StatusReport.SYSTEM_ERROR,
        StatusReport.SYSTEM_OK,
    ]
    fault = StatusReport.STATUS_TYPE_INTERNAL_FAULT
    running.feed(
        (START_NS + number, status(station, state, fault)) for number, state in enumerate(states)
    )
    assert running.notices == [
        "curtain-west: reports error: lamp",
        "curtain-west: reports ok: lamp",
    ]


def test_an_error_about_a_task_is_told(station: Site, running: Running) -> None:
    message = from_curtain(station)
    message.error.error_message.append("task.task_id: no ULID")
    running.feed([(START_NS, message)])
    assert running.notices == ["curtain-west: finds fault: task.task_id: no ULID"]


@pytest.mark.parametrize(
    ("system", "kind", "alerts"),
    [
        (StatusReport.SYSTEM_ERROR, None, 0),
        (StatusReport.SYSTEM_WARNING, StatusReport.STATUS_TYPE_NOT_DETECTING, 0),
        (StatusReport.SYSTEM_WARNING, StatusReport.STATUS_TYPE_CLUTTER, 1),
        (StatusReport.SYSTEM_OK, None, 1),
    ],
)
def test_who_does_not_work_examines_nobody(
    station: Site,
    system: StatusReport.System,
    kind: StatusReport.StatusType | None,
    alerts: int,
) -> None:
    inputs = [(START_NS - 1, status(station, system, kind)), *walk(station)]
    outputs = [*feed(FusionNode(station), inputs)]
    assert len(alerts_of(outputs)) == alerts


def test_who_works_again_is_believed_again(station: Site) -> None:
    inputs = [
        (START_NS - 2, status(station, StatusReport.SYSTEM_ERROR)),
        (START_NS - 1, status(station, StatusReport.SYSTEM_OK)),
        *walk(station),
    ]
    assert len(alerts_of([*feed(FusionNode(station), inputs)])) == 1


def test_a_replay_knows_who_did_not_work(station: Site, tmp_path: Path) -> None:
    running = Running(station, tmp_path)
    running.feed([(START_NS, status(station, StatusReport.SYSTEM_ERROR)), *walk(station, END_S)])
    running.stop()
    result = replay_log(tmp_path)
    assert result.same_as_live
    assert result.alerts == []


def test_a_node_is_one_node_however_it_spells_its_id(station: Site, running: Running) -> None:
    camera = station.cameras[0]
    node_id = sensor_id_of(station, camera.id)
    registration = sensor_registration(camera, Converter(site_frame(station)))
    for number, spelt in enumerate([node_id, node_id.upper(), node_id.title()]):
        running.service.handle(
            NodeRegistered(spelt, registration, b"", START_NS + number, False, ())
        )
    assert running.notices == ["camera-1 has registered", "camera-1: registers once more"]
    assert "camera-1" not in running.service.faults[0]
    assert "camera-2" in running.service.faults[0]
