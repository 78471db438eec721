"""Tasks, alerts, and their answers, on the fusion side."""

from __future__ import annotations

from typing import Any

import pytest

from clearway.errors import ArgumentError
from clearway.sapient.bindings import AlertAck, SapientMessage
from clearway.sapient.session import (
    Accepted,
    Action,
    AlertAcknowledged,
    FusionSettings,
    Refused,
    TaskEnd,
    TaskEnded,
)
from tests.sapient.messages import NODE, ULID, changed, message
from tests.sapient.session.harness import FUSION, SECOND, Bench, Scripted, only, rules, sent

OTHER_ULID = "01GGYFBAXGDG7AGAHRZ6XSNY13"
ACCEPTED = AlertAck.ALERT_ACK_STATUS_ACCEPTED


def order(node: Scripted, task_id: str = ULID) -> list[Action]:
    task = changed("task", task_id=task_id)
    task.node_id = FUSION
    return node.session.send(task, node.bench.now_ns)


def answer(node: Scripted, status: str, task_id: str = ULID, **changes: Any) -> list[Action]:
    return node.say(
        changed("task_ack", task_id=task_id, task_status=f"TASK_STATUS_{status}", **changes)
    )


def ends(actions: list[Action]) -> list[tuple[str, TaskEnd]]:
    return [(ended.task_id, ended.end) for ended in only(actions, TaskEnded)]


def test_nothing_is_sent_to_a_node_that_has_not_registered() -> None:
    node = Bench().connect()
    assert order(node) == []
    assert node.session.open_tasks == ()


def test_a_task_is_addressed_accepted_and_completed() -> None:
    node = Bench().connect().begin()
    (task,) = sent(order(node), "task")
    assert task.destination_id == NODE
    assert ULID in node.session.open_tasks
    accepted = answer(node, "ACCEPTED")
    assert only(accepted, Accepted)
    assert ends(accepted) == []
    assert ends(answer(node, "COMPLETED")) == [(ULID, TaskEnd.COMPLETED)]
    assert not node.session.open_tasks


@pytest.mark.parametrize(
    ("status", "end"), [("REJECTED", TaskEnd.REJECTED), ("FAILED", TaskEnd.FAILED)]
)
def test_the_other_ends_of_a_task(status: str, end: TaskEnd) -> None:
    node = Bench().connect().begin()
    order(node)
    if status == "FAILED":
        answer(node, "ACCEPTED")
    actions = answer(node, status, reason=["the head is stuck"])
    assert ends(actions) == [(ULID, end)]
    assert only(actions, TaskEnded)[0].reasons == ("the head is stuck",)
    assert rules(actions) == []


@pytest.mark.parametrize("status", ["COMPLETED", "FAILED"])
def test_an_end_without_a_beginning_is_a_finding(status: str) -> None:
    node = Bench().connect().begin()
    order(node)
    actions = answer(node, status)
    assert rules(actions) == ["session.task.order"]
    assert ends(actions) == [(ULID, TaskEnd[status])]


def test_an_answer_to_no_task_is_a_finding() -> None:
    node = Bench().connect().begin()
    assert rules(answer(node, "ACCEPTED")) == ["session.task.unknown"]
    order(node)
    answer(node, "REJECTED")
    assert rules(answer(node, "REJECTED")) == ["session.task.unknown"]


def test_a_task_without_an_answer_times_out() -> None:
    bench = Bench()
    node = bench.connect().begin()
    order(node)
    assert node.session.next_deadline_ns == bench.now_ns + 10 * SECOND
    bench.wait(9.9)
    assert ends(node.advance()) == []
    bench.wait(0.1)
    assert ends(node.advance()) == [(ULID, TaskEnd.NO_REPLY)]
    assert rules(answer(node, "ACCEPTED")) == ["session.task.unknown"]


@pytest.mark.parametrize(("end_s", "expected"), [(None, []), (20.0, [(ULID, TaskEnd.NO_END)])])
def test_an_accepted_task_waits_for_its_end_as_long_as_told(
    end_s: float | None, expected: list[tuple[str, TaskEnd]]
) -> None:
    bench = Bench(FusionSettings(task_end_ns=None if end_s is None else round(end_s * SECOND)))
    node = bench.connect().begin()
    order(node)
    answer(node, "ACCEPTED")
    for _ in range(4):
        bench.wait(4.9)
        node.report()
        assert ends(node.advance()) == []
    bench.wait(0.4)
    assert ends(node.advance()) == expected


def test_tasks_are_lost_with_the_node() -> None:
    node = Bench().connect().begin()
    order(node)
    assert ends(node.session.ended("the cable", node.bench.now_ns)) == [(ULID, TaskEnd.LOST)]


def test_open_tasks_are_bounded() -> None:
    node = Bench(FusionSettings(open_tasks=1)).connect().begin()
    order(node)
    assert ends(order(node, OTHER_ULID)) == [(ULID, TaskEnd.GIVEN_UP)]
    assert node.session.open_tasks == (OTHER_ULID,)


def test_the_same_task_again_starts_anew() -> None:
    bench = Bench()
    node = bench.connect().begin()
    order(node)
    answer(node, "ACCEPTED")
    bench.wait(5.0)
    assert ends(order(node)) == []
    assert node.session.next_deadline_ns == bench.now_ns + 10 * SECOND


def test_an_alert_waits_for_its_answer() -> None:
    node = Bench().connect().begin()
    assert only(node.say(message("alert")), Accepted)
    assert node.session.open_alerts == (ULID,)
    actions = node.session.acknowledge_alert(ULID, ACCEPTED, ["taken"], node.bench.now_ns)
    (ack,) = sent(actions, "alert_ack")
    assert ack.alert_ack.alert_ack_status == ACCEPTED
    assert list(ack.alert_ack.reason) == ["taken"]
    assert ack.destination_id == NODE
    with pytest.raises(ArgumentError, match="waits for an answer"):
        node.session.acknowledge_alert(ULID, ACCEPTED, [], node.bench.now_ns)


def test_information_needs_no_answer() -> None:
    node = Bench().connect().begin()
    assert only(node.say(changed("alert", alert_type="ALERT_TYPE_INFORMATION")), Accepted)
    assert node.session.open_alerts == ()


def test_a_faulty_alert_gets_an_error_and_no_acknowledgement() -> None:
    node = Bench().connect().begin()
    actions = node.say(changed("alert", confidence=7.5))
    assert only(actions, Refused)
    assert sent(actions, "error")
    assert node.session.open_alerts == ()


def test_an_alert_to_a_node_is_answered_by_it() -> None:
    node = Bench().connect().begin()
    alert: SapientMessage = message("alert")
    alert.node_id = FUSION
    assert sent(node.session.send(alert, node.bench.now_ns), "alert")
    actions = node.say(message("alert_ack"))
    (acknowledged,) = only(actions, AlertAcknowledged)
    assert acknowledged.alert_id == ULID
    assert acknowledged.reasons == ("looked: an umbrella",)
    assert rules(node.say(message("alert_ack"))) == ["session.alert.unknown"]


def test_open_alerts_are_bounded() -> None:
    node = Bench(FusionSettings(open_tasks=1)).connect().begin()
    node.say(changed("alert", alert_id=OTHER_ULID))
    node.say(message("alert"))
    assert node.session.open_alerts == (ULID,)
