"""What goes into a log comes out of it, in its order and byte for byte."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from clearway.errors import ArgumentError, InputError
from clearway.recording import (
    Direction,
    Fact,
    FactValue,
    Flaw,
    LoggedMessage,
    LogReader,
    LogSettings,
    LogStart,
    LogState,
    SegmentOpened,
    Tick,
    software_versions,
)
from clearway.sapient.bindings import SapientMessage
from tests.recording.making import (
    NODES,
    QUICK,
    SECOND_NS,
    SITE,
    START_NS,
    detection,
    entry_keys,
    keep,
    keys,
    mixed,
    new_log,
    new_writer,
    read,
    status,
)


def test_every_kind_of_record(tmp_path: Path) -> None:
    message = detection(1, START_NS)
    answer = status(2, START_NS)
    # Unknown fields and another order of fields would not survive decoding and encoding.
    payload = answer.SerializeToString() + message.SerializeToString() + b"\xf8\x7f\x01"
    with new_writer(tmp_path) as writer:
        assert writer.tick(START_NS)
        assert writer.message(NODES[0], message, payload, START_NS + 5)
        assert writer.message(NODES[1], answer, b"\x00\xff", START_NS + 5, Direction.SENT)
        assert writer.fact("node_lost", START_NS + 3, {"node": NODES[0], "silent_s": 1.5, "n": 2})
        opened = writer.advance(START_NS + 6)
    records, problems = read(tmp_path)
    assert not problems
    start, first, second, third, fourth = records
    assert isinstance(start, LogStart)
    assert start.site == SITE
    assert start.started_ns == START_NS
    assert start.versions == software_versions()
    assert first == Tick(0, START_NS)
    assert second == LoggedMessage(
        1,
        START_NS + 5,
        START_NS - 40_000_000,
        Direction.RECEIVED,
        NODES[0],
        "detection_report",
        payload,
    )
    assert third == LoggedMessage(
        2, START_NS + 5, START_NS, Direction.SENT, NODES[1], "status_report", b"\x00\xff"
    )
    details: dict[str, FactValue] = {"node": NODES[0], "silent_s": 1.5, "n": 2}
    assert fourth == Fact(3, START_NS + 3, "node_lost", details)
    assert opened == [SegmentOpened(LogReader(tmp_path).paths[0])]
    assert writer.status.state is LogState.CLOSED
    assert (writer.status.kept, writer.status.not_kept) == (4, 0)


@pytest.mark.parametrize(
    ("seconds", "nanos"),
    [(None, 0), (-1, 0), (0, -1), (1 << 62, 5), (-(1 << 63), -5), (20_000_000_000, 0)],
)
def test_absurd_content_times(tmp_path: Path, seconds: int | None, nanos: int) -> None:
    message = SapientMessage()
    if seconds is not None:
        message.timestamp.seconds = seconds
        message.timestamp.nanos = nanos
    with new_writer(tmp_path) as writer:
        assert writer.message(NODES[0], message, b"", START_NS)
    logged = read(tmp_path)[0][1]
    assert isinstance(logged, LoggedMessage)
    assert (logged.content_ns, logged.content) == (START_NS, "")


def test_times_before_1970_are_refused(tmp_path: Path) -> None:
    with new_writer(tmp_path) as writer:
        for call in (
            lambda: writer.tick(-1),
            lambda: writer.fact("x", 1 << 63),
            lambda: writer.message(NODES[0], SapientMessage(), b"", -5),
            lambda: writer.advance(-1),
        ):
            with pytest.raises(ArgumentError, match="UTC nanoseconds"):
                call()


def test_order_is_that_of_the_calls_across_segments(tmp_path: Path) -> None:
    settings = LogSettings(to_disk=False, segment_bytes=20_000)
    entries = mixed(3000)
    # A clock set back by an hour in the middle, as time synchronisation does.
    half = len(entries) // 2
    entries[half:] = [
        each._replace(log_ns=each.log_ns - 3600 * SECOND_NS, payload=each.payload)
        for each in entries[half:]
        if not each.payload.startswith(b'{"clock')
    ]
    log = new_log(tmp_path, settings)
    keep(log, entries)
    log.close()
    records, problems = read(tmp_path)
    assert not problems
    assert list(keys(records)) == entry_keys(entries)
    paths = LogReader(tmp_path).paths
    assert len(paths) > 5
    assert sum(isinstance(record, LogStart) for record in records) == 1
    assert [path.name.rpartition("-")[2] for path in paths] == [
        f"{number:06d}.mcap" for number in range(1, len(paths) + 1)
    ]
    # Each segment can be replayed alone.
    for path in paths[:3]:
        alone, problems = read(path)
        assert not problems
        assert isinstance(alone[0], LogStart)
        assert alone[0].site == SITE


def test_a_segment_is_closed_at_its_age(tmp_path: Path) -> None:
    log = new_log(tmp_path, LogSettings(to_disk=False, segment_age_ns=4 * SECOND_NS))
    keep(log, mixed(1000))  # 10 s
    for minute in range(5):  # an empty segment gets no successor
        log.advance(START_NS + 10**12 + minute * 60 * SECOND_NS)
    log.close()
    paths = LogReader(tmp_path).paths
    names = [path.name for path in paths]
    assert names == sorted(names)
    assert all(re.match(r"20260921T\d{6}\.\d{6}Z-[0-9a-f]{8}-00000\d\.mcap", n) for n in names)
    assert len(paths) == 4
    assert [len(read(path)[0]) for path in paths] == [411, 401, 191, 1]


def test_a_segment_with_too_many_channels_is_followed_by_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("clearway.recording.segment.MOST_CHANNELS", 5)
    entries = [
        each._replace(channel=each.channel._replace(node_id=str(number)))
        for number, each in enumerate(mixed(60))
    ]
    log = new_log(tmp_path)
    keep(log, entries, per_step=1)
    log.close()
    assert len(LogReader(tmp_path).paths) > 5
    assert list(keys(read(tmp_path)[0])) == entry_keys(entries)


def test_a_new_start_adds_a_session(tmp_path: Path) -> None:
    for number in range(3):
        log = new_log(tmp_path, now_ns=START_NS + number)  # one microsecond, one name
        keep(log, mixed(30))
        log.close()
    records, problems = read(tmp_path)
    assert not problems
    starts = [record for record in records if isinstance(record, LogStart)]
    assert len({start.session for start in starts}) == 3
    assert list(keys(records)) == entry_keys(mixed(30)) * 3


def test_sequence_numbers_wrap(tmp_path: Path) -> None:
    log = new_log(tmp_path, LogSettings(to_disk=False, segment_bytes=5000))
    log._sequence = (1 << 32) - 40
    keep(log, mixed(400))
    log.close()
    first, *rest = LogReader(tmp_path).paths
    first.unlink()  # it says that the session began at 0
    assert len(rest) > 1
    records, problems = read(tmp_path)
    assert not problems
    assert isinstance(records[0], LogStart)


def test_a_missing_segment_is_told(tmp_path: Path) -> None:
    log = new_log(tmp_path, LogSettings(to_disk=False, segment_bytes=5000))
    keep(log, mixed(600))
    log.close()
    paths = LogReader(tmp_path).paths
    assert len(paths) > 3
    gone = len(read(paths[1])[0]) - 1
    paths[1].unlink()
    assert read(tmp_path)[1] == [f"{gone} records are missing before this place"]
    swapped = tmp_path / "x.mcap"
    paths[0].rename(swapped)  # now it comes last
    reader = LogReader(tmp_path)
    problems = [record.problem for record in reader if isinstance(record, Flaw)]
    assert reader.paths[-1] == swapped
    assert "not in their order" in problems[-1]


def test_a_log_can_be_read_while_it_is_written(tmp_path: Path) -> None:
    log = new_log(tmp_path)
    entries = mixed(500)
    keep(log, entries)
    records, problems = read(tmp_path)
    assert len(problems) == 1
    assert "still being written" in problems[0]
    found = list(keys(records))
    assert found == entry_keys(entries)[: len(found)]
    # Told time: nothing older than the flush interval and one step is missing.
    assert entries[-1].log_ns - found[-1][0] <= QUICK.flush_ns + 10 * 10_000_000
    log.close()


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("none.mcap", None, "does not exist"),
        ("text.mcap", b"time_s,sensor_id\n", "is no MCAP file"),
        ("folder", None, "does not exist"),
    ],
)
def test_what_is_no_log(tmp_path: Path, name: str, content: bytes | None, told: str) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=told) as caught:
        read(path)
    assert caught.value.path == path
    assert caught.value.faults[0].remedy


def test_an_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no log"):
        LogReader(tmp_path)


def test_a_folder_in_place_of_a_segment(tmp_path: Path) -> None:
    (tmp_path / "x.mcap").mkdir()
    with pytest.raises(InputError, match="cannot be read"):
        read(tmp_path)


@pytest.mark.parametrize(
    "change",
    [
        {"segment_bytes": 0},
        {"segment_age_ns": -1},
        {"flush_ns": 0},
        {"retry_ns": 0},
        {"keep_days": float("nan")},
        {"keep_bytes": 0},
        {"queue_bytes": 0},
    ],
    ids=str,
)
def test_settings_must_be_positive(change: dict[str, Any]) -> None:
    with pytest.raises(ArgumentError, match=next(iter(change))):
        LogSettings(**change)
