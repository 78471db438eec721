"""The fusion side of SAPIENT on a socket."""

from clearway.sapient.server.events import (
    AlertAnswered,
    MessageAccepted,
    MessageRefused,
    MessageSent,
    NodeLost,
    NodeRegistered,
    PeerRefused,
    PeerThrottled,
    Refusal,
    ServerEvent,
    TaskFinished,
)
from clearway.sapient.server.server import Server
from clearway.sapient.server.settings import ServerSettings

__all__ = [
    "AlertAnswered",
    "MessageAccepted",
    "MessageRefused",
    "MessageSent",
    "NodeLost",
    "NodeRegistered",
    "PeerRefused",
    "PeerThrottled",
    "Refusal",
    "Server",
    "ServerEvent",
    "ServerSettings",
    "TaskFinished",
]
