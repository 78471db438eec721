"""A killed process costs the last second; the next start mends what it left."""

from __future__ import annotations

import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mcap.reader import SeekingReader
from mcap.records import Message

from clearway.recording import LogReader, LogStart, SegmentMended
from clearway.recording.files import exclusive
from clearway.recording.mending import mend
from clearway.recording.scan import MAGIC, Scan
from tests.recording.making import (
    QUICK,
    SECOND_NS,
    START_NS,
    entry_keys,
    keep,
    keys,
    mixed,
    new_log,
    read,
)

# Told time runs as fast as it can; each line says up to where.
TOLD = """
import sys
from pathlib import Path
from tests.recording.making import START_NS, keep, mixed, new_log
log = new_log(Path(sys.argv[1]))
for second in range(100_000):
    entries = mixed(100, START_NS + second * 10**9)
    for start in range(0, 100, 20):
        keep(log, entries[start : start + 20], per_step=20)
        print(entries[start + 19].log_ns, flush=True)
"""
# With the thread; each line says how many are in the file.
THREADED = """
import sys, time
from pathlib import Path
from tests.recording.making import START_NS, mixed, new_writer
from clearway.recording import Direction
from clearway.sapient.bindings import SapientMessage
writer = new_writer(Path(sys.argv[1]))
for step in range(10**9):
    at_ns = START_NS + step * 10**8
    for number in range(20):
        writer.tick(at_ns + number)
    writer.advance(at_ns + 19)
    print(writer.status.kept, flush=True)
    time.sleep(0.001)
"""


def last_line_before_kill(program: str, folder: Path, lines: int) -> int:
    """Run it, kill it without warning after so many lines, and give the last one."""
    command = [sys.executable, "-c", program, str(folder)]
    root = Path(__file__).parents[2]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=root, text=True) as process:
        assert process.stdout
        said = [process.stdout.readline() for _ in range(lines)]
        process.kill()
        said += process.stdout.readlines()
    return int([line for line in said if line.endswith("\n")][-1])


def test_a_killed_log_loses_the_last_told_second(tmp_path: Path) -> None:
    told_ns = last_line_before_kill(TOLD, tmp_path, 60)
    records, problems = read(tmp_path)
    assert len(problems) == 1
    found = list(keys(records))
    last_ns = found[-1][0]
    assert told_ns - last_ns <= SECOND_NS
    everything = [
        key
        for second in range((last_ns - START_NS) // SECOND_NS + 1)
        for key in entry_keys(mixed(100, START_NS + second * SECOND_NS))
    ]
    assert found == everything[: len(found)]


def test_a_killed_writer_keeps_what_it_said_was_kept(tmp_path: Path) -> None:
    kept = last_line_before_kill(THREADED, tmp_path, 300)
    assert kept > 0
    records, _ = read(tmp_path)
    found = list(keys(records))
    assert len(found) >= kept
    assert [at_ns for at_ns, _ in found] == [
        START_NS + number // 20 * 10**8 + number % 20 for number in range(len(found))
    ]


def test_the_next_start_mends(tmp_path: Path) -> None:
    last_line_before_kill(TOLD, tmp_path, 30)
    before = list(keys(read(tmp_path)[0]))
    (left,) = LogReader(tmp_path).paths
    log = new_log(tmp_path, now_ns=START_NS + 10**15)
    log.advance(START_NS + 10**15)
    mended = [event for event in log.events if isinstance(event, SegmentMended)]
    assert [event.path for event in mended] == [left]
    assert not mended[0].problem
    keep(log, mixed(20, START_NS + 10**15))
    log.close()
    records, problems = read(tmp_path)
    assert len(problems) == 1
    assert "a crash or the disk had cut it off" in problems[0]
    assert list(keys(records)) == before + entry_keys(mixed(20, START_NS + 10**15))
    assert sum(isinstance(record, LogStart) for record in records) == 2
    assert foreign_messages(left) == before


def foreign_messages(path: Path) -> list[tuple[int, bytes]]:
    """What the library's own reader finds by the index at the end."""
    with path.open("rb") as file:
        reader = SeekingReader(file, validate_crcs=True)
        messages: list[Message] = [message for _, _, message in reader.iter_messages()]
        summary = reader.get_summary()
        assert summary is not None
        assert summary.statistics is not None
        assert summary.statistics.message_count == len(messages)
        assert sum(summary.statistics.channel_message_counts.values()) == len(messages)
        one_by_one = 0
        for channel in summary.channels.values():
            one_by_one += sum(1 for _ in reader.iter_messages(channel.topic))
        assert one_by_one == len(messages)
        assert len([*reader.iter_attachments()]) == summary.statistics.attachment_count
    return [(message.log_time, message.data) for message in messages]


@pytest.fixture(scope="module")
def unfinished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A segment without an end, of several chunks."""
    folder = tmp_path_factory.mktemp("unfinished")
    log = new_log(folder)
    keep(log, mixed(600))
    (path,) = LogReader(folder).paths
    return path


@pytest.fixture(scope="module")
def flushed(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[int, int]]:
    """Size of that segment after each flush, and how many records were in it."""
    folder = tmp_path_factory.mktemp("flushed")
    log = new_log(folder)
    sizes = []
    for step in range(60):
        keep(log, mixed(600)[step * 10 : step * 10 + 10])
        assert log.path
        sizes.append((log.path.stat().st_size, log.kept))
    return sizes


@given(st.integers(0, 1000), st.sampled_from([0, 1, 9, 4096]))
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_cut_anywhere(
    tmp_path: Path, unfinished: Path, flushed: list[tuple[int, int]], per_mille: int, zeros: int
) -> None:
    content = unfinished.read_bytes()
    cut = len(content) * per_mille // 1000
    path = tmp_path / "cut.mcap"
    path.write_bytes(content[:cut] + bytes(zeros))  # zeros are what a power cut leaves
    records, problems = read(path)
    found = list(keys(records))
    assert found == entry_keys(mixed(600))[: len(found)]
    # A second run of the same program gives other session ids, of the same length.
    assert len(found) >= max((kept for size, kept in flushed if size + 64 <= cut), default=0)
    # Zeros may complete a torn record wrongly; at the very beginning the site file is torn too.
    assert 1 <= len(problems) <= 1 + bool(zeros) + (cut < flushed[0][0])
    mended = mend(path, START_NS)
    assert mended is not None
    if mended.problem:
        assert cut < 8
        return
    assert foreign_messages(path) == found
    assert list(keys(read(path)[0])) == found
    assert mend(path, START_NS) is None


def test_a_segment_in_use_is_left_alone(tmp_path: Path) -> None:
    first = new_log(tmp_path)
    keep(first, mixed(100))
    assert first.path
    size = first.path.stat().st_size
    assert mend(first.path, START_NS) is None
    second = new_log(tmp_path, QUICK, START_NS + 5000)
    second.advance(START_NS + 5000)
    assert not [event for event in second.events if isinstance(event, SegmentMended)]
    assert first.path.stat().st_size == size
    second.close()
    first.close()
    assert not read(tmp_path)[1]


def test_much_damage_is_not_cut_off(
    tmp_path: Path, unfinished: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("clearway.recording.mending._MOST_LOST_BYTES", 1000)
    content = unfinished.read_bytes()
    scan = Scan(BytesIO(content))
    record = scan.record_at(len(MAGIC))
    while record.end < len(content) // 2:
        record = scan.record_at(record.end)
    spoilt = bytearray(content)
    spoilt[record.offset] = 0
    path = tmp_path / "spoilt.mcap"
    path.write_bytes(spoilt)
    mended = mend(path, START_NS)
    assert mended is not None
    assert "left as it is" in mended.problem
    assert path.read_bytes() == spoilt


def test_mending_what_is_gone_or_no_segment(tmp_path: Path) -> None:
    assert mend(tmp_path / "gone.mcap", START_NS) is None
    path = tmp_path / "text.mcap"
    path.write_bytes(b"not a log at all")
    mended = mend(path, START_NS)
    assert mended is not None
    assert "does not begin" in mended.problem
    with exclusive(path):
        assert mend(path, START_NS) is None
    mended = mend(tmp_path, START_NS)
    assert mended is not None
    assert mended.problem
