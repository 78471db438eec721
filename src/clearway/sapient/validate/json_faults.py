"""What in a JSON object keeps it from being a message, field by field."""

from __future__ import annotations

import difflib
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from google.protobuf import json_format, message_factory
from google.protobuf.descriptor import Descriptor, FieldDescriptor

from clearway.sapient.validate.findings import Severity, Sighting, below, shown
from clearway.sapient.validate.names import alternatives_name, owner, real_oneof, rule_of
from clearway.sapient.validate.plan import CATALOGUE, MESSAGE_DESCRIPTOR

__all__ = ["MAX_DEPTH", "REFUSALS", "TOO_DEEP", "WRONG_TYPE", "Faults", "Object", "faults_of"]

MAX_DEPTH: Final = 100
"""Levels of nesting that protobuf reads, in its binary form as in JSON."""

REFUSALS: Final = (
    json_format.ParseError,
    ValueError,
    TypeError,
    AttributeError,
    OverflowError,
    RecursionError,
    SystemError,
)
"""What protobuf's reader of JSON raises for one bad value or another.

The last is raised for a name that holds a lone surrogate.
"""

TOO_DEEP: Final = CATALOGUE.declare(
    "json.too_deep", Severity.ERROR, "", "objects nested deeper than protobuf reads"
)
WRONG_TYPE: Final = CATALOGUE.declare(
    "json.wrong_type", Severity.ERROR, "", "a value of another type than the field's"
)
_UNKNOWN = CATALOGUE.declare(
    "json.unknown_field", Severity.ERROR, "", "a field that the edition does not have"
)
_DUPLICATE = CATALOGUE.declare(
    "json.duplicate_field", Severity.ERROR, "", "a field that is given twice, in one name or both"
)
_ALTERNATIVES = CATALOGUE.declare(
    "json.several_alternatives", Severity.ERROR, "", "fields of which only one may be given"
)

_OBSOLETE = {"detectionLocation": "this edition has location and range_bearing in its place"}
_MAX_FAULTS = 100
_INT_32 = (-(1 << 31), (1 << 31) - 1)
_TIMESTAMP = "google.protobuf.Timestamp"

_TYPES_IN_WORDS = {
    FieldDescriptor.TYPE_BOOL: "true or false",
    FieldDescriptor.TYPE_BYTES: "text in base 64",
    FieldDescriptor.TYPE_DOUBLE: "a number",
    FieldDescriptor.TYPE_FLOAT: "a number of at most 3.4e38",
    FieldDescriptor.TYPE_INT32: "a whole number of 32 bits",
    FieldDescriptor.TYPE_STRING: "text",
}


class Object(dict[str, Any]):
    """A JSON object that remembers which of its names were given more than once."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        self.duplicates: tuple[str, ...] = ()
        if len(self) != len(pairs):
            counts = Counter(name for name, _ in pairs)
            self.duplicates = tuple(name for name, count in counts.items() if count > 1)


@dataclass(slots=True)
class Faults:
    """What was found in an object, and the rest of it."""

    sightings: list[Sighting] = field(default_factory=list)
    """The faults."""
    readable: dict[str, Any] = field(default_factory=dict)
    """What is left without them."""
    left_out: set[str] = field(default_factory=set)
    """Paths of what was left out; that these are missing is no news."""
    given_up: bool = False
    """Whether there were so many that the rest was not looked at."""

    def explains(self, path: str) -> bool:
        """Whether something is found there only because it was left out."""
        return path in self.left_out


def faults_of(value: Object, *, readable: bool) -> Faults:
    """Go through an object that should be a message.

    Parameters
    ----------
    value : Object
        The object.
    readable : bool
        Whether protobuf reads it as it stands.
    """
    faults = Faults()
    try:
        faults.readable = _Reading(faults, readable=readable).object(
            value, MESSAGE_DESCRIPTOR, "", 1
        )
    except _TooManyError:
        faults.given_up = True
    return faults


class _TooManyError(Exception):
    """The verdict is clear, and more places would help nobody."""


_LEFT_OUT: Final = object()


class _Reading:
    def __init__(self, faults: Faults, *, readable: bool) -> None:
        self._faults = faults
        self._readable = readable

    def object(
        self, value: Object, descriptor: Descriptor, path: str, depth: int
    ) -> dict[str, Any]:
        """What can be read of an object, and its faults noted."""
        for name in value.duplicates:
            self._note(_DUPLICATE, below(path, _printable(name)), "it is given twice; drop one")
        kept: dict[str, Any] = {}
        chosen: dict[str, str] = {}
        for name, item in value.items():
            descriptor_field = _fields(descriptor).get(name)
            if descriptor_field is None:
                self._note(_UNKNOWN, below(path, _printable(name)), _unknown(name, descriptor))
                continue
            where = below(path, descriptor_field.name)
            if item is None:
                continue
            if descriptor_field.name in kept:
                self._note(_DUPLICATE, where, "it is given in both its names; drop one")
                continue
            oneof = real_oneof(descriptor_field)
            first = chosen.setdefault(oneof.name, name) if oneof is not None else name
            if first != name:
                self._note(_ALTERNATIVES, where, f"{first} is given too; only one may be")
                continue
            readable = self._value(item, descriptor_field, where, depth)
            if readable is _LEFT_OUT:
                self._faults.left_out.add(where)
                if oneof is not None:
                    self._faults.left_out.add(below(path, alternatives_name(oneof)))
            else:
                kept[descriptor_field.name] = readable
        return kept

    def _value(self, item: Any, kind: FieldDescriptor, path: str, depth: int) -> Any:
        if not kind.is_repeated:
            return self._single(item, kind, path, depth)
        if not isinstance(item, list):
            self._note(WRONG_TYPE, path, f"{shown(item)} is no list; write [ ] around it")
            return _LEFT_OUT
        entries = [
            self._single(entry, kind, f"{path}[{index}]", depth) for index, entry in enumerate(item)
        ]
        # Leaving out some entries would shift the places of the others.
        return _LEFT_OUT if any(entry is _LEFT_OUT for entry in entries) else entries

    def _single(self, item: Any, kind: FieldDescriptor, path: str, depth: int) -> Any:
        inner = kind.message_type
        if inner is not None and inner.full_name != _TIMESTAMP:
            if not isinstance(item, Object):
                self._note(WRONG_TYPE, path, f"{shown(item)} is no JSON object; give one")
                return _LEFT_OUT
            if depth >= MAX_DEPTH:
                self._note(TOO_DEEP, path, f"it is over {MAX_DEPTH} levels deep; no message is")
                return _LEFT_OUT
            return self.object(item, inner, path, depth + 1)
        if not _is_misread(item, kind) and (self._readable or _is_readable(item, kind)):
            return item
        self._note(*_leaf_fault(item, kind, path))
        return _LEFT_OUT

    def _note(self, rule: str, path: str, text: str) -> None:
        self._faults.sightings.append((rule, path, text))
        if len(self._faults.sightings) >= _MAX_FAULTS:
            raise _TooManyError


@cache
def _fields(descriptor: Descriptor) -> dict[str, FieldDescriptor]:
    """The fields of a type by either of their names."""
    return {name: entry for entry in descriptor.fields for name in (entry.json_name, entry.name)}


def _is_misread(item: Any, kind: FieldDescriptor) -> bool:
    """Whether protobuf takes a value for another: true for 1, say, and 2**32 + 1 for 1 as well."""
    if kind.enum_type is None:
        return isinstance(item, bool) and kind.type != FieldDescriptor.TYPE_BOOL
    if isinstance(item, str) and item in kind.enum_type.values_by_name:
        return False
    try:
        number = int(item)
    except (ValueError, TypeError, OverflowError):
        return True
    least, most = _INT_32
    return isinstance(item, bool) or not least <= number <= most or number != float(item)


def _is_readable(item: Any, kind: FieldDescriptor) -> bool:
    """Whether protobuf reads this value of this field; nobody else knows all that it reads."""
    message = message_factory.GetMessageClass(owner(kind))()
    try:
        json_format.ParseDict({kind.name: [item] if kind.is_repeated else item}, message)
    except REFUSALS:
        return False
    return True


def _leaf_fault(item: Any, kind: FieldDescriptor, path: str) -> Sighting:
    rule = rule_of(kind)
    if kind.message_type is not None:
        text = f"{shown(item)} is no moment in UTC; write 2026-01-31T12:00:00.5Z, say"
        return f"{rule}.invalid", path, text
    if kind.enum_type is not None:
        choices = ", ".join(value.name for value in kind.enum_type.values if value.number)
        text = f"{shown(item)} is no value of {kind.enum_type.name}; choose one of {choices}"
        return f"{rule}.unknown", path, text
    return WRONG_TYPE, path, f"{shown(item)} is not {_TYPES_IN_WORDS[kind.type]}"


def _unknown(name: str, descriptor: Descriptor) -> str:
    if name in _OBSOLETE:
        return f"the field is of an older edition; {_OBSOLETE[name]}"
    near = difflib.get_close_matches(name[:60], [entry.json_name for entry in descriptor.fields], 1)
    hint = f"did you mean {near[0]}?" if near else "drop it"
    return f"{descriptor.name} has no such field; {hint}"


def _printable(name: str) -> str:
    """A name from outside as part of a path."""
    return name if name.isidentifier() and len(name) <= 60 else shown(name)
