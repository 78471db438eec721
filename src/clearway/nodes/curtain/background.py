"""The echo of the empty scene: taken out of each frame, and kept fresh while nobody is there.

A calibration's background ages: panels warm up, a bin is put beside the lane.  While the scene has
been empty for a while, the background follows the frames as an exponential mean, so slowly that a
person whom nobody noticed for a moment leaves no trace in it.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import exp

import numpy as np
from numpy.typing import ArrayLike, NDArray

from clearway.errors import ArgumentError
from clearway.imaging.calibration import Calibration
from clearway.imaging.checks import complex_array

__all__ = ["Background", "empty_scene"]


def empty_scene(frames: Iterable[ArrayLike], gain: ArrayLike | None = None) -> Calibration:
    """Calibration whose background is the mean of frames that show nobody.

    Parameters
    ----------
    frames : iterable of complex arrays of one shape
    gain : array_like of complex, optional
        As of `Calibration`.

    Raises
    ------
    ArgumentError
        No frame, frames of different shapes, or NaN or infinity in one.

    Examples
    --------
    >>> empty_scene([[[1, 2]], [[3, 4]]]).background.tolist()
    [[(2+0j), (3+0j)]]
    """
    total: NDArray[np.complex128] | None = None
    n_frames = 0
    for frame in frames:
        shape = np.shape(frame) if total is None else total.shape
        checked = complex_array("frames", frame, shape)
        total = checked.astype(np.complex128) if total is None else total + checked
        n_frames += 1
    if total is None:
        raise ArgumentError("frames", "hold no frame", "record the scene without anybody")
    return Calibration(gain, total / n_frames)


class Background:
    """Corrects the frames of one panel, without a copy that could be avoided.

    Parameters
    ----------
    calibration : Calibration
        With the background of the empty scene; without one, 0 is taken and then learnt.
    shape : tuple of int
        Of the frames.
    time_constant_s : float
        Of the exponential mean.
    quiet_s : float
        For how long the scene must have been empty before it counts.

    Raises
    ------
    ArgumentError
        A calibration of another shape.

    Examples
    --------
    >>> background = Background(Calibration(background=[[1, 1]]), (1, 2), quiet_s=0.0)
    >>> background.echo([[3, 1]]).tolist()
    [[(2+0j), 0j]]
    >>> background.observe(0.0, occupied=False)
    >>> for second in range(1, 600):
    ...     _ = background.echo([[3, 1]])
    ...     background.observe(float(second), occupied=False)
    >>> background.echo([[3, 1]]).round(3).tolist()
    [[0j, 0j]]
    """

    def __init__(
        self,
        calibration: Calibration,
        shape: tuple[int, ...],
        *,
        time_constant_s: float = 60.0,
        quiet_s: float = 2.0,
    ) -> None:
        self._shape = shape
        # What a calibration does to zeros says whether it fits, in its own words.
        calibration.apply(np.zeros(shape, dtype=np.complex64))
        self._level = np.zeros(shape, dtype=np.complex64)
        if calibration.background is not None:
            self._level += np.asarray(calibration.background)
        gain = calibration.gain
        self._factor = None if gain is None else np.complex64(1) / np.asarray(gain)
        self._time_constant_s = time_constant_s
        self._quiet_s = quiet_s
        self._difference = np.empty(shape, dtype=np.complex64)
        self._echo = self._difference if gain is None else np.empty(shape, dtype=np.complex64)
        self._last_s: float | None = None
        self._empty_since_s: float | None = None

    def echo(self, samples: ArrayLike) -> NDArray[np.complex64]:
        """Correct one frame: ``(samples - background) / gain``.

        Parameters
        ----------
        samples : complex array of the panel's shape

        Returns
        -------
        complex64 array of the same shape
            Holds until the next call.

        Raises
        ------
        ArgumentError
            Another shape, NaN or infinity.
        """
        checked = complex_array("samples", samples, self._shape)
        np.subtract(checked, self._level, out=self._difference)
        if self._factor is not None:
            np.multiply(self._difference, self._factor, out=self._echo)
        return self._echo

    def observe(self, time_s: float, *, occupied: bool) -> None:
        """Say whether anybody was in the frame that `echo` was given last.

        Parameters
        ----------
        time_s : float
            Of the frame.
        occupied : bool
        """
        step_s = 0.0 if self._last_s is None else max(time_s - self._last_s, 0.0)
        self._last_s = time_s
        if occupied:
            self._empty_since_s = None
            return
        if self._empty_since_s is None:
            self._empty_since_s = time_s
        # A pause in the frames must not make one of them count for all that were missed.
        step_s = min(step_s, self._time_constant_s / 10)
        if time_s - self._empty_since_s >= self._quiet_s and step_s > 0.0:
            share = np.float32(1.0 - exp(-step_s / self._time_constant_s))
            self._difference *= share
            self._level += self._difference
