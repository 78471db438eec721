"""Each way in which a file of the own layout can be incomplete gives one error that names it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from clearway.errors import InputError
from clearway.imaging.files import read_sweep, write_sweeps
from tests.imaging.files.making import assert_same, made_sweep


@pytest.fixture
def zarr_folder(tmp_path: Path) -> Path:
    write_sweeps(tmp_path / "a.zarr", [made_sweep(1), made_sweep(2)])
    return tmp_path / "a.zarr"


@pytest.fixture
def hdf5_file(tmp_path: Path) -> Path:
    write_sweeps(tmp_path / "a.h5", [made_sweep(1), made_sweep(2)])
    return tmp_path / "a.h5"


def refusal(path: Path, **options: Any) -> str:
    with pytest.raises(InputError) as caught:
        read_sweep(path, **options)
    (fault,) = caught.value.faults
    assert fault.problem
    assert fault.remedy
    assert str(caught.value).startswith(f"{path}: ")
    return str(caught.value).removeprefix(f"{path}: ")


def test_a_missing_zarr_chunk_is_not_read_as_zeros(zarr_folder: Path) -> None:
    (zarr_folder / "samples" / "c" / "1" / "0" / "0" / "0").unlink()
    message = refusal(zarr_folder, frame=1)
    assert message.startswith(
        "samples: declares shape (2, 5, 3, 4) in chunks of shape (1, 5, 3, 4), but 1 of 2 are missi"
    )
    assert "remedy: copy the whole folder again" in message


@pytest.mark.parametrize("name", ["frequencies_hz", "tx_positions_m", "propagation_speed_m_s"])
def test_a_missing_chunk_of_the_geometry_is_not_read_as_zeros(zarr_folder: Path, name: str) -> None:
    shutil.rmtree(zarr_folder / name / "c")
    assert refusal(zarr_folder).startswith(f"{name}: declares shape")


@pytest.mark.parametrize("kept", [0, 20, -1])
def test_a_cut_zarr_chunk_names_its_array(zarr_folder: Path, kept: int) -> None:
    chunk = zarr_folder / "samples" / "c" / "0" / "0" / "0" / "0"
    chunk.write_bytes(chunk.read_bytes()[:kept])
    message = refusal(zarr_folder)
    assert "samples: declares shape (2, 5, 3, 4), but its values cannot be read" in message


def test_a_changed_byte_in_a_zarr_chunk_is_found(zarr_folder: Path) -> None:
    chunk = zarr_folder / "samples" / "c" / "0" / "0" / "0" / "0"
    content = bytearray(chunk.read_bytes())
    content[len(content) // 2] ^= 1
    chunk.write_bytes(content)
    assert "samples: declares shape" in refusal(zarr_folder)


def edited(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    metadata = json.loads((folder / "zarr.json").read_text())
    change(metadata)
    (folder / "zarr.json").write_text(json.dumps(metadata))


def test_a_declared_size_beyond_all_bounds_is_refused(zarr_folder: Path) -> None:
    edited(zarr_folder / "samples", lambda about: about.update(shape=[2, 10**6, 10**6, 4]))
    message = refusal(zarr_folder)
    assert "declares shape (2, 1000000, 1000000, 4)" in message
    assert "more than 268,435,456 numbers at once" in message


class Harmful:
    """Shows whether anything unpickles it."""

    def __reduce__(self) -> tuple[Any, ...]:
        return (pytest.fail, ("code from a file was run",))


def test_codecs_outside_the_core_are_refused(zarr_folder: Path) -> None:
    codecs = [{"name": "bytes"}, {"name": "numcodecs.bz2", "configuration": {}}]
    edited(zarr_folder / "samples", lambda about: about.update(codecs=codecs))
    assert "samples: is packed with 'numcodecs.bz2', which is not read" in refusal(zarr_folder)


def test_zarr_of_format_2_is_refused(zarr_folder: Path) -> None:
    (zarr_folder / "zarr.json").unlink()
    (zarr_folder / ".zgroup").write_text('{"zarr_format": 2}')
    assert refusal(zarr_folder).startswith("is not Zarr of format 3")


@pytest.mark.parametrize("kept", [0.1, 0.5, 0.9, 0.999])
def test_a_cut_hdf5_file_is_refused(hdf5_file: Path, kept: float) -> None:
    content = hdf5_file.read_bytes()
    hdf5_file.write_bytes(content[: int(kept * len(content))])
    message = refusal(hdf5_file)
    assert message.startswith("is not an HDF5 file that can be read (")
    assert "truncated file: eof = " in message


def test_a_changed_byte_in_hdf5_is_found(hdf5_file: Path) -> None:
    with h5py.File(hdf5_file) as file:
        at = file["samples"].id.get_chunk_info(0).byte_offset
    content = bytearray(hdf5_file.read_bytes())
    content[at + 40] ^= 1
    hdf5_file.write_bytes(content)
    message = refusal(hdf5_file)
    assert "samples: declares shape (2, 5, 3, 4), but its values cannot be read" in message


def replaced(path: Path, name: str, **dataset: Any) -> None:
    with h5py.File(path, "r+") as file:
        del file[name]
        file.create_dataset(name, **dataset)


def test_hdf5_chunks_never_written_are_not_read_as_zeros(hdf5_file: Path) -> None:
    replaced(hdf5_file, "samples", shape=(2, 5, 3, 4), dtype="c8", chunks=(1, 5, 3, 4))
    assert "samples: declares shape (2, 5, 3, 4), but holds 0 of its 2 chunks" in refusal(hdf5_file)
    replaced(hdf5_file, "samples", shape=(2, 5, 3, 4), dtype="c8")
    assert "samples: declares shape (2, 5, 3, 4), but holds 0 of its 960 byt" in refusal(hdf5_file)


@pytest.mark.parametrize(
    ("name", "data", "problem"),
    [
        ("tx_positions_m", np.zeros((2, 3)), "samples: has shape (5, 3, 4), expected 5 x 2 x 4"),
        ("rx_positions_m", np.zeros((4, 2)), "rx_positions_m: has shape (4, 2), expected any x 3"),
        ("frequencies_hz", np.arange(1.0, 5.0), "samples: has shape (5, 3, 4), expected 4 x 3 x 4"),
        ("samples", np.full((2, 5, 3, 4), np.nan), "samples: holds 60 values that are NaN"),
        ("samples", np.ones((0, 5, 3, 4)), "samples: has shape (0, 5, 3, 4): no sweep"),
        ("samples", np.float64(1.0), "samples: has shape (): no sweep"),
        ("propagation_speed_m_s", np.ones(2), "propagation_speed_m_s: has shape (2,)"),
    ],
)
def test_arrays_that_do_not_fit_one_another(
    hdf5_file: Path, name: str, data: Any, problem: str
) -> None:
    replaced(hdf5_file, name, data=data)
    assert refusal(hdf5_file).startswith(problem)


def test_a_missing_array_is_named_with_its_nearest_neighbour(hdf5_file: Path) -> None:
    with h5py.File(hdf5_file, "r+") as file:
        file.move("frequencies_hz", "frequency_hz")
    message = refusal(hdf5_file)
    assert message.startswith("frequencies_hz: there is no such array")
    assert 'did you mean "frequency_hz"?' in message


def test_text_in_place_of_numbers_is_refused(hdf5_file: Path) -> None:
    replaced(hdf5_file, "frequencies_hz", data=["8 GHz", "9 GHz"])
    assert "frequencies_hz: holds object, not numbers" in refusal(hdf5_file)


def test_links_and_values_in_other_files_are_refused(hdf5_file: Path, tmp_path: Path) -> None:
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["samples"] = made_sweep().samples[np.newaxis]
    with h5py.File(hdf5_file, "r+") as file:
        del file["samples"]
        file["samples"] = h5py.ExternalLink("other.h5", "samples")
    assert "samples: is a link to another place" in refusal(hdf5_file)
    replaced(hdf5_file, "samples", shape=(8,), dtype="u1", external=[("/etc/hostname", 0, 8)])
    assert "samples: keeps its values in another file" in refusal(hdf5_file)
    with h5py.File(hdf5_file, "r+") as file:
        layout = h5py.VirtualLayout((1, 5, 3, 4), "c8")
        layout[:] = h5py.VirtualSource("other.h5", "samples", shape=(1, 5, 3, 4))
        del file["samples"]
        file.create_virtual_dataset("samples", layout)
    assert "samples: keeps its values in another file" in refusal(hdf5_file)


def test_a_later_format_is_refused(hdf5_file: Path) -> None:
    with h5py.File(hdf5_file, "r+") as file:
        file.attrs["format_version"] = 2
    assert "format_version: is 2, this version reads 1" in refusal(hdf5_file)


def test_pickles_in_an_archive_are_never_loaded(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    np.savez(path, frequencies_hz=np.array([Harmful()], dtype=object), scan=np.ones((1, 1)))
    message = refusal(path)
    assert message.startswith("frequencies_hz: declares shape (1,), but its values cannot be read")
    assert "allow_pickle=False" in message


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("none.h5", None, "no such file or folder"),
        ("a.h5", b"", "is not an HDF5 file"),
        ("a.mat", b"not a matrix", "is not a MATLAB file"),
        ("a.npz", b"PK", "is not a NumPy archive"),
        ("a.zarr.zip", b"PK", "is not Zarr of format 3"),
        ("a.dat", b"anything", "is of no known format"),
    ],
)
def test_what_is_no_sweep_file_is_refused(
    tmp_path: Path, name: str, content: bytes | None, problem: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    assert refusal(tmp_path / name).startswith(problem)


def test_a_file_without_format_needs_a_mapping(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["data"] = [1.0]
    message = refusal(tmp_path / "a.h5")
    assert message.startswith("does not say which array is which")
    assert "shipped are 3dried, merit, merit_npz, wang_mimo" in message


def test_a_whole_file_is_not_refused(hdf5_file: Path, zarr_folder: Path) -> None:
    assert_same(read_sweep(hdf5_file, frame=1), made_sweep(2))
    assert_same(read_sweep(zarr_folder, frame=1), made_sweep(2))
