"""Our second baseline: the same factored sum as Clearway's own kernel, in plain Numba."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clearway.bench.peers.base import FormImage, Scope, installed_version, loaded
from clearway.imaging.backends.range_profiles import RangeCompression
from clearway.imaging.imager import OVERSAMPLING
from clearway.imaging.sweep import Sweep
from clearway.imaging.windows import Window

__all__ = ["FactoredNumba", "block_order"]

_BLOCK = np.array([[4], [8], [8]])


@dataclass(frozen=True, slots=True)
class FactoredNumba:
    """Back-projection with one phasor per leg and linear interpolation, compiled by Numba.

    The carrier's phasor of a path is the product of its legs' phasors, so that a point needs
    n_tx + n_rx sines and cosines instead of n_tx n_rx.
    """

    split: bool = False
    """Whether the inner loop is cut in three, which lets the compiler vectorise two of them."""

    @property
    def name(self) -> str:
        """As it stands in tables."""
        return "factored Numba, split loops" if self.split else "factored Numba"

    @property
    def scope(self) -> Scope:
        """From range profiles to image."""
        return Scope.KERNEL

    def version(self) -> str:
        """Version of Numba."""
        return installed_version("numba")

    def prepare(self, sweep: Sweep, window: Window | None, threads: int) -> FormImage:
        """Compress in range and have Numba compile the kernel.

        Raises
        ------
        MissingExtraError
            If Numba is missing.
        """
        numba = loaded("numba")
        back_project = loaded("clearway.bench.peers.factored_kernel").back_project
        compression = RangeCompression.of(
            sweep.frequencies_hz, sweep.propagation_speed_m_s, window, OVERSAMPLING
        )
        array = sweep.array
        by_channel = compression.profiles(sweep.samples.reshape(len(sweep.samples), -1), threads)
        wrapped = np.concatenate((by_channel, by_channel[:, :1]), axis=1)
        profiles = np.zeros((array.n_tx, array.n_rx, wrapped.shape[1]), np.complex64)
        tx, rx = array.channels.T
        # Adding, because a channel may be measured more than once.
        np.add.at(profiles, (tx, rx), wrapped)
        parts = profiles.view(np.float32).reshape(*profiles.shape, 2)

        def form(points_m: NDArray[np.float64]) -> NDArray[np.complex64]:
            image = np.empty(len(points_m), np.complex64)
            numba.set_num_threads(threads)
            back_project(
                parts,
                sweep.tx_positions_m,
                sweep.rx_positions_m,
                points_m,
                1 / compression.spacing_m,
                compression.wavenumber_rad_m / (2 * np.pi),
                self.split,
                image,
            )
            return image

        form(np.zeros((1, 3)))
        return form


def block_order(shape: tuple[int, int, int]) -> NDArray[np.intp]:
    """Raveled voxel numbers of a grid, block of 4 x 8 x 8 voxels after block.

    In plain order a block of points is a long line, which reads the whole of every profile; that
    halves the rate and would flatter whoever is compared with it.
    """
    x, y, z = np.indices(shape).reshape(3, -1) // _BLOCK
    return np.lexsort((z, y, x))
