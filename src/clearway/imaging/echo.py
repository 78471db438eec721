"""Echoes of point scatterers: the forward model that back-projection is the adjoint of.

For known truth in tests, benchmarks and array design; it knows neither shadowing nor spreading
loss nor multiple bounces.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from clearway.imaging.array import Array
from clearway.imaging.checks import finite_real_array, positions
from clearway.imaging.sweep import SPEED_OF_LIGHT_M_S, Sweep, checked_frequencies, checked_speed

__all__ = ["point_echoes"]


def point_echoes(
    array: Array,
    frequencies_hz: ArrayLike,
    points_m: ArrayLike,
    amplitudes: ArrayLike = 1.0,
    *,
    velocity_m_s: ArrayLike = (0.0, 0.0, 0.0),
    propagation_speed_m_s: float = SPEED_OF_LIGHT_M_S,
) -> Sweep:
    """Sweep of isotropic points: ``S = sum_p a_p exp(-j 2 pi f (|p - t| + |p - r|) / v)``.

    Parameters
    ----------
    array : Array
    frequencies_hz : (n_freq,) array_like of float
    points_m : (n_points, 3) array_like of float
        Where the points are at sweep time 0.
    amplitudes : array_like of complex, scalar or (n_points,)
    velocity_m_s : (3,) array_like of float
        Common velocity; a transmitter that fires at time tau meets the points at
        ``p + velocity tau``.
    propagation_speed_m_s : float

    Returns
    -------
    Sweep
        Computed in float64, O(n_freq n_pairs n_points), and rounded to complex64.

    Examples
    --------
    >>> one = Array([[0, 0, 0]], [[0, 0, 0]])
    >>> round(abs(point_echoes(one, [1e9], [[0, 1, 0]], 2.0).samples.item()), 6)
    2.0
    """
    frequencies = checked_frequencies(frequencies_hz)
    wavenumber = 2 * np.pi * frequencies / checked_speed(propagation_speed_m_s)
    points = positions("points_m", points_m)
    amplitude = np.broadcast_to(np.asarray(amplitudes, dtype=np.complex128), (len(points),))
    moved = np.zeros(3) if array.tx_times_s is None else array.tx_times_s[:, np.newaxis]
    shift = moved * finite_real_array("velocity_m_s", velocity_m_s, (3,))
    tx, rx = array.channels.T
    own_shift = shift[tx] if shift.ndim == 2 else np.zeros((len(tx), 3))
    samples = np.zeros((len(frequencies), len(tx)), dtype=np.complex128)
    for point, strength in zip(points, amplitude, strict=True):
        there = point + own_shift
        path_m: NDArray[np.float64] = np.linalg.norm(
            there - array.tx_positions_m[tx], axis=1
        ) + np.linalg.norm(there - array.rx_positions_m[rx], axis=1)
        samples += strength * np.exp(-1j * np.outer(wavenumber, path_m))
    shape = array.sample_shape(len(frequencies))
    return Sweep.of(samples.reshape(shape), frequencies, array, propagation_speed_m_s)
