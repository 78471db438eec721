"""Table of materials at 8 to 18 GHz, each with where its figures come from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, TypeAlias

from clearway.errors import ArgumentError
from clearway.scattering.materials.covers import Layer
from clearway.scattering.materials.permittivity import (
    ColeCole,
    Permittivity,
    PowerLaw,
    Relaxation,
    moistened,
    water,
)
from clearway.scattering.materials.surfaces import Conductor, HalfSpace, Slab

__all__ = ["NAMED", "NamedMaterial", "material"]

Basis: TypeAlias = Literal["published", "extrapolated", "assumed"]

_THICKEST_LAYER_M = 3e-3
"""Above it the echoes of front and back drift apart within a part of the band that is treated as
one: an eighth of 10 GHz over the optical path of 1 cm, there and back in a fabric of 3 mm, turns
them by 15 degrees."""


@dataclass(frozen=True)
class NamedMaterial:
    """One row of the table."""

    permittivity: Permittivity | None
    """Pores included; none for a conductor."""
    basis: Basis
    """Published for this band; published for lower frequencies only; or assumed from the range
    that the literature gives for such materials."""
    source: str


_GABRIEL = "Gabriel, Lau and Gabriel, Phys. Med. Biol. 41(11), 1996, 2271-2293, table 1"
_RIDDLE = "Riddle, Baker-Jarvis and Krupka, IEEE Trans. MTT 51(3), 2003, 727-733, near 11 GHz"
_VON_HIPPEL = "von Hippel, Dielectric Materials and Applications, 1954, 10 GHz"
_ITU = "Recommendation ITU-R P.2040-1, table 3"
_SURVEY = "Salvado et al., Sensors 12(11), 2012, 15841-15857, fabrics at 2.4 to 2.6 GHz"
_METAL = "surface resistance below 1.1 ohm: a conductor within 0.05 dB"


def _lossy(real: float, loss_tangent: float) -> complex:
    return real * (1 - 1j * loss_tangent)


_TISSUES: dict[str, ColeCole] = {
    "skin": ColeCole(
        4.0,
        (Relaxation(32.0, 7.23e-12, 0.0), Relaxation(1100.0, 32.48e-9, 0.2)),
        2e-4,
    ),
    "skin_wet": ColeCole(
        4.0,
        (
            Relaxation(39.0, 7.96e-12, 0.1),
            Relaxation(280.0, 79.58e-9, 0.0),
            Relaxation(3e4, 1.59e-6, 0.16),
            Relaxation(3e4, 1.592e-3, 0.2),
        ),
        4e-4,
    ),
    "muscle": ColeCole(
        4.0,
        (
            Relaxation(50.0, 7.23e-12, 0.1),
            Relaxation(7000.0, 353.68e-9, 0.1),
            Relaxation(1.2e6, 318.31e-6, 0.1),
            Relaxation(2.5e7, 2.274e-3, 0.0),
        ),
        0.2,
    ),
    "fat": ColeCole(
        2.5,
        (
            Relaxation(3.0, 7.96e-12, 0.2),
            Relaxation(15.0, 15.92e-9, 0.1),
            Relaxation(3.3e4, 159.15e-6, 0.05),
            Relaxation(1e7, 7.958e-3, 0.01),
        ),
        0.01,
    ),
    "bone": ColeCole(
        2.5,
        (
            Relaxation(10.0, 13.26e-12, 0.2),
            Relaxation(180.0, 79.58e-9, 0.2),
            Relaxation(5e3, 159.15e-6, 0.2),
            Relaxation(1e5, 15.915e-3, 0.0),
        ),
        0.02,
    ),
}

NAMED: Mapping[str, NamedMaterial] = MappingProxyType(
    {
        "steel": NamedMaterial(None, "published", _METAL),
        "aluminium": NamedMaterial(None, "published", _METAL),
        "brass": NamedMaterial(None, "published", _METAL),
        "lead": NamedMaterial(None, "published", _METAL),
        **{name: NamedMaterial(tissue, "published", _GABRIEL) for name, tissue in _TISSUES.items()},
        "water": NamedMaterial(
            water(25.0), "published", "Kaatze, J. Chem. Eng. Data 34(4), 1989, 371-374, 25 deg C"
        ),
        "glass": NamedMaterial(PowerLaw(6.27, 0.0, 0.0043, 1.1925), "published", _ITU),
        "wood": NamedMaterial(PowerLaw(1.99, 0.0, 0.0047, 1.0718), "published", _ITU),
        "abs": NamedMaterial(_lossy(2.70, 0.008), "published", _RIDDLE),
        "polyamide": NamedMaterial(_lossy(3.01, 0.02), "published", _RIDDLE),
        "polymer": NamedMaterial(_lossy(3.01, 0.02), "published", f"as polyamide; {_RIDDLE}"),
        "acrylic": NamedMaterial(_lossy(2.61, 0.01), "published", _RIDDLE),
        "pvc": NamedMaterial(_lossy(2.71, 0.006), "published", _RIDDLE),
        "polypropylene": NamedMaterial(_lossy(2.27, 1e-4), "published", _RIDDLE),
        "rubber": NamedMaterial(4.0 - 0.105j, "published", f"neoprene; {_VON_HIPPEL}"),
        "explosive_simulant": NamedMaterial(
            _lossy(3.0, 0.01),
            "assumed",
            "middle of 2.8 to 3.2; explosives resemble common plastics: Watters et al., Res. "
            "Nondestr. Eval. 7(1), 1995",
        ),
        "cotton": NamedMaterial(_lossy(1.60, 0.04), "extrapolated", _SURVEY),
        "polyester": NamedMaterial(_lossy(1.90, 0.0045), "extrapolated", _SURVEY),
        "nylon_shell": NamedMaterial(
            _lossy(1.90, 0.0098), "extrapolated", f"as nylon Cordura; {_SURVEY}"
        ),
        "denim": NamedMaterial(
            _lossy(1.70, 0.025), "extrapolated", "Khan et al., CSSE 42(3), 2022; loss assumed"
        ),
        "wool": NamedMaterial(_lossy(1.38, 0.023), "extrapolated", f"as felt; {_SURVEY}"),
        "leather": NamedMaterial(
            _lossy(2.6, 0.06), "assumed", "dry, tanned; differs with colour by the tanning"
        ),
        "paper": NamedMaterial(_lossy(2.6, 0.06), "assumed", "stacked sheets and books"),
        "cardboard": NamedMaterial(_lossy(1.4, 0.03), "assumed", "corrugated, air included"),
        "foam": NamedMaterial(_lossy(1.05, 5e-4), "assumed", "packaging foams, 1.03 to 1.1"),
        "wax": NamedMaterial(_lossy(2.35, 0.005), "assumed", "beeswax and paraffin, 2.2 to 2.4"),
        "ceramic": NamedMaterial(_lossy(9.4, 5e-4), "assumed", "alumina, 9 to 10"),
        "porcelain": NamedMaterial(_lossy(5.5, 0.01), "assumed", "tableware, 5 to 6.5"),
        "food": NamedMaterial(_TISSUES["muscle"], "assumed", f"moist, as muscle; {_GABRIEL}"),
    }
)
"""Name to permittivity and source."""


def material(
    name: str,
    thickness_m: float | None = None,
    backing: HalfSpace | Conductor | None = None,
    *,
    water_fraction: float = 0.0,
) -> Conductor | HalfSpace | Slab | Layer:
    """Material of a part by its name in `NAMED`.

    Parameters
    ----------
    name : str
    thickness_m : float, optional
        Without it the body is opaque.  A sheet in air of up to 3 mm becomes a `Layer` (which can
        also cover parts), anything else a `Slab`; a metal stays a conductor.
    backing : HalfSpace or Conductor, optional
        What a slab lies against.
    water_fraction : float
        Volume of water taken up, see `moistened`; a metal takes none.

    Raises
    ------
    ArgumentError
        A name that is not in the table, a thickness that is not above 0, or a fraction outside
        0 to 1.

    Examples
    --------
    >>> material("cotton", 0.5e-3)
    Layer(permittivity=(1.6-0.064j), thickness_m=0.0005)
    >>> material("explosive_simulant", 0.03, material("skin")).back_echoes is None
    True
    """
    if name not in NAMED:
        raise ArgumentError("name", f"is {name!r}", f"choose one of {', '.join(sorted(NAMED))}")
    if thickness_m is not None and not thickness_m > 0:
        raise ArgumentError("thickness_m", f"is {thickness_m}", "give a length above 0")
    permittivity = NAMED[name].permittivity
    if permittivity is None:
        return Conductor()
    if water_fraction:
        permittivity = moistened(permittivity, water_fraction)
    if thickness_m is None:
        return HalfSpace(permittivity)
    thin = thickness_m <= _THICKEST_LAYER_M
    if thin and backing is None:
        return Layer(permittivity, thickness_m)
    return Slab(permittivity, thickness_m, backing)
