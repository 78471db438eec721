"""Envelopes and ids of the messages that a session writes itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice
from typing import TypeAlias

import numpy as np
from ulid import ULID

from clearway.sapient.bindings import AlertAck, Error, RegistrationAck, SapientMessage, TaskAck
from clearway.sapient.session.rates import TokenBucket
from clearway.sapient.validate import Finding

__all__ = [
    "ErrorReplies",
    "UlidSource",
    "alert_ack",
    "content_time_ns",
    "envelope",
    "registration_ack",
    "task_ack",
    "told",
    "ulid_source",
]

UlidSource: TypeAlias = Callable[[int], str]
"""Gives a new ULID for a time in UTC nanoseconds."""

_FINDINGS_TOLD = 16
_TEXT_CHARACTERS = 400


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


class ErrorReplies:
    """Error messages to one peer: bounded in size and in number.

    A peer that sends nothing but rubbish must not be able to make this side send much; beyond
    the rate its messages are refused without a word.

    Parameters
    ----------
    per_s : float
        Replies on the long run.
    burst : int
        Replies at once.
    packet_bytes : int
        Bytes of a refused message that go back.
    """

    def __init__(self, per_s: float, burst: int, packet_bytes: int) -> None:
        self._bucket = TokenBucket(per_s, burst)
        self._packet_bytes = packet_bytes

    def reply(
        self, message: SapientMessage, packet: bytes, texts: Iterable[str], now_ns: int
    ) -> SapientMessage | None:
        """Make a message an Error (clause 6.7), or None if this peer was told enough.

        Parameters
        ----------
        message : SapientMessage
            The envelope.
        packet : bytes
            What was refused.
        texts : iterable of str
            What is wrong with it; the first 16 are told.
        now_ns : int
            The present.
        """
        if not self._bucket.take(1.0, now_ns):
            return None
        told = [text[:_TEXT_CHARACTERS] for text in islice(texts, _FINDINGS_TOLD)]
        # Both fields are mandatory: nothing at all was sent if the packet is empty.
        error = Error(packet=packet[: self._packet_bytes] or b"\0", error_message=told)
        message.error.CopyFrom(error)
        return message


def told(findings: Iterable[Finding]) -> list[str]:
    """Findings as lines of an Error; those that refuse the message come first."""
    lines = sorted(findings, key=lambda finding: finding.severity.value)
    return [f"{finding.rule}: {finding.path or 'message'}: {finding.message}" for finding in lines]
