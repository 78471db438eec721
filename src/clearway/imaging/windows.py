"""Spectral windows: less side lobes in range for a wider main lobe."""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from clearway.errors import ArgumentError

__all__ = ["Window", "window_weights"]

Window: TypeAlias = Literal["hann", "taylor"]

_TAYLOR_EQUAL_SIDE_LOBES = 4
_TAYLOR_SIDE_LOBE_DB = 30


def window_weights(
    window: Window | None, frequencies_hz: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Weight of each frequency, in the order given.

    Parameters
    ----------
    window : {None, "hann", "taylor"}
        No window; the symmetric Hann window ``sin^2(pi i / (n - 1))``; or the Taylor window with
        four nearly equal side lobes at -30 dB (Carrara, Goodman, Majewski, *Spotlight Synthetic
        Aperture Radar*, 1995, appendix D), with its maximum scaled to 1.  Nothing is normalised
        by the window's sum.
    frequencies_hz : (n_freq,) float64
        Evenly spaced, in any order.

    Returns
    -------
    (n_freq,) float64

    Raises
    ------
    ArgumentError
        For another name.

    Examples
    --------
    >>> window_weights("hann", np.array([3e9, 1e9, 2e9])).tolist()
    [0.0, 0.0, 1.0]
    """
    if window is not None and window not in get_args(Window):
        known = ", ".join(f'"{name}"' for name in get_args(Window))
        raise ArgumentError("window", f"is {window!r}", f"choose None, {known}")
    # Half of the time that importing clearway.imaging would take.
    from scipy.signal.windows import hann, taylor

    n = len(frequencies_hz)
    if window is None or n < 3:  # a window of two zeros would leave nothing
        weights = np.ones(n)
    elif window == "hann":
        weights = hann(n)
    else:
        weights = taylor(n, nbar=_TAYLOR_EQUAL_SIDE_LOBES, sll=_TAYLOR_SIDE_LOBE_DB)
    by_frequency = np.empty(n)
    by_frequency[np.argsort(frequencies_hz)] = weights
    return by_frequency
