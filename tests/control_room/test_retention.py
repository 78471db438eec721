"""What goes when, what stays, and what the audit log says of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select

from clearway.accounts import Invitations, Sessions
from clearway.accounts.tables import INVITATIONS, SESSIONS, USERS
from clearway.alarms.roles import Role
from clearway.audit import AuditLog, AuditRecord, verify
from clearway.audit.record import ERASED
from clearway.control_room import retention
from clearway.control_room.retention import ENFORCED, DataClass, Deleted, Retention
from clearway.control_room.tables import ALARMS, CHANGES
from clearway.domain import NANOSECONDS
from clearway.errors import OutputError
from clearway.history import TrackHistory, TrackRecorder
from clearway.sapient.bindings import Alert, SapientMessage
from clearway.service.alert_store import AlertStore
from clearway.site.schema import Keep
from clearway.store.database import Database
from tests.history.making import every

START_NS = 1_800_000_000_000_000_000
HOUR_NS = 3600 * NANOSECONDS
DAY_NS = 24 * HOUR_NS
KEEP = Keep(tracks_days=3.0, alerts_days=30.0, audit_payloads_days=100.0)


class Place:
    """A site in which everything is kept, and its retention."""

    def __init__(self, folder: Path, database: Database, alerts: AlertStore) -> None:
        self.tracks = folder / "tracks"
        self.database = database
        self.audit = AuditLog(database, "rome", "0.1.0")
        self.alerts = alerts
        self.told: list[str] = []
        self.retention = self.started()

    def started(self) -> Retention:
        return Retention(
            KEEP,
            tracks=self.tracks,
            alerts=self.alerts,
            database=self.database,
            audit=self.audit,
            tell=self.told.append,
        )

    def shown(self, start_ns: int) -> None:
        """A minute on the plan."""
        recorder = TrackRecorder(self.tracks)
        for one in every(1.0, start_ns, 60):
            recorder.add(one)
        recorder.close()

    def alert(self, name: str, time_ns: int, *, ended: bool) -> None:
        message = SapientMessage()
        for status in (Alert.ALERT_STATUS_ACTIVE, Alert.ALERT_STATUS_CLEAR)[: 1 + ended]:
            message.timestamp.FromNanoseconds(time_ns)
            message.alert.status = status
            self.alerts.keep(name, message)

    def alarm(self, name: str, time_ns: int, *, ended: bool) -> None:
        row = {"alarm_id": name, "state": "{}"}
        with self.database.begin() as connection:
            resolved_ns = time_ns if ended else None
            connection.execute(
                insert(ALARMS).values(row | {"listed_ns": time_ns, "resolved_ns": resolved_ns})
            )
            for what in ("listed", "updated"):
                change = {"time_ns": time_ns, "what": what, "by": None, "text": ""}
                connection.execute(insert(CHANGES).values(row | change))

    def count(self, *tables: object) -> list[int]:
        with self.database.read() as connection:
            return [
                connection.execute(select(func.count()).select_from(table)).scalar_one()  # type: ignore[arg-type]
                for table in tables
            ]

    def records(self, kind: str) -> list[AuditRecord]:
        return [*self.audit.records(kind=kind)]

    def counted(self) -> list[dict[str, int]]:
        """What the records of retention say."""
        rows = self.audit.stored(kind=ENFORCED)
        return [json.loads(row.payload) for row in rows if row.payload is not None]


@pytest.fixture
def here(tmp_path: Path, database: Database) -> Iterator[Place]:
    with closing(AlertStore(tmp_path / "alerts.sqlite")) as alerts:
        yield Place(tmp_path, database, alerts)


def hourly(here: Place, start_ns: int, hours: int) -> list[Deleted]:
    """As the service does."""
    deleted: list[Deleted] = []
    for hour in range(hours):
        deleted += here.retention.enforce(start_ns + hour * HOUR_NS)
    return deleted


def test_everything_goes_in_its_time(here: Place) -> None:
    here.shown(START_NS)
    here.shown(START_NS + 2 * DAY_NS)
    for name, days in (("A", 0), ("B", 2), ("C", 0)):
        here.alert(name, START_NS + days * DAY_NS, ended=name != "C")
        here.alarm(name, START_NS + days * DAY_NS, ended=name != "C")
    here.audit.append("alarm-dismissed", "Petra", "A", {"reason": "x"}, time_ns=START_NS)
    here.audit.append("alarm-seen", "Petra", "A", time_ns=START_NS)
    here.audit.append("alarm-dismissed", "Ana", "B", {"reason": "y"}, time_ns=START_NS + 2 * DAY_NS)
    assert hourly(here, START_NS + HOUR_NS, 71) == []
    assert here.records(ENFORCED) == []  # of nothing nothing is said
    assert hourly(here, START_NS + 72 * HOUR_NS, 2) == [Deleted(DataClass.TRACKS, 6)]
    assert TrackHistory(here.tracks).span() == (
        START_NS + 2 * DAY_NS,
        START_NS + 2 * DAY_NS + 59 * NANOSECONDS,
    )
    hourly(here, START_NS + 74 * HOUR_NS, 100)
    assert TrackHistory(here.tracks).span() is None
    deleted = [one for day in range(8, 32) for one in hourly(here, START_NS + day * DAY_NS, 1)]
    assert deleted == [Deleted(DataClass.ALERTS, 1), Deleted(DataClass.ALARMS, 1)]
    assert {one.alert_id for one in here.alerts.changes()} == {"B", "C"}
    assert here.count(ALARMS, CHANGES) == [2, 4]
    deleted = [one for day in range(32, 102) for one in hourly(here, START_NS + day * DAY_NS, 1)]
    assert deleted == [
        Deleted(DataClass.ALERTS, 1),
        Deleted(DataClass.ALARMS, 1),
        Deleted(DataClass.AUDIT_PAYLOADS, 1),
    ]
    assert [one.alert_id for one in here.alerts.open_alerts()] == ["C"]
    payloads = [row.payload for row in here.audit.stored(kind="alarm-dismissed")]
    assert payloads == [None, b'{"reason":"y"}']
    assert here.counted() == [
        {"tracks": 6},
        {"tracks": 6},
        {"alerts": 1, "alarms": 1},
        {"alerts": 1, "alarms": 1},
        {"audit_payloads": 1},
    ]
    assert {one.actor for one in here.records(ENFORCED)} == {"clearway"}
    assert here.told == []
    verdict = verify(here.audit.stored(), (), None)
    assert verdict.intact
    assert verdict.erased == 1


def test_it_is_due_once_an_hour(here: Place) -> None:
    assert here.retention.due(START_NS)
    here.retention.enforce(START_NS)
    assert not here.retention.due(START_NS + HOUR_NS - 1)
    assert here.retention.due(START_NS + HOUR_NS)
    assert here.retention.due(START_NS - 1)
    again = here.started()  # also after a restart
    assert not again.due(START_NS + HOUR_NS - 1)
    assert again.due(START_NS + HOUR_NS)


def test_sessions_and_invitations_that_are_over(here: Place) -> None:
    user = {
        "name": "petra",
        "display": "Petra",
        "role": "viewer",
        "language": "en",
        "password_hash": "",
        "code_secret": "",
        **dict.fromkeys(
            ("disabled", "last_code_step", "failures", "locked_until_ns", "created_ns"), 0
        ),
    }
    with here.database.begin() as connection:
        connection.execute(insert(USERS).values(user))
    Sessions(here.database).open("petra", now_ns=START_NS)
    Invitations(here.database).invite(Role.VIEWER, "ana", now_ns=START_NS)
    assert hourly(here, START_NS, 24) == []
    Invitations(here.database).invite(Role.VIEWER, "eva", now_ns=START_NS + 23 * HOUR_NS)
    assert hourly(here, START_NS + DAY_NS, 2) == [
        Deleted(DataClass.INVITATIONS, 1),
        Deleted(DataClass.SESSIONS, 1),
    ]
    assert here.count(SESSIONS, INVITATIONS) == [0, 1]


def test_a_clock_that_leaps_ahead_is_not_believed_at_once(here: Place) -> None:
    here.shown(START_NS)
    hourly(here, START_NS, 5)
    leapt_ns = START_NS + 400 * DAY_NS
    for hour in range(12):
        assert here.retention.enforce(leapt_ns + hour * HOUR_NS) == ()
        assert len(here.told) == hour + 1
    assert "the clock has gone ahead by more than a day since the last run" in here.told[0]
    assert "nothing is deleted before 2028-02-19 20:00 UTC" in here.told[0]
    assert "check date and time" in here.told[0]
    here.retention = here.started()  # a restart changes nothing about it
    assert here.retention.enforce(leapt_ns + 12 * HOUR_NS - 1) == ()
    assert here.retention.enforce(leapt_ns + 12 * HOUR_NS) == (Deleted(DataClass.TRACKS, 6),)


def test_a_clock_that_is_put_right_has_cost_nothing(here: Place) -> None:
    hourly(here, START_NS, 1)
    here.shown(START_NS)
    hourly(here, START_NS + 400 * DAY_NS, 5)
    hourly(here, START_NS + 6 * HOUR_NS, 1)
    here.told.clear()
    assert TrackHistory(here.tracks).span() is not None
    assert hourly(here, START_NS + 7 * HOUR_NS, 72) == [Deleted(DataClass.TRACKS, 6)]
    assert here.told == []


def test_a_second_leap_begins_the_wait_again(here: Place) -> None:
    here.shown(START_NS)
    hourly(here, START_NS, 1)
    assert hourly(here, START_NS + 10 * DAY_NS, 6) == []
    assert hourly(here, START_NS + 20 * DAY_NS, 12) == []
    assert hourly(here, START_NS + 20 * DAY_NS + 12 * HOUR_NS, 1) == [Deleted(DataClass.TRACKS, 6)]


def test_its_own_words_stay(here: Place) -> None:
    """Erasing them would make records for ever."""
    here.audit.append("alarm-dismissed", "Petra", "A", {"reason": "x"}, time_ns=START_NS)
    asked = here.audit.append("alarm-dismissed", "Petra", "A", {"reason": "x"}, time_ns=START_NS)
    assert asked.payload_id is not None
    here.audit.erase(asked.payload_id, "Petra", "Mr Smith has asked", time_ns=START_NS)
    for day in range(500):
        here.retention.enforce(START_NS + day * DAY_NS)
    counts = [one for one in here.counted() if "audit_payloads" in one]
    assert counts == [{"audit_payloads": 2}]  # the reason that Petra wrote down too
    assert len(here.records(ERASED)) == 1 + 2
    erased = [row.payload for row in here.audit.stored(kind=ERASED)]
    assert erased[0] is None
    assert None not in erased[1:]


def test_many_payloads_take_several_runs(here: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "_PAYLOADS_AT_ONCE", 3)
    for number in range(8):
        here.audit.append("alarm-seen", "Petra", f"A{number}", "x", time_ns=START_NS)
    deleted = hourly(here, START_NS + 101 * DAY_NS, 5)
    assert [one.count for one in deleted] == [3, 3, 2]


def test_what_cannot_be_deleted_does_not_keep_the_rest(
    here: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    here.shown(START_NS)
    here.alert("A", START_NS, ended=True)
    here.alarm("A", START_NS, ended=True)

    def refuse(*_: object) -> int:
        raise OutputError("alerts.sqlite", "is locked", "end the program that holds it")

    with monkeypatch.context() as patch:
        patch.setattr(here.alerts, "shorten", refuse)
        deleted = here.retention.enforce(START_NS + 40 * DAY_NS)
    assert deleted == (Deleted(DataClass.TRACKS, 6), Deleted(DataClass.ALARMS, 1))
    (sentence,) = here.told
    assert sentence.startswith("retention: alerts whose time is over stay for now: alerts.sqlite")
    deleted = here.retention.enforce(START_NS + 40 * DAY_NS + HOUR_NS)
    assert deleted == (Deleted(DataClass.ALERTS, 1),)


def test_files_that_cannot_be_deleted_are_told(
    here: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    here.shown(START_NS)

    def refuse(path: Path, *, missing_ok: bool = False) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", refuse)
        assert here.retention.enforce(START_NS + 40 * DAY_NS) == ()
    assert len(here.told) == 6
    assert all("cannot be deleted (Permission denied)" in sentence for sentence in here.told)


def test_what_could_not_be_recorded_is_recorded_later(
    here: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    here.shown(START_NS)

    def refuse(*_: object, **__: object) -> AuditRecord:
        raise OutputError("site.sqlite", "is full", "make room")

    with monkeypatch.context() as patch, suppress(OutputError):
        patch.setattr(here.audit, "append", refuse)
        here.retention.enforce(START_NS + 4 * DAY_NS)
    assert TrackHistory(here.tracks).span() is None
    assert here.counted() == []
    assert here.retention.enforce(START_NS + 4 * DAY_NS + HOUR_NS) == ()
    assert here.counted() == [{"tracks": 6}]
