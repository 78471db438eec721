"""Messages in protobuf's JSON form, as files and bridges hold them.

protobuf's own reader decides what is read, but it stops at the first fault and says little of
where.  When it refuses, the text is gone through field by field: each fault is told with its
path, what is at fault is left out, and the rest is checked like any other message.
"""

from __future__ import annotations

import json
from typing import Any

from google.protobuf import json_format

from clearway.sapient.bindings import SapientMessage
from clearway.sapient.validate.binary import check
from clearway.sapient.validate.findings import Finding, Severity, Sighting, shown
from clearway.sapient.validate.json_faults import (
    MAX_DEPTH,
    REFUSALS,
    TOO_DEEP,
    WRONG_TYPE,
    Object,
    faults_of,
)
from clearway.sapient.validate.plan import CATALOGUE

__all__ = ["read_json"]

_SYNTAX = CATALOGUE.declare("json.syntax", Severity.ERROR, "", "text that is no JSON")
_UNREADABLE = CATALOGUE.declare(
    "json.unreadable", Severity.ERROR, "", "JSON that protobuf cannot read for some other reason"
)
_BYTE_ORDER_MARK = "\ufeff"


def read_json(text: str) -> tuple[SapientMessage | None, tuple[Finding, ...]]:
    """Read and check one message in protobuf's JSON form.

    Parameters
    ----------
    text : str
        The message; names of fields as in the .proto files or in camel case.  It may start with a
        byte order mark.

    Returns
    -------
    message : SapientMessage or None
        None if any part of the text cannot be read.
    findings : tuple of Finding
        Faults of the text first, then what `check` finds in the part that can be read.
    """
    try:
        value = json.loads(text.removeprefix(_BYTE_ORDER_MARK), object_pairs_hook=Object)
    except json.JSONDecodeError as error:
        problem = f"line {error.lineno}, column {error.colno}: {error.msg}; give one JSON object"
        return None, CATALOGUE.findings([(_SYNTAX, "", problem)])
    except RecursionError:
        problem = f"it is nested more than {MAX_DEPTH} levels deep; no message is"
        return None, CATALOGUE.findings([(TOO_DEEP, "", problem)])
    except ValueError as error:
        return None, CATALOGUE.findings([(_SYNTAX, "", f"{error}; no number needs that")])
    if not isinstance(value, Object):
        problem = f"{shown(value)} is no JSON object; give one message"
        return None, CATALOGUE.findings([(WRONG_TYPE, "", problem)])
    return _read(value)


def _read(value: Object) -> tuple[SapientMessage | None, tuple[Finding, ...]]:
    message, refusal = _parsed(value)
    faults = faults_of(value, readable=message is not None)
    if message is not None and not faults.sightings:
        return message, check(message)
    if faults.given_up:
        return None, CATALOGUE.findings(faults.sightings)
    remainder, still_refused = _parsed(faults.readable)
    sightings: list[Sighting] = faults.sightings
    if remainder is None or not sightings:
        sightings = [*sightings, (_UNREADABLE, "", still_refused or refusal)]
    content = check(remainder) if remainder is not None else ()
    return None, CATALOGUE.findings(sightings) + tuple(
        finding for finding in content if not faults.explains(finding.path)
    )


def _parsed(value: dict[str, Any]) -> tuple[SapientMessage | None, str]:
    """The message, or why protobuf does not read it."""
    try:
        message = json_format.ParseDict(value, SapientMessage(), max_recursion_depth=MAX_DEPTH)
    except REFUSALS as error:
        return None, shown(str(error))
    return message, ""
