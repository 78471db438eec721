"""One CAP 1.2 message: what it says, and the XML that says it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from clearway.bridges.content import content_time, printable, state_word
from clearway.bridges.outbox import ENDED
from clearway.bridges.place import Place, place_of
from clearway.errors import ArgumentError, MissingExtraError
from clearway.sapient.bindings import Alert, SapientMessage

try:
    from lxml import etree
except ImportError as error:
    raise MissingExtraError("the CAP bridge (lxml)", 'pip install "clearway[cap]"') from error

__all__ = [
    "NAMESPACE",
    "CapSettings",
    "Said",
    "cap_document",
    "reference",
    "reference_in",
    "said_by",
]

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
"""Of every element."""

_URGENCY_AND_SEVERITY = {
    Alert.DISCRETE_PRIORITY_HIGH: ("Immediate", "Extreme"),
    Alert.DISCRETE_PRIORITY_MEDIUM: ("Expected", "Severe"),
    Alert.DISCRETE_PRIORITY_LOW: ("Expected", "Moderate"),
}
_FORBIDDEN_IN_NAMES = frozenset(" ,<&\t\r\n")


@dataclass(frozen=True, slots=True)
class CapSettings:
    """What the files say besides the alert."""

    sender: str
    """Globally unique name of the site, such as ``clearway@station.example``."""
    area: str
    """What the site is called, such as ``Central Station, concourse``."""
    drill: bool
    """Whether nothing of this is real."""
    restriction: str = "Security control room of the site and police only"
    """Who may read it; the protocol asks for this where the scope is restricted."""
    event: str = "Suspected concealed threat"
    """What kind of event."""
    instruction: str | None = None
    """What the site's procedure asks its readers to do."""
    expires_s: float = 3600.0
    """After this time without an update the file is out of date."""
    radius_m: float = 10.0
    """Smallest circle."""
    moved_m: float = 25.0
    """A person who has gone further than this is worth a new file."""

    def __post_init__(self) -> None:
        if not self.sender or not _FORBIDDEN_IN_NAMES.isdisjoint(self.sender):
            raise ArgumentError(
                "sender", f"{self.sender!r} cannot be used", "leave out spaces, commas, < and &"
            )


@dataclass(frozen=True, slots=True)
class Said:
    """The substance of a message: two that are equal say the same."""

    alert_id: str
    state: str
    description: str
    urgency: str
    severity: str
    certainty: str
    over: bool
    sent: datetime
    place: Place | None


def said_by(message: SapientMessage, settings: CapSettings) -> Said:
    """What there is to say of an alert; a place that cannot be converted is left out."""
    alert = message.alert
    urgency, severity = _URGENCY_AND_SEVERITY.get(alert.priority, ("Unknown", "Unknown"))
    if alert.HasField("confidence"):
        certainty = "Likely" if alert.confidence > 0.5 else "Possible"
    else:
        certainty = "Unknown"
    return Said(
        alert_id=alert.alert_id,
        state=state_word(alert),
        description=printable(alert.description) or settings.event,
        urgency=urgency,
        severity=severity,
        certainty=certainty,
        over=alert.status in ENDED,
        sent=content_time(message),
        place=_place(alert),
    )


def _place(alert: Alert) -> Place | None:
    try:
        return place_of(alert.location) if alert.HasField("location") else None
    except ArgumentError:
        return None  # an alert without a place is still an alert


def reference(said: Said, settings: CapSettings, identifier: str) -> str:
    """How a later message names this one (section 3.2.1, ``references``)."""
    return f"{settings.sender},{identifier},{_time(said.sent)}"


def reference_in(document: bytes, settings: CapSettings) -> str | None:
    """The same of a message as it was written.

    Returns
    -------
    str or None
        None for a message that ends an alert, and for what is no message of this sender.
    """
    try:
        root = etree.fromstring(document, etree.XMLParser(resolve_entities=False))
    except etree.XMLSyntaxError:
        return None
    kind, sender, identifier, sent = (
        root.findtext(f"{{{NAMESPACE}}}{name}")
        for name in ("msgType", "sender", "identifier", "sent")
    )
    if kind not in {"Alert", "Update"} or sender != settings.sender:
        return None
    return f"{sender},{identifier},{sent}"


def cap_document(
    said: Said, settings: CapSettings, identifier: str, kind: str, references: Sequence[str]
) -> bytes:
    """The message as an XML document.

    Parameters
    ----------
    said : Said
        Its substance.
    settings : CapSettings
        The rest.
    identifier : str
        Unique for the sender, without spaces, commas, ``<`` and ``&``.
    kind : str
        ``Alert``, ``Update`` or ``Cancel``.
    references : sequence of str
        The messages before it.

    Returns
    -------
    bytes
        UTF-8.
    """
    root = etree.Element(f"{{{NAMESPACE}}}alert", nsmap={None: NAMESPACE})  # type: ignore[dict-item]
    _add(root, "identifier", identifier)
    _add(root, "sender", settings.sender)
    _add(root, "sent", _time(said.sent))
    _add(root, "status", "Exercise" if settings.drill else "Actual")
    _add(root, "msgType", kind)
    _add(root, "scope", "Restricted")
    _add(root, "restriction", settings.restriction)
    if settings.drill:
        _add(root, "note", "Drill: nothing in this message is real.")
    if references:
        _add(root, "references", " ".join(references))
    info = etree.SubElement(root, f"{{{NAMESPACE}}}info")
    _add(info, "language", "en")
    _add(info, "category", "Security")
    _add(info, "event", settings.event)
    _add(info, "responseType", "AllClear" if said.over else "Assess")
    _add(info, "urgency", "Past" if said.over else said.urgency)
    _add(info, "severity", said.severity)
    _add(info, "certainty", said.certainty)
    _add(info, "expires", _time(said.sent + timedelta(seconds=settings.expires_s)))
    _add(info, "senderName", "Clearway")
    drill = "DRILL: " if settings.drill else ""
    _add(info, "headline", f"{drill}{settings.event} ({said.state})")
    _add(info, "description", f"{drill}{said.description}")
    if settings.instruction and not said.over:
        _add(info, "instruction", settings.instruction)
    parameter = etree.SubElement(info, f"{{{NAMESPACE}}}parameter")
    _add(parameter, "valueName", "clearway.alert_id")
    _add(parameter, "value", said.alert_id)
    area = etree.SubElement(info, f"{{{NAMESPACE}}}area")
    _add(area, "areaDesc", settings.area)
    if said.place is not None:
        _add(area, "circle", _circle(said.place, settings))
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _circle(place: Place, settings: CapSettings) -> str:
    """Latitude, longitude in degrees and radius in kilometres (section 3.2.4)."""
    radius_m = max(settings.radius_m, 2 * (place.error_m or 0.0))
    return f"{place.latitude_deg:.6f},{place.longitude_deg:.6f} {radius_m / 1000:.3f}"


def _time(time: datetime) -> str:
    """UTC is written ``-00:00``, and there are no parts of a second (section 3.3.2)."""
    return f"{time:%Y-%m-%dT%H:%M:%S}-00:00"


def _add(parent: etree._Element, name: str, text: str) -> None:
    etree.SubElement(parent, f"{{{NAMESPACE}}}{name}").text = printable(text)
