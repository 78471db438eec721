"""Files of figures: whole, or one clear error."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from math import isnan, nan
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clearway.domain import ThreatClass
from clearway.errors import ArgumentError, InputError
from clearway.recognition.classes import OUTCOMES
from clearway.site.radar_schema import RadarTable
from clearway.twin.figures.file import SCHEMA, radar_digest, read_figures, write_figures
from clearway.twin.figures.row import PassageRow
from clearway.twin.passages.lane import facing_panels
from tests.support.damage import damaged, read_all
from tests.support.passages import (
    PROVENANCE,
    figures_file,
    not_examined,
    one_of_each,
    passage_row,
    radar_beside,
)

ROWS = [
    *one_of_each(),
    not_examined("handgun"),
    passage_row("long_gun", ThreatClass.LONG_GUN, ThreatClass.EXPLOSIVE, error_x_m=-0.03, wet=True),
]


def told(row: PassageRow) -> dict[str, Any]:
    """Values of a row; NaN as None, since it differs from itself."""
    return {
        name: None if isinstance(value, float) and isnan(value) else value
        for name, value in asdict(row).items()
    }


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return figures_file(tmp_path_factory.mktemp("figures") / "west.parquet", ROWS)


@pytest.fixture(scope="module")
def content(path: Path) -> bytes:
    return path.read_bytes()


def test_a_file_holds_what_was_written(path: Path) -> None:
    found = read_figures(path)
    assert [told(row) for row in found.rows] == [told(row) for row in ROWS]
    assert found.provenance == PROVENANCE
    for part in (path.name, found.sha256[:12], "made up", "seed 1", PROVENANCE.command):
        assert part in found.source


def test_columns_tell_their_units(path: Path) -> None:
    for field in pq.read_schema(path):
        assert set(field.metadata) >= {b"unit", b"meaning"}
        assert (field.metadata[b"unit"] == b"m") == field.name.endswith("_m")


def test_what_was_not_examined_says_nothing() -> None:
    evidence = not_examined("handgun").evidence
    assert evidence.examined == 0.0
    assert not any(evidence.log_likelihood_ratio)
    assert passage_row("handgun").evidence.body_place is None


@pytest.mark.parametrize(
    "changes",
    [
        {"outcome": "cannon"},
        {"object_family": ""},
        {"object_size_m": 0.0},
        {"speed_m_s": 0.0},
        {"speed_m_s": nan},
        {"distance_m": nan},
        {"direction": 0},
        {"occlusion": 1.5},
        {"n_examined": 9},
        {"examined": nan},
        {"examined": 0.0},
        {"log_likelihood_ratio": (0.0, 1.0)},
        {"log_likelihood_ratio": (0.0, nan, *(0.0,) * 5)},
        {"log_likelihood_ratio": (1.0, *(0.0,) * 6)},
        {"declared": (ThreatClass.HANDGUN, ThreatClass.HANDGUN)},
        {"error_x_m": nan},
    ],
    ids=str,
)
def test_rows_that_no_passage_gives_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ArgumentError) as caught:
        replace(passage_row("handgun"), **changes)
    assert caught.value.fault.field in {*changes, "examined"}


def stored(path: Path, change: Callable[[pa.Table], pa.Table]) -> Path:
    """The file with another content."""
    other = path.with_name("other.parquet")
    pq.write_table(change(pq.read_table(path)), other)
    return other


def with_column(name: str, values: pa.Array) -> Callable[[pa.Table], pa.Table]:
    def change(table: pa.Table) -> pa.Table:
        place = table.schema.get_field_index(name)
        return table.set_column(place, pa.field(name, values.type), values)

    return change


def with_metadata(metadata: dict[bytes, bytes]) -> Callable[[pa.Table], pa.Table]:
    return lambda table: table.replace_schema_metadata(metadata)


def provenance(**changes: object) -> dict[bytes, bytes]:
    about = {"format": 1, **asdict(PROVENANCE), **changes}
    return {b"clearway.figures": json.dumps(about).encode()}


N = len(ROWS)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda table: table.drop_columns(["examined"]), "no column 'examined'"),
        (with_column("walk", pa.array(["a"] * N)), "type string, not int64"),
        (with_column("speed_m_s", pa.array([None] * N, pa.float64())), "empty value"),
        (with_column("outcome", pa.array(["cannon"] * N)), "row 1: is 'cannon'"),
        (with_column("true_place", pa.array(["tail"] * N)), "row 1: 'tail'"),
        (with_column("declared", pa.array([["gun"]] * N)), "row 1: 'gun'"),
        (
            with_column(
                "log_likelihood_ratio", pa.array([[0.0, None]] * N, pa.list_(pa.float64()))
            ),
            "row 1",
        ),
        (lambda table: table.slice(0, 3), "no passage with explosive, handgun"),
        (lambda table: table.slice(0, 0), "no passage with"),
        (with_metadata({}), "does not say where"),
        (with_metadata({b"clearway.figures": b"{"}), "does not say where"),
        (with_metadata({b"clearway.figures": b"[]"}), "does not say where"),
        (with_metadata(provenance(colour="red")), "does not say where"),
        (with_metadata(provenance(format=2)), "format 2"),
        (with_metadata(provenance(seed="one")), "without seed"),
    ],
    ids=[
        "lacking",
        "of_text",
        "empty",
        "outcome",
        "place",
        "class",
        "ratios",
        "outcomes",
        "nothing",
        "no_origin",
        "cut_origin",
        "list_origin",
        "more_origin",
        "format",
        "seed",
    ],
)
def test_another_content_is_one_error(
    path: Path, change: Callable[[pa.Table], pa.Table], words: str
) -> None:
    other = stored(path, change)
    with pytest.raises(InputError) as caught:
        read_figures(other)
    (fault,) = caught.value.faults
    assert words in fault.problem
    assert "clearway curtain characterise" in fault.remedy
    assert str(other) in str(caught.value)


def test_no_file_is_one_error(tmp_path: Path) -> None:
    for path in (tmp_path / "absent.parquet", tmp_path):
        with pytest.raises(InputError, match="cannot be read"):
            read_figures(path)


def test_a_part_need_not_have_all_outcomes(tmp_path: Path) -> None:
    path = tmp_path / "part.parquet"
    write_figures(path, ROWS[:1], PROVENANCE)
    assert len(read_figures(path, whole=False).rows) == 1


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_damage_is_one_error(data: st.DataObject, tmp_path: Path, content: bytes) -> None:
    name, spoilt = data.draw(damaged({"west.parquet": content}))
    read_all({"figures": read_figures}, tmp_path, name, spoilt)


def test_one_instrument_has_one_digest_wherever_it_stands() -> None:
    assert radar_digest(radar_beside(16.0)) == radar_digest(radar_beside(24.0))
    table = facing_panels(n_elements=4, n_frequencies=8)
    turned = table.model_dump()
    for panel in turned["panels"]:
        east_m, north_m, up_m = panel["position_m"]
        panel["position_m"] = (north_m + 5.0, -east_m, up_m)
        panel["heading_deg"] += 90.0
    assert radar_digest(RadarTable.model_validate(turned)) == radar_digest(table)
    for changes in ({"n_frequencies": 9}, {"across_m": 2.7}, {"transmit_power_dbm": 3.0}):
        different = facing_panels(**{"n_elements": 4, "n_frequencies": 8} | changes)
        assert radar_digest(different) != radar_digest(table)


def test_every_outcome_is_told_in_the_schema() -> None:
    meaning = SCHEMA.field("outcome").metadata[b"meaning"].decode()
    assert all(outcome in meaning for outcome in OUTCOMES)
