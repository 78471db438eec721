"""What a check says of a message: findings, the rules behind them, and the verdict."""

from __future__ import annotations

import reprlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias

__all__ = [
    "Catalogue",
    "Check",
    "Finding",
    "Rule",
    "Severity",
    "Sighting",
    "below",
    "is_valid",
    "shown",
]


class Severity(StrEnum):
    """How bad a finding is."""

    ERROR = "error"
    """The message is not what the standard asks for and is refused."""
    WARNING = "warning"
    """Messages in the field do this; it is accepted, but better not done."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that is checked."""

    severity: Severity
    """How bad it is to break it."""
    clause: str
    """Clause or table of BSI Flex 335 v2.0; empty for a rule of Clearway's own."""
    summary: str
    """What breaks it, in words."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One place where a message breaks a rule."""

    rule: str
    """Stable id, such as ``detection_report.object_id.invalid``."""
    severity: Severity
    """How bad it is."""
    path: str
    """Where, in the field names of the .proto files: ``detection_report.location.x``."""
    message: str
    """What is wrong there, and what to do about it."""
    clause: str
    """Clause or table of BSI Flex 335 v2.0; empty for a rule of Clearway's own."""


Sighting: TypeAlias = tuple[str, str, str]
"""Rule, path below the value that was checked, and what is wrong."""

Check: TypeAlias = Callable[[Any], list[Sighting] | None]
"""Looks at one value; nothing found gives None, which costs nothing to pass on."""


class Catalogue(dict[str, Rule]):
    """The rules by their ids; it grows while the checks are made, then it is only read."""

    def declare(self, rule: str, severity: Severity, clause: str, summary: str) -> str:
        """Add a rule and give its id; the same id always means the same."""
        declared = Rule(severity, clause, summary)
        if self.setdefault(rule, declared) != declared:
            raise AssertionError(f"two rules are called {rule}")
        return rule

    def findings(self, sightings: Iterable[Sighting]) -> tuple[Finding, ...]:
        """Look up what the rules say of themselves."""
        return tuple(
            Finding(rule, self[rule].severity, path, message, self[rule].clause)
            for rule, path, message in sightings
        )


def is_valid(findings: Iterable[Finding]) -> bool:
    """Whether a message with these findings is accepted: warnings do not refuse it.

    Examples
    --------
    >>> is_valid([Finding("location.z.missing", Severity.WARNING, "location.z", "", "")])
    True
    """
    return not any(finding.severity is Severity.ERROR for finding in findings)


def below(outer: str, inner: str) -> str:
    """Path of something inside something else.

    Examples
    --------
    >>> below("detection_report", below("classification", "[0].type"))
    'detection_report.classification[0].type'
    """
    return f"{outer}.{inner}" if outer and inner and inner[0] != "[" else outer + inner


_SHORT = reprlib.Repr()
_SHORT.maxstring = _SHORT.maxother = 60
_SHORT.maxlevel = 2


def shown(value: object) -> str:
    """A value from a message as a message to a person may show it: short and printable.

    Control characters and lone surrogates are written as escapes, for they come from outside.

    Examples
    --------
    >>> shown("a" * 100)
    "'aaaaaaaaaaaaaaaaaaaaaaaaaaa...aaaaaaaaaaaaaaaaaaaaaaaaaaaa'"
    """
    return _SHORT.repr(value)
