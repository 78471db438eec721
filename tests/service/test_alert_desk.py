"""Alerts by themselves: answered on a full disk, orphaned once, ended once."""

from __future__ import annotations

from pathlib import Path

import pytest

from clearway.domain import nanoseconds
from clearway.recording import LogWriter
from clearway.sapient.bindings import Alert, SapientMessage
from clearway.service.alert_desk import AlertDesk, Answer
from clearway.service.alert_store import AlertStore
from clearway.service.listeners import Listeners
from clearway.service.notices import Notices
from clearway.site.schema import Site
from tests.service.feeding import PATIENT, START_NS

DEADLINE_S = 10.0
DEADLINE_NS = nanoseconds(DEADLINE_S)
OPEN, CLEAR = Alert.ALERT_STATUS_ACTIVE, Alert.ALERT_STATUS_CLEAR


class Desk:
    def __init__(self, site: Site, folder: Path) -> None:
        self.told: list[SapientMessage] = []
        self.notices: list[str] = []
        self.store = AlertStore(folder / "alerts.sqlite")
        self.log = LogWriter(folder, site="", now_ns=START_NS, settings=PATIENT)
        notices = Notices(site, self.notices.append, lambda: START_NS)
        self.desk = AlertDesk(
            "fusion",
            DEADLINE_S,
            store=self.store,
            log=self.log,
            listeners=Listeners([self.told.append], notices),
            notices=notices,
        )

    def tell(
        self, alert_id: str, status: Alert.AlertStatus = OPEN, at_ns: int = 0, about: str = ""
    ) -> None:
        message = SapientMessage(node_id="fusion")
        message.timestamp.FromNanoseconds(START_NS + at_ns)
        message.alert.alert_id = alert_id
        message.alert.status = status
        if about:
            message.alert.associated_detection.add(node_id="fusion", object_id=about)
        self.desk.tell(alert_id, message, START_NS + at_ns)

    def answer(self, alert_id: str, answer: Answer = Answer.TAKEN) -> None:
        self.desk.answer(alert_id, answer, reasons=(), who="guard", now_ns=START_NS + 1)

    def close(self) -> None:
        self.log.close()
        self.store.close()


def nobody(_object_id: str) -> bool:
    return False


@pytest.fixture
def desk(station: Site, tmp_path: Path) -> Desk:
    return Desk(station, tmp_path)


def test_an_alert_that_the_disk_refused_can_be_answered(desk: Desk) -> None:
    desk.store._database.execute("PRAGMA query_only = 1")
    desk.tell("A")
    desk.answer("A")
    assert [one.alert.status for one in desk.told] == [OPEN, Alert.ALERT_STATUS_ACKNOWLEDGE]
    assert sum("could not be kept" in one for one in desk.notices) == 1
    desk.close()


def test_what_the_disk_refused_is_kept_in_order_once_it_works_again(desk: Desk) -> None:
    desk.tell("A")
    desk.store._database.execute("PRAGMA query_only = 1")
    desk.answer("A")
    desk.tell("A", CLEAR, at_ns=6)
    desk.desk.advance(START_NS + nanoseconds(2.0))
    assert [one.alert_id for one in desk.store.open_alerts()] == ["A"]
    late: list[SapientMessage] = []
    desk.desk.tell_ends(late.append, START_NS, START_NS + 7)
    assert [one.alert.status for one in late] == [CLEAR]
    desk.store._database.execute("PRAGMA query_only = 0")
    desk.desk.advance(START_NS + nanoseconds(2.5))
    assert [one.alert_id for one in desk.store.open_alerts()] == ["A"]
    desk.desk.advance(START_NS + nanoseconds(3.0))
    assert desk.store.open_alerts() == []
    assert [one.message.alert.status for one in desk.store.changes()] == [
        OPEN,
        Alert.ALERT_STATUS_ACKNOWLEDGE,
        CLEAR,
    ]
    assert desk.notices[-1].startswith("the disk works again")
    desk.close()


def test_a_node_that_answers_whatever_it_is_told_is_told_no_more(desk: Desk) -> None:
    desk.tell("A")
    for _ in range(5):
        desk.answer("A")
    desk.answer("A", Answer.WITHDRAWN)
    desk.answer("A", Answer.WITHDRAWN)
    assert [one.alert.status for one in desk.told] == [OPEN, Alert.ALERT_STATUS_ACKNOWLEDGE, OPEN]
    desk.tell("A", CLEAR, at_ns=6)
    before = len(desk.notices)
    desk.answer("A")
    assert len(desk.notices) == before
    assert len(desk.told) == 4
    desk.close()


def test_whoever_was_away_is_told_the_ends_since_then(desk: Desk) -> None:
    for number, alert_id in enumerate("ABC"):
        desk.tell(alert_id, at_ns=number)
    desk.tell("A", CLEAR, at_ns=10)
    desk.tell("B", CLEAR, at_ns=20)
    late: list[SapientMessage] = []
    desk.desk.tell_ends(late.append, START_NS + 15, START_NS + 30)
    desk.desk.tell_open(late.append, START_NS + 30)
    assert [(one.alert.alert_id, one.alert.status) for one in late] == [("B", CLEAR), ("C", OPEN)]
    assert {one.timestamp.ToNanoseconds() for one in late} == {START_NS + 30}
    desk.close()


def test_an_orphan_stays_while_one_of_its_people_is_followed(desk: Desk) -> None:
    desk.tell("A", about="person")
    desk.desk.orphan((), START_NS)
    assert desk.desk.overdue({"person"}.__contains__, START_NS + DEADLINE_NS) == []
    assert desk.desk.overdue(nobody, START_NS + 2 * DEADLINE_NS - 1) == []
    ((alert_id, _),) = desk.desk.overdue(nobody, START_NS + 2 * DEADLINE_NS)
    assert alert_id == "A"
    desk.close()


def test_the_last_answer_stays_until_the_end(desk: Desk) -> None:
    desk.tell("A")
    desk.answer("A")
    desk.answer("A", Answer.REJECTED)
    desk.tell("A", at_ns=5)
    desk.tell("A", CLEAR, at_ns=6)
    desk.tell("A", at_ns=7)
    assert [one.alert.status for one in desk.told[1:]] == [
        Alert.ALERT_STATUS_ACKNOWLEDGE,
        Alert.ALERT_STATUS_REJECT,
        Alert.ALERT_STATUS_REJECT,
        CLEAR,
        OPEN,
    ]
    desk.close()


def test_an_orphan_ends_after_its_own_deadline(desk: Desk) -> None:
    desk.tell("A")
    desk.tell("B")
    assert desk.desk.orphan({"B"}, START_NS) == ["A"]
    assert desk.desk.orphan((), START_NS + 5) == ["A", "B"]
    assert desk.desk.overdue(nobody, START_NS + DEADLINE_NS - 1) == []
    ((alert_id, end),) = desk.desk.overdue(nobody, START_NS + DEADLINE_NS)
    assert (alert_id, end.alert.status) == ("A", CLEAR)
    desk.desk.tell(alert_id, end, START_NS + DEADLINE_NS)
    assert desk.desk.overdue(nobody, START_NS + DEADLINE_NS + 4) == []
    ((alert_id, _),) = desk.desk.overdue(nobody, START_NS + DEADLINE_NS + 5)
    assert alert_id == "B"
    desk.close()


def test_the_end_of_an_orphan_keeps_what_was_answered_before(desk: Desk) -> None:
    desk.tell("A")
    desk.desk.orphan((), START_NS)
    desk.answer("A")
    ((_, end),) = desk.desk.overdue(nobody, START_NS + DEADLINE_NS)
    desk.desk.tell("A", end, START_NS + DEADLINE_NS)
    assert [one.alert.status for one in desk.told[1:]] == [Alert.ALERT_STATUS_ACKNOWLEDGE, CLEAR]
    assert desk.desk.orphan((), START_NS) == []
    desk.close()
