"""The exact image in float64: slow, plain, and what every faster back end is measured against."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from clearway.imaging.sweep import Sweep
from clearway.imaging.windows import Window, window_weights

__all__ = ["delay_and_sum"]

_VOXELS_PER_BLOCK = 64


def delay_and_sum(
    sweep: Sweep,
    points_m: NDArray[np.float64],
    window: Window | None = None,
    velocity_m_s: NDArray[np.float64] | None = None,
) -> NDArray[np.complex128]:
    """Image at any points: ``I(p) = sum_f sum_t sum_r w_f S exp(+j k_f (|p - t| + |p - r|))``.

    Parameters
    ----------
    sweep : Sweep
    points_m : (n, 3) float64
    window : {None, "hann", "taylor"}
    velocity_m_s : (3,) float64, optional
        Of the scene; the image shows it as it was at sweep time 0.

    Returns
    -------
    (n,) complex128
        Without any scaling.  O(n n_freq n_pairs) with one phasor per term.

    Examples
    --------
    >>> from clearway.imaging.array import Array
    >>> from clearway.imaging.echo import point_echoes
    >>> target = np.array([[0.0, 1.0, 0.0]])
    >>> sweep = point_echoes(Array([[0, 0, 0]], [[0.1, 0, 0]]), [1e9, 2e9], target)
    >>> round(float(abs(delay_and_sum(sweep, target)[0])), 5)
    2.0
    """
    array = sweep.array
    weights = window_weights(window, sweep.frequencies_hz)
    wavenumber = 2 * np.pi * sweep.frequencies_hz / sweep.propagation_speed_m_s
    tx, rx = array.channels.T
    weighted = sweep.samples.reshape(len(wavenumber), -1) * weights[:, np.newaxis]
    shift = np.zeros((array.n_tx, 3))
    if velocity_m_s is not None and array.tx_times_s is not None:
        shift = array.tx_times_s[:, np.newaxis] * velocity_m_s
    image = np.zeros(len(points_m), dtype=np.complex128)
    for start in range(0, len(points_m), _VOXELS_PER_BLOCK):
        block = points_m[start : start + _VOXELS_PER_BLOCK, np.newaxis]
        there = block + shift[tx]
        path_m = np.linalg.norm(there - array.tx_positions_m[tx], axis=2)
        path_m += np.linalg.norm(there - array.rx_positions_m[rx], axis=2)
        for k, row in zip(wavenumber, weighted, strict=True):
            image[start : start + len(block)] += np.exp(1j * k * path_m) @ row
    return image
