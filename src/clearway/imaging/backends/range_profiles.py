r"""Range compression: from the samples of each channel to its echo over path length.

The spectrum of a channel is shifted so that the carrier, the raster frequency nearest the middle
of the band, lies at zero, padded with zeros and transformed.  The profile is then a complex
envelope q[n] over the path L = n dL that changes slowly from sample to sample, and

.. math:: \sum_f w_f S_f e^{j k_f L} = e^{j k_c L} q(L / dL), \qquad dL = v / (N \Delta f)

Back ends interpolate q linearly.  Linear interpolation of a component that turns g cycles per
sample multiplies it by sinc^2(g) on average, so the spectrum is divided by that beforehand; what
is left is the error's part without mean, of order (pi g)^2 / 13 (E. Meijering, "A chronology of
interpolation", Proc. IEEE 90 (2002) 319-342, section V gives the filter view).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from clearway.imaging.windows import Window, window_weights

__all__ = ["RangeCompression"]

_CONSTANT_SPACING_M = 1.0
"""A single frequency has a constant envelope, so any spacing serves."""


@dataclass(frozen=True)
class RangeCompression:
    """What turns samples into profiles, for one list of frequencies."""

    n_samples: int
    """N, samples of a profile; it repeats after as many."""
    spacing_m: float
    """dL, path length from sample to sample."""
    wavenumber_rad_m: float
    """k_c of the carrier."""
    weights: NDArray[np.float32]
    """(n_freq, 1) window, over the loss of linear interpolation."""
    bins: NDArray[np.intp]
    """(n_freq,) place of each frequency in the padded spectrum."""

    @classmethod
    def of(
        cls,
        frequencies_hz: NDArray[np.float64],
        propagation_speed_m_s: float,
        window: Window | None,
        oversampling: float,
    ) -> RangeCompression:
        """Prepare for evenly spaced frequencies in any order.

        Parameters
        ----------
        frequencies_hz : (n_freq,) float64
        propagation_speed_m_s : float
        window : {None, "hann", "taylor"}
        oversampling : float
            Least number of samples per range cell v / B of path, > 1.
        """
        n = len(frequencies_hz)
        n_samples = scipy.fft.next_fast_len(int(np.ceil(oversampling * n)))
        lowest, highest = frequencies_hz.min(), frequencies_hz.max()
        if n > 1:
            step_hz = (highest - lowest) / (n - 1)
            number = np.rint((frequencies_hz - lowest) / step_hz).astype(np.intp)
        else:
            step_hz = propagation_speed_m_s / (n_samples * _CONSTANT_SPACING_M)
            number = np.zeros(1, dtype=np.intp)
        from_carrier = number - n // 2
        carrier_hz = lowest + n // 2 * step_hz
        weights = window_weights(window, frequencies_hz) / np.sinc(from_carrier / n_samples) ** 2
        return cls(
            n_samples=n_samples,
            spacing_m=float(propagation_speed_m_s / (n_samples * step_hz)),
            wavenumber_rad_m=float(2 * np.pi * carrier_hz / propagation_speed_m_s),
            weights=weights[:, np.newaxis].astype(np.float32),
            bins=from_carrier % n_samples,
        )

    def profiles(self, samples: NDArray[np.complex64], threads: int = 1) -> NDArray[np.complex64]:
        """Profiles of some channels.

        Parameters
        ----------
        samples : (n_freq, n_channels) complex64
        threads : int

        Returns
        -------
        (n_channels, n_samples) complex64
            O(n_channels N log N).
        """
        spectrum = np.zeros((samples.shape[1], self.n_samples), dtype=np.complex64)
        spectrum[:, self.bins] = (samples * self.weights).T
        profiles: NDArray[np.complex64] = scipy.fft.ifft(
            spectrum, norm="forward", overwrite_x=True, workers=threads
        )
        return profiles
