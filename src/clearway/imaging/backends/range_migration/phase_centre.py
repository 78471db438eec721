"""A pair of antennas replaced by one in the middle, and how wrong that is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clearway.errors import ArgumentError
from clearway.imaging.array import Array
from clearway.imaging.grid import Grid

__all__ = ["PHASE_CENTRE_BOUND_WAVELENGTHS", "PhaseCentres", "phase_centres"]

PHASE_CENTRE_BOUND_WAVELENGTHS = 1 / 16
"""Largest path error allowed, in wavelengths of the highest frequency: a phase of pi/8.

The same error that the far-field distance 2 D^2 / lambda of an aperture allows (C. A. Balanis,
Antenna Theory, 4th ed., 2016, section 4.4.1).  Echoes that add up with phases within pi/8 of
each other's mean lose at most 20 log10 cos(pi/8) = -0.69 dB of their peak.
"""

_SAME_BASELINE_M = 1e-6
_SAMPLES_PER_AXIS = 5
_BASELINES_PER_BLOCK = 1024


@dataclass(frozen=True, slots=True)
class PhaseCentres:
    """The antennas in the middle that stand for the pairs of an array."""

    positions_m: NDArray[np.float64]
    """(n_pairs, 3) midpoints between transmitter and receiver."""
    extra_path_m: NDArray[np.float64]
    """(n_pairs,) by how much the pair's path is longer than twice the way from its midpoint."""
    worst_error_m: float
    """Largest path error that is left anywhere in the grid."""

    def check(self, shortest_wavelength_m: float) -> None:
        """Refuse an array whose error exceeds `PHASE_CENTRE_BOUND_WAVELENGTHS`."""
        error = self.worst_error_m / shortest_wavelength_m
        if error > PHASE_CENTRE_BOUND_WAVELENGTHS:
            raise ArgumentError(
                "sweep.array",
                f"has baselines too long for phase centres: the path error reaches "
                f"{self.worst_error_m:.3g} m = {error:.3g} wavelengths "
                f"({2 * np.pi * error:.3g} rad), the bound is "
                f"{PHASE_CENTRE_BOUND_WAVELENGTHS:g} wavelengths "
                f"({2 * np.pi * PHASE_CENTRE_BOUND_WAVELENGTHS:.3g} rad)",
                "use back-projection, which is exact for any array",
            )


def phase_centres(array: Array, grid: Grid) -> PhaseCentres:
    """Midpoints of all pairs, with the constant extra path that suits the grid best.

    The path ``|p - t| + |p - r|`` differs from ``2 |p - (t + r) / 2|`` by about
    ``|b|^2 sin^2 / (4 R)`` for a baseline b seen at range R (Sheen, McMakin and Hall, IEEE Trans.
    MTT 49(9), 2001, use the midpoint alone). Half way between the smallest and the largest
    difference over the grid is taken as known extra path; half of their distance remains as
    error. The extremes are sought among 6 x 6 x 6 offsets that span the grid's box and include
    the one closest to broadside.

    Parameters
    ----------
    array : Array
    grid : Grid

    Returns
    -------
    PhaseCentres

    Examples
    --------
    >>> grid = Grid([-0.1, 0.1], [1.0], [-0.1, 0.1])
    >>> phase_centres(Array([[-0.01, 0, 0]], [[0.01, 0, 0]]), grid).worst_error_m < 1e-5
    True
    """
    tx, rx = array.channels.T
    ends = array.tx_positions_m[tx], array.rx_positions_m[rx]
    centres = (ends[0] + ends[1]) / 2
    if array.is_monostatic:
        return PhaseCentres(centres, np.zeros(len(centres)), 0.0)
    halves, member = np.unique(
        np.round((ends[1] - ends[0]) / (2 * _SAME_BASELINE_M)), axis=0, return_inverse=True
    )
    lower, upper = np.full(halves.shape, np.inf), np.full(halves.shape, -np.inf)
    np.minimum.at(lower, member, centres)
    np.maximum.at(upper, member, centres)
    nearest = np.array([axis.min() for axis in grid.axes_m]) - upper
    farthest = np.array([axis.max() for axis in grid.axes_m]) - lower
    extremes = np.concatenate(
        [
            _extra_path_extremes(
                _SAME_BASELINE_M * halves[start : start + _BASELINES_PER_BLOCK],
                nearest[start : start + _BASELINES_PER_BLOCK],
                farthest[start : start + _BASELINES_PER_BLOCK],
            )
            for start in range(0, len(halves), _BASELINES_PER_BLOCK)
        ]
    )
    worst = float(np.ptp(extremes, axis=1).max() / 2)
    return PhaseCentres(centres, extremes.mean(axis=1)[member], worst)


def _extra_path_extremes(
    half_m: NDArray[np.float64], nearest_m: NDArray[np.float64], farthest_m: NDArray[np.float64]
) -> NDArray[np.float64]:
    """(n, 2) smallest and largest extra path of n half baselines over n boxes of offsets."""
    even = np.linspace(nearest_m, farthest_m, _SAMPLES_PER_AXIS)
    axes = np.concatenate((even, np.clip(0.0, nearest_m, farthest_m)[np.newaxis]))
    choice = np.indices((len(axes),) * 3).reshape(3, -1)
    offset = np.stack([axes[choice[i], :, i] for i in range(3)], axis=-1)
    extra: NDArray[np.float64] = (
        np.linalg.norm(offset - half_m, axis=2)
        + np.linalg.norm(offset + half_m, axis=2)
        - 2 * np.linalg.norm(offset, axis=2)
    )
    return np.stack((extra.min(axis=0), extra.max(axis=0)), axis=1)
