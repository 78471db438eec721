"""Garments: layers much thinner than a range cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clearway.errors import ArgumentError
from clearway.imaging.sweep import SPEED_OF_LIGHT_M_S
from clearway.scattering.closed_forms.layers import LayeredResponse, layered_response
from clearway.scattering.materials.permittivity import Permittivity, permittivity_at
from clearway.scattering.part import Echo

__all__ = ["Layer", "Stack"]


@dataclass(frozen=True)
class Layer:
    """One sheet in air: it weakens and delays what passes, and returns a little itself.

    It is both a `Cover` and, as the surface of a part of its own, a `Material`.  Both come from the
    transfer matrix at the frequency asked for, so that the echoes of its two faces, which no
    bandwidth tells apart, are summed.

    Examples
    --------
    A shirt of 0.5 mm cotton takes less than 0.1 dB from what passes once.

    >>> across, along = Layer(1.6 - 0.064j, 0.5e-3).transmission(np.array(1.0), 13e9)
    >>> round(20 * float(np.log10(abs(across))), 2)
    -0.04
    """

    permittivity: Permittivity
    thickness_m: float

    def __post_init__(self) -> None:
        if not self.thickness_m >= 0:
            raise ArgumentError(
                "thickness_m", f"is {self.thickness_m}", "give a length of 0 or more"
            )

    def transmission(
        self, cos_incidence: NDArray[np.float64], frequency_hz: float
    ) -> tuple[NDArray[np.complex128], NDArray[np.complex128]]:
        """One-way coefficients relative to air; see `Stack.transmission`."""
        return Stack((self,)).transmission(cos_incidence, frequency_hz)

    def echoes(self, cos_incidence: NDArray[np.float64], frequency_hz: float) -> tuple[Echo, ...]:
        """One echo of both faces, referred to the front."""
        return Stack((self,)).echoes(cos_incidence, frequency_hz)


@dataclass(frozen=True)
class Stack:
    """Several sheets on each other, from the outside in, such as coat, air and shirt.

    Air between them is a `Layer` of permittivity 1; their echoes between each other are counted,
    which covers of a part one by one would leave out.
    """

    layers: Sequence[Layer]

    @property
    def thickness_m(self) -> float:
        """Of all layers together."""
        return sum(layer.thickness_m for layer in self.layers)

    def transmission(
        self, cos_incidence: NDArray[np.float64], frequency_hz: float
    ) -> tuple[NDArray[np.complex128], NDArray[np.complex128]]:
        """One-way coefficients (perpendicular, parallel), relative to air of the same thickness.

        A wave that passes obliquely would have gained the phase ``k d cos`` in air; it is given
        back, as the engine counts the whole path as air.
        """
        response = self._response(cos_incidence, frequency_hz)
        wavenumber = 2 * np.pi * frequency_hz / SPEED_OF_LIGHT_M_S
        air = np.exp(1j * wavenumber * self.thickness_m * np.asarray(cos_incidence))
        return response.transmission_perpendicular * air, response.transmission_parallel * air

    def echoes(self, cos_incidence: NDArray[np.float64], frequency_hz: float) -> tuple[Echo, ...]:
        """One echo of all faces, referred to the front."""
        response = self._response(cos_incidence, frequency_hz)
        reflections = (response.reflection_perpendicular, response.reflection_parallel)
        return (Echo(*reflections, np.zeros(np.shape(cos_incidence))),)

    def _response(self, cos_incidence: NDArray[np.float64], frequency_hz: float) -> LayeredResponse:
        layers = [
            (permittivity_at(layer.permittivity, frequency_hz), layer.thickness_m)
            for layer in self.layers
        ]
        return layered_response(layers, cos_incidence, frequency_hz)
