"""Reading sweeps, whatever the format."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from clearway.errors import Fault, InputError
from clearway.imaging.files import layout, mapped
from clearway.imaging.files.arrays import ArrayFile
from clearway.imaging.files.mapping import ArrayMapping, load_mapping, shipped_mappings
from clearway.imaging.sweep import Sweep

__all__ = ["frame_count", "read_sweep"]

_FORMATS = ".zarr, .zarr.zip, .h5, .hdf5, .mat, .npz, .csv or a folder of CSV files"


def read_sweep(
    path: Path | str,
    *,
    frame: int | str = 0,
    mapping: ArrayMapping | Path | str | None = None,
) -> Sweep:
    """Read one sweep.

    Parameters
    ----------
    path : Path or str
        What `write_sweeps` wrote, or, with a mapping, any arrays: Zarr format 3 (``.zarr``,
        ``.zarr.zip``), HDF5, MATLAB (all versions), ``.npz``, a folder of CSV files, or one CSV
        file in such a folder, which is then the frame.
    frame : int or str
        Which sweep, counted from 0; or its name where each frame is an array of its own.
    mapping : ArrayMapping, Path or str, optional
        Which array is which: a mapping, a mapping file, or the name of a shipped mapping.  For
        CSV and ``.npz`` that of the MERIT toolbox is the default.

    Returns
    -------
    Sweep

    Raises
    ------
    InputError
        If the file cannot be read, is damaged or cut short, or its arrays do not fit one another;
        it names the array.
    ArgumentError
        If there is no such frame.
    """
    with _opened(Path(path), mapping) as (file, used):
        if used is None:
            return layout.sweep(file, frame)
        return mapped.sweep(file, used, frame)


def frame_count(path: Path | str, *, mapping: ArrayMapping | Path | str | None = None) -> int:
    """Number of sweeps in a file; arguments and errors as for `read_sweep`."""
    with _opened(Path(path), mapping) as (file, used):
        return layout.frame_count(file) if used is None else len(mapped.frame_names(file, used))


@contextmanager
def _opened(
    path: Path, mapping: ArrayMapping | Path | str | None
) -> Iterator[tuple[ArrayFile, ArrayMapping | None]]:
    """Open a file; no mapping means that it has Clearway's own layout."""
    if not path.exists():
        raise InputError(path, Fault("no such file or folder", "check the path"))
    chosen = load_mapping(mapping) if isinstance(mapping, Path | str) else mapping
    if path.suffix == ".csv" and path.is_file():
        chosen = (chosen or load_mapping("merit")).with_samples(path.stem)
    with _file(path) as file:
        default = _default_mapping(file)
        if chosen is None and default is None and "format" not in file.attributes:
            shipped = ", ".join(shipped_mappings())
            remedy = f"give a mapping; shipped are {shipped}, which can be copied and adapted"
            raise InputError(path, Fault("does not say which array is which", remedy))
        yield file, chosen or default


def _default_mapping(file: ArrayFile) -> ArrayMapping | None:
    from clearway.imaging.files.tables import CsvFolder, NumpyArchive

    defaults = {CsvFolder: "merit", NumpyArchive: "merit_npz"}
    name = defaults.get(type(file))
    return load_mapping(name) if name else None


def _file(path: Path) -> ArrayFile:
    from clearway.imaging.files.hdf5 import Hdf5File, is_hdf5
    from clearway.imaging.files.matlab import MatlabFile
    from clearway.imaging.files.tables import CsvFolder, NumpyArchive
    from clearway.imaging.files.zarr3 import METADATA, ZarrFile

    if path.is_dir():
        if any(path.glob("*.csv")) and not (path / METADATA).exists():
            return CsvFolder(path)
        return ZarrFile(path)
    if path.suffix == ".csv":
        return CsvFolder(path.parent)
    if path.suffix == ".npz":
        return NumpyArchive(path)
    if path.suffix == ".zip":
        return ZarrFile(path)
    if path.suffix in {".h5", ".hdf5"} or is_hdf5(path):
        return Hdf5File(path)
    if path.suffix == ".mat":
        return MatlabFile(path)
    raise InputError(path, Fault("is of no known format", f"give {_FORMATS}"))
