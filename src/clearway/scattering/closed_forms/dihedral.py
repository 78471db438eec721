"""Right-angled dihedral corner by geometrical and physical optics."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from clearway.errors import ArgumentError
from clearway.imaging.sweep import SPEED_OF_LIGHT_M_S

__all__ = ["dihedral_amplitude"]


def dihedral_amplitude(
    width_m: float,
    height_m: float,
    frequency_hz: float,
    azimuth_rad: ArrayLike,
    polarisation: Literal["along_edge", "across_edge"] = "along_edge",
    *,
    single_bounces: bool = True,
) -> NDArray[np.complex128]:
    """Co-polar monostatic scattering amplitude in the plane across the edge.

    One face reflects like a mirror on the other, whose current by physical optics radiates back
    without any difference of phase; both orders together give, with the azimuth ``phi`` from one
    face::

        F = +-(j / lambda) 2 w h min(cos phi, sin phi)

    positive along the edge, negative across it, and 0 at the edge for the phase.  The faces
    themselves add ``-(j / lambda) w h cos(i) sinc(k w sin i) exp(j k w sin i)``, each at its own
    angle of incidence ``i``.  At 45 degrees the double bounce alone has the well-known
    cross-section ``8 pi w^2 h^2 / lambda^2`` (Knott, IEEE Trans. Antennas Propag. 25(3), 1977,
    pp. 406-409; Griesser and Balanis, ibid. 35(10), 1987, pp. 1137-1147, their first method).

    The double bounce rules within about 30 degrees of the bisector, where both papers find
    measurements near this form.  Towards either face diffraction at the edges, and what physical
    optics makes of the first reflection, count as much as what is kept here.

    Parameters
    ----------
    width_m, height_m : float
        Of each face, across and along the edge.
    frequency_hz : float
    azimuth_rad : array_like of float
        From one face, in the open angle between both: 0 to pi / 2.
    polarisation : {"along_edge", "across_edge"}
        Of transmitter and receiver.
    single_bounces : bool
        Whether the faces' own echoes are added.

    Returns
    -------
    complex128 of the shape of `azimuth_rad`
        Metres, referred to the middle of the edge.

    Raises
    ------
    ArgumentError
        An azimuth behind a face, or another polarisation.

    Examples
    --------
    >>> amplitude = dihedral_amplitude(0.1, 0.1, 10e9, np.pi / 4, single_bounces=False)
    >>> round(4 * np.pi * float(abs(amplitude)) ** 2 / (8 * np.pi * 0.1**4 / 0.0299792458**2), 9)
    1.0
    """
    azimuth = np.asarray(azimuth_rad, dtype=np.float64)
    if (azimuth < 0).any() or (azimuth > np.pi / 2).any():
        raise ArgumentError("azimuth_rad", "lies behind a face", "give 0 to pi / 2")
    if polarisation not in {"along_edge", "across_edge"}:
        raise ArgumentError(
            "polarisation", f"is {polarisation!r}", 'choose "along_edge" or "across_edge"'
        )
    wavelength_m = SPEED_OF_LIGHT_M_S / frequency_hz
    cosine, sine = np.cos(azimuth), np.sin(azimuth)
    sign = 1 if polarisation == "along_edge" else -1
    reach = 2 * sign * np.minimum(cosine, sine) + 0j
    if single_bounces:
        reach -= _face(cosine, sine, width_m / wavelength_m)
        reach -= _face(sine, cosine, width_m / wavelength_m)
    amplitude: NDArray[np.complex128] = 1j / wavelength_m * width_m * height_m * reach
    return amplitude


def _face(
    along: NDArray[np.float64], towards: NDArray[np.float64], wavelengths: float
) -> NDArray[np.complex128]:
    """Own echo of one face, relative to that of a plate at normal incidence.

    `along` and `towards` are the components of the line of sight along the face and its normal.
    """
    phase = 2 * np.pi * wavelengths * along
    echo: NDArray[np.complex128] = towards * np.sinc(phase / np.pi) * np.exp(1j * phase)
    return echo
