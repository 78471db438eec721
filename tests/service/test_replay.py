"""A log of which a part is gone says what a replay of the rest cannot know."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from clearway.domain import nanoseconds
from clearway.recording import LogReader, LogStart
from clearway.recording.retention import apply_retention
from clearway.service.replay import replay_log
from clearway.site.schema import Site
from tests.service.feeding import PATIENT, START_NS, Running, walk

END_S = 16.0
SMALL = replace(PATIENT, segment_bytes=20_000, flush_ns=nanoseconds(0.1))


@pytest.fixture
def pieces(station: Site, tmp_path: Path) -> list[Path]:
    """The segments of one session with an alert that opens after 2 s."""
    running = Running(station, tmp_path, settings=SMALL)
    running.feed(walk(station, END_S))
    running.stop()
    found = list(LogReader(tmp_path).paths)
    assert len(found) > 3
    return found


def records_in(paths: list[Path]) -> int:
    return sum(not isinstance(record, LogStart) for path in paths for record in LogReader(path))


def test_a_whole_log_in_pieces_has_no_flaw(pieces: list[Path]) -> None:
    result = replay_log(pieces[0].parent)
    assert result.flaws == []
    assert result.same_as_live


def test_a_log_whose_beginning_was_deleted_says_so(pieces: list[Path]) -> None:
    gone = records_in(pieces[:2])
    keep_bytes = sum(path.stat().st_size for path in pieces[2:])
    apply_retention(pieces[0].parent, now_ns=START_NS, keep_ns=None, keep_bytes=keep_bytes)
    assert [path.exists() for path in pieces[:3]] == [False, False, True]
    (flaw,) = replay_log(pieces[0].parent).flaws
    assert flaw.path == pieces[2]
    assert flaw.problem == f"begins in mid-session: {gone} records before it are missing"


def test_one_file_out_of_the_middle_says_so_too(pieces: list[Path]) -> None:
    (flaw,) = replay_log(pieces[1]).flaws
    assert flaw.problem.startswith("begins in mid-session: ")
    assert replay_log(pieces[0]).flaws == []


def test_a_session_that_went_on_where_a_deleted_one_was_says_so(
    station: Site, tmp_path: Path
) -> None:
    inputs = walk(station, END_S)
    middle_ns = START_NS + nanoseconds(5.0)
    first = Running(station, tmp_path)
    first.feed([one for one in inputs if one[0] <= middle_ns])
    first.stop()
    second = Running(station, tmp_path, middle_ns + 1)
    second.feed([one for one in inputs if one[0] > middle_ns])
    second.stop()
    whole = replay_log(tmp_path)
    assert whole.same_as_live
    assert whole.flaws == []
    LogReader(tmp_path).paths[0].unlink()
    (flaw,) = replay_log(tmp_path).flaws
    assert "the run before it, which the service went on with, is not in this log" in str(flaw)


def test_time_is_told_while_it_replays(pieces: list[Path]) -> None:
    times: list[int] = []
    replay_log(pieces[0].parent, times.append)
    assert len(times) > 200
    assert times == sorted(times)
