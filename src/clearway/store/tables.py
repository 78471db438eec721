"""The four tables of a run, as Parquet with units in the columns' metadata.

``truth`` who was where and carried what; ``tracks`` what the engine reported; ``evidence`` every
reading of a threat sensor, its attribution and its truth; ``alerts`` every state of every alert.
``truth`` and ``tracks`` share their times, and ``evidence`` and ``alerts`` share
``sensor_id``, ``sequence``, so that every metric can be recomputed from the folder alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

import pyarrow as pa
import pyarrow.parquet as pq

from clearway.errors import Fault, InputError

Columns: TypeAlias = Mapping[str, Any]
"""Column name to a NumPy array or list, all of one length."""

_CATEGORY = pa.dictionary(pa.int16(), pa.string())


def _column(name: str, kind: pa.DataType, unit: str, meaning: str) -> pa.Field:
    return pa.field(name, kind, metadata={"unit": unit, "meaning": meaning})


_TIME = _column("time_ns", pa.int64(), "ns", "UTC")
_POSITION = (
    _column("x_m", pa.float32(), "m", "east, site frame"),
    _column("y_m", pa.float32(), "m", "north, site frame"),
)
_PROBABILITIES = tuple(
    _column(f"p_{name}", pa.float32(), "1", f"probability of {name.replace('_', ' ')}")
    for name in ("threat", "handgun", "long_gun", "explosive")
)
_EXAMINED = (
    _column("examined_curtain", pa.float32(), "1", "examined share, curtain"),
    _column("examined_trace", pa.float32(), "1", "examined share, trace"),
)

SCHEMAS: dict[str, pa.Schema] = {
    "truth": pa.schema(
        [
            _TIME,
            _column("person_id", pa.int64(), "1", "id in the crowd source"),
            *_POSITION,
            _column("carries", _CATEGORY, "1", "what the person carries"),
        ]
    ),
    "tracks": pa.schema(
        [
            _TIME,
            _column("track_id", pa.int64(), "1", "id of the track"),
            *_POSITION,
            _column("velocity_x_m_s", pa.float32(), "m/s", "east"),
            _column("velocity_y_m_s", pa.float32(), "m/s", "north"),
            _column("sigma_m", pa.float32(), "m", "position standard deviation per axis"),
            *_PROBABILITIES,
            *_EXAMINED,
        ]
    ),
    "evidence": pa.schema(
        [
            _TIME,
            _column("true_ns", pa.int64(), "ns", "UTC at which it happened"),
            _column("judged_ns", pa.int64(), "ns", "engine's clock at the judgement"),
            _column("sensor_id", _CATEGORY, "1", "threat sensor"),
            _column("sequence", pa.int64(), "1", "the sensor's running number"),
            *_POSITION,
            _column("modality", _CATEGORY, "1", "curtain or trace"),
            _column("examined", pa.float32(), "1", "examined share of the person"),
            _column(
                "declared", pa.list_(pa.string()), "1", "classes that the sensor calls present"
            ),
            _column("substance", pa.string(), "1", "substance named, if any"),
            _column("body_place", pa.string(), "1", "where on the body, if told"),
            _column(
                "log_likelihood_ratio",
                pa.list_(pa.float32()),
                "1",
                "per hypothesis, natural log, against none",
            ),
            _column("track_ids", pa.list_(pa.int64()), "1", "tracks that may be the source"),
            _column("probabilities", pa.list_(pa.float32()), "1", "one per track"),
            _column("p_none", pa.float32(), "1", "probability that the source is untracked"),
            _column("p_source_threat", pa.float32(), "1", "probability that the source carries"),
            _column("refused", pa.string(), "1", "why the engine did not use it, if so"),
            _column("true_person_id", pa.int64(), "1", "person really examined; -1 is nobody"),
            _column("true_carries", _CATEGORY, "1", "what that person carries"),
            _column("truly_harmless_alarm", pa.bool_(), "1", "harmless object or innocent trace"),
        ]
    ),
    "alerts": pa.schema(
        [
            _TIME,
            _column("alert_id", pa.int64(), "1", "id of the alert"),
            _column("state", _CATEGORY, "1", "open, updated or closed"),
            _column("opened_ns", pa.int64(), "ns", "UTC at which it opened"),
            _column("probability", pa.float32(), "1", "that the person examined carries"),
            *_PROBABILITIES,
            _column("prior_threat", pa.float32(), "1", "site's prior of any threat"),
            _column(
                "log_likelihood_ratio", pa.float32(), "1", "leading candidate, prior taken out"
            ),
            _column("candidate_track_ids", pa.list_(pa.int64()), "1", "most probable first"),
            _column("candidate_probabilities", pa.list_(pa.float32()), "1", "one per candidate"),
            _column("evidence_sensor_ids", pa.list_(pa.string()), "1", "readings behind it"),
            _column("evidence_sequences", pa.list_(pa.int64()), "1", "readings behind it"),
            _column(
                "closed_because", pa.string(), "1", "departed, withdrawn or merged, once closed"
            ),
            _column("merged_into", pa.int64(), "1", "id of the alert that goes on in its place"),
        ]
    ),
}
"""Schema of each table."""


class TableWriter:
    """Appends rows to one Parquet file.

    Parameters
    ----------
    folder : Path
    name : str
        Key of `SCHEMAS`.
    rows_per_group : int
        Rows kept in memory before they are written.
    """

    def __init__(self, folder: Path, name: str, rows_per_group: int = 200_000) -> None:
        self._schema = SCHEMAS[name]
        self._rows_per_group = rows_per_group
        self._waiting: list[pa.Table] = []
        self._waiting_rows = 0
        self._writer = pq.ParquetWriter(
            folder / f"{name}.parquet", self._schema, compression="zstd"
        )

    def append(self, columns: Columns) -> None:
        """Append rows, given as columns."""
        table = pa.table(
            [pa.array(columns[field.name], type=field.type) for field in self._schema],
            schema=self._schema,
        )
        self._waiting.append(table)
        self._waiting_rows += table.num_rows
        if self._waiting_rows >= self._rows_per_group:
            self._flush()

    def close(self) -> None:
        """Write what waits and finish the file."""
        self._flush()
        self._writer.close()

    def _flush(self) -> None:
        if self._waiting:
            merged = pa.concat_tables(self._waiting).unify_dictionaries().combine_chunks()
            self._writer.write_table(merged)
        self._waiting, self._waiting_rows = [], 0


def read_table(folder: Path, name: str) -> pa.Table:
    """Read one table of a run folder.

    Raises
    ------
    InputError
        If the file is absent, cut short, or not this table.
    """
    path = folder / f"{name}.parquet"
    try:
        table = pq.read_table(path)
    except (OSError, pa.ArrowInvalid) as error:
        raise InputError(
            path, Fault(f"cannot be read: {error}", "repeat the run that wrote this folder")
        ) from error
    missing = [field.name for field in SCHEMAS[name] if field.name not in table.column_names]
    if missing:
        raise InputError(
            path,
            Fault(
                f"has no column {missing[0]!r}",
                "repeat the run with this version of Clearway",
                field=missing[0],
            ),
        )
    return table
