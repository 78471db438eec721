"""A passage, what was said of it, and files of such."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from clearway.domain import ThreatClass
from clearway.domain.body import BodyPlace
from clearway.errors import Fault, InputError
from clearway.recognition.classes import OUTCOMES, THREATS
from clearway.recognition.evaluation.truth import PassageTruth
from clearway.recognition.quality import Reason
from clearway.recognition.readings import PassageReading
from clearway.store.atomic import atomic_write

__all__ = ["ScoredPassage", "read_scored", "write_scored"]


@dataclass(frozen=True, eq=False)
class ScoredPassage:
    """What one model said of one passage."""

    model: str
    """Name in tables."""
    truth: PassageTruth
    said: PassageReading
    key: str = ""
    """Of the model and all that it was given, so that nothing is scored twice; see
    `score_missing`."""

    def told(self, model: str, truth: PassageTruth) -> ScoredPassage:
        """The same under the model's present name and with the present labels."""
        return replace(self, model=model, truth=truth)


def _column(name: str, kind: pa.DataType, unit: str, meaning: str) -> pa.Field:
    return pa.field(name, kind, metadata={"unit": unit, "meaning": meaning})


_WORD = pa.string()
_TRUTH = (
    _column("passage", _WORD, "1", "unique in its set"),
    _column("body", _WORD, "1", "pseudonym"),
    _column("outcome", _WORD, "1", "what was carried"),
    _column("object_family", _WORD, "1", "kind of object"),
    _column("object_name", _WORD, "1", "single object"),
    _column("object_size_m", pa.float64(), "m", "longest side"),
    _column("place", _WORD, "1", "where on the body it was"),
    _column("clothing", _WORD, "1", "what lay over it"),
    _column("wet", pa.bool_(), "1", "whether the clothing was wet"),
    _column("speed_m_s", pa.float64(), "m/s", "walking speed"),
    _column("aspect", _WORD, "1", "side of the body that faced a panel"),
    _column("radar", _WORD, "1", "array and band"),
)
_SAID = (
    _column("scores", pa.list_(pa.float64()), "1", f"for {', '.join(THREATS)}; natural log"),
    _column("ratios", pa.list_(pa.float64()), "1", f"for {', '.join(OUTCOMES)}; natural log"),
    _column("examined", pa.float64(), "1", "examined share of the body"),
    _column("reasons", pa.list_(_WORD), "1", "why nothing was examined"),
    _column("declared", pa.list_(_WORD), "1", "threats above the model's thresholds"),
    _column("said_place", _WORD, "1", "where a threat would be"),
    _column("place_share", pa.float64(), "1", "share of the evidence for that place"),
    _column("n_frames", pa.int64(), "1", "frames"),
    _column("n_examined", pa.int64(), "1", "frames that were good enough"),
)
_SCHEMA = pa.schema(
    [
        _column("model", _WORD, "1", "name of the model"),
        _column("key", _WORD, "1", "of the model and all that it was given"),
        *_TRUTH,
        *_SAID,
    ]
)
_REMEDY = "remove this file; its passages are then scored again"


def write_scored(path: Path, passages: Iterable[ScoredPassage]) -> None:
    """Write a Parquet file, whole or not at all.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    table = pa.Table.from_pylist([_row(passage) for passage in passages], schema=_SCHEMA)
    with atomic_write(path) as temporary:
        pq.write_table(table, temporary, compression="zstd")


def read_scored(path: Path) -> tuple[ScoredPassage, ...]:
    """Read what `write_scored` wrote.

    Raises
    ------
    InputError
        No such file, damage, or another table.
    """
    try:
        # One file, read by its content: names of folders around it are no columns.
        table = pq.ParquetFile(path).read()
    except (OSError, pa.ArrowException) as error:
        raise InputError(path, Fault(f"cannot be read: {error}", _REMEDY)) from None
    for column in _SCHEMA:
        if column.name not in table.column_names:
            raise InputError(path, Fault("is missing", _REMEDY, column.name))
    try:
        return tuple(_passage(row) for row in table.to_pylist())
    except (ValueError, TypeError) as error:
        raise InputError(path, Fault(f"holds a row that is wrong: {error}", _REMEDY)) from None


def _row(passage: ScoredPassage) -> dict[str, Any]:
    said = passage.said
    return {
        "model": passage.model,
        "key": passage.key,
        **asdict(passage.truth),
        **{field.name: getattr(said, field.name) for field in fields(said)},
        # Both the truth and the reading have a place.
        "place": passage.truth.place,
        "said_place": said.place,
        "scores": said.scores.tolist(),
        "ratios": said.ratios.tolist(),
    }


def _passage(row: dict[str, Any]) -> ScoredPassage:
    truth = {field.name: row[field.name] for field in fields(PassageTruth)}
    said = {
        field.name: row[field.name] for field in fields(PassageReading) if field.name != "place"
    }
    return ScoredPassage(
        row["model"],
        PassageTruth(**truth | {"place": _place(row["place"])}),
        PassageReading(
            **said
            | {
                "place": _place(row["said_place"]),
                "scores": _vector(row["scores"], len(THREATS)),
                "ratios": _vector(row["ratios"], len(OUTCOMES)),
                "reasons": tuple(Reason(name) for name in row["reasons"]),
                "declared": tuple(ThreatClass(name) for name in row["declared"]),
            }
        ),
        row["key"],
    )


def _place(name: str | None) -> BodyPlace | None:
    return None if name is None else BodyPlace(name)


def _vector(values: Sequence[float], length: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    if len(values) != length:
        raise ValueError(f"{len(values)} values in place of {length}")
    return np.array(values, dtype=np.float64)
