"""Every rule: broken it is found at its place, kept nothing is said of it."""

from __future__ import annotations

import math
import time
from typing import Any

import pytest

from clearway.errors import ArgumentError
from clearway.sapient.bindings import Location, Registration, SapientMessage
from clearway.sapient.validate import (
    RULES,
    Finding,
    InvalidMessageError,
    Severity,
    check,
    check_sent,
    is_valid,
)
from clearway.sapient.validate.content import BEHAVIOURS
from clearway.sapient.validate.findings import Catalogue
from tests.sapient.damages import Damage, all_damages
from tests.sapient.messages import (
    AREAS,
    DETECTION,
    LOCATION,
    RANGE_BEARING,
    VARIANTS,
    at,
    changed,
    detection,
    message,
)

Dock = Registration.TaxonomyDockDefinition
DAMAGES = tuple(all_damages())
REPORTED = "detection_report"
DECLARED = "registration.mode_definition[0].detection_definition[0]"
DECLARED_CLASS = f"{DECLARED}.detection_class_definition[0].class_definition[0]"
DOCK = f"{DECLARED}.detection_class_definition[0].taxonomy_dock_definition[0]"
INTERVAL = "registration.status_definition.status_interval"

# Rules that clearing a field or setting it to a bad value of its type does not break:
# rule, kind of message, where to set which value, and where the finding is if not there.
BY_HAND: tuple[tuple[str, str, str, Any, str | None], ...] = (
    (
        "registration.icd_version.unsupported",
        "registration",
        "registration.icd_version",
        "BSI Flex 335 v1.0",
        None,
    ),
    (
        "registration.icd_version.spelling",
        "registration",
        "registration.icd_version",
        "BSI_Flex_335_v2.0",
        None,
    ),
    (f"{INTERVAL}.not_positive", "registration", f"{INTERVAL}.value", 0.0, INTERVAL),
    (f"{INTERVAL}.unusual", "registration", f"{INTERVAL}.value", 61.0, INTERVAL),
    (f"{INTERVAL}.unusual", "registration", f"{INTERVAL}.units", 3, INTERVAL),
    (
        "registration.class_definition.type.no_namespace",
        "registration",
        f"{DECLARED_CLASS}.type",
        "Human",
        None,
    ),
    (
        "registration.sub_class.type.no_namespace",
        "registration",
        f"{DECLARED_CLASS}.sub_class[0].sub_class[0].type",
        "Long",
        None,
    ),
    (
        "registration.behaviour_definition.type.unknown",
        "registration",
        f"{DECLARED}.behaviour_definition[0].type",
        "Smuggling",
        None,
    ),
    (
        "registration.behaviour_definition.type.spelling",
        "registration",
        f"{DECLARED}.behaviour_definition[0].type",
        "walking",
        None,
    ),
    (
        "registration.location_type.range_bearing_datum.platform",
        "registration",
        "registration.status_definition.coverage_definition.range_bearing_datum",
        4,
        None,
    ),
    ("taxonomy.dock_class.unknown", "registration", f"{DOCK}.Dock_class", "Ghost", None),
    (
        "taxonomy.dock_namespace.unknown",
        "registration",
        f"{DOCK}.Dock_class_namespace",
        "urn:example:other",
        None,
    ),
    (
        "taxonomy.subclass.empty",
        "registration",
        f"{DOCK}.Extension_subclass",
        None,
        f"{DOCK}.Extension_subclass",
    ),
    (
        "taxonomy.subclass.in_core",
        "registration",
        f"{DOCK}.Extension_subclass[0].Subclass_namespace",
        "sapient_core",
        None,
    ),
    (
        "registration_ack.destination_id.missing",
        "registration_ack",
        "destination_id",
        None,
        "destination_id",
    ),
    (
        "detection_report.classification.type.no_namespace",
        REPORTED,
        "detection_report.classification[0].type",
        "Human",
        None,
    ),
    (
        "detection_report.sub_class.type.no_namespace",
        REPORTED,
        "detection_report.classification[0].sub_class[1].type",
        "NoConcealedThreat",
        None,
    ),
    (
        "detection_report.classification.sum",
        REPORTED,
        "detection_report.classification[0].confidence",
        0.8,
        "detection_report.classification",
    ),
    (
        "detection_report.sub_class.sum",
        REPORTED,
        "detection_report.classification[0].sub_class[0].confidence",
        0.2,
        "detection_report.classification[0].sub_class",
    ),
    (
        "detection_report.sub_class.sum",
        REPORTED,
        "detection_report.classification[0].sub_class[1].sub_class[0].confidence",
        0.5,
        "detection_report.classification[0].sub_class[1].sub_class",
    ),
    (
        "detection_report.behaviour.type.unknown",
        REPORTED,
        "detection_report.behaviour[0].type",
        "Carrying a weapon",
        None,
    ),
    (
        "detection_report.behaviour.type.spelling",
        REPORTED,
        "detection_report.behaviour[0].type",
        "sapient_core:loitering",
        None,
    ),
    (
        "associated_file.type.not_mime",
        REPORTED,
        "detection_report.associated_file[0].type",
        "URL",
        None,
    ),
    (
        "range_bearing.datum.platform",
        "detection_report, range_bearing",
        "detection_report.range_bearing.datum",
        4,
        None,
    ),
    (
        "range_bearing_cone.datum.platform",
        "status_report",
        "status_report.field_of_view.range_bearing.datum",
        4,
        None,
    ),
)  # fmt: skip

# Rules that no single value breaks.
SPECIAL: dict[str, tuple[SapientMessage, str]] = {
    "detection_report.track_info.deprecated": (
        detection(track_info=[{"type": "speed", "value": "1.2"}]),
        "detection_report.track_info",
    ),
    "task.purpose.missing": (changed("task", region=None, command=None), "task"),
    "registration.velocity_type.velocity_units.missing": (
        at("registration", f"{DECLARED}.velocity_type.enu_velocity_units", None),
        f"{DECLARED}.velocity_type.velocity_units",
    ),
    "error.error_message.missing": (
        changed("error", error_message=[]),
        "error.error_message",
    ),
    "task.command.command.missing": (
        changed("task", command={"command_parameter": "fast"}),
        "task.command.command",
    ),
}

# What the standard's tables ask of a detection report, written out: the shared vectors hardly
# test it.
DETECTION_REPORT_MANDATORY = {
    "message.timestamp",
    "message.node_id",
    "message.content",
    "detection_report.report_id",
    "detection_report.object_id",
    "detection_report.location",
    "detection_report.predicted_location.location",
    "location.x",
    "location.y",
    "location.coordinate_system",
    "location.datum",
    "range_bearing.coordinate_system",
    "range_bearing.datum",
    "detection_report.object_info.type",
    "detection_report.object_info.value",
    "detection_report.classification.type",
    "detection_report.sub_class.type",
    "detection_report.sub_class.level",
    "detection_report.behaviour.type",
    "associated_file.type",
    "associated_file.url",
    "detection_report.signal.amplitude",
    "detection_report.signal.centre_frequency",
    "associated_detection.node_id",
    "associated_detection.object_id",
    "detection_report.derived_detection.timestamp",
    "detection_report.derived_detection.node_id",
    "detection_report.derived_detection.object_id",
    "enu_velocity.east_rate",
    "enu_velocity.north_rate",
}


def _class(
    name: str, confidence: float | None, *sub_class: Any, level: int | None = None
) -> dict[str, Any]:
    known = {"confidence": confidence, "level": level}
    given = {name: value for name, value in known.items() if value is not None}
    return {"type": name, "sub_class": list(sub_class), **given}


def sightings(broken: SapientMessage) -> set[tuple[str, str]]:
    return {(finding.rule, finding.path) for finding in check(broken)}


@pytest.mark.parametrize("kind", VARIANTS)
def test_nothing_is_found_in_faultless_messages(kind: str) -> None:
    assert check(message(kind)) == ()
    check_sent(message(kind))


@pytest.mark.parametrize("kind", VARIANTS)
def test_each_fault_alone_is_found_where_it_is(kind: str) -> None:
    damages = [damage for damage in DAMAGES if damage.what.startswith(f"{kind}: ")]
    assert len(damages) > 3
    for damage in damages:
        _look_at(damage)


def _look_at(damage: Damage) -> None:
    found = sightings(damage.broken)
    expected = set() if damage.rule is None else {(damage.rule, damage.path)}
    assert expected <= found, damage.what
    # What else is found follows from the same fault: sums that no longer are 1, say.
    errors = {(rule, path) for rule, path in found if RULES[rule].severity is Severity.ERROR}
    if damage.what == f"registration: {INTERVAL}.value -0.01":
        expected.add((f"{INTERVAL}.not_positive", INTERVAL))
    if damage.what.startswith("registration_ack: destination_id"):
        expected.add(("registration_ack.destination_id.missing", "destination_id"))
    assert errors <= expected, damage.what


@pytest.mark.parametrize(("rule", "kind", "path", "value", "where"), BY_HAND)
def test_rules_that_options_do_not_express(
    rule: str, kind: str, path: str, value: object, where: str | None
) -> None:
    assert rule not in {finding.rule for finding in check(message(kind))}
    assert (rule, path if where is None else where) in sightings(at(kind, path, value))


@pytest.mark.parametrize("rule", SPECIAL)
def test_rules_that_no_single_value_breaks(rule: str) -> None:
    broken, path = SPECIAL[rule]
    assert (rule, path) in sightings(broken)


def test_every_rule_of_content_is_broken_by_some_case() -> None:
    read_elsewhere = ("json.", "payload.", "session.", "detection_report.namespace.")
    content = {
        rule
        for rule in RULES
        if not rule.startswith(read_elsewhere)
        and rule != "detection_report.coordinate_system.undeclared"
    }
    tried = {damage.rule for damage in DAMAGES} | {case[0] for case in BY_HAND} | set(SPECIAL)
    assert content - tried == set()


@pytest.mark.parametrize("name", sorted(DETECTION_REPORT_MANDATORY))
def test_what_a_detection_report_must_have(name: str) -> None:
    rule = f"{name}.missing"
    assert RULES[rule].severity is Severity.ERROR
    cases = [damage for damage in DAMAGES if damage.rule == rule]
    if name == "message.content":
        cases = [
            case for case in cases if case.what == "detection_report: detection_report cleared"
        ]
    assert cases
    for case in cases:
        assert not is_valid(check(case.broken)), case.what


@pytest.mark.parametrize("behaviour", BEHAVIOURS)
def test_listed_behaviours_pass_with_and_without_the_core_namespace(behaviour: str) -> None:
    for text in (behaviour, f"sapient_core:{behaviour}"):
        assert check(at(REPORTED, "detection_report.behaviour[0].type", text)) == ()
    (finding,) = check(at(REPORTED, "detection_report.behaviour[0].type", behaviour.upper()))
    assert finding.rule == "detection_report.behaviour.type.spelling"
    assert behaviour in finding.message


@pytest.mark.parametrize(
    ("value", "units", "rule"),
    [
        (1.0, 4, None),
        (60.0, 4, None),
        (1.0, 5, None),
        (1500.0, 3, None),
        (5e6, 2, None),
        (5e9, 1, None),
        (0.9, 4, "unusual"),
        (1.0, 6, "unusual"),
        (1.0, 7, "unusual"),
        (-5.0, 4, "not_positive"),
    ],
)
def test_status_interval_in_every_unit(value: float, units: int, rule: str | None) -> None:
    registration = at("registration", f"{INTERVAL}.value", value)
    registration.registration.status_definition.status_interval.units = units  # type: ignore[assignment]
    expected = set() if rule is None else {(f"{INTERVAL}.{rule}", INTERVAL)}
    assert sightings(registration) == expected


@pytest.mark.parametrize(
    ("classification", "expected"),
    [
        ([_class("a:x", 0.4), _class("a:y", 0.6)], set()),
        ([_class("a:x", None), _class("a:y", None)], set()),
        ([_class("a:x", 0.3)] * 3, {"detection_report.classification.sum"}),
        # The standard does not say whether a subclass counts within its class or within all.
        ([_class("a:x", 0.4, _class("b:z", 0.4, level=1)), _class("a:y", 0.6)], set()),
        ([_class("a:x", 0.4, _class("b:z", 1.0, level=1)), _class("a:y", 0.6)], set()),
        ([_class("a:x", 1.0, _class("b:z", 0.6, level=1))], {"detection_report.sub_class.sum"}),
        ([_class("a:x", 1.0, _class("b:z", None, level=1))], set()),
    ],
)
def test_sums_of_classes(classification: list[Any], expected: set[str]) -> None:
    assert {finding.rule for finding in check(detection(classification=classification))} == expected


def test_places_in_degrees_need_no_zone() -> None:
    degrees = {**LOCATION, "coordinate_system": "LOCATION_COORDINATE_SYSTEM_LAT_LNG_DEG_M"}
    del degrees["utm_zone"]
    assert check(detection(location=degrees)) == ()


def test_a_detection_has_one_place() -> None:
    report = detection(location=None, range_bearing=RANGE_BEARING)
    assert check(report) == ()


def test_a_task_may_be_a_command_or_a_region_alone() -> None:
    assert check(changed("task", region=None)) == ()
    assert check(changed("task", command=None)) == ()


def test_other_messages_need_no_destination() -> None:
    for kind in ("registration", "detection_report", "alert"):
        assert check(at(kind, "destination_id", None)) == ()


def test_findings_can_be_looked_up() -> None:
    (finding,) = check(at(REPORTED, "detection_report.object_id", "guard-7"))
    assert finding == Finding(
        rule="detection_report.object_id.invalid",
        severity=Severity.ERROR,
        path="detection_report.object_id",
        message="'guard-7' is no ULID; give 26 characters of 0-9 and A-Z without I, L, O, U, the "
        "first at most 7",
        clause="6.2.4",
    )
    assert RULES[finding.rule].clause == finding.clause
    assert all(rule.summary and rule.severity in Severity for rule in RULES.values())


def test_warnings_leave_a_message_valid() -> None:
    lower = at(REPORTED, "detection_report.object_id", DETECTION["object_id"].lower())
    (finding,) = check(lower)
    assert finding.severity is Severity.WARNING
    assert is_valid(check(lower))


def test_what_we_send_has_no_finding_at_all() -> None:
    lower = at(REPORTED, "detection_report.object_id", DETECTION["object_id"].lower())
    with pytest.raises(InvalidMessageError, match=r"object_id.*lower case") as raised:
        check_sent(lower)
    assert isinstance(raised.value, ArgumentError)
    assert [finding.rule for finding in raised.value.findings] == [
        "detection_report.object_id.lower_case"
    ]


def test_an_empty_message_names_all_that_it_lacks() -> None:
    assert {finding.rule for finding in check(SapientMessage())} == {
        "message.timestamp.missing",
        "message.node_id.missing",
        "message.content.missing",
    }


def test_a_flood_of_faults_is_told_in_a_few_findings() -> None:
    report = message("status_report")
    locations = report.status_report.coverage[0].location_list.locations
    locations.extend([Location()] * 100_000)
    findings = check(report)
    assert {"location.x.missing", "location.z.missing"} <= {finding.rule for finding in findings}
    assert len(findings) < 100


def test_a_flood_of_warnings_hides_no_error() -> None:
    report = message("status_report")
    locations = report.status_report.coverage[0].location_list.locations
    flat = Location(x=1.0, y=2.0, coordinate_system=1, datum=1)  # type: ignore[arg-type]
    locations.extend([flat] * 1000)
    assert is_valid(check(report))
    assert len(check(report)) == 10
    locations.add(x=math.nan, y=2.0, z=0.0, coordinate_system=1, datum=1)
    last = f"status_report.coverage[0].location_list.locations[{len(locations) - 1}].x"
    assert ("location.x.not_finite", last) in sightings(report)


def test_odd_extensions_are_told_and_accepted() -> None:
    docks = docking(message("registration"))
    docks.add(Dock_class_namespace="urn:clearway:threat:v1", Dock_class="ConcealedFirearm")
    docks[1].Extension_subclass.add(Subclass_namespace="urn:x", Subclass_name="Pistol")
    assert check(docked(*docks)) == ()
    odd = docked(Dock(Dock_class_namespace="urn:y", Dock_class="B"))
    assert {finding.rule for finding in check(odd)} == {
        "taxonomy.dock_namespace.unknown",
        "taxonomy.subclass.empty",
    }
    assert is_valid(check(odd))


def test_a_flood_of_odd_extensions_is_told_in_a_few_findings() -> None:
    odd = Dock(Dock_class_namespace="urn:y", Dock_class="B")
    assert len(check(docked(*[odd] * 50_000))) == 20


def docking(registration: SapientMessage) -> Any:
    (mode,) = registration.registration.mode_definition
    classes = mode.detection_definition[0].detection_class_definition[0]
    return classes.taxonomy_dock_definition


def docked(*docks: Dock) -> SapientMessage:
    """A registration with these docking definitions and no others."""
    registration = message("registration")
    del docking(registration)[:]
    docking(registration).extend(docks)
    return registration


def test_a_deep_message_is_looked_at_to_its_end() -> None:
    report = message(REPORTED)
    part: Any = report.detection_report.classification[0]
    for level in range(90):
        part = part.sub_class.add(type="a:b", level=level)
    part.level = 0
    part.ClearField("level")
    assert "detection_report.sub_class.level.missing" in {finding.rule for finding in check(report)}


def test_verdict_depends_on_content_only(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = at("status_report", "status_report.report_id", "x")
    before = check(broken)
    monkeypatch.setattr(time, "time", lambda: 0.0)
    check(message("task"))
    assert check(broken) == before
    assert check(SapientMessage.FromString(broken.SerializeToString())) == before


def test_two_rules_cannot_share_an_id() -> None:
    rules = Catalogue()
    rules.declare("a.b", Severity.ERROR, "1", "wrong")
    assert rules.declare("a.b", Severity.ERROR, "1", "wrong") == "a.b"
    with pytest.raises(AssertionError, match=r"a\.b"):
        rules.declare("a.b", Severity.WARNING, "1", "wrong")


def test_shapes_of_areas() -> None:
    assert check(changed("status_report", coverage=AREAS)) == ()
    assert ("location_or_range_bearing.shape.missing", "status_report.coverage[0].shape") in (
        sightings(changed("status_report", coverage=[{}]))
    )
