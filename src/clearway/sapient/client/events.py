"""What a client tells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from clearway.sapient.session.actions import (
    Accepted,
    AlertAcknowledged,
    AlertReceived,
    Connected,
    Disconnected,
    ErrorReceived,
    Refused,
    Rejected,
    TaskReceived,
)

__all__ = ["ClientEvent", "Throttled"]


@dataclass(frozen=True, slots=True)
class Throttled:
    """The fusion side sends more than it may and is read more slowly; told once in ten seconds."""


ClientEvent: TypeAlias = (
    Connected
    | Rejected
    | Accepted
    | Refused
    | TaskReceived
    | AlertReceived
    | AlertAcknowledged
    | ErrorReceived
    | Disconnected
    | Throttled
)
"""Anything that a client tells, in the order in which it happened."""
