"""Back-projection on a graphics card: the host's side of the CUDA source beside this file."""

from __future__ import annotations

import math
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clearway.errors import ArgumentError
from clearway.imaging.array import Array
from clearway.imaging.backends.cuda.layout import TILE_VOXELS, cut_into_tiles, group_transmitters
from clearway.imaging.backends.range_profiles import RangeCompression
from clearway.imaging.grid import Grid

__all__ = ["CudaProjector"]

_SIGHT_BYTES = 32
_BATCH_BYTES = 2**28
"""Device memory for the tables of one batch of tiles."""
_BLOCKS = 8192
"""With fewer tiles, each tile's transmitters are split, so that no part of the card idles."""
_SAFE_REACH = 1.001
"""Float32 rounding must not take a look-up before the first sample of a tile's window."""


class CudaProjector:
    """Sums profiles over the voxels of one grid, frame after frame.

    It computes::

        I(p) = sum_t e^{j k |p - t|} [ sum_r e^{j k |p - r|} q_tr((|p - t| + |p - r|) / dL) ]

    with q linear between samples and periodic.  Positions enter in float64 and are subtracted
    there; the sums are float32, in a fixed order.  Cost O(n_voxels n_pairs); device memory 16
    bytes per sample of all profiles, and `_BATCH_BYTES`.

    Parameters
    ----------
    cupy : module
        CuPy, with a device.
    array : Array
    grid : Grid
    mask : grid.shape bool, optional
        The voxels to image.
    compression : RangeCompression
        Its spacing dL and wavenumber k are those of the profiles.

    Raises
    ------
    ArgumentError
        A grid or array too large for 32-bit numbers.
    """

    def __init__(
        self,
        cupy: Any,
        array: Array,
        grid: Grid,
        mask: NDArray[np.bool_] | None,
        compression: RangeCompression,
    ) -> None:
        self._cupy = cupy
        self._array = array
        self._grid = grid
        self._samples_per_m = 1 / compression.spacing_m
        self._cycles_per_m = compression.wavenumber_rad_m / (2 * np.pi)
        tiles = cut_into_tiles(grid, mask)
        groups = group_transmitters(array)
        source = (files("clearway.imaging.backends.cuda") / "backprojection.cu").read_text(
            encoding="utf-8"
        )
        options = ("-std=c++17", "-ftz=true", f"-DTX_GROUP={groups.size}")
        self._module = cupy.RawModule(code=source, options=options)
        self._reach_m = _SAFE_REACH * tiles.reach_m
        self._n_samples = np.int32(compression.n_samples)
        # A tile's window begins in the first n_samples and is as long as both legs may differ.
        window = 3 + math.ceil(4 * self._reach_m * self._samples_per_m)
        self._row_length = compression.n_samples + window
        self._n_segments = (array.n_pairs + 1) * self._row_length
        if self._n_segments > np.iinfo(np.uint32).max:
            problem = f"needs {self._n_segments} table entries for its profiles, more than 2^32"
            raise ArgumentError("array", problem, "image fewer channels at a time and add")
        self._voxels = cupy.asarray(tiles.voxels)
        self._centres_m = cupy.asarray(tiles.centres_m)
        self._axes_m = cupy.asarray(np.concatenate(grid.axes_m))
        self._elements_m = cupy.asarray(np.vstack((array.tx_positions_m, array.rx_positions_m)))
        self._first_entry = cupy.asarray(groups.first_entry)
        self._receivers = cupy.asarray(groups.receivers)
        self._channels = cupy.asarray(groups.channels)

    def project(self, profiles: Any, image: Any) -> None:
        """Write the selected voxels of one frame into the image; the others stay as they are.

        Parameters
        ----------
        profiles : (n_pairs, n_samples) complex64 CuPy array
            In the order of ``array.channels``; sample n belongs to the path length ``n dL``,
            modulo the profile's length.
        image : grid.shape complex64 CuPy array
            Complete once the device has finished, which the call does not wait for.
        """
        segments = self._segments(profiles)
        n_elements = len(self._elements_m)
        n_groups = len(self._first_entry) - 1
        n_parts = min(n_groups, -(-_BLOCKS // len(self._voxels)))
        tile_bytes = n_elements * _SIGHT_BYTES + n_parts * TILE_VOXELS * image.itemsize
        batch = min(len(self._voxels), max(1, _BATCH_BYTES // tile_bytes))
        sights = self._cupy.empty((batch, n_elements, _SIGHT_BYTES), dtype=np.uint8)
        sums = self._cupy.empty((n_parts, batch, TILE_VOXELS), dtype=np.complex64)
        for start in range(0, len(self._voxels), batch):
            voxels = self._voxels[start : start + batch]
            centres_m = self._centres_m[start : start + batch]
            self._run(
                "sight_lines",
                (_blocks(len(voxels) * n_elements),),
                centres_m,
                np.int32(len(voxels)),
                self._elements_m,
                np.int32(n_elements),
                np.float64(self._reach_m),
                np.float64(self._samples_per_m),
                np.float64(self._cycles_per_m),
                self._n_samples,
                sights,
            )
            self._run(
                "backproject",
                (len(voxels), n_parts),
                segments,
                self._n_samples,
                np.uint32(self._row_length),
                sights,
                np.int32(self._array.n_tx),
                np.int32(self._array.n_rx),
                self._first_entry,
                np.int32(n_groups),
                self._receivers,
                self._channels,
                voxels,
                centres_m,
                self._axes_m,
                *(np.int32(length) for length in self._grid.shape),
                np.float32(self._samples_per_m),
                np.float32(self._cycles_per_m),
                sums,
            )
            self._run(
                "add_parts",
                (len(voxels),),
                sums,
                np.int32(n_parts),
                np.int32(voxels.size),
                voxels,
                image,
            )

    def _segments(self, profiles: Any) -> Any:
        """Profiles in the kernel's layout."""
        segments = self._cupy.empty((self._n_segments, 4), dtype=np.float32)
        self._run(
            "segment_profiles",
            (_blocks(self._n_segments),),
            self._cupy.ascontiguousarray(profiles),
            np.int32(len(profiles)),
            self._n_samples,
            np.int32(self._row_length),
            segments,
        )
        return segments

    def _run(self, kernel: str, blocks: tuple[int, ...], *arguments: Any) -> None:
        self._module.get_function(kernel)(blocks, (TILE_VOXELS,), arguments)


def _blocks(n_threads: int) -> int:
    return -(-n_threads // TILE_VOXELS)
