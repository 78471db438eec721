"""Rules of thumb for the design of an array, to set beside what is computed."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from clearway.errors import ArgumentError
from clearway.imaging.array import Array
from clearway.imaging.checks import finite_real_array
from clearway.imaging.sweep import SPEED_OF_LIGHT_M_S, checked_frequencies, checked_speed

__all__ = ["expected_resolution_m", "grating_lobe_sine"]


def expected_resolution_m(
    array: Array,
    frequencies_hz: ArrayLike,
    target_m: ArrayLike,
    propagation_speed_m_s: float = SPEED_OF_LIGHT_M_S,
) -> tuple[float, float, float]:
    """Rule of thumb for the resolution along x, y and z.

    Along each axis the finer of two, or infinity where neither resolves:

    - by aperture, ``lambda_c / (D_tx + D_rx)``, D being the spread of the direction cosines under
      which the target sees the elements: ``lambda_c R / (L_tx + L_rx)`` for apertures L that are
      small against the range R (D. M. Sheen, D. L. McMakin and T. E. Hall, IEEE Trans. MTT
      49(9), 2001, for L_tx = L_rx);
    - by bandwidth, ``c / (2 B u)``, u being the mean direction cosine of the axis.

    The half-power width is 0.89 times the rule for a uniform spread of pairs and 1.28 times for
    transmitters and receivers that each fill the same aperture, whose patterns multiply.

    Raises
    ------
    ArgumentError
        A target at the place of an element.
    """
    frequencies = checked_frequencies(frequencies_hz)
    speed = checked_speed(propagation_speed_m_s)
    target = finite_real_array("target_m", target_m, (3,))
    spread, mean = np.zeros(3), np.zeros(3)
    for elements_m in (array.tx_positions_m, array.rx_positions_m):
        offset_m = target - elements_m
        distance_m = np.linalg.norm(offset_m, axis=1, keepdims=True)
        if not distance_m.all():
            raise ArgumentError("target_m", "is the place of an element", "move it away")
        cosine = offset_m / distance_m
        spread += np.ptp(cosine, axis=0)
        mean += cosine.mean(axis=0) / 2
    # As many steps as frequencies: N samples resolve as a band of N steps does.
    n = len(frequencies)
    bandwidth_hz = float(np.ptp(frequencies)) * n / max(n - 1, 1)
    wavelength_m = 2 * speed / float(frequencies.min() + frequencies.max())
    with np.errstate(divide="ignore"):
        by_aperture_m = wavelength_m / spread
        by_bandwidth_m = speed / (2 * bandwidth_hz * np.abs(mean))
    x, y, z = (float(width) for width in np.minimum(by_aperture_m, by_bandwidth_m))
    return (x, y, z)


def grating_lobe_sine(
    pitch_m: float, wavelength_m: float, *, order: int = 1, target_sine: float = 0.0
) -> float:
    """Sine of the angle at which a regular array has a grating lobe; NaN where it has none.

    ``sin a = sin a_0 + m lambda / d`` for elements of one kind at the pitch d, far from the array
    (C. A. Balanis, Antenna Theory, 4th ed., 2016, section 6.3).  An image of pairs has a lobe at
    full height only where transmitters and receivers both do.

    Examples
    --------
    >>> grating_lobe_sine(0.2, 0.025)
    0.125
    """
    sine = target_sine + order * wavelength_m / pitch_m
    return sine if abs(sine) <= 1 else np.nan
