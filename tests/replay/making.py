"""A small crowd, as the files of a replay hold it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

DETECTIONS_HEADER = "time_s,sensor_id,x_m,y_m"
ALARMS_HEADER = "alarm_id,sensor_id,time_s,received_s,x_m,y_m,sigma_m,source_id"
SENSORS = """\
[sensors.west]
sigma_m = 0.1
detection_probability = 0.9
clutter_per_scan = 0.1
rate_hz = 10.0
coverage = [[-1.0, -1.0], [13.0, -1.0], [13.0, 7.0], [-1.0, 7.0]]

[sensors."east 2"]
sigma_m = 0.2
detection_probability = 0.9
clutter_per_scan = 0.1
rate_hz = 5
coverage = [[7, -1], [21, -1], [21, 7], [7, 7]]
"""
START_S = 1_700_000_000.0
"""Seconds since 1970, of which double precision keeps a quarter of a microsecond."""


def place_m(person: int, elapsed_s: float) -> tuple[float, float]:
    """Where one of the people is: all walk east, side by side in lanes 1.5 m apart."""
    return 1.2 * elapsed_s + 1.1 * (person % 3), 1.5 * person


def detection_rows(
    rng: np.random.Generator, *, people: int = 4, length_s: float = 12.0, start_s: float = START_S
) -> list[str]:
    """Rows of people who walk from the coverage of the one sensor into that of the other."""
    rows = []
    for step in range(round(10 * length_s)):
        time_s = start_s + step / 10
        for name, west_m, east_m, sigma_m in (
            ("west", -1.0, 13.0, 0.1),
            ("east 2", 7.0, 21.0, 0.2),
        ):
            if name == "east 2" and step % 2:
                continue
            seen = [place_m(person, step / 10) for person in range(people) if rng.random() < 0.9]
            seen += [
                (rng.uniform(west_m, east_m), rng.uniform(-1, 7)) for _ in range(rng.poisson(0.1))
            ]
            for x_m, y_m in seen:
                x, y = rng.normal((x_m, y_m), sigma_m)
                if west_m <= x <= east_m:
                    rows.append(f"{time_s!r},{name},{x:.3f},{y:.3f}")
    return rows


def alarm_rows(*, start_s: float = START_S, sensor: str = "curtain") -> list[str]:
    """Two looks at person 0, one at person 2, each half a second late, and one at nobody."""
    rows = []
    for number, (person, elapsed_s, source) in enumerate(
        [(0, 4.0, "17"), (0, 4.3, "17"), (2, 6.0, "")]
    ):
        x_m, y_m = place_m(person, elapsed_s)
        time_s = start_s + elapsed_s
        rows.append(
            f"a{number},{sensor},{time_s!r},{time_s + 0.5!r},{x_m:.3f},{y_m:.3f},0.2,{source}"
        )
    rows.append(f"a3,{sensor},{start_s + 7!r},{start_s + 7.5!r},18.0,-0.5,0.2,")
    return rows


def write(path: Path, header: str, rows: Iterable[str]) -> Path:
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def read(path: Path) -> list[tuple[str, ...]]:
    """Fields of all rows below the header."""
    return [tuple(line.split(",")) for line in path.read_text(encoding="utf-8").splitlines()[1:]]


def before(rows: Sequence[str], column: int, time_s: float) -> list[str]:
    """The rows up to a time."""
    return [row for row in rows if float(row.split(",")[column]) <= time_s]
