"""Coverage-guided search for bytes that upset the readers of a curtain's frames.

Run ``python fuzz/curtain_fuzz.py -max_total_time=600``; all options are libFuzzer's.  It starts
from the inputs in ``corpus/curtain`` and keeps what it learns, and any input that crashes, in a
folder of its own.  An input's first byte says how the rest is read: ``R`` as records of a
connection, ``M`` as shared memory, ``T`` as the table of a recording, ``I`` as the image of an
alarm.  ``python fuzz/curtain_fuzz.py FILE`` reads one input again.
"""

from __future__ import annotations

import os
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["clearway.nodes.curtain"]):
    from clearway.errors import InputError
    from clearway.nodes.curtain.evidence_store import EvidenceStore
    from clearway.nodes.curtain.sources.record import FrameRecordError, read_record, record
    from clearway.nodes.curtain.sources.recording import INDEX, read_index
    from clearway.nodes.curtain.sources.shared_memory import FrameRing

CORPUS = Path(__file__).parent / "corpus" / "curtain"
LIMIT_BYTES = 4096
REPORT_ID = "01KDVDNA3RPJMPPCD6H24PTKS5"
FOLDER = Path(tempfile.mkdtemp(prefix="curtain-fuzz-"))
RING = f"clearway-fuzz-{os.getpid()}"


def read_one(data: bytes) -> None:
    """Read one input in the way that its first byte says."""
    kind, content = data[:1], data[1:]
    reader = {b"R": _records, b"M": _memory, b"T": _table, b"I": _image}.get(kind)
    if reader is not None:
        reader(content)


def _records(content: bytes) -> None:
    rest = memoryview(content)

    def fill(room: memoryview) -> int:
        nonlocal rest
        n = min(len(room), len(rest), 17)
        room[:n] = rest[:n]
        rest = rest[n:]
        return n

    with suppress(FrameRecordError):
        while (frame := read_record(fill, LIMIT_BYTES)) is not None:
            _demand(0 < frame.samples.nbytes <= LIMIT_BYTES, "a frame above the limit was read")
            again = record(frame)
            _demand(again in content, "a frame is written in another way than it was read")


def _memory(content: bytes) -> None:
    path = Path("/dev/shm") / RING  # noqa: S108  # POSIX shared memory
    path.write_bytes(content + b"\0")
    try:
        with suppress(InputError), FrameRing.attach(RING) as ring:
            ring.read()
    finally:
        path.unlink()


def _table(content: bytes) -> None:
    (FOLDER / INDEX).write_bytes(content)
    with suppress(InputError):
        for entry in read_index(FOLDER):
            _demand((FOLDER / entry.file).parent == FOLDER, "a file elsewhere was named")


def _image(content: bytes) -> None:
    folder = FOLDER / "evidence"
    store = EvidenceStore(folder)
    (folder / f"{REPORT_ID}.npz").write_bytes(content)
    with suppress(InputError):
        _demand(store.read(REPORT_ID) is not None, "an image was lost")


def _demand(holds: bool, otherwise: str) -> None:
    if not holds:
        raise AssertionError(otherwise)


def main() -> None:
    """Search until told to stop."""
    options = [argument for argument in sys.argv[1:] if argument.startswith("-")]
    named = [argument for argument in sys.argv[1:] if not argument.startswith("-")]
    if not named:
        (FOLDER / "learnt").mkdir()
        sys.stderr.write(f"crashes and what is learnt go to {FOLDER}\n")
        named = [str(FOLDER / "learnt"), str(CORPUS)]
        options = [f"-artifact_prefix={FOLDER}/", "-timeout=10", *options]
    atheris.Setup([sys.argv[0], *options, *named], read_one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
