"""What waits to be sent by one bridge: bounded, the latest state of each thing, alerts first."""

from __future__ import annotations

from collections import OrderedDict

from clearway.sapient.bindings import Alert, SapientMessage, content_of

__all__ = ["ENDED", "STANDING_TYPES", "Outbox"]

ENDED = frozenset(
    {
        Alert.ALERT_STATUS_CLEAR,
        Alert.ALERT_STATUS_REJECT,
        Alert.ALERT_STATUS_IGNORE,
    }
)
"""States in which nobody is asked to act on an alert any more (BSI Flex 335 v2.0, 6.6)."""

STANDING_TYPES = frozenset(
    {
        Alert.ALERT_TYPE_WARNING,
        Alert.ALERT_TYPE_CRITICAL,
        Alert.ALERT_TYPE_ERROR,
        Alert.ALERT_TYPE_FATAL,
    }
)
"""Alerts that somebody has to act on; the others ask for nothing, and so never end either."""

_Lane = OrderedDict[str, SapientMessage]


class Outbox:
    """The queue of one bridge.

    Three lanes, emptied in this order: alerts, one per ``alert_id``; status reports, one per node;
    detection reports, one per ``object_id``.  A newer message about the same thing replaces the one
    that waits and takes over its place, so nobody who moves much delays the others.  A full lane
    drops what has waited longest.  Every operation takes the same time however much waits.

    Alerts that ask for something and have not ended are remembered after they were sent, so that a
    receiver which lost its memory, or joined late, can be told again.

    Parameters
    ----------
    tracks : int
        Most persons that wait.
    alerts : int
        Most alerts that wait, and most that are remembered.
    nodes : int
        Most nodes whose status waits.

    Examples
    --------
    >>> outbox = Outbox(tracks=2)
    >>> for person in ("a", "b", "a", "c"):
    ...     outbox.offer(SapientMessage(detection_report={"object_id": person}))
    >>> outbox.offer(SapientMessage(alert={"alert_id": "x"}))
    >>> first, second = outbox.take(), outbox.take()
    >>> first.alert.alert_id, second.detection_report.object_id, outbox.dropped_reports
    ('x', 'b', 1)
    """

    def __init__(self, *, tracks: int = 1000, alerts: int = 1000, nodes: int = 100) -> None:
        self._limits = {"detection_report": tracks, "alert": alerts, "status_report": nodes}
        self._alerts: _Lane = OrderedDict()
        self._status: _Lane = OrderedDict()
        self._tracks: _Lane = OrderedDict()
        self._standing: _Lane = OrderedDict()
        self._lanes = {
            "alert": self._alerts,
            "status_report": self._status,
            "detection_report": self._tracks,
        }
        self.dropped_reports = 0
        """Detection and status reports dropped because too many waited."""
        self.dropped_alerts = 0
        """Alerts dropped because too many waited: any number but 0 needs a human's attention."""

    def offer(self, message: SapientMessage) -> None:
        """Let a message wait.  Other kinds than the three are none of a bridge's business.

        The message is kept as it is, not copied: it must not be changed afterwards.
        """
        kind = content_of(message)
        lane = self._lanes.get(kind)
        if lane is None:
            return
        key = _key(message, kind)
        lane[key] = message
        if len(lane) > self._limits[kind]:
            lane.popitem(last=False)
            self._count(kind, 1)
        if kind == "alert":
            self._remember(key, message)

    def _remember(self, key: str, message: SapientMessage) -> None:
        alert = message.alert
        if alert.status in ENDED or alert.alert_type not in STANDING_TYPES:
            self._standing.pop(key, None)
            return
        self._standing[key] = message
        if len(self._standing) > self._limits["alert"]:
            self._standing.popitem(last=False)

    def take(self, *, tracks: bool = True) -> SapientMessage | None:
        """The next message to send, which no longer waits; None where there is none.

        Parameters
        ----------
        tracks : bool
            Whether a detection report may be taken.
        """
        lanes = (self._alerts, self._status, self._tracks)
        for lane in lanes if tracks else lanes[:2]:
            if lane:
                return lane.popitem(last=False)[1]
        return None

    def restore(self, message: SapientMessage) -> None:
        """Put a message that could not be sent back to the front, unless a newer one waits."""
        kind = content_of(message)
        lane, key = self._lanes[kind], _key(message, kind)
        if key in lane:
            return
        if len(lane) >= self._limits[kind]:
            self._count(kind, 1)
            return
        lane[key] = message
        lane.move_to_end(key, last=False)

    def restore_standing(self) -> None:
        """Let every alert that has not ended wait again, unless a newer state of it does."""
        room = self._limits["alert"] - len(self._alerts)
        for key, message in self._standing.items():
            if key not in self._alerts and room > 0:
                self._alerts[key] = message
                room -= 1

    def drop_tracks(self) -> None:
        """Drop the detection reports: where people were while nobody listened helps nobody."""
        self._count("detection_report", len(self._tracks))
        self._tracks.clear()

    @property
    def tracks_waiting(self) -> int:
        """Detection reports that wait."""
        return len(self._tracks)

    def __len__(self) -> int:
        return sum(len(lane) for lane in self._lanes.values())

    def _count(self, kind: str, number: int) -> None:
        if kind == "alert":
            self.dropped_alerts += number
        else:
            self.dropped_reports += number


def _key(message: SapientMessage, kind: str) -> str:
    if kind == "alert":
        return message.alert.alert_id
    return message.node_id if kind == "status_report" else message.detection_report.object_id
