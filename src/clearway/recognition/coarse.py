"""Finding people in the whole volume with few channels and large voxels.

For a curtain without a tracker: a few elements and part of the band are enough to tell where a
body is, at a small part of the cost of an image.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.ndimage import gaussian_filter, maximum_filter

from clearway.imaging import Array, Grid, Imager
from clearway.imaging.checks import complex_array
from clearway.imaging.sweep import checked_frequencies

__all__ = ["CoarsePass", "Sighting"]

_BODY_M = (0.12, 0.08)
"""Width of the smoothing along x and y: half of a body's, as the panel sees it."""
_HALF_DEPTH_M = 0.17
"""From the near side of a body, where the echo comes from, to its middle."""
_APART_M = 0.5
"""People nearer to each other than this are one sighting."""
_LEAST_CONTRAST_DB = 3.0


class Sighting(NamedTuple):
    """Where somebody seems to be."""

    x_m: float
    y_m: float
    """Of the middle of the body."""
    contrast_db: float
    """Energy over that of the median place."""


class CoarsePass:
    """Finds people without a tracker.

    Parameters
    ----------
    array : Array
        Of the full sweep.
    frequencies_hz : (n_freq,) array_like of float
        Of the full sweep.
    lower_m, upper_m : three floats each
        Corners of the volume to search, in the view frame.
    voxel_m : float
        Not finer than 4 cm: places, not shapes, are wanted.
    n_elements : int
        How many transmitters and how many receivers are used: the innermost ones.  A smaller
        aperture has a wider focus, which large voxels do not miss, and its elements are as close
        to each other as before: beside elements spread over the whole array, a body stands out by
        7 to 11 dB more at 96 elements and by 1 to 3 dB more at 64.
    n_frequencies : int
        How many frequencies are used, the lowest ones next to each other: the wider the voxel,
        the longer the waves may be, and neighbours keep the range free of repetitions.
    threads : int, optional
        As for `Imager`.
    """

    def __init__(
        self,
        array: Array,
        frequencies_hz: ArrayLike,
        lower_m: tuple[float, float, float] = (-1.0, 0.6, 0.2),
        upper_m: tuple[float, float, float] = (1.0, 2.0, 1.8),
        *,
        voxel_m: float = 0.04,
        n_elements: int = 24,
        n_frequencies: int = 25,
        threads: int | None = None,
    ) -> None:
        frequencies = checked_frequencies(frequencies_hz)
        self._frequencies = np.argsort(frequencies, kind="stable")[:n_frequencies]
        tx = _innermost(array.tx_positions_m, n_elements)
        rx = _innermost(array.rx_positions_m, n_elements)
        channels = array.channels
        self._channels = np.flatnonzero(np.isin(channels[:, 0], tx) & np.isin(channels[:, 1], rx))
        self._shape = array.sample_shape(len(frequencies))
        self._grid = Grid.over(lower_m, upper_m, voxel_m)
        part = Array(
            array.tx_positions_m, array.rx_positions_m, pairs=channels[self._channels],
            tx_times_s=array.tx_times_s,
        )  # fmt: skip
        self._imager = Imager(
            part, frequencies[self._frequencies], self._grid, window="hann", threads=threads
        )
        self._voxel_m = voxel_m

    @property
    def updates(self) -> int:
        """Contributions of one channel to one voxel in a pass: the measure of its cost."""
        return len(self._channels) * self._grid.size

    def find(self, samples: ArrayLike, most: int = 4) -> tuple[Sighting, ...]:
        """People in one sweep.

        Parameters
        ----------
        samples : complex array of the full sweep's shape
        most : int
            How many at the most.

        Returns
        -------
        tuple of Sighting
            The clearest first; empty where nobody stands out.

        Raises
        ------
        ArgumentError
            Another shape, NaN or infinity.
        """
        sweep = complex_array("samples", samples, self._shape).reshape(self._shape[0], -1)
        image = self._imager.form(sweep[np.ix_(self._frequencies, self._channels)])
        energy: NDArray[np.float64] = np.square(np.abs(image), dtype=np.float64).sum(axis=2)
        floor = float(np.median(energy))
        smooth = gaussian_filter(energy, [width / self._voxel_m for width in _BODY_M])
        around = 2 * int(_APART_M / self._voxel_m) + 1
        peaks = np.argwhere((smooth == maximum_filter(smooth, around)) & (smooth > 0))
        found = [self._sighting(smooth, floor, int(x), int(y)) for x, y in peaks]
        clear = [sighting for sighting in found if sighting.contrast_db > _LEAST_CONTRAST_DB]
        return tuple(sorted(clear, key=lambda sighting: -sighting.contrast_db)[:most])

    def _sighting(self, smooth: NDArray[np.float64], floor: float, x: int, y: int) -> Sighting:
        """Refine a peak to the centre of gravity of what surrounds it."""
        reach = [max(1, round(width / self._voxel_m)) for width in _BODY_M]
        along = slice(max(x - reach[0], 0), x + reach[0] + 1)
        away = slice(max(y - reach[1], 0), y + reach[1] + 1)
        weight = smooth[along, away]
        x_m = float(weight.sum(axis=1) @ self._grid.x_m[along] / weight.sum())
        y_m = float(weight.sum(axis=0) @ self._grid.y_m[away] / weight.sum())
        ratio = smooth[x, y] / max(floor, float(np.finfo(np.float64).tiny))
        return Sighting(x_m, y_m + _HALF_DEPTH_M, 10.0 * float(np.log10(ratio)))


def _innermost(positions_m: NDArray[np.float64], n: int) -> NDArray[np.intp]:
    """Numbers of the elements nearest to the middle of all; all of them where fewer are there."""
    away_m = np.linalg.norm(positions_m - positions_m.mean(axis=0), axis=1)
    return np.argsort(away_m, kind="stable")[:n]
