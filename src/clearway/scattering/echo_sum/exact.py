"""The sum over facets as matrix products: exact in range and frequency."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from clearway.scattering.devices import array_module

__all__ = ["echo_sum"]

_REFRESH = 64
"""Frequencies after which the phasors are computed anew, before rounding has walked far."""


def echo_sum(
    tx_amplitude: Any,
    rx_amplitude: Any,
    tx_range_m: Any,
    rx_range_m: Any,
    frequencies_hz: NDArray[np.float64],
    propagation_speed_m_s: float,
) -> Any:
    """Sum ``S_f[t, r] = sum_k sum_i a[k,t,i] b[k,r,i] exp(-j 2 pi f / c (Rt[t,i] + Rr[r,i]))``.

    The phase is a product of one factor per side, so that each frequency is one matrix product
    of (n_tx, K n_facets) by (K n_facets, n_rx); from one frequency to the next both matrices are
    advanced by a fixed phasor.

    Parameters
    ----------
    tx_amplitude : (K, n_tx, n_facets) complex64 or complex128
        Without the phase of the path.
    rx_amplitude : (K, n_rx, n_facets), same type
    tx_range_m : (n_tx, n_facets) float64
    rx_range_m : (n_rx, n_facets) float64
    frequencies_hz : (n_freq,) float64
        Evenly spaced.
    propagation_speed_m_s : float

    Returns
    -------
    (n_freq, n_tx, n_rx) array of the amplitudes' type
        NumPy or CuPy arrays, as the amplitudes are.

    Examples
    --------
    >>> one = np.ones((1, 1, 1), np.complex64)
    >>> quarter_wave_m = np.full((1, 1), 0.25)
    >>> echo_sum(one, one, quarter_wave_m, quarter_wave_m, np.array([1.0]), 1.0).round(6).item()
    (-1-0j)
    """
    xp = array_module(tx_amplitude)
    n_tx, n_rx = tx_amplitude.shape[1], rx_amplitude.shape[1]
    wavenumbers = 2 * np.pi * np.asarray(frequencies_hz) / propagation_speed_m_s
    samples = xp.zeros((len(wavenumbers), n_tx, n_rx), dtype=tx_amplitude.dtype)
    step = (wavenumbers[-1] - wavenumbers[0]) / max(len(wavenumbers) - 1, 1)
    sides = [
        (xp.ascontiguousarray(amplitude.swapaxes(0, 1)), range_m, _phasor(range_m, step, amplitude))
        for amplitude, range_m in ((tx_amplitude, tx_range_m), (rx_amplitude, rx_range_m))
    ]
    for first in range(0, len(wavenumbers), _REFRESH):
        tx, rx = (
            amplitude * _phasor(range_m, wavenumbers[first], amplitude)
            for amplitude, range_m, _ in sides
        )
        for number in range(first, min(first + _REFRESH, len(wavenumbers))):
            if number > first:
                tx *= sides[0][2]
                rx *= sides[1][2]
            xp.matmul(tx.reshape(n_tx, -1), rx.reshape(n_rx, -1).T, out=samples[number])
    return samples


def _phasor(range_m: Any, wavenumber: float, like: Any) -> Any:
    """(n_elements, 1, n_facets) phase factors, rounded only after their angle was reduced."""
    xp = array_module(range_m)
    return xp.exp(-1j * (wavenumber * range_m)).astype(like.dtype)[:, None, :]
