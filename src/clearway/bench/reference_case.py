"""The imaging problem that all benchmarks share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clearway.imaging.design.panels import jittered_panel
from clearway.imaging.echo import point_echoes
from clearway.imaging.grid import Grid
from clearway.imaging.sweep import Sweep

__all__ = ["QUICK", "REFERENCE", "CaseSize", "ReferenceCase", "box", "reference_case"]

SPACING_M = 0.01
BAND_HZ = (8e9, 18e9)
_BODY_CENTRE_M = (0.0, 1.28, 1.0)
_VOLUME_CENTRE_M = (0.0, 1.3, 1.0)
_BODY_DEPTH_M = 0.14
_BODY_HEIGHTS = (0.0, 0.48, 0.62, 0.82, 0.86, 0.93, 1.0)
_BODY_HALF_WIDTHS_M = (0.13, 0.18, 0.15, 0.22, 0.07, 0.09, 0.04)
"""Feet, hips, waist, shoulders, neck, head; heights are parts of the body's height."""


@dataclass(frozen=True, slots=True)
class CaseSize:
    """How large the problem is; numbers of voxels are along x, depth and height."""

    n_elements: int
    """Of each kind, transmitters and receivers."""
    n_frequencies: int
    roi: tuple[int, int, int]
    """Box around one person."""
    part: tuple[int, int, int]
    """Box within that, for peers which would take minutes for all of it."""
    volume: tuple[int, int, int]
    """Everything that the curtain sees."""
    n_scatterers: int
    n_checked: int
    """Voxels of the region of interest whose exact image is computed.

    Most of the image's energy lies on the body, in a few per cent of the voxels: a small sample
    may miss it, and its error then says little.
    """


REFERENCE = CaseSize(96, 100, (52, 16, 192), (32, 16, 64), (200, 100, 200), 1000, 1000)
QUICK = CaseSize(16, 100, (20, 16, 32), (8, 16, 32), (40, 20, 40), 20, 60)


@dataclass(frozen=True, slots=True)
class ReferenceCase:
    """One sweep and the grids to image it on."""

    size: CaseSize
    sweep: Sweep
    roi: Grid
    part: Grid
    volume: Grid
    checked: NDArray[np.intp]
    """(n_checked,) numbers of voxels drawn from the raveled region of interest."""


def reference_case(size: CaseSize, rng: np.random.Generator) -> ReferenceCase:
    """Scatterers on the front of a body before a jittered panel of 2 m x 2 m, without noise.

    Parameters
    ----------
    size : CaseSize
    rng : numpy.random.Generator
        Draws the array, the scatterers and the voxels to check.
    """
    array = jittered_panel(size.n_elements, size.n_elements, rng)
    roi = box(size.roi, _BODY_CENTRE_M)
    amplitudes = rng.standard_normal((size.n_scatterers, 2)).view(np.complex128)[:, 0]
    frequencies_hz = np.linspace(*BAND_HZ, size.n_frequencies)
    return ReferenceCase(
        size,
        point_echoes(array, frequencies_hz, _on_body(size.n_scatterers, roi, rng), amplitudes),
        roi,
        box(size.part, _BODY_CENTRE_M),
        box(size.volume, _VOLUME_CENTRE_M),
        rng.choice(roi.size, size.n_checked, replace=False),
    )


def box(shape: tuple[int, int, int], centre_m: tuple[float, float, float] = _BODY_CENTRE_M) -> Grid:
    """Grid of 1 cm around a point."""
    x, y, z = (
        centre + SPACING_M * (np.arange(n) - (n - 1) / 2)
        for n, centre in zip(shape, centre_m, strict=True)
    )
    return Grid(x, y, z)


def _on_body(n: int, roi: Grid, rng: np.random.Generator) -> NDArray[np.float64]:
    """Give random places on half ellipses that face the panel, as wide as a body at each height.

    Those outside the region of interest, if it holds less than the body, are moved to its faces.
    """
    height = rng.random(n)
    half_width_m = np.interp(height, _BODY_HEIGHTS, _BODY_HALF_WIDTHS_M)
    angle = np.pi * rng.random(n)
    x = half_width_m * np.cos(angle)
    y = roi.y_m[-1] - _BODY_DEPTH_M * np.sin(angle)
    z = roi.z_m[0] + height * np.ptp(roi.z_m)
    return np.column_stack([x.clip(roi.x_m[0], roi.x_m[-1]), y.clip(roi.y_m[0]), z])
