"""Alerts on the disk."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from clearway.errors import OutputError
from clearway.sapient.bindings import Alert, SapientMessage
from clearway.service import alert_store
from clearway.service.alert_store import AlertStore
from tests.service.feeding import START_NS

OPEN, CLEAR = Alert.ALERT_STATUS_ACTIVE, Alert.ALERT_STATUS_CLEAR


def change(alert_id: str, number: int, status: Alert.AlertStatus = OPEN) -> SapientMessage:
    message = SapientMessage(node_id="fusion")
    message.timestamp.FromNanoseconds(START_NS + number)
    message.alert.alert_id = alert_id
    message.alert.status = status
    message.alert.confidence = 0.5 + number / 100
    return message


def test_alerts_survive(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "alerts.sqlite"
    store = AlertStore(path)
    told = [
        ("A", change("A", 1)),
        ("B", change("B", 2)),
        ("A", change("A", 3)),
        ("B", change("B", 4, CLEAR)),
        ("C", change("C", 5)),
    ]
    for alert_id, message in told:
        store.keep(alert_id, message)
    # Not closed: what was kept must be there whatever becomes of the process.
    again = AlertStore(path)
    assert [(one.alert_id, one.message) for one in again.changes()] == told
    assert [one.time_ns - START_NS for one in again.changes()] == [1, 2, 3, 4, 5]
    assert [(one.alert_id, one.message) for one in again.open_alerts()] == [told[2], told[4]]
    again.close()
    store.close()


def test_an_alert_may_open_again(tmp_path: Path) -> None:
    store = AlertStore(tmp_path / "alerts.sqlite")
    for number, status in enumerate((OPEN, CLEAR, OPEN)):
        store.keep("A", change("A", number, status))
    assert [one.alert_id for one in store.open_alerts()] == ["A"]
    store.close()


def test_others_cannot_read_it(tmp_path: Path) -> None:
    AlertStore(tmp_path / "alerts.sqlite").close()
    assert (tmp_path / "alerts.sqlite").stat().st_mode & 0o077 == 0


def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "alerts.sqlite"
    path.write_text("a diary, " * 1000)
    with pytest.raises(OutputError, match=r"alerts\.sqlite: cannot be used for alerts"):
        AlertStore(path)
    assert path.read_text() == "a diary, " * 1000


def test_a_database_of_something_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "alerts.sqlite"
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE alert_changes (flowers TEXT)")
    other.close()
    with pytest.raises(OutputError, match="cannot be used"):
        AlertStore(path)


def test_a_damaged_page_is_told_at_the_start(tmp_path: Path) -> None:
    path = tmp_path / "alerts.sqlite"
    store = AlertStore(path)
    for number in range(200):
        store.keep(f"A{number}", change(f"A{number}", number))
    store.close()
    content = bytearray(path.read_bytes())
    content[4096:] = bytes(len(content) - 4096)
    path.write_bytes(content)
    with pytest.raises(OutputError, match="move the damaged file away"):
        AlertStore(path)


@pytest.mark.parametrize("place", ["a folder", "below a file"])
def test_a_place_that_cannot_be(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_text("x")
    path = tmp_path if place == "a folder" else tmp_path / "file" / "alerts.sqlite"
    with pytest.raises(OutputError, match="name another folder"):
        AlertStore(path)


def test_a_disk_that_refuses_is_told(tmp_path: Path) -> None:
    store = AlertStore(tmp_path / "alerts.sqlite")
    store.keep("A", change("A", 1))
    # A full disk: no page more than there are.
    store._database.execute("PRAGMA max_page_count = 1")

    def fill() -> None:
        for number in range(1000):
            store.keep("A", change("A", number))

    with pytest.raises(OutputError, match="an alert could not be kept"):
        fill()
    assert [one.alert_id for one in store.open_alerts()] == ["A"]
    store.close()


def test_alerts_that_are_over_go(tmp_path: Path) -> None:
    store = AlertStore(tmp_path / "alerts.sqlite")
    told = [
        ("ended early", change("ended early", 1)),
        ("still open", change("still open", 2)),
        ("opened again", change("opened again", 3, CLEAR)),
        ("opened again", change("opened again", 4)),
        ("ended early", change("ended early", 5, CLEAR)),
        ("ended late", change("ended late", 6)),
        ("ended late", change("ended late", 7, CLEAR)),
    ]
    for alert_id, message in told:
        store.keep(alert_id, message)
    assert store.shorten(START_NS + 5) == 0
    assert store.shorten(START_NS + 6) == 1
    left = [(one.alert_id, one.message) for one in store.changes()]
    assert left == [each for each in told if each[0] != "ended early"]
    assert store.shorten(START_NS + 1000) == 1
    assert {one.alert_id for one in store.changes()} == {"still open", "opened again"}
    store.keep("A", change("A", 8))
    store.close()


def test_many_alerts_go_from_another_thread_and_leave_no_trace(tmp_path: Path) -> None:
    path = tmp_path / "alerts.sqlite"
    store = AlertStore(path)
    for number in range(500):
        message = change(f"A{number}", number, CLEAR)
        message.alert.description = "in the left pocket"
        store.keep(f"A{number}", message)
    with ThreadPoolExecutor(1) as thread:
        assert thread.submit(store.shorten, START_NS + 1000).result() == 500
    assert list(store.changes()) == []
    for file in tmp_path.iterdir():
        assert b"left pocket" not in file.read_bytes()
    store.close()


def test_a_store_that_others_hold_cannot_be_shortened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = AlertStore(tmp_path / "alerts.sqlite")
    store.keep("A", change("A", 1, CLEAR))
    monkeypatch.setattr(alert_store, "_BUSY_S", 0.01)
    with closing(sqlite3.connect(tmp_path / "alerts.sqlite")) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(OutputError, match="cannot be deleted: database is locked"):
            store.shorten(START_NS + 1000)
    assert store.shorten(START_NS + 1000) == 1
    store.close()
