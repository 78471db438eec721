"""An hour becomes one file, and nothing of it is lost or doubled on the way."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearway.domain import TrackPicture
from clearway.history import TrackHistory, TrackRecorder, merging
from clearway.history.merging import merge_hour, tidy
from clearway.history.parts import days, hour_of, part_path, parts_of_day
from tests.history.making import (
    HOUR_NS,
    SECOND_NS,
    START_NS,
    every,
    files,
    keys,
    picture,
    record,
    small_histories,
)

HOUR = hour_of(START_NS)


def whole(folder: Path) -> list[tuple[int | bytes, ...]]:
    told: list[str] = []
    found = keys(TrackHistory(folder, tell=told.append).pictures(0, 1 << 62))
    assert told == []
    return found


def written(folder: Path, pictures: Sequence[TrackPicture], part_s: float = 10.0) -> None:
    """As before any merge."""
    recorder = TrackRecorder(folder, part_s=part_s)
    for one in pictures:
        recorder.add(one)
    recorder.close()


def nothing() -> None:
    """Done in a pause."""


@given(small_histories(), st.sampled_from([1e-9, 1.0, 300.0]))
def test_merging_keeps_everything(
    tmp_path_factory: pytest.TempPathFactory, pictures: list[TrackPicture], part_s: float
) -> None:
    folder = tmp_path_factory.mktemp("merging")
    written(folder, pictures, part_s)
    hours = {hour_of(one.time_ns) for one in pictures}
    for hour in hours:
        merge_hour(folder, hour, nothing)
    assert whole(folder) == keys(pictures)
    assert len(files(folder)) == len(hours)
    assert tidy(folder) == set()


def test_an_hour_is_merged_when_it_is_over(tmp_path: Path) -> None:
    recorder = TrackRecorder(tmp_path, part_s=60.0)
    given_ = every(20.0, count=2 * 180 + 31)
    record(recorder, given_[:180])
    assert len(files(tmp_path)) == 59
    record(recorder, given_[180:190])
    first, *later = files(tmp_path)
    assert first == part_path(tmp_path, START_NS, given_[179].time_ns)
    assert len(later) == 3
    record(recorder, given_[190:])
    recorder.close()
    first, second, *later = files(tmp_path)
    assert second == part_path(tmp_path, given_[180].time_ns, given_[359].time_ns)
    assert len(later) == 11
    assert whole(tmp_path) == keys(given_)


def test_a_start_merges_what_the_last_one_has_left(tmp_path: Path) -> None:
    given_ = every(5.0, count=300)
    written(tmp_path, given_)
    TrackRecorder(tmp_path).write_due(START_NS + 1800 * SECOND_NS)
    assert len(files(tmp_path)) == 150  # more of this hour may come
    TrackRecorder(tmp_path).write_due(START_NS + HOUR_NS)
    assert len(files(tmp_path)) == 1
    assert whole(tmp_path) == keys(given_)


class Killed(BaseException):
    """The process is gone: nobody cleans up behind it."""


def leave(*_: object) -> None:
    raise Killed


@pytest.mark.parametrize("killed_at", ["the new file", "the old ones", "some old ones"])
def test_killed_in_a_merge(tmp_path: Path, killed_at: str) -> None:
    given_ = every(1.0, count=100)
    written(tmp_path, given_)
    sources = files(tmp_path)
    with pytest.MonkeyPatch.context() as patch:
        if killed_at == "the new file":

            @contextmanager
            def half(path: Path) -> Iterator[Path]:
                staging = path.parent / ".0123456789ab.parquet"
                yield staging
                raise Killed

            patch.setattr(merging, "atomic_write", half)
        elif killed_at == "the old ones":
            patch.setattr(merging, "sync_folder", leave)
        else:
            unlink = Path.unlink

            def dying(path: Path, *, missing_ok: bool = False) -> None:
                if path == sources[4]:
                    raise Killed
                unlink(path, missing_ok=missing_ok)

            patch.setattr(Path, "unlink", dying)
        with pytest.raises(Killed):
            merge_hour(tmp_path, HOUR, nothing)
    assert (
        len(files(tmp_path))
        == {"the new file": 11, "the old ones": 11, "some old ones": 7}[killed_at]
    )
    assert whole(tmp_path) == keys(given_)  # also before the next start
    TrackRecorder(tmp_path).write_due(START_NS + HOUR_NS)
    assert files(tmp_path) == [part_path(tmp_path, START_NS, given_[-1].time_ns)]
    assert whole(tmp_path) == keys(given_)


def test_a_full_disk_leaves_the_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given_ = every(1.0, count=100)
    written(tmp_path, given_)
    before = files(tmp_path)
    told: list[str] = []
    recorder = TrackRecorder(tmp_path, tell=told.append)

    @contextmanager
    def full(path: Path) -> Iterator[Path]:
        from clearway.store.atomic import atomic_write

        with atomic_write(path) as staging:
            yield staging
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(staging))

    with monkeypatch.context() as patch:
        patch.setattr(merging, "atomic_write", full)
        for second in range(5):
            recorder.write_due(START_NS + HOUR_NS + second * SECOND_NS)
    assert files(tmp_path) == before
    (sentence,) = told
    assert "the parts of an hour stay apart for now" in sentence
    assert "No space left" in sentence
    recorder.write_due(START_NS + 2 * HOUR_NS)
    assert len(files(tmp_path)) == 1


def test_parts_are_written_while_a_merge_goes_on(tmp_path: Path) -> None:
    given_ = every(1.0, count=100)
    written(tmp_path, given_)
    recorder = TrackRecorder(tmp_path)
    later = every(1.0, START_NS + HOUR_NS, 40)
    seen: list[int] = []
    write = recorder._write

    def note(now_ns: int | None) -> None:
        for one in later[4 * len(seen) : 4 * len(seen) + 4]:
            recorder.add(one)
        write(now_ns)
        seen.append(len(parts_of_day(days(tmp_path)[0])))

    recorder._write = note  # type: ignore[method-assign]
    recorder.write_due(START_NS + HOUR_NS)
    assert seen[0] == 10
    assert seen[-1] == 10 + 3  # of forty seconds that came during the merge
    recorder.close()
    assert whole(tmp_path) == keys([*given_, *later])


def test_closing_ends_a_merge(tmp_path: Path) -> None:
    given_ = every(1.0, count=100)
    written(tmp_path, given_)
    before = files(tmp_path)
    recorder = TrackRecorder(tmp_path)
    write = recorder._write

    def close_in_between(now_ns: int | None) -> None:
        recorder._closing.set()
        write(now_ns)

    recorder._write = close_in_between  # type: ignore[method-assign]
    recorder.write_due(START_NS + HOUR_NS)
    assert files(tmp_path) == before


def test_what_overlaps_or_was_merged_stays(tmp_path: Path) -> None:
    given_ = every(1.0, count=100)
    written(tmp_path, given_)
    merge_hour(tmp_path, HOUR, nothing)
    (merged,) = files(tmp_path)
    set_back = every(1.0, START_NS + 20 * SECOND_NS + 1, 20)
    after = every(1.0, START_NS + 200 * SECOND_NS, 20)
    written(tmp_path, set_back)
    written(tmp_path, after)
    overlapping = [path for path in files(tmp_path) if path != merged][:2]
    merge_hour(tmp_path, HOUR, nothing)
    assert files(tmp_path) == [
        merged,
        *overlapping,
        part_path(tmp_path, after[0].time_ns, after[-1].time_ns),
    ]
    everything = sorted([*given_, *set_back, *after], key=lambda one: one.time_ns)
    assert whole(tmp_path) == keys(everything)


def test_a_damaged_part_is_not_replaced(tmp_path: Path) -> None:
    given_ = every(1.0, count=100)
    written(tmp_path, given_)
    sources = files(tmp_path)
    sources[3].write_bytes(sources[3].read_bytes()[:-100])  # its end is missing
    content = bytearray(sources[5].read_bytes())
    content[20] ^= 1  # a page of it is another
    sources[5].write_bytes(content)
    merge_hour(tmp_path, HOUR, nothing)
    left = files(tmp_path)
    assert {sources[3], sources[5]} < {*left}
    assert len(left) == 3
    told: list[str] = []
    found = keys(TrackHistory(tmp_path, tell=told.append).pictures(0, 1 << 62))
    rest = [one for number, one in enumerate(given_) if number // 10 not in {3, 5}]
    assert [key for key in found if key in keys(rest)] == keys(rest)
    assert [sentence.split()[0] for sentence in told] == [str(sources[3]), str(sources[5])]


def test_files_of_others_stay(tmp_path: Path) -> None:
    written(tmp_path, [picture(START_NS)])
    day = days(tmp_path)[0]
    kept = [day / ".notes", day / "picture.parquet", day / ".0123456789ab.txt"]
    for path in kept:
        path.touch()
    (day / ".0123456789ab.parquet").touch()
    tidy(tmp_path)
    assert {*kept} < {*files(tmp_path)}
    assert not (day / ".0123456789ab.parquet").exists()
    shutil.rmtree(day)
    assert tidy(tmp_path) == set()
