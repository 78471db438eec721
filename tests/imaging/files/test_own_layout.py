from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import h5py
import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

import clearway
from clearway.errors import ArgumentError, OutputError
from clearway.imaging import Array, Sweep
from clearway.imaging.files import frame_count, read_sweep, write_sweeps
from clearway.imaging.files.layout import Variable, chunk_shape
from tests.imaging.files.making import assert_same, made_sweep

SUFFIXES = (".zarr", ".h5")


@st.composite
def recordings(draw: st.DrawFn) -> list[Sweep]:
    """Frames of one array of any size, of every kind of geometry."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n_freq, n_tx, n_rx = (draw(st.integers(1, 4)) for _ in range(3))
    tx, rx = rng.normal(size=(n_tx, 3)), rng.normal(size=(n_rx, 3))
    pairs = None
    if draw(st.booleans()):
        some = rng.permutation(n_tx * n_rx)[: draw(st.integers(1, 5))]
        pairs = np.column_stack(np.divmod(some, n_rx))
    times = rng.random(n_tx) if draw(st.booleans()) else None
    array = Array(tx, rx, pairs=pairs, tx_times_s=times)
    frequencies = draw(st.sampled_from([1e9, 7.7e10])) + 1e8 * rng.permutation(n_freq)
    speed = draw(st.floats(1e6, 3e8))
    shape = array.sample_shape(n_freq)
    # Zeros are data too: a store that leaves them out must not take them for lost.
    scale = draw(st.sampled_from([0.0, 1e-30, 1.0]))
    return [
        Sweep.of(scale * (rng.normal(size=shape) + 1j), frequencies, array, speed)
        for _ in range(draw(st.integers(1, 3)))
    ]


@pytest.mark.parametrize("suffix", SUFFIXES)
@given(sweeps=recordings())
@settings(max_examples=15)
def test_what_is_written_comes_back(suffix: str, sweeps: list[Sweep]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder, f"recording{suffix}")
        write_sweeps(path, sweeps)
        assert frame_count(path) == len(sweeps)
        for number, sweep in enumerate(sweeps):
            assert_same(read_sweep(path, frame=number), sweep)


def test_both_formats_hold_the_same_variables(tmp_path: Path) -> None:
    sweeps = [made_sweep(1, pairs=True, times=True), made_sweep(2, pairs=True, times=True)]
    for suffix in SUFFIXES:
        write_sweeps(tmp_path / f"a{suffix}", sweeps, attributes={"site": "hall", "gain_db": 3.5})
    with (
        xr.open_zarr(tmp_path / "a.zarr", consolidated=False, chunks=None) as one,
        h5py.File(tmp_path / "a.h5") as other,
    ):
        assert set(one.variables) == set(other)
        for name, variable in one.variables.items():
            dataset = other[str(name)]
            np.testing.assert_array_equal(variable.values, dataset[()])
            assert variable.dtype == dataset.dtype
            about = {key: _text(value) for key, value in dataset.attrs.items()}
            assert about.pop("dimensions") == " ".join(map(str, variable.dims))
            assert about == variable.attrs
        assert one.attrs == {key: _text(value) for key, value in other.attrs.items()}
        assert one["samples"].dtype == np.complex64
        assert one["samples"].dims == ("frame", "freq", "channel")
        units = {str(name): variable.attrs.get("units") for name, variable in one.items()}
        assert units == {
            "samples": "1",
            "frequencies_hz": "Hz",
            "tx_positions_m": "m",
            "rx_positions_m": "m",
            "propagation_speed_m_s": "m s-1",
            "pairs": "1",
            "tx_times_s": "s",
        }
        assert one.attrs == {
            "Conventions": "CF-1.12",
            "format": "Clearway sweep",
            "format_version": 1,
            "software_version": f"clearway {clearway.__version__}",
            "site": "hall",
            "gain_db": 3.5,
        }


def _text(value: Any) -> Any:
    return value.decode() if isinstance(value, bytes) else value


def test_a_zip_archive_of_the_folder_reads_as_well(tmp_path: Path) -> None:
    sweep = made_sweep()
    write_sweeps(tmp_path / "a.zarr", [sweep])
    shutil.make_archive(str(tmp_path / "a.zarr"), "zip", tmp_path / "a.zarr")
    assert_same(read_sweep(tmp_path / "a.zarr.zip"), sweep)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_an_earlier_file_is_replaced_and_nothing_is_left_over(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    write_sweeps(path, [made_sweep(1), made_sweep(2)])
    write_sweeps(path, [made_sweep(3)])
    assert frame_count(path) == 1
    assert_same(read_sweep(path), made_sweep(3))
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_failing_write_leaves_the_earlier_file(
    tmp_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / f"a{suffix}"
    write_sweeps(path, [made_sweep(1)])

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(h5py.Group, "create_dataset", full)
    monkeypatch.setattr(xr.Dataset, "to_zarr", full)
    with pytest.raises(OutputError, match=r"No space left on device.*\n.*free some space"):
        write_sweeps(path, [made_sweep(2)])
    assert list(tmp_path.iterdir()) == [path]
    monkeypatch.undo()
    assert_same(read_sweep(path), made_sweep(1))


def test_a_folder_of_something_else_is_never_replaced(tmp_path: Path) -> None:
    precious = tmp_path / "a.zarr" / "precious.txt"
    precious.parent.mkdir()
    precious.write_text("kept")
    with pytest.raises(OutputError, match="holds something else"):
        write_sweeps(tmp_path / "a.zarr", [made_sweep()])
    assert precious.read_text() == "kept"


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_missing_folder_is_named(tmp_path: Path, suffix: str) -> None:
    with pytest.raises(OutputError, match="create the folder first"):
        write_sweeps(tmp_path / "none" / f"a{suffix}", [made_sweep()])


def faster(sweep: Sweep) -> Sweep:
    return Sweep.of(sweep.samples, sweep.frequencies_hz, sweep.array, 3e8)


@pytest.mark.parametrize(
    ("sweeps", "attributes", "problem"),
    [
        ([], {}, "holds no sweep"),
        ([made_sweep(), faster(made_sweep())], {}, "differ in propagation_speed_m_s: that of swee"),
        ([made_sweep(), made_sweep(times=True)], {}, "differ in tx_times_s"),
        ([made_sweep(pairs=True), made_sweep()], {}, "differ in pairs"),
        ([made_sweep()], {"format": "mine"}, "sets 'format'"),
        ([made_sweep()], {"notes": ["a"]}, "has 'notes' of type list"),
    ],
)
def test_what_cannot_be_written_is_refused(
    tmp_path: Path, sweeps: Sequence[Sweep], attributes: dict[str, Any], problem: str
) -> None:
    with pytest.raises(ArgumentError, match=problem):
        write_sweeps(tmp_path / "a.h5", sweeps, attributes=attributes)
    assert not list(tmp_path.iterdir())


def test_an_unknown_suffix_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match=r"path: is a\.npy\n.*end in \.zarr, \.h5 or \.hdf5"):
        write_sweeps(tmp_path / "a.npy", [made_sweep()])


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("frame", [2, -1, "first"])
def test_a_frame_that_is_not_there_is_refused(
    tmp_path: Path, suffix: str, frame: int | str
) -> None:
    path = tmp_path / f"a{suffix}"
    write_sweeps(path, [made_sweep(1), made_sweep(2)])
    with pytest.raises(ArgumentError, match="the file has 2 frames, the last of them 1"):
        read_sweep(path, frame=frame)


@given(st.lists(st.integers(1, 5000), min_size=1, max_size=3), st.sampled_from(["frame", "x"]))
def test_blocks_are_of_one_frame_and_of_bounded_size(shape: list[int], first: str) -> None:
    values = np.broadcast_to(np.complex64(0), (3, *shape))
    block = chunk_shape(Variable((first, *"abc"[: len(shape)]), values, {}))
    assert all(1 <= part <= whole for part, whole in zip(block, values.shape, strict=True))
    assert np.prod(block) * 8 <= 64 * 2**20
    assert first != "frame" or block[0] == 1
