"""The compiled part of `FactoredNumba`; importing it needs Numba."""

from __future__ import annotations

from math import cos, floor, pi, sin, sqrt

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

__all__ = ["POINTS_PER_BLOCK", "back_project"]

POINTS_PER_BLOCK = 256

_Floats = NDArray[np.float32]
_Doubles = NDArray[np.float64]


@njit(fastmath=True)
def _leg(
    point: _Doubles, element: _Doubles, n: int, samples_per_metre: float, turns_per_metre: float
) -> tuple[float, float]:
    """Place in the periodic profile, and carrier phase, of the way between point and element.

    Both are reduced to one period in float64, so that float32 keeps their fraction.
    """
    dx, dy, dz = point[0] - element[0], point[1] - element[1], point[2] - element[2]
    length_m = sqrt(dx * dx + dy * dy + dz * dz)
    sample = length_m * samples_per_metre
    turns = length_m * turns_per_metre
    return sample - floor(sample / n) * n, 2 * pi * (turns - floor(turns))


@njit(fastmath=True)
def _sum_in_one_loop(
    profile: _Floats, tx: _Floats, rx: _Floats, total: _Floats, _scratch: _Floats
) -> None:
    """Add one channel to ``total`` before the transmitter's phasor.

    ``profile`` is (n + 1, 2): real and imaginary parts, the first sample repeated at the end.
    ``tx`` and ``rx`` are (3, m): sample, cosine and sine.
    """
    n = np.float32(len(profile) - 1)
    for v in range(tx.shape[1]):
        place = tx[0, v] + rx[0, v]
        if place >= n:
            place -= n
        i = np.uint32(place)
        w = place - np.float32(i)
        re = profile[i, 0] + w * (profile[i + np.uint32(1), 0] - profile[i, 0])
        im = profile[i, 1] + w * (profile[i + np.uint32(1), 1] - profile[i, 1])
        total[0, v] += re * rx[1, v] - im * rx[2, v]
        total[1, v] += re * rx[2, v] + im * rx[1, v]


@njit(fastmath=True)
def _sum_in_three_loops(
    profile: _Floats, tx: _Floats, rx: _Floats, total: _Floats, scratch: _Floats
) -> None:
    """Do the same with the look-ups in a loop of their own, so that the others vectorise."""
    n = np.float32(len(profile) - 1)
    index = scratch[5].view(np.uint32)
    for v in range(tx.shape[1]):
        place = tx[0, v] + rx[0, v]
        if place >= n:
            place -= n
        i = np.int32(place)
        scratch[4, v] = place - np.float32(i)
        index[v] = i
    for v in range(tx.shape[1]):
        i = index[v]
        scratch[0, v], scratch[1, v] = profile[i, 0], profile[i, 1]
        scratch[2, v], scratch[3, v] = profile[i + np.uint32(1), 0], profile[i + np.uint32(1), 1]
    for v in range(tx.shape[1]):
        w = scratch[4, v]
        re = scratch[0, v] + w * (scratch[2, v] - scratch[0, v])
        im = scratch[1, v] + w * (scratch[3, v] - scratch[1, v])
        total[0, v] += re * rx[1, v] - im * rx[2, v]
        total[1, v] += re * rx[2, v] + im * rx[1, v]


@njit(parallel=True, fastmath=True)
def back_project(
    profiles: _Floats,
    tx_positions_m: _Doubles,
    rx_positions_m: _Doubles,
    points_m: _Doubles,
    samples_per_metre: float,
    turns_per_metre: float,
    split: bool,
    image: NDArray[np.complex64],
) -> None:
    """Fill ``image``: sum_t exp(j k_c R_t) [sum_r exp(j k_c R_r) q_tr((R_t + R_r) / dL)].

    Parameters
    ----------
    profiles : (n_tx, n_rx, n + 1, 2) float32
        Real and imaginary parts of q, the first sample repeated at the end.
    tx_positions_m, rx_positions_m : (n, 3) float64
    points_m : (n_points, 3) float64
        Neighbours in space should be neighbours here: each block of 256 reuses few samples.
    samples_per_metre, turns_per_metre : float
        1 / dL and k_c / (2 pi), along the path.
    split : bool
        Whether the inner loop is cut in three.
    image : (n_points,) complex64
    """
    n_tx, n_rx, wrapped = profiles.shape[:3]
    n = wrapped - 1
    for block in prange((len(points_m) + POINTS_PER_BLOCK - 1) // POINTS_PER_BLOCK):
        points = points_m[block * POINTS_PER_BLOCK : (block + 1) * POINTS_PER_BLOCK]
        m = len(points)
        rx = np.empty((n_rx, 3, m), np.float32)
        for r in range(n_rx):
            for v in range(m):
                sample, phase = _leg(
                    points[v], rx_positions_m[r], n, samples_per_metre, turns_per_metre
                )
                rx[r, 0, v], rx[r, 1, v], rx[r, 2, v] = sample, cos(phase), sin(phase)
        tx = np.empty((3, m), np.float32)
        inner = np.empty((2, m), np.float32)
        scratch = np.empty((6, m), np.float32)
        whole = np.zeros((2, m), np.float32)
        for t in range(n_tx):
            for v in range(m):
                sample, phase = _leg(
                    points[v], tx_positions_m[t], n, samples_per_metre, turns_per_metre
                )
                tx[0, v], tx[1, v], tx[2, v] = sample, cos(phase), sin(phase)
            inner[:] = 0
            for r in range(n_rx):
                if split:
                    _sum_in_three_loops(profiles[t, r], tx, rx[r], inner, scratch)
                else:
                    _sum_in_one_loop(profiles[t, r], tx, rx[r], inner, scratch)
            for v in range(m):
                whole[0, v] += inner[0, v] * tx[1, v] - inner[1, v] * tx[2, v]
                whole[1, v] += inner[0, v] * tx[2, v] + inner[1, v] * tx[1, v]
        for v in range(m):
            image[block * POINTS_PER_BLOCK + v] = whole[0, v] + 1j * whole[1, v]
