"""The plain files of a replay: detections and alarms in, tracks and attributions out."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
from numpy.typing import NDArray

from clearway.errors import Fault, InputError
from clearway.replay.columns import Columns
from clearway.replay.sensors import LEAST_SIGMA_M
from clearway.replay.tables import Alarms, AttributionTable, CausalTracks, Detections, LeftOut
from clearway.tracking import PersonSensor

DETECTION_COLUMNS = ("time_s", "sensor_id", "x_m", "y_m")
"""Header of a detections file; `height_m` may follow."""
ALARM_COLUMNS = (
    *("alarm_id", "sensor_id", "time_s", "received_s", "x_m", "y_m", "sigma_m", "source_id"),
)
"""Header of an alarms file; `height_m` and `height_sigma_m` may follow."""
TRACK_COLUMNS = ("time_s", "track_id", "x_m", "y_m")
"""Header of a tracks file."""
ATTRIBUTION_COLUMNS = ("alarm_id", "track_id", "probability")
"""Header of an attribution file."""
NOBODY = "none"
"""The track id in an attribution file that means nobody who is tracked."""
FARTHEST_M = 1e6
"""A position farther off than this is none in a site frame."""
LONGEST_SPAN_S = 7 * 86_400.0
"""A recording longer than a week has a time that is wrong."""
TALLEST_M = 3.0
"""A body height above this is unknown."""
_DECIMALS = 4


def read_detections(path: Path, sensors: Sequence[PersonSensor]) -> Detections:
    """Read a detections file, `DETECTION_COLUMNS` and perhaps ``height_m``.

    Rows whose time or position is not finite or absurd are left out, and so are exact copies of
    another row: real logs have both, and they cost nothing else.

    Parameters
    ----------
    path : Path
    sensors : sequence of PersonSensor
        Every sensor that the file may name.

    Returns
    -------
    Detections
        In the order of the file, at least one.

    Raises
    ------
    InputError
        The file cannot be read, lacks a column, has a field that is no number or an unknown
        sensor, covers more than a week, or no row of it can be used.
    """
    columns = Columns(path, DETECTION_COLUMNS, ("height_m",))
    if not len(columns):
        fault = Fault("holds no detections", "give a file with at least one row below the header")
        raise InputError(path, fault)
    sensor = _sensor_index(columns, [sensor.sensor_id for sensor in sensors])
    time_s, time_ns = columns.times("time_s")
    position_m = np.column_stack((columns.numbers("x_m"), columns.numbers("y_m")))
    height_m = _heights(columns.numbers("height_m")) if "height_m" in columns else None
    sieve = _Sieve(columns)
    sieve.drop(~np.isfinite(time_s), "time_s is not a finite number")
    sieve.drop_places(position_m)
    key = (time_ns, sensor, *position_m.T, *(() if height_m is None else (height_m,)))
    sieve.drop(_repeated(key, sieve.kept), "an exact copy of another row")
    kept = sieve.kept
    if not kept.any():
        reasons = "; ".join(f"{left.count} rows: {left.reason}" for left in sieve.left_out)
        remedy = "give times in seconds and positions in metres of the site frame"
        raise InputError(path, Fault(f"no row can be used ({reasons})", remedy))
    _check_span(columns, time_s, kept)
    return Detections(
        sensor[kept],
        time_ns[kept],
        time_s[kept],
        position_m[kept],
        None if height_m is None else height_m[kept],
        len(columns),
        tuple(sieve.left_out),
        columns.unused,
    )


def read_alarms(path: Path) -> Alarms:
    """Read an alarms file, `ALARM_COLUMNS` and perhaps ``height_m`` and ``height_sigma_m``.

    Rows without a finite time, position or standard deviation and exact copies are left out, as
    `read_detections` does.

    Returns
    -------
    Alarms
        In the order of the file; none, if the file holds but a header.

    Raises
    ------
    InputError
        The file cannot be read, lacks a column, has a field that is no number, a standard
        deviation below `LEAST_SIGMA_M`, or two alarms of one id.
    """
    columns = Columns(path, ALARM_COLUMNS, ("height_m", "height_sigma_m"))
    names = {
        name: columns.texts(name).to_pylist() for name in ("alarm_id", "sensor_id", "source_id")
    }
    time_s, time_ns = columns.times("time_s")
    received_s, received_ns = columns.times("received_s")
    position_m = np.column_stack((columns.numbers("x_m"), columns.numbers("y_m")))
    sigma_m = columns.numbers("sigma_m")
    height_m, height_sigma_m = _alarm_heights(columns)
    _check_sigma(columns, "sigma_m", sigma_m)
    sieve = _Sieve(columns)
    sieve.drop(
        ~(np.isfinite(time_s) & np.isfinite(received_s)),
        "time_s or received_s is not a finite number",
    )
    sieve.drop(~np.isfinite(sigma_m), "sigma_m is not a finite number")
    sieve.drop_places(position_m)
    ids = [np.unique(texts, return_inverse=True)[1] for texts in names.values()]
    key = (*ids, time_ns, received_ns, *position_m.T, sigma_m, height_m, height_sigma_m)
    sieve.drop(_repeated(key, sieve.kept), "an exact copy of another row")
    kept = np.flatnonzero(sieve.kept)
    _check_alarm_ids(columns, names["alarm_id"], kept.tolist())
    alarm_id, sensor_id, source_id = (
        tuple(texts[row] for row in kept.tolist()) for texts in names.values()
    )
    return Alarms(
        alarm_id,
        sensor_id,
        source_id,
        time_ns[kept],
        received_ns[kept],
        position_m[kept],
        sigma_m[kept],
        height_m[kept],
        height_sigma_m[kept],
        len(columns),
        tuple(sieve.left_out),
        columns.unused,
    )


def write_tracks(path: Path, tracks: CausalTracks) -> None:
    """Write `TRACK_COLUMNS`: times that read back as the same numbers, positions to 0.1 mm."""
    table = pa.table(
        [
            pa.array(tracks.time_s),
            pa.array(tracks.track_id),
            pa.array(np.round(tracks.x_m, _DECIMALS)),
            pa.array(np.round(tracks.y_m, _DECIMALS)),
        ],
        names=TRACK_COLUMNS,
    )
    with path.open("wb") as file:
        # Arrow would put the names in quotes, over which scripts that look for a name stumble.
        file.write((",".join(TRACK_COLUMNS) + "\n").encode())
        pyarrow.csv.write_csv(table, file, pyarrow.csv.WriteOptions(include_header=False))


def write_attribution(path: Path, attributions: AttributionTable) -> None:
    """Write `ATTRIBUTION_COLUMNS`; probabilities read back as the same numbers."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(ATTRIBUTION_COLUMNS)
        writer.writerows(
            (alarm_id, NOBODY if track_id is None else track_id, probability)
            for alarm_id, track_id, probability in zip(
                attributions.alarm_id,
                attributions.track_id,
                attributions.probability,
                strict=True,
            )
        )


class _Sieve:
    """Which rows are kept, and why the others are not; a row goes for its first reason."""

    def __init__(self, columns: Columns) -> None:
        self._columns = columns
        self.kept = np.ones(len(columns), dtype=bool)
        self.left_out: list[LeftOut] = []

    def drop(self, bad: NDArray[np.bool_], reason: str) -> None:
        found = np.flatnonzero(bad & self.kept)
        if len(found):
            line = self._columns.line(int(found[0])) or 0
            self.left_out.append(LeftOut(len(found), reason, line))
            self.kept[found] = False

    def drop_places(self, position_m: NDArray[np.float64]) -> None:
        x_m, y_m = position_m.T
        self.drop(~(np.isfinite(x_m) & np.isfinite(y_m)), "x_m or y_m is not a finite number")
        far = (np.abs(x_m) > FARTHEST_M) | (np.abs(y_m) > FARTHEST_M)
        self.drop(far, f"x_m or y_m is beyond {FARTHEST_M / 1000:,.0f} km")


def _sensor_index(columns: Columns, known: list[str]) -> NDArray[np.intp]:
    texts = columns.texts("sensor_id")
    found = pc.index_in(texts, value_set=pa.array(known, type=pa.string()))
    index: NDArray[np.intp] = pc.fill_null(found, -1).to_numpy(zero_copy_only=False).astype(np.intp)
    if (index < 0).any():
        row = int(np.argmax(index < 0))
        name = str(texts[row])
        close = get_close_matches(name, known, n=1)
        guess = f"is {close[0]!r} meant? " if close else ""
        raise columns.error(
            row,
            "sensor_id",
            f"unknown sensor {name[:40]!r}",
            f"{guess}the sensors file has {', '.join(map(repr, known))}; add a table "
            "[sensors.ID] for every sensor",
        )
    return index


def _heights(height_m: NDArray[np.float64]) -> NDArray[np.float64]:
    """Heights that no body has are unknown: some logs fill the column with a constant."""
    return np.where((height_m > 0.0) & (height_m <= TALLEST_M), height_m, np.nan)


def _alarm_heights(columns: Columns) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Heights and their standard deviations; without the one the other says nothing."""
    height_m, sigma_m = (
        columns.numbers(name) if name in columns else np.full(len(columns), np.nan)
        for name in ("height_m", "height_sigma_m")
    )
    _check_sigma(columns, "height_sigma_m", sigma_m)
    height_m = _heights(height_m)
    known = np.isfinite(height_m) & np.isfinite(sigma_m)
    return np.where(known, height_m, np.nan), np.where(known, sigma_m, np.nan)


def _check_sigma(columns: Columns, name: str, sigma_m: NDArray[np.float64]) -> None:
    bad = sigma_m < LEAST_SIGMA_M  # false for NaN
    if bad.any():
        row = int(np.argmax(bad))
        remedy = f"give the standard deviation in metres, at least {LEAST_SIGMA_M:g}"
        raise columns.error(row, name, f"{sigma_m[row]:g} is too small", remedy)


def _check_alarm_ids(columns: Columns, alarm_id: list[str], kept: list[int]) -> None:
    first: dict[str, int] = {}
    for row in kept:
        name = alarm_id[row]
        if not name:
            raise columns.error(row, "alarm_id", "the alarm has no id", "give every alarm its own")
        if first.setdefault(name, row) != row:
            raise columns.error(
                row,
                "alarm_id",
                f"the alarm in line {columns.line(first[name])} has the id {name[:40]!r} too",
                "give every alarm its own",
            )


def _check_span(columns: Columns, time_s: NDArray[np.float64], kept: NDArray[np.bool_]) -> None:
    """A stray time would make every sensor silent for years."""
    used = np.flatnonzero(kept)
    low, high = used[np.argmin(time_s[used])], used[np.argmax(time_s[used])]
    if time_s[high] - time_s[low] <= LONGEST_SPAN_S:
        return
    # The one farther from the middle of all is more likely the wrong one.
    middle = np.median(time_s[used])
    stray = high if time_s[high] - middle > middle - time_s[low] else low
    raise columns.error(
        int(stray),
        "time_s",
        f"the file covers {(time_s[high] - time_s[low]) / 86_400:.4g} days, with "
        f"{time_s[stray]:.16g} s farthest off",
        f"give seconds, correct the row, or split the file; {LONGEST_SPAN_S / 86_400:g} days at "
        "most",
    )


def _repeated(key: Sequence[NDArray[np.generic]], among: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which rows equal an earlier one in every column of ``key``, NaN being equal to NaN."""
    rows = np.flatnonzero(among)
    repeated = np.zeros(len(among), dtype=bool)
    order = rows[np.lexsort([column[rows] for column in key])]  # stable
    same = np.ones(max(len(order) - 1, 0), dtype=bool)
    for column in key:
        left, right = column[order[:-1]], column[order[1:]]
        same &= (left == right) | ((left != left) & (right != right))  # noqa: PLR0124
    repeated[order[1:]] = same
    return repeated
