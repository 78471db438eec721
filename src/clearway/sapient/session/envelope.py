"""Envelopes and ids of the messages that a session writes itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeAlias

import numpy as np
from ulid import ULID

from clearway.sapient.bindings import AlertAck, RegistrationAck, SapientMessage, TaskAck
from clearway.sapient.session.rules import found
from clearway.sapient.validate import Finding
from clearway.sapient.validate.findings import shown

__all__ = [
    "UlidSource",
    "alert_ack",
    "content_time_ns",
    "envelope",
    "misdirected",
    "registration_ack",
    "task_ack",
    "ulid_source",
]

UlidSource: TypeAlias = Callable[[int], str]
"""Gives a new ULID for a time in UTC nanoseconds."""


def ulid_source(generator: np.random.Generator) -> UlidSource:
    """ULIDs from a generator of random numbers, repeatable if it is.

    Examples
    --------
    >>> new_id = ulid_source(np.random.default_rng(1))
    >>> new_id(1_780_000_000_000_000_000)[:10]
    '01KSR49200'
    """

    def new_id(now_ns: int) -> str:
        milliseconds = max(0, now_ns // 1_000_000) % (1 << 48)
        return str(ULID.from_bytes(milliseconds.to_bytes(6, "big") + generator.bytes(10)))

    return new_id


def envelope(node_id: str, destination_id: str, now_ns: int) -> SapientMessage:
    """A message without content (BSI Flex 335 v2.0, Table 1); an empty destination stays out."""
    message = SapientMessage(node_id=node_id)
    message.timestamp.seconds, message.timestamp.nanos = divmod(now_ns, 1_000_000_000)
    if destination_id:
        message.destination_id = destination_id
    return message


def content_time_ns(message: SapientMessage) -> int:
    """Time of a message's content in UTC nanoseconds."""
    timestamp = message.timestamp
    return timestamp.seconds * 1_000_000_000 + timestamp.nanos


def registration_ack(message: SapientMessage, reasons: Iterable[str] | None) -> SapientMessage:
    """Make a message the answer to a Registration: accepted, or turned down for reasons."""
    message.registration_ack.CopyFrom(
        RegistrationAck(acceptance=reasons is None, ack_response_reason=list(reasons or ()))
    )
    return message


def task_ack(
    message: SapientMessage,
    task_id: str,
    status: TaskAck.TaskStatus,
    reasons: Iterable[str],
) -> SapientMessage:
    """Make a message the answer to a task."""
    message.task_ack.CopyFrom(
        TaskAck(task_id=task_id, task_status=status, reason=list(reasons)),
    )
    return message


def alert_ack(
    message: SapientMessage,
    alert_id: str,
    status: AlertAck.AlertAckStatus,
    reasons: Iterable[str],
) -> SapientMessage:
    """Make a message the answer to an alert."""
    message.alert_ack.CopyFrom(
        AlertAck(alert_id=alert_id, alert_ack_status=status, reason=list(reasons)),
    )
    return message


def misdirected(message: SapientMessage, own_id: str) -> Finding | None:
    """What is wrong with the destination of a message; None if it names this node or nobody."""
    destination = message.destination_id
    # A UUID may be spelt in either case (RFC 9562).
    if not destination or destination.lower() == own_id.lower():
        return None
    text = f"addressed to {shown(destination)}, not to {own_id}"
    return found("destination.other", "destination_id", text)
