"""Seeded scenes of point scatterers before arrays of every kind."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clearway.imaging import SPEED_OF_LIGHT_M_S, Array, Grid, Sweep
from clearway.imaging.backends.reference import delay_and_sum
from clearway.imaging.echo import point_echoes
from clearway.imaging.windows import Window

WINDOWS: tuple[Window | None, ...] = (None, "hann", "taylor")
SPECIAL_CASES = 6


@dataclass(frozen=True)
class Scene:
    """A sweep, a grid that holds its targets, and voxels drawn at random."""

    sweep: Sweep
    grid: Grid
    window: Window | None
    voxels: NDArray[np.intp]

    def reference(self) -> NDArray[np.complex128]:
        """The exact image at the drawn voxels."""
        return delay_and_sum(self.sweep, self.grid.points_m()[self.voxels], self.window)


def random_scene(seed: int, most_voxels: int = 100) -> Scene:
    """Arrays on a plane, on facing planes or all around; targets inside the grid.

    By the seed, one in eight scenes each has: one element per side, one frequency, unordered
    frequencies, everything 1 km from the origin, a grid of a single plane, voxels in the array's
    plane.
    """
    rng = np.random.default_rng(seed)
    special = seed % 8
    n_tx, n_rx = (1, 1) if special == 0 else rng.integers(1, 40, 2)
    n_freq = 1 if special == 1 else int(rng.integers(2, 120))
    lowest_hz = rng.uniform(1e9, 9e9)
    frequencies_hz = np.linspace(lowest_hz, lowest_hz + rng.uniform(0.5e9, 10e9), n_freq)
    if special == 2:
        rng.shuffle(frequencies_hz)
    away_m = np.array([800.0, -600.0, 0.0]) if special == 3 else np.zeros(3)
    spacing_m = rng.choice([0.002, 0.01, 0.02, 0.05])
    shape = rng.integers(1, 25, 3)
    corner_m = rng.uniform([-0.5, 0.3, -0.5], [0.5, 1.2, 0.5])
    if special == 4:
        shape[rng.integers(3)] = 1
    if special == 5:
        corner_m[1] = 0.0
    axes = [away_m[d] + corner_m[d] + spacing_m * np.arange(shape[d]) for d in range(3)]
    grid = Grid(*axes)
    planes = ([0.0], [0.0, 2.0], None)[rng.integers(3)]
    array = Array(*(_elements(n, planes, rng) + away_m for n in (n_tx, n_rx)))
    n_targets = rng.integers(1, 6)
    sweep = point_echoes(
        array,
        frequencies_hz,
        rng.uniform([axis[0] for axis in axes], [axis[-1] for axis in axes], (n_targets, 3)),
        rng.normal(size=n_targets) + 1j * rng.normal(size=n_targets),
        propagation_speed_m_s=rng.choice([SPEED_OF_LIGHT_M_S, 1.06e8]),
    )
    voxels = rng.choice(grid.size, min(grid.size, most_voxels), replace=False)
    return Scene(sweep, grid, WINDOWS[seed % 3], voxels)


def _elements(n: int, planes: list[float] | None, rng: np.random.Generator) -> NDArray[np.float64]:
    positions_m = rng.uniform(-1, 1, (n, 3))
    if planes is not None:
        positions_m[:, 1] = rng.choice(planes, n)
    return positions_m


def some_pairs(n_tx: int, n_rx: int, n: int, rng: np.random.Generator) -> NDArray[np.intp]:
    """Up to n different pairs in any order."""
    return rng.permutation(np.argwhere(np.ones((n_tx, n_rx))))[:n]


def nrmse(image: NDArray[np.complex64], exact: NDArray[np.complex128]) -> float:
    """Norm of the difference over the norm of the exact image."""
    return float(np.linalg.norm(image - exact) / np.linalg.norm(exact))
