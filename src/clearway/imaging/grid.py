"""The voxels of an image, and the part of them near a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from clearway.errors import ArgumentError
from clearway.imaging.checks import finite_real_array

__all__ = ["Grid", "Region"]


class Grid:
    """A rectilinear grid of voxels: the product of three axes.

    Parameters
    ----------
    x_m, y_m, z_m : (n,) array_like of float
        Coordinates of the voxel centres in metres, strictly increasing or strictly decreasing;
        steps may differ.

    Raises
    ------
    ArgumentError
        An axis that is empty, not monotonic, or not finite.

    Examples
    --------
    >>> grid = Grid([0.0, 0.1], [1.0], np.linspace(0, 2, 5))
    >>> grid.shape, grid.size
    ((2, 1, 5), 10)
    """

    def __init__(self, x_m: ArrayLike, y_m: ArrayLike, z_m: ArrayLike) -> None:
        self.x_m = _axis("x_m", x_m)
        self.y_m = _axis("y_m", y_m)
        self.z_m = _axis("z_m", z_m)

    @classmethod
    def over(cls, lower_m: Sequence[float], upper_m: Sequence[float], spacing_m: float) -> Grid:
        """Even grid from one corner to the other, both included as nearly as the spacing allows.

        Examples
        --------
        >>> Grid.over((0, 0.8, 0), (1, 0.8, 2), 0.5).shape
        (3, 1, 5)
        """
        if not spacing_m > 0:
            raise ArgumentError("spacing_m", f"is {spacing_m}", "give a spacing above 0")
        axes = [
            low + spacing_m * np.arange(int((high - low) / spacing_m + 1 + 1e-9))
            for low, high in zip(lower_m, upper_m, strict=True)
        ]
        return cls(*axes)

    @property
    def axes_m(self) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """The three axes."""
        return (self.x_m, self.y_m, self.z_m)

    @property
    def shape(self) -> tuple[int, int, int]:
        """Numbers of voxels along x, y and z."""
        return (len(self.x_m), len(self.y_m), len(self.z_m))

    @property
    def size(self) -> int:
        """Number of voxels."""
        return len(self.x_m) * len(self.y_m) * len(self.z_m)

    def points_m(self) -> NDArray[np.float64]:
        """(size, 3) voxel centres, z fastest: the order of a raveled image."""
        mesh = np.meshgrid(*self.axes_m, indexing="ij")
        return np.stack(mesh, axis=-1).reshape(-1, 3)


@dataclass(frozen=True, slots=True)
class Region:
    """A box of interest, such as the space a tracked person fills.

    Examples
    --------
    >>> Region((0, 0, 0), (0.1, 1, 1)).mask(Grid([0.0, 0.2], [0.5], [0.5])).ravel().tolist()
    [True, False]
    """

    lower_m: tuple[float, float, float]
    """Corner with the smallest coordinates; the faces belong to the box."""
    upper_m: tuple[float, float, float]
    """Corner with the largest coordinates."""
    velocity_m_s: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """How the scene in the box moves while the sweep is taken, metres per second."""

    def __post_init__(self) -> None:
        for name in ("lower_m", "upper_m", "velocity_m_s"):
            finite_real_array(f"region.{name}", getattr(self, name), (3,))
        if any(low > high for low, high in zip(self.lower_m, self.upper_m, strict=True)):
            raise ArgumentError(
                "region", f"has its lower corner {self.lower_m} above {self.upper_m}", "swap them"
            )

    def mask(self, grid: Grid) -> NDArray[np.bool_]:
        """Which voxels of the grid lie in the box, shape ``grid.shape``."""
        inside = [
            (axis >= low) & (axis <= high)
            for axis, low, high in zip(grid.axes_m, self.lower_m, self.upper_m, strict=True)
        ]
        return inside[0][:, None, None] & inside[1][None, :, None] & inside[2][None, None, :]


def _axis(name: str, value: ArrayLike) -> NDArray[np.float64]:
    axis = finite_real_array(name, value, (-1,))
    steps = np.diff(axis)
    if not ((steps > 0).all() or (steps < 0).all()):
        at = int(np.argmax(np.sign(steps) != np.sign(steps[0])))
        raise ArgumentError(
            name,
            f"is not strictly monotonic: {axis[at]:g} m is followed by {axis[at + 1]:g} m",
            "sort the coordinates and give each once",
        )
    return axis
