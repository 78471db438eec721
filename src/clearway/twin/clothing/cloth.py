"""Cloth as the scattering sees it: layers that let most of a wave through and return little."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clearway.scattering.materials import Conductor, Layer, Stack
from clearway.scattering.part import Cover, Echo, Material
from clearway.twin.clothing.garments import Piece

__all__ = ["METAL", "Lofted", "cover_of", "material_of"]

METAL = Conductor()
"""Zips, buttons and the aluminium behind reflective tape."""

_THICKEST_ECHO_M = 5e-3
"""Above it the echoes of the outer and the inner face are kept apart, each with its own delay."""


@dataclass(frozen=True)
class Lofted:
    """Sheets with so much room between them that each returns an echo of its own.

    Such as the shell, the down and the lining of a padded jacket.  An echo from a sheet further in
    has passed those before it twice; echoes between sheets are left out: two weak reflections
    more.
    """

    layers: Sequence[Layer]
    """From the outside in."""

    def echoes(self, cos_incidence: NDArray[np.float64], frequency_hz: float) -> tuple[Echo, ...]:
        """One echo for each sheet, delayed by the way through those before it."""
        cosines = np.asarray(cos_incidence, dtype=np.float64)
        passed = (np.ones(cosines.shape, dtype=complex),) * 2
        depth_m = 0.0
        echoes = []
        for layer in self.layers:
            (own,) = layer.echoes(cosines, frequency_hz)
            echoes.append(
                Echo(
                    passed[0] ** 2 * own.perpendicular,
                    passed[1] ** 2 * own.parallel,
                    2 * depth_m * cosines,
                )
            )
            through = layer.transmission(cosines, frequency_hz)
            passed = (passed[0] * through[0], passed[1] * through[1])
            depth_m += layer.thickness_m
        return tuple(echoes)


def _layers(piece: Piece) -> tuple[Layer, ...]:
    return tuple(Layer(sheet.permittivity, sheet.thickness_m) for sheet in piece.sheets)


def cover_of(piece: Piece) -> Cover:
    """What a garment does to waves that pass it."""
    return Stack(_layers(piece))


def material_of(piece: Piece) -> Material:
    """What a garment returns of the waves that meet it."""
    return Lofted(_layers(piece)) if piece.thickness_m > _THICKEST_ECHO_M else Stack(_layers(piece))
