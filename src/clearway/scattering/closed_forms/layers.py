"""Plane waves at flat interfaces: Fresnel's coefficients and stacks of layers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from clearway.errors import ArgumentError
from clearway.imaging.sweep import SPEED_OF_LIGHT_M_S

__all__ = ["LayeredResponse", "fresnel", "layered_response", "longitudinal_index"]

Polarisation: TypeAlias = Literal["perpendicular", "parallel"]

_MOST_GRAZING_COSINE = 1e-4
"""Along the surface itself the coefficients are the limit of 0 / 0."""


class LayeredResponse(NamedTuple):
    """Ratios of the electric field's component along the faces; shape of the cosines."""

    reflection_perpendicular: NDArray[np.complex128]
    reflection_parallel: NDArray[np.complex128]
    transmission_perpendicular: NDArray[np.complex128]
    """From the first face to the last."""
    transmission_parallel: NDArray[np.complex128]


def longitudinal_index(permittivity: complex, cos_incidence: ArrayLike) -> NDArray[np.complex128]:
    """Refractive index times the cosine inside, ``sqrt(eps - sin^2)``, for a wave out of air.

    Its imaginary part is at most 0: with ``exp(+j omega t)`` the wave dies away inside.

    Parameters
    ----------
    permittivity : complex
        Relative, ``eps' - j eps''``.
    cos_incidence : array_like of float
        Cosine of the angle in air between wave and normal, 0 to 1.

    Examples
    --------
    >>> complex(longitudinal_index(4.0, 1.0))
    (2+0j)
    """
    cosine = np.maximum(np.asarray(cos_incidence, dtype=np.float64), _MOST_GRAZING_COSINE)
    index: NDArray[np.complex128] = np.sqrt(permittivity - 1 + cosine**2 + 0j)
    return np.where(index.imag > 0, -index, index)


def fresnel(
    permittivity: complex, cos_incidence: ArrayLike
) -> tuple[NDArray[np.complex128], NDArray[np.complex128]]:
    """Reflection (perpendicular, parallel) of air against a half-space.

    With ``c`` the cosine and ``q = sqrt(eps - sin^2)``::

        perpendicular = (c - q) / (c + q)      parallel = (q - eps c) / (q + eps c)

    Both are ratios of the field's component along the surface, hence -1 for a conductor and
    equal at normal incidence (Born and Wolf, *Principles of Optics*, 7th ed., section 1.5.2,
    whose parallel coefficient has the other sign).

    Examples
    --------
    >>> perpendicular, parallel = fresnel(4.0, 1.0)
    >>> round(perpendicular.real.item(), 4), round(parallel.real.item(), 4)
    (-0.3333, -0.3333)
    """
    response = layered_response((), cos_incidence, 1.0, permittivity)
    return response.reflection_perpendicular, response.reflection_parallel


def layered_response(
    layers: Sequence[tuple[complex, float]],
    cos_incidence: ArrayLike,
    frequency_hz: float,
    backing: complex | None = 1.0,
) -> LayeredResponse:
    """Reflection and transmission of flat layers, by their transfer matrices.

    Each layer carries the electric and magnetic fields along its faces through the matrix
    ``[[cos d, j sin d / y], [j y sin d, cos d]]``, ``d = k q thickness``, with the admittance
    ``y = q`` for perpendicular and ``y = eps / q`` for parallel polarisation (Born and Wolf,
    *Principles of Optics*, 7th ed., section 1.6.2; Recommendation ITU-R P.2040, section 2.2.2).

    Parameters
    ----------
    layers : sequence of (permittivity, thickness_m)
        From the side of the wave, complex as ``eps' - j eps''``.
    cos_incidence : array_like of float
        In air, 0 to 1.
    frequency_hz : float
    backing : complex or None
        Permittivity behind the last layer: 1 is air, None a perfect conductor.

    Returns
    -------
    LayeredResponse
        Referred to the first face (reflection), and from the first to the last (transmission).

    Raises
    ------
    ArgumentError
        A negative thickness, or a permittivity that amplifies.

    Examples
    --------
    A lossless half-wave window is invisible.

    >>> half_wave_m = 299792458 / 10e9 / 2 / 2
    >>> bool(abs(layered_response([(4.0, half_wave_m)], 1.0, 10e9).reflection_parallel) < 1e-12)
    True
    """
    for permittivity, thickness_m in layers:
        _check_layer(permittivity, thickness_m)
    both = [
        _response(kind, layers, np.asarray(cos_incidence, dtype=np.float64), frequency_hz, backing)
        for kind in ("perpendicular", "parallel")
    ]
    return LayeredResponse(both[0][0], both[1][0], both[0][1], both[1][1])


def _check_layer(permittivity: complex, thickness_m: float) -> None:
    if not thickness_m >= 0:
        raise ArgumentError("thickness_m", f"is {thickness_m}", "give a length of 0 or more")
    if complex(permittivity).imag > 0:
        raise ArgumentError(
            "permittivity",
            f"is {permittivity}, which amplifies a wave of exp(+j omega t)",
            "give loss as a negative imaginary part",
        )


def _admittance(
    kind: Polarisation, permittivity: complex, cos_incidence: NDArray[np.float64]
) -> NDArray[np.complex128]:
    index = longitudinal_index(permittivity, cos_incidence)
    return index if kind == "perpendicular" else permittivity / index


def _response(
    kind: Polarisation,
    layers: Sequence[tuple[complex, float]],
    cos_incidence: NDArray[np.float64],
    frequency_hz: float,
    backing: complex | None,
) -> tuple[NDArray[np.complex128], NDArray[np.complex128]]:
    """Reflection and transmission of one polarisation.

    The fields are followed from the back to the front.  Each layer's matrix is scaled by its own
    attenuation, as the cosine of a complex number overflows where nothing returns anyway.
    """
    wavenumber = 2 * np.pi * frequency_hz / SPEED_OF_LIGHT_M_S
    ones = np.ones(cos_incidence.shape, dtype=np.complex128)
    if backing is None:
        electric, magnetic = 0 * ones, ones
    else:
        electric, magnetic = ones, _admittance(kind, backing, cos_incidence)
    attenuation = ones.real
    for permittivity, thickness_m in reversed(layers):
        phase = wavenumber * thickness_m * longitudinal_index(permittivity, cos_incidence)
        own = _admittance(kind, permittivity, cos_incidence)
        loss = np.exp(phase.imag)
        attenuation = attenuation * loss
        forward, backward = np.exp(1j * phase.real), np.exp(-1j * phase.real) * loss**2
        cosine, sine = (forward + backward) / 2, (forward - backward) / 2j
        electric, magnetic = (
            cosine * electric + 1j * sine / own * magnetic,
            1j * own * sine * electric + cosine * magnetic,
        )
    air = _admittance(kind, 1.0, cos_incidence)
    total = air * electric + magnetic
    transmission = 0 * ones if backing is None else 2 * air * attenuation / total
    return (air * electric - magnetic) / total, transmission
