"""Whatever bytes a sweep file holds, the reader gives a sweep or one error for the user."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clearway.errors import InputError
from clearway.imaging.files import frame_count, load_mapping, read_sweep, write_sweeps
from tests.imaging.files.making import (
    made_sweep,
    wang_arrays,
    write_matlab,
    write_matlab_73,
    write_merit,
)

SWEEPS = [made_sweep(1, pairs=True, times=True), made_sweep(2, pairs=True, times=True)]


def _archive(path: Path) -> None:
    np.savez_compressed(
        path,
        frequencies_hz=np.linspace(1e9, 2e9, 5),
        antenna_positions_m=np.eye(3),
        channel_antennas=np.array([[1, 2], [2, 3]], dtype=np.int16),
        scan=np.ones((5, 2), dtype=np.complex64),
    )


def _zip(path: Path) -> None:
    folder = path.with_suffix("")
    write_sweeps(folder, SWEEPS)
    shutil.make_archive(str(folder), "zip", folder)


MAKERS: dict[str, Callable[[Path], object]] = {
    "own.h5": lambda path: write_sweeps(path, SWEEPS),
    "own.zarr": lambda path: write_sweeps(path, SWEEPS),
    "own.zarr.zip": _zip,
    "archive.npz": _archive,
    "tables": lambda path: write_merit(path, {"scan": np.full((3, 2), 1 - 2j)}),
    "version73.mat": lambda path: write_matlab_73(path, wang_arrays(made_sweep())),
    "mapping.toml": lambda path: path.write_text(
        '[arrays]\nsamples = ["a", "b"]\nfrequencies_hz = [1e9, 2e9]\n[axes]\nsamples = ["freq",'
        ' "x", "z"]\n[scan]\nfirst_m = [0.0, 0.0, 0.0]\nspacing_m = [1.0, 1.0, 1.0]\nsnake = "x"\n'
        'title = "a"\n[signal]\ndelay_s = 1e-9\n'
    ),
}
# These are read by a process of their own, which takes its time to start.
SLOW_MAKERS: dict[str, Callable[[Path], object]] = {
    "version6.mat": lambda path: write_matlab(path, wang_arrays(made_sweep()), compressed=False),
    "version7.mat": lambda path: write_matlab(path, wang_arrays(made_sweep())),
}


@cache
def _seed(name: str) -> dict[str, bytes]:
    """Make a whole file, or a folder of files, by their paths in it."""
    with TemporaryDirectory() as folder:
        path = Path(folder, name)
        (MAKERS | SLOW_MAKERS)[name](path)
        parts = [path] if path.is_file() else sorted(path.rglob("*"))
        return {
            str(part.relative_to(folder)): part.read_bytes() for part in parts if part.is_file()
        }


@st.composite
def damaged(draw: st.DrawFn, names: tuple[str, ...]) -> tuple[str, dict[str, bytes]]:
    """A file with bytes cut out, put in or changed, or cut short; of a folder, one of its files."""
    name = draw(st.sampled_from(names))
    parts = dict(_seed(name))
    hit = draw(st.sampled_from(sorted(parts)))
    content = bytearray(parts[hit])
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(content)))
        stop = start + draw(st.integers(0, 8))
        content[start:stop] = draw(st.binary(max_size=8))
    if draw(st.booleans()):
        content = content[: draw(st.integers(0, len(content)))]
    parts[hit] = bytes(content)
    return name, parts


def _read(name: str, parts: dict[str, bytes]) -> None:
    mapping = "wang_mimo" if name.endswith(".mat") else None
    with TemporaryDirectory() as folder:
        for part, content in parts.items():
            Path(folder, part).parent.mkdir(parents=True, exist_ok=True)
            Path(folder, part).write_bytes(content)
        path = Path(folder, name)
        try:
            if name.endswith(".toml"):
                load_mapping(path)
            else:
                assert frame_count(path, mapping=mapping) >= 0
                assert np.isfinite(read_sweep(path, mapping=mapping).samples).all()
        except InputError as error:
            told = error
        else:
            return
        assert str(path) in str(told)
        assert told.faults
        assert all(fault.problem and fault.remedy for fault in told.faults)


@given(damaged(tuple(MAKERS)))
@settings(max_examples=100)
def test_damaged_files(file: tuple[str, dict[str, bytes]]) -> None:
    _read(*file)


@given(damaged(tuple(SLOW_MAKERS)))
@settings(max_examples=4)
def test_damaged_files_read_by_a_process_of_their_own(file: tuple[str, dict[str, bytes]]) -> None:
    _read(*file)


@given(
    st.sampled_from(["own.h5", "own.zarr.zip", "archive.npz", "mapping.toml", "scan.csv"]),
    st.binary(max_size=200),
)
@settings(max_examples=60)
def test_any_bytes(name: str, content: bytes) -> None:
    _read(name, {name: content})


@pytest.mark.long
@pytest.mark.timeout(3600)
@given(damaged(tuple(MAKERS)))
@settings(max_examples=20_000, derandomize=False, suppress_health_check=[HealthCheck.too_slow])
def test_many_damaged_files(file: tuple[str, dict[str, bytes]]) -> None:
    _read(*file)


@pytest.mark.long
@pytest.mark.timeout(3600)
@given(damaged(tuple(SLOW_MAKERS)))
@settings(max_examples=1_000, derandomize=False, suppress_health_check=[HealthCheck.too_slow])
def test_many_damaged_files_read_by_a_process_of_their_own(
    file: tuple[str, dict[str, bytes]],
) -> None:
    _read(*file)
