"""The largest connected patch of a map: its size, shape, slant and place."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import label

__all__ = ["Blob", "largest_blob"]

_EIGHT_NEIGHBOURS = np.ones((3, 3))


@dataclass(frozen=True, slots=True)
class Blob:
    """A patch; all zeros where there is none."""

    area_m2: float = 0.0
    length_m: float = 0.0
    """Along its main axis: of the even bar that has the same second moment."""
    width_m: float = 0.0
    """Across it."""
    slant_rad: float = 0.0
    """Between the main axis and the vertical, 0 to pi/2."""
    forward_m: float = 0.0
    """Of its centre, weighted by the map."""
    height_m: float = 0.0
    mass: float = 0.0
    """Sum of the map over the patch, times the area of a cell."""


def largest_blob(
    strength: NDArray[np.float64],
    above: float,
    forward_m: NDArray[np.float64],
    height_m: NDArray[np.float64],
) -> Blob:
    """Patch with the largest sum among those where a map exceeds a value.

    Parameters
    ----------
    strength : (n_forward, n_height) float64
    above : float
        In the map's unit.
    forward_m, height_m : (n,) float64
        Even axes.

    Returns
    -------
    Blob

    Examples
    --------
    A bar of 2 by 8 cells of 1 cm:

    >>> bar = np.zeros((10, 10))
    >>> bar[4:6, 1:9] = 1.0
    >>> blob = largest_blob(bar, 0.5, np.arange(10) / 100, np.arange(10) / 100)
    >>> round(blob.length_m, 3), round(blob.width_m, 3), round(blob.slant_rad, 3)
    (0.08, 0.02, 0.0)
    """
    labels, n = label(strength > above, _EIGHT_NEIGHBOURS)
    if n == 0:
        return Blob()
    masses = np.bincount(labels.ravel(), strength.ravel(), minlength=n + 1)[1:]
    chosen = labels == 1 + int(np.argmax(masses))
    at_x, at_z = np.nonzero(chosen)
    places = np.column_stack((forward_m[at_x], height_m[at_z]))
    weight = strength[chosen]
    centre = weight @ places / weight.sum()
    steps = np.array([forward_m[1] - forward_m[0], height_m[1] - height_m[0]])
    spread = np.cov(places.T, bias=True) + np.diag(steps**2 / 12)
    variances, axes = np.linalg.eigh(spread)
    width_m, length_m = np.sqrt(12 * variances)
    main = np.abs(axes[:, 1])
    cell_m2 = float(steps.prod())
    return Blob(
        area_m2=len(at_x) * cell_m2,
        length_m=float(length_m),
        width_m=float(width_m),
        slant_rad=float(np.arctan2(main[0], main[1])),
        forward_m=float(centre[0]),
        height_m=float(centre[1]),
        mass=float(weight.sum()) * cell_m2,
    )
