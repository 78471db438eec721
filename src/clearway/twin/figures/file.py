"""The file of figures: passages as Parquet, units in the columns' metadata, and where from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from math import isnan, nan
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from clearway.domain import HYPOTHESES, ThreatClass
from clearway.domain.body import BodyPlace
from clearway.errors import ArgumentError, Fault, InputError
from clearway.recognition.classes import OUTCOMES
from clearway.site.radar_schema import RadarTable
from clearway.site.view_frame import ViewFrame
from clearway.store.atomic import atomic_write
from clearway.twin.figures.row import PassageRow

__all__ = ["SCHEMA", "Figures", "Provenance", "radar_digest", "read_figures", "write_figures"]

_KEY = b"clearway.figures"
_FORMAT = 1
_REMEDY = "make it anew with `clearway curtain characterise`"


def _column(name: str, kind: pa.DataType, unit: str, meaning: str) -> pa.Field:
    return pa.field(name, kind, metadata={"unit": unit, "meaning": meaning})


_WORD = pa.string()
SCHEMA = pa.schema(
    [
        _column("walk", pa.int64(), "1", "number of the walk"),
        _column("outcome", _WORD, "1", f"what was carried: {', '.join(OUTCOMES)}"),
        _column("object_kind", _WORD, "1", "kind of object; empty where none"),
        _column("object_family", _WORD, "1", "construction of the object; empty where none"),
        _column("object_size_m", pa.float64(), "m", "longest side; null where none"),
        _column("true_place", _WORD, "1", "where on the body it was"),
        _column("body", _WORD, "1", "body model"),
        _column("clothing", _WORD, "1", "family of the outfit"),
        _column("wet", pa.bool_(), "1", "whether the outer clothes were wet"),
        _column("speed_m_s", pa.float64(), "m/s", "walking speed"),
        _column("distance_m", pa.float64(), "m", "middle of the body from the first panel"),
        _column("direction", pa.int64(), "1", "1: right side to the first panel, -1: left side"),
        _column("occlusion", pa.float64(), "1", "share of the panels that others hid"),
        _column("n_frames", pa.int64(), "1", "looks"),
        _column("n_examined", pa.int64(), "1", "looks that were good enough"),
        _column("examined", pa.float64(), "1", "examined share of the body"),
        _column(
            "log_likelihood_ratio",
            pa.list_(pa.float64()),
            "1",
            f"against none, natural log: {', '.join(HYPOTHESES)}",
        ),
        _column("declared", pa.list_(_WORD), "1", "threats declared, highest score first"),
        _column("said_place", _WORD, "1", "where on the body a threat would be"),
        _column("error_x_m", pa.float64(), "m", "measured minus true, along the first panel"),
        _column("error_y_m", pa.float64(), "m", "measured minus true, away from the first panel"),
    ]
)
"""Columns of the file."""

_MAY_BE_NULL = frozenset({"object_size_m", "true_place", "said_place", "error_x_m", "error_y_m"})


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where figures come from."""

    recogniser: str
    """Name and version."""
    recogniser_sha256: str
    """Of its description, which holds that of its weights."""
    radar_sha256: str
    """See `radar_digest`."""
    simulation: str
    """Approximations and who walked, in words."""
    clearway_version: str
    seed: int
    command: str
    made: str
    """UTC at which the first part was made, ISO 8601."""


@dataclass(frozen=True, eq=False)
class Figures:
    """The content of a file of figures."""

    rows: tuple[PassageRow, ...]
    provenance: Provenance
    file: str = ""
    """Its name."""
    sha256: str = ""
    """Of the file."""

    @property
    def source(self) -> str:
        """One sentence for a report: what stands in the place of "assumed"."""
        origin = self.provenance
        return (
            f"simulated passages: {len(self.rows)} in {self.file} (SHA-256 {self.sha256[:12]}), "
            f"{origin.simulation}; recogniser {origin.recogniser} "
            f"(SHA-256 {origin.recogniser_sha256[:12]}), radar (SHA-256 "
            f"{origin.radar_sha256[:12]}), Clearway {origin.clearway_version}, seed "
            f"{origin.seed}, made {origin.made} by `{origin.command}`"
        )


def radar_digest(table: RadarTable) -> str:
    """SHA-256 of an instrument, wherever it stands: equal ones share their figures."""
    stated = table.model_dump(mode="json", exclude={"source", "licence"})
    x_m, y_m, _ = table.panels[0].position_m
    first = ViewFrame((x_m, y_m), table.panels[0].heading_deg)
    for panel, told in zip(table.panels, stated["panels"], strict=True):
        # Adding zero turns -0.0 into 0.0, which JSON would tell apart.
        told["position_m"] = [
            round(value, 6) + 0.0 for value in first.to_view(panel.position_m).tolist()
        ]
        told["heading_deg"] = round((panel.heading_deg - first.heading_deg) % 360.0, 6)
    return hashlib.sha256(json.dumps(stated, sort_keys=True).encode()).hexdigest()


def write_figures(path: Path, rows: Iterable[PassageRow], provenance: Provenance) -> None:
    """Write a file, whole or not at all.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    about = json.dumps({"format": _FORMAT, **asdict(provenance)}, sort_keys=True)
    schema = SCHEMA.with_metadata({_KEY: about.encode()})
    columns = [_values(row) for row in rows]
    with atomic_write(path) as temporary:
        table = pa.Table.from_pylist(columns, schema=schema)
        pq.write_table(table, temporary, compression="zstd")


def read_figures(path: Path, *, whole: bool = True) -> Figures:
    """Read a file and check all of it.

    Parameters
    ----------
    path : Path
    whole : bool
        Whether each of `OUTCOMES` must have a passage; a part of a file need not.

    Raises
    ------
    InputError
        No such file, damage, another table, or a row that no passage can give.
    """
    try:
        content = path.read_bytes()
        table = pq.ParquetFile(pa.BufferReader(content)).read()
    except (OSError, pa.ArrowException) as error:
        raise _fault(path, f"cannot be read: {str(error)[:120]}") from None
    provenance = _provenance(path, table.schema.metadata or {})
    _check_columns(path, table)
    rows = _rows(path, table)
    lacking = sorted(set(OUTCOMES) - {row.outcome for row in rows})
    if whole and lacking:
        raise _fault(path, f"holds no passage with {', '.join(lacking)}", "outcome")
    digest = hashlib.sha256(content).hexdigest()
    return Figures(rows, provenance, path.name, digest)


def _values(row: PassageRow) -> dict[str, Any]:
    """NaN stands for "not known" in a row and is null in the file."""
    return {
        name: None if isinstance(value, float) and isnan(value) else value
        for name, value in asdict(row).items()
    }


def _provenance(path: Path, metadata: dict[bytes, bytes]) -> Provenance:
    try:
        told = json.loads(metadata[_KEY])
        version = told.pop("format")
        provenance = Provenance(**told)
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise _fault(path, f"does not say where its figures come from ({error!r:.80})") from None
    if version != _FORMAT:
        raise _fault(path, f"is of format {version}, this Clearway reads {_FORMAT}", "format")
    for field in fields(Provenance):
        kind = int if field.name == "seed" else str
        if not isinstance(getattr(provenance, field.name), kind):
            raise _fault(path, f"has a provenance without {field.name}", field.name)
    return provenance


def _check_columns(path: Path, table: pa.Table) -> None:
    for column in SCHEMA:
        if table.column_names.count(column.name) != 1:
            raise _fault(path, f"has no column {column.name!r}", column.name)
        found = table[column.name]
        if found.type != column.type:
            raise _fault(path, f"is of type {found.type}, not {column.type}", column.name)
        if found.null_count and column.name not in _MAY_BE_NULL:
            raise _fault(path, "has an empty value", column.name)


def _rows(path: Path, table: pa.Table) -> tuple[PassageRow, ...]:
    rows = []
    for number, values in enumerate(table.select(SCHEMA.names).to_pylist(), start=1):
        try:
            rows.append(_row(values))
        except ArgumentError as error:
            problem = f"row {number}: {error.fault.problem}"
            raise _fault(path, problem, error.fault.field) from None
        except (ValueError, TypeError) as error:
            raise _fault(path, f"row {number}: {error}") from None
    return tuple(rows)


def _row(values: dict[str, Any]) -> PassageRow:
    numbers = {
        name: nan if values[name] is None else values[name]
        for name in ("object_size_m", "error_x_m", "error_y_m")
    }
    places = {
        name: None if values[name] is None else BodyPlace(values[name])
        for name in ("true_place", "said_place")
    }
    return PassageRow(
        **values
        | numbers
        | places
        | {
            "log_likelihood_ratio": tuple(values["log_likelihood_ratio"]),
            "declared": tuple(map(ThreatClass, values["declared"])),
        }
    )


def _fault(path: Path, problem: str, field: str | None = None) -> InputError:
    return InputError(path, Fault(problem, _REMEDY, field))
