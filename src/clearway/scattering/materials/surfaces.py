"""Surfaces of thick bodies, and slabs whose back shows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from clearway.errors import ArgumentError
from clearway.imaging.sweep import SPEED_OF_LIGHT_M_S
from clearway.scattering.closed_forms.layers import fresnel, longitudinal_index
from clearway.scattering.materials.permittivity import Permittivity, permittivity_at
from clearway.scattering.part import Echo

__all__ = ["Conductor", "HalfSpace", "Slab"]

_SMALLEST_ECHO = 0.01
_MOST_BACK_ECHOES = 6
_REFERENCE_HZ = 13e9
_REFERENCE_COSINE = np.array(np.sqrt(0.5))


@dataclass(frozen=True)
class Conductor:
    """A metal, as a perfect conductor.

    Its surface resistance is at most 1.1 ohm in magnetic steel at 18 GHz, against 377 ohm of air:
    0.05 dB are lost.
    """

    def echoes(
        self,
        cos_incidence: NDArray[np.float64],
        frequency_hz: float,  # noqa: ARG002 - the protocol's
    ) -> tuple[Echo, ...]:
        """One echo of -1."""
        reflection = np.full(np.shape(cos_incidence), -1 + 0j)
        return (Echo(reflection, reflection, np.zeros(np.shape(cos_incidence))),)


@dataclass(frozen=True)
class HalfSpace:
    """A body so thick, or so lossy, that nothing returns from its back.

    Examples
    --------
    >>> (echo,) = HalfSpace(4.0).echoes(np.array([1.0]), 10e9)
    >>> round(float(echo.parallel[0].real), 4)
    -0.3333
    """

    permittivity: Permittivity

    def echoes(self, cos_incidence: NDArray[np.float64], frequency_hz: float) -> tuple[Echo, ...]:
        """Fresnel's reflection."""
        value = permittivity_at(self.permittivity, frequency_hz)
        return (Echo(*fresnel(value, cos_incidence), np.zeros(np.shape(cos_incidence))),)


@dataclass(frozen=True)
class Slab:
    """A flat block: the echo of its front, then those that went to its back and returned.

    The wave that meets the back ``m`` times returns with ``t t' r_b^m r'^(m - 1)`` and its loss, an
    optical path ``2 m d Re sqrt(eps - sin^2)`` later than the front echo of the same place of the
    face; summed over all `m` that is the slab's exact reflection (Airy's series; Born and Wolf,
    *Principles of Optics*, 7th ed., section 7.6.1).  As the delay stands apart in
    `Echo.path_m`, the coefficients vary slowly with frequency.

    Parameters
    ----------
    permittivity : Permittivity
    thickness_m : float
    backing : HalfSpace or Conductor, optional
        What it lies against, for example the skin; air without.
    back_echoes : int, optional
        How many times the back is counted.  Without it as many as, in the middle of the band and
        at 45 degrees, leave out less than 1 % of the front echo's amplitude; at most 6.

    Raises
    ------
    ArgumentError
        A thickness that is not above 0, or a negative number of echoes.

    Examples
    --------
    >>> block = Slab(2.25, 0.02)
    >>> [round(float(echo.path_m), 3) for echo in block.echoes(np.array(1.0), 13e9)]
    [0.0, 0.06, 0.12]
    """

    permittivity: Permittivity
    thickness_m: float
    backing: HalfSpace | Conductor | None = None
    back_echoes: int | None = None

    def __post_init__(self) -> None:
        if not self.thickness_m > 0:
            raise ArgumentError("thickness_m", f"is {self.thickness_m}", "give a length above 0")
        if self.back_echoes is not None and self.back_echoes < 0:
            raise ArgumentError("back_echoes", f"is {self.back_echoes}", "give 0 or more")

    def echoes(self, cos_incidence: NDArray[np.float64], frequency_hz: float) -> tuple[Echo, ...]:
        """Front echo, then one for each meeting with the back."""
        value = permittivity_at(self.permittivity, frequency_hz)
        index = longitudinal_index(value, cos_incidence)
        front = np.stack(fresnel(value, cos_incidence))
        back = self._back(cos_incidence, frequency_hz)
        wavenumber = 2 * np.pi * frequency_hz / SPEED_OF_LIGHT_M_S
        loss = np.exp(2 * wavenumber * self.thickness_m * index.imag)
        path_m = 2 * self.thickness_m * index.real
        found = [Echo(front[0], front[1], np.zeros(path_m.shape))]
        strength = (1 - front**2) * back * loss
        for times in range(1, self._n_back_echoes + 1):
            found.append(Echo(strength[0], strength[1], times * path_m))
            strength = strength * -front * back * loss
        return tuple(found)

    @cached_property
    def _n_back_echoes(self) -> int:
        if self.back_echoes is not None:
            return self.back_echoes
        value = permittivity_at(self.permittivity, _REFERENCE_HZ)
        front = fresnel(value, _REFERENCE_COSINE)[0]
        back = self._back(_REFERENCE_COSINE, _REFERENCE_HZ)[0]
        index = longitudinal_index(value, _REFERENCE_COSINE)
        wavenumber = 2 * np.pi * _REFERENCE_HZ / SPEED_OF_LIGHT_M_S
        ratio = abs(front * back) * np.exp(2 * wavenumber * self.thickness_m * index.imag)
        needed = np.ceil(np.log(_SMALLEST_ECHO) / np.log(np.clip(ratio, 1e-12, 0.99)))
        return int(np.clip(needed, 1, _MOST_BACK_ECHOES))

    def _back(
        self, cos_incidence: NDArray[np.float64], frequency_hz: float
    ) -> NDArray[np.complex128]:
        """(2, ...) reflection of the back face (perpendicular, parallel), seen from inside."""
        if isinstance(self.backing, Conductor):
            return np.full((2, *np.shape(cos_incidence)), -1 + 0j)
        value = permittivity_at(self.permittivity, frequency_hz)
        behind = permittivity_at(self.backing.permittivity, frequency_hz) if self.backing else 1
        own = longitudinal_index(value, cos_incidence)
        other = longitudinal_index(behind, cos_incidence)
        own_parallel, other_parallel = value / own, behind / other
        return np.stack(
            (
                (own - other) / (own + other),
                (own_parallel - other_parallel) / (own_parallel + other_parallel),
            )
        )
