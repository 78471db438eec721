"""Closed and open triangulations to try things on."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import ConvexHull

Net = tuple[NDArray[np.float64], NDArray[np.int32]]


def ball(n_vertices: int, seed: int = 0, axes: tuple[float, float, float] = (1.0, 1.0, 1.0)) -> Net:
    """The hull of random points of a sphere, stretched: vertices of many degrees."""
    places = np.random.default_rng(seed).standard_normal((n_vertices, 3))
    places /= np.linalg.norm(places, axis=1, keepdims=True)
    faces = ConvexHull(places).simplices.astype(np.int32)
    first, second, third = (places - places.mean(axis=0))[faces].swapaxes(0, 1)
    inwards = np.einsum("fi,fi->f", first, np.cross(second, third)) < 0
    faces[inwards] = faces[inwards][:, ::-1]
    return places * axes, faces


def sheet(columns: int, rows: int, step_m: float) -> Net:
    """A flat rectangle in the plane z = 0, of right-angled triangles."""
    x, y = np.meshgrid(np.arange(columns + 1.0), np.arange(rows + 1.0), indexing="ij")
    places = step_m * np.stack([x.ravel(), y.ravel(), np.zeros(x.size)], axis=-1)
    corner = (np.arange(columns)[:, None] * (rows + 1) + np.arange(rows)).ravel()
    quad = np.stack([corner, corner + rows + 1, corner + rows + 2, corner + 1], axis=-1)
    faces = np.concatenate([quad[:, [0, 1, 2]], quad[:, [0, 2, 3]]]).astype(np.int32)
    return places, faces


def edge_use(faces: NDArray[np.int32]) -> NDArray[np.int64]:
    """How many faces each edge belongs to."""
    ends = np.sort(np.stack([faces, np.roll(faces, 1, axis=1)], axis=-1).reshape(-1, 2), axis=1)
    use: NDArray[np.int64] = np.unique(ends, axis=0, return_counts=True)[1]
    return use


def volume_m3(places: NDArray[np.float64], faces: NDArray[np.int32]) -> float:
    first, second, third = places[faces].swapaxes(0, 1)
    return float(np.einsum("fi,fi->", first, np.cross(second, third)) / 6.0)
