"""Who may say what before what, on the fusion side."""

from __future__ import annotations

from pathlib import Path

import pytest

from clearway.sapient import session
from clearway.sapient.session import (
    SESSION_RULES,
    Accepted,
    Close,
    Ending,
    FusionSettings,
    Lost,
    NodeState,
    Refused,
    Registered,
    Unwelcome,
)
from clearway.sapient.validate import read_payload
from tests.sapient.messages import NODE, OTHER_NODE, message
from tests.sapient.session.harness import FUSION, Bench, only, rules, sent, stamped


def test_a_registration_is_answered_and_addressed_to_the_node() -> None:
    bench = Bench()
    actions = bench.connect().register()
    (answer,) = sent(actions, "registration_ack")
    assert answer.registration_ack.acceptance
    assert answer.destination_id == NODE
    assert answer.node_id == FUSION
    (registered,) = only(actions, Registered)
    assert not registered.resumed
    record = bench.registry.get(NODE)
    assert record is not None
    assert record.state is NodeState.REGISTERED


def test_odd_extensions_are_told_with_the_registration() -> None:
    odd = message("registration")
    definition = odd.registration.mode_definition[0].detection_definition[0]
    (dock,) = definition.detection_class_definition[0].taxonomy_dock_definition
    dock.Dock_class = "Ghost"
    actions = Bench().connect().say(odd)
    (registered,) = only(actions, Registered)
    assert [finding.rule for finding in registered.findings] == ["taxonomy.dock_class.unknown"]
    (answer,) = sent(actions, "registration_ack")
    assert answer.registration_ack.acceptance
    assert not answer.registration_ack.ack_response_reason


def test_the_answer_goes_out_before_anybody_hears_of_the_node() -> None:
    actions = Bench().connect().register()
    kinds = [type(action).__name__ for action in actions]
    assert kinds.index("Send") < kinds.index("Registered")


@pytest.mark.parametrize("kind", ["detection_report", "status_report", "alert", "task_ack"])
def test_nothing_is_taken_before_the_registration(kind: str) -> None:
    actions = Bench().connect().say(message(kind))
    assert rules(actions) == ["session.order.before_registration"]
    assert not only(actions, Accepted)
    assert sent(actions, "error")


def test_a_detection_before_the_first_status_is_refused_and_after_it_taken() -> None:
    node = Bench().connect()
    node.register()
    assert rules(node.detect()) == ["session.order.before_status"]
    assert only(node.report(), Accepted)
    assert only(node.detect(), Accepted)


def test_a_faulty_registration_gets_an_error_and_no_answer() -> None:
    node = Bench().connect()
    actions = node.register(icd_version=None)
    assert not sent(actions, "registration_ack")
    (error,) = sent(actions, "error")
    assert "registration.icd_version" in error.error.error_message[0]
    assert only(actions, Refused)
    assert node.session.node_id is None
    # The node may mend it on the same connection.
    assert sent(node.register(), "registration_ack")


def test_a_node_that_is_not_wanted_gets_reasons() -> None:
    bench = Bench(turned_down=lambda node_id: (f"{node_id} is not on the list",))
    actions = bench.connect().register()
    (answer,) = sent(actions, "registration_ack")
    assert not answer.registration_ack.acceptance
    assert list(answer.registration_ack.ack_response_reason) == [f"{NODE} is not on the list"]
    assert only(actions, Unwelcome)
    assert only(actions, Close)[0].ending is Ending.UNWELCOME
    assert bench.registry.get(NODE) is None


@pytest.mark.parametrize("kind", ["task", "registration_ack"])
def test_what_only_a_fusion_node_sends_is_refused(kind: str) -> None:
    node = Bench().connect().begin()
    stray = stamped(message(kind), node.bench.now_ns, NODE)
    stray.destination_id = FUSION
    actions = node.say_as_is(stray)
    assert rules(actions) == ["session.order.unexpected"]
    assert sent(actions, "error")


def test_goodbye_is_taken_and_ends_the_connection() -> None:
    bench = Bench()
    node = bench.connect().begin()
    actions = node.report(system="SYSTEM_GOODBYE")
    assert only(actions, Accepted)
    assert only(actions, Lost)[0].ending is Ending.GOODBYE
    assert only(actions, Close)[0].ending is Ending.GOODBYE
    record = bench.registry.get(NODE)
    assert record is not None
    assert record.state is NodeState.LOST
    assert node.detect() == []


def test_every_rule_of_sessions_is_found_somewhere() -> None:
    folder = Path(session.__file__).parent
    code = "".join(
        path.read_text(encoding="utf-8") for path in folder.glob("*.py") if path.name != "rules.py"
    )
    names = [rule.removeprefix("session.") for rule in SESSION_RULES]
    assert [name for name in names if f'"{name}"' not in code] == []


def test_registering_again_goes_on_without_another_status() -> None:
    node = Bench().connect().begin()
    assert sent(node.register(), "registration_ack")
    assert only(node.detect(), Accepted)


def test_a_message_for_somebody_else_is_taken_with_a_finding() -> None:
    node = Bench().connect().begin()
    stray = message("status_report")
    stray.timestamp.seconds = node.bench.now_ns // 1_000_000_000
    stray.destination_id = OTHER_NODE
    actions = node.say_as_is(stray)
    assert rules(actions) == ["session.destination.other"]
    assert only(actions, Accepted)


def test_the_case_of_a_destination_does_not_matter() -> None:
    node = Bench().connect().begin()
    status = stamped(message("status_report"), node.bench.now_ns, NODE)
    status.destination_id = FUSION.upper()
    assert rules(node.say_as_is(status)) == []


def test_a_faulty_detection_is_refused_with_its_own_bytes() -> None:
    node = Bench().connect().begin()
    actions = node.detect(object_id="no ulid")
    (error,) = sent(actions, "error")
    assert b"no ulid" in error.error.packet
    assert error.destination_id == NODE


def test_the_bytes_sent_back_are_bounded() -> None:
    bench = Bench(FusionSettings(error_packet_bytes=10))
    node = bench.connect().begin()
    (error,) = sent(node.detect(object_id="no ulid"), "error")
    assert len(error.error.packet) == 10


def test_rubbish_is_answered_a_few_times_and_then_refused_in_silence() -> None:
    bench = Bench(FusionSettings(errors_per_s=1.0, error_burst=3))
    node = bench.connect()

    def rubbish() -> bool:
        found, findings = read_payload(b"\xff\xff")
        actions = node.session.received(found, b"\xff\xff", findings, bench.now_ns)
        (refused,) = only(actions, Refused)
        assert refused.answered == bool(sent(actions, "error"))
        return refused.answered

    assert [rubbish() for _ in range(5)] == [True, True, True, False, False]
    bench.wait(1.0)
    assert [rubbish() for _ in range(2)] == [True, False]


def test_an_error_is_never_answered_by_an_error() -> None:
    node = Bench().connect()
    assert not sent(node.say(message("error")), "error")
    node.begin()
    assert only(node.say(message("error")), Accepted)
    faulty = message("error")
    faulty.error.ClearField("error_message")
    actions = node.say(faulty)
    assert only(actions, Refused)
    assert not sent(actions, "error")
    stranger = message("error")
    stranger.node_id = OTHER_NODE
    assert not sent(node.say_as_is(stranger), "error")


def test_a_broken_stream_is_named_and_closed() -> None:
    node = Bench().connect().begin()
    actions = node.session.broken(b"\0\0\1\0", "the length is big-endian", node.bench.now_ns)
    (error,) = sent(actions, "error")
    assert error.error.packet == b"\0\0\1\0"
    assert "big-endian" in error.error.error_message[0]
    assert only(actions, Close)[0].ending is Ending.FRAMING
    assert only(actions, Lost)
    assert node.session.broken(b"", "again", node.bench.now_ns) == []


def test_a_connection_that_only_talks_rubbish_is_closed() -> None:
    node = Bench(FusionSettings(strikes=3)).connect()
    first, second, third = (node.detect() for _ in range(3))
    assert not only([*first, *second], Close)
    assert only(third, Close)[0].ending is Ending.NOT_REGISTERED


def test_a_registered_node_may_err_more_often() -> None:
    node = Bench(FusionSettings(strikes=3)).connect().begin()
    for _ in range(10):
        assert not only(node.detect(object_id="no ulid"), Close)
    assert only(node.detect(), Accepted)
