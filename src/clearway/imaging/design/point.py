"""What an array can resolve and where its side and grating lobes lie, computed for a point.

No sweep is simulated.  The echo of a unit point at q, imaged at p, is a product for each
frequency of what the transmitters and the receivers contribute::

    I(p) = sum_f w_f [sum_t exp(j k_f (|p - t| - |q - t|))] [sum_r exp(j k_f (|p - r| - |q - r|))]

which costs n_tx + n_rx phasors instead of n_tx n_rx, and equals `delay_and_sum` of
`point_echoes`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from clearway.errors import ArgumentError
from clearway.imaging.array import Array
from clearway.imaging.checks import finite_real_array
from clearway.imaging.design.quality import PointSpread, measure_point_spread
from clearway.imaging.design.rules import expected_resolution_m
from clearway.imaging.grid import Grid
from clearway.imaging.sweep import SPEED_OF_LIGHT_M_S, checked_frequencies, checked_speed
from clearway.imaging.windows import Window, window_weights

__all__ = [
    "PointDesign",
    "design_point",
    "point_response",
]

_VOXELS_PER_BLOCK = 512
_CUT_WIDTHS = 3.0
_CUT_SAMPLES = 241


@dataclass(frozen=True, slots=True)
class PointDesign:
    """What an array makes of one point."""

    target_m: tuple[float, float, float]
    expected_m: tuple[float, float, float]
    """Rule-of-thumb resolution along x, y and z; see `expected_resolution_m`."""
    half_power_width_m: tuple[float, float, float]
    """Computed along lines through the point; NaN if beyond three times the rule."""
    spread: PointSpread
    """Side lobes and ratios within the grid; its widths are only as fine as the grid."""
    grid: Grid
    image: NDArray[np.complex128]
    """The point's image on the grid, relative to its value at the target."""

    def strongest_beyond_db(self, distance_m: float) -> float:
        """Strongest power in the grid farther from the target than a distance.

        Beyond the lobes next to the main one, which belong to the aperture's shape and the
        spectrum, this is the level of grating lobes or of what jitter has made of them.

        Raises
        ------
        ArgumentError
            If the grid does not reach so far.
        """
        away_m = np.linalg.norm(self.grid.points_m() - self.target_m, axis=1)
        far = away_m > distance_m
        if not far.any():
            raise ArgumentError(
                "distance_m",
                f"is {distance_m:g}, the grid reaches {away_m.max():.3g} m from the target",
                "choose a larger grid",
            )
        with np.errstate(divide="ignore"):
            return float(20 * np.log10(np.abs(self.image.ravel()[far]).max()))


def design_point(
    array: Array,
    frequencies_hz: ArrayLike,
    target_m: ArrayLike,
    grid: Grid,
    *,
    window: Window | None = None,
    propagation_speed_m_s: float = SPEED_OF_LIGHT_M_S,
) -> PointDesign:
    """Resolution at a point, and the lobes around it.

    Parameters
    ----------
    array : Array
        The panels of a curtain, in any arrangement.
    frequencies_hz : (n_freq,) array_like of float
    target_m : (3,) array_like of float
        The point.
    grid : Grid
        Where lobes are sought: a volume, or planes for a quick look.  It must hold the target's
        main lobe, in steps of at most half a resolution cell.
    window : {None, "hann", "taylor"}
    propagation_speed_m_s : float

    Returns
    -------
    PointDesign
    """
    target = finite_real_array("target_m", target_m, (3,))

    def response(on: Grid) -> NDArray[np.complex128]:
        return point_response(
            array,
            frequencies_hz,
            target,
            on,
            window=window,
            propagation_speed_m_s=propagation_speed_m_s,
        )

    expected_m = expected_resolution_m(array, frequencies_hz, target, propagation_speed_m_s)
    lines = [_cut(target, axis, _CUT_WIDTHS * expected_m[axis]) for axis in range(3)]
    widths_m = [
        measure_point_spread(response(line), line).half_power_width_m[axis]
        for axis, line in enumerate(lines)
    ]
    image = response(grid)
    x, y, z = (float(coordinate) for coordinate in target)
    return PointDesign(
        target_m=(x, y, z),
        expected_m=expected_m,
        half_power_width_m=(widths_m[0], widths_m[1], widths_m[2]),
        spread=measure_point_spread(image, grid),
        grid=grid,
        image=image,
    )


def point_response(
    array: Array,
    frequencies_hz: ArrayLike,
    target_m: ArrayLike,
    grid: Grid,
    *,
    window: Window | None = None,
    propagation_speed_m_s: float = SPEED_OF_LIGHT_M_S,
) -> NDArray[np.complex128]:
    """Image of one point of unit strength, divided by its value at the point itself.

    Parameters
    ----------
    array : Array
    frequencies_hz : (n_freq,) array_like of float
        Evenly spaced.
    target_m : (3,) array_like of float
    grid : Grid
    window : {None, "hann", "taylor"}
    propagation_speed_m_s : float

    Returns
    -------
    complex128 of grid.shape

    Examples
    --------
    >>> array = Array([[-1, 0, 0], [1, 0, 0]], [[0, 0, 0]])
    >>> abs(point_response(array, [1e9], [0, 2, 0], Grid([0.0], [2.0], [0.0]))).item()
    1.0
    """
    frequencies = np.sort(checked_frequencies(frequencies_hz))
    weights = window_weights(window, frequencies)
    per_hertz = 2 * np.pi / checked_speed(propagation_speed_m_s)
    target = finite_real_array("target_m", target_m, (3,))
    step_hz = frequencies[1] - frequencies[0] if len(frequencies) > 1 else 0.0
    points_m = grid.points_m()
    response = np.zeros(grid.size, dtype=np.complex128)
    for start in range(0, grid.size, _VOXELS_PER_BLOCK):
        block = slice(start, start + _VOXELS_PER_BLOCK)
        sides = []
        for elements_m in (array.tx_positions_m, array.rx_positions_m):
            way_m = np.linalg.norm(points_m[block, np.newaxis] - elements_m, axis=2)
            way_m -= np.linalg.norm(target - elements_m, axis=1)
            sides.append(
                (
                    np.exp(1j * per_hertz * frequencies[0] * way_m),
                    np.exp(1j * per_hertz * step_hz * way_m),
                )
            )
        (tx, tx_turn), (rx, rx_turn) = sides
        for weight in weights:
            response[block] += weight * _sum_over_pairs(array, tx, rx)
            tx *= tx_turn
            rx *= rx_turn
    response /= weights.sum() * array.n_pairs
    return response.reshape(grid.shape)


def _cut(target_m: NDArray[np.float64], axis: int, length_m: float) -> Grid:
    """Line through the target along an axis, or the target alone if the length is infinite."""
    axes = [target_m[[i]] for i in range(3)]
    if np.isfinite(length_m):
        axes[axis] = target_m[axis] + length_m * np.linspace(-0.5, 0.5, _CUT_SAMPLES)
    return Grid(*axes)


def _sum_over_pairs(
    array: Array, tx: NDArray[np.complex128], rx: NDArray[np.complex128]
) -> NDArray[np.complex128]:
    """(n_voxels,) sums of the products of phasors (n_voxels, n_tx) and (n_voxels, n_rx)."""
    sums: NDArray[np.complex128]
    if array.pairs is None:
        sums = tx.sum(axis=1) * rx.sum(axis=1)
    else:
        sums = np.einsum("vp,vp->v", tx[:, array.pairs[:, 0]], rx[:, array.pairs[:, 1]])
    return sums
