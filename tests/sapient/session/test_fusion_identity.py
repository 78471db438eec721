"""Who speaks for whom: changed, doubled and stolen node ids."""

from __future__ import annotations

import pytest

from clearway.sapient.session import (
    Accepted,
    Close,
    Displace,
    Ending,
    Lost,
    PeerCertificate,
    Registered,
    Spoofed,
)
from tests.sapient.messages import NODE, OTHER_NODE, message
from tests.sapient.session.harness import INTERVAL_S, Bench, only, rules, sent, stamped

CARD = PeerCertificate(NODE, "11")
RENEWED = PeerCertificate(NODE, "22")


def test_another_node_id_on_a_connection_is_refused_and_the_node_goes_on() -> None:
    node = Bench().connect().begin()
    stray = stamped(message("detection_report"), node.bench.now_ns, OTHER_NODE)
    actions = node.say_as_is(stray)
    assert rules(actions) == ["session.node_id.changed"]
    assert sent(actions, "error")
    assert only(node.detect(), Accepted)


def test_a_second_registration_under_another_name_is_refused() -> None:
    node = Bench().connect().begin()
    actions = node.say_as_is(stamped(message("registration"), node.bench.now_ns, OTHER_NODE))
    assert rules(actions) == ["session.node_id.changed"]
    assert node.session.node_id == NODE


def test_the_case_of_a_node_id_does_not_matter() -> None:
    bench = Bench()
    node = bench.connect().begin()
    assert only(
        node.say_as_is(stamped(message("detection_report"), bench.now_ns, NODE.upper())), Accepted
    )
    twin = bench.connect(NODE.upper())
    assert only(twin.register(), Spoofed)


def test_a_stolen_name_is_told_in_print() -> None:
    node = Bench().connect(certificate=CARD)
    actions = node.say_as_is(stamped(message("alert"), node.bench.now_ns, "\x1b[2J" + "x" * 999))
    (spoofed,) = only(actions, Spoofed)
    assert spoofed.node_id.isprintable()
    assert len(spoofed.node_id) < 64


def test_a_live_node_is_not_displaced() -> None:
    bench = Bench()
    node = bench.connect().begin()
    bench.wait(INTERVAL_S)
    thief = bench.connect()
    actions = thief.register()
    (answer,) = sent(actions, "registration_ack")
    assert not answer.registration_ack.acceptance
    assert "in use" in answer.registration_ack.ack_response_reason[0]
    assert only(actions, Spoofed)[0].node_id == NODE
    assert only(actions, Close)[0].ending is Ending.SPOOFING
    assert not only(actions, Displace)
    assert not only(actions, Lost)
    assert only(node.detect(), Accepted)


def test_a_live_node_is_not_displaced_by_going_on_without_registering() -> None:
    bench = Bench()
    bench.connect().begin()
    assert rules(bench.connect().detect()) == ["session.order.before_registration"]


@pytest.mark.parametrize("registers", [True, False])
def test_a_silent_node_gives_way_to_its_new_connection(registers: bool) -> None:
    bench = Bench()
    old = bench.connect().begin()
    bench.wait(INTERVAL_S + 0.001)
    new = bench.connect()
    actions = new.register() if registers else new.report()
    (displace,) = only(actions, Displace)
    assert displace.connection == 1
    (registered,) = only(actions, Registered)
    assert registered.resumed is not registers
    # The node itself was never lost.
    gone = old.session.close(Ending.DISPLACED, "taken over", bench.now_ns)
    assert not only(gone, Lost)
    new.report()
    assert only(new.detect(), Accepted)
    assert only(new.session.ended("the cable", bench.now_ns), Lost)


def test_the_same_certificate_displaces_at_once() -> None:
    bench = Bench()
    bench.connect(certificate=CARD).begin()
    actions = bench.connect(certificate=CARD).register()
    assert only(actions, Displace)
    assert sent(actions, "registration_ack")[0].registration_ack.acceptance


def test_another_certificate_for_the_same_node_does_not() -> None:
    bench = Bench()
    bench.connect(certificate=CARD).begin()
    assert only(bench.connect(certificate=RENEWED).register(), Spoofed)


def test_a_node_goes_on_without_registering_only_with_its_own_certificate() -> None:
    bench = Bench()
    bench.connect(certificate=CARD).begin().session.ended("the cable", bench.now_ns)
    for certificate in (None, RENEWED):
        node = bench.connect(certificate=certificate)
        assert rules(node.detect()) == ["session.order.before_registration"]
    assert only(bench.connect(certificate=CARD).detect(), Accepted)


@pytest.mark.parametrize("registered", [True, False])
def test_a_certificate_speaks_for_one_node_only(registered: bool) -> None:
    bench = Bench()
    node = bench.connect(certificate=CARD)
    if registered:
        node.begin()
    stray = stamped(message("registration"), bench.now_ns, OTHER_NODE)
    actions = node.say_as_is(stray)
    assert rules(actions) == ["session.node_id.certificate"]
    assert only(actions, Spoofed)[0].node_id == OTHER_NODE
    assert only(actions, Close)[0].ending is Ending.SPOOFING
    assert bool(only(actions, Lost)) is registered
    assert bench.registry.get(OTHER_NODE) is None


def test_whoever_spoofed_must_register_to_come_back() -> None:
    bench = Bench()
    node = bench.connect(certificate=CARD).begin()
    node.say_as_is(stamped(message("alert"), bench.now_ns, OTHER_NODE))
    assert rules(bench.connect(certificate=CARD).detect()) == ["session.order.before_registration"]
