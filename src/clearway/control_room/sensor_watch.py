"""One sensor as its messages show it: there, heard, late, well."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

import shapely

from clearway.audit.record import readable
from clearway.control_room.arrivals import Arrivals
from clearway.control_room.clock_offset import ClockOffset
from clearway.domain import TrackStates, nanoseconds
from clearway.profile.wire import nanoseconds_of
from clearway.sapient.bindings import SapientMessage, StatusReport
from clearway.sapient.server import MessageRefused, NodeLost, NodeRegistered
from clearway.sapient.session import FusionSettings, status_interval_ns
from clearway.service.notices import first_reason
from clearway.site.schema import Camera, EngineSettings, Sensor

__all__ = ["HealthState", "Judgement", "SensorWatch"]

_SESSION = FusionSettings()
_MISSED_REPORTS = _SESSION.missed_reports - 1
"""One fewer than those after which the server ends the connection."""
_MOST_LATE = _MOST_REFUSED = 0.1
"""Share of the last ten seconds' messages; a tenth of the detections is an overload as well."""
_FEW = 3
"""Fewer messages that are late or refused are no rule."""
_THROTTLED_NS = nanoseconds(15.0)
"""A peer that goes on sending too much is told of every ten seconds."""
_JITTERS = 5.0
"""Mean delays that a message may take beyond the least, as nodes declare their latency."""
_EDGE_M = 0.5
"""People this close to the edge of what a camera covers may be outside of it."""
_UNSEEN_S = 10.0
"""Longer than a track is followed that no sensor sees."""
_UNSEEN_SCANS = 20.0
"""Fewer may have missed somebody who stands behind others."""


class HealthState(StrEnum):
    """How a sensor does."""

    OK = "ok"
    SILENT = "silent"
    """Connected, and not heard when it should be."""
    DEGRADED = "degraded"
    """It says so itself, or part of what it sends is of no use."""
    ABSENT = "absent"
    """Not connected: what it watched is not examined."""


class Judgement(NamedTuple):
    """A state, since when it holds, and why in words."""

    state: HealthState
    since_ns: int
    fault: str | None


class SensorWatch:
    """Listens to one sensor; O(1) per message.

    Parameters
    ----------
    sensor : Sensor
    settings : EngineSettings
    started_ns : int
        Since when the sensor could have connected.
    """

    def __init__(self, sensor: Sensor, settings: EngineSettings, started_ns: int) -> None:
        self.sensor = sensor
        camera = isinstance(sensor, Camera)
        # A threat sensor's reading is of use for as long as people's places are remembered.
        usable_s = settings.reorder_window_s if camera else settings.history_s
        self._arrivals = Arrivals(nanoseconds(usable_s))
        error = sensor.error_model
        self._measured = ClockOffset(nanoseconds(error.latency_s))
        self._sent = ClockOffset()
        self._ahead_ns = nanoseconds(settings.reorder_window_s)
        self._behind_ns = self._ahead_ns + nanoseconds(_JITTERS * error.latency_jitter_s)
        self._view = shapely.Polygon(sensor.coverage).buffer(-_EDGE_M) if camera else None
        if self._view is not None:
            shapely.prepare(self._view)
        rate_hz = sensor.rate_hz if isinstance(sensor, Camera) else 1.0
        self._patience_ns = nanoseconds(max(_UNSEEN_S, _UNSEEN_SCANS / rate_hz))
        self._connected_ns: int | None = None
        self._gone = Judgement(HealthState.ABSENT, started_ns, "has not connected yet")
        self._last = self._gone
        self.last_ns: int | None = None
        """When anything last came from it."""
        self._interval_ns = _SESSION.longest_interval_ns
        self._own_fault: str | None = None
        self._refusal = ""
        self._throttled_ns: int | None = None
        self._unseen_ns: int | None = None
        """Since when people have been in a camera's view of whom it has reported none."""
        self._mute = False

    def registered(self, event: NodeRegistered) -> None:
        """The sensor takes part."""
        if self._connected_ns is None:
            self._connected_ns = event.now_ns
        self._interval_ns = status_interval_ns(
            event.registration, _SESSION.shortest_interval_ns, _SESSION.longest_interval_ns
        )
        self.last_ns = event.now_ns
        self._own_fault = None
        self._sees()

    def lost(self, event: NodeLost) -> None:
        """The sensor takes part no longer."""
        self._connected_ns = None
        fault = f"is gone ({event.reason.value})"
        self._gone = self._last = Judgement(HealthState.ABSENT, event.now_ns, fault)

    def heard(self, message: SapientMessage, received_ns: int) -> None:
        """Take note of a message that may be used."""
        self.last_ns = received_ns
        content_ns = nanoseconds_of(message.timestamp)
        self._arrivals.message(received_ns)
        if message.HasField("detection_report"):
            self._arrivals.detection(content_ns, received_ns)
            self._measured.take(received_ns - content_ns, received_ns)
            self._sees()
        elif message.HasField("status_report"):
            # Its time is that of its sending, so that no measurement delays it.
            self._sent.take(received_ns - content_ns, received_ns)
            self._own_fault = _fault_of(message.status_report)

    def refused(self, event: MessageRefused) -> None:
        """Take note of a message that must not be used."""
        self._arrivals.refused(event.now_ns)
        self._refusal = first_reason(event.findings)

    def throttled(self, now_ns: int) -> None:
        """The sensor sends more than it may."""
        self._throttled_ns = now_ns

    def look_for(self, tracks: TrackStates) -> None:
        """Notice that people are in a camera's view while it reports nobody."""
        if self._view is None or self._connected_ns is None or self._mute:
            return
        east_m, north_m = tracks.states[:, 0], tracks.states[:, 1]
        if not shapely.contains_xy(self._view, east_m, north_m).any():
            self._unseen_ns = None
        elif self._unseen_ns is None:
            self._unseen_ns = tracks.time_ns
        else:
            self._mute = tracks.time_ns - self._unseen_ns >= self._patience_ns

    def look_anew(self) -> None:
        """Nobody has been followed for a while: whom the camera missed is not known."""
        if not self._mute:
            self._unseen_ns = None

    def rate_hz(self, now_ns: int) -> float | None:
        """Scans per second, of a threat sensor looks; None where it is not connected."""
        since_ns = self._connected_ns
        return None if since_ns is None else self._arrivals.rate_hz(since_ns, now_ns)

    def offset_ns(self, now_ns: int) -> int | None:
        """Its clock minus ours, by its measurements or, where there are none, by its reports.

        The two may come from different clocks, and it is the first that decides who stood where.
        """
        measured_ns = self._measured.offset_ns(now_ns)
        return self._sent.offset_ns(now_ns) if measured_ns is None else measured_ns

    def late_share(self, now_ns: int) -> float | None:
        """Share of its detections that came too late to be used; None where none came."""
        late, came = self._arrivals.late(now_ns)
        return late / came if came else None

    def judge(self, now_ns: int) -> Judgement:
        """How it does now."""
        judgement = self._judged(now_ns)
        # A state that is only known by being looked for goes on from when it was first found.
        found = judgement.state in {HealthState.OK, HealthState.DEGRADED}
        if found and judgement.state is self._last.state:
            judgement = judgement._replace(since_ns=self._last.since_ns)
        self._last = judgement
        return judgement

    def _judged(self, now_ns: int) -> Judgement:
        if self._connected_ns is None or self.last_ns is None:
            return self._gone
        faults = self._faults(now_ns)
        limit_ns = _MISSED_REPORTS * self._interval_ns + _SESSION.status_grace_ns
        if now_ns - self.last_ns > limit_ns:
            faults.insert(0, "sends nothing that can be used, not even its status reports")
            return Judgement(HealthState.SILENT, self.last_ns, "; ".join(faults))
        if self._mute and self._unseen_ns is not None:
            faults.insert(0, "reports nobody, while people are followed in its view")
            return Judgement(HealthState.SILENT, self._unseen_ns, "; ".join(faults))
        if faults:
            return Judgement(HealthState.DEGRADED, now_ns, "; ".join(faults))
        came = self._last.state is HealthState.ABSENT
        return Judgement(HealthState.OK, self._connected_ns if came else now_ns, None)

    def _faults(self, now_ns: int) -> list[str]:
        faults = [] if self._own_fault is None else [self._own_fault]
        late, detections = self._arrivals.late(now_ns)
        if late >= _FEW and late >= _MOST_LATE * detections:
            faults.append(f"{late / detections:.0%} of its detections come too late to be used")
        refused, messages = self._arrivals.refusals(now_ns)
        if refused >= _FEW and refused >= _MOST_REFUSED * messages:
            faults.append(f"{refused / messages:.0%} of its messages are refused: {self._refusal}")
        offset_ns = self.offset_ns(now_ns) or 0
        if offset_ns > self._ahead_ns:
            faults.append(f"its clock is {offset_ns / 1e6:.0f} ms ahead of ours")
        elif offset_ns < -self._behind_ns:
            behind = f"its clock is about {-offset_ns / 1e6:.0f} ms behind ours"
            faults.append(f"{behind}, or its messages are that much longer under way")
        if self._throttled_ns is not None and now_ns - self._throttled_ns < _THROTTLED_NS:
            faults.append("sends too much and is slowed down")
        return faults

    def _sees(self) -> None:
        self._unseen_ns = None
        self._mute = False


def _fault_of(report: StatusReport) -> str | None:
    """What a sensor says is wrong with itself, or None."""
    blind = any(one.status_type == StatusReport.STATUS_TYPE_NOT_DETECTING for one in report.status)
    if report.system == StatusReport.SYSTEM_ERROR:
        what = "reports an error"
    elif blind:
        what = "reports that it does not detect"
    elif report.system == StatusReport.SYSTEM_WARNING:
        what = "reports a warning"
    else:
        return None
    reasons = "; ".join(one.status_value for one in report.status if one.status_value)
    return readable(f"{what}: {reasons}" if reasons else what)
