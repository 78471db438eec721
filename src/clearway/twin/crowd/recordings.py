"""Recorded trajectories: HERMES and PeTrack text, JuPedSim SQLite, and CSV."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from clearway.errors import Fault, InputError
from clearway.site.schema import RecordingFormat
from clearway.twin.crowd.people import Crowd, Origin
from clearway.twin.crowd.rows import crowd_from_rows
from clearway.twin.crowd.text import (
    LARGEST_ID,
    data_lines,
    decode,
    line_of_row,
    numeric_table,
    read_bytes,
)

CSV_COLUMNS = ("person_id", "time_s", "x_m", "y_m", "height_m")
"""Header of a CSV recording; the last column may be missing."""
_TEXT_COLUMNS = ("person", "frame", "x", "y", "z")
_SQLITE_MAGIC = b"SQLite format 3\0"
_EXPECTED = (
    "HERMES or PeTrack text (person frame x y z), a JuPedSim SQLite trajectory, or CSV with the "
    f"header {','.join(CSV_COLUMNS)}"
)


@dataclass(frozen=True, slots=True)
class _Unit:
    name: str
    metres: float


_UNITS = {
    "m": _Unit("metres", 1.0),
    "cm": _Unit("centimetres", 0.01),
    "mm": _Unit("millimetres", 0.001),
}
_HERMES = RecordingFormat(unit="cm", rate_hz=16.0)
"""The files of the HERMES corridor experiments have no header that says so."""
_HEADER_RATE = re.compile(r"framerate\s*[:=]\s*(\d+(?:\.\d*)?)", re.IGNORECASE)
_HEADER_UNIT = re.compile(r"(?:\bx\s*/\s*|\bin\s+)\[?(mm|cm|m)\b", re.IGNORECASE)


def read_recording(path: Path, recording: RecordingFormat | None = None) -> Crowd:
    """Read recorded people.

    The content decides the format; gzip is unpacked whatever the file is called.

    * Text in columns (HERMES, PeTrack): person, frame, x, y and perhaps head height.  Unit and
      rate are those of ``recording``, else of the file's ``#`` header (``# framerate: 16 fps``,
      ``x/cm``), else the HERMES convention: centimetres, 16 frames per second.
    * CSV with the header ``person_id,time_s,x_m,y_m`` and perhaps ``height_m``: the header states
      the unit, and the rate is that of the median time step.
    * JuPedSim SQLite: metres; the rate is in its table ``metadata``.

    Parameters
    ----------
    path : Path
        The file.
    recording : RecordingFormat, optional
        Unit and rate of a text file.

    Returns
    -------
    Crowd
        In the recording's own frame, in metres.

    Raises
    ------
    InputError
        The file cannot be read, is cut, or holds what no walking crowd does.
    """
    content = read_bytes(path)
    if content.startswith(_SQLITE_MAGIC):
        return _read_sqlite(path, content)
    text = decode(path, content, _EXPECTED)
    number, first = next(data_lines(text), (0, ""))
    if "," in first:
        return _read_csv(path, text, number, first)
    return _read_columns(path, text, recording)


def _read_columns(path: Path, text: str, recording: RecordingFormat | None) -> Crowd:
    table = numeric_table(path, text, _TEXT_COLUMNS, required=4, delimiter=None)
    form = recording or _header_format(text)
    unit = _UNITS[form.unit]
    position_m = table[:, 2:] * unit.metres
    return crowd_from_rows(
        _ids(path, text, table[:, 0]),
        table[:, 1] / form.rate_hz,
        position_m[:, 0],
        position_m[:, 1],
        position_m[:, 2] if position_m.shape[1] > 2 else None,
        rate_hz=form.rate_hz,
        origin=Origin.RECORDED,
        description=f"{path.name}, read as HERMES text: {unit.name}, {form.rate_hz:g} frames/s",
        source=path,
        line_of=partial(line_of_row, text),
    )


def _header_format(text: str) -> RecordingFormat:
    header = "\n".join(line for line in text.splitlines()[:20] if line.startswith("#"))
    rate, unit = _HEADER_RATE.search(header), _HEADER_UNIT.search(header)
    return RecordingFormat.model_validate(
        {
            "unit": unit[1].lower() if unit else _HERMES.unit,
            "rate_hz": float(rate[1]) if rate and float(rate[1]) > 0 else _HERMES.rate_hz,
        }
    )


def _read_csv(path: Path, text: str, header_line: int, header: str) -> Crowd:
    columns = tuple(name.strip().strip('"').lower() for name in header.split(","))
    if columns not in (CSV_COLUMNS, CSV_COLUMNS[:4]):
        raise InputError(
            path,
            Fault(
                f"the header is {header!r}",
                f"begin a CSV recording with {','.join(CSV_COLUMNS)}; the last may be left out",
                line=header_line,
            ),
        )
    # Blank lines in place of the header keep the line numbers as they are.
    rows = "\n" * header_line + "\n".join(text.splitlines()[header_line:])
    table = numeric_table(path, rows, columns, required=len(columns), delimiter=",")
    person_id, time_s = _ids(path, rows, table[:, 0]), table[:, 1]
    rate_hz = _rate_hz(person_id, time_s)
    return crowd_from_rows(
        person_id,
        time_s,
        table[:, 2],
        table[:, 3],
        table[:, 4] if table.shape[1] > 4 else None,
        rate_hz=rate_hz,
        origin=Origin.RECORDED,
        description=f"{path.name}, read as CSV: metres, {rate_hz:g} frames/s",
        source=path,
        line_of=partial(line_of_row, rows),
    )


def _rate_hz(person_id: NDArray[np.int64], time_s: NDArray[np.float64]) -> float:
    """Rate of the median time step of a person."""
    order = np.argsort(person_id, kind="stable")
    step_s = np.diff(time_s[order])[np.diff(person_id[order]) == 0]
    forward_s = step_s[step_s > 0]
    # Without any step the checks of the rows find out why; the rate then does not matter.
    return round(1.0 / float(np.median(forward_s)), 3) if len(forward_s) else 1.0


def _ids(path: Path, rows: str, values: NDArray[np.float64]) -> NDArray[np.int64]:
    whole = (values == np.floor(values)) & (np.abs(values) < LARGEST_ID)
    if not whole.all():
        row = int(np.argmin(whole))
        raise InputError(
            path,
            Fault(
                f"{values[row]:g} is not a whole number, or too large for one",
                "number the people; one number is one person's whole passage",
                field="person",
                line=line_of_row(rows, row),
            ),
        )
    return values.astype(np.int64)


def _read_sqlite(path: Path, content: bytes) -> Crowd:
    """Read the tables that ``jupedsim.SqliteTrajectoryWriter`` writes, versions 1 and 2."""
    try:
        with closing(sqlite3.connect(":memory:")) as database:
            database.deserialize(content)
            fps = database.execute("SELECT value FROM metadata WHERE key = 'fps'").fetchone()
            rows = database.execute(
                "SELECT id, frame, pos_x, pos_y FROM trajectory_data ORDER BY id, frame"
            ).fetchall()
        rate_hz = float(fps[0])
        table = np.array(rows, dtype=np.float64).reshape(-1, 4)
    except (sqlite3.Error, TypeError, ValueError) as error:
        raise InputError(
            path,
            Fault(
                f"not a whole JuPedSim trajectory ({error})",
                "give the file of jupedsim.SqliteTrajectoryWriter, after its close()",
            ),
        ) from error
    return crowd_from_rows(
        table[:, 0].astype(np.int64),
        table[:, 1] / rate_hz,
        table[:, 2],
        table[:, 3],
        None,
        rate_hz=rate_hz,
        # JuPedSim writes this format; a simulation must not pass for real people.
        origin=Origin.SIMULATED,
        description=f"{path.name}, a JuPedSim trajectory: metres, {rate_hz:g} frames/s",
        source=path,
    )
