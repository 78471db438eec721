"""Whatever bytes a file of a replay holds, the reader gives a result or one error for the user."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clearway.replay.files import read_alarms, read_detections
from clearway.replay.scans import instants
from clearway.replay.sensors import read_sensors
from clearway.tracking import PersonSensor
from tests.replay.making import ALARMS_HEADER, DETECTIONS_HEADER, SENSORS
from tests.support.damage import SPOILT, damaged, read_all

KNOWN = [PersonSensor("a", 0.1, 0.9, 0.1, 10.0, ((0, 0), (1, 0), (0, 1)))]
SEEDS: dict[str, bytes] = {
    "detections.csv": f"{DETECTIONS_HEADER},height_m\n0.1,a,1,1,\n0.2,a,1.1,1,1.7\n".encode(),
    "plain.csv": f"{DETECTIONS_HEADER}\r\n1700000000.1,a,1,1\r\n\r\n1.7e9,a,2,1\r\n".encode(),
    "alarms.csv": f"{ALARMS_HEADER}\na1,c,0.1,0.3,1,2,0.2,7\na2,c,0.2,0.4,1,2,0.2,\n".encode(),
    "sensors.toml": SENSORS.encode(),
}


def _read_detections(path: Path) -> None:
    table = read_detections(path, KNOWN)
    for number, instant in enumerate(instants(table, KNOWN)):
        assert instant.scans
        if number > 100:  # a file may cover a week
            break


READERS: dict[str, Callable[[Path], Any]] = {
    "detections": _read_detections,
    "alarms": read_alarms,
    "sensors": read_sensors,
}


SPOILT_CSV = (*SPOILT, b"1e-999999999999999999999", b"\r", b",", b"a")


@given(damaged(SEEDS, SPOILT_CSV))
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_damaged_files(tmp_path: Path, file: tuple[str, bytes]) -> None:
    read_all(READERS, tmp_path, *file)


@given(st.sampled_from(sorted(SEEDS)), st.binary(max_size=200))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes(tmp_path: Path, name: str, content: bytes) -> None:
    read_all(READERS, tmp_path, name, SEEDS[name][:30] + content)


@pytest.mark.long
@pytest.mark.timeout(3600)
@given(damaged(SEEDS, SPOILT_CSV))
@settings(
    max_examples=20_000,
    derandomize=False,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_many_damaged_files(tmp_path: Path, file: tuple[str, bytes]) -> None:
    read_all(READERS, tmp_path, *file)
