"""Which grids a raster can image by range migration within the stated bound."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from clearway.errors import ArgumentError
from clearway.imaging.backends.range_migration.raster import Raster
from clearway.imaging.grid import Grid

__all__ = ["NEAREST_WAVELENGTHS", "check_sampling", "checked_depths"]

NEAREST_WAVELENGTHS = 6.0
"""N: the grid keeps max(N lambda, sqrt(N lambda U), U / 4) away from the array's plane.

lambda is the longest wavelength and U the largest lateral distance between an antenna and a
voxel.  Closer, the kernel is no longer the chirp that the bound on the error rests on.
"""

_WIDEST_TANGENT = 4.0


def checked_depths(raster: Raster, grid: Grid, longest_wavelength_m: float) -> NDArray[np.float64]:
    """Distances of the grid's planes from the array's plane.

    Raises
    ------
    ArgumentError
        A grid on both sides of the plane, or too close to it.
    """
    signed_m = grid.axes_m[raster.normal] - raster.plane_m
    name = "xyz"[raster.normal]
    if signed_m.min() < 0 < signed_m.max():
        raise ArgumentError(
            f"grid.{name}_m",
            f"lies on both sides of the array's plane {name} = {raster.plane_m:.4g} m",
            "image each side by itself",
        )
    depth_m = np.abs(signed_m)
    reach_m = max(
        line.reach_m(grid.axes_m[axis])
        for axis, line in zip(raster.lateral, raster.lines, strict=True)
    )
    unit_m = NEAREST_WAVELENGTHS * longest_wavelength_m
    nearest_m = max(unit_m, np.sqrt(unit_m * reach_m), reach_m / _WIDEST_TANGENT)
    if depth_m.min() < nearest_m:
        raise ArgumentError(
            f"grid.{name}_m",
            f"comes within {depth_m.min():.3g} m of the array's plane and reaches {reach_m:.3g} m "
            f"sideways from an antenna; {nearest_m:.3g} m from the plane is the bound",
            "leave out the near voxels, narrow the grid, or use back-projection",
        )
    return depth_m


def check_sampling(
    raster: Raster, grid: Grid, nearest_m: float, shortest_wavelength_m: float
) -> None:
    """Refuse a raster whose echoes from the grid are ambiguous.

    An echo's phase runs along the raster with at most ``2 k sin a`` to either side, a being the
    largest angle between an antenna's normal and a voxel: pitches up to ``lambda / (4 sin a)``
    tell all directions apart.
    """
    for axis, line in zip(raster.lateral, raster.lines, strict=True):
        reach_m = line.reach_m(grid.axes_m[axis])
        sine = reach_m / np.hypot(reach_m, nearest_m)
        if line.count > 1 and line.pitch_m * 4 * sine > shortest_wavelength_m:
            raise ArgumentError(
                "sweep.array",
                f"is too sparse: a pitch of {line.pitch_m:.3g} m along {'xyz'[axis]} leaves "
                f"echoes of the grid ambiguous; {shortest_wavelength_m / (4 * sine):.3g} m (the "
                f"shortest wavelength over 4 sin {np.rad2deg(np.arcsin(sine)):.0f} deg) is the "
                f"bound",
                "choose a grid of smaller angles, or use back-projection",
            )
