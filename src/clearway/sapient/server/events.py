"""What a server tells."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from clearway.sapient.bindings import AlertAck, Registration, SapientMessage
from clearway.sapient.session.actions import Ending, TaskEnd
from clearway.sapient.validate import Finding

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
    "ServerEvent",
    "TaskFinished",
]


class Refusal(StrEnum):
    """Why a peer was refused."""

    HOST = "host"
    """Its address may not connect without TLS."""
    FULL = "full"
    """Too many connections are open, or came in a short time."""
    TLS = "tls"
    """The TLS handshake failed: no certificate, a wrong one, or no TLS at all."""
    CERTIFICATE = "certificate"
    """Its certificate names no node that may take part."""
    NOT_REGISTERED = "not_registered"
    """It did not register in time."""
    UNWELCOME = "unwelcome"
    """The node may not take part, or there is no room for it."""
    SPOOFING = "spoofing"
    """It used a node_id that it has no right to."""
    FRAMING = "framing"
    """What it sends is no sequence of messages."""
    SLOW = "slow"
    """It does not read what is sent to it."""
    DEFECT = "defect"
    """Handling it failed within this program."""


@dataclass(frozen=True, slots=True)
class NodeRegistered:
    """A node takes part from here on."""

    node_id: str
    registration: Registration
    payload: bytes
    """The bytes that it registered with; empty if it goes on with an earlier registration."""
    now_ns: int
    resumed: bool
    """Whether it goes on with an earlier registration."""
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class MessageAccepted:
    """A message that may be used; Registrations come as `NodeRegistered`."""

    node_id: str
    message: SapientMessage
    payload: bytes
    received_ns: int
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class MessageRefused:
    """A message that must not be used."""

    peer: str
    node_id: str | None
    payload: bytes
    findings: tuple[Finding, ...]
    now_ns: int


@dataclass(frozen=True, slots=True)
class MessageSent:
    """A message went out."""

    peer: str
    node_id: str | None
    message: SapientMessage
    payload: bytes
    now_ns: int


@dataclass(frozen=True, slots=True)
class NodeLost:
    """A node takes part no longer: what it watched is not examined until it is back."""

    node_id: str
    reason: Ending
    now_ns: int


@dataclass(frozen=True, slots=True)
class PeerRefused:
    """A connection was refused or closed for something its peer did."""

    peer: str
    node_id: str | None
    reason: Refusal
    detail: str
    now_ns: int


@dataclass(frozen=True, slots=True)
class PeerThrottled:
    """A peer sends more than it may and is read more slowly; told once in ten seconds."""

    peer: str
    node_id: str | None
    now_ns: int


@dataclass(frozen=True, slots=True)
class TaskFinished:
    """A task that was sent needs no more waiting for."""

    node_id: str
    task_id: str
    end: TaskEnd
    reasons: tuple[str, ...]
    now_ns: int


@dataclass(frozen=True, slots=True)
class AlertAnswered:
    """A node answered an alert that it was sent."""

    node_id: str
    alert_id: str
    status: AlertAck.AlertAckStatus
    reasons: tuple[str, ...]
    now_ns: int


ServerEvent: TypeAlias = (
    NodeRegistered
    | MessageAccepted
    | MessageRefused
    | MessageSent
    | NodeLost
    | PeerRefused
    | PeerThrottled
    | TaskFinished
    | AlertAnswered
)
"""Anything that a server tells, in the order in which it happened."""
