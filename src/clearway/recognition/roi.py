"""Which voxels to image around a person, and the person's own coordinates.

A person walks along x and the panel looks along y, so that the panel sees a side of the body and,
slanting, part of the front or the back.  The box therefore reaches from in front of the near arm
to just behind the middle of the body; what is farther is in its shadow.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from clearway.errors import ArgumentError
from clearway.imaging import Grid, Region
from clearway.imaging.checks import complex_array
from clearway.recognition.view import View
from clearway.recognition.volume import Volume

__all__ = ["REFERENCE", "Box", "RegionOfInterest"]

_MOST_DEEP = 256


@dataclass(frozen=True, slots=True)
class RegionOfInterest:
    """Size and sampling of the box around a person.

    Raises
    ------
    ArgumentError
        Sizes that are not positive, or numbers of voxels that the pooling does not divide.

    Examples
    --------
    >>> region = RegionOfInterest()
    >>> region.shape, region.pooled_shape
    ((60, 32, 160), (30, 32, 80))
    >>> region.around(View((0.013, 1.2), (-1.3, 0.0))).grid.shape
    (60, 32, 160)
    """

    shape: tuple[int, int, int] = (60, 32, 160)
    """Voxels along x, y and z: the trunk with what is worn before and behind it, whose middle is
    up to 0.27 m away on large bodies, the near arm, and the legs down to the ankles.  Whole
    multiples of 4, 8 and 8 waste no work of the image former, which computes in such tiles."""
    voxel_m: float = 0.01
    pooling: tuple[int, int, int] = (2, 1, 2)
    """How many voxels become one in the recogniser's volume.  Depth keeps its resolution: how far
    a thing stands out from the body is what tells most."""
    ahead_m: float = 0.27
    """How far the near face of the box lies before the middle of the body: the near arm with a
    sleeve.  The far face lies 5 cm behind the middle, so that what is worn in the middle of the
    chest or of the back, and shows while the person comes or goes, is inside."""
    lowest_m: float = 0.13
    """Height of the lowest voxels' centres above the floor."""
    snap_m: float = 0.04
    """The box is placed on multiples of this, so that prepared image formers can be used again."""

    def __post_init__(self) -> None:
        if min(self.shape) < 1 or min(self.pooling) < 1 or any(np.mod(self.shape, self.pooling)):
            raise ArgumentError(
                "region_of_interest.shape",
                f"is {self.shape} with pooling {self.pooling}",
                "give whole multiples of the pooling",
            )
        if self.pooled_shape[1] > _MOST_DEEP:
            raise ArgumentError(
                "region_of_interest.shape",
                f"is {self.shape}: {self.pooled_shape[1]} voxels deep",
                f"give at most {_MOST_DEEP}, which stored sets number by one byte each",
            )
        if not (self.voxel_m > 0 and self.snap_m > 0):
            raise ArgumentError(
                "region_of_interest.voxel_m",
                f"is {self.voxel_m} and snap_m {self.snap_m}",
                "give lengths above 0",
            )

    @property
    def pooled_shape(self) -> tuple[int, int, int]:
        """Shape of the recogniser's volume."""
        x, y, z = (n // by for n, by in zip(self.shape, self.pooling, strict=True))
        return (x, y, z)

    @property
    def steps_m(self) -> tuple[float, float, float]:
        """Between the voxels of the recogniser's volume."""
        x, y, z = (self.voxel_m * by for by in self.pooling)
        return (x, y, z)

    def around(self, view: View) -> Box:
        """The box around the person of a view."""
        x_m, y_m = view.person_m
        half_m = (self.shape[0] - 1) / 2 * self.voxel_m
        x_m = round(x_m / self.snap_m) * self.snap_m - half_m
        y_m = round((y_m - self.ahead_m) / self.snap_m) * self.snap_m
        return Box(self, (x_m, y_m, self.lowest_m), view.person_m, view.forward)


REFERENCE = RegionOfInterest((52, 16, 192), pooling=(2, 1, 2))
"""The box of Clearway's reference figures for speed: 160,000 voxels."""


@dataclass(frozen=True)
class Box:
    """A region of interest around one person.

    Examples
    --------
    >>> box = RegionOfInterest((4, 2, 4)).around(View((0.0, 1.0)))
    >>> volume = box.volume(np.ones(box.grid.shape))
    >>> volume.levels_db.shape
    (2, 2, 2)
    """

    interest: RegionOfInterest
    corner_m: tuple[float, float, float]
    """The voxel of the smallest coordinates, in the view frame."""
    person_m: tuple[float, float]
    forward: int
    """As of `View`."""

    @cached_property
    def grid(self) -> Grid:
        """The voxels to image."""
        return Grid(
            *(
                low + self.interest.voxel_m * np.arange(n)
                for low, n in zip(self.corner_m, self.interest.shape, strict=True)
            )
        )

    def region(self, velocity_m_s: tuple[float, float] = (0.0, 0.0)) -> Region:
        """The same box as part of a larger grid, for an image former that knows the motion."""
        half = self.interest.voxel_m / 2
        lower = tuple(float(axis[0] - half) for axis in self.grid.axes_m)
        upper = tuple(float(axis[-1] + half) for axis in self.grid.axes_m)
        return Region(
            (lower[0], lower[1], lower[2]), (upper[0], upper[1], upper[2]), (*velocity_m_s, 0.0)
        )

    def volume(self, image: ArrayLike) -> Volume:
        """Bring an image into the person's own coordinates.

        Parameters
        ----------
        image : complex or real array of ``grid.shape``

        Returns
        -------
        Volume
            Of `RegionOfInterest.pooled_shape`.  Voxels are pooled by their largest magnitude,
            which keeps glints; the first axis is turned so that the person walks along it.

        Raises
        ------
        ArgumentError
            Another shape, NaN or infinity.
        """
        pooled = np.abs(complex_array("image", image, self.grid.shape))
        for axis, by in enumerate(self.interest.pooling):
            shape = pooled.shape
            split = (*shape[:axis], shape[axis] // by, by, *shape[axis + 1 :])
            pooled = pooled.reshape(split).max(axis=axis + 1)
        x_m, y_m, z_m = (
            axis.reshape(-1, by).mean(axis=1)
            for axis, by in zip(self.grid.axes_m, self.interest.pooling, strict=True)
        )
        return Volume.of(
            pooled[:: self.forward],
            self.forward * (x_m - self.person_m[0])[:: self.forward],
            y_m - self.person_m[1],
            z_m,
        )

    def to_view(self, forward_m: float, depth_m: float) -> tuple[float, float]:
        """Place in the view frame (x and y) of one in the person's own coordinates."""
        return self.person_m[0] + self.forward * forward_m, self.person_m[1] + depth_m
