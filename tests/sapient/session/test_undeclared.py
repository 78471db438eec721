"""What a node reports without having declared it: taken, and told once."""

from __future__ import annotations

from typing import Any

import pytest

from clearway.sapient.session import Accepted, DeclaredContent
from clearway.sapient.validate import Declaration, check_declared, is_valid
from tests.sapient.messages import DETECTION, LOCATION, changed, detection, message
from tests.sapient.session.harness import Bench, only, rules

BARE: dict[str, Any] = {"object_info": None, "classification": None}


def told(report: dict[str, Any]) -> list[str]:
    """Rules that a detection breaks, by the Registration of `messages`."""
    declared = DeclaredContent(message("registration").registration)
    return [finding.rule for finding in declared.check(detection(**report).detection_report)]


def classified(name: str, sub_class: str | None = None) -> dict[str, Any]:
    entry: dict[str, Any] = {"type": name, "confidence": 1.0}
    if sub_class:
        entry["sub_class"] = [{"type": sub_class, "confidence": 1.0, "level": 1}]
    return {**BARE, "classification": [entry]}


@pytest.mark.parametrize(
    "report",
    [
        BARE,
        classified("sapient_core:Human"),
        classified("Human"),
        classified("Human", "urn:clearway:threat:v1:ConcealedFirearm"),
        classified("Human", "ConcealedFirearm"),
        {**BARE, "object_info": [DETECTION["object_info"][0]]},
        {**BARE, "behaviour": [{"type": "sapient_core:walking", "confidence": 1.0}]},
    ],
)
def test_what_is_declared_is_not_told(report: dict[str, Any]) -> None:
    assert told(report) == []


@pytest.mark.parametrize(
    ("report", "rule"),
    [
        (classified("Animal"), "session.class.undeclared"),
        (
            classified("Human", "urn:clearway:threat:v1:ConcealedExplosive"),
            "session.class.undeclared",
        ),
        ({**BARE, "object_info": [DETECTION["object_info"][1]]}, "session.object_info.undeclared"),
        ({**BARE, "behaviour": [{"type": "Running"}]}, "session.behaviour.undeclared"),
        (
            {
                **BARE,
                "location": {
                    **LOCATION,
                    "coordinate_system": "LOCATION_COORDINATE_SYSTEM_LAT_LNG_DEG_M",
                    "x": 12.5,
                    "y": 41.9,
                    "utm_zone": "",
                },
            },
            "detection_report.coordinate_system.undeclared",
        ),
    ],
)
def test_what_is_not_declared_is_told(report: dict[str, Any], rule: str) -> None:
    assert told(report) == [rule]


def test_an_undeclared_namespace_is_told() -> None:
    report = classified("Human", "urn:example:other:Thing")
    assert "detection_report.namespace.undeclared" in told(report)


ANIMAL = {**classified("Animal"), "behaviour": None}


def test_each_thing_is_told_once_and_again_after_a_new_registration() -> None:
    node = Bench().connect().begin()
    first, second = (node.detect(**ANIMAL) for _ in range(2))
    assert [rules(actions) for actions in (first, second)] == [["session.class.undeclared"], []]
    (accepted,) = only(first, Accepted)
    assert is_valid(accepted.findings)
    node.register()
    assert rules(node.detect(**ANIMAL)) == ["session.class.undeclared"]


def test_a_flood_of_undeclared_things_is_told_little_by_little() -> None:
    declared = DeclaredContent(message("registration").registration)
    report = detection(**BARE).detection_report
    for number in range(5000):
        report.object_info.add(type=f"entry {number}", value="1")
        report.classification.add(type=f"urn:{number}:Thing")
    first, second = declared.check(report), declared.check(report)
    assert len(first) == len(second) == 32
    assert {finding.message for finding in first}.isdisjoint(finding.message for finding in second)
    assert len(check_declared(report, Declaration.of(message("registration").registration))) == 10


def test_what_is_remembered_as_told_is_bounded() -> None:
    declared = DeclaredContent(message("registration").registration)

    def news(number: int) -> bool:
        report = changed("detection_report", **classified(f"Thing{number}")).detection_report
        return bool(declared.check(report))

    assert all(news(number) for number in range(300))
    assert not news(0)
    # Beyond the bound a thing is told every time.
    assert news(299)
    assert news(299)
