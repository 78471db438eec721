"""Message files: what they are is told by their content, and every one gets a verdict."""

from __future__ import annotations

from pathlib import Path

import pytest
from google.protobuf.json_format import MessageToJson

from clearway.errors import InputError
from clearway.sapient.files import FILE_RULES, FileVerdict, read_frames, validate_file
from clearway.sapient.frames import DEFAULT_LIMIT_BYTES, frame
from tests.sapient.messages import VARIANTS, at, message

PAYLOADS = [message(kind).SerializeToString() for kind in VARIANTS]
JSON = MessageToJson(message("alert"))


def verdict(folder: Path, content: bytes) -> FileVerdict:
    path = folder / "message"
    path.write_bytes(content)
    return validate_file(path)


def rules(found: FileVerdict) -> list[str]:
    return [finding.rule for finding in found.findings]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("before", ["", "\r\n  "])
def test_json_in_the_encodings_that_tools_write(tmp_path: Path, encoding: str, before: str) -> None:
    found = verdict(tmp_path, (before + JSON).encode(encoding))
    assert (found.valid, found.messages, found.findings) == (True, 1, [])


@pytest.mark.parametrize("kind", VARIANTS)
def test_one_message_without_a_frame(tmp_path: Path, kind: str) -> None:
    found = verdict(tmp_path, message(kind).SerializeToString())
    assert (found.valid, found.messages, found.findings) == (True, 1, [])


def test_frames(tmp_path: Path) -> None:
    found = verdict(tmp_path, b"".join(map(frame, PAYLOADS)) * 200)
    assert (found.valid, found.messages, found.findings) == (True, 200 * len(PAYLOADS), [])


@pytest.mark.parametrize("size", [0x047B, 0x045B, 0x040A, 0x0412, 0x7B7B, 0x5B20])
def test_no_length_of_a_frame_looks_like_something_else(tmp_path: Path, size: int) -> None:
    whole = message("alert")
    whole.additional_information = "x" * 500
    whole.additional_information = "x" * (size - whole.ByteSize() + 500)
    # A longer text may need a longer length of its own.
    excess = whole.ByteSize() - size
    whole.additional_information = whole.additional_information[excess:]
    payload = whole.SerializeToString()
    assert len(payload) == size
    found = verdict(tmp_path, frame(payload))
    assert found.messages == 1
    assert found.valid


def test_findings_in_frames_tell_which_message(tmp_path: Path) -> None:
    bad = at("alert", "alert.alert_id", "x").SerializeToString()
    found = verdict(tmp_path, frame(PAYLOADS[0]) + frame(bad) + frame(b"\x01"))
    assert [(finding.rule, finding.path) for finding in found.findings] == [
        ("alert.alert_id.invalid", "[1].alert.alert_id"),
        ("payload.undecodable", "[2]"),
    ]
    assert not found.valid


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"", "file.empty"),
        (b"hello, world", "file.unrecognised"),
        (b"\x7fELF" + bytes(100), "file.unrecognised"),
        (b"\xff" * 70_000, "file.unrecognised"),
        (b'{"nodeId": "\xff"}', "file.not_text"),
        (b"\xff\xfe{", "file.not_text"),
        (b"{" + b" " * (16 * DEFAULT_LIMIT_BYTES), "file.too_long"),
        (b"[]", "json.wrong_type"),
        (b"\n {", "json.syntax"),
        (frame(PAYLOADS[0])[:-1], "frame.truncated"),
        (b"\x10", "frame.truncated"),
        (len(PAYLOADS[0]).to_bytes(4, "big") + PAYLOADS[0], "frame.big_endian"),
        (frame(PAYLOADS[0]) + bytes(4), "frame.empty"),
        (frame(PAYLOADS[0]) + b"\xff" * 4, "frame.too_long"),
    ],
    ids=lambda value: value if isinstance(value, str) else repr(value[:12]),
)
def test_files_that_are_something_else(tmp_path: Path, content: bytes, rule: str) -> None:
    found = verdict(tmp_path, content)
    assert not found.valid
    assert rules(found) == [rule]


def test_every_rule_of_files_is_tried_above() -> None:
    assert set(FILE_RULES) == {
        "file.empty",
        "file.not_text",
        "file.too_long",
        "file.unrecognised",
        "frame.big_endian",
        "frame.empty",
        "frame.too_long",
        "frame.truncated",
    }


def test_findings_without_end_are_counted(tmp_path: Path) -> None:
    bad = at("alert", "alert.alert_id", "x").SerializeToString()
    lower = at("alert", "alert.alert_id", "01ggyfbaxgdg7agahrz6xsny12").SerializeToString()
    found = verdict(tmp_path, frame(lower) * 1500 + frame(bad))
    assert len(found.findings) == 1000
    assert found.left_out == 501
    assert not found.valid
    assert verdict(tmp_path, frame(lower) * 1500).valid


@pytest.mark.parametrize("name", ["missing", "."])
def test_files_that_cannot_be_opened(tmp_path: Path, name: str) -> None:
    for read in (validate_file, lambda path: list(read_frames(path))):
        with pytest.raises(InputError, match="cannot be read") as raised:
            read(tmp_path / name)
        assert raised.value.faults[0].remedy


def test_reading_the_messages_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "stream"
    path.write_bytes(b"".join(map(frame, PAYLOADS)) + b"\x01")
    frames = read_frames(path)
    assert [next(frames) for _ in PAYLOADS] == PAYLOADS
    with pytest.raises(InputError, match="ends inside a frame"):
        next(frames)
