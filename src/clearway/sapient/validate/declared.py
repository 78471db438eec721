"""Does a node report what it declared?  Its detections against its own Registration."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

from clearway.sapient.bindings import DetectionReport, Registration
from clearway.sapient.taxonomy import CORE
from clearway.sapient.validate.findings import Finding, Severity, Sighting, shown
from clearway.sapient.validate.plan import CATALOGUE

__all__ = ["Declaration", "check_declared", "undeclared"]

_NAMESPACE = CATALOGUE.declare(
    "detection_report.namespace.undeclared",
    Severity.WARNING,
    "7.3",
    "a class of a namespace that the node's Registration does not declare",
)
_SYSTEM = CATALOGUE.declare(
    "detection_report.coordinate_system.undeclared",
    Severity.WARNING,
    "5.2.1",
    "a place in another coordinate system than the node's Registration declares",
)
_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Declaration:
    """What a node's Registration says of its detections to come."""

    namespaces: frozenset[str]
    """Namespaces of the classes that it may report."""
    coordinate_systems: frozenset[int]
    """Systems of its locations, by their numbers."""
    range_bearing_systems: frozenset[int]
    """Systems of its ranges and bearings, by their numbers."""

    @classmethod
    def of(cls, registration: Registration) -> Declaration:
        """Gather it from all modes of a node."""
        definitions = [
            definition
            for mode in registration.mode_definition
            for definition in mode.detection_definition
        ]
        docks = [
            dock
            for definition in definitions
            for classes in definition.detection_class_definition
            for dock in classes.taxonomy_dock_definition
        ]
        places = [definition.location_type for definition in definitions]
        return cls(
            namespaces=frozenset({CORE}).union(
                (dock.Dock_class_namespace for dock in docks),
                (
                    extension.Subclass_namespace
                    for dock in docks
                    for extension in dock.Extension_subclass
                ),
            ),
            coordinate_systems=frozenset(
                place.location_units for place in places if place.HasField("location_units")
            ),
            range_bearing_systems=frozenset(
                place.range_bearing_units
                for place in places
                if place.HasField("range_bearing_units")
            ),
        )


def check_declared(report: DetectionReport, declaration: Declaration) -> tuple[Finding, ...]:
    """Compare a detection with what its node declared.

    Returns
    -------
    tuple of Finding
        Warnings, the first ten: the report is understood all the same.  A class name without a
        namespace is another rule's matter.
    """
    return tuple(islice(undeclared(report, declaration), _SHOWN))


def undeclared(report: DetectionReport, declaration: Declaration) -> Iterator[Finding]:
    """All findings of `check_declared`, as they are found: there may be a hundred thousand."""
    sightings = chain(
        _places(report, declaration), _classes(report.classification, declaration.namespaces)
    )
    for sighting in sightings:
        yield from CATALOGUE.findings([sighting])


def _places(report: DetectionReport, declaration: Declaration) -> Iterator[Sighting]:
    for name, declared in (
        ("location", declaration.coordinate_systems),
        ("range_bearing", declaration.range_bearing_systems),
    ):
        system = getattr(report, name).coordinate_system
        if report.HasField(name) and system not in declared:
            text = f"its number {system} is not declared; register it or report in what is"
            yield _SYSTEM, f"detection_report.{name}.coordinate_system", text


def _classes(
    classes: Iterable[Any], declared: frozenset[str], path: str = "detection_report.classification"
) -> Iterator[Sighting]:
    for index, entry in enumerate(classes):
        # A namespace may hold colons itself.
        namespace = entry.type.rpartition(":")[0]
        if namespace and namespace not in declared:
            text = f"{shown(namespace)} is not declared; register its extension of the taxonomy"
            yield _NAMESPACE, f"{path}[{index}].type", text
        yield from _classes(entry.sub_class, declared, f"{path}[{index}].sub_class")
