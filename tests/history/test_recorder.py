"""From memory to the disk, whatever the disk does."""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from clearway.errors import ArgumentError
from clearway.history import TrackHistory, TrackRecorder, recorder
from clearway.history.parts import days, parts_of_day
from clearway.store.atomic import atomic_write
from tests.history.making import (
    HOUR_NS,
    SECOND_NS,
    START_NS,
    every,
    files,
    keys,
    picture,
    record,
    times,
)


class Disk:
    """A disk that can be full."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.is_full = False
        self.attempts = 0

        @contextmanager
        def through(path: Path) -> Iterator[Path]:
            self.attempts += 1
            with atomic_write(path) as staging:
                if self.is_full:
                    staging.write_bytes(b"half a f")
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(staging))
                yield staging

        monkeypatch.setattr(recorder, "atomic_write", through)


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    return Disk(monkeypatch)


def on_disk(folder: Path) -> list[int]:
    return times(TrackHistory(folder).pictures(0, 1 << 62))


def test_adding_does_not_touch_the_disk(tmp_path: Path) -> None:
    kept = TrackRecorder(tmp_path / "tracks")
    for one in every(0.2, count=200):
        kept.add(one)
    assert not [*tmp_path.iterdir()]


def test_a_crash_costs_one_part_at_most(tmp_path: Path) -> None:
    given = every(0.2, count=333)
    kept = TrackRecorder(tmp_path, part_s=10.0)
    for number, one in enumerate(given):
        record(kept, [one])
        assert len(on_disk(tmp_path)) >= number + 1 - 51  # 10 s, and the one that ends them


def test_a_quiet_hall_is_written_too(tmp_path: Path) -> None:
    """No later picture need come."""
    kept = TrackRecorder(tmp_path, part_s=10.0)
    kept.add(picture(START_NS))
    kept.write_due(START_NS + 9 * SECOND_NS)
    assert on_disk(tmp_path) == []
    kept.write_due(START_NS + 10 * SECOND_NS)
    assert on_disk(tmp_path) == [START_NS]
    kept.add(picture(START_NS + 11 * SECOND_NS))
    kept.close()
    assert on_disk(tmp_path) == [START_NS, START_NS + 11 * SECOND_NS]


def test_parts_end_with_the_hour(tmp_path: Path) -> None:
    kept = TrackRecorder(tmp_path, part_s=10.0)
    for one in every(1.0, START_NS + HOUR_NS - 15 * SECOND_NS, 30):
        kept.add(one)
    kept.close()
    found = [part for day in days(tmp_path) for part in parts_of_day(day)]
    assert [part.start_ns - START_NS - HOUR_NS for part in found] == [
        -15 * SECOND_NS,
        -5 * SECOND_NS,
        0,
        10 * SECOND_NS,
    ]
    assert len(on_disk(tmp_path)) == 30


def test_after_closing_nothing_is_written(tmp_path: Path) -> None:
    kept = TrackRecorder(tmp_path)
    kept.close()
    kept.add(picture(START_NS))
    kept.write_due(START_NS + HOUR_NS)
    assert files(tmp_path) == []


def test_a_full_disk_costs_nothing(tmp_path: Path, disk: Disk) -> None:
    told: list[str] = []
    kept = TrackRecorder(tmp_path, tell=told.append)
    given = every(0.2, count=1500)  # five minutes
    record(kept, given[:300])
    before = on_disk(tmp_path)
    disk.is_full = True
    record(kept, given[300:1000])
    assert on_disk(tmp_path) == before
    (sentence,) = told  # once, not with every attempt
    assert "cannot be written (No space left on device)" in sentence
    assert "free some space" in sentence
    assert not [path for path in files(tmp_path) if path.name.startswith(".")]
    # What waits can be seen all the same.
    assert keys(TrackHistory(tmp_path, kept).pictures(0, 1 << 62)) == keys(given[:1000])
    disk.is_full = False
    record(kept, given[1000:])
    assert told[1:] == ["track history: the disk works again; all that still waited is kept"]
    kept.close()
    assert keys(TrackHistory(tmp_path).pictures(0, 1 << 62)) == keys(given)


def test_a_full_disk_is_not_asked_all_the_time(tmp_path: Path, disk: Disk) -> None:
    kept = TrackRecorder(tmp_path, tell=lambda _: None)
    disk.is_full = True
    record(kept, every(0.2, count=600))  # two minutes
    assert disk.attempts <= 120 / 5


def test_memory_is_bounded_and_the_newest_stays(tmp_path: Path, disk: Disk) -> None:
    told: list[str] = []
    kept = TrackRecorder(tmp_path, most_bytes=500_000, tell=told.append)
    given = every(0.2, count=2000)
    disk.is_full = True
    record(kept, given)
    waiting = times(kept.waiting(0, 1 << 62))
    assert 150 < len(waiting) < 250  # at two kilobytes and a bit each
    assert waiting == times(given)[-len(waiting) :]
    assert told[1:] == ["track history: too much waits for the disk; the oldest pictures are lost"]
    disk.is_full = False
    kept.close()
    assert on_disk(tmp_path) == waiting
    assert told[2:] == [
        f"track history: {2000 - len(waiting)} pictures were lost in all",
        "track history: the disk works again; all that still waited is kept",
    ]


def test_what_is_lost_at_the_end_is_told(tmp_path: Path, disk: Disk) -> None:
    told: list[str] = []
    kept = TrackRecorder(tmp_path, tell=told.append)
    disk.is_full = True
    record(kept, every(0.2, count=20))
    kept.close()
    assert told[-1] == "track history: the last 20 pictures could not be kept"


def test_a_place_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    told: list[str] = []
    kept = TrackRecorder(tmp_path / "file", tell=told.append)
    record(kept, every(0.2, count=200))
    assert any("cannot be written" in sentence for sentence in told)
    assert len(kept.waiting(0, 1 << 62)) == 200


def test_a_part_that_is_being_written_does_not_give_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor does anybody wait for a disk that hangs."""
    kept = TrackRecorder(tmp_path, most_bytes=300_000, tell=lambda _: None)
    given = every(0.2, count=1000)
    asked, answers = threading.Event(), threading.Event()
    write = kept._write_part

    def hang(pictures: object) -> None:
        asked.set()
        answers.wait()
        write(pictures)  # type: ignore[arg-type]

    monkeypatch.setattr(kept, "_write_part", hang)
    for one in given[:60]:
        kept.add(one)
    thread = threading.Thread(target=kept.write_due, args=(given[59].time_ns,))
    thread.start()
    asked.wait()
    for one in given[60:]:  # not one of these calls could return if it waited
        kept.add(one)
    assert times(kept.waiting(0, 1 << 62))[:50] == times(given[:50])
    answers.set()
    thread.join()
    kept.close()
    found = on_disk(tmp_path)
    assert found[:50] == times(given[:50])
    assert found[50:] == times(given)[-len(found) + 50 :]


def test_a_clock_that_is_set_back_costs_nothing(tmp_path: Path) -> None:
    kept = TrackRecorder(tmp_path)
    first = every(0.2, count=200)
    again = every(0.2, START_NS + 20 * SECOND_NS + 1, count=200)
    record(kept, [*first, *again])
    kept.close()
    both = sorted([*first, *again], key=lambda one: one.time_ns)
    assert keys(TrackHistory(tmp_path).pictures(0, 1 << 62)) == keys(both)


@pytest.mark.parametrize("name", ["part_s", "most_bytes"])
def test_settings_that_cannot_be(tmp_path: Path, name: str) -> None:
    with pytest.raises(ArgumentError, match=f"{name}: is 0"):
        TrackRecorder(tmp_path, **{name: 0})  # type: ignore[arg-type]
