"""Whatever bytes a file of a replay holds, the reader gives a result or one error for the user."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clearway.errors import InputError
from clearway.replay.files import read_alarms, read_detections
from clearway.replay.scans import instants
from clearway.replay.sensors import read_sensors
from clearway.tracking import PersonSensor
from tests.replay.making import ALARMS_HEADER, DETECTIONS_HEADER, SENSORS

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


@st.composite
def damaged(draw: st.DrawFn) -> tuple[str, bytes]:
    """A valid file with some bytes cut out, put in or changed."""
    name = draw(st.sampled_from(sorted(SEEDS)))
    content = bytearray(SEEDS[name])
    spoilt = [b"nan", b"-", b"1e999", b"1e-999999999999999999999", b"\n", b"\r", b'"', b",", b"a"]
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(content)))
        stop = start + draw(st.integers(0, 8))
        content[start:stop] = draw(st.one_of(st.binary(max_size=6), st.sampled_from(spoilt)))
    return name, bytes(content)


def _read_all(folder: Path, name: str, content: bytes) -> None:
    path = folder / name
    path.write_bytes(content)
    for reader in READERS.values():
        try:
            reader(path)
        except InputError as error:
            told = error
        else:
            continue
        assert told.faults
        assert str(path) in str(told)
        assert all(fault.problem and fault.remedy for fault in told.faults)


@given(damaged())
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_damaged_files(tmp_path: Path, file: tuple[str, bytes]) -> None:
    _read_all(tmp_path, *file)


@given(st.sampled_from(sorted(SEEDS)), st.binary(max_size=200))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes(tmp_path: Path, name: str, content: bytes) -> None:
    _read_all(tmp_path, name, SEEDS[name][:30] + content)


@pytest.mark.long
@pytest.mark.timeout(3600)
@given(damaged())
@settings(
    max_examples=20_000,
    derandomize=False,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_many_damaged_files(tmp_path: Path, file: tuple[str, bytes]) -> None:
    _read_all(tmp_path, *file)
