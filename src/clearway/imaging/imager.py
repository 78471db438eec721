"""Forming images: one call for one sweep, or a prepared `Imager` for many."""

from __future__ import annotations

import os
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from clearway.errors import ArgumentError
from clearway.imaging.array import Array
from clearway.imaging.backends.choice import choose
from clearway.imaging.backends.problem import Problem, Progress, parts_of
from clearway.imaging.calibration import Calibration
from clearway.imaging.checks import complex_array
from clearway.imaging.grid import Grid, Region
from clearway.imaging.sweep import (
    SPEED_OF_LIGHT_M_S,
    Sweep,
    checked_frequencies,
    checked_speed,
)
from clearway.imaging.windows import Window, window_weights

__all__ = ["Imager", "backproject"]

OVERSAMPLING = 5.2
"""Samples per range cell: single channels are then interpolated to 0.6 %."""


class Imager:
    """Image former for many sweeps of one array over one grid.

    What depends on the geometry alone is prepared once.  An imager may be used by one thread at a
    time; different imagers may run in different threads.

    Parameters
    ----------
    array : Array
    frequencies_hz : (n_freq,) array_like of float
        Evenly spaced, in the order of the samples.
    grid : Grid
        In the array's frame.
    window : {None, "hann", "taylor"}
        Weighting over frequency; see `clearway.imaging.windows`.
    backend : str
        ``"auto"``, or a name that `clearway.imaging.backends.choice.backend_names` lists.
    regions : sequence of Region, optional
        Only voxels in these boxes are computed, each box in its own moving frame: the image shows
        it as it was at sweep time 0.
    mask : bool array of the grid's shape, optional
        Only these voxels are computed.
    calibration : Calibration, optional
        Applied to every sweep.
    oversampling : float
        Accuracy against speed: samples of a range profile per range cell v / B.  The error falls
        with its square.
    threads : int, optional
        Default: one for each processor that this process may use.
    propagation_speed_m_s : float

    Raises
    ------
    ArgumentError
        Whatever cannot be imaged, before anything is computed.
    MissingExtraError
        If the back end needs a library that is not installed.

    Examples
    --------
    >>> from clearway.imaging.echo import point_echoes
    >>> array = Array([[-0.2, 0, 0], [0.2, 0, 0]], [[0, 0, 0.2], [0, 0, -0.2]])
    >>> frequencies_hz = np.linspace(8e9, 18e9, 51)
    >>> grid = Grid.over((-0.1, 0.9, 0), (0.1, 1.1, 0), 0.01)
    >>> sweep = point_echoes(array, frequencies_hz, [[0.05, 1.0, 0.0]])
    >>> image = Imager(array, frequencies_hz, grid).form(sweep.samples)
    >>> [int(i) for i in np.unravel_index(np.abs(image).argmax(), image.shape)]
    [15, 10, 0]
    """

    def __init__(
        self,
        array: Array,
        frequencies_hz: ArrayLike,
        grid: Grid,
        *,
        window: Window | None = None,
        backend: str = "auto",
        regions: Sequence[Region] | None = None,
        mask: NDArray[np.bool_] | None = None,
        calibration: Calibration | None = None,
        oversampling: float = OVERSAMPLING,
        threads: int | None = None,
        propagation_speed_m_s: float = SPEED_OF_LIGHT_M_S,
    ) -> None:
        if not oversampling >= 2:
            raise ArgumentError("oversampling", f"is {oversampling}", "give at least 2")
        if threads is not None and threads < 1:
            raise ArgumentError("threads", f"is {threads}", "give at least 1")
        frequencies = checked_frequencies(frequencies_hz)
        window_weights(window, frequencies)
        problem = Problem(
            array=array,
            frequencies_hz=frequencies,
            propagation_speed_m_s=checked_speed(propagation_speed_m_s),
            grid=grid,
            parts=parts_of(grid, array, regions, mask),
            window=window,
            oversampling=oversampling,
            threads=threads or len(os.sched_getaffinity(0)),
        )
        self.backend, former = choose(backend)
        self._sample_shape = array.sample_shape(len(frequencies))
        self._former = former(problem)
        self._calibration = calibration

    def form(
        self, samples: ArrayLike, *, progress: Progress | None = None
    ) -> NDArray[np.complex64]:
        """Form the image of one sweep.

        Parameters
        ----------
        samples : (n_freq, n_tx, n_rx) complex64, or (n_freq, n_pairs) for a list of pairs
        progress : callable, optional
            Told the fraction done, from 0 to 1; an exception that it raises ends the work.

        Returns
        -------
        complex64 array of the grid's shape
            ``I(p) = sum_f sum_t sum_r w_f S exp(+j k_f (|p - t| + |p - r|))``, not scaled in any
            way; 0 outside of regions and mask.  O(n_voxels n_pairs).
        """
        checked = complex_array("samples", samples, self._sample_shape)
        if self._calibration is not None:
            checked = self._calibration.apply(checked)
        return self._former.form(checked.reshape(len(checked), -1), progress)


def backproject(
    sweep: Sweep,
    grid: Grid,
    window: Window | None = None,
    backend: str = "auto",
    *,
    regions: Sequence[Region] | None = None,
    mask: NDArray[np.bool_] | None = None,
    oversampling: float = OVERSAMPLING,
    threads: int | None = None,
    progress: Progress | None = None,
) -> NDArray[np.complex64]:
    """Form the image of one sweep; for many sweeps of one array, prepare an `Imager`.

    Parameters
    ----------
    sweep : Sweep
    grid, window, backend, regions, mask, oversampling, threads
        As for `Imager`.
    progress : callable, optional
        As for `Imager.form`.

    Returns
    -------
    complex64 array of the grid's shape
        See `Imager.form`.
    """
    imager = Imager(
        sweep.array,
        sweep.frequencies_hz,
        grid,
        window=window,
        backend=backend,
        regions=regions,
        mask=mask,
        oversampling=oversampling,
        threads=threads,
        propagation_speed_m_s=sweep.propagation_speed_m_s,
    )
    return imager.form(sweep.samples, progress=progress)
