"""`clearway attribute` from the outside: its files are a contract with whoever scripts them."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from clearway.cli.main import app
from clearway.errors import InputError, OutputError
from tests.replay.making import (
    ALARMS_HEADER,
    DETECTIONS_HEADER,
    SENSORS,
    START_S,
    alarm_rows,
    before,
    detection_rows,
    place_m,
    read,
    write,
)

ROWS = detection_rows(np.random.default_rng(3))
ALARMS = alarm_rows()


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("sensors.toml").write_text(SENSORS, encoding="utf-8")
    return tmp_path


def attribute(
    alarms: list[str],
    rows: list[str] = ROWS,
    header: str = ALARMS_HEADER,
    output: str = "attribution.csv",
) -> str:
    write(Path("detections.csv"), DETECTIONS_HEADER, rows)
    write(Path("alarms.csv"), header, alarms)
    command = ["attribute", "detections.csv", "--sensors", "sensors.toml",
               "--alarms", "alarms.csv", "--output", output]  # fmt: skip
    result = CliRunner().invoke(app, command, catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


def attributions() -> dict[str, list[tuple[str, float]]]:
    """Track and probability of every row, by alarm, in the order of the file."""
    rows = read(Path("attribution.csv"))
    return {
        alarm_id: [(track_id, float(probability)) for _, track_id, probability in group]
        for alarm_id, group in groupby(rows, key=lambda row: row[0])
    }


def track_of(person: int, elapsed_s: float) -> str:
    """Id of the track that `clearway track` has nearest to a person at an instant."""
    command = ["track", "detections.csv", "--sensors", "sensors.toml", "-o", "tracks.csv"]
    assert CliRunner().invoke(app, command, catch_exceptions=False).exit_code == 0
    x_m, y_m = place_m(person, elapsed_s)
    near = [
        (np.hypot(float(x) - x_m, float(y) - y_m), track_id)
        for time_s, track_id, x, y in read(Path("tracks.csv"))
        if abs(float(time_s) - START_S - elapsed_s) < 0.01
    ]
    return min(near)[1]


def test_alarms_go_to_their_people_under_the_ids_of_the_tracks() -> None:
    output = attribute(ALARMS)
    text = Path("attribution.csv").read_text(encoding="utf-8")
    assert text.splitlines()[0] == "alarm_id,track_id,probability"
    found = attributions()
    assert list(found) == ["a0", "a1", "a2", "a3"]
    for alarm_id, rows in found.items():
        tracks, probabilities = zip(*rows, strict=True)
        assert sum(probabilities) == pytest.approx(1.0, abs=1e-9)
        assert list(probabilities) == sorted(probabilities, reverse=True)
        assert tracks.count("none") == 1
        assert len(set(tracks)) == len(tracks)
        expected = {"a0": track_of(0, 4.0), "a1": track_of(0, 4.3), "a2": track_of(2, 6.0),
                    "a3": "none"}[alarm_id]  # fmt: skip
        assert rows[0][0] == expected
        assert rows[0][1] > 0.8
    assert "attribution.csv: 4 alarms, " in output
    assert f"{len(ROWS)} detections read, 0 not used; 4 alarms read, 0 not used" in output


@pytest.mark.parametrize("cut_s", [4.6, 6.51, 6.6, 7.5])
def test_what_arrives_later_changes_nothing(cut_s: float) -> None:
    attribute(ALARMS)
    whole = read(Path("attribution.csv"))
    kept = before(ALARMS, 3, START_S + cut_s)
    attribute(kept, before(ROWS, 0, START_S + cut_s))
    names = {row.split(",")[0] for row in kept}
    assert names
    assert read(Path("attribution.csv")) == [row for row in whole if row[0] in names]


def test_a_silent_instant_after_the_last_detection_known_is_not_used() -> None:
    """East scans off beat; at the arrival it is silent, which only the next detection shows."""
    rows = [
        f"{float(t) + 0.03!r},{s},{x},{y}" if s == "east 2" else f"{t},{s},{x},{y}"
        for t, s, x, y in (row.split(",") for row in ROWS)
        if s == "west" or float(t) < START_S + 5
    ]
    alarms = [row.replace("1700000006.5", "1700000006.46") for row in ALARMS]
    attribute(alarms, rows)
    whole = read(Path("attribution.csv"))
    assert "1700000006.46" in Path("alarms.csv").read_text(encoding="utf-8")
    attribute(alarms[:3], before(rows, 0, START_S + 6.46))
    assert read(Path("attribution.csv")) == [row for row in whole if row[0] != "a3"]


def test_the_order_of_rows_is_nothing() -> None:
    attribute(ALARMS)
    ordered = Path("attribution.csv").read_bytes()
    attribute(ALARMS[::-1], ROWS[::-1])
    assert Path("attribution.csv").read_bytes() == ordered


def test_what_was_measured_later_is_not_used() -> None:
    """An alarm that arrives before anybody was seen belongs to nobody."""
    x_m, y_m = place_m(0, 0.0)
    early = f"early,curtain,{START_S!r},{START_S - 0.1!r},{x_m},{y_m},0.2,"
    attribute([early, *ALARMS])
    assert attributions()["early"] == [("none", 1.0)]


def test_alarms_come_in_order_of_arrival_and_keep_their_ids() -> None:
    rows = [row.replace("a0,", '"first, of all",', 1) for row in ALARMS]
    late = ALARMS[0].split(",")
    late[0], late[3] = "late", f"{START_S + 30!r}"
    attribute([",".join(late), *rows])
    text = Path("attribution.csv").read_text(encoding="utf-8")
    assert '"first, of all",' in text.splitlines()[1]
    assert text.splitlines()[-1].startswith("late,")


def test_copies_and_places_that_are_no_numbers_are_left_out_and_said() -> None:
    attribute(ALARMS)
    clean = read(Path("attribution.csv"))
    bad = ["b0,curtain,1700000004,1700000004.5,nan,1,0.2,", "b1,curtain,1700000004,,1,1,0.2,",
           "b2,curtain,1700000004,1700000004.5,1,1,inf,"]  # fmt: skip
    output = attribute([*bad, *ALARMS, ALARMS[2]])
    assert read(Path("attribution.csv")) == clean
    for words in (
        "1 of 8 alarms not used: x_m or y_m is not a finite number, first in line 2",
        "1 of 8 alarms not used: time_s or received_s is not a finite number, first in line 3",
        "1 of 8 alarms not used: sigma_m is not a finite number, first in line 4",
        "1 of 8 alarms not used: an exact copy of another row, first in line 9",
        "8 alarms read, 4 not used",
    ):
        assert words in output


def test_body_heights_tell_people_apart() -> None:
    """Two people walk abreast and the alarm lies half-way: only the height can tell."""
    rows = [f"{step / 10},west,{0.1 * step:.2f},{y},{height}"
            for step in range(60) for y, height in ((2.0, 1.95), (2.6, 1.55))]  # fmt: skip
    write(Path("detections.csv"), DETECTIONS_HEADER + ",height_m", rows)
    shares = []
    for height in ("1.95", "1.55", ""):
        write(
            Path("alarms.csv"),
            ALARMS_HEADER + ",height_m,height_sigma_m",
            [f"a,curtain,5.0,5.5,5.0,2.3,0.3,,{height},0.05"],
        )
        command = ["attribute", "detections.csv", "--sensors", "sensors.toml",
                   "--alarms", "alarms.csv", "--output", "attribution.csv"]  # fmt: skip
        assert CliRunner().invoke(app, command, catch_exceptions=False).exit_code == 0
        shares.append(dict(attributions()["a"]))
    command = ["track", "detections.csv", "--sensors", "sensors.toml", "-o", "tracks.csv"]
    assert CliRunner().invoke(app, command, catch_exceptions=False).exit_code == 0
    tall, short = (
        next(i for t, i, _, y in read(Path("tracks.csv")) if t == "5" and abs(float(y) - at) < 0.2)
        for at in (2.0, 2.6)
    )
    assert shares[0][tall] > 0.9
    assert shares[1][short] > 0.9
    assert shares[2][tall] == pytest.approx(shares[2][short], abs=0.2)


def test_no_alarms_is_a_result_too() -> None:
    output = attribute([])
    text = Path("attribution.csv").read_text(encoding="utf-8")
    assert text == "alarm_id,track_id,probability\n"
    assert "0 alarms read, 0 not used" in output


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("b,c,1,2,1,1,0.0,", "line 3, sigma_m: 0 is too small"),
        ("b,c,1,2,1,1,-0.1,", "line 3, sigma_m: -0.1 is too small"),
        ("b,c,1,2,1,1,wide,", "line 3, sigma_m: 'wide' is not a number"),
        ("b,c,1,soon,1,1,0.2,", "line 3, received_s: 'soon' is not a number"),
        (",c,1,2,1,1,0.2,", "line 3, alarm_id: the alarm has no id"),
        ("a,c,1,2,1,2,0.2,", "line 3, alarm_id: the alarm in line 2 has the id 'a' too"),
        ("b,c,1,2,1,1,0.2", "line 3: the file ends in mid-line, after 7 of 8 fields"),
    ],
)
def test_a_field_that_cannot_be_used_is_named(row: str, expected: str) -> None:
    with pytest.raises(InputError) as caught:
        attribute(["a,c,1,2,1,1,0.2,", row])
    assert f"alarms.csv: {expected}" in str(caught.value)
    assert "remedy: " in str(caught.value)
    assert not Path("attribution.csv").exists()


def test_columns_that_are_missing_are_named_all_at_once() -> None:
    with pytest.raises(InputError) as caught:
        attribute([], header="alarm_id,sensor_id,time_s,x_m,y_m,sigma_m")
    assert [fault.field for fault in caught.value.faults] == ["received_s", "source_id"]


def test_an_input_is_never_replaced() -> None:
    with pytest.raises(OutputError, match="is an input too"):
        attribute(ALARMS, output="alarms.csv")
