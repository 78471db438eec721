"""One radar sweep: samples, frequencies and the array that took them."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from clearway.errors import ArgumentError
from clearway.imaging.array import Array
from clearway.imaging.checks import complex_array, finite_real_array

__all__ = ["SPEED_OF_LIGHT_M_S", "Sweep", "checked_frequencies", "checked_speed"]

SPEED_OF_LIGHT_M_S = 299_792_458.0
"""In vacuum; in air it is lower by 0.03 %."""

_UNEVEN = 1e-3
"""How far a frequency may lie from the even raster, in steps.

The phase error of a profile's farthest path is 2 pi times that: 0.36 degrees.
"""


class Sweep:
    """Complex transmission samples of one sweep of a stepped-frequency radar.

    A point scatterer at p adds ``a exp(-j 2 pi f (|p - t| + |p - r|) / v)`` to the sample of
    frequency f, transmitter t and receiver r.

    Parameters
    ----------
    samples : (n_freq, n_tx, n_rx) complex64, or (n_freq, n_pairs) when ``pairs`` are given
        Linear amplitudes; the phase reference is at the elements' phase centres.
    frequencies_hz : (n_freq,) array_like of float
        In any order, but evenly spaced.
    tx_positions_m, rx_positions_m : (n_tx, 3) and (n_rx, 3) array_like of float
        Metres, in the frame of the image grid.
    propagation_speed_m_s : float
        Of the medium.
    pairs : (n_pairs, 2) array_like of int, optional
        The measured channels where not every pair is; see `Array`.
    tx_times_s : (n_tx,) array_like of float, optional
        When each transmitter fires; see `Array`.

    Raises
    ------
    ArgumentError
        Shapes that disagree, NaN or infinity, or frequencies that are uneven, repeated or not
        positive.

    Examples
    --------
    >>> sweep = Sweep(np.ones((2, 1, 1)), [9e9, 8e9], [[0, 0, 0]], [[0.1, 0, 0]])
    >>> sweep.samples.dtype, sweep.array.n_pairs
    (dtype('complex64'), 1)
    """

    def __init__(
        self,
        samples: ArrayLike,
        frequencies_hz: ArrayLike,
        tx_positions_m: ArrayLike,
        rx_positions_m: ArrayLike,
        propagation_speed_m_s: float = SPEED_OF_LIGHT_M_S,
        *,
        pairs: ArrayLike | None = None,
        tx_times_s: ArrayLike | None = None,
    ) -> None:
        self.array = Array(tx_positions_m, rx_positions_m, pairs=pairs, tx_times_s=tx_times_s)
        self.frequencies_hz = checked_frequencies(frequencies_hz)
        self.propagation_speed_m_s = checked_speed(propagation_speed_m_s)
        shape = self.array.sample_shape(len(self.frequencies_hz))
        self.samples: NDArray[np.complex64] = complex_array("samples", samples, shape)

    @classmethod
    def of(
        cls,
        samples: ArrayLike,
        frequencies_hz: ArrayLike,
        array: Array,
        propagation_speed_m_s: float = SPEED_OF_LIGHT_M_S,
    ) -> Sweep:
        """Build a sweep from a ready `Array`."""
        return cls(
            samples,
            frequencies_hz,
            array.tx_positions_m,
            array.rx_positions_m,
            propagation_speed_m_s,
            pairs=array.pairs,
            tx_times_s=array.tx_times_s,
        )

    @property
    def tx_positions_m(self) -> NDArray[np.float64]:
        """(n_tx, 3) positions of the transmitters."""
        return self.array.tx_positions_m

    @property
    def rx_positions_m(self) -> NDArray[np.float64]:
        """(n_rx, 3) positions of the receivers."""
        return self.array.rx_positions_m

    def with_samples(self, samples: ArrayLike) -> Sweep:
        """Give another sweep of the same array, for example a calibrated one."""
        return Sweep.of(samples, self.frequencies_hz, self.array, self.propagation_speed_m_s)


def checked_frequencies(frequencies_hz: ArrayLike) -> NDArray[np.float64]:
    """Finite, positive, evenly spaced frequencies in the order given.

    Raises
    ------
    ArgumentError
        If one is missing from an even raster, repeated, NaN, infinite or not positive.
    """
    name = "frequencies_hz"
    frequencies = finite_real_array(name, frequencies_hz, (-1,))
    if frequencies.min() <= 0:
        raise ArgumentError(name, f"holds {frequencies.min():g} Hz", "give frequencies above 0")
    ordered = np.sort(frequencies)
    if len(ordered) == 1:
        return frequencies
    step = (ordered[-1] - ordered[0]) / (len(ordered) - 1)
    if not np.diff(ordered).min() > 0:
        twice = ordered[:-1][np.diff(ordered) <= 0][0]
        raise ArgumentError(name, f"holds {twice:g} Hz twice", "give each frequency once")
    away = np.abs(ordered - (ordered[0] + step * np.arange(len(ordered))))
    worst = int(np.argmax(away))
    if away[worst] > _UNEVEN * step:
        raise ArgumentError(
            name,
            f"are not evenly spaced: {ordered[worst]:.9g} Hz lies {away[worst]:.3g} Hz beside "
            f"the raster of {step:.6g} Hz",
            "resample the sweep to even steps, or leave out the frequencies beside the raster",
        )
    return frequencies


def checked_speed(propagation_speed_m_s: float) -> float:
    """Give the speed, which must be a positive finite number."""
    speed = float(finite_real_array("propagation_speed_m_s", propagation_speed_m_s, ()))
    if speed <= 0:
        raise ArgumentError("propagation_speed_m_s", f"is {speed:g}", "give a speed above 0 m/s")
    return speed
