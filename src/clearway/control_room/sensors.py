"""The health of all sensors, as the control room is shown it."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from clearway.alarms import Shelf
from clearway.control_room.sensor_watch import HealthState, SensorWatch
from clearway.domain import TrackStates, nanoseconds
from clearway.profile import sensor_node_id
from clearway.sapient.server import (
    MessageAccepted,
    MessageRefused,
    NodeLost,
    NodeRegistered,
    PeerThrottled,
    ServerEvent,
)
from clearway.site.schema import SensorKind, Site

__all__ = ["HealthState", "SensorBoard", "SensorHealth"]

_LOOK_NS = nanoseconds(1.0)
_LONGEST_GAP_NS = nanoseconds(5.0)


class SensorHealth(Struct, frozen=True, kw_only=True):
    """How one sensor does."""

    sensor: str
    kind: SensorKind
    state: HealthState
    since_ns: int
    """Since when it has been in that state."""
    last_ns: int | None
    """When anything last came from it."""
    rate_hz: float | None
    """Scans per second over the last ten, and looks of a threat sensor."""
    clock_offset_ms: float | None
    """Its clock minus ours; `ClockOffset` says what that can be mistaken for."""
    late_share: float | None
    """Of the detections of the last ten seconds: a camera's that missed the reorder window, a
    threat sensor's that are older than the track history."""
    shelf: Shelf | None
    fault: str | None
    """What is wrong, in words."""


class SensorBoard:
    """Watches all sensors of a site: O(1) per message, no clock, nothing read or written.

    A sensor is *absent* while it is not connected.  It is *silent* when two of the status reports
    that it promised have not come: nobody may be passing a curtain or standing before a camera for
    hours, but a status report is due all the same.  A camera is silent too when `people` were
    followed in its view for ten seconds and it reported none of them, until it reports somebody
    again; that needs a second sensor that sees them there, or nobody would be followed.

    Parameters
    ----------
    site : Site
    started_ns : int
        UTC; since when sensors could have connected.
    """

    def __init__(self, site: Site, started_ns: int) -> None:
        self._watches = {
            sensor_node_id(site, sensor): SensorWatch(sensor, site.engine, started_ns)
            for sensor in site.sensors
        }
        self._looked_ns = started_ns

    def event(self, event: ServerEvent) -> None:
        """Take one event of the server; those of nodes that the site does not have are passed over.

        A node may spell its id in another case each time.
        """
        match event:
            case MessageAccepted():
                watch = self._watches.get(event.node_id.lower())
                if watch is not None:
                    watch.heard(event.message, event.received_ns)
            case NodeRegistered() | NodeLost() | MessageRefused() | PeerThrottled():
                watch = self._watches.get((event.node_id or "").lower())
                if watch is not None:
                    _tell(watch, event)
            case _:
                pass

    def people(self, tracks: TrackStates) -> None:
        """Take note once a second of where people are, whom the cameras there should report."""
        if tracks.time_ns - self._looked_ns < _LOOK_NS:
            return
        gap_ns = tracks.time_ns - self._looked_ns
        self._looked_ns = tracks.time_ns
        for watch in self._watches.values():
            if gap_ns > _LONGEST_GAP_NS:
                watch.look_anew()
            watch.look_for(tracks)

    def health(self, now_ns: int, shelves: Mapping[str, Shelf]) -> tuple[SensorHealth, ...]:
        """How all sensors do, in the order of the site file.

        Parameters
        ----------
        now_ns : int
            UTC.
        shelves : mapping of str to Shelf
            By sensor.
        """
        return tuple(
            _health(watch, now_ns, shelves.get(watch.sensor.id)) for watch in self._watches.values()
        )


def _tell(
    watch: SensorWatch, event: NodeRegistered | NodeLost | MessageRefused | PeerThrottled
) -> None:
    match event:
        case NodeRegistered():
            watch.registered(event)
        case NodeLost():
            watch.lost(event)
        case MessageRefused():
            watch.refused(event)
        case PeerThrottled():
            watch.throttled(event.now_ns)


def _health(watch: SensorWatch, now_ns: int, shelf: Shelf | None) -> SensorHealth:
    offset_ns = watch.offset_ns(now_ns)
    state, since_ns, fault = watch.judge(now_ns)
    return SensorHealth(
        sensor=watch.sensor.id,
        kind=watch.sensor.kind,
        state=state,
        since_ns=since_ns,
        last_ns=watch.last_ns,
        rate_hz=watch.rate_hz(now_ns),
        clock_offset_ms=None if offset_ns is None else offset_ns / 1e6,
        late_share=watch.late_share(now_ns),
        shelf=shelf,
        fault=fault,
    )
