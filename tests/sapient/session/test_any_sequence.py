"""Whatever is sent in whatever order: nothing raises, and order holds."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from clearway.sapient.bindings import SapientMessage
from clearway.sapient.registry import Registry
from clearway.sapient.session import Accepted, Action, Close, Lost, Registered, Send
from clearway.sapient.validate import check_sent, read_payload
from tests.sapient.messages import CONTENTS, NODE, OTHER_NODE, message
from tests.sapient.session.harness import Bench, Scripted, only, stamped

_KINDS = sorted(CONTENTS)
_PAYLOADS = {kind: message(kind).SerializeToString() for kind in _KINDS}


def _built(kind: str, node_id: str, age_ns: int, cut: int) -> bytes:
    built = stamped(SapientMessage.FromString(_PAYLOADS[kind]), _built_at(age_ns), node_id)
    payload = built.SerializeToString()
    return payload[: len(payload) - cut]


def _built_at(age_ns: int) -> int:
    return Bench().now_ns - age_ns


_STEPS = st.one_of(
    st.builds(
        _built,
        st.sampled_from([*_KINDS, "registration", "status_report", "detection_report"]),
        st.sampled_from([NODE, NODE, NODE, NODE.upper(), OTHER_NODE, ""]),
        st.sampled_from([0, 10**9, -(10**9), 10**11]),
        st.sampled_from([0, 0, 0, 0, 7]),
    ),
    st.binary(max_size=40),
    st.integers(1, 40).map(float),
    st.sampled_from(["reconnect", "lose", "twin"]),
)


def _sound(actions: list[Action], *, greeted: bool) -> bool:
    """Check the order of what a session asks for; whether the node has sent its first status."""
    for position, action in enumerate(actions):
        match action:
            case Send(reply):
                check_sent(reply)
            case Registered(resumed=resumed):
                greeted = greeted or resumed
            case Accepted(taken):
                kind = taken.WhichOneof("content")
                assert kind not in {"registration", "registration_ack", "task"}
                assert kind != "detection_report" or greeted
                greeted = greeted or kind == "status_report"
            case Close():
                assert position == len(actions) - 1
    return greeted


@given(st.lists(_STEPS, max_size=40))
def test_any_sequence(steps: list[bytes | float | str]) -> None:
    bench = Bench(registry=Registry(nodes=4))
    node, registered, greeted = bench.connect(), False, False
    for step in steps:
        actions: list[Action] = []
        match step:
            case bytes():
                found, findings = read_payload(step)
                actions = node.session.received(found, step, findings, bench.now_ns)
            case float():
                bench.wait(step)
                actions = node.advance()
            case "lose" | "reconnect":
                actions = node.session.ended("the cable", bench.now_ns)
            case _:
                _twin(bench).session.ended("left", bench.now_ns)
        registered = registered or bool(only(actions, Registered))
        assert registered or not only(actions, Accepted)
        assert registered or not only(actions, Lost)
        greeted = _sound(actions, greeted=greeted)
        deadline_ns = node.session.next_deadline_ns
        assert (deadline_ns is None) is node.session.closed
        if step == "reconnect":
            node, registered, greeted = bench.connect(), False, False
    assert len(bench.registry) <= 4


def _twin(bench: Bench) -> Scripted:
    twin = bench.connect()
    twin.register()
    return twin
