from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from clearway.errors import ArgumentError, InputError
from clearway.imaging import Grid
from clearway.imaging.files import read_image, write_image, write_sweeps
from tests.imaging.files.making import made_sweep


def made_image(shape: tuple[int, int, int]) -> tuple[np.ndarray, Grid]:
    rng = np.random.default_rng(3)
    axes = [np.sort(rng.uniform(-1, 1, length)) for length in shape]
    return (rng.normal(size=shape) + 1j * rng.normal(size=shape)).astype("c8"), Grid(*axes)


@given(st.tuples(*[st.integers(1, 5)] * 3))
@settings(max_examples=10)
def test_an_image_comes_back(shape: tuple[int, int, int]) -> None:
    image, grid = made_image(shape)
    with TemporaryDirectory() as folder:
        write_image(f"{folder}/i.zarr", image, grid, {"window": "hann", "frame": 4})
        found = read_image(f"{folder}/i.zarr")
    np.testing.assert_array_equal(found.image, image)
    assert found.image.dtype == np.complex64
    for one, other in zip(found.grid.axes_m, grid.axes_m, strict=True):
        np.testing.assert_array_equal(one, other)
    assert found.attributes["window"] == "hann"
    assert found.attributes["frame"] == 4
    assert found.attributes["format"] == "Clearway image"


def test_xarray_knows_the_coordinates_in_metres(tmp_path: Path) -> None:
    image, grid = made_image((2, 3, 4))
    write_image(tmp_path / "i.zarr", image, grid)
    with xr.open_zarr(tmp_path / "i.zarr", consolidated=False, chunks=None) as dataset:
        assert dataset["image"].dims == ("x", "y", "z")
        np.testing.assert_array_equal(dataset.coords["z"], grid.z_m)
        assert dataset.coords["z"].attrs["units"] == "m"


def test_an_image_of_another_shape_is_not_written(tmp_path: Path) -> None:
    image, grid = made_image((2, 3, 4))
    with pytest.raises(ArgumentError, match=r"image: has shape \(3, 2, 4\), expected 2 x 3 x 4"):
        write_image(tmp_path / "i.zarr", image.transpose(1, 0, 2), grid)
    with pytest.raises(ArgumentError, match=r"let it end in \.zarr"):
        write_image(tmp_path / "i.h5", image, grid)
    assert not list(tmp_path.iterdir())


def test_damage_is_told(tmp_path: Path) -> None:
    image, grid = made_image((2, 3, 4))
    path = tmp_path / "i.zarr"
    write_image(path, image, grid)
    shutil.rmtree(path / "image" / "c")
    with pytest.raises(InputError, match=r"image: declares shape \(2, 3, 4\) .* 1 of 1 are miss"):
        read_image(path)
    shutil.rmtree(path / "y")
    with pytest.raises(InputError, match="y: there is no such array"):
        read_image(path)


def test_sweeps_are_no_image(tmp_path: Path) -> None:
    write_sweeps(tmp_path / "a.zarr", [made_sweep()])
    with pytest.raises(InputError, match="format: is 'Clearway sweep', expected 'Clearway image'"):
        read_image(tmp_path / "a.zarr")
