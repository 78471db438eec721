"""Any minute again, whatever goes on meanwhile."""

from __future__ import annotations

import threading
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearway.domain import TrackPicture
from clearway.history import TrackHistory, TrackRecorder, forget, reader
from clearway.history.columns import open_part
from clearway.history.merging import merge_hour
from clearway.history.parts import hour_of, part_path
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
    times,
)

EVER = (0, 1 << 62)


def kept(folder: Path, pictures: list[TrackPicture], part_s: float, *, merged: bool) -> None:
    """A history that was recorded, and in which whole hours are one file each if ``merged``."""
    recorder = TrackRecorder(folder, part_s=part_s)
    for one in pictures:
        recorder.add(one)
    recorder.close()
    if merged:
        for hour in {hour_of(one.time_ns) for one in pictures}:
            merge_hour(folder, hour, lambda: None)


@given(
    small_histories(),
    st.sampled_from([1.0, 300.0]),
    st.booleans(),
    st.integers(-10, 8000),
    st.integers(0, 8000),
    st.integers(0, 41),
)
def test_a_window_is_what_lies_in_it(
    tmp_path_factory: pytest.TempPathFactory,
    pictures: list[TrackPicture],
    part_s: float,
    merged: bool,
    start_s: int,
    length_s: int,
    split: int,
) -> None:
    """On the disk, in memory, or a part here and a part there."""
    folder = tmp_path_factory.mktemp("reading")
    kept(folder, pictures[:split], part_s, merged=merged)
    recorder = TrackRecorder(folder, part_s=part_s)
    for one in pictures[split:]:
        recorder.add(one)
    start_ns = START_NS + HOUR_NS + start_s * SECOND_NS
    end_ns = start_ns + length_s * SECOND_NS
    history = TrackHistory(folder, recorder)
    within = [one for one in pictures if start_ns <= one.time_ns < end_ns]
    assert keys(history.pictures(start_ns, end_ns)) == keys(within)
    all_times = times(pictures)
    assert history.span() == ((all_times[0], all_times[-1]) if pictures else None)
    edges = [start_ns, *times(within), end_ns]
    for longer_than_ns in (SECOND_NS // 20, SECOND_NS, 100 * SECOND_NS):
        gaps = tuple(
            (first, last) for first, last in pairwise(edges) if last - first > longer_than_ns
        )
        assert history.gaps(start_ns, end_ns, longer_than_ns) == gaps


def test_a_window_that_ends_before_it_begins(tmp_path: Path) -> None:
    kept(tmp_path, every(1.0), 10.0, merged=False)
    assert [*TrackHistory(tmp_path).pictures(START_NS + SECOND_NS, START_NS)] == []


def test_a_minute_of_weeks_is_cheap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for day in range(8):
        kept(tmp_path, every(10.0, START_NS + 24 * day * HOUR_NS, 720), 600.0, merged=True)
    opened: list[Path] = []
    groups: list[int] = []
    read = pq.ParquetFile.read_row_group

    def noting(path: Path) -> pq.ParquetFile:
        opened.append(path)
        return open_part(path)

    def noting_group(file: pq.ParquetFile, number: int, columns: list[str] | None) -> pa.Table:
        groups.append(number)
        return read(file, number, columns)

    monkeypatch.setattr(reader, "open_part", noting)
    monkeypatch.setattr(pq.ParquetFile, "read_row_group", noting_group)
    start_ns = START_NS + 24 * 5 * HOUR_NS + 1800 * SECOND_NS
    found = [*TrackHistory(tmp_path).pictures(start_ns, start_ns + 60 * SECOND_NS)]
    assert len(found) == 6
    assert len(opened) == 1
    assert len(groups) == 1
    assert TrackHistory(tmp_path).span() == (
        START_NS,
        START_NS + 168 * HOUR_NS + 7190 * SECOND_NS,
    )
    assert len(opened) == 1


def test_an_empty_floor_is_no_gap(tmp_path: Path) -> None:
    empty = [picture(START_NS + n * SECOND_NS, 0) for n in range(100)]
    kept(tmp_path, [*empty[:30], *empty[50:]], 10.0, merged=True)
    history = TrackHistory(tmp_path)
    found = [*history.pictures(*EVER)]
    assert len(found) == 80
    assert {len(one) for one in found} == {0}
    end_ns = empty[-1].time_ns + 1
    gap = (empty[29].time_ns, empty[50].time_ns)
    assert history.gaps(START_NS, end_ns, 5 * SECOND_NS) == (gap,)


def test_no_history_yet(tmp_path: Path) -> None:
    history = TrackHistory(tmp_path / "no")
    assert [*history.pictures(*EVER)] == []
    assert history.span() is None
    assert history.gaps(5, 15, 3) == ((5, 15),)


def flip(path: Path, place: int) -> None:
    content = bytearray(path.read_bytes())
    content[place] ^= 0xFF
    path.write_bytes(content)


@pytest.mark.parametrize("damage", ["cut", "empty", "flipped", "text", "other table"])
def test_a_damaged_file_is_named_and_the_rest_read(tmp_path: Path, damage: str) -> None:
    given_ = every(1.0, count=50)
    kept(tmp_path, given_, 10.0, merged=False)
    path = files(tmp_path)[2]
    if damage == "cut":
        path.write_bytes(path.read_bytes()[:-30])
    elif damage == "empty":
        path.write_bytes(b"")
    elif damage == "flipped":
        flip(path, 100)
    elif damage == "text":
        path.write_text("a diary, " * 1000)
    else:
        pq.write_table(pa.table({"flowers": ["rose"]}), path)
    told: list[str] = []
    history = TrackHistory(tmp_path, tell=told.append)
    for _ in range(3):
        assert keys(history.pictures(*EVER)) == keys([*given_[:20], *given_[30:]])
    (sentence,) = told
    assert sentence.startswith(f"{path} is damaged, and left out")
    end_ns = given_[-1].time_ns
    assert history.gaps(START_NS, end_ns, 2 * SECOND_NS) == ()


def test_a_damaged_minute_does_not_cost_the_hour(tmp_path: Path) -> None:
    given_ = every(1.0, count=300)
    kept(tmp_path, given_, 10.0, merged=True)
    (path,) = files(tmp_path)
    with open_part(path) as file:
        damaged = file.metadata.row_group(2)
        place = damaged.column(3).dictionary_page_offset or damaged.column(3).data_page_offset
        rows = file.read_row_group(2)["time_ns"].to_pylist()
    flip(path, place + 40)
    told: list[str] = []
    found = [*TrackHistory(tmp_path, tell=told.append).pictures(*EVER)]
    assert keys(found) == keys([one for one in given_ if one.time_ns not in rows])
    assert len(told) == 1


@given(st.data())
def test_no_flipped_byte_is_read_as_people(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Whatever byte it is: what is given is as it was, or told to be missing."""
    folder = tmp_path_factory.mktemp("flipped")
    given_ = every(1.0, count=5)
    kept(folder, given_, 10.0, merged=False)
    (path,) = files(folder)
    flip(path, data.draw(st.integers(0, path.stat().st_size - 1)))
    told: list[str] = []
    found = keys(TrackHistory(folder, tell=told.append).pictures(*EVER))
    assert found == keys(given_) or (found == [] and len(told) == 1)


def test_reading_while_parts_are_merged_and_forgotten(tmp_path: Path) -> None:
    given_ = every(1.0, count=300)
    kept(tmp_path, given_, 10.0, merged=False)
    whole = TrackHistory(tmp_path).pictures(*EVER)
    found = [next(whole) for _ in range(95)]
    merge_hour(tmp_path, hour_of(START_NS), lambda: None)
    assert keys([*found, *whole]) == keys(given_)
    parts = every(1.0, START_NS + HOUR_NS, 100)
    kept(tmp_path, parts, 10.0, merged=False)
    whole = TrackHistory(tmp_path).pictures(START_NS + HOUR_NS, EVER[1])
    found = [next(whole) for _ in range(15)]
    forget(tmp_path, START_NS + HOUR_NS + 60 * SECOND_NS)
    assert keys([*found, *whole]) == keys([*parts[:20], *parts[60:]])  # what is open stays open


def test_gaps_while_parts_are_merged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given_ = every(1.0, count=100)
    kept(tmp_path, given_, 10.0, merged=False)
    opens = []

    def merging_first(path: Path) -> pq.ParquetFile:
        opens.append(path)
        if len(opens) == 1:
            merge_hour(tmp_path, hour_of(START_NS), lambda: None)
        return open_part(path)

    monkeypatch.setattr(reader, "open_part", merging_first)
    end_ns = given_[-1].time_ns
    assert len(TrackHistory(tmp_path).gaps(START_NS, end_ns, SECOND_NS // 2)) == 99
    assert len(files(tmp_path)) == 1


def test_reading_while_writing(tmp_path: Path) -> None:
    """At no time is a picture missing or there twice."""
    given_ = every(0.5, START_NS + HOUR_NS - 100 * SECOND_NS, 400)
    recorder = TrackRecorder(tmp_path, part_s=5.0)
    history = TrackHistory(tmp_path, recorder)
    added = 0
    is_done = threading.Event()

    def write() -> None:
        nonlocal added
        for number, one in enumerate(given_):
            record(recorder, [one])
            added = number + 1
        is_done.set()

    thread = threading.Thread(target=write)
    thread.start()
    rounds = 0
    while not is_done.is_set():
        before = added
        found = times(history.pictures(*EVER))
        assert found == times(given_)[: len(found)]
        assert len(found) >= before
        rounds += 1
    thread.join()
    assert rounds > 1
    assert keys(history.pictures(*EVER)) == keys(given_)


def test_a_link_to_nowhere_is_no_part(tmp_path: Path) -> None:
    kept(tmp_path, every(1.0, count=5), 10.0, merged=False)
    part_path(tmp_path, START_NS, START_NS + SECOND_NS).symlink_to("nowhere")
    assert len([*TrackHistory(tmp_path).pictures(*EVER)]) == 5
