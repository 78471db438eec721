"""The figures: what they count, over which time, and what they leave open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest

from clearway.alarms import Alarm, DismissReason, SetDrill
from clearway.control_room.checks import DailyCheck, DailyChecks
from clearway.control_room.measures import DailyReport, Measures, Statistics
from clearway.control_room.tally import Tally
from clearway.domain import NANOSECONDS, nanoseconds
from clearway.store.database import Database
from tests.alarms.room import SANJA, Room
from tests.support.builders import tracks_at

MINUTE_NS = 60 * NANOSECONDS
HOUR_NS = 60 * MINUTE_NS
DAY_NS = 24 * HOUR_NS


@dataclass
class Station:
    """A room, its counts and its checks, and a store that holds what was filed."""

    database: Database
    room: Room = field(default_factory=Room)
    filed: dict[str, Alarm] = field(default_factory=dict)
    asked: list[tuple[int, int]] = field(default_factory=list)
    people: int = 0

    def __post_init__(self) -> None:
        # A whole minute, so that the minutes of the tally are those of the tests.
        self.room.time_ns = self.start_ns = self.room.time_ns // DAY_NS * DAY_NS
        self.tally = Tally(self.database)
        self.checks = DailyChecks(self.database)
        self.measures = Measures(self.tally, self.checks, self._opened_between)

    @property
    def now_ns(self) -> int:
        return self.room.time_ns

    def work(self, duration_s: float, operators: int = 1, people: int = 0) -> None:
        """The room works for a while, in which so many people pass."""
        for _ in range(round(duration_s / 5.0)):
            self._file()
            self.tally.tick(self.now_ns, operators)
            self.room.wait(5.0)
        self.tally.tick(self.now_ns, operators)
        self._pass(people)
        self._file()

    def rest(self, duration_s: float) -> None:
        """Nothing runs for a while."""
        self.room.wait(duration_s)
        self._file()

    def check(self, *seen: bool, days_ago: float = 0.0) -> None:
        with self.database.begin() as connection:
            for one in seen:
                time_ns = self.now_ns - 1 - nanoseconds(86_400.0 * days_ago)
                check = DailyCheck(
                    sensor="curtain_1", object="tube", seen=one, by="ana", time_ns=time_ns
                )
                self.checks.add(connection, check)

    def solve(self, alarm_id: str) -> None:
        """Somebody dismisses an alarm, whose person leaves."""
        self.room.dismiss(alarm_id)
        self.room.close(alarm_id)

    def now(self) -> Statistics:
        return self.measures.statistics(self.now_ns, self.room.desk.alarms.values())

    def later(self) -> Statistics:
        """When the figures of the day are due anew."""
        self.room.wait(10.0)
        return self.now()

    def day(self, end_ns: int | None = None) -> DailyReport:
        self._file()
        return self.measures.daily_report(self.start_ns, end_ns or self.now_ns)

    def _pass(self, people: int) -> None:
        ids = range(self.people, self.people + people)
        self.people += people
        tracks = tracks_at(0.0, dict.fromkeys(ids, (0.0, 0.0)))
        # The moment at which they count lies within the time that was worked.
        for ago_s in (4.0, 1.0):
            self.tally.people(replace(tracks, time_ns=self.now_ns - nanoseconds(ago_s)))
        self.tally.people(replace(tracks_at(0.0, {}), time_ns=self.now_ns))

    def _file(self) -> None:
        self.filed.update(self.room.desk.alarms)

    def _opened_between(self, start_ns: int, end_ns: int) -> Sequence[Alarm]:
        self.asked.append((start_ns, end_ns))
        return [one for one in self.filed.values() if start_ns <= one.listed_ns < end_ns]


@pytest.fixture
def station(database: Database) -> Station:
    return Station(database)


class TestNow:
    def test_nothing_is_known_at_first(self, station: Station) -> None:
        found = station.now()
        assert (found.throughput_per_min, found.people_now, found.alarms_per_hour) == (
            None,
            None,
            0,
        )
        for estimate in (found.nuisance_per_1000, found.false_per_1000, found.pd):
            assert (estimate.value, estimate.low, estimate.high, estimate.n) == (
                None,
                None,
                None,
                0,
            )
        assert (found.load.per_operator_10min, found.load.guide) == (None, 1.0)
        assert (found.time_to_acknowledge.n, found.time_to_acknowledge.median_s) == (0, None)

    def test_throughput_is_that_of_the_last_ten_minutes(self, station: Station) -> None:
        station.work(600.0, people=100)
        assert station.now().throughput_per_min == pytest.approx(10.0)
        station.work(600.0, people=20)
        assert station.now().throughput_per_min == pytest.approx(2.0)

    def test_throughput_of_a_short_run_is_per_minute_that_it_ran(self, station: Station) -> None:
        station.work(55.0, people=30)
        assert station.now().throughput_per_min is None
        station.work(95.0, people=30)
        assert station.later().throughput_per_min == pytest.approx(60 / 2.5)

    def test_alarms_of_the_last_hour(self, station: Station) -> None:
        station.room.tell("A")
        station.work(1800.0)
        station.room.tell("B")
        assert station.now().alarms_per_hour == 2.0
        station.work(1800.0)
        assert station.now().alarms_per_hour == 1.0

    @pytest.mark.parametrize(("operators", "load"), [(0, None), (1, 3.0), (2, 1.5)])
    def test_the_load_is_shared(self, station: Station, operators: int, load: float | None) -> None:
        station.work(1200.0, operators)
        for alarm_id in "ABC":
            station.room.tell(alarm_id)
        assert station.now().load.per_operator_10min == load

    def test_the_first_alarm_is_not_sixty(self, station: Station) -> None:
        station.work(10.0)
        station.room.tell("A")
        assert station.now().load.per_operator_10min == pytest.approx(1.0)

    def test_nuisance_and_false_are_per_thousand_people_of_a_day(self, station: Station) -> None:
        for alarm_id in "ABC":
            station.room.tell(alarm_id)
        station.room.dismiss("A", reason=DismissReason.HARMLESS_OBJECT)
        station.room.dismiss("B", reason=DismissReason.FALSE_ALARM)
        station.room.dismiss("C", reason=DismissReason.FALSE_ALARM)
        station.work(3600.0, people=500)
        found = station.now()
        nuisance, false = found.nuisance_per_1000, found.false_per_1000
        assert (nuisance.value, nuisance.n, nuisance.basis) == (2.0, 500, "last 24 h")
        assert (false.value, false.n) == (4.0, 500)
        # Exact limits of a count of 1 are 0.0253 and 5.572.
        assert nuisance.low == pytest.approx(0.0253 / 0.5, abs=1e-3)
        assert nuisance.high == pytest.approx(5.572 / 0.5, abs=1e-3)
        station.rest(24 * 3600.0)
        found = station.now()
        assert (found.nuisance_per_1000.value, found.nuisance_per_1000.n) == (None, 0)

    def test_drills_count_nowhere(self, station: Station) -> None:
        station.work(600.0, people=10)
        room = station.room
        room.do(SetDrill(actor=SANJA, on=True, time_ns=room.time_ns))
        room.tell("drill")
        room.dismiss("drill")
        found = station.now()
        assert found.alarms_per_hour == found.load.per_operator_10min == 0.0
        assert found.nuisance_per_1000.value == 0.0

    def test_time_to_acknowledge(self, station: Station) -> None:
        for number, wait_s in enumerate((2.0, 4.0, 9.0)):
            station.room.tell(str(number))
            station.room.wait(wait_s)
            station.room.acknowledge(str(number))
        waits = station.now().time_to_acknowledge
        assert (waits.n, waits.median_s, waits.p95_s) == (3, 4.0, 9.0)

    def test_people_who_are_there(self, station: Station) -> None:
        tracks = tracks_at(0.0, {1: (0.0, 0.0), 2: (1.0, 0.0)})
        station.tally.people(replace(tracks, time_ns=station.now_ns))
        assert station.now().people_now == 2


class TestWhatIsRead:
    def test_the_store_is_asked_once_and_filed_alarms_are_remembered(
        self, station: Station
    ) -> None:
        station.room.tell("A")
        station.work(1.0, people=10)
        station.now()
        station.solve("A")
        for _ in range(100):
            station.work(10.0)
            station.now()
        assert station.room.desk.alarms == {}
        assert station.now().nuisance_per_1000.value == 100.0
        assert len(station.asked) == 1

    def test_a_new_run_reads_what_the_last_has_filed(self, station: Station) -> None:
        station.room.tell("A")
        station.solve("A")
        station.work(1000.0, people=10)
        assert station.room.desk.alarms == {}
        station.measures = Measures(station.tally, station.checks, station._opened_between)
        assert station.now().nuisance_per_1000.value == 100.0
        assert station.asked == [(station.now_ns - DAY_NS, station.now_ns)]

    def test_what_came_and_went_while_nobody_asked_is_read(self, station: Station) -> None:
        station.now()
        station.room.tell("A")
        station.solve("A")
        station.work(1000.0, people=10)
        assert station.room.desk.alarms == {}
        assert station.now().nuisance_per_1000.value == 100.0

    def test_figures_of_the_day_are_up_to_ten_seconds_old(self, station: Station) -> None:
        station.work(600.0)
        assert station.now().pd.n == 0
        station.check(True)
        station.room.tell("A")
        found = station.now()
        assert (found.pd.n, found.alarms_per_hour) == (0, 1.0)
        found = station.later()
        assert (found.pd.n, found.time_to_acknowledge.n) == (1, 1)


class TestDetection:
    def test_it_is_wilsons_share_of_the_last_thirty_days(self, station: Station) -> None:
        station.check(*[True] * 9, False)
        station.check(*[False] * 5, days_ago=31.0)
        station.check(True, days_ago=29.9)
        pd = station.now().pd
        assert (pd.value, pd.n) == (10 / 11, 11)
        # Wilson, 10 of 11.
        assert (pd.low, pd.high) == pytest.approx((0.6226, 0.9838), abs=1e-4)

    def test_it_says_what_it_is_of(self, station: Station) -> None:
        station.check(True)
        basis = station.now().pd.basis
        assert basis.startswith("daily checks with a test object, last 30 days, n = 1:")
        assert "not how often they find what somebody hides" in basis


class TestDay:
    def test_an_empty_day(self, station: Station) -> None:
        report = station.day(station.start_ns + DAY_NS)
        assert [hour.hour for hour in report.per_hour] == list(range(24))
        assert {(hour.alarms, hour.nuisance, hour.false) for hour in report.per_hour} == {(0, 0, 0)}
        assert (report.alarms_per_hour, report.throughput_per_min) == (None, None)
        assert (report.people_now, report.load.per_operator_10min) == (None, None)

    def test_alarms_stand_in_the_hour_in_which_they_came(self, station: Station) -> None:
        station.room.tell("A")
        station.work(3600.0, operators=2, people=200)
        for alarm_id in "BCD":
            station.room.tell(alarm_id)
        for alarm_id in "AB":
            station.room.dismiss(alarm_id, reason=DismissReason.HARMLESS_OBJECT)
        station.room.dismiss("C", reason=DismissReason.FALSE_ALARM)
        station.work(1800.0, operators=2, people=100)
        report = station.day()
        assert [(one.hour, one.alarms, one.nuisance, one.false) for one in report.per_hour] == [
            (0, 1, 1, 0),
            (1, 3, 1, 1),
        ]
        assert report.alarms_per_hour == pytest.approx(4 / 1.5)
        assert report.throughput_per_min == pytest.approx(300 / 90)
        assert report.load.per_operator_10min == pytest.approx(4 / 18)
        assert report.nuisance_per_1000.value == pytest.approx(2 / 0.3)
        assert (report.nuisance_per_1000.n, report.nuisance_per_1000.basis) == (300, "this day")
        assert (report.start_ns, report.end_ns) == (station.start_ns, station.now_ns)

    def test_rates_are_of_the_time_that_was_watched(self, station: Station) -> None:
        station.room.tell("A")
        station.work(3600.0, people=60)
        station.rest(3 * 3600.0)
        report = station.day()
        assert report.alarms_per_hour == pytest.approx(1.0)
        assert report.throughput_per_min == pytest.approx(1.0)
        assert [hour.alarms for hour in report.per_hour] == [1, 0, 0, 0, 0]

    def test_what_belongs_to_other_days_does_not_count(self, station: Station) -> None:
        station.room.tell("A")
        station.work(600.0, people=5)
        end_ns = station.now_ns
        station.room.tell("B")
        station.work(600.0, people=5)
        station.check(True)
        report = station.day(end_ns)
        assert [hour.alarms for hour in report.per_hour] == [1]
        assert (report.false_per_1000.n, report.pd.n) == (5, 0)
