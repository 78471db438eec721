"""What is too old or too much goes, and only that."""

from __future__ import annotations

from pathlib import Path

import pytest

from clearway.recording import LogReader, LogSettings, RetentionFailed, SegmentsDeleted
from clearway.recording.retention import apply_retention
from tests.recording.making import SECOND_NS, START_NS, keep, keys, mixed, new_log, read

DAY_NS = 86_400 * SECOND_NS


def logs(folder: Path, days: int) -> list[Path]:
    """One closed segment a day."""
    for day in range(days):
        log = new_log(folder, now_ns=START_NS + day * DAY_NS)
        keep(log, mixed(50, START_NS + day * DAY_NS))
        log.close()
    return list(LogReader(folder).paths)


def test_by_age(tmp_path: Path) -> None:
    paths = logs(tmp_path, 6)
    (tmp_path / "mine.mcap").write_bytes(paths[0].read_bytes())
    (tmp_path / "20260101T000000.000000Z-notes.txt").write_text("x")
    settings = LogSettings(to_disk=False, keep_days=2.5)
    log = new_log(tmp_path, settings, START_NS + 5 * DAY_NS + 1000)
    log.advance(START_NS + 5 * DAY_NS + 1000)
    assert [e.paths for e in log.events if isinstance(e, SegmentsDeleted)] == [tuple(paths[:3])]
    assert {*tmp_path.iterdir()} > {tmp_path / "mine.mcap", *paths[3:]}
    # Later the running log goes on deleting, but never its own segment.
    keep(log, mixed(10, START_NS + 5 * DAY_NS))
    log.advance(START_NS + 40 * DAY_NS)
    log.close()
    deleted = [path for e in log.events if isinstance(e, SegmentsDeleted) for path in e.paths]
    assert deleted[:6] == paths
    assert len(deleted) == 7  # its first one, closed by then
    assert (tmp_path / "mine.mcap").exists()


def test_by_size(tmp_path: Path) -> None:
    paths = logs(tmp_path, 6)
    sizes = [path.stat().st_size for path in paths]
    events = apply_retention(
        tmp_path, now_ns=START_NS, keep_ns=None, keep_bytes=sum(sizes[-2:]) + 10
    )
    assert events == [SegmentsDeleted(tuple(paths[:4]))]
    assert list(LogReader(tmp_path).paths) == paths[4:]
    assert apply_retention(tmp_path, now_ns=START_NS, keep_ns=None, keep_bytes=sum(sizes)) == []


def test_all_is_kept_unless_told_otherwise(tmp_path: Path) -> None:
    paths = logs(tmp_path, 2)
    log = new_log(tmp_path, now_ns=START_NS + 10_000 * DAY_NS)
    log.advance(START_NS + 10_000 * DAY_NS)
    log.close()
    assert {*paths} < {*LogReader(tmp_path).paths}


def test_a_segment_in_use_stays(tmp_path: Path) -> None:
    log = new_log(tmp_path)
    keep(log, mixed(100))
    assert apply_retention(tmp_path, now_ns=START_NS + DAY_NS, keep_ns=1, keep_bytes=1) == []
    log.close()
    assert len(list(keys(read(tmp_path)[0]))) == 100


def test_what_cannot_be_deleted_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = logs(tmp_path, 2)

    def refuse(path: Path) -> None:
        raise PermissionError(1, "Operation not permitted", str(path))

    monkeypatch.setattr(Path, "unlink", refuse)
    assert apply_retention(tmp_path, now_ns=START_NS + 9 * DAY_NS, keep_ns=1, keep_bytes=None) == [
        RetentionFailed(path, "Operation not permitted") for path in paths
    ]
    gone = tmp_path / "gone"
    (failed,) = apply_retention(gone, now_ns=START_NS, keep_ns=1, keep_bytes=None)
    assert isinstance(failed, RetentionFailed)


def test_a_rotating_log_keeps_its_size(tmp_path: Path) -> None:
    settings = LogSettings(to_disk=False, segment_bytes=30_000, keep_bytes=150_000)
    log = new_log(tmp_path, settings)
    keep(log, mixed(8000))
    total = sum(path.stat().st_size for path in tmp_path.iterdir())
    log.close()
    assert 90_000 < total <= 150_000 + 60_000
