"""Whatever is offered: bounded, the latest of each thing, alerts before all else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearway.bridges.outbox import ENDED, Outbox
from clearway.sapient.bindings import Alert, SapientMessage, content_of
from tests.bridges.messages import alert, person, status


def ids(outbox: Outbox) -> list[str]:
    taken = []
    while (message := outbox.take()) is not None:
        kind = content_of(message)
        taken.append(
            {
                "alert": message.alert.alert_id,
                "detection_report": message.detection_report.object_id,
                "status_report": message.node_id,
            }[kind]
        )
    return taken


def test_alerts_come_before_status_and_persons() -> None:
    outbox = Outbox()
    for message in (person("p"), status("s"), alert("a"), person("q"), alert("b")):
        outbox.offer(message)
    assert ids(outbox) == ["a", "b", "s", "p", "q"]


def test_the_latest_of_a_person_takes_over_the_place_in_the_queue() -> None:
    outbox = Outbox()
    for message in (person("p", seconds=1), person("q", seconds=1), person("p", seconds=2)):
        outbox.offer(message)
    first = outbox.take()
    assert first is not None
    assert (first.detection_report.object_id, first.timestamp.seconds) == ("p", 2)
    assert len(outbox) == 1
    assert outbox.dropped_reports == 0


def test_tracks_may_be_left_alone() -> None:
    outbox = Outbox()
    outbox.offer(person())
    assert outbox.take(tracks=False) is None
    assert outbox.tracks_waiting == 1


def test_a_full_lane_drops_what_waited_longest() -> None:
    outbox = Outbox(tracks=2, alerts=2, nodes=1)
    for name in "abc":
        outbox.offer(person("person " + name))
        outbox.offer(alert("alert " + name))
        outbox.offer(status("node " + name))
    assert (outbox.dropped_reports, outbox.dropped_alerts) == (3, 1)
    assert ids(outbox) == ["alert b", "alert c", "node c", "person b", "person c"]


def test_what_could_not_be_sent_goes_back_unless_a_newer_state_waits() -> None:
    outbox = Outbox()
    outbox.offer(alert("a"))
    outbox.offer(alert("b"))
    taken = outbox.take()
    assert taken is not None
    outbox.restore(taken)
    assert ids(outbox) == ["a", "b"]

    outbox.offer(alert("a", "ALERT_STATUS_CLEAR"))
    outbox.restore(taken)
    left = outbox.take()
    assert left is not None
    assert left.alert.status == Alert.ALERT_STATUS_CLEAR


def test_what_goes_back_to_a_full_lane_is_counted() -> None:
    outbox = Outbox(alerts=1)
    outbox.offer(alert("a"))
    taken = outbox.take()
    assert taken is not None
    outbox.offer(alert("b"))
    outbox.restore(taken)
    assert outbox.dropped_alerts == 1
    assert ids(outbox) == ["b"]


def test_alerts_that_have_not_ended_can_be_told_again() -> None:
    outbox = Outbox()
    for message in (
        alert("a"),
        alert("b", "ALERT_STATUS_ACKNOWLEDGE"),
        alert("c"),
        alert("c", "ALERT_STATUS_CLEAR"),
        alert("d"),
        alert("d", "ALERT_STATUS_REJECT"),
    ):
        outbox.offer(message)
    assert ids(outbox) == ["a", "b", "c", "d"]
    outbox.restore_standing()
    assert ids(outbox) == ["a", "b"]


@pytest.mark.parametrize("kind", ["ALERT_TYPE_INFORMATION", "ALERT_TYPE_MODE_CHANGE"])
def test_what_asks_for_nothing_is_told_once(kind: str) -> None:
    outbox = Outbox()
    outbox.offer(alert("a", alert_type=kind))
    assert ids(outbox) == ["a"]
    outbox.restore_standing()
    assert ids(outbox) == []


def test_telling_again_keeps_to_the_limit() -> None:
    outbox = Outbox(alerts=2)
    outbox.offer(alert("a"))
    outbox.offer(alert("b"))
    assert ids(outbox) == ["a", "b"]
    outbox.offer(alert("c", "ALERT_STATUS_CLEAR"))
    outbox.restore_standing()
    assert ids(outbox) == ["c", "a"]


def test_other_messages_are_none_of_its_business() -> None:
    outbox = Outbox()
    outbox.offer(SapientMessage(alert_ack={"alert_id": "a"}))
    outbox.offer(SapientMessage())
    assert len(outbox) == 0


STATES = st.sampled_from(["ALERT_STATUS_ACTIVE", "ALERT_STATUS_CLEAR", "ALERT_STATUS_REJECT"])
OFFERS = st.one_of(
    st.builds(person, st.sampled_from("abcdef")),
    st.builds(alert, st.sampled_from("abcdef"), STATES),
    st.builds(status, st.sampled_from("abcdef")),
)


@given(st.lists(st.one_of(OFFERS, st.sampled_from(["take", "repeat", "forget"])), max_size=60))
def test_any_course_of_events(events: list[SapientMessage | str]) -> None:
    """Against a model: a list of what waits, and the latest state of each thing."""
    outbox = Outbox(tracks=3, alerts=3, nodes=3)
    latest: dict[tuple[str, str], SapientMessage] = {}
    for event in events:
        if isinstance(event, SapientMessage):
            outbox.offer(event)
            latest[_thing(event)] = event
        elif event == "repeat":
            outbox.restore_standing()
        elif event == "forget":
            outbox.drop_tracks()
            assert outbox.tracks_waiting == 0
        elif (message := outbox.take()) is not None:
            assert message is latest[_thing(message)]
            if content_of(message) != "alert":
                assert not outbox._alerts
        assert all(len(lane) <= 3 for lane in (*outbox._lanes.values(), outbox._standing))
        assert all(m.alert.status not in ENDED for m in outbox._standing.values())
        assert len(outbox) == sum(map(len, outbox._lanes.values()))


def _thing(message: SapientMessage) -> tuple[str, str]:
    kind = content_of(message)
    identity = {"alert": message.alert.alert_id, "status_report": message.node_id}
    return kind, identity.get(kind, message.detection_report.object_id)
