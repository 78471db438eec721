"""Fabrics, and sheets of them as they are worn: of one thickness, dry or wet.

Thicknesses and areal densities are those in which such cloth is commonly sold; where a fabric
names no other source, they are assumed.  The permittivity is not assumed for each fabric: it
follows from the fibre, the share of the volume that it fills, and the water in between.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from clearway.errors import ArgumentError
from clearway.scattering.materials import Permittivity, moistened
from clearway.twin.clothing.fibres import (
    COLLAGEN,
    COTTON,
    KERATIN,
    POLYAMIDE,
    POLYESTER,
    Fibre,
    fabric_permittivity,
)

__all__ = ["FABRICS", "Fabric", "Range", "Sheet"]

Range = tuple[float, float]
"""Lowest and highest value; drawn uniformly in between."""

_WATER_KG_M3 = 1000.0
_WATER_C = 20.0
"""Of rain on clothes in a station."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A fabric of one thickness, with the water that is in it beyond the moisture of room air."""

    fabric: Fabric
    dry_thickness_m: float
    fibre_kg_m2: float
    water_kg_m2: float = 0.0

    @property
    def thickness_m(self) -> float:
        """Thickness; more than the dry one only where the water has no room between the fibres."""
        solid_m = self.fibre_kg_m2 / self.fabric.fibre.density_kg_m3
        return max(self.dry_thickness_m, solid_m + self.water_kg_m2 / _WATER_KG_M3)

    @property
    def mass_kg_m2(self) -> float:
        """Areal density with its water."""
        return self.fibre_kg_m2 + self.water_kg_m2

    @property
    def permittivity(self) -> Permittivity:
        """Of the mixture of fibre, air and water; depends on the frequency when wet."""
        solid_share = self.fibre_kg_m2 / (self.fabric.fibre.density_kg_m3 * self.thickness_m)
        dry = fabric_permittivity(self.fabric.fibre, solid_share)
        if not self.water_kg_m2:
            return dry
        return moistened(dry, self.water_kg_m2 / (_WATER_KG_M3 * self.thickness_m), _WATER_C)


@dataclass(frozen=True, slots=True)
class Fabric:
    """A kind of cloth, with the spread in which people wear it."""

    name: str
    fibre: Fibre
    thickness_m: Range
    fibre_kg_m2: Range
    """Areal density when dry."""
    wet_kg_kg: Range
    """Free water in rain, by the mass of the dry fabric: soaked, or lying on a proofed one."""
    source: str = "assumed"
    """Where thickness and areal density are from."""

    def __post_init__(self) -> None:
        densest = self.fibre_kg_m2[1] / self.thickness_m[0]
        if densest > self.fibre.density_kg_m3:
            raise ArgumentError(
                "fibre_kg_m2",
                f"of {self.name} can be {densest:.0f} kg/m3, denser than {self.fibre.name}",
                "give a thicker or a lighter fabric",
            )

    def drawn(self, rng: np.random.Generator, *, wet: bool) -> Sheet:
        """A sheet; the same draws are taken for a wet one and for a dry one."""
        thickness_m, fibre_kg_m2, wet_kg_kg = (
            float(rng.uniform(*spread))
            for spread in (self.thickness_m, self.fibre_kg_m2, self.wet_kg_kg)
        )
        return Sheet(self, thickness_m, fibre_kg_m2, wet * wet_kg_kg * fibre_kg_m2)


def _fabric(
    name: str,
    fibre: Fibre,
    thickness_mm: Range,
    g_m2: Range,
    wet_kg_kg: Range,
    source: str = "assumed",
) -> Fabric:
    return Fabric(
        name,
        fibre,
        (thickness_mm[0] * 1e-3, thickness_mm[1] * 1e-3),
        (g_m2[0] * 1e-3, g_m2[1] * 1e-3),
        wet_kg_kg,
        source,
    )


FABRICS = {
    fabric.name: fabric
    for fabric in (
        _fabric("jersey", COTTON, (0.5, 0.9), (140, 200), (0.5, 1.5)),
        _fabric("shirting", COTTON, (0.2, 0.4), (100, 150), (0.4, 1.0)),
        _fabric(
            "denim",
            COTTON,
            (0.7, 1.1),
            (340, 480),
            (0.4, 0.9),
            "1 mm with permittivity 1.7: M. M. Khan et al. (2022), doi:10.32604/csse.2022.022313; "
            "areal density and spread assumed",
        ),
        _fabric("twill", COTTON, (0.4, 0.7), (220, 320), (0.4, 0.9)),
        _fabric("sweat", COTTON, (1.5, 2.5), (280, 400), (0.6, 1.5)),
        _fabric("knit", KERATIN, (2.0, 4.0), (250, 450), (0.5, 1.5)),
        _fabric("suiting", KERATIN, (0.4, 0.8), (230, 320), (0.3, 0.9)),
        _fabric("coating", KERATIN, (2.0, 4.0), (450, 750), (0.3, 1.0)),
        _fabric("lining", POLYESTER, (0.1, 0.2), (60, 90), (0.2, 0.5)),
        _fabric("leather", COLLAGEN, (0.8, 1.4), (600, 900), (0.15, 0.4)),
        _fabric("shell", POLYAMIDE, (0.1, 0.2), (50, 90), (0.2, 0.5)),
        _fabric("down", KERATIN, (8.0, 25.0), (80, 200), (0.1, 0.5)),
        _fabric("rainproof", POLYAMIDE, (0.3, 0.6), (150, 280), (0.15, 0.6)),
        _fabric("mesh", POLYESTER, (0.2, 0.5), (100, 150), (0.2, 0.6)),
        _fabric("crepe", POLYESTER, (0.2, 0.5), (120, 220), (0.3, 0.8)),
    )
}
"""Every kind of cloth, by its name."""
