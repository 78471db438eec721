"""Messages in protobuf's binary form, as they come over a connection."""

from __future__ import annotations

from google.protobuf.message import Message
from google.protobuf.unknown_fields import UnknownFieldSet

from clearway.sapient.bindings import DecodeError, SapientMessage
from clearway.sapient.validate.findings import Finding, Severity, below
from clearway.sapient.validate.plan import CATALOGUE, MESSAGE_PLAN

__all__ = ["check", "read_payload"]

_UNDECODABLE = CATALOGUE.declare(
    "payload.undecodable", Severity.ERROR, "4.2", "bytes that are no protobuf message"
)
_UNKNOWN = CATALOGUE.declare(
    "payload.unknown_field", Severity.WARNING, "", "a field number that the edition does not have"
)
_UNKNOWN_SHOWN = 10


def check(message: SapientMessage) -> tuple[Finding, ...]:
    """Look at the content of one message: no clock, no session, no other message.

    Returns
    -------
    tuple of Finding
        Everything found.  Of a list whose entries break the same rule over and over, the first
        ten places; every rule that is broken is told at least once, but for the rest of a list
        that has refused the message already.
    """
    sightings = MESSAGE_PLAN.check(message)
    return CATALOGUE.findings(sightings) if sightings else ()


def read_payload(payload: bytes) -> tuple[SapientMessage | None, tuple[Finding, ...]]:
    """Read and check the bytes of one frame.

    Parameters
    ----------
    payload : bytes
        A serialised message, without its length.

    Returns
    -------
    message : SapientMessage or None
        None if the bytes cannot be read.  Fields of other editions are left out of it.
    findings : tuple of Finding
        As `check` gives them, and fields of other editions as warnings.
    """
    try:
        message = SapientMessage.FromString(payload)
    except DecodeError:
        text = (
            f"{len(payload)} bytes are no SapientMessage; they may be cut off, nested too deeply "
            "or hold text that is not UTF-8"
        )
        return None, CATALOGUE.findings([(_UNDECODABLE, "", text)])
    findings = check(message)
    whole = message.ByteSize()
    message.DiscardUnknownFields()
    if message.ByteSize() != whole:
        paths = _unknown_paths(SapientMessage.FromString(payload))
        text = "the edition has no such field; the sender may speak another one"
        findings += CATALOGUE.findings((_UNKNOWN, path, text) for path in paths)
    return message, findings


def _unknown_paths(message: Message) -> list[str]:
    """Where a message has fields that its type does not, by their numbers; the first ten."""
    unknown = UnknownFieldSet(message)
    numbers = {unknown[index].field_number for index in range(len(unknown))}
    paths = [f"#{number}" for number in sorted(numbers)]
    for field, value in message.ListFields():
        if field.message_type is None:
            continue
        inner = value if field.is_repeated else (value,)
        for index, part in enumerate(inner):
            if len(paths) >= _UNKNOWN_SHOWN:
                return paths[:_UNKNOWN_SHOWN]
            place = f"{field.name}[{index}]" if field.is_repeated else field.name
            paths += [below(place, path) for path in _unknown_paths(part)]
    return paths[:_UNKNOWN_SHOWN]
