"""The shared SAPIENT vectors: each gets the verdict of its folder, and for the right reason."""

from __future__ import annotations

from pathlib import Path

import pytest
from google.protobuf.json_format import Parse, ParseError
from sapient_msg_pydantic.bsi_flex_335_v2_0 import sapient_message as second_opinion

from clearway.sapient.bindings import SapientMessage
from clearway.sapient.files import validate_file
from clearway.sapient.validate import Severity, is_valid, read_json, read_payload
from tests.sapient.vector_rules import OBSOLETE_FIELD, REFUSED_BY, SECOND_OPINION_DIFFERS

pytestmark = pytest.mark.shared_data

# What upstream's own valid files do against the standard, as their README warns.
TOLERATED = {
    "associated_file.type.not_mime",
    "detection_report.behaviour.type.spelling",
    "detection_report.classification.sum",
    "detection_report.classification.type.no_namespace",
    "detection_report.sub_class.sum",
    "detection_report.sub_class.type.no_namespace",
    "detection_report.track_info.deprecated",
    "location.utm_zone.missing",
    "registration.class_definition.type.no_namespace",
    "registration.sub_class.type.no_namespace",
}


@pytest.fixture(scope="module")
def vectors(shared_data: Path) -> Path:
    folder = shared_data / "sapient-vectors"
    if not folder.is_dir():
        pytest.skip(f"no SAPIENT vectors at {folder}")
    return folder


def test_every_valid_vector_is_accepted(vectors: Path) -> None:
    files = sorted((vectors / "valid").glob("*.json"))
    assert len(files) == 24
    warnings = set()
    for path in files:
        read, findings = read_json(path.read_text(encoding="utf-8-sig"))
        assert read is not None, path.name
        assert is_valid(findings), (path.name, findings)
        assert validate_file(path).valid, path.name
        # The binary form of the same message gets the same findings.
        assert read_payload(read.SerializeToString()) == (read, findings), path.name
        warnings |= {finding.rule for finding in findings}
    assert warnings == TOLERATED


def test_the_table_has_every_invalid_vector(vectors: Path) -> None:
    assert {path.stem for path in (vectors / "invalid").glob("*.json")} == set(REFUSED_BY)
    assert len(REFUSED_BY) == 109
    assert len(OBSOLETE_FIELD) == 18


@pytest.mark.parametrize("name", REFUSED_BY)
def test_each_invalid_vector_is_refused_for_its_fault(vectors: Path, name: str) -> None:
    path = vectors / "invalid" / f"{name}.json"
    _, findings = read_json(path.read_text(encoding="utf-8-sig"))
    errors = {finding.rule for finding in findings if finding.severity is Severity.ERROR}
    expected = set(REFUSED_BY[name].split())
    if name in OBSOLETE_FIELD:
        expected.add("json.unknown_field")
    assert errors == expected
    assert not validate_file(path).valid


@pytest.mark.parametrize("verdict", ["valid", "invalid"])
def test_a_second_opinion_agrees_but_for_the_listed(vectors: Path, verdict: str) -> None:
    for path in sorted((vectors / verdict).glob("*.json")):
        text = path.read_text(encoding="utf-8-sig")
        ours = is_valid(read_json(text)[1])
        if path.stem in SECOND_OPINION_DIFFERS:
            assert _second_opinion(text), path.name
            assert not ours, path.name
        else:
            assert ours is _second_opinion(text), path.name


def _second_opinion(text: str) -> bool:
    """Whether sapient-pydantic accepts the message, mandatory fields and all."""
    try:
        message = Parse(text, SapientMessage())
        second_opinion.SapientMessage.from_pb2(message).to_pb2()
    except (ParseError, ValueError):
        return False
    return True
