"""Pictures as a table: a row per person and picture.

A picture of an empty floor is a row too, with nothing but its time: nobody was there, which is
something else than that nobody looked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from clearway.domain import TrackPicture

__all__ = ["DAMAGE", "SCHEMA", "STEP", "compact", "open_part", "pictures_of", "table_of", "writer"]

STEP: Final = 2.0**-10
"""Positions (m), their standard deviation (m) and velocities (m/s) are kept in steps of this, a
millimetre: what is finer is noise, and would be two thirds of a file."""


def _column(
    name: str, kind: pa.DataType, unit: str, meaning: str, *, null: bool = True
) -> pa.Field:
    return pa.field(name, kind, null, metadata={"unit": unit, "meaning": meaning})


SCHEMA: Final = pa.schema(
    [
        _column("time_ns", pa.int64(), "ns", "UTC", null=False),
        _column("track_id", pa.int64(), "1", "id of the track; none where nobody was there"),
        _column("x_m", pa.float32(), "m", "east, site frame"),
        _column("y_m", pa.float32(), "m", "north, site frame"),
        _column("velocity_x_m_s", pa.float32(), "m/s", "east"),
        _column("velocity_y_m_s", pa.float32(), "m/s", "north"),
        _column("sigma_m", pa.float32(), "m", "position standard deviation per axis"),
        _column("threat", pa.float32(), "1", "probability that the person carries any threat"),
        _column("examined_curtain", pa.float32(), "1", "examined share, curtain"),
        _column("examined_trace", pa.float32(), "1", "examined share, trace"),
        _column("mark", pa.uint8(), "1", "of open alarms: 0 nothing, 1 candidate, 2 leading"),
    ]
)
"""Of every part."""

DAMAGE: Final = (OSError, pa.ArrowException)
"""What reading a damaged part may raise."""

_STEPPED: Final = ("x_m", "y_m", "velocity_x_m_s", "velocity_y_m_s", "sigma_m")
_REPEATED: Final = [name for name in SCHEMA.names if name not in _STEPPED]
"""Columns whose values come again from picture to picture."""
_NUMPY: Final = {field.name: field.type.to_pandas_dtype() for field in SCHEMA if field.nullable}


def compact(picture: TrackPicture) -> TrackPicture:
    """A picture as it is kept: float32 in steps of `STEP`, and nothing shared with its maker."""
    columns = {}
    for name, kind in _NUMPY.items():
        column: NDArray[Any] = np.asarray(getattr(picture, name))
        if name in _STEPPED:
            column = np.rint(column / STEP) * STEP
        columns[name] = np.array(column, kind)
    return TrackPicture(int(picture.time_ns), **columns)


def table_of(pictures: Sequence[TrackPicture]) -> pa.Table:
    """Pictures, which are `compact`, in one table of `SCHEMA`."""
    people = np.array([len(picture) for picture in pictures])
    rows = np.maximum(people, 1)
    nobody = np.repeat(people == 0, rows)
    columns = [pa.array(np.repeat([picture.time_ns for picture in pictures], rows))]
    for name, kind in _NUMPY.items():
        none = np.zeros(1, kind)
        parts = [getattr(picture, name) if len(picture) else none for picture in pictures]
        columns.append(pa.array(np.concatenate(parts), mask=nobody))
    return pa.table(columns, schema=SCHEMA)


def pictures_of(table: pa.Table, start_ns: int, end_ns: int) -> Iterator[TrackPicture]:
    """The pictures of a table from a time on and before another.

    Parameters
    ----------
    table : pyarrow.Table
        Of `SCHEMA`; the rows of a picture follow each other.
    start_ns, end_ns : int
        UTC.
    """
    times = table["time_ns"].to_numpy()
    first, last = np.searchsorted(times, (start_ns, end_ns))
    times = times[first:last]
    table = table.slice(first, last - first)
    is_there = table["track_id"].is_valid().to_numpy()
    columns = {name: table[name].fill_null(0).to_numpy() for name in _NUMPY}
    borders = np.flatnonzero(np.diff(times)) + 1
    starts, ends = [0, *borders.tolist()], [*borders.tolist(), len(times)]
    for start, end in zip(starts, ends, strict=True) if len(times) else ():
        stop = end if is_there[start] else start
        yield TrackPicture(
            int(times[start]), **{name: column[start:stop] for name, column in columns.items()}
        )


def writer(path: Path) -> pq.ParquetWriter:
    """A new Parquet file of `SCHEMA`, whose pages have checksums."""
    return pq.ParquetWriter(
        path,
        SCHEMA,
        compression="zstd",
        use_dictionary=_REPEATED,
        use_byte_stream_split=[*_STEPPED],
        write_page_checksum=True,
    )


def open_part(path: Path) -> pq.ParquetFile:
    """Open a part for reading.

    Raises
    ------
    FileNotFoundError
        It is gone: it has become one with others, or its time is over.
    OSError or pyarrow.ArrowException
        It is damaged, or something else; so does reading from it.
    """
    file = pq.ParquetFile(path, page_checksum_verification=True)
    if not file.schema_arrow.equals(SCHEMA):
        file.close()
        raise pa.ArrowInvalid("it has other columns than a part of a track history")
    return file
