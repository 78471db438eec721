"""Where the shadow of some surfaces may fall, found without tracing rays."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["Shadows"]

_ROOM_M = 1e-4
"""Around the surfaces, far above the rounding of places in float32."""


class Shadows:
    """Pyramids of shadow behind the box around some surfaces, one for each of several points.

    The box lies along the main axes of the surfaces' corners, so that a long and narrow thing has a
    narrow shadow.  A place outside of a point's pyramid is not hidden from that point; one inside
    may be.  Planes through the point and the box's edges bound the pyramid, and the box's front.

    Parameters
    ----------
    corners_m : (n, 3) float64
        Of the surfaces.
    points_m : (n_points, 3) float64
        Where it is looked from.
    places_m : (n_places, 3) float64
        That may be in the shadow.
    """

    def __init__(
        self,
        corners_m: NDArray[np.float64],
        points_m: NDArray[np.float64],
        places_m: NDArray[np.float64],
    ) -> None:
        middle_m = corners_m.mean(axis=0)
        axes = np.linalg.eigh(np.cov(corners_m.T, bias=True))[1]
        sight = (points_m.mean(axis=0) - middle_m) @ axes
        # The axis nearest to the line of sight comes last and counts away from the points.
        order = np.argsort(abs(sight))
        axes = axes[:, order]
        axes[:, 2] *= -np.sign(sight[order[2]])
        self._places_m = (axes.T @ (places_m - middle_m).T).astype(np.float32)
        along_m = (corners_m - middle_m) @ axes
        self._box_m = np.stack((along_m.min(axis=0) - _ROOM_M, along_m.max(axis=0) + _ROOM_M))
        self._points_m = (points_m - middle_m) @ axes

    def of_point(self, number: int) -> NDArray[np.bool_]:
        """(n_places,) whether each may be hidden from a point."""
        box_m = (self._box_m - self._points_m[number]).astype(np.float32)
        if box_m[0, 2] <= 0:
            # The point lies beside the box or in it, where the shadow is no pyramid.
            return np.ones(self._places_m.shape[1], dtype=bool)
        slopes = box_m[:, None, :2] / box_m[None, :, 2:]
        x_m, y_m, depth_m = self._places_m - self._points_m[number].astype(np.float32)[:, None]
        inside: NDArray[np.bool_] = depth_m >= box_m[0, 2]
        for across_m, slope in ((x_m, slopes[..., 0]), (y_m, slopes[..., 1])):
            inside &= across_m >= slope.min() * depth_m
            inside &= across_m <= slope.max() * depth_m
        return inside
