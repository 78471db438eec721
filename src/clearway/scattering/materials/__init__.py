"""What scenes are made of: permittivities, surfaces, slabs, garments, and a table of names."""

from clearway.scattering.materials.covers import Layer, Stack
from clearway.scattering.materials.named import NAMED, NamedMaterial, material
from clearway.scattering.materials.permittivity import (
    ColeCole,
    Debye,
    Dispersion,
    Permittivity,
    PowerLaw,
    moistened,
    permittivity_at,
    water,
)
from clearway.scattering.materials.surfaces import Conductor, HalfSpace, Slab

__all__ = [
    "NAMED",
    "ColeCole",
    "Conductor",
    "Debye",
    "Dispersion",
    "HalfSpace",
    "Layer",
    "NamedMaterial",
    "Permittivity",
    "PowerLaw",
    "Slab",
    "Stack",
    "material",
    "moistened",
    "permittivity_at",
    "water",
]
