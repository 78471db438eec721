"""Where tracks may begin and where they end."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from clearway.tracking.sensors import PersonSensor

_SHOWN_MARGIN_M = 0.1
_LEFT_MARGIN_M = 0.15
"""A track this far off the floor belongs to a person who has left: noise seldom carries farther."""


class Zones:
    """The floor, its entries and what lies off it.

    Parameters
    ----------
    sensors : sequence of PersonSensor
    floor : shapely.Polygon, optional
        Where people can be.  None: the convex hull of what the sensors see.
    entries : shapely.Geometry, optional
        Where people come from, besides a strip along the edge of the floor.
    entry_depth_m : float
        Width of that strip.
    """

    def __init__(
        self,
        sensors: Sequence[PersonSensor],
        floor: shapely.Polygon | None,
        entries: shapely.Geometry | None,
        entry_depth_m: float,
    ) -> None:
        self._areas = [sensor.area for sensor in sensors]
        self._bounds = [sensor.area.bounds for sensor in sensors]
        self._at_work = tuple([True] * len(self._areas))
        self._watched = shapely.union_all(self._areas)
        self.floor = floor if floor is not None else shapely.convex_hull(self._watched)
        strip = shapely.difference(self.floor, shapely.buffer(self.floor, -entry_depth_m))
        inner = strip if entries is None else shapely.union(strip, entries)
        self._interior = shapely.difference(self.floor, inner)
        self._shown = shapely.buffer(self.floor, _SHOWN_MARGIN_M)
        self._left = shapely.buffer(self.floor, _LEFT_MARGIN_M)
        for area in (self._interior, self._shown, self._left, self._watched):
            shapely.prepare(area)

    def entry(self, position_m: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Which positions, shape (n, 2), lie where people come from, or outside."""
        return ~_inside(self._interior, position_m)

    def shown(self, position_m: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Which positions are on the floor, or nearly."""
        return _inside(self._shown, position_m)

    def left(self, position_m: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Which positions are those of people who have left."""
        return ~_inside(self._left, position_m)

    def watched(
        self, position_m: NDArray[np.float64], at_work: Sequence[bool]
    ) -> NDArray[np.bool_]:
        """Which positions are covered by a sensor that works."""
        if tuple(at_work) != self._at_work:
            self._at_work = tuple(at_work)
            working = [area for area, works in zip(self._areas, at_work, strict=True) if works]
            self._watched = shapely.union_all(working)
            shapely.prepare(self._watched)
        return _inside(self._watched, position_m)

    def near(
        self, sensor: int, position_m: NDArray[np.float64], margin_m: float
    ) -> NDArray[np.bool_]:
        """Which positions may be in a sensor's coverage or at most ``margin_m`` beside it.

        None of those is left out; others, near the corners of what the coverage spans, are in.
        """
        west, south, east, north = self._bounds[sensor]
        x, y = position_m[:, 0], position_m[:, 1]
        near: NDArray[np.bool_] = (
            (x >= west - margin_m)
            & (x <= east + margin_m)
            & (y >= south - margin_m)
            & (y <= north + margin_m)
        )
        return near


def _inside(area: shapely.Geometry, position_m: NDArray[np.float64]) -> NDArray[np.bool_]:
    inside: NDArray[np.bool_] = shapely.intersects_xy(area, position_m[:, 0], position_m[:, 1])
    return inside
