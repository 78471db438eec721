"""Image volumes in Zarr: coordinates in metres, complex values."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from clearway.errors import ArgumentError
from clearway.imaging.checks import complex_array
from clearway.imaging.files.arrays import as_input_error
from clearway.imaging.files.layout import (
    IMAGE_FORMAT,
    Variable,
    check_format,
    file_attributes,
)
from clearway.imaging.grid import Grid

__all__ = ["StoredImage", "read_image", "write_image"]

_SUFFIX = ".zarr"


class StoredImage(NamedTuple):
    """An image as it was stored."""

    image: NDArray[np.complex64]
    grid: Grid
    attributes: Mapping[str, Any]


def write_image(
    path: Path | str,
    image: ArrayLike,
    grid: Grid,
    attributes: Mapping[str, str | int | float] | None = None,
) -> None:
    """Write an image volume to a folder of Zarr format 3, whole or not at all.

    Parameters
    ----------
    path : Path or str
        Ends in ``.zarr``; an earlier one there is replaced.
    image : (n_x, n_y, n_z) array_like
        Stored as complex64.
    grid : Grid
    attributes : mapping, optional
        Text and numbers about the image.

    Raises
    ------
    ArgumentError
        An image of another shape than the grid, NaN or infinity, or another suffix.
    OutputError
        If the folder cannot be written.
    """
    from clearway.imaging.files.zarr3 import write_zarr

    target = Path(path)
    if target.suffix != _SUFFIX:
        raise ArgumentError("path", f"is {target.name}", f"let it end in {_SUFFIX}")
    about = {"long_name": "complex reflectivity, not normalised", "units": "1"}
    variables = {
        "image": Variable(("x", "y", "z"), complex_array("image", image, grid.shape), about)
    }
    for name, values in zip("xyz", grid.axes_m, strict=True):
        about = {"long_name": f"{name} of the voxel centres", "units": "m", "axis": name.upper()}
        variables[name] = Variable((name,), values, about)
    write_zarr(target, variables, file_attributes(IMAGE_FORMAT, attributes))


def read_image(path: Path | str) -> StoredImage:
    """Read an image volume that `write_image` wrote.

    Raises
    ------
    InputError
        Not such a folder, or anything in it missing or damaged.
    """
    from clearway.imaging.files.zarr3 import ZarrFile

    source = Path(path)
    with ZarrFile(source) as file:
        check_format(file, IMAGE_FORMAT)
        axes = [file.read(name) for name in "xyz"]
        with as_input_error(source, {f"{name}_m": name for name in "xyz"}):
            grid = Grid(*axes)
            image = complex_array("image", file.read("image"), grid.shape)
        return StoredImage(image, grid, file.attributes)
