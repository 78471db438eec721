"""Whatever a SAPIENT file or stream holds, there is a verdict that can be shown and looked up."""

from __future__ import annotations

from pathlib import Path

import pytest
from google.protobuf.json_format import MessageToJson
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clearway.sapient.files import FILE_RULES, validate_file
from clearway.sapient.frames import FrameError, FrameReader, frame
from clearway.sapient.validate import RULES, Severity, is_valid, read_json, read_payload
from tests.sapient.messages import VARIANTS, message
from tests.support.damage import SPOILT, damaged

_MESSAGES = {kind.replace(", ", "-"): message(kind) for kind in VARIANTS}
SEEDS: dict[str, bytes] = {
    **{f"{kind}.json": MessageToJson(whole).encode() for kind, whole in _MESSAGES.items()},
    **{f"{kind}.bin": whole.SerializeToString() for kind, whole in _MESSAGES.items()},
    "stream": b"".join(frame(whole.SerializeToString()) for whole in _MESSAGES.values()),
}
SPOILT_JSON = (*SPOILT, b"null", b"{", b"[", b"}", b"]", b"\\ud800", b"\xff\xfe", b"9" * 20, b"NaN")
_FOLDER = [HealthCheck.function_scoped_fixture]


def _look_at(folder: Path, content: bytes) -> None:
    path = folder / "message"
    path.write_bytes(content)
    verdict = validate_file(path)
    assert verdict.valid is is_valid(verdict.findings) or verdict.left_out
    for finding in verdict.findings:
        rule = RULES.get(finding.rule) or FILE_RULES[finding.rule]
        assert (finding.severity, finding.clause) == (rule.severity, rule.clause)
        assert finding.message
        assert (finding.message + finding.path).isprintable()


def _cut(content: bytes, cuts: list[int]) -> tuple[list[bytes], str]:
    """Messages of a stream that comes in pieces, and what ended it."""
    reader, payloads = FrameReader(limit_bytes=2000), []
    try:
        for start, stop in zip([0, *cuts], [*cuts, len(content)], strict=True):
            payloads += reader.feed(content[start:stop])
        reader.finish()
    except FrameError as error:
        return payloads, error.fault
    return payloads, ""


@given(damaged(SEEDS, SPOILT_JSON))
@settings(max_examples=200, suppress_health_check=_FOLDER)
def test_damaged_files(tmp_path: Path, file: tuple[str, bytes]) -> None:
    _look_at(tmp_path, file[1])


@given(st.sampled_from([b"", b"{", b"\x0a\x0c\x08", b"\x05\0\0\0"]), st.binary(max_size=300))
@settings(max_examples=100, suppress_health_check=_FOLDER)
def test_any_bytes(tmp_path: Path, start: bytes, content: bytes) -> None:
    _look_at(tmp_path, start + content)


@given(damaged({"stream": SEEDS["stream"]}), st.data())
@settings(max_examples=100)
def test_damaged_streams_read_the_same_however_they_are_cut(
    file: tuple[str, bytes], data: st.DataObject
) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(file[1])), max_size=20)))
    assert _cut(file[1], cuts) == _cut(file[1], [])


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["alert", "location", "x", "subClass", "?"]), inner)
        ),
    ).map(repr)
)
def test_texts_that_look_like_json(text: str) -> None:
    read, findings = read_json(text.replace("'", '"').replace("None", "null"))
    assert read is None or all(finding.severity in Severity for finding in findings)


@pytest.mark.long
@pytest.mark.timeout(3600)
@given(damaged(SEEDS, SPOILT_JSON))
@settings(max_examples=20_000, derandomize=False, suppress_health_check=_FOLDER)
def test_many_damaged_files(tmp_path: Path, file: tuple[str, bytes]) -> None:
    _look_at(tmp_path, file[1])


@pytest.mark.long
@pytest.mark.timeout(3600)
@given(st.binary(max_size=2000))
@settings(max_examples=20_000, derandomize=False)
def test_many_payloads(payload: bytes) -> None:
    read, findings = read_payload(payload)
    assert (read is None) == ("payload.undecodable" in {finding.rule for finding in findings})
