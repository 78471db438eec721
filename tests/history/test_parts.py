"""Names of files, and the list of them."""

from __future__ import annotations

import os
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearway.errors import InputError
from clearway.history import TrackRecorder, forget
from clearway.history.parts import Part, _part, clusters, days, part_path, parts, parts_of_day
from tests.history.making import HOUR_NS, START_NS, every, files, record

DAY_NS = 24 * HOUR_NS
TIMES = st.integers(0, (1 << 62))


def touch(folder: Path, start_ns: int, end_ns: int) -> Path:
    path = part_path(folder, start_ns, end_ns)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    return path


@given(TIMES, st.integers(0, HOUR_NS - 1))
def test_a_name_tells_the_time(start_ns: int, length_ns: int) -> None:
    end_ns = min(start_ns + length_ns, start_ns - start_ns % HOUR_NS + HOUR_NS - 1)
    path = part_path(Path("x"), start_ns, end_ns)
    assert _part(path.parent, path.name) == (start_ns, end_ns, path)


@pytest.mark.parametrize(
    "name",
    [
        "notes.txt",
        "990000.000000000-990000.000000000.parquet",
        "080000.000000000-070000.000000000.parquet",
        "080000.000-080001.000.parquet",
        ".0123456789ab.parquet",
    ],
)
def test_other_files_are_left_alone(tmp_path: Path, name: str) -> None:
    day = tmp_path / "2027-01-15"
    day.mkdir()
    (day / name).touch()
    assert parts_of_day(day) == []
    assert forget(tmp_path, START_NS + DAY_NS) == (0, ())
    assert (day / name).exists()


def test_other_folders_are_left_alone(tmp_path: Path) -> None:
    for name in ("2027-01-15", "2027-99-99", "20270115", "x"):
        (tmp_path / name).mkdir()
    (tmp_path / "2027-01-16").touch()
    (tmp_path / "2027-01-15" / "080000.000000000-080001.000000000.parquet").mkdir()
    assert days(tmp_path) == [tmp_path / "2027-01-15"]
    assert parts_of_day(tmp_path / "2027-01-15") == []


def test_a_folder_that_is_not_there_is_empty(tmp_path: Path) -> None:
    assert parts(tmp_path / "no", 0, 1 << 62) == []
    assert forget(tmp_path / "no", 1 << 62) == (0, ())


def test_a_folder_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="file: cannot be read"):
        days(tmp_path / "file")


def test_only_parts_of_the_window(tmp_path: Path) -> None:
    touched = [
        touch(tmp_path, START_NS + n * HOUR_NS, START_NS + n * HOUR_NS + 9) for n in range(50)
    ]

    def found(start_ns: int, end_ns: int) -> list[Path]:
        return [part.path for part in parts(tmp_path, START_NS + start_ns, START_NS + end_ns)]

    assert found(-DAY_NS, 3 * DAY_NS) == touched
    assert found(3 * HOUR_NS + 9, 4 * HOUR_NS) == touched[3:4]
    assert found(3 * HOUR_NS + 10, 4 * HOUR_NS) == []
    assert found(3 * HOUR_NS, 4 * HOUR_NS + 1) == touched[3:5]


@given(st.lists(st.tuples(st.integers(0, 300), st.integers(0, 30)), max_size=12))
def test_clusters_hold_what_overlaps(spans: list[tuple[int, int]]) -> None:
    given_ = [Part(start, start + length, Path(str(n))) for n, (start, length) in enumerate(spans)]
    found = [*clusters(given_)]
    assert sorted(part for cluster in found for part in cluster) == sorted(given_)
    for before, after in pairwise(found):
        assert max(part.end_ns for part in before) < min(part.start_ns for part in after)
    for cluster in found:
        for number, part in enumerate(cluster[1:], 1):
            assert part.start_ns <= max(earlier.end_ns for earlier in cluster[:number])


def test_forgetting(tmp_path: Path) -> None:
    touched = [
        touch(tmp_path, START_NS + n * HOUR_NS, START_NS + (n + 1) * HOUR_NS - 1) for n in range(40)
    ]
    # Half an hour of this part is not that old; nothing older may stay.
    before_ns = START_NS + 20 * HOUR_NS + HOUR_NS // 2
    assert forget(tmp_path, before_ns) == (21, ())
    assert files(tmp_path) == touched[21:]
    assert [day.name for day in days(tmp_path)] == ["2027-01-16"]
    assert forget(tmp_path, before_ns) == (0, ())


def test_what_cannot_be_deleted_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = [touch(tmp_path, START_NS + n, START_NS + n) for n in (0, 1)]
    unlink = Path.unlink

    def refuse(path: Path, *, missing_ok: bool = False) -> None:
        if path == kept[0]:
            raise PermissionError(13, os.strerror(13), str(path))
        unlink(path, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "unlink", refuse)
    forgotten = forget(tmp_path, START_NS + 2)
    assert forgotten.files == 1
    (failure,) = forgotten.failures
    assert failure == f"{kept[0]}: cannot be deleted (Permission denied)"


def test_others_cannot_look_in(tmp_path: Path) -> None:
    recorder = TrackRecorder(tmp_path / "a" / "tracks")
    record(recorder, every(1.0, count=20))
    for folder in (tmp_path / "a" / "tracks", *days(tmp_path / "a" / "tracks")):
        assert folder.stat().st_mode & 0o077 == 0
