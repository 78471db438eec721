"""`clearway track` from the outside: its files are a contract with whoever scripts them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from clearway.cli.main import app
from clearway.errors import ClearwayError, InputError, OutputError
from tests.replay.making import (
    DETECTIONS_HEADER,
    SENSORS,
    START_S,
    before,
    detection_rows,
    place_m,
    read,
    write,
)
from tests.support.command import clearway

ROWS = detection_rows(np.random.default_rng(3))


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("sensors.toml").write_text(SENSORS, encoding="utf-8")
    return tmp_path


def track(rows: list[str], header: str = DETECTIONS_HEADER, name: str = "tracks.csv") -> str:
    write(Path("detections.csv"), header, rows)
    command = ["track", "detections.csv", "--sensors", "sensors.toml", "--output", name]
    result = CliRunner().invoke(app, command, catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


def tracks() -> list[tuple[str, ...]]:
    return read(Path("tracks.csv"))


def test_everybody_is_followed_under_one_id() -> None:
    output = track(ROWS)
    text = Path("tracks.csv").read_text(encoding="utf-8")
    assert text.splitlines()[0] == "time_s,track_id,x_m,y_m"
    assert '"' not in text
    late_s = START_S + 3.0
    names: list[set[str]] = [set() for _ in range(4)]
    for time_s, track_id, x_m, y_m in tracks():
        elapsed_s = float(time_s) - START_S
        if float(time_s) < late_s:
            continue
        gap_m = [np.hypot(float(x_m) - x, float(y_m) - y) for x, y in
                 (place_m(person, elapsed_s) for person in range(4))]  # fmt: skip
        if min(gap_m) < 0.5:
            names[int(np.argmin(gap_m))].add(track_id)
    assert [len(ids) for ids in names] == [1, 1, 1, 1]
    assert len(set.union(*names)) == 4
    assert f"tracks.csv: {len({row[1] for row in tracks()})} tracks, 179 scans, " in output
    assert f"{len(ROWS)} detections read, 0 not used" in output
    assert "%" not in output
    assert {path.name for path in Path().iterdir()} == {
        "detections.csv", "sensors.toml", "tracks.csv",
    }  # fmt: skip


def test_rows_are_sorted_and_times_are_those_of_the_detections() -> None:
    track(ROWS)
    keys = [(float(time_s), int(track_id)) for time_s, track_id, _, _ in tracks()]
    assert keys == sorted(set(keys))
    # Also where nobody was in the west and the east did not scan, the time is that of the clock.
    assert {time_s for time_s, _ in keys} <= {START_S + step / 10 for step in range(120)}


@pytest.mark.parametrize("cut_s", [2.0, 5.3, 9.9])
def test_what_comes_later_changes_nothing(cut_s: float) -> None:
    rows = [row for row in ROWS if "west" not in row or not "4" <= row.split(",")[0][10:11] < "6"]
    track(rows)
    whole = tracks()
    kept = before(rows, 0, START_S + cut_s)
    last_s = max(float(row.split(",")[0]) for row in kept)
    track(kept)
    cut = tracks()
    assert cut
    assert cut == [row for row in whole if float(row[0]) <= last_s]


def test_the_order_of_rows_is_nothing() -> None:
    track(ROWS)
    ordered = tracks()
    track(np.random.default_rng(1).permutation(ROWS).tolist())
    assert tracks() == ordered
    track(ROWS[::-1])
    assert tracks() == ordered


def test_copies_and_positions_that_are_no_numbers_are_left_out_and_said() -> None:
    track(ROWS)
    clean = tracks()
    time_s = ROWS[9].split(",")[0]
    bad = [f"{time_s},west,nan,1.0", f"{time_s},west,1.0,-inf", f"{time_s},west,,1",
           "nan,west,1,1", f"{time_s},west,1e7,1"]  # fmt: skip
    output = track([*ROWS[:10], *bad, *ROWS[10:], ROWS[3], ROWS[3]])
    assert tracks() == clean
    total = len(ROWS) + 7
    for words in (
        f"3 of {total} detections not used: x_m or y_m is not a finite number, first in line 12",
        f"1 of {total} detections not used: time_s is not a finite number, first in line 15",
        f"1 of {total} detections not used: x_m or y_m is beyond 1,000 km, first in line 16",
        f"2 of {total} detections not used: an exact copy of another row, first in line {total}",
        f"{total} detections read, 7 not used",
    ):
        assert words in output


def test_columns_in_another_order_a_height_and_a_stranger() -> None:
    track(ROWS)
    plain = tracks()
    rows = [",".join([y, "", "note", s, x, t]) for t, s, x, y in (r.split(",") for r in ROWS)]
    output = track(rows, "y_m, height_m ,remark,sensor_id,x_m,TIME_S")
    assert tracks() == plain
    assert "columns not used: remark" in output


def test_a_silent_sensor_still_scans() -> None:
    """West sees everybody leave; then there is nobody, and only east reports."""
    rows = [row for row in ROWS if "east" in row or float(row.split(",")[0]) < START_S + 3]
    output = track(rows)
    in_east = Counter(row.split(",")[0] for row in rows if "east" in row)
    reports = len({tuple(row.split(",")[:2]) for row in rows})
    last = max(float(time_s) for time_s in in_east)
    expected = round((last - START_S) * 10) + 1 + round((last - START_S) * 5) + 1
    assert f"{expected} scans, {expected - reports} of them empty" in output


def test_nobody_is_a_result_too() -> None:
    text = SENSORS.replace("clutter_per_scan = 0.1", "clutter_per_scan = 900")
    Path("sensors.toml").write_text(text, encoding="utf-8")
    output = track([f"{START_S},west,1,1"])
    assert Path("tracks.csv").read_text(encoding="utf-8") == "time_s,track_id,x_m,y_m\n"
    assert "0 tracks, 2 scans, 1 of them empty" in output


def _shown(rows: list[str], header: str = DETECTIONS_HEADER) -> str:
    Path("tracks.csv").write_text("earlier", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        track(rows, header)
    assert Path("tracks.csv").read_text(encoding="utf-8") == "earlier"
    assert not [path for path in Path().iterdir() if path.name.startswith(".")]
    return str(caught.value)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("1,west,1.x,2", "line 3, x_m: '1.x' is not a number"),
        ("1,west,1,1_0", "line 3, y_m: '1_0' is not a number"),
        ("noon,west,1,1", "line 3, time_s: 'noon' is not a number"),
        ("1700000000000,west,1,1", "line 3, time_s: 1700000000000 is too large"),
        ("1,wets,1,1", "line 3, sensor_id: unknown sensor 'wets'\n    remedy: is 'west' meant?"),
        ("1,,1,1", "line 3, sensor_id: unknown sensor ''"),
        ("1,west,1,1,1", "line 3: 5 fields where 4 are expected"),
        ("1,west", "line 3: 2 fields where 4 are expected"),
        ("9e8,west,1,1", "line 3, time_s: the file covers 1.042e+04 days"),
    ],
)
def test_a_field_that_cannot_be_read_is_named(row: str, expected: str) -> None:
    told = _shown(["0,west,1,1", row, "0.1,west,1,1"])
    assert "detections.csv: " in told
    assert expected in told
    assert "remedy: " in told


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("time_s,sensor_id,xm,y_m", "line 1, x_m: no column `x_m`\n    remedy: is `xm` meant?"),
        ("time_s;sensor_id;x_m;y_m", "line 1, time_s: no column `time_s`"),
        ("time_s,sensor_id,x_m,y_m,x_m", "line 1, x_m: 2 columns `x_m`"),
    ],
)
def test_a_header_that_cannot_be_used_is_named(header: str, expected: str) -> None:
    assert expected in _shown(["0,west,1,1"], header)


def test_files_without_detections() -> None:
    assert "holds no detections" in _shown([])
    assert "the file is empty" in _shown([], "")
    told = _shown(["0,west,nan,1", "1,west,4e6,5e6"])
    assert "no row can be used (1 rows: x_m or y_m is not a finite number; 1 rows: " in told
    assert "the file ends in mid-line, after 2 of 4 fields" in _shown(["0,west,1,1", "0.1,we"])


def test_line_numbers_count_blank_lines_and_quoted_breaks() -> None:
    told = _shown(
        ['0,west,1,1,"a', 'remark"', "", "1,west,one,1,"], "\n" + DETECTIONS_HEADER + ",r"
    )
    assert "line 6, x_m: 'one' is not a number" in told


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("sigma_m = 0.1", "sigma_m = 0.0", "line 2, sensors.west.sigma_m: 0.0 is not allowed"),
        ("sigma_m = 0.1", "sigma_m = nan", "line 2, sensors.west.sigma_m: nan is not allowed"),
        ("sigma_m = 0.1", "sigma_m = true", "sensors.west.sigma_m: True is not allowed"),
        ("sigma_m = 0.1", "sigma_n = 0.1", "line 2, sensors.west.sigma_n: unknown key `sigma_n`"),
        ("sigma_m = 0.1", "sigma_n = 0.1", "line 1, sensors.west.sigma_m: `sigma_m` is missing"),
        ("probability = 0.9", "probability = 0", "line 3, sensors.west.detection_probability: 0"),
        ("probability = 0.9", "probability = 1.1", "above 0 and at most 1"),
        ("clutter_per_scan = 0.1", "clutter_per_scan = -1", "at least 0"),
        ("rate_hz = 5", "rate_hz = 0", "line 12, sensors.east 2.rate_hz: 0 is not allowed"),
        ("rate_hz = 5", "rate_hz = 5e9", "at most 1000"),
        (", [21, 7], [7, 7]]", "]", "line 13, sensors.east 2.coverage: 2 corners are no area"),
        ("[21, 7], [7, 7]]", "[7, 7], [21, 7]]", "line 13, sensors.east 2.coverage: the outline"),
        ("[21, 7], [7, 7]]", "[8, -1]]", "sensors.east 2.coverage: the "),
        ("[21, 7]", '[21, "7"]', "sensors.east 2.coverage[2]: [21, '7'] is no corner"),
        ("[[7, -1], [21, -1], [21, 7], [7, 7]]", "9", "sensors.east 2.coverage: 9 are no area"),
        ("[sensors.west]", "[sensor.west]", "line 1, sensor: unknown key `sensor`"),
        ("[sensors.west]", "[sensors.west", "line 1: not valid TOML"),
        (SENSORS, "", "line 1: there are no sensors"),
        (SENSORS, "sensors = 3", "line 1, sensors: there are no sensors"),
        (SENSORS, "sensors.west = 3", "line 1, sensors.west: 3 is no table"),
    ],
)
def test_a_fault_in_the_sensors_file_is_named(old: str, new: str, expected: str) -> None:
    assert old in SENSORS
    Path("sensors.toml").write_text(SENSORS.replace(old, new, 1), encoding="utf-8")
    told = _shown(["0,west,1,1"])
    assert "sensors.toml: " in told
    assert expected in told
    assert "remedy: " in told


def test_all_faults_of_the_sensors_file_are_told_at_once() -> None:
    text = SENSORS.replace("sigma_m = 0.1", "sigma_m = -1").replace("rate_hz = 5", "rate = 5")
    Path("sensors.toml").write_text(text, encoding="utf-8")
    assert _shown(["0,west,1,1"]).count("remedy: ") == 3


@pytest.mark.parametrize("name", ["detections.csv", "./sensors.toml"])
def test_an_input_is_never_replaced(name: str) -> None:
    with pytest.raises(OutputError, match="is an input too"):
        track(ROWS, name=name)
    assert Path("sensors.toml").read_text(encoding="utf-8") == SENSORS


def test_a_place_that_cannot_be_written() -> None:
    with pytest.raises(ClearwayError, match="create the folder first"):
        track(ROWS[:9], name="nowhere/tracks.csv")


def test_a_mistake_ends_in_one_message_and_exit_code_2() -> None:
    write(Path("detections.csv"), DETECTIONS_HEADER, ["0,north,1,1"])
    finished = clearway(
        "track", "detections.csv", "--sensors", "sensors.toml", "--output", "tracks.csv"
    )
    assert finished.returncode == 2
    assert finished.stderr.startswith("clearway: detections.csv: line 2, sensor_id: ")
    assert "Traceback" not in finished.stderr
    assert finished.stdout == ""


def test_notes_go_to_the_error_stream() -> None:
    write(Path("detections.csv"), DETECTIONS_HEADER, [*ROWS[:20], "1,west,nan,1"])
    finished = clearway("track", "detections.csv", "--sensors", "sensors.toml", "-o", "tracks.csv")
    assert finished.returncode == 0
    assert "not used: x_m or y_m is not a finite number, first in line 22" in finished.stderr
    assert len(finished.stdout.splitlines()) == 2
