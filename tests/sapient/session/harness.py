"""A fusion side on a clock that only moves when told, and a scripted node at the other end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from clearway.sapient.bindings import Registration, SapientMessage
from clearway.sapient.registry import Registry
from clearway.sapient.session import (
    Accepted,
    Action,
    FusionSession,
    FusionSettings,
    PeerCertificate,
    Refused,
    Send,
)
from clearway.sapient.validate import check, check_sent
from tests.sapient.messages import NODE, REGISTRATION, changed, of

FUSION = "0c9d5ad5-9b47-4dcb-a0f0-2d34a5fd2c7b"
START_NS = 1_800_000_000_000_000_000
SECOND = 1_000_000_000
INTERVAL_S = 5.0
"""What the registration of `messages` declares."""

_Kind = TypeVar("_Kind")


def only(actions: Sequence[Action], kind: type[_Kind]) -> list[_Kind]:
    """The actions of one kind."""
    return [action for action in actions if isinstance(action, kind)]


def sent(actions: Sequence[Action], content: str) -> list[SapientMessage]:
    """The messages of one kind that are to be sent; each of them is faultless."""
    messages = [action.message for action in only(actions, Send)]
    for message in messages:
        check_sent(message)
    return [message for message in messages if message.WhichOneof("content") == content]


def rules(actions: Sequence[Action], kind: str = "") -> list[str]:
    """Ids of the session's rules among the findings of messages taken or refused."""
    told = [
        finding.rule
        for action in actions
        if isinstance(action, Accepted | Refused)
        for finding in action.findings
    ]
    return [rule for rule in told if rule.startswith(f"session.{kind}")]


def stamped(message: SapientMessage, time_ns: int, node_id: str) -> SapientMessage:
    """The message as this node sends it at this time, to nobody in particular."""
    message.timestamp.seconds, message.timestamp.nanos = divmod(time_ns, SECOND)
    message.node_id = node_id
    message.ClearField("destination_id")
    return message


class Bench:
    """Several connections to one fusion side."""

    def __init__(
        self,
        settings: FusionSettings | None = None,
        registry: Registry | None = None,
        turned_down: Callable[[str], Sequence[str]] | None = None,
    ) -> None:
        self.settings = settings or FusionSettings()
        # An empty registry is false.
        self.registry = Registry() if registry is None else registry
        self.turned_down = turned_down
        self.now_ns = START_NS
        self._connections = 0

    def wait(self, seconds: float) -> None:
        self.now_ns += round(seconds * SECOND)

    def connect(self, node_id: str = NODE, certificate: PeerCertificate | None = None) -> Scripted:
        self._connections += 1
        session = FusionSession(
            FUSION,
            self.registry,
            self._connections,
            self.now_ns,
            settings=self.settings,
            certificate=certificate,
            turned_down=self.turned_down,
        )
        return Scripted(self, session, node_id)


class Scripted:
    """One connection, driven by the node's script."""

    def __init__(self, bench: Bench, session: FusionSession, node_id: str) -> None:
        self.bench = bench
        self.session = session
        self.node_id = node_id

    def say(self, message: SapientMessage, age_s: float = 0.0) -> list[Action]:
        """Send a message whose content is so old."""
        return self.say_as_is(
            stamped(message, self.bench.now_ns - round(age_s * SECOND), self.node_id)
        )

    def say_as_is(self, message: SapientMessage) -> list[Action]:
        payload = message.SerializeToString()
        return self.session.received(message, payload, check(message), self.bench.now_ns)

    def register(self, **changes: Any) -> list[Action]:
        return self.say(changed("registration", **changes))

    def report(self, age_s: float = 0.0, **changes: Any) -> list[Action]:
        return self.say(changed("status_report", **changes), age_s)

    def detect(self, age_s: float = 0.0, **changes: Any) -> list[Action]:
        return self.say(changed("detection_report", **changes), age_s)

    def begin(self) -> Scripted:
        """Register and send the initial StatusReport."""
        assert sent(self.register(), "registration_ack")
        assert only(self.report(), Accepted)
        return self

    def advance(self) -> list[Action]:
        return self.session.advance(self.bench.now_ns)


def registration(interval: dict[str, Any]) -> Registration:
    """A registration with this status interval."""
    status = {**REGISTRATION["status_definition"], "status_interval": interval}
    return of({"registration": {**REGISTRATION, "status_definition": status}}).registration
