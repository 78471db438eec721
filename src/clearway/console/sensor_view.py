"""The health of a sensor as the API gives it."""

from __future__ import annotations

from msgspec import Struct

from clearway.alarms import Shelf
from clearway.console.context import ConsoleContext
from clearway.console.times import microseconds
from clearway.control_room.sensors import HealthState, SensorHealth
from clearway.site.schema import SensorKind

__all__ = ["SensorHealthView", "ShelfView", "sensors_now"]


class ShelfView(Struct, frozen=True):
    """Until when a sensor calls nobody by itself, and why."""

    until_us: int
    by: str
    reason: str


class SensorHealthView(Struct, frozen=True, kw_only=True):
    """How a sensor does."""

    id: str
    kind: SensorKind
    state: HealthState
    since_us: int
    """Since when it has been in that state."""
    last_us: int | None
    """When anything last came from it."""
    rate_hz: float | None
    clock_offset_ms: float | None
    """Its clock minus ours."""
    late_share: float | None
    """Of its detections: those that came too late to be used."""
    shelved: ShelfView | None
    fault: str | None
    """What is wrong, in words."""


def sensors_now(context: ConsoleContext) -> tuple[SensorHealthView, ...]:
    """How all sensors do, in the order of the site file."""
    health = context.board.health(context.clock_ns(), context.room.desk.shelves)
    return tuple(map(_view, health))


def _view(health: SensorHealth) -> SensorHealthView:
    return SensorHealthView(
        id=health.sensor,
        kind=health.kind,
        state=health.state,
        since_us=microseconds(health.since_ns),
        last_us=None if health.last_ns is None else microseconds(health.last_ns),
        rate_hz=health.rate_hz,
        clock_offset_ms=health.clock_offset_ms,
        late_share=health.late_share,
        shelved=None if health.shelf is None else _shelf(health.shelf),
        fault=health.fault,
    )


def _shelf(shelf: Shelf) -> ShelfView:
    return ShelfView(microseconds(shelf.until_ns), shelf.by, shelf.reason)
