"""Removing what the instrument adds: the echo of the empty scene and the gain of each channel.

A channel measures ``m = g (s + b)``: the echo s of what is to be seen, the echo b of everything
else (walls, leakage from transmitter to receiver), both through the channel's complex gain g of
cables, antennas and amplifiers.  A sweep of the empty scene is ``m0 = g b``, and so

    s = (m - m0) / g

The background is subtracted first because it was measured through the same gain.  It also is the
exact order: the difference of two nearly equal numbers is free of rounding, that of two quotients
is not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from clearway.errors import ArgumentError
from clearway.imaging.checks import complex_array
from clearway.imaging.sweep import Sweep

__all__ = ["Calibration", "check_same_setup"]

_ROUNDING = 1e-7
"""Of a value stored in single precision, relative."""
_SAME_PLACE_M = 1e-6


@dataclass(frozen=True, eq=False)
class Calibration:
    """Background and gain of a radar, ready to be taken out of its sweeps.

    Both have the shape of the samples, (n_freq, n_tx, n_rx) or (n_freq, n_pairs); or that without
    the axis of frequencies, for what is the same at all of them; or 1 in place of any length, for
    what does not change along that axis.

    Raises
    ------
    ArgumentError
        A gain that is zero, or NaN or infinity in either.

    Examples
    --------
    >>> calibration = Calibration(gain=[[2j, 4]], background=[[[1, 1]]])
    >>> calibration.apply([[[3j, 5]]]).tolist()
    [[[(1.5+0.5j), (1+0j)]]]
    """

    gain: ArrayLike | None = None
    """Complex gain of each channel relative to what images assume; None for 1."""
    background: ArrayLike | None = None
    """Samples of the empty scene as they were measured, not divided by the gain; None for 0."""

    def __post_init__(self) -> None:
        for name in ("gain", "background"):
            value = getattr(self, name)
            if value is not None:
                own = complex_array(name, value, np.shape(value) or (1,)).copy()
                own.flags.writeable = False
                object.__setattr__(self, name, own)
        if self.gain is not None and not np.all(self.gain):
            raise ArgumentError(
                "gain",
                f"is 0 for {np.count_nonzero(np.equal(self.gain, 0))} values, the first at index "
                f"{tuple(int(i) for i in np.argwhere(np.equal(self.gain, 0))[0])}",
                "leave dead channels out of the sweep",
            )

    @classmethod
    def from_reference(
        cls, measured: Sweep, expected: Sweep, background: Sweep | None = None
    ) -> Calibration:
        """Find each channel's gain from a target whose echo can be computed.

        The target is a metal sphere (Mie series) or a plate, for example; `expected` may be of
        any phase and amplitude reference, which the images then have.

        Parameters
        ----------
        measured : Sweep
            Of the target.
        expected : Sweep
            Its computed echo, of the same array and frequencies.  Where it is weak, as in a
            plate's side lobes, noise decides the gain: choose a target that every pair sees.
        background : Sweep, optional
            Of the same scene without the target.

        Returns
        -------
        Calibration
            ``gain = (measured - background) / expected`` and the background.

        Raises
        ------
        ArgumentError
            Sweeps of different arrays, frequencies or media, or an echo of zero.
        """
        others = {"expected": expected} | ({} if background is None else {"background": background})
        for name, other in others.items():
            check_same_setup(name, other, measured)
        if not expected.samples.all():
            dark = np.count_nonzero(expected.samples == 0)
            raise ArgumentError(
                "expected", f"holds {dark} echoes of zero", "take a target that every pair sees"
            )
        empty = None if background is None else background.samples
        echo = measured.samples if empty is None else measured.samples - empty
        return cls(echo / expected.samples, empty)

    def apply(self, samples: ArrayLike) -> NDArray[np.complex64]:
        """Correct the samples of one sweep.

        Parameters
        ----------
        samples : (n_freq, n_tx, n_rx) or (n_freq, n_pairs) array_like of complex

        Returns
        -------
        complex64 array of the same shape
            ``(samples - background) / gain``.

        Raises
        ------
        ArgumentError
            Shapes that do not fit, or a result too large for float32.
        """
        corrected = complex_array("samples", samples, np.shape(samples))
        if self.background is not None:
            corrected = corrected - _fitting("background", self.background, corrected.shape)
        if self.gain is not None:
            with np.errstate(over="ignore", invalid="ignore"):
                corrected = corrected / _fitting("gain", self.gain, corrected.shape)
        return complex_array("samples", corrected, corrected.shape)


def check_same_setup(name: str, other: Sweep, sweep: Sweep) -> None:
    """Refuse a sweep of another array, other frequencies or another medium.

    Parameters
    ----------
    name : str
        Of ``other``, for the message.
    other, sweep : Sweep

    Raises
    ------
    ArgumentError
        If they differ by more than rounding does.
    """
    for quantity, found, expected in (
        ("frequencies_hz", other.frequencies_hz, sweep.frequencies_hz),
        ("tx_positions_m", other.tx_positions_m, sweep.tx_positions_m),
        ("rx_positions_m", other.rx_positions_m, sweep.rx_positions_m),
        ("pairs", other.array.channels, sweep.array.channels),
        ("propagation_speed_m_s", other.propagation_speed_m_s, sweep.propagation_speed_m_s),
    ):
        if np.shape(found) != np.shape(expected):
            problem = f"has shape {np.shape(found)}, that of the sweep {np.shape(expected)}"
        elif not np.allclose(found, expected, rtol=_ROUNDING, atol=_SAME_PLACE_M):
            problem = "differs from that of the sweep"
        else:
            continue
        remedy = "take it with the same array and frequencies, in the same order"
        raise ArgumentError(f"{name}.{quantity}", problem, remedy)


def _fitting(name: str, value: ArrayLike, shape: tuple[int, ...]) -> NDArray[np.complex64]:
    """Give a correction that broadcasts over samples axis by axis."""
    own = np.asarray(value)
    # NumPy would also match one value per frequency with the receivers, if these are as many.
    tail = shape[len(shape) - own.ndim :]
    if own.ndim not in {len(shape) - 1, len(shape)} or any(
        length not in (1, want) for length, want in zip(own.shape, tail, strict=True)
    ):
        raise ArgumentError(
            name,
            f"has shape {own.shape}, the samples have {shape}",
            f"give shape {shape}, or {shape[1:]} for all frequencies; 1 stands for any length",
        )
    return own
