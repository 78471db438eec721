"""What is read is what stands in the file, and what is written reads back as the same."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clearway.errors import InputError
from clearway.replay.columns import Columns
from clearway.replay.files import (
    read_alarms,
    read_detections,
    write_attribution,
    write_tracks,
)
from clearway.replay.sensors import read_sensors
from clearway.replay.tables import AttributionTable, CausalTracks, LeftOut
from tests.replay.making import ALARMS_HEADER, DETECTIONS_HEADER, SENSORS, write


@pytest.fixture
def sensors_file(tmp_path: Path) -> Path:
    path = tmp_path / "sensors.toml"
    path.write_text(SENSORS, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "time_ns"),
    [
        ("0.1", 100_000_000),
        ("-2.5", -2_500_000_000),
        ("1700000000.123456789", 1_700_000_000_123_456_789),
        ("1.7e9", 1_700_000_000_000_000_000),
        ("+3", 3_000_000_000),
        ("1e-9999999999999999999999", 0),
    ],
)
def test_times_keep_every_digit(tmp_path: Path, text: str, time_ns: int) -> None:
    columns = Columns(write(tmp_path / "a.csv", "t,b", [f"{text},0", "7, "]), ["t"])
    time_s, found_ns = columns.times("t")
    assert found_ns.tolist() == [time_ns, 7_000_000_000]
    assert time_s.tolist() == [float(text), 7.0]


def test_sensors_are_read_in_the_order_of_the_file(sensors_file: Path) -> None:
    west, east = read_sensors(sensors_file)
    assert (west.sensor_id, east.sensor_id) == ("west", "east 2")
    assert (east.sigma_m, east.detection_probability, east.clutter_per_scan) == (0.2, 0.9, 0.1)
    assert east.rate_hz == 5.0
    assert east.coverage == ((7.0, -1.0), (21.0, -1.0), (21.0, 7.0), (7.0, 7.0))


def test_detections_are_read_in_the_order_of_the_file(tmp_path: Path, sensors_file: Path) -> None:
    rows = ["0.2, west ,1.5,+2,1.8", "0.1,east 2,-3e0,4,", "0.2,west,1.5,2,", "0.2,west,1.5,2.0,",
            "0.2,west,1,1,-1", "0.3,west,inf,1,1.7"]  # fmt: skip
    path = write(tmp_path / "a.csv", DETECTIONS_HEADER + ",height_m", rows)
    found = read_detections(path, read_sensors(sensors_file))
    assert found.sensor.tolist() == [0, 1, 0, 0]
    assert found.time_ns.tolist() == [200_000_000, 100_000_000, 200_000_000, 200_000_000]
    assert found.position_m.tolist() == [[1.5, 2.0], [-3.0, 4.0], [1.5, 2.0], [1.0, 1.0]]
    assert found.height_m is not None
    np.testing.assert_array_equal(found.height_m, [1.8, np.nan, np.nan, np.nan])
    assert found.rows == 6
    assert found.left_out == (
        LeftOut(1, "x_m or y_m is not a finite number", 7),
        LeftOut(1, "an exact copy of another row", 5),
    )


def test_alarms_are_read(tmp_path: Path) -> None:
    rows = ["a,curtain,1.0,1.5,2,3,0.2,7,1.8,0.03", "b,trace,2.0,2.5,4,5,0.3,,,0.03"]
    path = write(tmp_path / "a.csv", ALARMS_HEADER + ",height_m,height_sigma_m", rows)
    found = read_alarms(path)
    assert (found.alarm_id, found.sensor_id) == (("a", "b"), ("curtain", "trace"))
    assert found.source_id == ("7", "")
    assert found.time_ns.tolist() == [1_000_000_000, 2_000_000_000]
    assert found.received_ns.tolist() == [1_500_000_000, 2_500_000_000]
    assert found.position_m.tolist() == [[2.0, 3.0], [4.0, 5.0]]
    assert found.sigma_m.tolist() == [0.2, 0.3]
    np.testing.assert_array_equal(found.height_m, [1.8, np.nan])
    np.testing.assert_array_equal(found.height_sigma_m, [0.03, np.nan])


@given(
    st.lists(
        st.tuples(
            st.floats(-9e9, 9e9),
            st.integers(1, 2**40),
            st.floats(-1e6, 1e6),
            st.floats(-1e6, 1e6),
        ),
        max_size=8,
    )
)
@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_tracks_read_back(tmp_path: Path, rows: list[tuple[float, int, float, float]]) -> None:
    time_s, x_m, y_m = (np.array([row[i] for row in rows], dtype=np.float64) for i in (0, 2, 3))
    track_id = np.array([row[1] for row in rows], dtype=np.int64)
    path = tmp_path / "tracks.csv"
    write_tracks(path, CausalTracks(time_s, track_id, x_m, y_m, 0, 0))
    with path.open(encoding="utf-8", newline="") as file:
        header, *found = csv.reader(file)
    assert header == ["time_s", "track_id", "x_m", "y_m"]
    assert [float(row[0]) for row in found] == time_s.tolist()
    assert [int(row[1]) for row in found] == track_id.tolist()
    for column, written in ((2, x_m), (3, y_m)):
        np.testing.assert_allclose([float(row[column]) for row in found], written, atol=5.1e-5)


def test_attribution_reads_back(tmp_path: Path) -> None:
    path = tmp_path / "attribution.csv"
    ids, share = ('a "1"', 'a "1"', "b,c"), (2 / 3, 1 / 3, 1.0)
    write_attribution(path, AttributionTable(ids, (12, None, None), share, 0, 0))
    with path.open(encoding="utf-8", newline="") as file:
        header, *found = csv.reader(file)
    assert header == ["alarm_id", "track_id", "probability"]
    assert [row[0] for row in found] == list(ids)
    assert [row[1] for row in found] == ["12", "none", "none"]
    assert [float(row[2]) for row in found] == list(share)


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_every_line_end_and_a_byte_order_mark(
    tmp_path: Path, sensors_file: Path, ending: str
) -> None:
    path = tmp_path / "a.csv"
    text = ending.join(["", DETECTIONS_HEADER, "0,west,1,2", "", "1,west,x,2", ""])
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    with pytest.raises(InputError, match="line 5, x_m: 'x' is not a number"):
        read_detections(path, read_sensors(sensors_file))


def test_a_file_that_is_no_text(tmp_path: Path, sensors_file: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(DETECTIONS_HEADER.encode() + b"\n0,w\xff,1,1\n")
    with pytest.raises(InputError, match="line 2: the text is not UTF-8"):
        read_detections(path, read_sensors(sensors_file))
    with pytest.raises(InputError, match="no such file"):
        read_alarms(tmp_path / "nowhere.csv")
