"""Reading messages: what cannot be read is named with its place, and the rest is checked."""

from __future__ import annotations

import json
from typing import Any

import pytest
from google.protobuf.json_format import MessageToDict, MessageToJson

from clearway.sapient.bindings import SapientMessage
from clearway.sapient.validate import RULES, Finding, Severity, is_valid, read_json, read_payload
from tests.sapient.messages import NODE, VARIANTS, message

PLACE = "detection_report.location"


def as_object(kind: str = "detection_report") -> dict[str, Any]:
    parsed: dict[str, Any] = MessageToDict(message(kind))
    return parsed


def refused(value: object) -> tuple[Finding, ...]:
    """Findings of an object that no message can be read from."""
    return refused_text(json.dumps(value))


def refused_text(text: str) -> tuple[Finding, ...]:
    read, findings = read_json(text)
    assert read is None
    assert not is_valid(findings)
    assert all(finding.message for finding in findings)
    return findings


def places(findings: tuple[Finding, ...]) -> set[tuple[str, str]]:
    return {(finding.rule, finding.path) for finding in findings}


@pytest.mark.parametrize("kind", VARIANTS)
@pytest.mark.parametrize("proto_names", [False, True])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_faultless_json(kind: str, proto_names: bool, mark: str) -> None:
    text = MessageToJson(message(kind), preserving_proto_field_name=proto_names)
    assert read_json(mark + text) == (message(kind), ())


@pytest.mark.parametrize("kind", VARIANTS)
def test_faultless_bytes(kind: str) -> None:
    assert read_payload(message(kind).SerializeToString()) == (message(kind), ())


def test_a_readable_message_comes_back_with_its_findings() -> None:
    value = as_object()
    value["nodeId"] = "me"
    read, findings = read_json(json.dumps(value))
    assert read is not None
    assert places(findings) == {("message.node_id.invalid", "node_id")}


def test_an_obsolete_field_hides_nothing() -> None:
    value = as_object()
    value["detectionReport"]["detectionLocation"] = {"locationList": {}}
    del value["detectionReport"]["objectId"]
    findings = refused(value)
    assert places(findings) == {
        ("json.unknown_field", "detection_report.detectionLocation"),
        ("detection_report.object_id.missing", "detection_report.object_id"),
    }
    assert "location and range_bearing" in findings[0].message


def test_a_misspelt_field_is_recognised() -> None:
    value = as_object()
    value["detectionReport"]["location"]["xx_error"] = 1.0
    (finding,) = refused(value)
    assert (finding.rule, finding.path) == ("json.unknown_field", f"{PLACE}.xx_error")
    assert "did you mean xError?" in finding.message


@pytest.mark.parametrize("time", ["AAA", "2026-13-01T00:00:00Z", "2026-01-01", 5, {}, [], True])
def test_what_is_no_time(time: object) -> None:
    value = as_object()
    value["timestamp"] = time
    assert places(refused(value)) == {("message.timestamp.invalid", "timestamp")}


@pytest.mark.parametrize(
    ("field", "bad", "rule"),
    [
        ("coordinateSystem", "UTM", "location.coordinate_system.unknown"),
        ("datum", "location_datum_wgs84_e", "location.datum.unknown"),
        ("datum", {}, "location.datum.unknown"),
        ("datum", 1 << 40, "location.datum.unknown"),
        ("datum", (1 << 32) + 1, "location.datum.unknown"),
        ("datum", "4294967298", "location.datum.unknown"),
        ("datum", 1e300, "location.datum.unknown"),
        ("datum", 1.5, "location.datum.unknown"),
        ("datum", True, "location.datum.unknown"),
        ("x", True, "json.wrong_type"),
        ("x", "east", "json.wrong_type"),
        ("x", [1.0], "json.wrong_type"),
        ("x", 10**400, "json.wrong_type"),
        ("utmZone", 33, "json.wrong_type"),
        ("utmZone", "\ud800", "json.wrong_type"),
    ],
)
def test_values_of_the_wrong_type(field: str, bad: object, rule: str) -> None:
    value = as_object()
    value["detectionReport"]["location"][field] = bad
    names = {"coordinateSystem": "coordinate_system", "utmZone": "utm_zone"}
    (finding, *rest) = refused(value)
    assert (finding.rule, finding.path) == (rule, f"{PLACE}.{names.get(field, field)}")
    assert finding.message.isprintable()
    # That a zone which cannot be read is missing is no news.
    assert rest == []


@pytest.mark.parametrize("datum", [1, "01", 1.0, "LOCATION_DATUM_WGS84_E"])
def test_a_value_of_an_enumeration_by_its_name_and_number(datum: object) -> None:
    value = as_object()
    value["detectionReport"]["location"]["datum"] = datum
    assert read_json(json.dumps(value)) == (message("detection_report"), ())


def test_an_unknown_number_of_an_enumeration_is_read_and_refused() -> None:
    value = as_object()
    value["detectionReport"]["location"]["datum"] = 7
    read, findings = read_json(json.dumps(value))
    assert read is not None
    assert places(findings) == {("location.datum.unknown", f"{PLACE}.datum")}


def test_not_a_number_as_protobuf_writes_it() -> None:
    value = as_object()
    value["detectionReport"]["location"]["x"] = "NaN"
    assert places(read_json(json.dumps(value))[1]) == {("location.x.not_finite", f"{PLACE}.x")}
    value["detectionReport"]["location"]["x"] = float("nan")
    assert places(refused(value)) == {("json.wrong_type", f"{PLACE}.x")}


def test_objects_and_lists_where_others_belong() -> None:
    value = as_object()
    value["detectionReport"]["location"] = 3
    value["detectionReport"]["objectInfo"] = {"type": "a"}
    value["detectionReport"]["classification"].insert(0, "Human")
    assert places(refused(value)) == {
        ("json.wrong_type", "detection_report.location"),
        ("json.wrong_type", "detection_report.object_info"),
        ("json.wrong_type", "detection_report.classification[0]"),
    }


def test_null_stands_for_nothing() -> None:
    value = as_object()
    value["detectionReport"]["taskId"] = None
    read, findings = read_json(json.dumps(value))
    assert findings == ()
    assert read is not None
    assert not read.detection_report.HasField("task_id")


def test_null_inside_a_list() -> None:
    value = as_object("registration")
    value["registration"]["dependentNodes"] = [None]
    assert places(refused(value)) == {("json.wrong_type", "registration.dependent_nodes[0]")}


def test_a_field_given_twice() -> None:
    text = json.dumps(as_object())
    assert places(refused_text('{"nodeId": "x",' + text[1:])) == {
        ("json.duplicate_field", "nodeId")
    }
    value = as_object()
    value["node_id"] = NODE
    assert places(refused(value)) == {("json.duplicate_field", "node_id")}
    inner = text.replace('"objectId"', '"objectId": "x", "objectId"')
    assert ("json.duplicate_field", "detection_report.objectId") in places(refused_text(inner))


def test_two_contents_and_two_places() -> None:
    value = as_object()
    value["alertAck"] = as_object("alert_ack")["alertAck"]
    assert places(refused(value)) == {("json.several_alternatives", "alert_ack")}
    value = as_object()
    value["detectionReport"]["rangeBearing"] = {"datum": 1}
    assert places(refused(value)) == {
        ("json.several_alternatives", "detection_report.range_bearing")
    }


def test_bytes_that_are_no_base_64() -> None:
    value = as_object("error")
    value["error"]["packet"] = "A"
    assert places(refused(value)) == {("json.wrong_type", "error.packet")}


@pytest.mark.parametrize(
    "text",
    ["", " ", "{", '{"a"', "nothing", '{"nodeId": "x"', "\0", "{'a': 1}", '{"a": 1} {"a": 1}'],
)
def test_text_that_is_no_json(text: str) -> None:
    (finding,) = refused_text(text)
    assert finding.rule == "json.syntax"
    assert finding.message.startswith("line 1, column ")


def test_a_number_of_five_thousand_digits() -> None:
    (finding,) = refused_text('{"timestamp": ' + "1" * 5000 + "}")
    assert finding.rule == "json.syntax"


@pytest.mark.parametrize("text", ["[]", "1", '"x"', "null", "true"])
def test_json_that_is_no_object(text: str) -> None:
    (finding,) = refused_text(text)
    assert finding.rule == "json.wrong_type"


@pytest.mark.parametrize("depth", [150, 100_000])
def test_json_nested_too_deeply(depth: int) -> None:
    inner = '{"subClass": [' * depth + "]}" * depth
    text = '{"detectionReport": {"classification": [' + inner + "]}}"
    findings = refused_text(text)
    assert "json.too_deep" in {finding.rule for finding in findings}
    assert len(findings) < 1000


@pytest.mark.parametrize("text", ["[" * 200_000, '{"a":' * 200_000])
def test_brackets_without_end(text: str) -> None:
    (finding,) = refused_text(text)
    assert finding.rule in {"json.too_deep", "json.syntax"}


def test_a_flood_of_unknown_fields_is_cut_short() -> None:
    findings = refused({f"x{number}": 1 for number in range(50_000)})
    assert len(findings) == 100


def test_many_names_and_one_of_them_twice() -> None:
    names = ",".join(f'"x{number}": null' for number in range(20_000))
    findings = refused_text(f'{{"x7": null, {names}}}')
    assert findings[0].rule == "json.duplicate_field"
    assert findings[0].path == "x7"


def test_names_from_outside_cannot_upset_a_terminal() -> None:
    findings = refused({"\x1b[31m\n\ud800" * 100: 1})
    for finding in findings:
        assert finding.path.isprintable()
        assert finding.message.isprintable()
        assert len(finding.path) < 100


@pytest.mark.parametrize(
    "payload",
    [
        b"\x01",
        b"\x0a\xff\xff\xff\xff\x0f",
        b"\x12\x02\xff\xfe",
        message("alert").SerializeToString()[:-1],
        b"{}",
    ],
)
def test_bytes_that_are_no_message(payload: bytes) -> None:
    read, (finding,) = read_payload(payload)
    assert read is None
    assert finding.rule == "payload.undecodable"


def test_bytes_nested_too_deeply() -> None:
    payload = b""
    for _ in range(150):
        payload = b"\x22" + _varint(len(payload)) + payload
    # Subclasses lie in sub_class = 3 of the classification = 11 of the report, which is content 7.
    payload = b"\x1a" + _varint(len(payload)) + payload
    payload = b"\x5a" + _varint(len(payload)) + payload
    payload = b"\x3a" + _varint(len(payload)) + payload
    read, (finding,) = read_payload(payload)
    assert read is None
    assert finding.rule == "payload.undecodable"


def _varint(number: int) -> bytes:
    low, rest = number & 0x7F, number >> 7
    return bytes([low | 0x80]) + _varint(rest) if rest else bytes([low])


def test_an_empty_payload_lacks_everything() -> None:
    read, findings = read_payload(b"")
    assert read == SapientMessage()
    assert len(findings) == 3


def test_fields_of_another_edition_are_told_and_dropped() -> None:
    faultless = message("detection_report")
    payload = faultless.SerializeToString()
    # Field 50 of the envelope, and field 60 of the report: protobuf merges the two reports.
    added = payload + b"\x90\x03\x01" + b"\x3a\x03\xe0\x03\x01"
    read, findings = read_payload(added)
    assert places(findings) == {
        ("payload.unknown_field", "#50"),
        ("payload.unknown_field", "detection_report.#60"),
    }
    assert is_valid(findings)
    assert read == faultless
    assert read.SerializeToString() == payload


def test_a_flood_of_fields_of_another_edition() -> None:
    entry = b"\x52\x03\xe0\x03\x01"
    read, findings = read_payload(b"\x3a" + _varint(len(entry) * 9999) + entry * 9999)
    assert read is not None
    unknown = [finding for finding in findings if finding.rule == "payload.unknown_field"]
    assert len(unknown) == 10


def test_nul_and_controls_in_texts_are_no_crash() -> None:
    report = message("detection_report")
    report.detection_report.object_id = "a\0b\x1b[31m"
    read, (finding,) = read_payload(report.SerializeToString())
    assert read == report
    assert finding.message.isprintable()


def test_rules_of_reading_are_in_the_table() -> None:
    for rule in (
        "json.syntax",
        "json.unreadable",
        "json.too_deep",
        "json.wrong_type",
        "json.unknown_field",
        "json.duplicate_field",
        "json.several_alternatives",
        "payload.undecodable",
    ):
        assert RULES[rule].severity is Severity.ERROR
    assert RULES["payload.unknown_field"].severity is Severity.WARNING
