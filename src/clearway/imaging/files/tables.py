"""Arrays in a folder of CSV files, and in a NumPy archive."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clearway.errors import Fault, InputError
from clearway.imaging.files.arrays import LARGEST_COUNT, ArrayFile, damage

__all__ = ["CsvFolder", "NumpyArchive"]

_IMAGINARY = re.compile(r"(?<=[0-9.])[ij](?=\s*(?:,|$))", re.MULTILINE)
"""MATLAB's and Python's mark of an imaginary part, at the end of a number."""


class CsvFolder(ArrayFile):
    """Each CSV file of a folder is an array without header, named by the file without suffix.

    Complex numbers are written as MATLAB does, ``-0.0257+0.0044i``, or with ``j``.
    """

    kind = "a folder of CSV files"

    def _begin(self) -> None:
        self._tables: dict[str, NDArray[Any]] = {}

    def names(self) -> list[str]:
        """Names of the files, sorted."""
        return sorted(file.stem for file in self.path.glob("*.csv"))

    def _shape(self, name: str) -> tuple[int, ...]:
        return self._table(name).shape

    def _values(self, name: str, index: int | tuple[()]) -> NDArray[Any]:
        return np.asarray(self._table(name)[index])

    def _table(self, name: str) -> NDArray[Any]:
        if name not in self._tables:
            if name not in self.names():
                raise self.missing(name, self.names())
            file = self.path / f"{name}.csv"
            if file.stat().st_size > 16 * LARGEST_COUNT:
                fault = Fault("is too large", "store the sweep as Zarr or HDF5", name)
                raise InputError(self.path, fault)
            with damage(file, "is not a table of numbers", name):
                self._tables[name] = _parsed(file.read_text(encoding="utf-8-sig"))
        return self._tables[name]


class NumpyArchive(ArrayFile):
    """Arrays of an ``.npz`` file; pickled objects are refused."""

    kind = "a NumPy archive"

    def _begin(self) -> None:
        self._load(self.path)

    def _load(self, archive: Path) -> None:
        self._members = self._open.enter_context(zipfile.ZipFile(archive))
        self._archive = self._open.enter_context(np.load(archive, allow_pickle=False))

    def names(self) -> list[str]:
        """Names of the arrays, in the file's order."""
        return list(self._archive)

    def _shape(self, name: str) -> tuple[int, ...]:
        if name not in self._archive:
            raise self.missing(name, self._archive)
        with self._members.open(f"{name}.npy") as member:
            version = np.lib.format.read_magic(member)
            reader = (
                np.lib.format.read_array_header_1_0
                if version == (1, 0)
                else np.lib.format.read_array_header_2_0
            )
            return reader(member)[0]

    def _values(self, name: str, index: int | tuple[()]) -> NDArray[Any]:
        return np.asarray(self._archive[name][index])


def _parsed(text: str) -> NDArray[Any]:
    if not text.strip():
        raise ValueError("the file is empty")
    text, imaginary = _IMAGINARY.subn("j", text)
    kind = np.complex128 if imaginary else np.float64
    table = np.loadtxt(io.StringIO(text), delimiter=",", dtype=kind, ndmin=2)
    # A complex table always gives both parts; a file cut within its last number does not.
    if imaginary not in {0, table.size}:
        raise ValueError(f"only {imaginary} of {table.size} numbers have an imaginary part")
    return table
