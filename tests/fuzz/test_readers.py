"""Whatever bytes a file holds, a reader gives a result or one error for the user."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clearway.site.importing import import_plan
from clearway.site.reading import load_site
from clearway.twin.crowd.arrivals import is_demand, read_demand
from clearway.twin.crowd.recordings import read_recording
from tests.support.damage import damaged, read_all

STATION = (Path(__file__).parents[2] / "examples" / "station.toml").read_bytes()
SEEDS: dict[str, bytes] = {
    "walkers.txt": b"".join(b"%d %d %d 120\n" % (p, f, 8 * f) for p in (1, 2) for f in range(9)),
    "petrack.txt": b"# framerate: 16.00 fps\n# id frame x/m y/m z/m\n1 1 0 2 1.7\n1 2 0.1 2 1.7\n",
    "walkers.csv": b"person_id,time_s,x_m,y_m\n1,0.0,1,1\n1,0.1,1.1,1\n1,0.2,1.2,1\n",
    "demand.csv": b"person_id,origin,destination,entry_s,exit_s\n1,a,b,3.0,9.0\n2,b,a,4.0,9.5\n",
    "plan.geojson": b'{"type":"Polygon","coordinates":[[[0,0],[20,0],[20,5],[0,5],[0,0]]]}',
    "plan.wkt": b"POLYGON ((0 0, 20 0, 20 5, 0 5, 0 0))",
    "walls.json": b'{"walls":[{"x1":0,"y1":0,"x2":9,"y2":0,"type":0}]}',
    "site.toml": STATION,
    "database.sqlite": b"SQLite format 3\x00" + bytes(84),
}


def _read_demand(path: Path) -> Any:
    return read_demand(path) if is_demand(path) else None


READERS: dict[str, Callable[[Path], Any]] = {
    "recording": read_recording,
    "demand": _read_demand,
    "plan": import_plan,
    "site": load_site,
}


@st.composite
def damaged_or_packed(draw: st.DrawFn) -> tuple[str, bytes]:
    """A damaged file, perhaps packed, perhaps cut off."""
    name, packed = draw(damaged(SEEDS))
    if draw(st.booleans()):
        packed = gzip.compress(packed, mtime=0)
        packed = packed[: draw(st.integers(0, len(packed)))] if draw(st.booleans()) else packed
        name += ".gz"
    return name, packed


@given(damaged_or_packed())
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_damaged_files(tmp_path: Path, file: tuple[str, bytes]) -> None:
    read_all(READERS, tmp_path, *file)


@given(st.sampled_from(sorted(SEEDS)), st.binary(max_size=200))
@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes(tmp_path: Path, name: str, content: bytes) -> None:
    read_all(READERS, tmp_path, name, content)


@pytest.mark.long
@pytest.mark.timeout(3600)
@given(damaged_or_packed())
@settings(
    max_examples=20_000,
    derandomize=False,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_many_damaged_files(tmp_path: Path, file: tuple[str, bytes]) -> None:
    read_all(READERS, tmp_path, *file)
