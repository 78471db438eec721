"""Cursor on Target 2.0: persons and alerts as events that phones and maps of guards show.

The facts are those of MITRE's public base schema (13 June 2003, public release 11-3895), which
takes the types of things from MIL-STD-2525B, and of its type list ``CoTtypes.xml``.

Types, and why these:

``a-u-G``, a person
    Atom, affiliation *unknown*, ground.  Nobody who walks through has been identified, so any
    other affiliation would be a claim: *neutral* and *assumed friend* that somebody is harmless,
    *pending* that somebody is working on it.  The type ends at *ground track*: the tree knows no
    single civilian, and the next branch, ``U``, is for military units.  The type says nothing of
    what a person may carry, whatever the sensors found; that is in ``detail`` only.
``a-s-G``, an alert
    The same with affiliation *suspect*: what the alert asks a guard to look at.  Never *hostile*,
    a verdict that is not a machine's to give, and never ``b-e-a``, a guard's own call for help.

``ce`` and ``le`` are standard deviations in metres and 9999999 where unknown, as is ``hae``.
``how`` is ``m-f``, fused by a machine.  ``opex`` tells drills from operations.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from clearway.bridges.content import content_time, examined, printable, state_word, threats
from clearway.bridges.outbox import ENDED
from clearway.bridges.place import Place, place_of
from clearway.errors import ArgumentError, MissingExtraError
from clearway.sapient.bindings import Alert, DetectionReport, SapientMessage, content_of

try:
    from lxml import etree
except ImportError as error:
    raise MissingExtraError(
        "the Cursor on Target bridge (lxml)", 'pip install "clearway[tak]"'
    ) from error

__all__ = ["ALERT_TYPE", "PERSON_TYPE", "EventSettings", "event_of"]

PERSON_TYPE = "a-u-G"
"""Unknown, ground."""
ALERT_TYPE = "a-s-G"
"""Suspect, ground."""

_UNKNOWN = "9999999.0"
_FUSED = "m-f"
_CORRELATED = "c-c"
# Priority 0-9, then: a newer event replaces an older one; dropped under load, or never dropped.
_PERSON_QUALITY, _ALERT_QUALITY = "1-r-c", "8-r-g"
_WATCHED_TYPES = frozenset({Alert.ALERT_TYPE_WARNING})


@dataclass(frozen=True, slots=True)
class EventSettings:
    """How events are made."""

    drill: bool
    """Whether nothing of this is real; said in every event, and first in its remarks."""
    person_stale_s: float = 10.0
    """A person not heard of for this long is shown as out of date."""
    alert_stale_s: float = 90.0
    """The same for alerts; three times the interval in which they are sent again."""
    site: Place | None = None
    """Where an alert is drawn that has no place, as every event needs one: an alarm at a curtain
    may be about somebody whom no camera follows.  Without this it is refused."""


def event_of(message: SapientMessage, settings: EventSettings, now_ns: int) -> bytes | None:
    """The event that tells of a message, as an XML document.

    Parameters
    ----------
    message : SapientMessage
        A detection report or an alert with a location.
    settings : EventSettings
        How events are made.
    now_ns : int
        UTC, nanoseconds: when the event is made.

    Returns
    -------
    bytes or None
        UTF-8; None for what guards have no use for: status reports, alerts about nodes.

    Raises
    ------
    ArgumentError
        If it has no id or no location, or the location cannot be converted.
    """
    kind = content_of(message)
    now = datetime.fromtimestamp(now_ns / 1e9, tz=UTC)
    if kind == "detection_report":
        event = _person(message, settings, now)
    elif kind == "alert" and message.alert.alert_type in _WATCHED_TYPES:
        event = _alert(message, settings, now)
    else:
        return None
    return etree.tostring(event, xml_declaration=True, encoding="UTF-8", standalone=True)


def _person(message: SapientMessage, settings: EventSettings, now: datetime) -> etree._Element:
    report = message.detection_report
    seen = content_time(message)
    lost = report.state.lower() == "lost"
    stale = seen if lost else seen + timedelta(seconds=settings.person_stale_s)
    event = _event(PERSON_TYPE, _identity(report.object_id), settings, times=(now, seen, stale))
    event.set("qos", _PERSON_QUALITY)
    _point(event, _place(report))
    detail = etree.SubElement(event, "detail")
    _contact(detail, "Person", report.object_id, settings)
    if report.HasField("enu_velocity"):
        velocity = report.enu_velocity
        east, north = velocity.east_rate, velocity.north_rate
        course_deg = math.degrees(math.atan2(east, north)) % 360
        track = etree.SubElement(detail, "track")
        track.set("course", _number(course_deg, 1))
        track.set("speed", _number(math.hypot(east, north), 2))
    own = etree.SubElement(detail, "clearway", object_id=printable(report.object_id))
    for modality, extent in examined(report).items():
        etree.SubElement(own, "examined", by=printable(modality), extent=printable(extent))
    for threat in threats(report):
        confidence = _number(threat.confidence, 3)
        etree.SubElement(own, "threat", name=printable(threat.name), confidence=confidence)
    return event


def _alert(message: SapientMessage, settings: EventSettings, now: datetime) -> etree._Element:
    alert = message.alert
    raised = content_time(message)
    over = alert.status in ENDED
    stale = now if over else now + timedelta(seconds=settings.alert_stale_s)
    event = _event(
        ALERT_TYPE, _identity(alert.alert_id), settings, times=(now, raised, max(stale, raised))
    )
    event.set("qos", _ALERT_QUALITY)
    known, place = _alert_place(alert, settings)
    _point(event, place)
    detail = etree.SubElement(event, "detail")
    _contact(detail, "Alert", alert.alert_id, settings)
    for about in alert.associated_detection:
        if about.node_id != message.node_id:
            continue  # what a sensor detected; only the fusion node's own objects are events
        link = etree.SubElement(detail, "link", uid=_identity(about.object_id), type=PERSON_TYPE)
        link.set("relation", _CORRELATED)
    own = etree.SubElement(detail, "clearway", alert_id=printable(alert.alert_id))
    own.set("state", state_word(alert))
    if alert.HasField("confidence"):
        own.set("confidence", _number(alert.confidence, 3))
    remarks = etree.SubElement(detail, "remarks")
    drill = "DRILL. " if settings.drill else ""
    where = "" if known else ", place unknown"
    remarks.text = printable(f"{drill}{alert.description} ({state_word(alert)}{where})")
    return event


def _event(
    event_type: str, uid: str, settings: EventSettings, times: tuple[datetime, datetime, datetime]
) -> etree._Element:
    made, start, stale = (
        f"{time:%Y-%m-%dT%H:%M:%S}.{time.microsecond // 1000:03d}Z" for time in times
    )
    event = etree.Element("event", version="2.0", type=event_type, uid=uid, how=_FUSED)
    event.set("opex", "e" if settings.drill else "o")
    event.set("time", made)
    event.set("start", start)
    event.set("stale", stale)
    return event


def _identity(identity: str) -> str:
    """The ``uid``: a ULID is unique everywhere already; the prefix says whose it is."""
    if not identity:
        raise ArgumentError("object or alert id", "is empty", "send valid SAPIENT messages")
    return f"clearway.{printable(identity)}"


def _contact(detail: etree._Element, what: str, identity: str, settings: EventSettings) -> None:
    """What the phone writes beside the mark: enough of the id to tell two apart by voice."""
    drill = "DRILL " if settings.drill else ""
    etree.SubElement(detail, "contact", callsign=f"{drill}{what} {printable(identity)[-5:]}")


def _place(content: DetectionReport | Alert) -> Place:
    if not content.HasField("location"):
        raise ArgumentError("location", "is missing", "report a location, not range and bearing")
    return place_of(content.location)


def _alert_place(alert: Alert, settings: EventSettings) -> tuple[bool, Place]:
    """Whether the place of an alert is known, and where to draw it."""
    try:
        return True, _place(alert)
    except ArgumentError:
        if settings.site is None:
            raise
        return False, settings.site


def _point(event: etree._Element, place: Place) -> None:
    point = etree.SubElement(event, "point")
    point.set("lat", _number(place.latitude_deg, 7))
    point.set("lon", _number(place.longitude_deg, 7))
    for name, value in (
        ("hae", place.height_m),
        ("ce", place.error_m),
        ("le", place.height_error_m),
    ):
        point.set(name, _UNKNOWN if value is None else _number(value, 2))


def _number(value: float, places: int) -> str:
    """Fixed point, as the schema's decimals know no exponent."""
    return f"{value:.{places}f}"
