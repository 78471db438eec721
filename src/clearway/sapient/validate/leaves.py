"""Checks of single values: ids, times, numbers, enumerations, texts.

Each maker declares the rules of one field and gives the check of its value.  The paths are
empty, for a value does not know where it lies.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from math import isfinite

from google.protobuf.descriptor import EnumDescriptor
from google.protobuf.timestamp_pb2 import Timestamp

from clearway.sapient.validate.findings import (
    Catalogue,
    Check,
    Severity,
    Sighting,
    below,
    shown,
)

__all__ = [
    "TIMESTAMP_RANGE_S",
    "each",
    "enumeration",
    "finite",
    "not_empty",
    "time",
    "ulid",
    "unit_interval",
    "uuid",
]

_ULID = re.compile(r"[0-7][0-9A-HJKMNP-TV-Z]{25}").fullmatch
_ULID_ANY_CASE = re.compile(r"[0-7][0-9A-HJKMNP-TV-Z]{25}", re.IGNORECASE | re.ASCII).fullmatch
_UUID_4 = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}",
    re.IGNORECASE | re.ASCII,
).fullmatch

TIMESTAMP_RANGE_S = (-62_135_596_800, 253_402_300_799)
"""Seconds since 1970 of the first and the last moment that protobuf can say: years 1 to 9999."""

_ENOUGH = 64
_ALIKE = 10


def ulid(rules: Catalogue, name: str) -> Check:
    """Check of a ULID: 26 characters of Crockford's base 32, upper case on the wire."""
    invalid = rules.declare(f"{name}.invalid", Severity.ERROR, "6.2.4", "not a ULID")
    lower = rules.declare(
        f"{name}.lower_case", Severity.WARNING, "6.2.4", "a ULID not written in upper case"
    )

    def check(value: str) -> list[Sighting] | None:
        if _ULID(value):
            return None
        if _ULID_ANY_CASE(value):
            return [(lower, "", f"{shown(value)} is a ULID in lower case; write it in upper case")]
        text = (
            f"{shown(value)} is no ULID; give 26 characters of 0-9 and A-Z without I, L, O, U, "
            "the first at most 7"
        )
        return [(invalid, "", text)]

    return check


def uuid(rules: Catalogue, name: str) -> Check:
    """Check of a node's id: a UUID of version 4, in either case."""
    invalid = rules.declare(f"{name}.invalid", Severity.ERROR, "6.2.4", "not a UUID of version 4")

    def check(value: str) -> list[Sighting] | None:
        if _UUID_4(value):
            return None
        return [
            (invalid, "", f"{shown(value)} is no UUID of version 4; give the node a random UUID")
        ]

    return check


def time(rules: Catalogue, name: str, clause: str) -> Check:
    """Check of a moment: protobuf's binary form can hold what is no moment at all."""
    invalid = rules.declare(f"{name}.invalid", Severity.ERROR, clause, "not a moment in UTC")
    first, last = TIMESTAMP_RANGE_S

    def check(value: Timestamp) -> list[Sighting] | None:
        if first <= value.seconds <= last and 0 <= value.nanos < 1_000_000_000:
            return None
        text = (
            f"{value.seconds} s and {value.nanos} ns since 1970 is no moment; give seconds in "
            "the years 1 to 9999 and 0 to 999999999 ns"
        )
        return [(invalid, "", text)]

    return check


def finite(rules: Catalogue, name: str, clause: str) -> Check:
    """Check that a number is neither infinite nor NaN."""
    rule = rules.declare(f"{name}.not_finite", Severity.ERROR, clause, "infinite or NaN")

    def check(value: float) -> list[Sighting] | None:
        if isfinite(value):
            return None
        return [(rule, "", f"{value} is no finite number; leave out what is not known")]

    return check


def unit_interval(rules: Catalogue, name: str, clause: str) -> Check:
    """Check of a confidence or a rank: 0 to 1, which leaves out NaN as well."""
    rule = rules.declare(f"{name}.out_of_range", Severity.ERROR, clause, "not from 0 to 1")

    def check(value: float) -> list[Sighting] | None:
        if 0.0 <= value <= 1.0:
            return None
        return [(rule, "", f"{value:g} is not from 0 to 1; give a share of 1, not per cent")]

    return check


def enumeration(
    rules: Catalogue, name: str, clause: str, kind: EnumDescriptor, *, mandatory: bool
) -> Check:
    """Check that a value is one of the edition's; where it is mandatory, UNSPECIFIED is none."""
    known = frozenset(value.number for value in kind.values)
    unknown = rules.declare(
        f"{name}.unknown", Severity.ERROR, clause, "a value that this edition does not have"
    )
    choices = ", ".join(value.name for value in kind.values if value.number)
    unspecified = ""
    if mandatory:
        unspecified = rules.declare(
            f"{name}.unspecified", Severity.ERROR, "4.2 NOTE 3", "mandatory, but UNSPECIFIED"
        )
    accepted = known - {0} if mandatory else known

    def check(value: int) -> list[Sighting] | None:
        if value in accepted:
            return None
        if value == 0:
            return [(unspecified, "", f"it is UNSPECIFIED; choose one of {choices}")]
        return [(unknown, "", f"{value} is no value of {kind.name}; choose one of {choices}")]

    return check


def not_empty(rules: Catalogue, name: str, clause: str) -> Check:
    """Check that a mandatory text or packet holds something."""
    rule = rules.declare(f"{name}.empty", Severity.ERROR, clause, "mandatory, but empty")

    def check(value: str | bytes) -> list[Sighting] | None:
        return None if value else [(rule, "", "it is empty; fill it in")]

    return check


def each(rules: Catalogue, check: Check) -> Check:
    """Check of every entry of a list.

    A list may have a hundred thousand entries, and each may break the same rules.  Every rule is
    told for the first ten places, and once an error is known, a list is not read on after 64
    sightings.
    """

    def check_all(values: Iterable[object]) -> list[Sighting] | None:
        found: _FewOfEach | None = None
        for index, value in enumerate(values):
            sightings = check(value)
            if sightings:
                found = found or _FewOfEach(rules)
                if found.add(index, sightings):
                    break
        return found.kept if found else None

    return check_all


class _FewOfEach:
    """Sightings in the entries of one list, not too many of a kind."""

    def __init__(self, rules: Catalogue) -> None:
        self.kept: list[Sighting] = []
        self._rules = rules
        self._seen: dict[str, int] = {}

    def add(self, index: int, sightings: list[Sighting]) -> bool:
        """Take what was found in an entry; whether the list need not be read on."""
        for rule, path, text in sightings:
            self._seen[rule] = self._seen.get(rule, 0) + 1
            if self._seen[rule] <= _ALIKE:
                self.kept.append((rule, below(f"[{index}]", path), text))
        return sum(self._seen.values()) >= _ENOUGH and any(
            self._rules[rule].severity is Severity.ERROR for rule in self._seen
        )
