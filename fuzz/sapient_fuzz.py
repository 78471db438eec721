"""Coverage-guided search for bytes that upset the reader of SAPIENT messages.

Run ``python fuzz/sapient_fuzz.py -max_total_time=600``; all options are libFuzzer's.  It starts
from the inputs in ``corpus/sapient`` and keeps what it learns, and any input that crashes, in a
folder of its own.  An input's first byte says how the rest is read: ``F`` as a stream of frames,
``P`` as one message in binary form, ``J`` as JSON.  ``python fuzz/sapient_fuzz.py FILE`` reads one
input again.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["clearway.sapient", "google.protobuf.json_format"]):
    from clearway.sapient.frames import FrameError, FrameReader
    from clearway.sapient.validate import RULES, Finding, is_valid, read_json, read_payload

CORPUS = Path(__file__).parent / "corpus" / "sapient"
LIMIT_BYTES = 4096
MOST_FINDINGS = 5000


def read_one(data: bytes) -> None:
    """Read one input in the way that its first byte says."""
    kind, content = data[:1], data[1:]
    if kind == b"F":
        _frames(content)
    elif kind == b"P":
        _payload(content)
    elif kind == b"J":
        _text(content.decode("utf-8", "surrogateescape"))


def _frames(content: bytes) -> None:
    whole = _cut([content])
    pieces = [content[at : at + 1] for at in range(len(content))]
    _demand(_cut(pieces) == whole, "the pieces that a stream comes in make a difference")
    for payload in whole[0]:
        _demand(0 < len(payload) <= LIMIT_BYTES, "a frame above the limit was read")
        _payload(payload)


def _cut(pieces: list[bytes]) -> tuple[list[bytes], str]:
    reader = FrameReader(LIMIT_BYTES)
    payloads: list[bytes] = []
    try:
        for piece in pieces:
            payloads += reader.feed(piece)
        reader.finish()
    except FrameError as error:
        return payloads, str(error)
    return payloads, ""


def _payload(payload: bytes) -> None:
    message, findings = read_payload(payload)
    _look_at(findings)
    _demand(message is not None or not is_valid(findings), "unreadable bytes were accepted")
    if message is not None and is_valid(findings):
        again, same = read_payload(message.SerializeToString())
        _demand(again is not None, "an accepted message cannot be read again")
        _demand(
            {finding.rule for finding in same}
            == {finding.rule for finding in findings} - {"payload.unknown_field"},
            "an accepted message has other findings when read again",
        )


def _text(text: str) -> None:
    message, findings = read_json(text)
    _look_at(findings)
    _demand(message is not None or not is_valid(findings), "unreadable text was accepted")


def _look_at(findings: tuple[Finding, ...]) -> None:
    _demand(len(findings) <= MOST_FINDINGS, "findings without end")
    for finding in findings:
        _demand(
            RULES[finding.rule].severity is finding.severity, "another severity than the rule's"
        )
        _demand(finding.message.isprintable(), "a message that upsets a terminal")
        _demand(finding.path.isprintable(), "a path that upsets a terminal")


def _demand(holds: bool, otherwise: str) -> None:
    if not holds:
        raise AssertionError(otherwise)


def main() -> None:
    """Search until told to stop."""
    options = [argument for argument in sys.argv[1:] if argument.startswith("-")]
    named = [argument for argument in sys.argv[1:] if not argument.startswith("-")]
    if not named:
        folder = Path(tempfile.mkdtemp(prefix="sapient-fuzz-"))
        (folder / "learnt").mkdir()
        sys.stderr.write(f"crashes and what is learnt go to {folder}\n")
        named = [str(folder / "learnt"), str(CORPUS)]
        options = [f"-artifact_prefix={folder}/", "-timeout=10", *options]
    atheris.Setup([sys.argv[0], *options, *named], read_one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
