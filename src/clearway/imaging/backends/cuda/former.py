"""The back end for NVIDIA graphics cards: from samples to image without leaving the card."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from clearway.imaging.array import Array
from clearway.imaging.backends.cuda.device import cupy_with_device
from clearway.imaging.backends.cuda.projector import CudaProjector
from clearway.imaging.backends.problem import Problem, Progress

__all__ = ["CudaFormer"]


class CudaFormer:
    """One CUDA device, prepared for one problem: the current device when it is made.

    The samples go to the card and the image comes back; range compression and back-projection
    run there.  The same samples give the same image to the last bit.

    Raises
    ------
    MissingExtraError
        Without CuPy.
    ClearwayError
        Without a CUDA device.
    ArgumentError
        A grid or array too large for 32-bit numbers.
    """

    def __init__(self, problem: Problem) -> None:
        self._cupy = cupy_with_device()
        self._shape = problem.grid.shape
        self._compression = problem.range_compression()
        self._projectors = [
            CudaProjector(
                self._cupy,
                _as_the_scene_sees(problem.array, part.velocity_m_s),
                problem.grid,
                part.mask,
                self._compression,
            )
            for part in problem.parts
        ]

    def form(
        self, samples: NDArray[np.complex64], progress: Progress | None = None
    ) -> NDArray[np.complex64]:
        """See `clearway.imaging.backends.problem.Former`."""
        profiles = self._profiles(self._cupy.asarray(samples))
        image = self._cupy.zeros(self._shape, dtype=np.complex64)
        for done, projector in enumerate(self._projectors, start=1):
            projector.project(profiles, image)
            if progress is not None:
                progress(done / len(self._projectors))
        formed: NDArray[np.complex64] = self._cupy.asnumpy(image)
        return formed

    def _profiles(self, samples: Any) -> Any:
        """As `RangeCompression.profiles`, with CuPy's transform."""
        cupy, compression = self._cupy, self._compression
        shape = (samples.shape[1], compression.n_samples)
        spectrum = cupy.zeros(shape, dtype=np.complex64)
        weights = cupy.asarray(compression.weights)
        spectrum[:, cupy.asarray(compression.bins)] = (samples * weights).T
        return cupy.fft.ifft(spectrum, norm="forward")


def _as_the_scene_sees(array: Array, velocity_m_s: NDArray[np.float64] | None) -> Array:
    """Array that a moving scene sees, with a copy of each receiver for every firing time.

    A transmitter that fires at time tau meets the point p at p + v tau, which is as far from it
    as p is from an element displaced by -v tau.  That is exact, at the price that transmitters
    which fire at different times no longer share the work for a receiver.
    """
    if velocity_m_s is None or array.tx_times_s is None:
        return array
    tx, rx = array.channels.T
    times_s, firing = np.unique(array.tx_times_s, return_inverse=True)
    copies, own = np.unique(np.column_stack((firing[tx], rx)), axis=0, return_inverse=True)
    return Array(
        array.tx_positions_m - np.outer(array.tx_times_s, velocity_m_s),
        array.rx_positions_m[copies[:, 1]] - np.outer(times_s[copies[:, 0]], velocity_m_s),
        pairs=np.column_stack((tx, own)),
    )
