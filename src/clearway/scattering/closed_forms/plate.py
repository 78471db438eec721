"""Flat rectangular conductor by physical optics."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from clearway.imaging.sweep import SPEED_OF_LIGHT_M_S

__all__ = ["plate_dyad", "transverse_projector"]


def plate_dyad(
    width_m: float,
    height_m: float,
    frequency_hz: float,
    incident: ArrayLike,
    scattered: ArrayLike,
) -> NDArray[np.complex128]:
    """Scattering dyad of a conducting rectangle at the origin.

    The surface current of physical optics, ``J = 2 n x H``, on the lit side radiates::

        F e = -(j k / 2 pi) A sinc(X) sinc(Y) P_s [n x (k_i x e)]

    with ``P_s`` the part across ``k_s``, ``sinc(t) = sin(t) / t``, and ``X``, ``Y`` half the phase
    across the width and the height, ``k w (k_s - k_i)_x / 2`` (Ruck, *Radar Cross Section
    Handbook*, 1970, chapter 7; Balanis, *Advanced Engineering Electromagnetics*, 2nd ed., section
    11.3.2).  At normal incidence the cross-section is ``4 pi A^2 / lambda^2``.  Far field; edges do
    not diffract, so trust it near the specular direction and for sides of some wavelengths.

    Parameters
    ----------
    width_m, height_m : float
        Along x and along z; the normals are +y and -y.
    frequency_hz : float
    incident, scattered : (..., 3) array_like
        Unit vectors: where the wave goes to, and from the plate to the observer.

    Returns
    -------
    (..., 3, 3) complex128
        Metres; phase reference at the centre.

    Examples
    --------
    >>> dyad = plate_dyad(0.1, 0.1, 10e9, [0, 1, 0], [0, -1, 0])
    >>> rcs_m2 = 4 * np.pi * float(abs(dyad[2, 2])) ** 2
    >>> round(rcs_m2 / (4 * np.pi * 0.1**4 / 0.0299792458**2), 9)
    1.0
    """
    going = np.asarray(incident, dtype=np.float64)
    leaving = np.asarray(scattered, dtype=np.float64)
    change = leaving - going
    # NumPy's sinc has pi in it: sin(X) / X is sinc(X / pi).
    turns = frequency_hz / SPEED_OF_LIGHT_M_S
    pattern = np.sinc(turns * width_m * change[..., 0]) * np.sinc(turns * height_m * change[..., 2])
    normal = np.zeros(going.shape)
    normal[..., 1] = np.where(going[..., 1] > 0, -1.0, 1.0)
    facing = np.sum(normal * going, axis=-1)[..., np.newaxis, np.newaxis]
    current = going[..., :, np.newaxis] * normal[..., np.newaxis, :] - facing * np.eye(3)
    strength = np.asarray(-1j * turns * width_m * height_m * pattern)
    dyad: NDArray[np.complex128] = (
        strength[..., np.newaxis, np.newaxis]
        * transverse_projector(leaving)
        @ current
        @ transverse_projector(going)
    )
    return dyad


def transverse_projector(direction: NDArray[np.float64]) -> NDArray[np.float64]:
    """(..., 3, 3) matrix that removes the part along (..., 3) unit vectors."""
    along = direction[..., :, np.newaxis] * direction[..., np.newaxis, :]
    projector: NDArray[np.float64] = np.eye(3) - along
    return projector
