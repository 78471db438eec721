"""Message files: one message in protobuf's JSON form, or messages in binary form.

Which of them a file is, its content says, not its name.  A binary file holds frames, as they go
over a connection, or one message without a frame.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import BinaryIO, Final

from clearway.errors import Fault, InputError
from clearway.sapient.bindings import DecodeError, SapientMessage
from clearway.sapient.frames import DEFAULT_LIMIT_BYTES, FrameError, FrameFault, FrameReader
from clearway.sapient.validate import Finding, Rule, Severity, is_valid, read_json, read_payload

__all__ = ["FILE_RULES", "FileVerdict", "read_frames", "validate_file"]

FILE_RULES: Final[dict[str, Rule]] = {
    "file.empty": Rule(Severity.ERROR, "", "a file without any content"),
    "file.not_text": Rule(Severity.ERROR, "", "JSON in another encoding than UTF-8 or UTF-16"),
    "file.too_long": Rule(Severity.ERROR, "", "JSON far longer than any message"),
    "file.unrecognised": Rule(Severity.ERROR, "", "neither JSON, nor frames, nor a message"),
    **{
        f"frame.{fault}": Rule(Severity.ERROR, "4.2", summary)
        for fault, summary in {
            FrameFault.TOO_LONG: "a length above the limit",
            FrameFault.BIG_ENDIAN: "a length with its highest byte first",
            FrameFault.EMPTY: "a length of zero",
            FrameFault.TRUNCATED: "an end inside a frame",
        }.items()
    },
}
"""What can be wrong with a file, besides what can be wrong with a message."""

_PIECE_BYTES = 1 << 16
_JSON_LIMIT_BYTES = 16 * DEFAULT_LIMIT_BYTES
_UTF_8_MARK = b"\xef\xbb\xbf"
_UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_MOST_FINDINGS = 1000


@dataclass(slots=True)
class FileVerdict:
    """What a message file is worth."""

    path: Path
    """The file."""
    messages: int = 0
    """How many messages were found in it."""
    findings: list[Finding] = field(default_factory=list)
    """What was found, no more than a thousand; paths start with the message's index where the
    file holds frames."""
    left_out: int = 0
    """How many findings there were on top."""
    valid: bool = True
    """Whether there is no error, among the findings left out either."""

    def add(self, findings: Iterable[Finding]) -> None:
        """Take what was found."""
        for finding in findings:
            self.valid &= is_valid((finding,))
            if len(self.findings) < _MOST_FINDINGS:
                self.findings.append(finding)
            else:
                self.left_out += 1


def validate_file(path: Path) -> FileVerdict:
    """Check every message of a file.

    Raises
    ------
    InputError
        If the file cannot be opened or read.  Whatever it holds, there is a verdict.
    """
    verdict = FileVerdict(path)
    try:
        with path.open("rb") as file:
            _validate(file, verdict)
    except OSError as error:
        problem = f"cannot be read: {error.strerror or error}"
        raise InputError(path, Fault(problem, "name a file that you may read")) from error
    return verdict


def read_frames(path: Path, limit_bytes: int = DEFAULT_LIMIT_BYTES) -> Iterator[bytes]:
    """Read the messages of a file of frames, one after another.

    Raises
    ------
    InputError
        If the file cannot be read or is no sequence of frames.
    """
    try:
        with path.open("rb") as file:
            yield from _cut(_pieces(file), limit_bytes)
    except FrameError as error:
        problem, _, remedy = str(error).partition("\n    remedy: ")
        raise InputError(path, Fault(problem, remedy)) from error
    except OSError as error:
        problem = f"cannot be read: {error.strerror or error}"
        raise InputError(path, Fault(problem, "name a file that you may read")) from error


def _validate(file: BinaryIO, verdict: FileVerdict) -> None:
    head = file.read(_PIECE_BYTES)
    if not head:
        verdict.add([_finding("file.empty", "it is empty; give it a message")])
    elif _looks_like_json(head):
        _validate_json(head + file.read(_JSON_LIMIT_BYTES), verdict)
    elif _starts_with_a_length(head) or not _validate_bare(head, verdict):
        _validate_frames(chain([head], _pieces(file)), verdict)


def _looks_like_json(head: bytes) -> bool:
    """Whether this is the start of JSON: a bracket, and none of the zeros of a frame's length."""
    if head.startswith((_UTF_8_MARK, *_UTF_16_MARKS)):
        return True
    return b"\0" not in head[:4] and head.lstrip()[:1] in {b"{", b"["}


def _validate_json(content: bytes, verdict: FileVerdict) -> None:
    verdict.messages = 1
    if len(content) > _JSON_LIMIT_BYTES:
        text = f"it is longer than {_JSON_LIMIT_BYTES} bytes; no message is"
        verdict.add([_finding("file.too_long", text)])
        return
    encoding = "utf-16" if content.startswith(_UTF_16_MARKS) else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        problem = f"byte {error.start} is no {encoding.removesuffix('-sig')}; save it as UTF-8"
        verdict.add([_finding("file.not_text", problem)])
        return
    verdict.add(read_json(text)[1])


def _starts_with_a_length(head: bytes) -> bool:
    """Whether the first four bytes could be the length of a frame.

    Those of a message without a frame would be a length of megabytes: its first byte is the tag
    of a field, and its fourth is hardly ever zero.
    """
    return len(head) > 4 and 0 < int.from_bytes(head[:4], "little") <= DEFAULT_LIMIT_BYTES


def _validate_bare(head: bytes, verdict: FileVerdict) -> bool:
    """Take the file as one message without a frame; whether it is one."""
    if len(head) >= _PIECE_BYTES:
        return False
    try:
        message = SapientMessage.FromString(head)
    except DecodeError:
        return False
    if not message.ListFields():
        return False
    verdict.messages = 1
    verdict.add(read_payload(head)[1])
    return True


def _validate_frames(pieces: Iterable[bytes], verdict: FileVerdict) -> None:
    try:
        for index, payload in enumerate(_cut(pieces, DEFAULT_LIMIT_BYTES)):
            verdict.messages += 1
            verdict.add(_placed(finding, index) for finding in read_payload(payload)[1])
    except FrameError as error:
        problem, _, remedy = str(error).partition("\n    remedy: ")
        unrecognised = verdict.messages == 0 and error.fault is not FrameFault.BIG_ENDIAN
        if unrecognised and error.fault is not FrameFault.TRUNCATED:
            text = (
                "it is neither a message in protobuf's JSON form, nor frames, nor one message in "
                f"binary form; as frames: {problem}"
            )
            verdict.add([_finding("file.unrecognised", text)])
        else:
            finding = _finding(f"frame.{error.fault}", f"{problem}; {remedy}")
            verdict.add([_placed(finding, verdict.messages)])


def _cut(pieces: Iterable[bytes], limit_bytes: int) -> Iterator[bytes]:
    reader = FrameReader(limit_bytes)
    for piece in pieces:
        yield from reader.feed(piece)
        if reader.error is not None:
            raise reader.error
    reader.finish()


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    return iter(partial(file.read, _PIECE_BYTES), b"")


def _finding(rule: str, message: str) -> Finding:
    known = FILE_RULES[rule]
    return Finding(rule, known.severity, "", message, known.clause)


def _placed(finding: Finding, index: int) -> Finding:
    path = f"[{index}].{finding.path}" if finding.path else f"[{index}]"
    return replace(finding, path=path)
