"""Questions in SQL, and what may not be asked."""

from __future__ import annotations

import importlib
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from clearway.domain import TrackPicture
from clearway.errors import ArgumentError, InputError, MissingExtraError
from clearway.history import TrackRecorder
from clearway.history.merging import merge_hour
from clearway.history.parts import hour_of
from tests.history.making import HOUR_NS, SECOND_NS, START_NS, every, files, record

pytest.importorskip("duckdb", reason="no DuckDB (the extra [history])")

from clearway.history import questions
from clearway.history.questions import QUESTIONS, ask

EIGHT, NINE = datetime(2027, 1, 15, 8), datetime(2027, 1, 15, 9)  # noqa: DTZ001 - UTC, as DuckDB gives it


def walkers(time_ns: int, people: dict[int, tuple[float, float]]) -> TrackPicture:
    """People who stand on a line at 0.5 m north, each at so much east, examined so far."""
    count = len(people)
    still = np.zeros(count)
    east, examined = np.array([*people.values()]).reshape(count, 2).T
    ids = np.array([*people])
    mark = np.zeros(count, int)
    return TrackPicture(
        time_ns, ids, east, still + 0.5, still, still, still, still, examined, still, mark
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two people within the first hour; then a restart, and one in the next hour."""
    recorder = TrackRecorder(tmp_path)
    pictures = []
    for second in range(100):
        people = {1: (1.5, 0.0 if second < 50 else 0.75)}
        if 20 <= second < 31:
            people[2] = (2.5, 0.25)
        pictures.append(walkers(START_NS + second * SECOND_NS, people))
    for second in range(20):
        people = {1: (-1.5, 1.0)} if second < 6 else {}
        pictures.append(walkers(START_NS + HOUR_NS + second * SECOND_NS, people))
    for one in pictures:
        recorder.add(one)
    recorder.close()
    return tmp_path


def rows(folder: Path, question: str) -> list[dict[str, Any]]:
    return [*ask(folder, question).to_pylist()]


def test_a_row_per_person_and_picture(folder: Path) -> None:
    query = "SELECT count(*) AS n, min(time) AS first, max(time_ns) AS last FROM tracks"
    last_ns = START_NS + HOUR_NS + 5 * SECOND_NS
    assert rows(folder, query) == [{"n": 100 + 11 + 6, "first": EIGHT, "last": last_ns}]
    query = "SELECT people, count(*) AS n FROM pictures GROUP BY people ORDER BY people"
    assert rows(folder, query) == [
        {"people": 0, "n": 14},
        {"people": 1, "n": 95},
        {"people": 2, "n": 11},
    ]


def test_people_per_hour(folder: Path) -> None:
    assert rows(folder, "people-per-hour") == [
        {"hour": EIGHT, "people": 2, "most_at_once": 2},
        {"hour": NINE, "people": 1, "most_at_once": 1},
    ]


def test_stays(folder: Path) -> None:
    first, second = rows(folder, "stays")
    assert (first["hour"], first["people"], first["median_s"]) == (EIGHT, 2, (99 + 10) / 2)
    assert second == {
        "hour": NINE,
        "people": 1,
        "shortest_tenth_s": 5.0,
        "median_s": 5.0,
        "longest_tenth_s": 5.0,
    }


def test_examined(folder: Path) -> None:
    assert rows(folder, "examined") == [
        {"hour": EIGHT, "people": 2, "curtain": 0.5, "trace": 0.0},
        {"hour": NINE, "people": 1, "curtain": 1.0, "trace": 0.0},
    ]


def test_crowding(folder: Path) -> None:
    assert rows(folder, "crowding") == [
        {"x_m": 1, "y_m": 0, "people": 100 / 120},
        {"x_m": 2, "y_m": 0, "people": 11 / 120},
        {"x_m": -2, "y_m": 0, "people": 6 / 120},
    ]


@pytest.mark.parametrize("name", QUESTIONS)
def test_an_empty_history_has_empty_answers(tmp_path: Path, name: str) -> None:
    assert rows(tmp_path, name) == []


def test_merging_changes_no_answer(folder: Path) -> None:
    before = {name: ask(folder, name) for name in QUESTIONS}
    merge_hour(folder, hour_of(START_NS), lambda: None)
    assert len(files(folder)) == 1 + 2
    assert {name: ask(folder, name) for name in QUESTIONS} == before


def test_parts_that_a_crash_left_beside_their_successor_count_once(folder: Path) -> None:
    sources = {path: path.read_bytes() for path in files(folder)}
    merge_hour(folder, hour_of(START_NS), lambda: None)
    for path, content in sources.items():
        path.write_bytes(content)
    assert len(files(folder)) == len(sources) + 1
    assert rows(folder, "SELECT count(*) AS n FROM tracks") == [{"n": 117}]


@pytest.mark.parametrize(
    "sql",
    [
        "selec 1",
        "",
        "SELECT nothing FROM tracks",
        "SELECT * FROM kept_elsewhere",
        "SELECT 1; SELECT 2",
        "CREATE TABLE a (b INTEGER)",
        "DROP VIEW tracks",
        "COPY tracks TO '{outside}/stolen.csv'",
        "COPY tracks TO '{part}'",
        "ATTACH '{outside}/stolen.db'",
        "SELECT * FROM read_text('{outside}/secret')",
        "SELECT * FROM '{part}'",
        "SELECT * FROM glob('{outside}/*')",
        "SET enable_external_access = true",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SELECT * FROM connection",  # no table, but a variable of ours
        "SELECT getenv('HOME')",
        "SELECT 'x'::INTEGER",
    ],
)
def test_what_may_not_or_cannot_be_asked(
    folder: Path, tmp_path_factory: pytest.TempPathFactory, sql: str
) -> None:
    outside = tmp_path_factory.mktemp("outside")
    (outside / "secret").write_text("secret")
    before = {path: path.read_bytes() for path in files(folder)}
    part = next(iter(before))
    with pytest.raises(ArgumentError, match="question: ") as caught:
        ask(folder, sql.format(outside=outside, part=part))
    assert "remedy: " in str(caught.value)
    assert [path.name for path in outside.iterdir()] == ["secret"]
    assert {path: path.read_bytes() for path in files(folder)} == before


def test_damage_is_named(folder: Path) -> None:
    cut, flipped = files(folder)[:2]
    cut.write_bytes(cut.read_bytes()[:-30])
    told: list[str] = []
    (answer,) = ask(folder, "SELECT count(*) AS n FROM tracks", tell=told.append).to_pylist()
    assert answer == {"n": 117 - 10}  # ten seconds of one person
    assert [sentence.split()[0] for sentence in told] == [str(cut)]
    content = bytearray(flipped.read_bytes())
    content[20] ^= 1
    flipped.write_bytes(content)
    with pytest.raises(InputError, match=f"{flipped.name}: cannot be read"):
        ask(folder, "SELECT sum(time_ns) AS n FROM tracks", tell=told.append)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no such folder"):
        ask(tmp_path / "no", "people-per-hour")


def test_without_duckdb(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, questions.__name__)
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(MissingExtraError, match=r'pip install "clearway\[history\]"'):
        importlib.import_module(questions.__name__)


def test_what_is_recorded_by_the_hour(tmp_path: Path) -> None:
    record(TrackRecorder(tmp_path), every(1.0, count=60))
    (answer,) = rows(tmp_path, "people-per-hour")
    assert answer["most_at_once"] == 3
