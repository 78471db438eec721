"""HDF5: own sweeps, MATLAB's version 7.3, and any other file whose arrays a mapping names."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil, prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clearway.errors import Fault, InputError
from clearway.imaging.files.arrays import ArrayFile, damage
from clearway.imaging.files.layout import Variable, chunk_shape
from clearway.store.atomic import atomic_write

__all__ = ["Hdf5File", "is_hdf5", "write_hdf5"]


class Hdf5File(ArrayFile):
    """Arrays of an HDF5 file; ``a/b`` and ``a.b`` both name b in group a.

    MATLAB stores arrays with reversed axes; they come back in MATLAB's order.
    """

    kind = "an HDF5 file"

    def _begin(self) -> None:
        import h5py

        self._file = self._open.enter_context(h5py.File(self.path, "r"))

    @property
    def attributes(self) -> Mapping[str, Any]:
        """Attributes of the root group."""
        with damage(self.path, "its attributes cannot be read"):
            return {
                name: value.decode() if isinstance(value, bytes) else value
                for name, value in self._file.attrs.items()
            }

    def names(self) -> list[str]:
        """Names in the root group."""
        with damage(self.path, "its list of arrays cannot be read"):
            return list(self._file)

    def _shape(self, name: str) -> tuple[int, ...]:
        dataset = self._dataset(name)
        shape = tuple(dataset.shape or ())
        return shape[::-1] if "MATLAB_class" in dataset.attrs else shape

    def _values(self, name: str, index: int | tuple[()]) -> NDArray[Any]:
        dataset = self._dataset(name)
        self._check_whole(name, dataset)
        values = np.asarray(dataset[index])
        if values.dtype.names == ("real", "imag"):  # MATLAB's complex numbers
            values = values["real"] + 1j * values["imag"]
        return values.T if "MATLAB_class" in dataset.attrs else values

    def _dataset(self, name: str) -> Any:
        """Walk along hard links only: others may lead out of the file, to any file there is."""
        import h5py

        node: Any = self._file
        for part in name.replace(".", "/").split("/"):
            if not isinstance(node, h5py.Group) or part not in node:
                raise self.missing(name, node if isinstance(node, h5py.Group) else ())
            if not isinstance(node.get(part, getlink=True), h5py.HardLink):
                raise self._refused(name, "is a link to another place")
            node = node[part]
        if not isinstance(node, h5py.Dataset):
            raise self._refused(name, "is a group of arrays")
        if node.external or node.is_virtual:
            raise self._refused(name, "keeps its values in another file")
        return node

    def _check_whole(self, name: str, dataset: Any) -> None:
        """Refuse missing blocks, which HDF5 would silently read as zeros."""
        if dataset.chunks:
            blocks = zip(dataset.shape, dataset.chunks, strict=True)
            expected, unit = prod(ceil(length / block) for length, block in blocks), "chunks"
            found = dataset.id.get_num_chunks()
        else:
            expected, unit = dataset.size * dataset.dtype.itemsize, "bytes"
            found = dataset.id.get_storage_size()
        if found < expected:
            raise InputError(
                self.path,
                Fault(
                    f"declares shape {dataset.shape}, but holds {found} of its {expected} {unit}",
                    "copy the whole file again, or write it anew",
                    name,
                ),
            )

    def _refused(self, name: str, problem: str) -> InputError:
        remedy = "store it as a plain array in this file"
        return InputError(self.path, Fault(problem, remedy, field=name))


def is_hdf5(path: Path) -> bool:
    """Whether a file carries the signature of HDF5, wherever the format allows it."""
    import h5py

    return bool(h5py.is_hdf5(path))


def write_hdf5(
    path: Path, variables: Mapping[str, Variable], attributes: Mapping[str, Any]
) -> None:
    """Write variables whole or not at all, for HDF5 1.10 and later; checksums guard all blocks.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    import h5py

    # From version 1.10 on, headers and attributes are under checksums too.
    with (
        atomic_write(path) as temporary,
        h5py.File(temporary, "w", libver=("v110", "v110")) as file,
    ):
        file.attrs.update(_fixed_length(attributes))
        for name, variable in variables.items():
            dataset = file.create_dataset(
                name, data=variable.values, chunks=chunk_shape(variable), fletcher32=True
            )
            dimensions = {"dimensions": " ".join(variable.dims)}
            dataset.attrs.update(_fixed_length({**variable.attributes, **dimensions}))


def _fixed_length(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Texts that lie in the header; those of variable length lie where no checksum is."""
    import h5py

    return {
        name: np.array(value.encode(), dtype=h5py.string_dtype("utf-8", len(value.encode()) or 1))
        if isinstance(value, str)
        else value
        for name, value in attributes.items()
    }
