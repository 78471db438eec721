"""Detections against what their node declared: each thing is said once, not once per message."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from clearway.sapient.bindings import DetectionReport, Registration
from clearway.sapient.session.rules import found
from clearway.sapient.session.settings import SECOND_NS
from clearway.sapient.taxonomy import CORE
from clearway.sapient.validate import Declaration, Finding
from clearway.sapient.validate.content import SECONDS_PER_UNIT
from clearway.sapient.validate.declared import undeclared
from clearway.sapient.validate.findings import shown

__all__ = ["DeclaredContent", "status_interval_ns"]

_REMEMBERED = 256
"""Undeclared things remembered as told; a node that invents more is told of each again."""

_AT_ONCE = 32
"""Findings of one detection."""

_CORE = f"{CORE}:"


def status_interval_ns(registration: Registration, shortest_ns: int, longest_ns: int) -> int:
    """Time between two StatusReports that a node declared (BSI Flex 335 v2.0, 6.3.2.1).

    Parameters
    ----------
    registration : Registration
        The node's.
    shortest_ns, longest_ns : int
        Bounds of the result; what is no time at all counts as the longest.
    """
    interval = registration.status_definition.status_interval
    declared_ns = interval.value * SECONDS_PER_UNIT.get(interval.units, 0.0) * SECOND_NS
    if not (math.isfinite(declared_ns) and declared_ns > 0):
        return longest_ns
    return min(max(round(declared_ns), shortest_ns), longest_ns)


class DeclaredContent:
    """What one Registration declares, and which departures from it were told already.

    Parameters
    ----------
    registration : Registration
        The node's.
    """

    def __init__(self, registration: Registration) -> None:
        self._declaration = Declaration.of(registration)
        definitions = [
            definition
            for mode in registration.mode_definition
            for definition in mode.detection_definition
        ]
        self.classes = frozenset(_declared_classes(definitions))
        """Classes and sub-classes that it may report, core ones without their namespace."""
        self.behaviours = frozenset(
            _plain(behaviour.type).lower()
            for definition in definitions
            for behaviour in definition.behaviour_definition
        )
        """Behaviours that it may report."""
        self.object_info = frozenset(
            entry.type for definition in definitions for entry in definition.detection_report
        )
        """Types of ``object_info`` that it may report."""
        self._told: set[tuple[str, str]] = set()

    def check(self, report: DetectionReport) -> list[Finding]:
        """What is undeclared in a detection and was not told of before: the first 32 such things.

        The rest is told with later detections; a report may hold a hundred thousand.
        """
        return list(islice(self._news(report), _AT_ONCE))

    def _news(self, report: DetectionReport) -> Iterator[Finding]:
        for finding in undeclared(report, self._declaration):
            if self._is_news(finding.rule, finding.message):
                yield finding
        for index, info in enumerate(report.object_info):
            if info.type not in self.object_info and self._is_news("info", info.type):
                path = f"detection_report.object_info[{index}].type"
                yield found("object_info.undeclared", path, _register(info.type))
        for index, behaviour in enumerate(report.behaviour):
            name = _plain(behaviour.type).lower()
            if name not in self.behaviours and self._is_news("behaviour", name):
                path = f"detection_report.behaviour[{index}].type"
                yield found("behaviour.undeclared", path, _register(behaviour.type))
        yield from self._new_classes(report.classification, "detection_report.classification")

    def _new_classes(self, entries: Iterable[Any], path: str) -> Iterator[Finding]:
        for index, entry in enumerate(entries):
            name = _plain(entry.type)
            if name not in self.classes and self._is_news("class", name):
                yield found("class.undeclared", f"{path}[{index}].type", _register(entry.type))
            if entry.sub_class:
                yield from self._new_classes(entry.sub_class, f"{path}[{index}].sub_class")

    def _is_news(self, kind: str, name: str) -> bool:
        key = (kind, name if len(name) < _REMEMBERED else name[:_REMEMBERED])
        if key in self._told:
            return False
        if len(self._told) < _REMEMBERED:
            self._told.add(key)
        return True


def _register(name: str) -> str:
    return f"{shown(name)} is not declared; declare it in the Registration"


def _plain(name: str) -> str:
    return name.removeprefix(_CORE)


def _declared_classes(definitions: Iterable[Any]) -> Iterator[str]:
    for definition in definitions:
        for classes in definition.detection_class_definition:
            yield from _nested(classes.class_definition)
            for dock in classes.taxonomy_dock_definition:
                yield _plain(f"{dock.Dock_class_namespace}:{dock.Dock_class}")
                for extension in dock.Extension_subclass:
                    yield f"{extension.Subclass_namespace}:{extension.Subclass_name}"
                    # Deployed nodes leave the namespace out; that is another rule's matter.
                    yield extension.Subclass_name


def _nested(entries: Iterable[Any]) -> Iterator[str]:
    for entry in entries:
        yield _plain(entry.type)
        yield from _nested(entry.sub_class)
