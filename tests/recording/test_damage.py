"""Damage in the middle of a log costs what it touches, and hostile files cost nothing else."""

from __future__ import annotations

import struct
import tracemalloc
from pathlib import Path

import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mcap.opcode import Opcode

from clearway.errors import InputError
from clearway.recording import Flaw, LogReader
from clearway.recording.scan import MAGIC, RawRecord, Scan
from clearway.recording.segment_reader import MOST_FLAWS
from tests.recording.making import entry_keys, keep, keys, mixed, new_log, read

COUNT = 600
FRAME = struct.Struct("<BQ")


def record(opcode: int, body: bytes, length: int | None = None) -> bytes:
    """A record that may lie about its length."""
    return FRAME.pack(opcode, len(body) if length is None else length) + body


def text(content: bytes) -> bytes:
    return struct.pack("<I", len(content)) + content


def chunk(data: bytes, size: int, compression: bytes = b"zstd", check_sum: int = 0) -> bytes:
    body = struct.pack("<QQQI", 0, 0, size, check_sum) + text(compression)
    return record(Opcode.CHUNK, body + struct.pack("<Q", len(data)) + data)


@pytest.fixture(scope="module")
def log_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed segment of several chunks."""
    folder = tmp_path_factory.mktemp("log")
    log = new_log(folder)
    keep(log, mixed(COUNT))
    log.close()
    (path,) = LogReader(folder).paths
    return path


def records_of(path: Path) -> list[RawRecord]:
    with path.open("rb") as file:
        scan = Scan(file)
        found = [scan.record_at(len(MAGIC))]
        while found[-1].opcode != Opcode.DATA_END:
            found.append(scan.record_at(found[-1].end))
    return found


def chunks_of(path: Path) -> list[RawRecord]:
    return [each for each in records_of(path) if each.opcode == Opcode.CHUNK]


@pytest.mark.parametrize("which", [0, 3, -1])
@pytest.mark.parametrize("place", ["data", "length", "opcode", "huge"])
def test_a_damaged_chunk_costs_its_own_records(
    tmp_path: Path, log_file: Path, which: int, place: str
) -> None:
    content = bytearray(log_file.read_bytes())
    victim = chunks_of(log_file)[which]
    if place == "data":
        content[victim.end - 20] ^= 0x10
    elif place == "opcode":
        content[victim.offset] = 0
    else:
        claimed = 1 << 62 if place == "huge" else victim.length + 40
        content[victim.offset + 1 : victim.body] = struct.pack("<Q", claimed)
    path = tmp_path / "damaged.mcap"
    path.write_bytes(content)
    records, problems = read(path)
    found = list(keys(records))
    missing = COUNT - len(found)
    expected = entry_keys(mixed(COUNT))
    if place == "length":  # the chunk has a length of its own inside, and is whole
        assert found == expected
        assert 1 <= len(problems) <= 2
        return
    first = next(
        (number for number, key in enumerate(found) if key != expected[number]), len(found)
    )
    assert 20 <= missing <= 100
    assert found == expected[:first] + expected[first + missing :]
    assert 1 <= len(problems) <= 3
    if which != -1:
        assert problems[-1] == f"{missing} records are missing before this place"


def test_a_damaged_beginning_of_an_unfinished_segment(tmp_path: Path) -> None:
    log = new_log(tmp_path)
    keep(log, mixed(COUNT))
    assert log.path
    content = bytearray(log.path.read_bytes())
    log.close()
    place = content.index(b'"session"')
    content[place + 20] ^= 1
    path = tmp_path / "x" / "damaged.mcap"
    path.parent.mkdir()
    path.write_bytes(content)
    records, problems = read(path)
    assert "differs from its check sum" in problems[0]
    assert "session, site file and versions are unknown" in problems[1]
    assert len(list(keys(records))) > 500
    # Without the chunk that declares the channels the others mean nothing, and say so.
    first = content.index(b"zstd") + 40
    content[first] ^= 0xFF
    path.write_bytes(content)
    records, problems = read(path)
    assert not list(keys(records))
    assert sum("whose declaration is damaged" in problem for problem in problems) > 3


HOSTILE: dict[str, tuple[bytes, str]] = {
    "chunk beyond the file": (record(Opcode.CHUNK, b"", 1 << 63), "ends in the middle"),
    "short message": (record(Opcode.MESSAGE, b"x"), "too short"),
    "empty chunk": (record(Opcode.CHUNK, b""), "cannot be understood"),
    "short attachment": (record(Opcode.ATTACHMENT, bytes(3)), "cannot be understood"),
    "absurd topic": (
        record(Opcode.CHANNEL, struct.pack("<HHI", 1, 1, 1 << 31)),
        "cannot be understood",
    ),
    "absurd attachment": (
        record(Opcode.ATTACHMENT, bytes(16) + text(b"a") + text(b"b") + struct.pack("<Q", 1 << 63)),
        "cannot be understood",
    ),
    "absurd chunk": (chunk(b"", 1 << 60), "none has more than"),
    "bomb": (chunk(zstandard.compress(bytes(1 << 26)), 100), "not the length"),
    "no frame": (chunk(b"\x28\xb5\x2f\xfd" + bytes(20), 100), "chunk"),
    "plain records cut": (chunk(b"x" * 30, 30, b""), "ends in the middle"),
    "plain chunk too short": (chunk(b"x" * 30, 31, b""), "not the length"),
    "half a header": (chunk(b"x" * 5, 5, b""), "ends in the middle"),
    "no text": (chunk(b"", 0, b"\xff"), "cannot be understood"),
    "unknown kind": (record(0x10, b""), "no kind of record 0x10"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_records(tmp_path: Path, log_file: Path, name: str) -> None:
    hostile, told = HOSTILE[name]
    content = log_file.read_bytes()
    end = records_of(log_file)[-1].offset
    path = tmp_path / "hostile.mcap"
    path.write_bytes(content[:end] + hostile)
    tracemalloc.start()
    reader = LogReader(path)
    found = list(keys(list(reader)))
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found == entry_keys(mixed(COUNT))
    problems = "\n".join(flaw.problem for flaw in reader.flaws)
    assert told in problems
    assert peak_bytes < 16 << 20


def test_private_records_are_passed_over(tmp_path: Path, log_file: Path) -> None:
    content = log_file.read_bytes()
    end = records_of(log_file)[-1].offset
    path = tmp_path / "private.mcap"
    path.write_bytes(content[:end] + record(0x80, b"of another program") + content[end:])
    records, problems = read(path)
    assert not problems
    assert list(keys(records)) == entry_keys(mixed(COUNT))


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"[" * 100_000,
        b'{"clock_ns":1' + b"0" * 5000 + b"}",
        b'{"clock_ns":5}',
        b'{"kind":1,"details":{}}',
        b'{"kind":"x","details":{"a":{}}}',
        b'{"kind":"x","details":[]}',
        b"[]",
        b"\xff",
    ],
    ids=lambda payload: repr(payload[:30]),
)
def test_strange_ticks_and_facts(tmp_path: Path, payload: bytes) -> None:
    log = new_log(tmp_path)
    for each in mixed(20):
        if each.channel.encoding == "json":
            log.write([each._replace(payload=payload)])
    log.write(mixed(1))
    log.close()
    records, problems = read(tmp_path)
    assert len(records) == 2 + len(problems)
    assert any(problem.startswith("left out") for problem in problems)
    assert problems[-1].startswith("left out") or "missing" in problems[-1]


def test_a_file_of_nothing_but_flaws_is_given_up(tmp_path: Path) -> None:
    path = tmp_path / "flaws.mcap"
    path.write_bytes(MAGIC + record(Opcode.CHUNK, b"") * 5000)
    records, problems = read(path)
    assert len(records) == len(problems) == MOST_FLAWS + 1
    assert "the rest is not read" in problems[-1]


@given(st.lists(st.tuples(st.integers(0, 1 << 30), st.binary(min_size=1, max_size=4)), max_size=4))
@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_flipped_bytes(tmp_path: Path, log_file: Path, changes: list[tuple[int, bytes]]) -> None:
    content = bytearray(log_file.read_bytes())
    for place, data in changes:
        start = place % len(content)
        content[start : start + len(data)] = data
    path = tmp_path / "flipped.mcap"
    path.write_bytes(content)
    try:
        records = list(LogReader(path))
    except InputError:  # the beginning is not that of a log any more; its text has its own tests
        return
    expected = {key: number for number, key in enumerate(entry_keys(mixed(COUNT)))}
    # What is read is what was written and in its order; what is missing is told.
    numbers = [expected[key] for key in keys(records)]
    assert numbers == sorted(set(numbers))
    assert len(numbers) == COUNT or any(isinstance(each, Flaw) for each in records)
