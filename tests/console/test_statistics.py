"""Figures and daily checks over the API."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient

from clearway.console.days import bounds_of, day_of
from clearway.domain import NANOSECONDS
from clearway.errors import ArgumentError, OutputError
from tests.console.happenings import Hall, assert_fits
from tests.console.room import Room, problem_of

HOUR_NS = 3600 * NANOSECONDS


@pytest.fixture
def hall(client: TestClient[Any], room: Room) -> Hall:
    return Hall(client, room)


@pytest.fixture
def sensor(room: Room) -> str:
    return next(one.id for one in room.context.site.sensors if one.kind == "curtain")


class TestFigures:
    def test_they_are_what_the_pages_read(self, hall: Hall) -> None:
        told = hall.get("viewer", "/statistics").json()
        assert_fits(told, "Statistics")
        for name in ("nuisance_per_1000", "false_per_1000", "pd"):
            assert_fits(told[name], "Estimate")
        assert told["load"]["guide"] == 1.0
        assert told["time_to_acknowledge_s"] == {"median": None, "p95": None, "n": 0}

    def test_a_day_is_reported(self, hall: Hall) -> None:
        hall.alarm()
        hall.room.clock.pass_s(7)
        hall.act("operator", "acknowledge")
        hall.act("operator", "dismiss", {"reason": "harmless_object"})
        hall.pass_s(300)
        hall.keep()
        told = hall.get("viewer", "/reports/daily").json()
        assert_fits(told, "DailyReport")
        assert_fits(told["per_hour"][0], "HourCount")
        assert told["date"] == str(day_of(hall.room.clock.now_ns))
        assert told["time_to_acknowledge_s"] == {"median": 7.0, "p95": 7.0, "n": 1}
        assert [sum(one[key] for one in told["per_hour"]) for key in ("alarms", "nuisance")] == [
            1,
            1,
        ]

    @pytest.mark.parametrize(
        ("day", "status"),
        [("2027-01-15", 200), ("1999-12-31", 422), ("0001-01-01", 422), ("9999-12-31", 422)],
    )
    def test_of_days_without_a_station_nothing_is_known(
        self, hall: Hall, day: str, status: int
    ) -> None:
        assert hall.get("viewer", f"/reports/daily?date={day}").status_code == status

    @pytest.mark.parametrize("day", ["yesterday", "2027-02-30", ""])
    def test_what_is_no_day_is_refused(self, hall: Hall, day: str) -> None:
        assert hall.get("viewer", f"/reports/daily?date={day}").status_code == 400


class TestDays:
    def test_a_day_is_one_of_the_machines_own_zone(self) -> None:
        noon_ns = int(datetime(2026, 7, 1, 12, tzinfo=UTC).timestamp()) * NANOSECONDS
        day = day_of(noon_ns)
        start_ns, end_ns = bounds_of(day, noon_ns)
        assert day_of(start_ns) == day_of(end_ns - 1) == day
        assert day_of(start_ns - 1) < day < day_of(end_ns)

    @pytest.mark.skipif(not Path("/usr/share/zoneinfo").is_dir(), reason="no time zones here")
    def test_where_clocks_are_set_a_day_is_shorter_or_longer(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("TZ", "Europe/Belgrade")
        time.tzset()
        try:
            now_ns = int(datetime(2026, 12, 1, tzinfo=UTC).timestamp()) * NANOSECONDS
            lengths = [
                (end_ns - start_ns) // HOUR_NS
                for start_ns, end_ns in (
                    bounds_of(datetime(2026, month, day, tzinfo=UTC).date(), now_ns)
                    for month, day in ((3, 29), (7, 1), (10, 25))
                )
            ]
        finally:
            monkeypatch.undo()
            time.tzset()
        assert lengths == [23, 24, 25]

    def test_of_tomorrow_nothing_is_known(self) -> None:
        now_ns = 1_800_000_000 * NANOSECONDS
        with pytest.raises(ArgumentError, match="nothing is known"):
            bounds_of(day_of(now_ns + 24 * HOUR_NS), now_ns)


class TestChecks:
    def test_one_is_written_down_with_its_audit_record(self, hall: Hall, sensor: str) -> None:
        body = {"sensor": sensor, "object": "steel rod 3", "seen": True, "text": "at once"}
        told = hall.post("operator", "/daily-checks", body).json()
        assert_fits(told, "DailyCheck")
        assert told == body | {"by": "operator", "time_us": hall.room.clock.now_ns // 1000}
        today = day_of(hall.room.clock.now_ns)
        assert hall.get("auditor", f"/daily-checks?date={today}").json() == [told]
        assert hall.get("operator", "/daily-checks?date=2026-01-01").json() == []
        assert hall.room.kinds() == ["daily-check"]
        hall.pass_s(1)
        assert hall.get("viewer", "/statistics").json()["pd"]["value"] == 1.0

    def test_a_missed_object_is_written_down_too(self, hall: Hall, sensor: str) -> None:
        body = {"sensor": sensor, "object": "steel rod 3", "seen": False}
        assert hall.post("supervisor", "/daily-checks", body).json()["seen"] is False

    def test_nothing_is_carried_past_a_camera(self, hall: Hall) -> None:
        camera = next(one.id for one in hall.room.context.site.sensors if one.kind == "camera")
        body = {"sensor": camera, "object": "steel rod 3", "seen": True}
        problem = problem_of(hall.post("operator", "/daily-checks", body))
        assert problem["status"] == 422
        assert problem["errors"][0]["field"] == "sensor"

    def test_without_a_name_it_is_no_object(self, hall: Hall, sensor: str) -> None:
        body = {"sensor": sensor, "object": " ", "seen": True}
        assert hall.post("operator", "/daily-checks", body).status_code == 422
        assert hall.room.kinds() == []

    def test_neither_is_kept_without_the_other(
        self, hall: Hall, sensor: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(*_: object, **__: object) -> None:
            raise OutputError("site.sqlite", "the disk is full", "free some space")

        monkeypatch.setattr(hall.room.context.audit, "add", refuse)
        body = {"sensor": sensor, "object": "steel rod 3", "seen": True}
        problem = problem_of(hall.post("operator", "/daily-checks", body))
        assert problem["type"].endswith(":not-kept")
        monkeypatch.undo()
        assert hall.get("operator", "/daily-checks").json() == []
        assert hall.room.kinds() == []
