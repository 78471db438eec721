"""A message and its findings are the same in binary form and in JSON."""

from __future__ import annotations

from google.protobuf.json_format import MessageToJson
from hypothesis import HealthCheck, given, settings

from clearway.sapient.bindings import SapientMessage
from clearway.sapient.frames import FrameReader, frame
from clearway.sapient.validate import RULES, check, read_json, read_payload
from tests.sapient.generated import messages

_SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]


@given(messages())
@settings(max_examples=300, suppress_health_check=_SLOW)
def test_binary_form(message: SapientMessage) -> None:
    payload = message.SerializeToString()
    read, findings = read_payload(payload)
    assert read is not None
    # NaN differs from itself, its bytes do not.
    assert read.SerializeToString() == payload
    assert findings == check(message)
    if payload:
        assert FrameReader().feed(frame(payload)) == [payload]


@given(messages())
@settings(max_examples=300, suppress_health_check=_SLOW)
def test_json_form(message: SapientMessage) -> None:
    text = MessageToJson(message)
    read, findings = read_json(text)
    assert read is not None
    # Two that are not equal may hold the same: NaN differs from itself, and JSON drops its sign.
    assert MessageToJson(read) == text
    assert findings == check(message)


@given(messages())
@settings(max_examples=200, suppress_health_check=_SLOW)
def test_findings_of_anything_can_be_looked_up(message: SapientMessage) -> None:
    findings = check(message)
    for finding in findings:
        assert RULES[finding.rule].severity is finding.severity
        assert finding.message.isprintable()
    assert len({(finding.rule, finding.path) for finding in findings}) == len(findings)
