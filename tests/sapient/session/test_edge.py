"""The edge side: what it sends when, and what it makes of the answers."""

from __future__ import annotations

import numpy as np
import pytest

from clearway.errors import ArgumentError
from clearway.sapient.bindings import AlertAck, SapientMessage, StatusReport, TaskAck
from clearway.sapient.session import (
    Accepted,
    Action,
    AlertAcknowledged,
    AlertReceived,
    Close,
    Connect,
    Connected,
    Disconnected,
    EdgeSession,
    EdgeSettings,
    EdgeState,
    Ending,
    ErrorReceived,
    Refused,
    Rejected,
    TaskReceived,
    ulid_source,
)
from clearway.sapient.validate import check, read_payload
from tests.sapient.messages import NODE, OTHER_NODE, ULID, changed, message
from tests.sapient.session.harness import FUSION, SECOND, START_NS, only, rules, sent


class Edge:
    """A node on a clock that only moves when told."""

    def __init__(self, settings: EdgeSettings | None = None) -> None:
        self.now_ns = START_NS
        self.session = EdgeSession(
            NODE,
            message("registration").registration,
            message("status_report").status_report,
            ulid_source(np.random.default_rng(7)),
            settings=settings,
        )

    def wait(self, seconds: float) -> list[Action]:
        self.now_ns += round(seconds * SECOND)
        return self.session.advance(self.now_ns)

    def connect(self) -> list[Action]:
        return self.session.connected(self.now_ns)

    def hear(self, heard: SapientMessage, destination: str = NODE) -> list[Action]:
        heard.node_id, heard.destination_id = FUSION, destination
        return self.session.received(heard, heard.SerializeToString(), check(heard), self.now_ns)

    def accept(self) -> list[Action]:
        ack = changed("registration_ack", acceptance=True, ack_response_reason=[])
        return self.hear(ack)

    def begin(self) -> Edge:
        assert only(self.session.start(), Connect)
        self.connect()
        assert only(self.accept(), Connected)
        return self

    def lose(self) -> list[Action]:
        return self.session.ended("the cable", self.now_ns)


def test_it_registers_and_sends_nothing_else_before_the_answer() -> None:
    edge = Edge()
    edge.session.start()
    (registration,) = sent(edge.connect(), "registration")
    assert registration.node_id == NODE
    assert registration.timestamp.seconds == START_NS // SECOND
    assert edge.session.send(message("detection_report")) == []
    assert edge.session.set_status(StatusReport(mode="night"), edge.now_ns) == []
    assert edge.wait(20.0) == []


def test_after_the_answer_the_first_message_is_a_new_status() -> None:
    edge = Edge()
    edge.session.start()
    edge.connect()
    actions = edge.accept()
    (status,) = sent(actions, "status_report")
    assert status.status_report.info == StatusReport.INFO_NEW
    assert status.destination_id == FUSION
    assert only(actions, Connected)[0].node_id == FUSION
    assert type(actions[0]).__name__ == "Send"
    assert edge.session.state is EdgeState.ACTIVE


def test_a_registration_without_an_answer_is_tried_again() -> None:
    edge = Edge()
    edge.session.start()
    edge.connect()
    assert edge.wait(29.9) == []
    (close,) = only(edge.wait(0.1), Close)
    assert close.ending is Ending.UNANSWERED
    assert only(edge.lose(), Disconnected)[0].ending is Ending.UNANSWERED
    assert edge.wait(9.9) == []
    assert only(edge.wait(0.1), Connect)
    assert sent(edge.connect(), "registration")


def test_it_tries_again_every_ten_seconds_for_ever() -> None:
    edge = Edge()
    edge.session.start()
    for _ in range(20):
        assert only(edge.session.ended("refused", edge.now_ns), Disconnected)
        assert edge.wait(9.9) == []
        assert only(edge.wait(0.1), Connect)


@pytest.mark.parametrize("away_s", [10.0, 119.0, 121.0])
def test_it_registers_after_every_reconnection(away_s: float) -> None:
    edge = Edge(EdgeSettings(retry_ns=round(away_s * SECOND))).begin()
    edge.lose()
    edge.wait(away_s)
    assert sent(edge.connect(), "registration")


def test_it_reports_at_its_declared_interval() -> None:
    edge = Edge().begin()
    ids = set()
    for _ in range(3):
        assert edge.wait(4.9) == []
        (status,) = sent(edge.wait(0.1), "status_report")
        assert status.status_report.info == StatusReport.INFO_UNCHANGED
        ids.add(status.status_report.report_id)
    assert len(ids) == 3


def test_a_change_is_reported_at_once_and_starts_the_interval_anew() -> None:
    edge = Edge().begin()
    edge.wait(3.0)
    changed_status = changed("status_report", mode="night").status_report
    (status,) = sent(edge.session.set_status(changed_status, edge.now_ns), "status_report")
    assert status.status_report.mode == "night"
    assert status.status_report.info == StatusReport.INFO_NEW
    assert edge.wait(4.9) == []
    assert sent(edge.wait(0.1), "status_report")[0].status_report.mode == "night"


def test_a_goodbye_is_said_once_and_ends_it() -> None:
    edge = Edge().begin()
    actions = edge.session.stop(edge.now_ns)
    (goodbye,) = sent(actions, "status_report")
    assert goodbye.status_report.system == StatusReport.SYSTEM_GOODBYE
    assert only(actions, Close)[0].ending is Ending.GOODBYE
    assert edge.session.stop(edge.now_ns) == []
    assert only(edge.lose(), Disconnected)[0].ending is Ending.GOODBYE
    assert edge.wait(100.0) == []
    assert edge.session.start() == []


def test_stopping_while_it_connects_ends_it() -> None:
    edge = Edge()
    edge.session.start()
    edge.session.stop(edge.now_ns)
    assert edge.connect() == []
    assert edge.session.state is EdgeState.IDLE


@pytest.mark.parametrize(
    ("state", "seconds"),
    [(EdgeState.ACTIVE, 5.0), (EdgeState.WAITING, 10.0), (EdgeState.REGISTERING, 30.0)],
)
def test_a_clock_that_is_set_back_puts_nothing_off(state: EdgeState, seconds: float) -> None:
    edge = Edge()
    if state is EdgeState.REGISTERING:
        edge.session.start()
        edge.connect()
    else:
        edge.begin()
    if state is EdgeState.WAITING:
        edge.lose()
    assert edge.wait(-3600.0) == []
    assert edge.wait(seconds - 0.1) == []
    assert edge.wait(0.1)


@pytest.mark.parametrize("while_waiting", [True, False])
def test_stopping_before_it_was_accepted_says_no_goodbye(while_waiting: bool) -> None:
    edge = Edge()
    edge.session.start()
    edge.connect()
    if while_waiting:
        edge.lose()
    actions = edge.session.stop(edge.now_ns)
    assert not sent(actions, "status_report")
    assert bool(only(actions, Close)) is not while_waiting
    assert edge.wait(100.0) == []


def test_a_goodbye_is_not_set_as_a_status() -> None:
    edge = Edge().begin()
    with pytest.raises(ArgumentError, match="use stop"):
        edge.session.set_status(StatusReport(system=StatusReport.SYSTEM_GOODBYE), edge.now_ns)


def test_a_refusal_is_told_with_its_reasons_and_tried_again() -> None:
    edge = Edge()
    edge.session.start()
    edge.connect()
    actions = edge.hear(message("registration_ack"))
    (rejected,) = only(actions, Rejected)
    assert rejected.reasons == ("the site is full",)
    assert not rejected.faulty
    assert only(actions, Close)
    edge.lose()
    assert only(edge.wait(10.0), Connect)


def test_an_error_instead_of_an_answer_is_a_faulty_registration() -> None:
    edge = Edge()
    edge.session.start()
    edge.connect()
    actions = edge.hear(message("error"))
    (rejected,) = only(actions, Rejected)
    assert rejected.faulty
    assert rejected.reasons == ("cut off",)
    assert only(actions, Close)


@pytest.mark.parametrize("kind", ["task", "alert_ack", "status_report"])
def test_nothing_is_taken_or_sent_before_the_answer(kind: str) -> None:
    edge = Edge()
    edge.session.start()
    edge.connect()
    actions = edge.hear(message(kind))
    assert rules(actions) == ["session.order.before_registration"]
    assert not sent(actions, "error")


def test_a_task_is_accepted_and_completed() -> None:
    edge = Edge().begin()
    (received,) = only(edge.hear(message("task")), TaskReceived)
    assert received.task.task_id == ULID
    assert edge.session.open_tasks == (ULID,)
    for status in (TaskAck.TASK_STATUS_ACCEPTED, TaskAck.TASK_STATUS_COMPLETED):
        (ack,) = sent(edge.session.answer_task(ULID, status, ["done"], edge.now_ns), "task_ack")
        assert ack.task_ack.task_status == status
        assert ack.destination_id == FUSION
    with pytest.raises(ArgumentError, match="no task"):
        edge.session.answer_task(ULID, TaskAck.TASK_STATUS_FAILED, [], edge.now_ns)


def test_tasks_end_with_the_connection_and_are_bounded() -> None:
    edge = Edge(EdgeSettings(open_tasks=1)).begin()
    edge.hear(message("task"))
    edge.hear(changed("task", task_id="01GGYFBAXGDG7AGAHRZ6XSNY13"))
    assert edge.session.open_tasks == ("01GGYFBAXGDG7AGAHRZ6XSNY13",)
    edge.lose()
    assert not edge.session.open_tasks


def test_an_alert_is_answered_even_after_a_reconnection() -> None:
    edge = Edge().begin()
    assert sent(edge.session.send(message("alert")), "alert")
    edge.lose()
    edge.wait(10.0)
    edge.connect()
    edge.accept()
    (answer,) = only(edge.hear(message("alert_ack")), AlertAcknowledged)
    assert answer.status == AlertAck.ALERT_ACK_STATUS_REJECTED
    assert rules(edge.hear(message("alert_ack"))) == ["session.alert.unknown"]


def test_an_alert_from_above_is_acknowledged() -> None:
    edge = Edge().begin()
    assert only(edge.hear(message("alert")), AlertReceived)
    status = AlertAck.ALERT_ACK_STATUS_ACCEPTED
    assert sent(edge.session.acknowledge_alert(ULID, status, [], edge.now_ns), "alert_ack")
    with pytest.raises(ArgumentError, match="waits for an answer"):
        edge.session.acknowledge_alert(ULID, status, [], edge.now_ns)


def test_an_error_is_told() -> None:
    (error,) = only(Edge().begin().hear(message("error")), ErrorReceived)
    assert error.packet == b"\0\1"
    assert error.messages == ("cut off",)


def test_a_faulty_message_is_answered_with_an_error() -> None:
    edge = Edge().begin()
    actions = edge.hear(changed("task", task_id="no ulid"))
    assert only(actions, Refused)
    assert sent(actions, "error")
    faulty = changed("error", error_message=None)
    assert not sent(edge.hear(faulty), "error")
    undecodable = edge.session.received(None, b"\xff", read_payload(b"\xff")[1], edge.now_ns)
    assert sent(undecodable, "error")


def test_a_broken_stream_closes_and_is_tried_again() -> None:
    edge = Edge().begin()
    actions = edge.session.broken(b"\0\0\1\0", "big-endian", edge.now_ns)
    assert sent(actions, "error")
    assert only(actions, Close)[0].ending is Ending.FRAMING
    edge.lose()
    assert only(edge.wait(10.0), Connect)


def test_an_answer_goes_to_whoever_sent_the_alert() -> None:
    edge = Edge().begin()
    # Behind a middleware there are several fusion nodes.
    alert = message("alert")
    alert.node_id, alert.destination_id = OTHER_NODE, NODE
    edge.session.received(alert, b"", check(alert), edge.now_ns)
    status = AlertAck.ALERT_ACK_STATUS_ACCEPTED
    actions = edge.session.acknowledge_alert(ULID, status, [], edge.now_ns)
    (ack,) = sent(actions, "alert_ack")
    assert ack.destination_id == OTHER_NODE


def test_the_case_of_a_destination_does_not_matter() -> None:
    edge = Edge().begin()
    actions = edge.hear(message("task"), destination=NODE.upper())
    assert rules(actions) == []
    assert only(actions, TaskReceived)


def test_what_others_report_is_passed_on() -> None:
    edge = Edge().begin()
    assert only(edge.hear(message("detection_report")), Accepted)
    actions = edge.hear(message("task"), destination=OTHER_NODE)
    assert rules(actions) == ["session.destination.other"]
    assert not only(actions, TaskReceived)


@pytest.mark.parametrize(("fill", "destination"), [(True, FUSION), (False, "")])
def test_naming_the_destination_is_a_choice(fill: bool, destination: str) -> None:
    edge = Edge(EdgeSettings(fill_destination=fill)).begin()
    report = message("detection_report")
    report.ClearField("destination_id")
    (out,) = sent(edge.session.send(report), "detection_report")
    assert out.destination_id == destination


@pytest.mark.parametrize("kind", ["registration", "status_report", "task_ack", "task"])
def test_what_has_a_way_of_its_own_is_not_sent_like_a_detection(kind: str) -> None:
    with pytest.raises(ArgumentError, match="not sent this way"):
        Edge().begin().session.send(message(kind))
