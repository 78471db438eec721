"""Images of the person of a view: the same for training, for scoring and live.

A recogniser knows what a person looks like at one range window, in one region of interest and with
the motion taken out in one way.  Whoever feeds it forms images here.
"""

from __future__ import annotations

from collections import OrderedDict

import numpy as np
from numpy.typing import ArrayLike, NDArray

from clearway.imaging import SPEED_OF_LIGHT_M_S, Array, Imager
from clearway.imaging.motion import steady
from clearway.imaging.windows import Window
from clearway.recognition.roi import Box
from clearway.recognition.view import View
from clearway.recognition.volume import Volume

__all__ = ["WINDOW", "PersonImager"]

WINDOW: Window = "hann"
"""Over frequency: side lobes of a glint would lie along the depth, where a thing stands proud."""
_OVERSAMPLING = 4.2
"""Of range profiles: the image errs by 0.4 %, far less than a recogniser tells apart, and takes a
seventh less time than with the image former's own default."""
_NEAR_SIDE_M, _MIDDLE_M = 0.15, 1.0
"""Of the body's visible side: how far before its middle, and how high above the floor."""


class PersonImager:
    """Image former for the people before one panel.

    Parameters
    ----------
    array : Array
        Of the channels that work, in the panel's view frame.
    frequencies_hz : (n_freq,) array_like of float
        Ascending, evenly spaced.
    backend : str
        As of `Imager`.
    threads : int, optional
        As of `Imager`.
    prepared : int
        How many boxes stay prepared: those of people who stand or come again.
    propagation_speed_m_s : float
    """

    def __init__(
        self,
        array: Array,
        frequencies_hz: ArrayLike,
        *,
        backend: str = "auto",
        threads: int | None = None,
        prepared: int = 4,
        propagation_speed_m_s: float = SPEED_OF_LIGHT_M_S,
    ) -> None:
        self._array = array
        self._frequencies_hz = np.asarray(frequencies_hz, dtype=np.float64)
        self._backend = backend
        self._threads = threads
        self._prepared = prepared
        self._speed_m_s = propagation_speed_m_s
        self._imagers: OrderedDict[tuple[object, ...], Imager] = OrderedDict()

    def prepare(self, box: Box) -> Imager:
        """Work out what depends on a box alone, unless it is known; `volume` does so by itself."""
        key = (box.corner_m, box.interest)
        imager = self._imagers.pop(key, None) or Imager(
            self._array,
            self._frequencies_hz,
            box.grid,
            window=WINDOW,
            backend=self._backend,
            oversampling=_OVERSAMPLING,
            threads=self._threads,
            propagation_speed_m_s=self._speed_m_s,
        )
        self._imagers[key] = imager
        if len(self._imagers) > self._prepared:
            self._imagers.popitem(last=False)
        return imager

    def volume(self, echo: NDArray[np.complex64], view: View, box: Box) -> Volume:
        """Image the person of a view.

        Parameters
        ----------
        echo : complex64 array
            Calibrated samples of the array.
        view : View
            The motion that it tells is taken out, where the array says when its transmitters fire.
        box : Box
            Around that person.
        """
        middle_m = (view.person_m[0], view.person_m[1] - _NEAR_SIDE_M, _MIDDLE_M)
        velocity = (*view.velocity_m_s, 0.0)
        still = steady(echo, self._array, self._frequencies_hz, middle_m, velocity)
        return box.volume(self.prepare(box).form(still))
