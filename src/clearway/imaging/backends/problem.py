"""What a back end is asked to do, checked once and the same for all of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from clearway.errors import ArgumentError
from clearway.imaging.array import Array
from clearway.imaging.backends.range_profiles import RangeCompression
from clearway.imaging.checks import finite_real_array
from clearway.imaging.grid import Grid, Region
from clearway.imaging.windows import Window

__all__ = ["Former", "Part", "Problem", "Progress", "parts_of"]

Progress: TypeAlias = Callable[[float], None]
"""Told the fraction that is done, from 0 to 1."""


@dataclass(frozen=True)
class Part:
    """Voxels to image together."""

    mask: NDArray[np.bool_] | None
    """Which ones, shape of the grid; None for all."""
    velocity_m_s: NDArray[np.float64] | None
    """(3,) of the scene there; None when it stands or the array has no firing times."""


@dataclass(frozen=True)
class Problem:
    """Array, band, grid and options of an image."""

    array: Array
    frequencies_hz: NDArray[np.float64]
    propagation_speed_m_s: float
    grid: Grid
    parts: tuple[Part, ...]
    window: Window | None
    oversampling: float
    threads: int

    def range_compression(self) -> RangeCompression:
        """Give what turns this problem's samples into range profiles."""
        return RangeCompression.of(
            self.frequencies_hz, self.propagation_speed_m_s, self.window, self.oversampling
        )


class Former(Protocol):
    """A back end, prepared for one problem."""

    def __init__(self, problem: Problem) -> None: ...

    def form(
        self, samples: NDArray[np.complex64], progress: Progress | None = None
    ) -> NDArray[np.complex64]:
        """Image of the grid's shape from (n_freq, n_channels) samples; 0 outside of the parts."""
        ...


def parts_of(
    grid: Grid,
    array: Array,
    regions: Sequence[Region] | None,
    mask: NDArray[np.bool_] | None,
) -> tuple[Part, ...]:
    """Split a grid by the regions' velocities.

    A voxel in several regions belongs to the first; a mask applies to all of them.

    Raises
    ------
    ArgumentError
        A mask of another shape or type, nothing to image, or a moving region and an array
        without firing times.
    """
    if mask is not None:
        if mask.dtype != np.bool_ or mask.shape != grid.shape:
            raise ArgumentError(
                "mask",
                f"has shape {mask.shape} and dtype {mask.dtype}, expected {grid.shape} and bool",
                "give one truth value per voxel",
            )
        if not mask.any():
            raise ArgumentError("mask", "leaves no voxel", "mark the voxels to image")
    if regions is None:
        return (Part(mask, None),)
    free = np.ones(grid.shape, dtype=np.bool_) if mask is None else mask.copy()
    by_velocity: dict[tuple[float, ...], NDArray[np.bool_]] = {}
    for region in regions:
        own = region.mask(grid) & free
        free &= ~own
        velocity = tuple(float(v) for v in region.velocity_m_s)
        if any(velocity) and array.tx_times_s is None:
            raise ArgumentError(
                "tx_times_s", "are missing, and a region moves", "say when each transmitter fires"
            )
        known = by_velocity.get(velocity)
        by_velocity[velocity] = own if known is None else known | own
    found = tuple(
        Part(own, finite_real_array("velocity_m_s", velocity, (3,)) if any(velocity) else None)
        for velocity, own in by_velocity.items()
        if own.any()
    )
    if not found:
        raise ArgumentError("regions", "hold no voxel of the grid", "give boxes that meet the grid")
    return found
