"""What the bridges read from a message, and what they leave out of it."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from clearway.errors import ArgumentError
from clearway.sapient.bindings import Alert, DetectionReport, SapientMessage, content_of

__all__ = [
    "Threat",
    "content_time",
    "examined",
    "is_this_machine",
    "permit_plain",
    "printable",
    "state_word",
    "threats",
    "without_evidence",
]

_EXAMINED = "clearway.examined."
_KEPT = (_EXAMINED, "clearway.floor")
# Everything but the characters of XML 1.0, fifth edition, section 2.2; a carriage return is one of
# them but reads back as a line feed.
_UNPRINTABLE = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LONGEST_TEXT = 2000


@dataclass(frozen=True, slots=True)
class Threat:
    """One class of what a person may carry."""

    name: str
    """Class without its namespace, such as ``ConcealedFirearm``."""
    confidence: float
    """Probability, given all that was measured of the person."""


def threats(report: DetectionReport) -> list[Threat]:
    """The classes below ``sapient_core:Human``; empty for somebody who was not examined.

    A class name is ``<namespace>:<value>`` (BSI Flex 335 v2.0, 7.1), and the namespace of an
    extension may hold colons itself.
    """
    return [
        Threat(sub.type.rpartition(":")[2], sub.confidence)
        for entry in report.classification
        for sub in entry.sub_class
    ]


def examined(report: DetectionReport) -> dict[str, str]:
    """How far each kind of sensor has examined the person: ``none``, ``partial`` or ``full``."""
    return {
        info.type.removeprefix(_EXAMINED): info.value
        for info in report.object_info
        if info.type.startswith(_EXAMINED) and not info.type.endswith(".fraction")
    }


def without_evidence(message: SapientMessage) -> SapientMessage:
    """A copy without links to images and without what single sensors measured.

    Of a person's ``object_info`` stays how far they were examined, without which "nothing found"
    would read like "not looked at", and the floor.
    """
    copy = SapientMessage()
    copy.CopyFrom(message)
    kind = content_of(copy)
    if kind == "alert":
        copy.alert.ClearField("associated_file")
    elif kind == "detection_report":
        report = copy.detection_report
        report.ClearField("associated_file")
        report.ClearField("track_info")
        report.ClearField("signal")
        kept = [info for info in report.object_info if info.type.startswith(_KEPT)]
        del report.object_info[:]
        report.object_info.extend(kept)
    return copy


def content_time(message: SapientMessage) -> datetime:
    """Time of the content (BSI Flex 335 v2.0, 4.1), UTC."""
    return message.timestamp.ToDatetime(tzinfo=UTC)


def state_word(alert: Alert) -> str:
    """The state of an alert as a word, such as ``active``."""
    return Alert.AlertStatus.Name(alert.status).removeprefix("ALERT_STATUS_").lower()


def printable(text: str) -> str:
    """Text that XML can hold, other characters replaced; at most 2,000 characters of it.

    Examples
    --------
    >>> printable("a<b" + chr(0)) == "a<b" + chr(0xFFFD)
    True
    """
    return _UNPRINTABLE.sub("\ufffd", text[:_LONGEST_TEXT])


def is_this_machine(host: str) -> bool:
    """Whether what goes to a host stays on this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def permit_plain(host: str, *, allowed: bool) -> None:
    """Refuse an unprotected link that leaves the machine, unless somebody has allowed it.

    Raises
    ------
    ArgumentError
        If the host is another machine and no permission was given.
    """
    if not (is_this_machine(host) or allowed):
        raise ArgumentError(
            "tls",
            f"the way to {host} would carry people's whereabouts unencrypted",
            "give a TLS context, or allow_plain=True for a network that is protected otherwise",
        )
