"""Whatever bytes a log holds, the reader gives records and flaws, or one error for the user."""

from __future__ import annotations

import struct
from collections.abc import Callable
from functools import cache
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mcap.data_stream import RecordBuilder
from mcap.opcode import Opcode
from mcap.records import Chunk, Schema

from clearway.recording import LogReader
from clearway.recording.channels import SITE_ATTACHMENT
from clearway.recording.mending import mend
from clearway.recording.scan import MAGIC, Scan, parse, records_in, unpack
from tests.recording.making import START_NS, keep, mixed, new_log
from tests.support.damage import damaged, read_all

SPOILT = (
    MAGIC,
    b"\xff" * 8,
    b"\x00" * 9,
    b"\x06\xff\x00\x00\x00\x00\x00\x00\x00",
    b"\x05\x00\x00\x00\x00\x00\x00\x00\x00",
    b"zstd",
    b"lz4",
    SITE_ATTACHMENT.encode(),
)
"""What tends to upset a reader of records."""


@cache
def seeds() -> dict[str, bytes]:
    """A closed segment, one without an end, a small one, and one without check sums."""
    found = {}
    with TemporaryDirectory() as folder:
        for name, count in (("closed.mcap", 200), ("open.mcap", 200), ("small.mcap", 3)):
            log = new_log(Path(folder))
            keep(log, mixed(count))
            assert log.path
            path = log.path
            if name != "open.mcap":
                log.close()
            found[name] = path.read_bytes()
            log.close()
            path.unlink()
    found["plain.mcap"] = without_check_sums(found["small.mcap"])
    return found


def without_check_sums(content: bytes) -> bytes:
    """The same as it might come from another program, so that damage gets past the check sums."""
    scan = Scan(BytesIO(content))
    record = scan.record_at(len(MAGIC))
    while record.opcode != Opcode.CHUNK:
        record = scan.record_at(record.end)
    chunk = parse(Chunk, scan.body_of(record))
    data = unpack(chunk)
    builder = RecordBuilder()
    for opcode, body in records_in(data):
        if opcode != Opcode.SCHEMA:
            continue
        schema = parse(Schema, body)
        Schema(id=schema.id, data=b"", encoding=schema.encoding, name=schema.name).write(builder)
    for opcode, body in records_in(data):
        if opcode != Opcode.SCHEMA:
            builder.write(struct.pack("<BQ", opcode, len(body)))
            builder.write(body)
    return content[: record.offset] + bytes(builder.end())  # type: ignore[no-untyped-call]


def read_log(path: Path) -> None:
    """Read it, mend it, and read it again."""
    before = list(LogReader(path))
    mended = mend(path, START_NS)
    if mended is not None and not mended.problem:
        after = list(LogReader(path))
        assert len(after) >= 1
    assert len(before) >= 1


READERS: dict[str, Callable[[Path], Any]] = {"log": read_log}


@given(st.data())
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_damaged_logs(tmp_path: Path, data: st.DataObject) -> None:
    read_all(READERS, tmp_path, *data.draw(damaged(seeds(), SPOILT)))


@given(st.binary(max_size=300), st.integers(0, 400))
@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes(tmp_path: Path, content: bytes, kept: int) -> None:
    read_all(READERS, tmp_path, "any.mcap", seeds()["small.mcap"][:kept] + content)


@pytest.mark.long
@pytest.mark.timeout(3600)
@given(st.data())
@settings(
    max_examples=20_000,
    derandomize=False,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_many_damaged_logs(tmp_path: Path, data: st.DataObject) -> None:
    read_all(READERS, tmp_path, *data.draw(damaged(seeds(), SPOILT)))
