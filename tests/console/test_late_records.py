"""Who was present and was shown what: recorded in time, and never waited for."""

from __future__ import annotations

import json
from threading import Event, Thread
from typing import Any, NoReturn

import pytest
from litestar.testing import TestClient
from sqlalchemy import Connection

from clearway.alarms import Role
from clearway.audit import verify
from clearway.console import late_records
from clearway.console.late_records import LateRecords
from clearway.console.live import broadcast
from clearway.errors import OutputError
from tests.accounts.clock import START_NS
from tests.console.happenings import Hall
from tests.console.pages import page, until
from tests.console.room import Room

Told = list[tuple[str, str, str]]


def _told(room: Room) -> Told:
    room.context.keep_late_records()
    return [(one.kind, one.actor, one.subject) for one in room.context.audit.records(2)]


def _shown(room: Room) -> dict[str, list[str]]:
    """Which alarms were shown to whom, in the order of the records."""
    room.context.keep_late_records()
    found: dict[str, list[str]] = {}
    for row in room.context.audit.stored(2):
        assert row.record is not None
        if row.record.kind == "alarms-shown":
            assert row.record.actor == "clearway"
            alarms = json.loads(row.payload or b"")["alarms"]
            found.setdefault(row.record.subject, []).extend(one["id"] for one in alarms)
    return found


def _refuses(*_: object, **__: object) -> NoReturn:
    raise OutputError("site.sqlite", "cannot be written: disk full", "free some space")


@pytest.fixture
def hall(client: TestClient[Any], room: Room) -> Hall:
    room.add("ana", Role.OPERATOR)
    return Hall(client, room)


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broadcast, "_TICK_S", 0.02)
    monkeypatch.setattr(broadcast, "_LOOK_S", 0.01)


class TestPresence:
    def test_somebody_comes_with_a_first_page_and_leaves_with_the_last(
        self, hall: Hall, room: Room
    ) -> None:
        came = ("control-room-entered", "ana", "operator")
        left = ("control-room-left", "ana", "operator")
        with page(hall, "ana"):
            with page(hall, "ana"), page(hall, "guard"):
                assert _told(room) == [came, ("control-room-entered", "guard", "guard")]
            until(lambda: len(room.context.sockets) == 1)
            assert left not in _told(room)
        until(lambda: not room.context.sockets.present)
        until(lambda: not room.context.room.desk.people)
        told = _told(room)
        assert told.count(came) == told.count(left) == 1
        assert told[-1] == left
        with page(hall, "ana"):
            assert _told(room).count(came) == 2

    def test_the_past_is_no_presence(self, hall: Hall, room: Room) -> None:
        hall.get("ana", "/alarms")
        assert _told(room) == []


class TestShown:
    def test_all_that_a_page_begins_with(self, hall: Hall, room: Room) -> None:
        hall.alarm("A")
        hall.alarm("B")
        with page(hall, "ana"), page(hall, "viewer"):
            pass
        assert _shown(room) == {"ana": ["A", "B"], "viewer": ["A", "B"]}

    def test_what_comes_later_and_once(self, hall: Hall, room: Room) -> None:
        with page(hall, "ana") as opened:
            hall.alarm()
            opened.next("alarm")
            opened.next("clock")
            assert _shown(room) == {"ana": ["A"]}
            hall.act("ana", "acknowledge")
            opened.next("alarm")
            opened.next("clock")
        with page(hall, "ana"):
            pass
        assert _shown(room) == {"ana": ["A"]}

    @pytest.mark.parametrize("path", ["/alarms", "/alarms/A"])
    def test_what_is_asked_for(self, hall: Hall, room: Room, path: str) -> None:
        hall.alarm()
        assert hall.get("auditor", path).status_code == 200
        assert _shown(room) == {"auditor": ["A"]}

    def test_not_what_somebody_may_not_see(self, hall: Hall, room: Room) -> None:
        hall.alarm()
        with page(hall, "guard"), page(hall, "ana"):
            assert hall.get("guard", "/alarms/A").status_code == 404
            assert hall.get("guard", "/alarms").json() == []
            assert "guard" not in _shown(room)
            hall.act("ana", "escalate", {"guard": "guard"})
            until(lambda: "guard" in _shown(room))
        assert _shown(room)["guard"] == ["A"]

    def test_the_disk_is_not_waited_for(
        self, hall: Hall, room: Room, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with page(hall, "ana") as opened:
            with monkeypatch.context() as full:
                full.setattr(room.context.audit, "add", _refuses)
                hall.alarm()
                assert opened.next("alarm")["alarm"]["id"] == "A"
                opened.next("clock")
                for _ in range(3):
                    with pytest.raises(OutputError):
                        room.context.keep_late_records()
            assert _shown(room) == {"ana": ["A"]}
        assert _told(room)[0] == ("control-room-entered", "ana", "operator")


class TestWriting:
    @pytest.fixture
    def late(self) -> LateRecords:
        return LateRecords()

    def test_a_flood_is_one_transaction_and_a_record_for_each_person(
        self, late: LateRecords, room: Room, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        begun = _counted(room, monkeypatch)
        alarms = [f"A{number}" for number in range(1000)]
        for alarm in alarms:
            for person in range(5):
                late.shown(f"ana{person}", [alarm], time_ns=START_NS)
        late.keep(room.context.database, room.context.audit)
        assert len(begun) == 1
        assert _shown(room) == {f"ana{person}": alarms for person in range(5)}
        late.keep(room.context.database, room.context.audit)
        assert len(begun) == 1
        assert verify(room.context.audit.stored()).intact

    def test_the_record_says_when_each_was_shown(self, late: LateRecords, room: Room) -> None:
        late.shown("ana", ["A"], time_ns=START_NS)
        late.shown("ana", ["A", "B"], time_ns=START_NS + 5)
        late.add("control-room-left", "ana", "operator", time_ns=START_NS + 3)
        late.keep(room.context.database, room.context.audit)
        first, second = room.context.audit.stored(2)
        assert first.record is not None
        assert second.record is not None
        assert (first.record.kind, first.record.time_ns) == ("alarms-shown", START_NS)
        assert json.loads(first.payload or b"")["alarms"] == [
            {"id": "A", "sent_ns": START_NS},
            {"id": "B", "sent_ns": START_NS + 5},
        ]
        assert second.record.kind == "control-room-left"

    def test_what_comes_while_the_disk_refuses_is_joined(
        self, late: LateRecords, room: Room, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        add = room.context.audit.add

        def refuses_later(connection: Connection, *what: Any, **how: Any) -> Any:
            add(connection, *what, **how)
            late.shown("ana", ["B"], time_ns=START_NS + 1)
            late.add("control-room-left", "ana", "operator", time_ns=START_NS + 1)
            _refuses()

        late.add("control-room-entered", "ana", "operator", time_ns=START_NS)
        late.shown("ana", ["A"], time_ns=START_NS)
        with monkeypatch.context() as full:
            full.setattr(room.context.audit, "add", refuses_later)
            with pytest.raises(OutputError):
                late.keep(room.context.database, room.context.audit)
        assert room.kinds() == []
        late.keep(room.context.database, room.context.audit)
        assert room.kinds() == ["control-room-entered", "alarms-shown", "control-room-left"]
        assert _shown(room) == {"ana": ["A", "B"]}

    def test_what_waits_is_bounded_and_what_is_lost_is_counted(
        self, late: LateRecords, room: Room, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(late_records, "_MOST_RECORDS", 3)
        monkeypatch.setattr(late_records, "_MOST_SHOWN", 4)
        for number in range(5):
            late.add("control-room-left", "ana", f"{number}", time_ns=START_NS)
            late.shown("ana", [f"{number}"], time_ns=START_NS + number)
        late.keep(room.context.database, room.context.audit)
        assert room.kinds() == [*["control-room-left"] * 3, "alarms-shown", "records-lost"]
        *_, lost = room.context.audit.stored(2)
        assert lost.record is not None
        assert (lost.record.actor, lost.record.time_ns) == ("clearway", START_NS + 4)
        assert json.loads(lost.payload or b"") == {"count": 3}
        # With that it is over.
        late.shown("ana", ["5"], time_ns=START_NS + 5)
        late.keep(room.context.database, room.context.audit)
        assert room.kinds()[5:] == ["alarms-shown"]

    def test_whom_it_knows_is_bounded(
        self, late: LateRecords, room: Room, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(late_records, "_MOST_KNOWN", 2)
        for alarm in ("A", "B", "B", "C", "A", "A"):
            late.shown("ana", [alarm], time_ns=START_NS)
            late.keep(room.context.database, room.context.audit)
        assert _shown(room) == {"ana": ["A", "B", "C", "A"]}

    def test_two_who_write_at_once_write_it_once(
        self, late: LateRecords, room: Room, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        add, writing, go_on = room.context.audit.add, Event(), Event()

        def slow(connection: Connection, *what: Any, **how: Any) -> Any:
            writing.set()
            assert go_on.wait(30)
            return add(connection, *what, **how)

        monkeypatch.setattr(room.context.audit, "add", slow)
        late.shown("ana", ["A"], time_ns=START_NS)
        context = room.context
        keep = [Thread(target=late.keep, args=(context.database, context.audit)) for _ in range(2)]
        for thread in keep:
            thread.start()
        assert writing.wait(30)
        # Nobody who shows alarms waits for the one who writes.
        late.shown("ana", ["B"], time_ns=START_NS)
        go_on.set()
        for thread in keep:
            thread.join()
        assert _shown(room) == {"ana": ["A", "B"]}


def _counted(room: Room, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    begun: list[int] = []
    begin = room.context.database.begin

    def counted() -> Any:
        begun.append(1)
        return begin()

    monkeypatch.setattr(room.context.database, "begin", counted)
    return begun
