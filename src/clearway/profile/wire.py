"""Small conversions between domain values and message fields."""

from __future__ import annotations

from collections.abc import Iterable

from clearway.domain import NANOSECONDS
from clearway.sapient.bindings import DetectionReport, SapientMessage, Timestamp

ObjectInfo = DetectionReport.TrackObjectInfo


def timestamp(time_ns: int) -> Timestamp:
    """UTC nanoseconds as a message field."""
    whole, part = divmod(time_ns, NANOSECONDS)
    return Timestamp(seconds=whole, nanos=part)


def nanoseconds_of(stamp: Timestamp) -> int:
    """A message's time in UTC nanoseconds."""
    return stamp.seconds * NANOSECONDS + stamp.nanos


def info(name: str, value: str | float, error: float | None = None) -> ObjectInfo:
    """One ``object_info`` entry; numbers keep every digit, so that a replay is exact."""
    text = value if isinstance(value, str) else repr(float(value))
    return ObjectInfo(type=name, value=text, error=error)


def values_of(entries: Iterable[ObjectInfo]) -> dict[str, ObjectInfo]:
    """Entries by name; of a repeated name the last counts."""
    return {entry.type: entry for entry in entries}


def envelope(time_ns: int, node_id: str, destination_id: str | None = None) -> SapientMessage:
    """A message that says when and from whom, and nothing yet."""
    return SapientMessage(
        timestamp=timestamp(time_ns), node_id=node_id, destination_id=destination_id
    )
