"""Sensors over the API: how they do, and shelving one."""

from __future__ import annotations

from typing import Any

import pytest
from litestar.testing import TestClient

from clearway.errors import OutputError
from tests.console.happenings import Hall, assert_fits
from tests.console.room import Room, problem_of
from tests.control_room.alerts import reading


@pytest.fixture
def hall(client: TestClient[Any], room: Room) -> Hall:
    return Hall(client, room)


@pytest.fixture
def sensor(room: Room) -> str:
    """One that examines people."""
    return next(one.id for one in room.context.site.sensors if one.kind == "curtain")


def _shelf(hall: Hall, sensor: str) -> Any:
    told = hall.get("viewer", "/sensors").json()
    return next(one["shelved"] for one in told if one["id"] == sensor)


def test_all_are_told_in_the_order_of_the_site_file(hall: Hall) -> None:
    told = hall.get("admin", "/sensors").json()
    assert [one["id"] for one in told] == [one.id for one in hall.room.context.site.sensors]
    for one in told:
        assert_fits(one, "SensorHealth")
    assert {one["state"] for one in told} == {"absent"}


def test_one_is_shelved_and_rings_again(hall: Hall, sensor: str) -> None:
    body = {"minutes": 15, "reason": "its belt slips"}
    told = hall.post("operator", f"/sensors/{sensor}/shelve", body).json()
    until_us = hall.room.clock.now_ns // 1000 + 15 * 60_000_000
    shelf = {"until_us": until_us, "by": "operator", "reason": "its belt slips"}
    assert told["shelved"] == shelf == _shelf(hall, sensor)
    told = hall.post("supervisor", f"/sensors/{sensor}/unshelve").json()
    assert told["shelved"] is None
    assert hall.room.kinds()[-2:] == ["sensor-shelved", "sensor-unshelved"]


def test_what_only_it_has_found_is_silent_meanwhile(hall: Hall, sensor: str) -> None:
    body = {"minutes": 15, "reason": "its belt slips"}
    hall.post("operator", f"/sensors/{sensor}/shelve", body)
    hall.alarm(readings=[reading(sensor)])
    assert hall.seen_by("operator")["shelved"] is True
    hall.post("operator", f"/sensors/{sensor}/unshelve")
    assert hall.seen_by("operator")["shelved"] is False


def test_the_second_is_told_who_was_first(hall: Hall, sensor: str) -> None:
    body = {"minutes": 15, "reason": "its belt slips"}
    hall.post("operator", f"/sensors/{sensor}/shelve", body)
    problem = problem_of(hall.post("supervisor", f"/sensors/{sensor}/shelve", body))
    assert (problem["status"], problem["by"]) == (409, "operator")
    assert problem["type"].endswith(":already-done")


@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        ({"minutes": 9 * 60, "reason": "it is wrong"}, 422, "too-long"),
        ({"minutes": 15, "reason": "  "}, 422, "text-needed"),
        ({"minutes": 0, "reason": "it is wrong"}, 400, None),
        ({"minutes": 2**70, "reason": "it is wrong"}, 400, None),
        ({"minutes": 15}, 400, None),
    ],
)
def test_what_cannot_be_is_refused(
    hall: Hall, sensor: str, body: object, status: int, kind: str | None
) -> None:
    problem = problem_of(hall.post("operator", f"/sensors/{sensor}/shelve", body))
    assert problem["status"] == status
    assert kind is None or problem["type"].endswith(f":{kind}")
    assert _shelf(hall, sensor) is None


def test_one_that_is_not_there_is_not_shelved(hall: Hall) -> None:
    for action in ("shelve", "unshelve"):
        body = {"minutes": 15, "reason": "x"}
        assert hall.post("operator", f"/sensors/nothing/{action}", body).status_code == 404
    assert hall.room.context.room.desk.shelves == {}


def test_on_a_full_disk_it_is_not_shelved(
    hall: Hall, sensor: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OutputError("site.sqlite", "the disk is full", "free some space")

    monkeypatch.setattr(hall.room.context.room.record, "keep", refuse)
    body = {"minutes": 15, "reason": "its belt slips"}
    assert hall.post("operator", f"/sensors/{sensor}/shelve", body).status_code == 507
    assert _shelf(hall, sensor) is None
