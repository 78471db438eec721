"""A player sends what the simulated sensor of a whole world measures, at another time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from clearway.domain import Detection, nanoseconds
from clearway.fusion import Cue
from clearway.nodes.player import SensorPlayer
from clearway.profile import Aim, DetectionReader, detection_message, sensor_node_id
from clearway.sapient.bindings import SapientMessage
from clearway.sapient.validate import check_sent
from clearway.site.schema import Sensor, Site
from clearway.twin.crowd.people import Crowd
from clearway.twin.world import START_NS, World
from tests.support.builders import crowd_of, straight

SEED = 3
BEGIN_NS = START_NS + 86_400 * nanoseconds(1.0)


@pytest.fixture(scope="module")
def crowd() -> Crowd:
    return crowd_of(
        *((4 * step, straight((12.0, 0.5 + 0.6 * step), (1.3, 0.0), 60)) for step in range(8))
    )


def sensor_of(site: Site, sensor_id: str) -> Sensor:
    return next(sensor for sensor in site.sensors if sensor.id == sensor_id)


def player_of(
    site: Site, crowd: Crowd, sensor_id: str, start_ns: int = BEGIN_NS, seed: int = SEED
) -> SensorPlayer:
    return SensorPlayer(site, sensor_of(site, sensor_id), crowd, seed, start_ns)


def measured(site: Site, crowd: Crowd, sensor_id: str) -> list[Detection]:
    """By a world with all sensors, in the order of arrival."""
    found = [
        one.detection
        for _, observations in World(site, crowd, SEED).observations(crowd.duration_s, 2.5, 2)
        for one in observations
        if one.detection.sensor_id == sensor_id
    ]
    return sorted(found, key=lambda one: one.received_ns)


def moved(detections: Sequence[Detection]) -> list[Detection]:
    shift_ns = BEGIN_NS - START_NS
    return [
        replace(one, time_ns=one.time_ns + shift_ns, received_ns=one.received_ns + shift_ns)
        for one in detections
    ]


@pytest.mark.parametrize("sensor_id", ["camera-2", "curtain-west"])
def test_the_messages_are_the_worlds_observations(
    station: Site, crowd: Crowd, sensor_id: str
) -> None:
    player = player_of(station, crowd, sensor_id)
    played = [*player.messages()]
    expected = moved(measured(station, crowd, sensor_id))
    assert len(expected) >= 8
    assert [due_ns for due_ns, _ in played] == [one.received_ns for one in expected]
    node_id = sensor_node_id(station, sensor_of(station, sensor_id))
    assert [message for _, message in played] == [
        detection_message(one, node_id, player.converter) for one in expected
    ]


@pytest.mark.parametrize("sensor_id", ["camera-2", "curtain-west"])
def test_they_are_due_in_order_and_faultless(station: Site, crowd: Crowd, sensor_id: str) -> None:
    played = [*player_of(station, crowd, sensor_id).messages()]
    assert sorted(due_ns for due_ns, _ in played) == [due_ns for due_ns, _ in played]
    for due_ns, message in played:
        check_sent(message)
        assert BEGIN_NS <= message.timestamp.ToNanoseconds() < due_ns


def test_a_reader_finds_what_was_measured(station: Site, crowd: Crowd) -> None:
    player = player_of(station, crowd, "curtain-west")
    reader = DetectionReader(sensor_of(station, "curtain-west"), player.converter)
    for (due_ns, message), one in zip(
        player.messages(), moved(measured(station, crowd, "curtain-west")), strict=True
    ):
        read = reader.read(message, due_ns)
        assert (read.time_ns, read.received_ns) == (one.time_ns, one.received_ns)
        assert read.evidence == one.evidence
        assert (read.x_m, read.y_m) == pytest.approx((one.x_m, one.y_m), abs=1e-6)


def test_the_start_moves_times_and_nothing_else(station: Site, crowd: Crowd) -> None:
    def without_time(start_ns: int) -> list[tuple[int, int, bytes]]:
        told = []
        for due_ns, message in player_of(station, crowd, "camera-2", start_ns).messages():
            report = message.detection_report
            report.ClearField("report_id")
            report.ClearField("object_id")
            told.append(
                (
                    due_ns - start_ns,
                    message.timestamp.ToNanoseconds() - start_ns,
                    report.SerializeToString(deterministic=True),
                )
            )
        return told

    assert without_time(BEGIN_NS) == without_time(BEGIN_NS + nanoseconds(7.0))


def test_another_seed_plays_something_else(station: Site, crowd: Crowd) -> None:
    one = [*player_of(station, crowd, "camera-2").messages()]
    assert one != [*player_of(station, crowd, "camera-2", seed=SEED + 1).messages()]


def test_a_trace_sensor_sends_nothing_by_itself(station: Site, crowd: Crowd) -> None:
    assert [*player_of(station, crowd, "trace-1").messages()] == []


def test_a_look_is_the_worlds_answer_to_a_cue(station: Site, crowd: Crowd) -> None:
    player = player_of(station, crowd, "trace-1")
    world = World(station, crowd, SEED)
    reader = DetectionReader(sensor_of(station, "trace-1"), player.converter)
    readings: list[SapientMessage] = []
    for time_s, x_m in ((2.0, 18.0), (3.5, 19.0), (5.0, 40.0)):
        now_ns = nanoseconds(time_s)
        due_ns, message = player.look(Aim(x_m, 3.0), BEGIN_NS + now_ns)
        cue = Cue("trace-1", 1, START_NS + now_ns, x_m, 3.0, 0.0, 0.0)
        (expected,) = moved([world.respond(cue, START_NS + now_ns).detection])
        read = reader.read(message, due_ns)
        assert due_ns == expected.received_ns > BEGIN_NS + now_ns
        assert read.time_ns == expected.time_ns
        assert read.evidence == expected.evidence
        check_sent(message)
        readings.append(message)
    assert len({one.detection_report.report_id for one in readings}) == 3
