"""The even, flat raster on which a scan's phase centres stand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clearway.errors import ArgumentError
from clearway.imaging.grid import Grid

__all__ = ["OFF_RASTER_WAVELENGTHS", "Line", "Raster", "find_raster"]

OFF_RASTER_WAVELENGTHS = 1 / 64
"""How far a phase centre may stand beside its raster point, in the shortest wavelength.

The two-way path is then wrong by 1/32 wavelength, half of what the phase centres may be.
"""

_OFF_RASTER_PITCHES = 0.1
"""The same in pitches: any positions at all lie close to a raster that is fine enough."""


@dataclass(frozen=True, slots=True)
class Line:
    """Even positions along one axis: ``origin_m + pitch_m * index``."""

    origin_m: float
    pitch_m: float
    """Infinite where there is one position only."""
    index: NDArray[np.intp]
    """(n_pairs,) place of each phase centre, counted from 0."""

    @property
    def count(self) -> int:
        """Number of raster points, with those that no phase centre takes."""
        return int(self.index.max()) + 1

    def reach_m(self, axis_m: NDArray[np.float64]) -> float:
        """Largest distance along the axis between a raster point and a voxel."""
        last = self.origin_m if self.count == 1 else self.origin_m + self.pitch_m * (self.count - 1)
        return float(max(axis_m.max() - self.origin_m, last - axis_m.min()))


@dataclass(frozen=True, slots=True)
class Raster:
    """A raster in a plane square to one of the grid's axes."""

    normal: int
    """Axis of the grid that is square to the plane: 0, 1 or 2."""
    plane_m: float
    """Where the plane cuts that axis."""
    lines: tuple[Line, Line]
    """The positions along the other two axes, in the grid's order."""

    @property
    def lateral(self) -> tuple[int, int]:
        """The two axes in the plane."""
        first, second = (axis for axis in range(3) if axis != self.normal)
        return (first, second)


def find_raster(
    positions_m: NDArray[np.float64], grid: Grid, shortest_wavelength_m: float
) -> Raster:
    """Find the raster that positions stand on; points may be missing from it.

    Parameters
    ----------
    positions_m : (n, 3) float64
        Phase centres.
    grid : Grid
        Decides which axis is square to a scan along a single line: the one farther away.
    shortest_wavelength_m : float

    Returns
    -------
    Raster

    Raises
    ------
    ArgumentError
        Positions off a plane square to an axis, or off an even raster.
    """
    tolerance_m = OFF_RASTER_WAVELENGTHS * shortest_wavelength_m
    spread_m = np.ptp(positions_m, axis=0)
    flat = np.flatnonzero(spread_m <= 2 * tolerance_m)
    if len(flat) == 0:
        raise ArgumentError(
            "sweep.array",
            f"is not flat: its phase centres spread over "
            f"{' x '.join(f'{spread:.3g}' for spread in spread_m)} m along x, y and z, and none "
            f"of these is below {2 * tolerance_m:.3g} m",
            "turn the frame so that the scan's plane is square to an axis, or use back-projection",
        )
    middle_m = (positions_m.min(axis=0) + positions_m.max(axis=0)) / 2
    away_m = [np.abs(grid.axes_m[axis] - middle_m[axis]).min() for axis in flat]
    normal = int(flat[np.argmax(away_m)])
    first, second = (
        _line("xyz"[axis], positions_m[:, axis], tolerance_m) for axis in range(3) if axis != normal
    )
    return Raster(normal, float(middle_m[normal]), (first, second))


def _line(name: str, coordinate_m: NDArray[np.float64], tolerance_m: float) -> Line:
    lowest, highest = float(coordinate_m.min()), float(coordinate_m.max())
    if highest - lowest <= 2 * tolerance_m:
        middle_m = (lowest + highest) / 2
        return Line(middle_m, np.inf, np.zeros(len(coordinate_m), dtype=np.intp))
    order = np.argsort(coordinate_m)
    gap_m = np.diff(coordinate_m[order])
    # Smaller gaps lie between the positions that share a raster point.
    step = gap_m > min(_OFF_RASTER_PITCHES * gap_m.max(), 2 * tolerance_m)
    points_on = np.where(step, np.round(gap_m / gap_m[step].min()), 0)
    index = np.empty(len(order), dtype=np.intp)
    index[order] = np.concatenate(([0], np.cumsum(points_on)))
    pitch_m, origin_m = np.polyfit(index, coordinate_m, 1)
    beside_m = float(np.abs(coordinate_m - (origin_m + pitch_m * index)).max())
    allowed_m = min(tolerance_m, _OFF_RASTER_PITCHES * pitch_m)
    if beside_m > allowed_m:
        raise ArgumentError(
            "sweep.array",
            f"is no even raster: along {name}, phase centres stand up to {beside_m:.3g} m beside "
            f"a pitch of {pitch_m:.4g} m, and {allowed_m:.3g} m is the bound",
            "use back-projection, which is exact for any positions",
        )
    return Line(float(origin_m), float(pitch_m), index)
