"""Zarr format 3, a folder or a zip archive, through xarray."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from clearway.errors import Fault, InputError
from clearway.imaging.files.arrays import ArrayFile, damage
from clearway.imaging.files.layout import Variable, chunk_shape
from clearway.store.atomic import atomic_folder

if TYPE_CHECKING:
    import zarr

__all__ = ["METADATA", "ZarrFile", "write_zarr"]

METADATA = "zarr.json"
"""The file by which a folder of Zarr format 3 is known."""
_CODECS = frozenset({"bytes", "transpose", "zstd", "gzip", "blosc", "crc32c"})
"""Others may run code of the file's choosing, or hide that a chunk is missing."""


class ZarrFile(ArrayFile):
    """Arrays in the root group of Zarr format 3."""

    kind = "Zarr of format 3"

    def _begin(self) -> None:
        from zarr import open_group
        from zarr.storage import LocalStore, ZipStore

        root: Path | zipfile.Path = self.path
        store: LocalStore | ZipStore = LocalStore(self.path, read_only=True)
        if self.path.is_file():
            root = zipfile.Path(self._open.enter_context(zipfile.ZipFile(self.path)))
            store = ZipStore(self.path, mode="r")
        if not (root / METADATA).is_file():
            remedy = f"name a folder or zip archive with {METADATA} at its top"
            raise InputError(self.path, Fault(f"is not {self.kind}", remedy))
        self._store = store
        self._open.callback(store.close)
        self._group = open_group(store, mode="r", zarr_format=3, use_consolidated=False)
        self._arrays: dict[str, zarr.Array[Any]] = {}
        for node in root.iterdir():
            header = node / METADATA
            if header.is_file():
                # One by one; opened all at once, each damaged array would add its own message.
                with damage(self.path, "its header cannot be read", node.name):
                    self._add(node.name, json.loads(header.read_text()))

    @property
    def attributes(self) -> Mapping[str, Any]:
        """Attributes of the root group."""
        return dict(self._group.attrs)

    def names(self) -> list[str]:
        """Names in the root group."""
        return list(self._arrays)

    def _shape(self, name: str) -> tuple[int, ...]:
        if name not in self._arrays:
            raise self.missing(name, self._arrays)
        return self._arrays[name].shape

    def _values(self, name: str, index: int | tuple[()]) -> NDArray[Any]:
        import xarray as xr

        self._check_whole(name)
        # Of one variable alone, so that the shapes of two that disagree can both be told.
        others = [other for other in self.names() if other != name]
        with xr.open_zarr(
            self._store,
            zarr_format=3,
            consolidated=False,
            chunks=None,
            decode_cf=False,
            drop_variables=others,
        ) as dataset:
            values: NDArray[Any] = dataset.variables[name][index].values
            return values

    def _add(self, name: str, header: Mapping[str, Any]) -> None:
        """Open an array; pass over a group."""
        from zarr import open_array

        if header["node_type"] != "array":
            return
        unknown = [codec["name"] for codec in header["codecs"] if codec["name"] not in _CODECS]
        if unknown:
            remedy = f"write it with {', '.join(sorted(_CODECS))} only"
            fault = Fault(f"is packed with {unknown[0]!r}, which is not read", remedy, name)
            raise InputError(self.path, fault)
        self._arrays[name] = open_array(self._store, path=name, mode="r", zarr_format=3)

    def _check_whole(self, name: str) -> None:
        """Refuse missing chunks, which Zarr would silently read as the fill value."""
        array = self._arrays[name]
        if array.nchunks_initialized < array.nchunks:
            raise InputError(
                self.path,
                Fault(
                    f"declares shape {array.shape} in chunks of shape {array.chunks}, but "
                    f"{array.nchunks - array.nchunks_initialized} of {array.nchunks} are missing",
                    "copy the whole folder again, or write it anew",
                    name,
                ),
            )


def write_zarr(
    path: Path, variables: Mapping[str, Variable], attributes: Mapping[str, Any]
) -> None:
    """Write variables whole or not at all; every chunk carries a checksum.

    Raises
    ------
    OutputError
        If the folder cannot be written, or holds anything but Zarr.
    """
    import xarray as xr
    from zarr.codecs import ZstdCodec

    dataset = xr.Dataset(dict(variables), attrs=dict(attributes))
    packed = (ZstdCodec(level=1, checksum=True),)
    encoding = {
        name: {"compressors": packed, "chunks": chunk_shape(variable)}
        for name, variable in variables.items()
    }
    with atomic_folder(path, _holds_zarr) as staging:
        dataset.to_zarr(
            staging,
            mode="a",
            zarr_format=3,
            consolidated=False,
            encoding=encoding,
            # A chunk of zeros is data; left out, it could not be told from a lost one.
            write_empty_chunks=True,
        )


def _holds_zarr(path: Path) -> bool:
    """Whether a folder is Zarr of format 3, and nothing is lost with it but that."""
    return (path / METADATA).is_file()
