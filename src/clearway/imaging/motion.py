"""Taking a person's motion out of the samples, before they are imaged.

While a sweep takes its milliseconds, a person walks on by a few.  A point p that moves with v adds
to channel (t, r), whose transmitter fires at the time tau from the middle of the sweep, the path
``tau v . (u_t + u_r)`` with the directions u from the elements to p.  Undone for one point in the
middle of the body, what is left elsewhere grows with the distance from it.  The image former can
follow the motion exactly, at half as much time again (`clearway.imaging.Region`).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from clearway.imaging import Array
from clearway.imaging.sweep import SPEED_OF_LIGHT_M_S

__all__ = ["steady"]


def steady(
    samples: NDArray[np.complex64],
    array: Array,
    frequencies_hz: NDArray[np.float64],
    middle_m: ArrayLike,
    velocity_m_s: ArrayLike,
) -> NDArray[np.complex64]:
    """Samples as if what is near a point had stood still at the middle of the sweep.

    Parameters
    ----------
    samples : (n_freq, n_tx, n_rx) or (n_freq, n_pairs) complex64
    array : Array
        With the times of its transmitters; without them nothing changes.
    frequencies_hz : (n_freq,) float64
        Evenly spaced, in order.
    middle_m, velocity_m_s : (3,) array_like of float
        The point, and how it moves.

    Returns
    -------
    complex64 array of the same shape
        O(n_freq n_pairs), two products per sample: the phase goes on by the same factor from
        frequency to frequency.

    Examples
    --------
    >>> from clearway.imaging.echo import point_echoes
    >>> array = Array([[-0.5, 0, 1], [0.5, 0, 1]], [[0, 0, 1.2]], tx_times_s=[-5e-3, 5e-3])
    >>> f, p, v = np.linspace(8e9, 18e9, 5), [[0.1, 1.2, 1.0]], [1.4, 0, 0]
    >>> moving = point_echoes(array, f, p, velocity_m_s=v).samples
    >>> still = point_echoes(array, f, p).samples
    >>> bool(np.abs(steady(moving, array, f, p[0], v) - still).max() < 0.03 < 0.5 <
    ...      np.abs(moving - still).max())
    True
    """
    velocity = np.asarray(velocity_m_s, dtype=np.float64)
    if array.tx_times_s is None or not velocity.any():
        return samples
    tx, rx = array.channels.T
    towards_m_s = [
        _unit(np.asarray(middle_m) - places) @ velocity
        for places in (array.tx_positions_m, array.rx_positions_m)
    ]
    path_m = array.tx_times_s[tx] * (towards_m_s[0][tx] + towards_m_s[1][rx])
    turn_m = 2j * np.pi / SPEED_OF_LIGHT_M_S * path_m
    phasor = np.exp(turn_m * frequencies_hz[0]).astype(np.complex64)
    step_hz = np.ptp(frequencies_hz) / max(len(frequencies_hz) - 1, 1)
    advance = np.exp(turn_m * step_hz).astype(np.complex64)
    flat = samples.reshape(len(samples), -1)
    steadied = np.empty_like(flat)
    for one, out in zip(flat, steadied, strict=True):
        np.multiply(one, phasor, out=out)
        phasor *= advance
    return steadied.reshape(samples.shape)


def _unit(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    unit: NDArray[np.float64] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit
