"""What a higher node that comes and goes is told, and what comes back from it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from clearway.domain import nanoseconds
from clearway.sapient.bindings import Alert, AlertAck, SapientMessage
from clearway.sapient.session import AlertAcknowledged, Connected, Disconnected, Ending, Rejected
from clearway.service.parent import Parent
from clearway.site.schema import Site
from tests.service.feeding import START_NS, Running, walk

OPEN, CLEAR = Alert.ALERT_STATUS_ACTIVE, Alert.ALERT_STATUS_CLEAR


@dataclass
class Line:
    """In place of a client with its socket."""

    connected: bool = False
    peer_id: str | None = None
    sent: list[SapientMessage] = field(default_factory=list)

    def send(self, message: SapientMessage) -> bool:
        assert self.connected
        self.sent.append(message)
        return True


class Above:
    """A service with a higher node, whose connection is what a test makes of it."""

    def __init__(self, site: Site, folder: Path) -> None:
        self.running = Running(site, folder)
        self.said: list[str] = []
        self.parent = Parent(
            site,
            ("127.0.0.1", 9),
            self.running.service,
            certificates=None,
            on_notice=self.said.append,
            clock=lambda: self.running.now_ns,
        )
        self.line = Line()
        replaced: Any = self.parent
        replaced.client = self.line
        self.running.service.add_listener(self.parent.tell)

    def hear(self, event: Any) -> None:
        self.parent._heard(event)

    def connect(self) -> list[SapientMessage]:
        """Be back, and say what was told at once."""
        before = len(self.line.sent)

        async def scene() -> None:
            self.line.connected = True
            self.hear(Connected("above"))
            assert len(self.line.sent) == before
            await asyncio.sleep(0)

        asyncio.run(scene())
        return self.line.sent[before:]

    def feed(self, until_s: float) -> None:
        since_ns = self.running.now_ns
        inputs = walk(self.running.site, 16.0)
        end_ns = START_NS + nanoseconds(until_s)
        self.running.feed([one for one in inputs if since_ns < one[0] <= end_ns])


@pytest.fixture
def above(station: Site, tmp_path: Path) -> Above:
    return Above(station, tmp_path)


def statuses(messages: list[SapientMessage]) -> list[int]:
    return [one.alert.status for one in messages if one.HasField("alert")]


def test_what_is_told_while_it_is_there(above: Above) -> None:
    assert above.connect() == []
    above.feed(16.0)
    assert above.line.sent == above.running.told
    assert statuses(above.line.sent) == [OPEN, CLEAR]
    above.running.stop()


def test_who_is_back_is_told_what_is_open(above: Above) -> None:
    above.feed(5.0)
    assert above.line.sent == []
    (alert,) = above.connect()
    assert alert.alert.status == OPEN
    assert alert.timestamp.ToNanoseconds() == above.running.now_ns
    above.running.stop()


def test_who_is_back_is_told_what_has_ended_meanwhile(above: Above) -> None:
    above.connect()
    above.feed(5.0)
    above.line.connected = False
    above.hear(Disconnected(Ending.DISCONNECTED, "the peer closed the connection"))
    above.feed(16.0)
    (end,) = above.connect()
    (opened,) = [one for one in above.line.sent[:-1] if one.HasField("alert")]
    assert end.alert.alert_id == opened.alert.alert_id
    assert end.alert.status == CLEAR
    assert end.timestamp.ToNanoseconds() == above.running.now_ns
    above.running.stop()


def test_an_answer_reaches_the_alert(above: Above) -> None:
    above.connect()
    above.feed(5.0)
    alert_id = above.running.alerts()[0].alert.alert_id
    above.line.peer_id = "above"
    above.hear(AlertAcknowledged(alert_id, AlertAck.ALERT_ACK_STATUS_REJECTED, ("an umbrella",)))
    assert statuses(above.line.sent) == [OPEN, Alert.ALERT_STATUS_REJECT]
    assert f"alert {alert_id} was rejected by above: an umbrella" in above.running.notices
    above.running.stop()


def test_the_connection_is_told(above: Above) -> None:
    above.connect()
    above.hear(Rejected(("full",), faulty=False))
    above.hear(Disconnected(Ending.STOPPED, "said goodbye"))
    assert above.said == [
        "registered with the higher node above",
        "the higher node refuses: full",
        "no connection to the higher node: said goodbye",
    ]
    above.running.stop()
