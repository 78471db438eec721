"""Relative permittivities, ``eps' - j eps''`` with time as ``exp(+j omega t)``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol, TypeAlias

import numpy as np
from scipy.constants import epsilon_0

from clearway.errors import ArgumentError

__all__ = [
    "ColeCole",
    "Debye",
    "Dispersion",
    "Moistened",
    "Permittivity",
    "PowerLaw",
    "Relaxation",
    "moistened",
    "permittivity_at",
    "water",
]


class Dispersion(Protocol):
    """A permittivity that depends on the frequency."""

    def at(self, frequency_hz: float) -> complex:
        """Relative, with the loss as a negative imaginary part."""
        ...


Permittivity: TypeAlias = complex | Dispersion
"""A number for all frequencies, or a law."""


def permittivity_at(permittivity: Permittivity, frequency_hz: float) -> complex:
    """Value at one frequency.

    Raises
    ------
    ArgumentError
        Below 1, or with a positive imaginary part, which would amplify.

    Examples
    --------
    >>> permittivity_at(3 - 0.03j, 10e9)
    (3-0.03j)
    """
    value = (
        complex(permittivity)
        if isinstance(permittivity, complex | float | int)
        else permittivity.at(frequency_hz)
    )
    if not (value.real >= 1 and value.imag <= 0):
        raise ArgumentError(
            "permittivity", f"is {value}", "give 1 or more, and loss as a negative imaginary part"
        )
    return value


@dataclass(frozen=True)
class Debye:
    """One relaxation: ``eps_inf + (eps_static - eps_inf) / (1 + j omega tau)``."""

    static: float
    infinite: float
    relaxation_s: float

    def at(self, frequency_hz: float) -> complex:
        """Relative permittivity."""
        turn = 2j * np.pi * frequency_hz * self.relaxation_s
        return complex(self.infinite + (self.static - self.infinite) / (1 + turn))


def water(temperature_c: float = 25.0) -> Debye:
    """Pure water at 0 to 50 degrees Celsius.

    Kaatze, J. Chem. Eng. Data 34(4), 1989, pp. 371-374: one Debye relaxation whose three figures
    are fitted to measurements of 1 to 57 GHz.

    Examples
    --------
    >>> at_room = water(25.0)
    >>> round(at_room.static, 1), round(at_room.relaxation_s * 1e12, 2)
    (78.4, 8.27)
    """
    if not 0 <= temperature_c <= 50:
        raise ArgumentError("temperature_c", f"is {temperature_c}", "give 0 to 50")
    kelvin = temperature_c + 273.15
    relaxation_s = 3.745e-15 * (1 + 7e-5 * (kelvin - 300.65) ** 2) * np.exp(2295.7 / kelvin)
    return Debye(
        static=10 ** (1.94404 - 1.991e-3 * temperature_c),
        infinite=5.77 - 2.74e-2 * temperature_c,
        relaxation_s=float(relaxation_s),
    )


class Relaxation(NamedTuple):
    """One term of Cole and Cole."""

    strength: float
    time_s: float
    spread: float
    """0 for one relaxation time, towards 1 for many."""


@dataclass(frozen=True)
class ColeCole:
    """``eps_inf + sum strength / (1 + (j omega tau)^(1 - spread)) + sigma / (j omega eps_0)``.

    The form that Gabriel, Lau and Gabriel, Phys. Med. Biol. 41(11), 1996, pp. 2271-2293 fit to
    the tissues of the body.
    """

    infinite: float
    relaxations: Sequence[Relaxation]
    conductivity_s_m: float

    def at(self, frequency_hz: float) -> complex:
        """Relative permittivity."""
        turn = 2j * np.pi * frequency_hz
        value = self.infinite + self.conductivity_s_m / (turn * epsilon_0)
        for strength, time_s, spread in self.relaxations:
            value += strength / (1 + (turn * time_s) ** (1 - spread))
        return complex(value)


@dataclass(frozen=True)
class PowerLaw:
    """Real part ``a f^b`` and conductivity ``c f^d`` S/m with `f` in GHz.

    Recommendation ITU-R P.2040-1, section 3, on building materials.
    """

    a: float
    b: float
    c: float
    d: float

    def at(self, frequency_hz: float) -> complex:
        """Relative permittivity."""
        f_ghz = frequency_hz / 1e9
        conductivity_s_m = self.c * f_ghz**self.d
        loss = conductivity_s_m / (2 * np.pi * frequency_hz * epsilon_0)
        return complex(self.a * f_ghz**self.b - 1j * loss)


@dataclass(frozen=True)
class Moistened:
    """A porous material that has taken up water; see `moistened`."""

    dry: Permittivity
    water_fraction: float
    water: Dispersion

    def at(self, frequency_hz: float) -> complex:
        """Relative permittivity."""
        index = np.sqrt(permittivity_at(self.dry, frequency_hz))
        gain = np.sqrt(self.water.at(frequency_hz)) - 1
        return complex((index + self.water_fraction * gain) ** 2)


def moistened(dry: Permittivity, water_fraction: float, temperature_c: float = 30.0) -> Moistened:
    """Wet variant of a porous material such as a fabric.

    Complex refractive index model (Birchak et al., Proc. IEEE 62(1), 1974, pp. 93-98): indices add
    by volume.  The water fills pores that held air, so that neither the share of fibre nor its own
    permittivity need be known: ``sqrt(eps) = sqrt(eps_dry) + w (sqrt(eps_water) - 1)``.

    Parameters
    ----------
    dry : Permittivity
        As it is dry, pores included.
    water_fraction : float
        Volume of water over that of the material, 0 to 1, beyond what it holds in a dry room:
        about 0.1 when damp with sweat, 0.3 and more when soaked.
    temperature_c : float
        Of the water, 0 to 50; worn close to the body.

    Examples
    --------
    >>> damp = moistened(1.6 - 0.06j, 0.1).at(13e9)
    >>> round(damp.real, 1), round(damp.imag, 1)
    (3.8, -0.9)
    """
    if not 0 <= water_fraction <= 1:
        raise ArgumentError("water_fraction", f"is {water_fraction}", "give 0 to 1")
    return Moistened(dry, water_fraction, water(temperature_c))
