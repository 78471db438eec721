"""From the site's frame to that of a panel, in which a curtain images, and back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["ViewFrame"]


@dataclass(frozen=True, slots=True)
class ViewFrame:
    """The frame of an upright panel: x to the right for who looks along with it, y ahead, z up.

    The panel stands in the plane y = 0, the middle of its lower edge at x = 0.  The frame's floor
    is the site's floor, so that heights are the same in both.

    Examples
    --------
    >>> south = ViewFrame((16.0, 6.0), 180.0)
    >>> south.to_site([[0.5, 1.0, 1.5]]).round(9).tolist()
    [[15.5, 5.0, 1.5]]
    """

    origin_m: tuple[float, float]
    """East and north of the panel's middle."""
    heading_deg: float
    """Bearing that the panel looks to, clockwise from site north."""

    @property
    def rotation(self) -> NDArray[np.float64]:
        """(3, 3): its rows are the axes x, y, z of this frame, in the site's."""
        heading = np.radians(self.heading_deg)
        sine, cosine = np.sin(heading), np.cos(heading)
        return np.array([[cosine, -sine, 0.0], [sine, cosine, 0.0], [0.0, 0.0, 1.0]])

    def to_view(self, points_m: ArrayLike) -> NDArray[np.float64]:
        """Turn (..., 3) places of the site into places of this frame."""
        return self.directions_to_view(np.asarray(points_m, dtype=np.float64) - self._offset_m)

    def to_site(self, points_m: ArrayLike) -> NDArray[np.float64]:
        """Turn (..., 3) places of this frame into places of the site."""
        return self.directions_to_site(points_m) + self._offset_m

    def directions_to_view(self, vectors: ArrayLike) -> NDArray[np.float64]:
        """Turn (..., 3) velocities or normals of the site into those of this frame."""
        turned: NDArray[np.float64] = np.asarray(vectors, dtype=np.float64) @ self.rotation.T
        return turned

    def directions_to_site(self, vectors: ArrayLike) -> NDArray[np.float64]:
        """Turn (..., 3) velocities or normals of this frame into those of the site."""
        turned: NDArray[np.float64] = np.asarray(vectors, dtype=np.float64) @ self.rotation
        return turned

    @property
    def _offset_m(self) -> NDArray[np.float64]:
        return np.array([*self.origin_m, 0.0])
