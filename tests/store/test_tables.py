from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from clearway.errors import InputError
from clearway.store.tables import SCHEMAS, TableWriter, read_table


def truth(count: int, start: int = 0) -> dict[str, Any]:
    return {
        "time_ns": np.arange(start, start + count),
        "person_id": np.arange(count),
        "x_m": np.linspace(0.0, 40.0, count),
        "y_m": np.linspace(0.0, 6.0, count),
        "carries": ["handgun" if number % 2 else "none" for number in range(count)],
    }


def written(folder: Path, *parts: dict[str, Any], rows_per_group: int = 200_000) -> Path:
    writer = TableWriter(folder, "truth", rows_per_group)
    for part in parts:
        writer.append(part)
    writer.close()
    return folder / "truth.parquet"


def test_what_is_written_is_read(tmp_path: Path) -> None:
    written(tmp_path, truth(5), truth(3, start=5))
    table = read_table(tmp_path, "truth")
    assert table["time_ns"].to_pylist() == list(range(8))
    assert table["person_id"].to_pylist() == [*range(5), *range(3)]
    np.testing.assert_allclose(table["x_m"].to_numpy()[:5], np.linspace(0.0, 40.0, 5))
    assert table["carries"].to_pylist()[:3] == ["none", "handgun", "none"]


@pytest.mark.parametrize("name", SCHEMAS)
def test_an_empty_table_is_a_table(tmp_path: Path, name: str) -> None:
    TableWriter(tmp_path, name).close()
    table = read_table(tmp_path, name)
    assert table.num_rows == 0
    assert table.column_names == SCHEMAS[name].names


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_column_says_its_unit_and_meaning(tmp_path: Path, name: str) -> None:
    TableWriter(tmp_path, name).close()
    for field in read_table(tmp_path, name).schema:
        assert field.metadata[b"unit"] in {b"1", b"m", b"m/s", b"ns"}
        assert len(field.metadata[b"meaning"]) > 2
        assert (field.metadata[b"unit"] == b"ns") == field.name.endswith("_ns")
        assert (field.metadata[b"unit"] == b"m") == field.name.endswith("_m")


def test_lists_and_absent_values_survive(tmp_path: Path) -> None:
    row: dict[str, Any] = dict.fromkeys(SCHEMAS["evidence"].names, 0)
    row |= {
        "sensor_id": "curtain-west",
        "modality": "curtain",
        "declared": ["handgun", "explosive"],
        "substance": None,
        "body_place": None,
        "refused": None,
        "log_likelihood_ratio": [0.0, 1.5, -np.inf],
        "track_ids": [],
        "probabilities": [],
        "true_person_id": -1,
        "true_carries": "nobody",
        "truly_harmless_alarm": False,
    }
    writer = TableWriter(tmp_path, "evidence")
    writer.append({name: [value] for name, value in row.items()})
    writer.close()
    assert read_table(tmp_path, "evidence").to_pylist() == [row]


def test_rows_are_written_in_groups(tmp_path: Path) -> None:
    path = written(tmp_path, *(truth(4, start=4 * part) for part in range(5)), rows_per_group=8)
    file = pq.ParquetFile(path)
    assert [file.metadata.row_group(i).num_rows for i in range(file.num_row_groups)] == [8, 8, 4]
    assert read_table(tmp_path, "truth")["time_ns"].to_pylist() == list(range(20))


def test_a_missing_column_is_refused_at_once(tmp_path: Path) -> None:
    writer = TableWriter(tmp_path, "truth")
    with pytest.raises(KeyError, match="carries"):
        writer.append({name: [] for name in SCHEMAS["truth"].names if name != "carries"})
    writer.close()


def test_columns_of_unequal_length_are_refused_at_once(tmp_path: Path) -> None:
    writer = TableWriter(tmp_path, "truth")
    with pytest.raises(pa.ArrowInvalid):
        writer.append(truth(3) | {"x_m": [1.0]})
    writer.close()


def test_an_absent_file_is_the_users_to_mend(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"truth\.parquet.*\n.*remedy: repeat the run"):
        read_table(tmp_path, "truth")


@pytest.mark.parametrize("kept", [0.0, 0.3, 0.9, 0.999])
def test_a_file_cut_short_is_the_users_to_mend(tmp_path: Path, kept: float) -> None:
    path = written(tmp_path, truth(1_000))
    content = path.read_bytes()
    path.write_bytes(content[: round(kept * len(content))])
    with pytest.raises(InputError, match="cannot be read"):
        read_table(tmp_path, "truth")


def test_a_folder_in_the_files_place_is_the_users_to_mend(tmp_path: Path) -> None:
    (tmp_path / "truth.parquet").mkdir()
    with pytest.raises(InputError):
        read_table(tmp_path, "truth")


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    path = written(tmp_path, truth(3))
    pq.write_table(pq.read_table(path).drop_columns("person_id"), path)
    with pytest.raises(InputError) as caught:
        read_table(tmp_path, "truth")
    assert caught.value.faults[0].field == "person_id"
    assert "this version" in caught.value.faults[0].remedy
