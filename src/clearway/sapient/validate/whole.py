"""Rules that look at more than one field of a message."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, Final

from clearway.sapient.bindings import (
    Location,
    LocationCoordinateSystem,
    Registration,
    SapientMessage,
    Task,
    content_of,
)
from clearway.sapient.taxonomy import CORE, dock_path, docks_of, is_core_class
from clearway.sapient.validate.findings import Catalogue, Check, Severity, Sighting, shown

__all__ = ["MESSAGE_CHECKS"]

_SUM_TOLERANCE = 1e-3
"""Confidences are sent with 24 bits, and people round what they type."""

_SHOWN = 10
"""Places told of one rule, where a list has many alike."""


def _location(rules: Catalogue, name: str) -> Check:
    height = rules.declare(
        f"{name}.z.missing", Severity.WARNING, "5.2", "a place of unknown height"
    )
    zone = rules.declare(
        f"{name}.utm_zone.missing", Severity.WARNING, "5.2", "UTM coordinates without their zone"
    )

    def check(value: Location) -> list[Sighting] | None:
        if value.HasField("z") and value.utm_zone:
            return None
        found = []
        if not value.HasField("z"):
            found.append((height, "z", "the height is unknown; give it, and its datum"))
        if (
            value.coordinate_system == LocationCoordinateSystem.LOCATION_COORDINATE_SYSTEM_UTM_M
            and not value.utm_zone
        ):
            found.append((zone, "utm_zone", "the zone is unknown; give it, 33N say"))
        return found

    return check


def _class_sums(rules: Catalogue, name: str) -> Check:
    whole = rules.declare(
        f"{name}.classification.sum", Severity.WARNING, "7.2", "class probabilities do not sum to 1"
    )
    part = rules.declare(
        f"{name}.sub_class.sum",
        Severity.WARNING,
        "7.2",
        "the probabilities of the subclasses of a class sum neither to 1 nor to that class's own",
    )

    def check(value: Any) -> list[Sighting] | None:
        classes = value.classification
        if not classes:
            return None
        found: list[Sighting] = []
        total = _sum(classes)
        if total is not None and abs(total - 1.0) > _SUM_TOLERANCE:
            found.append((whole, "classification", f"the classes sum to {total:g}; give them all"))
        for index, parent in enumerate(classes):
            _subclass_sums(part, parent, f"classification[{index}]", found)
        return found

    return check


def _subclass_sums(rule: str, parent: Any, path: str, found: list[Sighting]) -> None:
    children = parent.sub_class
    if not children or len(found) >= _SHOWN:
        return
    total = _sum(children)
    if total is not None and min(abs(total - 1.0), abs(total - parent.confidence)) > _SUM_TOLERANCE:
        text = f"the subclasses sum to {total:g}; give them all, so that they sum to 1"
        found.append((rule, f"{path}.sub_class", text))
    for index, child in enumerate(children):
        _subclass_sums(rule, child, f"{path}.sub_class[{index}]", found)


def _sum(classes: Iterable[Any]) -> float | None:
    """Sum of the confidences, or None where none is given."""
    given = [entry.confidence for entry in classes if entry.HasField("confidence")]
    return sum(given) if given else None


def _dock(rules: Catalogue, _name: str) -> Check:
    unknown = rules.declare(
        "taxonomy.dock_class.unknown",
        Severity.WARNING,
        "7.3",
        "an extension under a class that the core taxonomy does not have",
    )
    empty = rules.declare(
        "taxonomy.subclass.empty",
        Severity.WARNING,
        "7.3",
        "a docking definition that adds no subclass",
    )

    def check(value: Registration.TaxonomyDockDefinition) -> list[Sighting]:
        found = []
        if value.Dock_class_namespace == CORE and is_core_class(value.Dock_class) is False:
            text = f"{shown(value.Dock_class)} is no core class; dock under Human, say"
            found.append((unknown, "Dock_class", text))
        if not value.Extension_subclass:
            text = "nothing is docked here; name the subclasses"
            found.append((empty, "Extension_subclass", text))
        return found

    return check


def _dock_namespaces(rules: Catalogue, _name: str) -> Check:
    rule = rules.declare(
        "taxonomy.dock_namespace.unknown",
        Severity.WARNING,
        "7.3",
        "an extension under a class of a namespace that is neither the core one nor declared",
    )

    def sightings(value: Registration) -> Iterator[Sighting]:
        declared = {
            subclass.Subclass_namespace
            for dock, _ in docks_of(value)
            for subclass in dock.Extension_subclass
        }
        for dock, place in docks_of(value):
            namespace = dock.Dock_class_namespace
            if namespace and namespace != CORE and namespace not in declared:
                text = f"nothing declares the namespace {shown(namespace)}; use {CORE}"
                yield rule, f"{dock_path(place)}.Dock_class_namespace", text

    def check(value: Registration) -> list[Sighting]:
        return list(islice(sightings(value), _SHOWN))

    return check


def _addressed_ack(rules: Catalogue, _name: str) -> Check:
    rule = rules.declare(
        "registration_ack.destination_id.missing",
        Severity.ERROR,
        "6.2.2",
        "an acknowledgement that does not say whose registration it answers",
    )

    def check(value: SapientMessage) -> list[Sighting] | None:
        if content_of(value) != "registration_ack" or value.destination_id:
            return None
        return [(rule, "destination_id", "it is missing; name the node that registered")]

    return check


def _task_does_something(rules: Catalogue, name: str) -> Check:
    rule = rules.declare(
        f"{name}.purpose.missing", Severity.ERROR, "6.5.1", "a task without region and command"
    )

    def check(value: Task) -> list[Sighting] | None:
        if value.region or value.HasField("command"):
            return None
        return [(rule, "", "it has neither a region nor a command; give at least one")]

    return check


MESSAGE_CHECKS: Final[Mapping[str, Callable[[Catalogue, str], Check]]] = {
    "DetectionReport": _class_sums,
    "Location": _location,
    "Registration": _dock_namespaces,
    "Registration.TaxonomyDockDefinition": _dock,
    "SapientMessage": _addressed_ack,
    "Task": _task_does_something,
}
"""Check makers by the message type that they look at."""
