"""Facets as antennas see them: range, direction, polarisation and gain of every pair."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clearway.scattering.antennas import Antenna
from clearway.scattering.facets import Facets

__all__ = ["Sight", "ranges_m"]

_LEAST_ACROSS = 1e-6
"""Squared; keeps the field finite along the axis of the antenna's polarisation."""


class Sight:
    """Geometry of antennas and facets; all arrays are (n_antennas, n_facets).

    Vectors are in each facet's own frame: u and v along it, n outward.  Ranges are float64, which
    phases need; all else is of the precision asked for, and worked out when it is first used.

    Parameters
    ----------
    xp : module
        NumPy or CuPy.
    places_m : (n_antennas, 3) float64
    antenna : Antenna
    facets : Facets
    times_s : (n_antennas,) float64, optional
        When each antenna looks: the facets have moved by then.
    real : dtype
    """

    def __init__(
        self,
        xp: Any,
        places_m: NDArray[np.float64],
        antenna: Antenna,
        facets: Facets,
        times_s: NDArray[np.float64] | None = None,
        real: Any = np.float32,
    ) -> None:
        self._xp, self._real, self._antenna = xp, real, antenna
        self._frames = xp.asarray(facets.frames)
        self._centres_m = xp.asarray(facets.centroids_m)
        self._velocities_m_s = xp.asarray(facets.velocities_m_s)
        self._places_m = xp.asarray(places_m)
        self._times_s = None if times_s is None else xp.asarray(times_s)[:, None]
        self._ways_m = [self._along_facets(axis) for axis in self._frames]
        self.range_m = xp.sqrt(sum(way_m**2 for way_m in self._ways_m))
        """float64."""
        self._inverse_per_m = (1.0 / self.range_m).astype(real)

    @cached_property
    def direction(self) -> tuple[Any, Any, Any]:
        """Unit vector from the antenna to the facet."""
        u, v, n = (way_m.astype(self._real) * self._inverse_per_m for way_m in self._ways_m)
        return u, v, n

    @cached_property
    def cosine(self) -> Any:
        """Cosine of the angle of incidence; below 0 behind the facet."""
        return self._ways_m[2].astype(self._real) * -self._inverse_per_m

    @cached_property
    def field(self) -> tuple[Any, Any, Any]:
        """Unit vector of the electric field: the antenna's polarisation across the direction."""
        polarisation = self._xp.asarray(self._antenna.polarisation)
        u, v, n = (
            ((polarisation @ axis.T).astype(self._real) - self._along_polarisation * own)
            * self.inverse_across
            for axis, own in zip(self._frames, self.direction, strict=True)
        )
        return u, v, n

    @cached_property
    def inverse_across(self) -> Any:
        """One over the length of the polarisation's part across the direction."""
        squared = 1.0 - self._along_polarisation**2
        return 1.0 / self._xp.sqrt(self._xp.maximum(squared, _LEAST_ACROSS))

    @cached_property
    def strength_per_m(self) -> Any:
        """Square root of the antenna's gain, over the range; 0 at facets that face away."""
        ahead = self._along_antennas(self._antenna.boresight) * self._inverse_per_m
        amplitude = self._xp.maximum(ahead, 0.0) ** (0.5 * self._antenna.pattern_exponent)
        lit = (ahead > 0) & (self._ways_m[2] < 0)
        scale_per_m = np.sqrt(self._antenna.peak_gain) * self._inverse_per_m
        return self._xp.where(lit, amplitude * scale_per_m, 0.0).astype(self._real)

    @cached_property
    def _along_polarisation(self) -> Any:
        return self._along_antennas(self._antenna.polarisation) * self._inverse_per_m

    def _along_facets(self, axis: Any) -> Any:
        """Component of the way along one vector per facet."""
        way_m = (axis * self._centres_m).sum(axis=1) - self._places_m @ axis.T
        if self._times_s is not None:
            way_m += self._times_s * (axis * self._velocities_m_s).sum(axis=1)
        return way_m

    def _along_antennas(self, vectors: NDArray[np.float64]) -> Any:
        """Component of the way along one vector per antenna, or one for all."""
        axis = self._xp.asarray(vectors)
        way_m = axis @ self._centres_m.T - (axis * self._places_m).sum(axis=1)[:, None]
        if self._times_s is not None:
            way_m = way_m + self._times_s * (axis @ self._velocities_m_s.T)
        return way_m.astype(self._real)


def ranges_m(xp: Any, places_m: NDArray[np.float64], facets: Facets, time_s: float) -> Any:
    """(n_antennas, n_facets) ranges at one time, float64."""
    centres_m = facets.centroids_m + time_s * facets.velocities_m_s
    # About the middle, where products of the places take least of the digits of their squares.
    middle_m = places_m.mean(axis=0)
    from_m, to_m = places_m - middle_m, centres_m - middle_m
    squared_m2 = xp.asarray(from_m) @ xp.asarray(-2.0 * to_m.T)
    squared_m2 += xp.asarray((from_m**2).sum(axis=1))[:, None]
    squared_m2 += xp.asarray((to_m**2).sum(axis=1))
    return xp.sqrt(squared_m2, out=squared_m2)
