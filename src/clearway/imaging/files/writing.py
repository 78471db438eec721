"""Writing sweeps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from clearway.errors import ArgumentError
from clearway.imaging.files.layout import SWEEP_FORMAT, file_attributes, variables
from clearway.imaging.sweep import Sweep

__all__ = ["write_sweeps"]


def write_sweeps(
    path: Path | str,
    sweeps: Sequence[Sweep],
    *,
    attributes: Mapping[str, str | int | float] | None = None,
) -> None:
    """Write sweeps of one array to Zarr format 3 or HDF5, whole or not at all.

    `clearway.imaging.files.layout` lists the variables; they are the same in both formats.

    Parameters
    ----------
    path : Path or str
        Ends in ``.zarr``, ``.h5`` or ``.hdf5``; an earlier file there is replaced.
    sweeps : sequence of Sweep
        The frames, which share array, frequencies and propagation speed.
    attributes : mapping, optional
        Text and numbers about the recording.

    Raises
    ------
    ArgumentError
        No sweeps, sweeps that do not belong together, another suffix, or an attribute that the
        format sets itself.
    OutputError
        If the place cannot be written, or holds something else than a sweep file.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from clearway.imaging.files import read_sweep
    >>> sweep = Sweep([[[1j]]], [9e9], [[0, 0, 0]], [[0.1, 0, 0]])
    >>> with TemporaryDirectory() as folder:
    ...     write_sweeps(f"{folder}/one.h5", [sweep])
    ...     read_sweep(f"{folder}/one.h5").samples.item()
    1j
    """
    target = Path(path)
    content = variables(sweeps)
    about = file_attributes(SWEEP_FORMAT, attributes)
    if target.suffix == ".zarr":
        from clearway.imaging.files.zarr3 import write_zarr

        write_zarr(target, content, about)
    elif target.suffix in {".h5", ".hdf5"}:
        from clearway.imaging.files.hdf5 import write_hdf5

        write_hdf5(target, content, about)
    else:
        raise ArgumentError("path", f"is {target.name}", "let it end in .zarr, .h5 or .hdf5")
