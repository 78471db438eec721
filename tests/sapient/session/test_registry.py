"""The list of nodes: bounded whatever comes, and never at the cost of those at work."""

from __future__ import annotations

import pytest

from clearway.errors import ArgumentError
from clearway.sapient.registry import Registry
from clearway.sapient.session import Accepted, Registered, Unwelcome
from tests.sapient.messages import message
from tests.sapient.session.harness import Bench, Scripted, only, stamped


def node_id(number: int) -> str:
    return f"a8654cdf-4328-47de-81fa-{number:012x}"


def lose(node: Scripted) -> None:
    node.session.ended("the cable", node.bench.now_ns)


def test_the_longest_lost_makes_room() -> None:
    bench = Bench(registry=Registry(nodes=3))
    nodes = [bench.connect(node_id(number)).begin() for number in range(3)]
    lose(nodes[1])
    bench.wait(1.0)
    lose(nodes[0])
    assert only(bench.connect(node_id(3)).register(), Registered)
    assert [record.node_id for record in bench.registry] == [node_id(n) for n in (2, 0, 3)]


def test_nodes_at_work_are_never_forgotten() -> None:
    bench = Bench(registry=Registry(nodes=2))
    nodes = [bench.connect(node_id(number)).begin() for number in range(2)]
    (refused,) = only(bench.connect(node_id(2)).register(), Unwelcome)
    assert "no room" in refused.reasons[0]
    assert all(only(node.detect(), Accepted) for node in nodes)


def test_a_node_that_registers_again_needs_no_more_room() -> None:
    bench = Bench(registry=Registry(nodes=1))
    node = bench.connect().begin()
    for _ in range(3):
        assert only(node.register(), Registered)
    assert len(bench.registry) == 1


def test_a_registration_that_is_too_long_is_turned_down() -> None:
    bench = Bench(registry=Registry(node_bytes=2000))
    (refused,) = only(bench.connect().register(name="x" * 2000), Unwelcome)
    assert "bytes" in refused.reasons[0]
    assert bench.registry.held_bytes == 0


def test_of_a_message_only_what_is_counted_is_kept() -> None:
    bench = Bench()
    node = bench.connect()
    registration = stamped(message("registration"), bench.now_ns, node.node_id)
    status = stamped(message("status_report"), bench.now_ns, node.node_id)
    node.say_as_is(registration)
    node.say_as_is(status)
    record = bench.registry.get(node.node_id)
    assert record is not None
    assert record.status is not None
    # A part of a message keeps the whole of it in memory, unknown fields and all.
    registration.registration.name = status.status_report.mode = "another"
    assert "another" not in {record.registration.name, record.status.mode}


def test_a_status_that_is_too_long_is_used_but_not_kept() -> None:
    size = message("registration").registration.ByteSize()
    bench = Bench(registry=Registry(node_bytes=size))
    node = bench.connect().begin()
    assert only(node.report(mode="x" * size), Accepted)
    record = bench.registry.get(node.node_id)
    assert record is not None
    assert record.status is None
    node.report()
    assert record.status is not None


def test_what_is_held_is_counted_exactly() -> None:
    registry = Registry(nodes=4, total_bytes=1 << 18)
    bench = Bench(registry=registry)
    for number in range(30):
        node = bench.connect(node_id(number % 7)).begin()
        node.report(mode="x" * (number * 10))
        lose(node)
        bench.wait(1.0)
        held = sum(
            record.registration.ByteSize() + (record.status.ByteSize() if record.status else 0)
            for record in registry
        )
        assert registry.held_bytes == held
        assert len(registry) <= 4


def test_all_nodes_together_are_bounded() -> None:
    size = message("registration").registration.ByteSize()
    bench = Bench(registry=Registry(node_bytes=size, total_bytes=2 * size))
    for number in range(5):
        lose(bench.connect(node_id(number)).begin())
        assert bench.registry.held_bytes <= 2 * size


def test_a_node_turned_down_for_room_leaves_no_trace() -> None:
    room = 2 * sum(
        (
            message("registration").registration.ByteSize(),
            message("status_report").status_report.ByteSize(),
        )
    )
    bench = Bench(registry=Registry(node_bytes=room, total_bytes=room))
    first, second = (bench.connect(node_id(number)).begin() for number in range(2))
    assert bench.registry.held_bytes == room
    # Its own status is let go for its longer registration, but no more.
    assert only(first.register(name="x" * room), Unwelcome)
    assert bench.registry.held_bytes == room
    assert only(second.detect(), Accepted)


def test_there_must_be_room_for_a_node() -> None:
    with pytest.raises(ArgumentError, match="room"):
        Registry(nodes=0)
