"""Back-projection in NumPy, for machines without a compiler."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from clearway.imaging.backends.problem import Part, Problem, Progress

__all__ = ["NumpyFormer"]

_VOXELS_AT_ONCE = 256


class NumpyFormer:
    """I(p) = sum_t e^{j k Rt} [sum_r e^{j k Rr} q_tr(Rt + Rr)] with q interpolated linearly."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self._compression = problem.range_compression()
        tx, rx = problem.array.channels.T
        self._of_tx = [np.flatnonzero(tx == t) for t in range(problem.array.n_tx)]
        self._rx = rx

    def form(
        self, samples: NDArray[np.complex64], progress: Progress | None = None
    ) -> NDArray[np.complex64]:
        """See `clearway.imaging.backends.problem.Former`."""
        profiles = self._compression.profiles(samples, self._problem.threads)
        points_m = self._problem.grid.points_m()
        image = np.zeros(len(points_m), dtype=np.complex64)
        blocks = [
            (part, block) for part in self._problem.parts for block in _blocks(part, len(points_m))
        ]
        for done, (part, block) in enumerate(blocks, start=1):
            image[block] = self._block(profiles, points_m[block], part)
            if progress is not None:
                progress(done / len(blocks))
        return image.reshape(self._problem.grid.shape)

    def _block(
        self, profiles: NDArray[np.complex64], points_m: NDArray[np.float64], part: Part
    ) -> NDArray[np.complex64]:
        array = self._problem.array
        image = np.zeros(len(points_m), dtype=np.complex64)
        back_m = _ranges(points_m, array.rx_positions_m)
        back = self._phasor(back_m)
        for t, channels in enumerate(self._of_tx):
            if len(channels) == 0:
                continue
            there = points_m
            if part.velocity_m_s is not None and array.tx_times_s is not None:
                there = points_m + array.tx_times_s[t] * part.velocity_m_s
                back_m = _ranges(there, array.rx_positions_m)
                back = self._phasor(back_m)
            out_m = _ranges(there, array.tx_positions_m[t : t + 1])
            rx = self._rx[channels]
            echo = self._interpolated(profiles[channels], out_m + back_m[rx])
            image += self._phasor(out_m)[0] * np.einsum("rv,rv->v", back[rx], echo)
        return image

    def _phasor(self, range_m: NDArray[np.float64]) -> NDArray[np.complex64]:
        phase_rad = self._compression.wavenumber_rad_m * range_m
        phasor: NDArray[np.complex64] = np.exp(1j * phase_rad).astype(np.complex64)
        return phasor

    def _interpolated(
        self, profiles: NDArray[np.complex64], path_m: NDArray[np.float64]
    ) -> NDArray[np.complex64]:
        """Each row of profiles at its own row of paths."""
        position = path_m / self._compression.spacing_m
        below = np.floor(position)
        part = (position - below).astype(np.float32)
        index = below.astype(np.intp) % self._compression.n_samples
        low = np.take_along_axis(profiles, index, axis=1)
        high = np.take_along_axis(profiles, (index + 1) % self._compression.n_samples, axis=1)
        interpolated: NDArray[np.complex64] = low + part * (high - low)
        return interpolated


def _ranges(points_m: NDArray[np.float64], elements_m: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n_elements, n_points) distances."""
    ranges: NDArray[np.float64] = np.linalg.norm(
        elements_m[:, np.newaxis] - points_m[np.newaxis], axis=2
    )
    return ranges


def _blocks(part: Part, n_points: int) -> list[NDArray[np.intp]]:
    voxels = np.arange(n_points) if part.mask is None else np.flatnonzero(part.mask)
    return [voxels[i : i + _VOXELS_AT_ONCE] for i in range(0, len(voxels), _VOXELS_AT_ONCE)]
