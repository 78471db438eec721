"""What a fusion node says: each output is one of these."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from clearway.domain import Alert
from clearway.sapient.bindings import SapientMessage


@dataclass(frozen=True, slots=True)
class PersonReported:
    """A fused person, for whoever listens."""

    message: SapientMessage


@dataclass(frozen=True, slots=True)
class AlertTold:
    """An alert opened, changed or closed; must be kept before it is sent."""

    alert_id: str
    alert: Alert
    message: SapientMessage


@dataclass(frozen=True, slots=True)
class SensorTasked:
    """A sensor is asked to look at somebody."""

    node_id: str
    message: SapientMessage


@dataclass(frozen=True, slots=True)
class MessageUnused:
    """A valid message that the engine could not use; the operator is told now and then."""

    node_id: str
    path: str
    reason: str


Output: TypeAlias = PersonReported | AlertTold | SensorTasked | MessageUnused
"""Any of them."""
