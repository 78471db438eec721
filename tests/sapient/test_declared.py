"""Detections against the Registration of their node."""

from __future__ import annotations

import pytest

from clearway.sapient.bindings import DetectionReport
from clearway.sapient.validate import Declaration, Severity, check_declared
from tests.sapient.messages import RANGE_BEARING, detection, message

DECLARATION = Declaration.of(message("registration").registration)


def sightings(report: DetectionReport) -> set[tuple[str, str]]:
    return {(finding.rule, finding.path) for finding in check_declared(report, DECLARATION)}


def reported(name: str, level: int = 1) -> DetectionReport:
    sub_class = [{"type": name, "level": level}]
    classification = [{"type": "sapient_core:Human", "sub_class": sub_class}]
    return detection(classification=classification).detection_report


def test_what_a_registration_declares() -> None:
    assert DECLARATION.namespaces == {"sapient_core", "urn:clearway:threat:v1"}
    assert DECLARATION.coordinate_systems == {5}
    assert DECLARATION.range_bearing_systems == {1}


@pytest.mark.parametrize(
    "name",
    [
        "sapient_core:Adult",
        "urn:clearway:threat:v1:ConcealedFirearm",
        # Another rule speaks of names without a namespace.
        "Adult",
    ],
)
def test_declared_namespaces(name: str) -> None:
    assert sightings(reported(name)) == set()


@pytest.mark.parametrize("name", ["urn:clearway:threat:v2:ConcealedFirearm", "urn:other:A", ":A:B"])
def test_undeclared_namespaces(name: str) -> None:
    path = "detection_report.classification[0].sub_class[0].type"
    assert sightings(reported(name)) == {("detection_report.namespace.undeclared", path)}


def test_undeclared_namespaces_at_any_depth() -> None:
    report = message("detection_report").detection_report
    path = "detection_report.classification[0].sub_class[1].sub_class[0].type"
    assert sightings(report) == {("detection_report.namespace.undeclared", path)}


def test_coordinate_systems() -> None:
    report = reported("sapient_core:Adult")
    report.location.coordinate_system = 1  # type: ignore[assignment]
    rule = "detection_report.coordinate_system.undeclared"
    assert sightings(report) == {(rule, "detection_report.location.coordinate_system")}
    turned = detection(classification=None, location=None, range_bearing=RANGE_BEARING)
    assert sightings(turned.detection_report) == set()
    turned.detection_report.range_bearing.coordinate_system = 2  # type: ignore[assignment]
    (finding,) = check_declared(turned.detection_report, DECLARATION)
    assert (finding.rule, finding.path) == (
        rule,
        "detection_report.range_bearing.coordinate_system",
    )
    assert finding.severity is Severity.WARNING
