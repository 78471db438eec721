"""Folds: a smooth random pattern over places on the body."""

from __future__ import annotations

from math import pi

import numpy as np
from numpy.typing import NDArray

from clearway.twin.clothing.fabrics import Range

__all__ = ["Folds", "draw_folds"]

_WAVES = 7


class Folds:
    """A sum of plane waves of random directions and phases, taken at places in space.

    Parameters
    ----------
    waves : (n_waves, 3) float64
        Wave vectors in rad/m.
    phases : (n_waves,) float64
    """

    def __init__(self, waves: NDArray[np.float64], phases: NDArray[np.float64]) -> None:
        self.waves = waves
        self.phases = phases

    def at(self, places_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n,) heights within -1 and 1; smooth over space, hence over every surface in it."""
        heights: NDArray[np.float64] = np.sin(places_m @ self.waves.T + self.phases).mean(axis=1)
        return np.tanh(2.0 * heights)


def draw_folds(rng: np.random.Generator, wavelength_m: Range, *, hangs: bool) -> Folds:
    """A pattern of folds.

    Parameters
    ----------
    rng : numpy.random.Generator
    wavelength_m : (shortest, longest)
        Distances from fold to fold; drawn evenly on a logarithmic scale.
    hangs : bool
        Folds run down: the waves vary ten times slower with height than across.
    """
    directions = rng.standard_normal((_WAVES, 3))
    if hangs:
        directions[:, 2] *= 0.1
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    shortest, longest = np.log(wavelength_m)
    length_m = np.exp(rng.uniform(float(shortest), float(longest), size=(_WAVES, 1)))
    return Folds(2 * pi * directions / length_m, rng.uniform(0, 2 * pi, _WAVES))
