"""Rules on single fields that the options of the .proto files do not express."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from math import isfinite
from typing import Any, Final

from clearway.sapient import taxonomy
from clearway.sapient.bindings import ICD_VERSION, RangeBearingDatum
from clearway.sapient.validate.findings import Catalogue, Check, Severity, Sighting, shown

__all__ = ["BEHAVIOURS", "FIELD_CHECKS", "SECONDS_PER_UNIT"]

BEHAVIOURS: Final = (
    "Active",
    "Climbing",
    "Crawling",
    "Digging",
    "Loitering",
    "Other",
    "Passive",
    "Running",
    "Throwing",
    "Walking",
)
"""The closed list of clause 7.4, as the test harness of the standard's authors admits it."""

_CORE_NAMESPACE = f"{taxonomy.CORE}:"
_SPELLING = {behaviour.casefold(): behaviour for behaviour in BEHAVIOURS}
_MEDIA_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+(\s*;.*)?", re.ASCII).fullmatch

SECONDS_PER_UNIT: Final[Mapping[int, float]] = {
    1: 1e-9,
    2: 1e-6,
    3: 1e-3,
    4: 1.0,
    5: 60.0,
    6: 3600.0,
    7: 86400.0,
}
"""Length of each of the standard's units of time, by its number in ``TimeUnits``."""

_STATUS_INTERVAL_S = (1.0, 60.0)


def _icd_version(rules: Catalogue, name: str) -> Check:
    unsupported = rules.declare(
        f"{name}.unsupported", Severity.ERROR, "6.2", "a node of another edition of the standard"
    )
    spelling = rules.declare(
        f"{name}.spelling", Severity.WARNING, "6.2", "the edition's name in another spelling"
    )

    def check(value: str) -> list[Sighting] | None:
        if value == ICD_VERSION or not value:
            return None
        if value.replace("_", " ").casefold() == ICD_VERSION.casefold():
            return [(spelling, "", f"{shown(value)} should be written {ICD_VERSION!r}")]
        return [(unsupported, "", f"{shown(value)} is not spoken here; {ICD_VERSION!r} is")]

    return check


def _class_name(rules: Catalogue, name: str) -> Check:
    rule = rules.declare(
        f"{name}.no_namespace", Severity.WARNING, "6.2.5.24", "a class name without a namespace"
    )

    def check(value: str) -> list[Sighting] | None:
        if ":" in value or not value:
            return None
        return [(rule, "", f"{shown(value)} has no namespace; write sapient_core:Human, say")]

    return check


def _behaviour(rules: Catalogue, name: str, severity: Severity) -> Check:
    unknown = rules.declare(
        f"{name}.unknown", severity, "7.4", "a behaviour that is not on the closed list"
    )
    spelling = rules.declare(
        f"{name}.spelling", Severity.WARNING, "7.4", "a behaviour in other letter case"
    )

    def check(value: str) -> list[Sighting] | None:
        bare = value.removeprefix(_CORE_NAMESPACE)
        if bare in BEHAVIOURS or not value:
            return None
        listed = _SPELLING.get(bare.casefold())
        if listed:
            return [(spelling, "", f"{shown(value)} should be written {listed!r}")]
        choices = ", ".join(BEHAVIOURS)
        return [(unknown, "", f"{shown(value)} is not on the closed list: {choices}")]

    return check


def _reported_behaviour(rules: Catalogue, name: str) -> Check:
    return _behaviour(rules, name, Severity.ERROR)


def _declared_behaviour(rules: Catalogue, name: str) -> Check:
    return _behaviour(rules, name, Severity.WARNING)


def _media_type(rules: Catalogue, name: str) -> Check:
    rule = rules.declare(
        f"{name}.not_mime", Severity.WARNING, "6.4.2", "a file type that is no MIME type"
    )

    def check(value: str) -> list[Sighting] | None:
        if _MEDIA_TYPE(value) or not value:
            return None
        return [(rule, "", f"{shown(value)} is no MIME type; write image/png, say")]

    return check


def _deprecated(rules: Catalogue, name: str) -> Check:
    rule = rules.declare(f"{name}.deprecated", Severity.WARNING, "6.4.2.7", "a deprecated field")

    def check(_value: object) -> list[Sighting]:
        return [(rule, "", "it is deprecated; use object_info")]

    return check


def _datum(rules: Catalogue, name: str) -> Check:
    rule = rules.declare(
        f"{name}.platform",
        Severity.WARNING,
        "Table 10",
        "a datum that the edition does not define",
    )

    def check(value: int) -> list[Sighting] | None:
        if value != RangeBearingDatum.RANGE_BEARING_DATUM_PLATFORM:
            return None
        return [
            (
                rule,
                "",
                "bearings from the platform's axis are not defined; give them from true north",
            )
        ]

    return check


def _own_namespace(rules: Catalogue, _name: str) -> Check:
    rule = rules.declare(
        "taxonomy.subclass.in_core",
        Severity.WARNING,
        "7.1",
        "an extension that claims the core namespace for its own classes",
    )

    def check(value: str) -> list[Sighting] | None:
        if value != taxonomy.CORE:
            return None
        return [(rule, "", f"only the standard adds classes to {value}; use a namespace of yours")]

    return check


def _status_interval(rules: Catalogue, name: str) -> Check:
    useless = rules.declare(
        f"{name}.not_positive", Severity.ERROR, "6.3.2.1", "no time between two status reports"
    )
    unusual = rules.declare(
        f"{name}.unusual", Severity.WARNING, "6.3.2.1", "outside the advised 1 to 60 s"
    )
    least_s, most_s = _STATUS_INTERVAL_S

    def check(value: Any) -> list[Sighting] | None:
        if value.units not in SECONDS_PER_UNIT or not value.HasField("value"):
            return None
        interval_s = value.value * SECONDS_PER_UNIT[value.units]
        if least_s <= interval_s <= most_s or not isfinite(interval_s):
            return None
        if interval_s <= 0.0:
            return [(useless, "", f"{interval_s:g} s is no interval; give 1 to 60 s")]
        return [(unusual, "", f"{interval_s:g} s is unusual; 1 to 60 s is advised")]

    return check


_Maker = Callable[[Catalogue, str], Check]

FIELD_CHECKS: Final[Mapping[str, _Maker]] = {
    "AssociatedFile.type": _media_type,
    "DetectionReport.Behaviour.type": _reported_behaviour,
    "DetectionReport.DetectionReportClassification.type": _class_name,
    "DetectionReport.SubClass.type": _class_name,
    "DetectionReport.track_info": _deprecated,
    "RangeBearing.datum": _datum,
    "RangeBearingCone.datum": _datum,
    "Registration.BehaviourDefinition.type": _declared_behaviour,
    "Registration.ClassDefinition.type": _class_name,
    "Registration.ExtensionSubclass.Subclass_namespace": _own_namespace,
    "Registration.LocationType.range_bearing_datum": _datum,
    "Registration.StatusDefinition.status_interval": _status_interval,
    "Registration.SubClass.type": _class_name,
    "Registration.icd_version": _icd_version,
}
"""Check makers by the field whose value they look at; the whole list where it is one."""
