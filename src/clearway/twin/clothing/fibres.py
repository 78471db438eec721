"""Fibres, and what a loose mixture of them with air has as its permittivity.

Time convention exp(+j omega t): a lossy substance has a negative imaginary part.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "COLLAGEN",
    "COTTON",
    "KERATIN",
    "POLYAMIDE",
    "POLYESTER",
    "Fibre",
    "fabric_permittivity",
]

_FIBRE_TABLE = (
    "W. E. Morton and J. W. S. Hearle, Physical Properties of Textile Fibres, 4th ed., table 21.5"
)


@dataclass(frozen=True, slots=True)
class Fibre:
    """What a fabric is spun, knitted or tanned from, with the moisture it has in room air."""

    name: str
    density_kg_m3: float
    permittivity: complex
    """Of the fibre itself, near 10 GHz."""
    source: str
    """Where the permittivity is from, and which part of it is assumed."""


COTTON = Fibre(
    "cotton",
    1550.0,
    4.04 * (1 - 0.05j),
    f"{_FIBRE_TABLE}: regenerated cellulose 4.04 at 3 GHz; loss assumed",
)
KERATIN = Fibre(
    "keratin of wool and down",
    1310.0,
    4.44 * (1 - 0.076j),
    f"{_FIBRE_TABLE}: wool of 12 % moisture regain 4.44, loss 0.076 at 9.3 GHz; down assumed alike",
)
POLYAMIDE = Fibre(
    "polyamide",
    1140.0,
    3.13 * (1 - 0.015j),
    f"{_FIBRE_TABLE}: nylon of 2 % moisture regain 3.13 at 3 GHz; loss assumed",
)
POLYESTER = Fibre(
    "polyester",
    1390.0,
    3.0 * (1 - 0.008j),
    "assumed, between the same book's 2.4 to 3.0 at optical frequencies and polyamide",
)
COLLAGEN = Fibre(
    "collagen of leather",
    1400.0,
    4.44 * (1 - 0.076j),
    "assumed to be that of moist keratin, also a protein fibre",
)


def fabric_permittivity(fibre: Fibre, solid_share: float) -> complex:
    """Permittivity of fibres with air between them.

    The symmetric rule of H. Looyenga, Dielectric constants of heterogeneous mixtures, Physica 31
    (1965) 401, doi:10.1016/0031-8914(65)90045-5: cube roots add in proportion to the volume.
    That the share of solid in the volume is what decides on the permittivity of a fabric was
    measured by Y. Mukai and M. Suh, Relationships between structure and microwave dielectric
    properties in cotton fabrics (2020).

    Parameters
    ----------
    fibre : Fibre
    solid_share : float
        Share of the volume that is fibre, 0 to 1.

    Examples
    --------
    Denim of 1 mm and 0.5 kg/m2, for which textile antennas count with 1.7:

    >>> round(fabric_permittivity(COTTON, 0.5 / (1550 * 1e-3)).real, 2)
    1.69
    """
    root = 1 - solid_share + solid_share * fibre.permittivity ** (1 / 3)
    return complex(root**3)
