"""From placed pieces to the parts of a scene."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from clearway.errors import ArgumentError
from clearway.scattering import Part
from clearway.scattering.materials import NAMED, Layer, material
from clearway.scattering.part import Cover, Material
from clearway.twin.objects.placement import Placed

__all__ = ["CoverOf", "MaterialOf", "as_parts"]

MaterialOf = Callable[[str, float | None], Material]
"""Material of a substance by its name, and by its thickness where it is no metal."""
CoverOf = Callable[[str, float], Cover]
"""Thin layer of a substance by its name and thickness."""


def as_parts(
    pieces: Iterable[Placed],
    material_of: MaterialOf = material,
    cover_of: CoverOf | None = None,
    *,
    under: Sequence[Cover] = (),
    velocity_m_s: ArrayLike = (0.0, 0.0, 0.0),
) -> list[Part]:
    """Give placed pieces their materials.

    Parameters
    ----------
    pieces : iterable of Placed
    material_of, cover_of : callable
        Where the substances are known; by default the table of `clearway.scattering.materials`.
        Thicknesses are rounded to a tenth of a millimetre, so that few materials differ.
    under : sequence of Cover
        What is worn over the object, such as a coat, the outermost first.
    velocity_m_s : (3,) array_like
        Of the object as a whole.

    Returns
    -------
    list of Part
        One per piece.
    """
    cover_of = cover_of or _named_cover
    speed = np.asarray(velocity_m_s, dtype=np.float64)
    return [
        Part(
            piece.mesh,
            material_of(piece.substance, _rounded(piece.thickness_m)),
            (*under, *(cover_of(layer.substance, layer.thickness_m) for layer in piece.covers)),
            piece.opaque,
            speed,
        )
        for piece in pieces
    ]


def _named_cover(substance: str, thickness_m: float) -> Cover:
    permittivity = NAMED[substance].permittivity
    if permittivity is None:
        raise ArgumentError("substance", f"is the metal {substance}", "cover with a dielectric")
    return Layer(permittivity, thickness_m)


def _rounded(thickness_m: float | None) -> float | None:
    return None if thickness_m is None else max(round(thickness_m, 4), 1e-4)
