"""A triangulated surface seen as a graph: smooth normals, averaging, room before it."""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from scipy.spatial import KDTree

__all__ = ["BaseSurface", "Cut", "cut_out", "neighbour_means"]

_NORMAL_PASSES = 8


def neighbour_means(faces: NDArray[np.int32], n_vertices: int) -> csr_array:
    """(n, n) matrix that replaces a vertex's value by half its own and half its neighbours' mean.

    Notes
    -----
    A vertex without neighbours keeps its value.
    """
    start = faces.ravel()
    end = np.roll(faces, 1, axis=1).ravel()
    rows, columns = np.concatenate([start, end]), np.concatenate([end, start])
    ones = np.ones(len(rows))
    adjacency = coo_array((ones, (rows, columns)), shape=(n_vertices, n_vertices)).tocsr()
    adjacency.data[:] = 1.0
    degree = np.asarray(adjacency.sum(axis=1)).ravel()
    scale = np.divide(0.5, degree, out=np.zeros(n_vertices), where=degree > 0)
    adjacency.data *= np.repeat(scale, np.diff(adjacency.indptr))
    own = coo_array((np.where(degree > 0, 0.5, 1.0), (np.arange(n_vertices),) * 2))
    return csr_array(adjacency + own)


class Cut(NamedTuple):
    """Some of the faces of a surface, whatever its pose."""

    vertices: NDArray[np.intp]
    """(n,) those that the faces have."""
    faces: NDArray[np.int32]
    """(m, 3), counted among these vertices."""
    means: csr_array
    """See `neighbour_means`."""
    edge_m: float
    """Median length of the edges at rest; 0 when there are none."""


def cut_out(
    rest_m: NDArray[np.float64], faces: NDArray[np.int32], chosen: NDArray[np.bool_]
) -> Cut:
    """Cut some of (n_faces, 3) faces out of a surface, given at rest."""
    vertices, corners = np.unique(faces[chosen], return_inverse=True)
    own = corners.reshape(-1, 3).astype(np.int32)
    ends = rest_m[faces[chosen]]
    edges = np.linalg.norm(ends - np.roll(ends, 1, axis=1), axis=2)
    edge_m = float(np.median(edges)) if edges.size else 0.0
    return Cut(vertices.astype(np.intp), own, neighbour_means(own, len(vertices)), edge_m)


class BaseSurface:
    """What cloth lies on: places, faces, and the direction in which cloth stands off from each.

    Parameters
    ----------
    vertices_m : (n, 3) float64
    faces : (m, 3) int32
    outward : (n, 3) float64, optional
        Unit vectors; by default smoothed vertex normals.
    means : (n, n) csr_array, optional
        `neighbour_means` of the faces, where they are known.
    """

    def __init__(
        self,
        vertices_m: NDArray[np.float64],
        faces: NDArray[np.int32],
        outward: NDArray[np.float64] | None = None,
        means: csr_array | None = None,
    ) -> None:
        self.vertices_m = vertices_m
        self.faces = faces
        self._outward = outward
        self._means = means

    @cached_property
    def means(self) -> csr_array:
        """See `neighbour_means`."""
        if self._means is not None:
            return self._means
        return neighbour_means(self.faces, len(self.vertices_m))

    @cached_property
    def outward(self) -> NDArray[np.float64]:
        """(n, 3) unit vectors."""
        if self._outward is not None:
            return self._outward
        a, b, c = self.vertices_m[self.faces].swapaxes(0, 1)
        doubled = np.cross(b - a, c - a)
        normals = _unit(_summed(self.faces, doubled, len(self.vertices_m)))
        for _ in range(_NORMAL_PASSES):
            normals = _unit(self.means @ normals)
        return normals

    @cached_property
    def centroids_m(self) -> NDArray[np.float64]:
        """(m, 3) centres of gravity of the faces."""
        centroids: NDArray[np.float64] = self.vertices_m[self.faces].mean(axis=1)
        return centroids

    @cached_property
    def edge_m(self) -> float:
        """Median length of the edges."""
        edges = self.vertices_m[self.faces] - self.vertices_m[np.roll(self.faces, 1, axis=1)]
        return float(np.median(np.linalg.norm(edges, axis=2)))

    @cached_property
    def vertex_tree(self) -> KDTree:
        """Nearest vertices."""
        return KDTree(self.vertices_m)

    @cached_property
    def face_tree(self) -> KDTree:
        """Nearest faces, by their centroids."""
        return KDTree(self.centroids_m)

    def part(self, cut: Cut) -> BaseSurface:
        """Some of the faces, with the same directions."""
        part = BaseSurface(
            self.vertices_m[cut.vertices], cut.faces, self.outward[cut.vertices], cut.means
        )
        # Edges hardly change from pose to pose.
        part.edge_m = cut.edge_m
        return part

    def touched(self, faces: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """(n,) which vertices belong to some of the faces."""
        touched = np.zeros(len(self.vertices_m), dtype=bool)
        touched[self.faces[faces]] = True
        return touched

    def raised_m(self, offset_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n, 3) places at an offset from the surface, given for each vertex."""
        raised: NDArray[np.float64] = self.vertices_m + offset_m[:, None] * self.outward
        return raised

    def with_room(
        self,
        offset_m: NDArray[np.float64],
        obstacles: BaseSurface,
        among: NDArray[np.bool_] | None = None,
    ) -> NDArray[np.float64]:
        """Offsets shortened where something faces the surface.

        Between an arm and the chest, or two thighs, cloth has half the gap and no more.  An offset
        is too long when its end is nearer than 0.9 of its length to an obstacle that looks the
        other way, or when it ends below that obstacle; the tenth is for directions that are
        smoothed and not exactly normal.

        Parameters
        ----------
        offset_m : (n,) float64
        obstacles : BaseSurface
        among : (n,) bool, optional
            Look at these vertices only.
        """
        offset = offset_m.copy()
        long = np.arange(len(offset)) if among is None else np.flatnonzero(among)
        for _ in range(6):
            reach = 0.9 * offset[long]
            ends = self.vertices_m[long] + offset[long, None] * self.outward[long]
            found = obstacles.vertex_tree.query(
                ends, distance_upper_bound=float(reach.max(initial=0.0))
            )
            distance, nearest = (np.asarray(values) for values in found)
            is_near = distance < reach
            long, ends, nearest = long[is_near], ends[is_near], nearest[is_near]
            away = obstacles.outward[nearest]
            facing = np.einsum("ij,ij->i", away, self.outward[long])
            height = np.einsum("ij,ij->i", ends - obstacles.vertices_m[nearest], away)
            long = long[(facing < -0.2) | (height < 0.3 * offset[long])]
            if not len(long):
                break
            offset[long] *= 0.6
        return offset

    def bridged(self, offset_m: NDArray[np.float64], reach_m: float) -> NDArray[np.float64]:
        """Offsets raised where cloth under tension would span a hollow; never lowered.

        Notes
        -----
        Cloth is replaced by the mean of its neighbours again and again.  How high that mean lies
        is linear in the neighbours' offsets.  A pass reaches half an edge: as a random walk, n
        passes sqrt(n) times that.
        """
        offset = offset_m.copy()
        hollow = np.einsum("ij,ij->i", self.means @ self.vertices_m - self.vertices_m, self.outward)
        along = self.means.copy()
        row = np.repeat(np.arange(len(offset)), np.diff(along.indptr))
        along.data = along.data * np.einsum(
            "ij,ij->i", self.outward[row], self.outward[along.indices]
        )
        for _ in range(round((2 * reach_m / self.edge_m) ** 2)):
            np.maximum(offset, hollow + along @ offset, out=offset)
        return offset

    def grown(self, chosen: NDArray[np.bool_], passes: int) -> NDArray[np.bool_]:
        """(n,) the chosen vertices and their neighbours, and theirs, so many times."""
        for _ in range(passes):
            chosen = np.asarray(self.means @ chosen.astype(np.float64)) > 0
        return chosen

    def eased(
        self, offset_m: NDArray[np.float64], floor_m: NDArray[np.float64], passes: int
    ) -> NDArray[np.float64]:
        """Offsets averaged with their neighbours', not below a floor."""
        offset = offset_m
        for _ in range(passes):
            offset = np.maximum(np.asarray(self.means @ offset), floor_m)
        return offset


def _summed(
    faces: NDArray[np.int32], values: NDArray[np.float64], n_vertices: int
) -> NDArray[np.float64]:
    """(n_vertices, 3) sums over the faces about each vertex."""
    columns = [
        np.bincount(faces.ravel(), np.repeat(column, 3), minlength=n_vertices)
        for column in values.T
    ]
    return np.stack(columns, axis=-1)


def _unit(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: NDArray[np.float64] = np.divide(
        vectors, length, out=np.zeros_like(vectors), where=length > 0
    )
    return unit
