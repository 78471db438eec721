"""Which facets an antenna sees, by ray tracing."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from clearway.errors import MissingExtraError
from clearway.scattering.facets import Facets
from clearway.scattering.shadows import Shadows

__all__ = ["Blockers", "EveryAntenna", "Raster", "Visibility", "VisibilityPoints"]

_INSTALL = 'pip install "clearway[scattering]"'


class Blockers:
    """Opaque facets as Embree keeps them (I. Wald et al., ACM Trans. Graphics 33(4), 2014).

    Parameters
    ----------
    facets : Facets
        Those that are not opaque are left out.  Embree computes in float32, so that places are
        handed to it from the middle of the facets.

    Raises
    ------
    MissingExtraError
        Embree's Python package is not installed.
    """

    def __init__(self, facets: Facets) -> None:
        self.facet_numbers = np.flatnonzero(facets.are_opaque)
        corners = facets.corners_m[self.facet_numbers]
        self.corners_m = corners.reshape(-1, 3)
        self._scene: Any = None
        if len(corners):
            scenes, meshes = _embree()
            self._scene = scenes.EmbreeScene()
            self._origin_m = self.corners_m.mean(axis=0)
            meshes.TriangleMesh(self._scene, (corners - self._origin_m).astype(np.float32))

    def clear(self, from_m: NDArray[np.float64], to_m: NDArray[np.float64]) -> NDArray[np.bool_]:
        """(n,) whether nothing lies on the way from a place (3,) or (n, 3) to each of (n, 3)."""
        if self._scene is None or not len(to_m):
            return np.ones(len(to_m), dtype=bool)
        start_m = np.broadcast_to(from_m - self._origin_m, to_m.shape)
        origins = np.ascontiguousarray(start_m, dtype=np.float32)
        ways = (to_m - from_m).astype(np.float32)
        whole = np.ones(len(to_m), dtype=np.float32)
        clear: NDArray[np.bool_] = self._scene.run(origins, ways, whole, query="OCCLUDED") < 0
        return clear

    def next_hit(
        self, from_m: NDArray[np.float64], directions: NDArray[np.float64]
    ) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
        """Facet that each ray (n, 3) meets first, -1 for none, and how far away in metres."""
        if self._scene is None or not len(from_m):
            return np.full(len(from_m), -1), np.full(len(from_m), np.inf)
        origins = (from_m - self._origin_m).astype(np.float32)
        found = self._scene.run(origins, directions.astype(np.float32), output=1)
        own = found["primID"]
        return np.where(own < 0, -1, self.facet_numbers[own]), found["tfar"].astype(np.float64)


def _embree() -> tuple[Any, Any]:
    # Loaded on use: a plain install has no Embree and needs none for all else.
    try:
        return (
            importlib.import_module("embreex.rtcore_scene"),
            importlib.import_module("embreex.mesh_construction"),
        )
    except ImportError as error:
        raise MissingExtraError("ray tracing (Embree)", _INSTALL) from error


class VisibilityPoints(Protocol):
    """Places that visibility is traced from, and what it means to the antennas."""

    points_m: NDArray[np.float64]
    """(n_points, 3)."""
    weights: NDArray[np.float32] | None
    """(n_antennas, n_points) interpolation; None where the points are the antennas."""


class EveryAntenna:
    """Visibility of each antenna for itself."""

    weights: NDArray[np.float32] | None = None

    def __init__(self, antennas_m: NDArray[np.float64]) -> None:
        self.points_m = antennas_m


class Raster:
    """Bilinear interpolation between n by n points over the rectangle that the antennas fill.

    The rectangle lies along the two main axes of the antennas.  For a facet at the edge of a
    shadow, visibility fades over the distance of two points instead of ending between two antennas.
    """

    weights: NDArray[np.float32] | None

    def __init__(self, antennas_m: NDArray[np.float64], n: int) -> None:
        centre = antennas_m.mean(axis=0)
        axes = np.linalg.svd(antennas_m - centre, full_matrices=False)[2][:2]
        along = (antennas_m - centre) @ axes.T
        low, high = along.min(axis=0), along.max(axis=0)
        ticks = np.linspace(low, high, n)
        first, second = np.meshgrid(ticks[:, 0], ticks[:, 1], indexing="ij")
        self.points_m = centre + np.stack((first.ravel(), second.ravel()), axis=1) @ axes
        span = np.where(high > low, high - low, 1.0)
        place = (along - low) / span * (n - 1)
        hats = np.maximum(0.0, 1.0 - np.abs(place[:, :, None] - np.arange(n)))
        weights = hats[:, 0, :, None] * hats[:, 1, None, :]
        self._weights = weights.reshape(len(antennas_m), -1).astype(np.float32)
        self.weights = self._weights

    def neighbours(self) -> list[NDArray[np.intp]]:
        """Points around each antenna."""
        return [np.flatnonzero(own) for own in self._weights]


class Visibility:
    """What each of the points sees of a table of facets."""

    def __init__(self, points: VisibilityPoints, seen: NDArray[np.bool_]) -> None:
        self.points = points
        self.seen = seen
        """(n_points, n_facets)."""

    @property
    def seen_by_any(self) -> NDArray[np.bool_]:
        """(n_facets,) whether any of the points sees them."""
        seen: NDArray[np.bool_] = np.logical_or.reduce(self.seen, axis=0)
        return seen

    @classmethod
    def traced(
        cls,
        points: VisibilityPoints,
        facets: Facets,
        blockers: Sequence[Blockers],
        threads: int = 1,
    ) -> Visibility:
        """Facets that face the point with no opaque facet between."""
        seen = _facing(points.points_m, facets)
        return cls(points, _traced(points.points_m, facets, blockers, threads, seen, seen))

    @classmethod
    def guided(
        cls,
        antennas: EveryAntenna,
        guide: Raster,
        facets: Facets,
        blockers: Sequence[Blockers],
        threads: int = 1,
    ) -> Visibility:
        """Trace a raster, then those antennas whose four neighbours in it do not agree.

        A shadow that falls between the points of the raster is missed.
        """
        facing_guide = _facing(guide.points_m, facets)
        guide_seen = _traced(guide.points_m, facets, blockers, threads, facing_guide, facing_guide)
        guide_blocked = facing_guide & ~guide_seen
        seen = _facing(antennas.points_m, facets)
        unsure = seen.copy()
        for number, neighbours in enumerate(guide.neighbours()):
            blocked = guide_blocked[neighbours].all(axis=0)
            unsure[number] &= ~(guide_seen[neighbours].all(axis=0) | blocked)
            seen[number] &= ~blocked
        return cls(antennas, _traced(antennas.points_m, facets, blockers, threads, seen, unsure))

    def take(self, facets: NDArray[np.intp] | NDArray[np.bool_]) -> Visibility:
        """Of some of the facets."""
        return Visibility(self.points, self.seen[:, facets])

    def joined(self, other: Visibility) -> Visibility:
        """Of the facets of both, these first."""
        return Visibility(self.points, np.concatenate((self.seen, other.seen), axis=1))

    def of_antennas(self, facets: slice | NDArray[np.intp]) -> NDArray[np.float32]:
        """(n_antennas, n) parts of each facet that the antennas see, 0 to 1."""
        seen = self.seen[:, facets].astype(np.float32)
        weights = self.points.weights
        return seen if weights is None else weights @ seen

    def hidden_by(self, blockers: Blockers, facets: Facets, threads: int = 1) -> Visibility:
        """What these points see and do not when opaque facets are added to the scene."""
        hidden = np.zeros_like(self.seen)
        if not len(blockers.corners_m):
            return Visibility(self.points, hidden)
        points_m = self.points.points_m
        shadows = Shadows(blockers.corners_m, points_m, facets.lifted_m)

        def trace(number: int) -> None:
            which = np.flatnonzero(shadows.of_point(number) & self.seen[number])
            is_clear = blockers.clear(points_m[number], facets.lifted_m.take(which, axis=0))
            hidden[number, which[~is_clear]] = True

        _for_each(trace, len(points_m), threads)
        return Visibility(self.points, hidden)

    def without(self, other: Visibility) -> Visibility:
        """What these points see and those of the other, of the same facets, do not."""
        return Visibility(self.points, self.seen & ~other.seen)


def _traced(
    points_m: NDArray[np.float64],
    facets: Facets,
    blockers: Sequence[Blockers],
    threads: int,
    seen: NDArray[np.bool_],
    unsure: NDArray[np.bool_],
) -> NDArray[np.bool_]:
    """(n_points, n_facets) what was seen, less what a ray finds hidden among the unsure."""
    clear = seen.copy()

    def trace(number: int) -> None:
        which = np.flatnonzero(unsure[number])
        for group in blockers:
            is_clear = group.clear(points_m[number], facets.lifted_m.take(which, axis=0))
            clear[number, which[~is_clear]] = False
            which = which[is_clear]

    _for_each(trace, len(points_m), threads)
    return clear


def _for_each(work: Callable[[int], None], n: int, threads: int) -> None:
    with ThreadPoolExecutor(threads) as pool:
        for _ in pool.map(work, range(n)):
            pass


def _facing(points_m: NDArray[np.float64], facets: Facets) -> NDArray[np.bool_]:
    """(n_points, n_facets) whether each point lies on the outer side of each facet."""
    planes = (facets.centroids_m * facets.normals).sum(axis=1)
    towards = np.empty((len(points_m), len(facets)), dtype=bool)
    # Point by point, so that distances stay in the cache.
    for point_m, row in zip(points_m, towards, strict=True):
        np.greater(facets.normals @ point_m, planes, out=row)
    return towards
