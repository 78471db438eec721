"""The health of sensors, by what the server tells of them and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import pytest

from clearway.alarms import Shelf
from clearway.control_room.sensors import HealthState, SensorBoard, SensorHealth
from clearway.domain import nanoseconds
from clearway.profile import sensor_node_id, sensor_registration, site_frame
from clearway.profile.wire import timestamp
from clearway.sapient.bindings import AlertAck, Registration, SapientMessage, StatusReport
from clearway.sapient.location import Converter
from clearway.sapient.server import (
    AlertAnswered,
    MessageAccepted,
    MessageRefused,
    NodeLost,
    NodeRegistered,
    PeerThrottled,
)
from clearway.sapient.session import Ending
from clearway.sapient.validate import Finding
from clearway.sapient.validate.findings import Severity
from clearway.site.schema import Site
from tests.support.builders import tracks_at

START_NS = 1_767_225_600_000_000_000
OK, SILENT = HealthState.OK, HealthState.SILENT
DEGRADED, ABSENT = HealthState.DEGRADED, HealthState.ABSENT
IN_VIEW_OF_2_AND_3, IN_VIEW_OF_1 = (18.0, 3.0), (5.0, 3.0)
TIMELY_S = 0.07


@dataclass
class Hall:
    """A board and a clock; sensors are named as in the site file."""

    site: Site
    now_ns: int = START_NS
    board: SensorBoard = field(init=False)
    registrations: dict[str, Registration] = field(init=False)

    def __post_init__(self) -> None:
        self.board = SensorBoard(self.site, START_NS)
        converter = Converter(site_frame(self.site))
        self.registrations = {
            sensor.id: sensor_registration(sensor, converter) for sensor in self.site.sensors
        }
        self.nodes = {sensor.id: sensor_node_id(self.site, sensor) for sensor in self.site.sensors}

    def come(self, *sensors: str, resumed: bool = False) -> None:
        for sensor in sensors:
            self.board.event(
                NodeRegistered(
                    self.nodes[sensor], self.registrations[sensor], b"", self.now_ns, resumed, ()
                )
            )

    def go(self, sensor: str, reason: Ending = Ending.DISCONNECTED) -> None:
        self.board.event(NodeLost(self.nodes[sensor], reason, self.now_ns))

    def send(self, sensor: str, message: SapientMessage, age_s: float) -> None:
        message.timestamp.CopyFrom(timestamp(self.now_ns - nanoseconds(age_s)))
        self.board.event(MessageAccepted(self.nodes[sensor], message, b"", self.now_ns, ()))

    def detect(self, sensor: str, age_s: float = TIMELY_S) -> None:
        message = SapientMessage()
        message.detection_report.report_id = "R"
        self.send(sensor, message, age_s)

    def report(
        self,
        sensor: str,
        system: StatusReport.System = StatusReport.SYSTEM_OK,
        *,
        kind: StatusReport.StatusType | None = None,
        text: str = "lamp",
        age_s: float = 0.001,
    ) -> None:
        message = SapientMessage()
        message.status_report.system = system
        if kind is not None:
            message.status_report.status.add(status_type=kind, status_value=text)
        self.send(sensor, message, age_s)

    def refuse(self, sensor: str) -> None:
        finding = Finding("time.useless", Severity.ERROR, "timestamp", "61.000 s old", "")
        self.board.event(
            MessageRefused("10.0.0.1:1", self.nodes[sensor], b"", (finding,), self.now_ns)
        )

    def wait(self, wait_s: float) -> None:
        self.now_ns += nanoseconds(wait_s)

    def seconds(self, duration_s: float, step_s: float = 0.1) -> Iterator[int]:
        """Let time pass step by step."""
        for number in range(round(duration_s / step_s)):
            self.wait(step_s)
            yield number

    def watch(
        self, sensor: str, duration_s: float, ages_s: tuple[float, ...] = (TIMELY_S,)
    ) -> None:
        """A sensor works at 10 Hz; the ages of its detections come in turn."""
        for number in self.seconds(duration_s):
            self.detect(sensor, ages_s[number % len(ages_s)])

    def people(self, *places_m: tuple[float, float]) -> None:
        tracks = tracks_at(0.0, dict(enumerate(places_m)))
        self.board.people(replace(tracks, time_ns=self.now_ns))

    def health(self, sensor: str, **shelves: Shelf) -> SensorHealth:
        (one,) = [one for one in self.board.health(self.now_ns, shelves) if one.sensor == sensor]
        return one

    def state(self, sensor: str) -> tuple[HealthState, float]:
        """And for how many seconds it has been so, since the start."""
        health = self.health(sensor)
        return health.state, (health.since_ns - START_NS) / 1e9


@pytest.fixture
def hall(station: Site) -> Hall:
    return Hall(station)


class TestPresence:
    def test_before_anybody_connects_all_are_absent(self, hall: Hall, station: Site) -> None:
        hall.wait(7.0)
        found = hall.board.health(hall.now_ns, {})
        assert [one.sensor for one in found] == [sensor.id for sensor in station.sensors]
        assert [one.kind for one in found] == [sensor.kind for sensor in station.sensors]
        assert {(one.state, one.since_ns, one.last_ns) for one in found} == {
            (ABSENT, START_NS, None)
        }
        assert {one.rate_hz for one in found} == {None}

    def test_who_registers_is_there_and_who_is_lost_is_not(self, hall: Hall) -> None:
        hall.wait(1.0)
        hall.come("camera-1")
        hall.wait(1.0)
        assert hall.state("camera-1") == (OK, 1.0)
        hall.go("camera-1", Ending.SILENT)
        hall.wait(5.0)
        assert hall.state("camera-1") == (ABSENT, 2.0)
        assert hall.health("camera-1").fault == "is gone (silent)"
        hall.come("camera-1", resumed=True)
        assert hall.state("camera-1") == (OK, 7.0)
        assert hall.health("camera-1").fault is None

    def test_an_absence_that_nobody_looked_at_counts(self, hall: Hall) -> None:
        hall.come("camera-1")
        assert hall.state("camera-1") == (OK, 0.0)
        hall.wait(1.0)
        hall.go("camera-1")
        hall.come("camera-1")
        assert hall.state("camera-1") == (OK, 1.0)

    def test_a_node_is_one_node_however_it_spells_its_id(self, hall: Hall) -> None:
        hall.nodes = {sensor: node_id.upper() for sensor, node_id in hall.nodes.items()}
        hall.come("camera-1")
        hall.wait(1.0)
        hall.detect("camera-1")
        assert hall.health("camera-1").last_ns == hall.now_ns

    def test_strangers_and_other_events_change_nothing(self, hall: Hall) -> None:
        before = hall.board.health(hall.now_ns, {})
        hall.nodes["stranger"] = "0b5cb2a0-0000-4000-8000-000000000000"
        hall.registrations["stranger"] = Registration()
        hall.come("stranger")
        hall.detect("stranger")
        hall.go("stranger")
        hall.board.event(MessageRefused("10.0.0.1:1", None, b"", (), hall.now_ns))
        hall.board.event(
            AlertAnswered(
                hall.nodes["camera-1"], "A", AlertAck.ALERT_ACK_STATUS_ACCEPTED, (), hall.now_ns
            )
        )
        assert hall.board.health(hall.now_ns, {}) == before

    def test_a_shelf_is_shown_with_its_sensor_alone(self, hall: Hall) -> None:
        shelf = Shelf(sensor="curtain-west", since_ns=1, until_ns=2, by="ana", reason="rain")
        found = hall.board.health(hall.now_ns, {"curtain-west": shelf})
        assert {one.sensor: one.shelf for one in found if one.shelf} == {"curtain-west": shelf}


class TestSilence:
    @pytest.mark.parametrize("sensor", ["camera-1", "curtain-west", "trace-1"])
    def test_status_reports_are_enough_where_nobody_passes(self, hall: Hall, sensor: str) -> None:
        hall.come(sensor)
        for _ in hall.seconds(60.0, 5.0):
            hall.report(sensor)
        assert hall.state(sensor) == (OK, 0.0)

    def test_two_that_have_not_come_are_silence(self, hall: Hall) -> None:
        hall.come("curtain-west")
        hall.report("curtain-west")
        hall.wait(11.0)
        assert hall.health("curtain-west").state is OK
        hall.wait(0.1)
        assert hall.state("curtain-west") == (SILENT, 0.0)
        assert "sends nothing" in str(hall.health("curtain-west").fault)
        hall.report("curtain-west")
        assert hall.state("curtain-west") == (OK, 11.1)

    def test_how_long_is_what_the_node_has_declared(self, hall: Hall) -> None:
        hall.registrations["trace-1"].status_definition.status_interval.value = 60.0
        hall.come("trace-1")
        hall.wait(120.0)
        assert hall.health("trace-1").state is OK
        hall.wait(2.0)
        assert hall.health("trace-1").state is SILENT

    def test_what_is_refused_breaks_no_silence(self, hall: Hall) -> None:
        hall.come("curtain-west")
        for _ in hall.seconds(12.0, 1.0):
            hall.refuse("curtain-west")
        health = hall.health("curtain-west")
        assert health.state is SILENT
        assert "100% of its messages are refused: timestamp: 61.000 s old" in str(health.fault)


class TestMute:
    """A camera that says that it is well, and reports nobody."""

    def follow(self, hall: Hall, duration_s: float, *places_m: tuple[float, float]) -> None:
        for number in hall.seconds(duration_s, 0.2):
            hall.people(*places_m)
            hall.detect("camera-2")
            if number % 25 == 0:
                hall.report("camera-3")

    @pytest.fixture
    def both(self, hall: Hall) -> Hall:
        hall.come("camera-1", "camera-2", "camera-3")
        return hall

    def test_it_is_silent_while_people_are_followed_in_its_view(self, both: Hall) -> None:
        self.follow(both, 9.0, IN_VIEW_OF_2_AND_3)
        assert both.health("camera-3").state is OK
        self.follow(both, 4.0, IN_VIEW_OF_2_AND_3)
        health = both.health("camera-3")
        assert health.state is SILENT
        assert health.fault == "reports nobody, while people are followed in its view"
        assert START_NS < health.since_ns <= START_NS + nanoseconds(1.2)
        assert both.health("camera-2").state is OK

    def test_it_stays_silent_in_an_empty_hall_until_it_reports_somebody(self, both: Hall) -> None:
        self.follow(both, 13.0, IN_VIEW_OF_2_AND_3)
        self.follow(both, 60.0)
        both.report("camera-3")
        assert both.health("camera-3").state is SILENT
        both.detect("camera-3")
        assert both.health("camera-3").state is OK

    def test_one_that_reports_now_and_then_is_well(self, both: Hall) -> None:
        for _ in range(4):
            self.follow(both, 9.0, IN_VIEW_OF_2_AND_3)
            both.detect("camera-3")
        assert both.health("camera-3").state is OK

    @pytest.mark.parametrize("place_m", [None, IN_VIEW_OF_1, (15.2, 3.0)])
    def test_nobody_is_expected_where_nobody_is(
        self, both: Hall, place_m: tuple[float, float] | None
    ) -> None:
        self.follow(both, 30.0, *([] if place_m is None else [place_m]))
        assert both.health("camera-3").state is OK

    def test_who_has_come_and_gone_is_no_sign(self, both: Hall) -> None:
        for _ in range(5):
            self.follow(both, 8.0, IN_VIEW_OF_2_AND_3)
            self.follow(both, 2.0)
        assert both.health("camera-3").state is OK

    def test_a_machine_that_stood_still_is_no_sign(self, both: Hall) -> None:
        self.follow(both, 3.0, IN_VIEW_OF_2_AND_3)
        both.wait(3600.0)
        both.report("camera-3")
        self.follow(both, 3.0, IN_VIEW_OF_2_AND_3)
        assert both.health("camera-3").state is OK

    def test_a_curtain_sees_only_who_crosses_its_line(self, both: Hall) -> None:
        both.come("curtain-west")
        for _ in both.seconds(30.0, 1.0):
            both.people((16.0, 3.0))
            both.report("curtain-west")
        assert both.health("curtain-west").state is OK


class TestWhatItSends:
    def test_a_camera_that_works(self, hall: Hall) -> None:
        hall.come("camera-1")
        hall.watch("camera-1", 30.0)
        health = hall.health("camera-1")
        assert (health.state, health.fault, health.late_share) == (OK, None, 0.0)
        assert health.rate_hz == pytest.approx(10.0, abs=0.3)
        # 10 ms more than the least that the site file gives its messages.
        assert health.clock_offset_ms == pytest.approx(-10.0, abs=1e-3)
        assert health.last_ns == hall.now_ns

    def test_a_tenth_too_late_is_too_much(self, hall: Hall) -> None:
        hall.come("camera-1")
        hall.watch("camera-1", 20.0, (TIMELY_S,) * 19 + (0.3,))
        assert hall.health("camera-1").state is OK
        assert hall.health("camera-1").late_share == pytest.approx(0.05, abs=0.01)
        hall.watch("camera-1", 20.0, (TIMELY_S, 0.3))
        health = hall.health("camera-1")
        assert health.state is DEGRADED
        assert health.late_share == pytest.approx(0.5, abs=0.02)
        assert "of its detections come too late to be used" in str(health.fault)
        assert START_NS + nanoseconds(20.0) < health.since_ns <= hall.now_ns

    def test_the_edge_of_the_reorder_window_is_late(self, hall: Hall, station: Site) -> None:
        hall.come("camera-1")
        hall.wait(0.1)
        window_s = station.engine.reorder_window_s
        hall.detect("camera-1", window_s)
        hall.detect("camera-1", window_s - 1e-9)
        assert hall.health("camera-1").late_share == 0.5

    def test_a_curtain_has_as_long_as_people_are_remembered(self, hall: Hall) -> None:
        hall.come("curtain-west")
        for _ in hall.seconds(10.0, 2.0):
            hall.detect("curtain-west", 0.9)
        assert hall.health("curtain-west").late_share == 0.0
        for _ in hall.seconds(6.0, 2.0):
            hall.detect("curtain-west", 5.1)
        health = hall.health("curtain-west")
        assert health.state is DEGRADED
        assert health.late_share is not None
        assert health.late_share > 0.5

    def test_one_late_reading_of_two_is_no_rule(self, hall: Hall) -> None:
        hall.come("curtain-west")
        hall.report("curtain-west")
        hall.detect("curtain-west", 0.45)
        hall.wait(0.1)
        hall.detect("curtain-west", 5.5)
        assert hall.health("curtain-west").late_share == 0.5
        assert hall.health("curtain-west").state is OK

    def test_what_is_refused_is_told_with_the_reason(self, hall: Hall) -> None:
        hall.come("camera-1")
        hall.watch("camera-1", 10.0)
        hall.refuse("camera-1")
        assert hall.health("camera-1").state is OK
        for _ in hall.seconds(4.0):
            hall.refuse("camera-1")
            hall.detect("camera-1")
        health = hall.health("camera-1")
        assert health.state is DEGRADED
        assert "of its messages are refused: timestamp: 61.000 s old" in str(health.fault)

    def test_who_is_slowed_down_is_degraded_for_a_while(self, hall: Hall) -> None:
        hall.come("camera-1")
        hall.board.event(PeerThrottled("10.0.0.1:1", hall.nodes["camera-1"], hall.now_ns))
        assert hall.health("camera-1").fault == "sends too much and is slowed down"
        hall.watch("camera-1", 15.0)
        assert hall.health("camera-1").state is OK


class TestClock:
    @pytest.mark.parametrize(
        ("age_s", "state", "fault"),
        [
            (0.06, OK, None),
            (-0.13, OK, None),
            (-0.20, DEGRADED, "its clock is 260 ms ahead of ours"),
            (1.0, DEGRADED, "its clock is about 940 ms behind ours, or its messages are that much"),
        ],
    )
    def test_offsets_beyond_the_reorder_window(
        self, hall: Hall, age_s: float, state: HealthState, fault: str | None
    ) -> None:
        hall.come("camera-1")
        hall.watch("camera-1", 10.0, (age_s,))
        health = hall.health("camera-1")
        assert health.state is state
        assert health.clock_offset_ms == pytest.approx(60.0 - 1000.0 * age_s, abs=1e-3)
        assert (fault is None) == (health.fault is None)
        assert (fault or "") in (health.fault or "")

    def test_a_curtain_that_is_as_slow_as_it_says_has_no_wrong_clock(self, hall: Hall) -> None:
        hall.come("curtain-west")
        hall.detect("curtain-west", 0.9)
        assert hall.health("curtain-west").state is OK
        hall.wait(5.0)
        hall.report("curtain-west")
        assert hall.health("curtain-west").clock_offset_ms == pytest.approx(-500.0)

    def test_status_reports_tell_where_nothing_is_measured(self, hall: Hall) -> None:
        hall.come("trace-1")
        assert hall.health("trace-1").clock_offset_ms is None
        hall.report("trace-1", age_s=-0.5)
        assert hall.health("trace-1").clock_offset_ms == pytest.approx(500.0)
        assert hall.health("trace-1").state is DEGRADED

    def test_the_clock_of_the_measurements_counts_and_not_that_of_the_reports(
        self, hall: Hall
    ) -> None:
        hall.come("camera-1")
        hall.detect("camera-1", -0.24)
        hall.report("camera-1")
        assert hall.health("camera-1").clock_offset_ms == pytest.approx(300.0)


class TestOwnWord:
    @pytest.mark.parametrize(
        ("system", "kind", "fault"),
        [
            (StatusReport.SYSTEM_OK, None, None),
            (StatusReport.SYSTEM_UNSPECIFIED, None, None),
            (StatusReport.SYSTEM_OK, StatusReport.STATUS_TYPE_CLUTTER, None),
            (
                StatusReport.SYSTEM_OK,
                StatusReport.STATUS_TYPE_NOT_DETECTING,
                "reports that it does not detect: lamp",
            ),
            (
                StatusReport.SYSTEM_WARNING,
                StatusReport.STATUS_TYPE_INTERNAL_FAULT,
                "reports a warning: lamp",
            ),
            (StatusReport.SYSTEM_ERROR, None, "reports an error"),
        ],
    )
    def test_it_is_taken_at_its_word(
        self,
        hall: Hall,
        system: StatusReport.System,
        kind: StatusReport.StatusType | None,
        fault: str | None,
    ) -> None:
        hall.come("curtain-west")
        hall.report("curtain-west", system, kind=kind)
        health = hall.health("curtain-west")
        assert (health.state, health.fault) == (OK if fault is None else DEGRADED, fault)
        hall.report("curtain-west")
        assert hall.health("curtain-west").state is OK

    def test_who_registers_anew_begins_well(self, hall: Hall) -> None:
        hall.come("curtain-west")
        hall.report("curtain-west", StatusReport.SYSTEM_ERROR)
        hall.come("curtain-west")
        assert hall.health("curtain-west").fault is None

    def test_its_words_are_made_fit_to_print(self, hall: Hall) -> None:
        hall.come("curtain-west")
        hall.report(
            "curtain-west",
            StatusReport.SYSTEM_ERROR,
            kind=StatusReport.STATUS_TYPE_OTHER,
            text="\x1b[2J" + "x" * 10_000,
        )
        fault = str(hall.health("curtain-west").fault)
        assert fault.isprintable()
        assert len(fault) <= 500

    def test_a_state_lasts_since_it_was_first_seen(self, hall: Hall) -> None:
        hall.come("curtain-west")
        hall.wait(1.0)
        hall.report("curtain-west", StatusReport.SYSTEM_ERROR)
        for _ in hall.seconds(3.0, 1.0):
            assert hall.state("curtain-west") == (DEGRADED, 2.0)
        hall.report("curtain-west")
        assert hall.state("curtain-west") == (OK, 4.0)
