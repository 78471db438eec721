"""The point of a surface that is nearest to another point."""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

__all__ = ["OnSurface", "Surface"]

_CANDIDATES = 40
"""Faces looked at for each point: those with the nearest centroids."""


class OnSurface(NamedTuple):
    """Points of a surface, by the faces they lie in."""

    face: NDArray[np.int64]
    """(n,)"""
    shares: NDArray[np.float64]
    """(n, 3) of the face's corners: 0 to 1, they sum to 1."""


class Surface:
    """Triangles that points are put on.

    Parameters
    ----------
    vertices_m : (n_vertices, 3) ndarray of float
    faces : (n_faces, 3) ndarray of int
    """

    def __init__(self, vertices_m: NDArray[np.float64], faces: NDArray[np.int32]) -> None:
        self.vertices_m = vertices_m
        self.faces = faces
        self._corners = vertices_m[faces]
        self._tree = KDTree(self._corners.mean(axis=1))
        self._vertex_tree = KDTree(vertices_m)
        first, second, third = self._corners.swapaxes(0, 1)
        normals = np.cross(second - first, third - first)
        self._normals = normals / np.linalg.norm(normals, axis=1, keepdims=True)

    def places(self, points: OnSurface) -> NDArray[np.float64]:
        """(n, 3)"""
        places: NDArray[np.float64] = np.einsum(
            "nc,nci->ni", points.shares, self._corners[points.face]
        )
        return places

    def nearest_values(
        self, places_m: NDArray[np.float64], values: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """(n,) of values given at the vertices, those at the nearest of them."""
        nearest: NDArray[np.float64] = values[self._vertex_tree.query(places_m)[1]]
        return nearest

    def nearest(self, places_m: NDArray[np.float64], outward: NDArray[np.float64]) -> OnSurface:
        """The nearest point of a face that looks the same way, within a right angle.

        Parameters
        ----------
        places_m : (n, 3) ndarray of float
        outward : (n, 3) ndarray of float
        """
        count = min(_CANDIDATES, len(self.faces))
        faces = np.asarray(self._tree.query(places_m, k=range(1, count + 1))[1])
        shares = _nearest_shares(self._corners[faces], places_m[:, None])
        places = np.einsum("nkc,nkci->nki", shares, self._corners[faces])
        distance = np.linalg.norm(places - places_m[:, None], axis=2)
        turned_away = np.einsum("nki,ni->nk", self._normals[faces], outward) <= 0.0
        best = np.argmin(distance + np.where(turned_away, 1e3, 0.0), axis=1)
        row = np.arange(len(places_m))
        return OnSurface(faces[row, best], shares[row, best])

    def nearest_on_border(self, places_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n, 3) the nearest points of the border's edges."""
        start, end = self.vertices_m[self._border].swapaxes(0, 1)
        along = end - start
        away = places_m[:, None] - start
        share = np.einsum("nei,ei->ne", away, along) / np.einsum("ei,ei->e", along, along)
        places = start + np.clip(share, 0.0, 1.0)[..., None] * along
        best = np.argmin(np.linalg.norm(places - places_m[:, None], axis=2), axis=1)
        nearest: NDArray[np.float64] = places[np.arange(len(places_m)), best]
        return nearest

    @cached_property
    def _border(self) -> NDArray[np.int64]:
        """(n_edges, 2) edges of one face only."""
        starts, ends = self.faces.ravel(), np.roll(self.faces, -1, axis=1).ravel()
        edges = np.sort(np.stack([starts, ends], axis=1), axis=1)
        unique, count = np.unique(edges, axis=0, return_counts=True)
        border: NDArray[np.int64] = unique[count == 1].astype(np.int64)
        return border


def _nearest_shares(
    corners: NDArray[np.float64], places_m: NDArray[np.float64]
) -> NDArray[np.float64]:
    """(..., 3) barycentric coordinates of the point of each triangle that is nearest to a place.

    The foot of the perpendicular where it falls inside; else the nearest of the three edges'.
    """
    first, second, third = (corners[..., corner, :] for corner in range(3))
    u, v, w = second - first, third - first, places_m - first
    uu, uv, vv = ((a * b).sum(axis=-1) for a, b in ((u, u), (u, v), (v, v)))
    uw, vw = ((a * w).sum(axis=-1) for a in (u, v))
    determinant = uu * vv - uv * uv
    s = (vv * uw - uv * vw) / determinant
    t = (uu * vw - uv * uw) / determinant
    best = np.stack([1.0 - s - t, s, t], axis=-1)
    outside = best.min(axis=-1) < 0.0
    least = np.full(outside.shape, np.inf)
    for start in range(3):
        end = (start + 1) % 3
        along = corners[..., end, :] - corners[..., start, :]
        away = places_m - corners[..., start, :]
        share = np.clip((away * along).sum(axis=-1) / (along * along).sum(axis=-1), 0.0, 1.0)
        distance = np.linalg.norm(away - share[..., None] * along, axis=-1)
        nearer = outside & (distance < least)
        least = np.where(nearer, distance, least)
        shares = np.zeros_like(best)
        shares[..., start], shares[..., end] = 1.0 - share, share
        best = np.where(nearer[..., None], shares, best)
    return best
