"""What a session asks its shell to do, and what it has to tell."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from clearway.sapient.bindings import Alert, AlertAck, Registration, SapientMessage, Task
from clearway.sapient.validate.findings import Finding

__all__ = [
    "Accepted",
    "Action",
    "AlertAcknowledged",
    "AlertReceived",
    "Close",
    "Connect",
    "Connected",
    "Disconnected",
    "Displace",
    "Ending",
    "ErrorReceived",
    "Lost",
    "Refused",
    "Registered",
    "Rejected",
    "Send",
    "Spoofed",
    "TaskEnd",
    "TaskEnded",
    "TaskReceived",
    "Unwelcome",
]


class Ending(StrEnum):
    """Why a connection ends."""

    GOODBYE = "goodbye"
    """The node signed off."""
    SILENT = "silent"
    """The node's StatusReports stopped."""
    DISCONNECTED = "disconnected"
    """The connection broke or was closed by the other side."""
    DISPLACED = "displaced"
    """A newer connection of the same node took over."""
    NOT_REGISTERED = "not_registered"
    """No Registration was accepted in time."""
    UNWELCOME = "unwelcome"
    """The node may not take part."""
    SPOOFING = "spoofing"
    """The connection used a node_id that it has no right to."""
    FRAMING = "framing"
    """The byte stream is no sequence of messages."""
    SLOW = "slow"
    """The peer does not read what is sent to it."""
    UNANSWERED = "unanswered"
    """The peer did not answer the Registration in time."""
    STOPPED = "stopped"
    """This side ended the connection on purpose."""
    DEFECT = "defect"
    """Handling the peer failed for a reason within this program."""


class TaskEnd(StrEnum):
    """How a task ended."""

    REJECTED = "rejected"
    COMPLETED = "completed"
    FAILED = "failed"
    NO_REPLY = "no_reply"
    """No TaskAck came in time."""
    NO_END = "no_end"
    """It was accepted and no end of it came in time."""
    GIVEN_UP = "given_up"
    """Too many others were open."""
    LOST = "lost"
    """The node was lost meanwhile."""


@dataclass(frozen=True, slots=True)
class Send:
    """Send this message."""

    message: SapientMessage


@dataclass(frozen=True, slots=True)
class Close:
    """Send what is waiting, then close the connection."""

    ending: Ending
    detail: str


@dataclass(frozen=True, slots=True)
class Displace:
    """Close another connection: this one took its node over."""

    connection: int


@dataclass(frozen=True, slots=True)
class Connect:
    """Open the connection."""


@dataclass(frozen=True, slots=True)
class Registered:
    """The node takes part from here on."""

    node_id: str
    registration: Registration
    resumed: bool
    """Whether it went on with an earlier registration."""
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Accepted:
    """A message that may be used."""

    message: SapientMessage
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """A message that must not be used."""

    findings: tuple[Finding, ...]
    answered: bool
    """Whether an Error goes back; a peer that only sends rubbish is not answered each time."""


@dataclass(frozen=True, slots=True)
class Lost:
    """A node takes part no longer: what it watched is not examined until it is back."""

    node_id: str
    ending: Ending


@dataclass(frozen=True, slots=True)
class Unwelcome:
    """A faultless Registration was turned down for reasons of operation."""

    node_id: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Spoofed:
    """A peer used a node_id that it has no right to."""

    node_id: str
    detail: str


@dataclass(frozen=True, slots=True)
class TaskEnded:
    """A task that was sent needs no more waiting for."""

    task_id: str
    end: TaskEnd
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AlertAcknowledged:
    """An alert that was sent has been answered."""

    alert_id: str
    status: AlertAck.AlertAckStatus
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Connected:
    """The fusion side accepted the Registration."""

    node_id: str
    """Of the fusion side."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """The fusion side turned the Registration down, or found it faulty."""

    reasons: tuple[str, ...]
    faulty: bool
    """Whether the Registration itself was at fault (an Error came, no acknowledgement)."""


@dataclass(frozen=True, slots=True)
class TaskReceived:
    """A task to accept or reject, then to complete or fail."""

    task: Task
    sender: str


@dataclass(frozen=True, slots=True)
class AlertReceived:
    """An alert from the fusion side."""

    alert: Alert
    sender: str


@dataclass(frozen=True, slots=True)
class ErrorReceived:
    """The fusion side found fault with a message."""

    packet: bytes
    messages: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Disconnected:
    """The connection ended; another attempt follows unless this side stopped."""

    ending: Ending
    detail: str


Action: TypeAlias = (
    Send
    | Close
    | Displace
    | Connect
    | Registered
    | Accepted
    | Refused
    | Lost
    | Unwelcome
    | Spoofed
    | TaskEnded
    | AlertAcknowledged
    | Connected
    | Rejected
    | TaskReceived
    | AlertReceived
    | ErrorReceived
    | Disconnected
)
"""Anything that a session hands to its shell, in the order in which it happened."""
