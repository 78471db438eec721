r"""From a few nodes and a short profile to every frequency.

Frequencies are f_c + b df with the carrier f_c, the raster frequency nearest the middle.  Three
approximations make the sum's cost independent of their number:

- Within a cell of facets whose paths L differ from that of its centre, D, by at most a, the
  carrier's phase is kept for each facet and the rest is expanded over six nodes,

  .. math:: e^{-j \kappa_b (L - D)} \approx \sum_q w_q(b) e^{-j n_q (L - D)}

  with w of least squares over all ``|L - D| <= a``.
- The remaining :math:`e^{-j \kappa_b D}` is a Fourier transform at uneven places: D is spread over
  four samples of a range profile by a Kaiser-Bessel function, which is divided out again (J. A.
  Fessler and B. P. Sutton, IEEE Trans. Signal Process. 51 (2003) 560-574; the divisor here is that
  of least squares over the place between two samples).
- The Kaiser-Bessel function is a polynomial in the place between two samples.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.polynomial import chebyshev, polynomial
from numpy.typing import NDArray
from scipy.special import i0

__all__ = ["Expansion"]

_NODES = np.array([-5.0, -3.0, -1.0, 1.0, 3.0, 5.0])
_NODE_STEP = 0.19
"""Of half the bandwidth: between the roots of Legendre's and Chebyshev's polynomials."""
_MOST_RADIANS = 3.3
"""Phase of the band's edge against the carrier, from a cell's centre to its rim."""
_OVERSAMPLING = 1.6
_TAPS = 4
_SHAPE = 8.2
"""Of the Kaiser-Bessel function; least error at that oversampling."""
_COEFFICIENTS = 7
_FEWEST_SAMPLES = 8


@dataclass(frozen=True)
class Expansion:
    """What the kernels need to know of one list of frequencies."""

    carrier_turns_m: float
    """Turns of the carrier's phase per metre of path."""
    node_turns_m: float
    """Of the first node above the carrier, against the carrier."""
    samples_per_metre: float
    """Of a range profile, over the path."""
    most_m: float
    """Largest difference in path to the centre of a cell."""
    spreading: NDArray[np.float32]
    """(2, 7) coefficients for the two samples before a place; those behind it mirror them."""
    weights: NDArray[np.complex64]
    """(N + 4, 6, n_freq) from profile and node to frequency."""

    @classmethod
    def of(cls, frequencies_hz: NDArray[np.float64], propagation_speed_m_s: float) -> Expansion:
        """Prepare for evenly spaced frequencies in any order.

        Parameters
        ----------
        frequencies_hz : (n_freq,) float64
        propagation_speed_m_s : float
        """
        n = len(frequencies_hz)
        lowest_hz, highest_hz = frequencies_hz.min(), frequencies_hz.max()
        step_hz = (highest_hz - lowest_hz) / max(n - 1, 1)
        raster = np.rint((frequencies_hz - lowest_hz) / step_hz) if n > 1 else np.zeros(1)
        carrier_hz = lowest_hz + n // 2 * step_hz
        edge_turns_m = n // 2 * step_hz / propagation_speed_m_s
        n_samples = max(int(np.ceil(_OVERSAMPLING * n)), _FEWEST_SAMPLES)
        # One frequency has nothing to expand, so that its cells may have any size.
        most_m = _MOST_RADIANS / (2 * np.pi * edge_turns_m) if n > 1 else np.inf
        spreading, weights = _transform(n, n_samples)
        return cls(
            carrier_turns_m=float(carrier_hz / propagation_speed_m_s),
            node_turns_m=float(_NODE_STEP * edge_turns_m),
            samples_per_metre=float(n_samples * step_hz / propagation_speed_m_s),
            most_m=float(most_m),
            spreading=spreading,
            weights=np.ascontiguousarray(weights[:, :, raster.astype(np.intp)]),
        )


@lru_cache(maxsize=8)
def _transform(n: int, n_samples: int) -> tuple[NDArray[np.float32], NDArray[np.complex64]]:
    """Spreading function and weights for a raster in rising order."""
    bins = np.arange(n) - n // 2
    spreading = _spreading()
    sample = np.arange(n_samples + _TAPS) - (_TAPS // 2 - 1)
    fourier = np.exp(-2j * np.pi / n_samples * np.outer(sample, bins))
    scaled = fourier * _compensation(spreading, bins / n_samples)
    weights = scaled[:, np.newaxis] * _node_weights(bins / max(n // 2, 1))
    return spreading.astype(np.float32), weights.astype(np.complex64)


def _node_weights(part: NDArray[np.float64]) -> NDArray[np.float64]:
    """(6, n) least-squares weights of the nodes for frequencies at parts of half the band.

    All phases of a cell count the same, so that the products of the functions that are fitted
    have the mean sin(x) / x of their difference at the rim.
    """
    nodes = _NODE_STEP * _NODES
    products = np.sinc((nodes[:, np.newaxis] - nodes) * _MOST_RADIANS / np.pi)
    wanted = np.sinc((nodes[:, np.newaxis] - part) * _MOST_RADIANS / np.pi)
    return np.asarray(np.linalg.solve(products, wanted), dtype=np.float64)


def _spreading() -> NDArray[np.float64]:
    """Polynomials of a Kaiser-Bessel function, fitted at Chebyshev's places."""
    place = chebyshev.chebpts1(64) / 2
    far = _distances(place)[: _TAPS // 2] / (_TAPS / 2)
    value = i0(_SHAPE * np.sqrt(np.maximum(1 - far**2, 0))) / i0(_SHAPE)
    coefficients = polynomial.polyfit(place, value.T, _COEFFICIENTS - 1).T
    return coefficients.astype(np.float64)


def _compensation(
    spreading: NDArray[np.float64], cycles: NDArray[np.float64]
) -> NDArray[np.complex128]:
    """What undoes the spreading, for components of so many cycles per sample."""
    place = chebyshev.chebpts1(64) / 2
    before = polynomial.polyval(place, spreading.T)
    behind = polynomial.polyval(-place, spreading.T)[::-1]
    value = np.concatenate([before, behind])
    distance = _distances(place)[..., np.newaxis]
    found = np.sum(value[..., np.newaxis] * np.exp(2j * np.pi * cycles * distance), axis=0)
    undone: NDArray[np.complex128] = found.mean(axis=0).conj() / np.mean(abs(found) ** 2, axis=0)
    return undone


def _distances(place: NDArray[np.float64]) -> NDArray[np.float64]:
    """(4, n) from each sample to places that count from the middle between the middle two."""
    samples = np.arange(_TAPS, dtype=np.float64)[:, np.newaxis] - (_TAPS - 1) / 2
    return np.asarray(place - samples, dtype=np.float64)
