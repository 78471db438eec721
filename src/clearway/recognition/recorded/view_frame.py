"""From the frame of a campaign's sweep files to that of one panel, in which images are formed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from clearway.imaging import Array
from clearway.recognition.recorded.schema import PanelTable

__all__ = ["PanelFrame"]


@dataclass(frozen=True, slots=True)
class PanelFrame:
    """Where a panel stands in the frame of the sweep files.

    In the panel's own frame its face lies in the plane y = 0 with the middle at x = 0, people walk
    at y > 0, and z counts from the floor.

    Examples
    --------
    A panel that faces the first one across a lane of 2.6 m:

    >>> facing = PanelFrame((0.0, 2.6, 0.0), 180.0)
    >>> facing.points([[0.5, 1.4, 1.0]]).round(9).tolist()
    [[-0.5, 1.2, 1.0]]
    """

    origin_m: tuple[float, float, float]
    turned_deg: float

    @classmethod
    def of(cls, panel: PanelTable) -> PanelFrame:
        """Of a panel of ``campaign.toml``."""
        return cls(panel.origin_m, panel.turned_deg)

    def points(self, points_m: ArrayLike) -> NDArray[np.float64]:
        """Turn (..., 3) places of the files into places of this frame."""
        return self.directions(np.asarray(points_m, dtype=np.float64) - np.asarray(self.origin_m))

    def directions(self, vectors: ArrayLike) -> NDArray[np.float64]:
        """Turn (..., 3) velocities of the files into velocities of this frame."""
        angle = np.radians(self.turned_deg)
        cosine, sine = np.cos(angle), np.sin(angle)
        rotation = np.array([[cosine, sine, 0.0], [-sine, cosine, 0.0], [0.0, 0.0, 1.0]])
        turned: NDArray[np.float64] = np.asarray(vectors, dtype=np.float64) @ rotation.T
        return turned

    def array(self, array: Array) -> Array:
        """Move an array of the files into this frame."""
        return Array(
            self.points(array.tx_positions_m),
            self.points(array.rx_positions_m),
            pairs=array.pairs,
            tx_times_s=array.tx_times_s,
        )
