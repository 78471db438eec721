"""A disk that refuses, vanishes or hangs costs records, never the service."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path
from threading import Event
from time import sleep

import pytest

from clearway.recording import (
    Fact,
    Flaw,
    LogFailed,
    LoggedMessage,
    LogReader,
    LogResumed,
    LogSettings,
    LogState,
    LogStatus,
    LogWriter,
    RecordsDropped,
    SegmentMended,
)
from clearway.recording.files import SegmentFile
from clearway.recording.log import SegmentedLog
from tests.recording.making import (
    QUICK,
    SECOND_NS,
    SITE,
    START_NS,
    entry_keys,
    keep,
    keys,
    mixed,
    new_log,
    new_writer,
    read,
)


class Disk:
    """A disk with a little room left, in one file at a time."""

    def __init__(self) -> None:
        self.room: int | None = None
        self.room_per_file: int | None = None
        self.error = errno.ENOSPC

    def open(self, path: Path) -> SegmentFile:
        if self.room == 0 and self.error == errno.EACCES:
            raise PermissionError(self.error, os.strerror(self.error), str(path))
        return _FileOn(self, path)


class _FileOn(SegmentFile):
    def __init__(self, disk: Disk, path: Path) -> None:
        super().__init__(path)
        self._disk = disk

    def append(self, data: bytes) -> None:
        room = self._disk.room
        if self._disk.room_per_file is not None:
            room = self._disk.room_per_file - self.size
        if room is not None and len(data) > room:
            # What the kernel does: the part for which there is room, then the error.
            os.write(self._descriptor, data[:room])
            os.ftruncate(self._descriptor, self.size)
            raise OSError(self._disk.error, os.strerror(self._disk.error))
        super().append(data)
        if self._disk.room is not None:
            self._disk.room -= len(data)


def log_on(disk: Disk, folder: Path) -> SegmentedLog:
    log = SegmentedLog(folder, site=SITE, versions={}, settings=QUICK, open_file=disk.open)
    log.start(START_NS)
    return log


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EACCES, errno.EIO])
def test_full_then_free_again(tmp_path: Path, error: int) -> None:
    disk = Disk()
    disk.error = error
    log = log_on(disk, tmp_path)
    entries = mixed(2000)
    keep(log, entries[:500])
    disk.room = 0
    keep(log, entries[500:1500])  # 10 s: two attempts and a bit
    failures = [event for event in log.events if isinstance(event, LogFailed)]
    assert len(failures) == 1  # told once, not with every attempt
    assert os.strerror(error) in failures[0].reason
    assert failures[0].remedy
    assert log.state is LogState.FAILED
    assert log.path is None
    assert len([*tmp_path.iterdir()]) == 1  # no litter of empty segments
    disk.room = None
    keep(log, entries[1500:])
    log.close()
    (resumed,) = [event for event in log.events if isinstance(event, LogResumed)]
    assert resumed.not_kept == log.not_kept
    assert 1000 < log.not_kept < 1500
    assert log.kept + log.not_kept == len(entries) + 1  # and the fact that it resumed
    records, problems = read(tmp_path)
    facts = [record for record in records if isinstance(record, Fact)]
    (told,) = [fact for fact in facts if fact.kind == "recording_resumed"]
    assert told.details["not_kept"] == log.not_kept
    assert os.strerror(error) in str(told.details["reason"])
    found = [key for record in records if record is not told for key in keys([record])]
    gap = log.not_kept
    first_lost = next(
        number
        for number, (have, given) in enumerate(zip(found, entry_keys(entries), strict=False))
        if have != given
    )
    assert found == [
        *entry_keys(entries)[:first_lost],
        *entry_keys(entries)[first_lost + gap :],
    ]
    # The segment that failed was mended when it worked again.
    assert [event.problem for event in log.events if isinstance(event, SegmentMended)] == [""]
    assert len(problems) == 2
    assert f"{gap} records are missing" in problems[1]


def test_room_for_a_beginning_only(tmp_path: Path) -> None:
    disk = Disk()
    log = log_on(disk, tmp_path)
    keep(log, mixed(300))
    disk.room_per_file = 500
    keep(log, mixed(6000, START_NS + 3 * SECOND_NS))  # a dozen attempts
    assert log.state is LogState.FAILED
    assert len([event for event in log.events if isinstance(event, LogFailed)]) == 1
    assert not [event for event in log.events if isinstance(event, LogResumed)]
    assert len([*tmp_path.iterdir()]) == 1
    disk.room_per_file = None
    keep(log, mixed(1000, START_NS + 63 * SECOND_NS))
    log.close()
    assert [path.name[-11:] for path in LogReader(tmp_path).paths] == [
        "000001.mcap",
        "000002.mcap",
    ]
    assert len(list(keys(read(tmp_path)[0]))) == log.kept
    assert log.kept + log.not_kept == 7300 + 1


def test_a_half_written_piece_costs_no_earlier_one(tmp_path: Path) -> None:
    disk = Disk()
    log = log_on(disk, tmp_path)
    entries = mixed(300)
    keep(log, entries)
    kept = log.kept
    assert kept > 0
    disk.room = 100
    keep(log, mixed(100, START_NS + 4 * SECOND_NS))
    assert log.state is LogState.FAILED
    records, problems = read(tmp_path)
    assert len(problems) == 1
    assert list(keys(records)) == entry_keys(entries)[:kept]
    log.close()


def test_a_file_size_limit(tmp_path: Path) -> None:
    program = """
import resource, signal, sys
from pathlib import Path
from tests.recording.making import keep, mixed, new_log
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))
log = new_log(Path(sys.argv[1]))
keep(log, mixed(6000))
log.close()
print(log.kept, log.not_kept, *[type(event).__name__ for event in log.events])
"""
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    kept, not_kept, *events = done.stdout.split()
    assert {"LogFailed", "LogResumed"} <= {*events}
    records, _ = read(tmp_path)
    found = list(keys(records))
    resumed = [
        record
        for record in records
        if isinstance(record, Fact) and record.kind == "recording_resumed"
    ]
    assert len(found) == int(kept)
    assert int(kept) + int(not_kept) == 6000 + len(resumed)
    assert int(not_kept) > 0
    assert len(LogReader(tmp_path).paths) > 2
    assert all(path.stat().st_size <= 60_000 for path in LogReader(tmp_path).paths)


def test_a_full_device(tmp_path: Path) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("this system has no /dev/full")

    class OnFull(SegmentFile):
        def __init__(self, path: Path) -> None:
            super().__init__(path)
            os.dup2(os.open(full, os.O_WRONLY | os.O_CLOEXEC), self._descriptor)

    log = SegmentedLog(tmp_path, site=SITE, versions={}, settings=QUICK, open_file=OnFull)
    log.start(START_NS)
    assert log.state is LogState.FAILED
    assert os.strerror(errno.ENOSPC) in log.reason
    assert not [*tmp_path.iterdir()]


def test_the_folder_vanishes_and_comes_back(tmp_path: Path) -> None:
    folder = tmp_path / "log"
    log = new_log(folder)
    keep(log, mixed(300))
    away = tmp_path / "away"
    folder.rename(away)
    keep(log, mixed(900, START_NS + 3 * SECOND_NS))
    assert log.state is LogState.FAILED
    assert not folder.exists()  # where a disk should be mounted, none is made
    (failed,) = [event for event in log.events if isinstance(event, LogFailed)]
    assert "bring the folder back" in failed.remedy
    away.rename(folder)
    keep(log, mixed(900, START_NS + 20 * SECOND_NS))
    log.close()
    assert log.not_kept > 0
    records, problems = read(folder)
    assert len(LogReader(folder).paths) == 2
    assert len(list(keys(records))) == log.kept
    assert any("records are missing" in problem for problem in problems)


def test_a_file_that_is_removed_or_replaced_is_noticed(tmp_path: Path) -> None:
    for replaced in (False, True):
        folder = tmp_path / str(replaced)
        log = new_log(folder)
        assert log.path
        log.path.unlink()
        if replaced:
            log.path.write_bytes(b"")
        keep(log, mixed(200))
        assert log.state is LogState.FAILED
        keep(log, mixed(1000, START_NS + 3 * SECOND_NS))
        assert log.state.value == LogState.RECORDING
        log.close()


@pytest.mark.parametrize("place", ["a file", "below a file"])
def test_a_folder_that_cannot_be(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_text("x")
    folder = tmp_path / "file" if place == "a file" else tmp_path / "file" / "log"
    with new_writer(folder) as writer:
        status = writer.status
        assert status.state is LogState.FAILED
        assert str(folder) in status.reason
        assert writer.tick(START_NS)
        (failed,) = [e for e in writer.advance(START_NS) if isinstance(e, LogFailed)]
        assert "choose another folder" in failed.remedy
    assert writer.status.not_kept == 1


class _Hanging(SegmentFile):
    """A disk that answers when it is told to."""

    answers = Event()
    asked = Event()

    def append(self, data: bytes) -> None:
        if self.size:  # the beginning of the segment is written by the caller's thread
            type(self).asked.set()
            type(self).answers.wait()
        super().append(data)


def test_a_hanging_disk_does_not_block_the_caller(tmp_path: Path) -> None:
    _Hanging.answers.clear()
    _Hanging.asked.clear()
    settings = LogSettings(to_disk=False, queue_bytes=100_000)
    writer = LogWriter(tmp_path, site=SITE, now_ns=START_NS, settings=settings, open_file=_Hanging)
    taken = []
    writer.tick(START_NS)
    writer.advance(START_NS + SECOND_NS)
    _Hanging.asked.wait()
    for number in range(1, 1001):  # not one of these calls could return if they waited
        at_ns = START_NS + SECOND_NS + number
        if writer.tick(at_ns):
            taken.append(at_ns)
        writer.advance(at_ns)
    status = writer.status
    assert status.waiting_bytes <= settings.queue_bytes
    assert status.not_kept == 1000 - len(taken) > 0
    assert len(writer._batches) <= len(taken) + 1
    _Hanging.answers.set()
    while writer.status.waiting_bytes:
        sleep(0.001)
    writer.tick(START_NS + 5 * SECOND_NS)
    dropped = [event for event in writer.close() if isinstance(event, RecordsDropped)]
    assert sum(event.count for event in dropped) == status.not_kept
    records, problems = read(tmp_path)
    assert [at_ns for at_ns, _ in keys(records)] == [
        START_NS,
        *taken,
        START_NS + 5 * SECOND_NS,
    ]
    assert problems == [f"{status.not_kept} records are missing before this place"]
    assert isinstance(records[-2], Flaw)
    assert writer.status == LogStatus(
        LogState.CLOSED, "", None, len(taken) + 2, 1000 - len(taken), 0
    )


def test_closing_gives_up_on_a_hanging_disk(tmp_path: Path) -> None:
    _Hanging.answers.clear()
    writer = LogWriter(tmp_path, site=SITE, now_ns=START_NS, settings=QUICK, open_file=_Hanging)
    writer.tick(START_NS)
    (_, failed) = writer.close(timeout_s=0.05)
    assert isinstance(failed, LogFailed)
    assert "did not answer" in failed.reason
    assert not writer.tick(START_NS)
    _Hanging.answers.set()
    writer.close()
    assert writer.status.kept == 1


def test_a_message_beyond_all_bounds_is_counted(tmp_path: Path) -> None:
    from tests.recording.making import detection

    message = detection(1, START_NS)
    with new_writer(tmp_path) as writer:
        assert not writer.message("a", message, bytes((16 << 20) + 1), START_NS)
        assert writer.message("a", message, bytes(16 << 20), START_NS)
    assert (writer.status.kept, writer.status.not_kept) == (1, 1)
    records, problems = read(tmp_path)
    assert problems == ["1 records are missing before this place"]
    last = records[-1]
    assert isinstance(last, LoggedMessage)
    assert len(last.payload) == 16 << 20


def test_a_defect_in_the_thread_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = new_writer(tmp_path)

    def fails(entries: object, dropped: int = 0) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(writer._log, "write", fails)
    writer.tick(START_NS)
    writer.advance(START_NS)
    writer._thread.join()
    assert writer.status.state is LogState.FAILED
    (failed,) = writer.advance(START_NS)
    assert isinstance(failed, LogFailed)
    assert "ZeroDivisionError" in failed.reason
    with pytest.raises(ZeroDivisionError):
        writer.close()
