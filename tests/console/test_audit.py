"""The audit log over the API."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from litestar.testing import TestClient

from clearway.audit import export_checkpoints
from clearway.console.security.rates import Rates
from tests.console.room import API, Room, client_of, problem_of, proofs

Browser = TestClient[Any]


def _read(client: Browser, room: Room, query: str = "") -> list[dict[str, Any]]:
    answer = client.get(f"{API}/audit{query}", headers=proofs(room.session("auditor")))
    assert answer.status_code == 200
    records: list[dict[str, Any]] = answer.json()["records"]
    return records


@pytest.fixture
def _written(room: Room) -> None:
    for number in range(2, 31):
        kind = "rare" if number in {5, 20} else "common"
        room.context.record(kind, "ana", f"alarm {number}", {"why": "a test"})


@pytest.mark.usefixtures("_written")
class TestReading:
    def test_the_newest_come_first(self, client: Browser, room: Room) -> None:
        records = _read(client, room, "?limit=3")
        assert [record["number"] for record in records] == [30, 29, 28]
        assert records[0] == {
            "number": 30,
            "time_us": room.clock.now_ns // 1000,
            "kind": "common",
            "actor": "ana",
            "subject": "alarm 30",
        }

    def test_all_come_where_there_are_few(self, client: Browser, room: Room) -> None:
        assert [one["number"] for one in _read(client, room)] == [*range(30, 0, -1)]

    @pytest.mark.parametrize("first", [0, 1])
    def test_from_a_number_on(self, client: Browser, room: Room, first: int) -> None:
        records = _read(client, room, f"?first={first}&limit=4")
        assert [record["number"] for record in records] == [4, 3, 2, 1]
        assert _read(client, room, "?first=31") == []
        assert _read(client, room, f"?first={2**63 - 1}") == []

    @pytest.mark.parametrize(
        ("query", "numbers"),
        [
            ("?kind=rare", [20, 5]),
            ("?kind=rare&limit=1", [20]),
            ("?kind=rare&first=1&limit=1", [5]),
            ("?kind=rare&first=6", [20]),
            ("?kind=rare&before=20", [5]),
            ("?kind=rare&before=5", []),
            ("?before=4", [3, 2, 1]),
            ("?before=4&limit=2", [3, 2]),
            ("?before=4&first=2", [3, 2]),
            ("?before=0", []),
            (f"?before={2**63 - 1}&limit=1", [30]),
            ("?kind=nothing", []),
            ("?kind=%27%20OR%201%3D1", []),
        ],
    )
    def test_of_one_kind(self, client: Browser, room: Room, query: str, numbers: list[int]) -> None:
        assert [record["number"] for record in _read(client, room, query)] == numbers

    def test_payloads_stay_where_they_are(self, client: Browser, room: Room) -> None:
        assert "a test" not in str(_read(client, room))


def test_an_empty_log_has_no_records(client: Browser, room: Room) -> None:
    assert _read(client, room) == []
    assert _read(client, room, "?kind=rare") == []


@pytest.mark.usefixtures("_written")
def test_the_log_is_verified(client: Browser, room: Room) -> None:
    answer = client.get(f"{API}/audit/verification", headers=proofs(room.session("auditor")))
    assert answer.json() == {"sound": True, "records": 30, "covered": 0, "faults": []}


@pytest.mark.usefixtures("_written")
def test_a_removed_record_is_named(client: Browser, room: Room) -> None:
    database = room.context.audit._database
    with database.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER audit_records_no_DELETE")
        connection.exec_driver_sql("DELETE FROM audit_records WHERE number = 7")
    answer = client.get(f"{API}/audit/verification", headers=proofs(room.session("auditor")))
    told = answer.json()
    assert told["sound"] is False
    assert any("record 7" in fault for fault in told["faults"])


@pytest.mark.usefixtures("_written")
def test_a_cut_end_is_found_by_what_was_exported(room: Room, tmp_path: Path) -> None:
    key = Ed25519PrivateKey.generate()
    folder = tmp_path / "export"
    checkpoints = (folder, key.public_key())
    exporting = replace(room, context=replace(room.context, checkpoints=checkpoints))
    with client_of(exporting) as client:
        headers = proofs(room.session("auditor"))
        path = f"{API}/audit/verification"
        assert client.get(path, headers=headers).json()["covered"] == 0
        export_checkpoints(room.context.audit, folder, key, time_ns=room.clock.now_ns)
        told = client.get(path, headers=headers).json()
        assert (told["sound"], told["covered"]) == (True, 30)
        with room.context.audit._database.begin() as connection:
            connection.exec_driver_sql("DROP TRIGGER audit_records_no_DELETE")
            connection.exec_driver_sql("DELETE FROM audit_records WHERE number > 28")
        told = client.get(path, headers=headers).json()
    assert told["sound"] is False
    assert any("29 to 30" in fault for fault in told["faults"])


def test_checking_is_not_asked_for_without_end(room: Room) -> None:
    rates = Rates(checks_per_min=6.0, check_burst=2)
    with client_of(replace(room, context=replace(room.context, rates=rates))) as client:
        headers = proofs(room.session("auditor"))
        answers = [client.get(f"{API}/audit/verification", headers=headers) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert problem_of(answers[-1])["remedy"] == "Wait a little, then try again."
