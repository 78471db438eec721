"""Smooth refinement of closed triangulations, as sparse matrices.

The modified butterfly scheme of Zorin, Schroeder and Sweldens, "Interpolating subdivision for
meshes with arbitrary topology", SIGGRAPH 1996: vertices stay, each edge gets a new one, placed by
fixed weights of the vertices about it.  The weights depend on the triangulation alone, so one
matrix refines all places, velocities and moments; they sum to 1, so whatever moves the coarse
surface affinely moves the fine one alike.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import scipy.sparse
from numpy.typing import NDArray

__all__ = ["Refinement", "butterfly"]

_REGULAR = 6


class Refinement(NamedTuple):
    """A finer triangulation of the same surface: face i has become faces 4 i to 4 i + 3."""

    faces: NDArray[np.int32]
    """(4 n_faces, 3)"""
    edges: NDArray[np.int32]
    """(n_edges, 2) ends of the edge that each further vertex belongs to, in their order."""
    matrix: scipy.sparse.csr_array
    """(n_vertices + n_edges, n_vertices), rows sum to 1: from coarse values to fine ones."""


def butterfly(faces: NDArray[np.int32]) -> Refinement:
    """Refine a closed triangulation once.

    Parameters
    ----------
    faces : (n_faces, 3) ndarray of int
        Each edge belongs to two, which run along it in opposite directions; each vertex has three
        neighbours or more.

    Returns
    -------
    Refinement
        Fine vertices are the coarse ones, then one for each edge.

    Examples
    --------
    >>> tetrahedron = np.array([[0, 1, 2], [0, 2, 3], [0, 3, 1], [1, 3, 2]], dtype=np.int32)
    >>> finer = butterfly(tetrahedron)
    >>> finer.matrix.shape, len(finer.faces)
    ((10, 4), 16)
    """
    net = _HalfEdges.of(faces)
    number = np.empty(len(net.start), dtype=np.int32)
    first = np.flatnonzero(net.start < net.end)
    number[first] = number[net.twin[first]] = np.arange(len(first), dtype=np.int32)
    n_vertices = int(faces.max()) + 1
    middle = (n_vertices + number).reshape(-1, 3)
    (a, b, c), (ab, bc, ca) = faces.T, middle.T
    quarters = [(a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca)]
    finer = np.stack([np.stack(quarter, axis=-1) for quarter in quarters], axis=1)
    new = net.weights_of_edges(first, n_vertices)
    kept = scipy.sparse.eye_array(n_vertices, format="csr")
    return Refinement(
        finer.reshape(-1, 3).astype(np.int32),
        np.stack([net.start[first], net.end[first]], axis=1),
        scipy.sparse.csr_array(scipy.sparse.vstack([kept, new], format="csr")),
    )


class _HalfEdges(NamedTuple):
    """The sides of all triangles, side i of face f being 3 f + i."""

    start: NDArray[np.int32]
    end: NDArray[np.int32]
    twin: NDArray[np.int64]
    """The same edge as seen from the other triangle."""

    @classmethod
    def of(cls, faces: NDArray[np.int32]) -> _HalfEdges:
        start, end = faces.ravel(), np.roll(faces, -1, axis=1).ravel()
        there = np.lexsort((end, start))
        back = np.lexsort((start, end))
        twin = np.empty(len(start), dtype=np.int64)
        twin[there] = back
        return cls(start, end, twin)

    def next(self, side: NDArray[np.int64]) -> NDArray[np.int64]:
        return side - side % 3 + (side + 1) % 3

    def turned(self, side: NDArray[np.int64]) -> NDArray[np.int64]:
        """The next side that starts at the same vertex, counter-clockwise."""
        return self.twin[self.next(self.next(side))]

    def weights_of_edges(self, first: NDArray[np.int64], n_vertices: int) -> scipy.sparse.csr_array:
        """(n_edges, n_vertices) for the edges that these sides, of each one, belong to.

        Where all vertices have six neighbours, the eight of the butterfly; at others, their rings.
        An edge between two of those others gets the mean of both rings.
        """
        degree = np.bincount(self.start, minlength=n_vertices)
        is_odd = degree != _REGULAR
        ends = np.stack([first, self.twin[first]])
        odd = is_odd[self.start[ends]]
        entries = _Entries()
        edge = np.arange(len(first))
        plain = ~odd.any(axis=0)
        for side in ends:
            self._add_half_butterfly(entries, edge[plain], side[plain])
        for side, chosen in zip(ends, odd, strict=True):
            share = 1.0 / odd.sum(axis=0)[chosen]
            self._add_ring(entries, edge[chosen], side[chosen], share, degree)
        return entries.matrix((len(first), n_vertices))

    def _add_half_butterfly(
        self, entries: _Entries, edge: NDArray[np.int64], side: NDArray[np.int64]
    ) -> None:
        """What lies left of an edge, and its start."""
        after = self.next(side)
        before = self.next(after)
        entries.add(edge, self.start[side], 1.0 / 2.0)
        entries.add(edge, self.end[after], 1.0 / 8.0)
        for wing in (after, before):
            entries.add(edge, self.end[self.next(self.twin[wing])], -1.0 / 16.0)

    def _add_ring(
        self,
        entries: _Entries,
        edge: NDArray[np.int64],
        side: NDArray[np.int64],
        share: NDArray[np.float64],
        degree: NDArray[np.int64],
    ) -> None:
        """The neighbours of the start of each side, from its end around, and the start itself."""
        count = degree[self.start[side]]
        entries.add(edge, self.start[side], 0.75 * share)
        turned = side
        for place in range(int(count.max(initial=0))):
            there = place < count
            weight = share[there] * _ring_weight(place, count[there])
            entries.add(edge[there], self.end[turned[there]], weight)
            turned = self.turned(turned)


def _ring_weight(place: int, count: NDArray[np.int64]) -> NDArray[np.float64]:
    """Of the neighbour at a place in the ring of a vertex with so many."""
    angle = 2.0 * np.pi * place / count
    many = (0.25 + np.cos(angle) + 0.5 * np.cos(2.0 * angle)) / count
    three = 5.0 / 12.0 if place == 0 else -1.0 / 12.0
    four = (3.0 / 8.0, 0.0, -1.0 / 8.0, 0.0)[min(place, 3)]
    weight: NDArray[np.float64] = np.select([count == 3, count == 4], [three, four], many)
    return weight


class _Entries:
    """Entries of a sparse matrix, gathered."""

    def __init__(self) -> None:
        self._rows: list[NDArray[np.int64]] = []
        self._columns: list[NDArray[np.int32]] = []
        self._values: list[NDArray[np.float64]] = []

    def add(
        self,
        rows: NDArray[np.int64],
        columns: NDArray[np.int32],
        values: NDArray[np.float64] | float,
    ) -> None:
        self._rows.append(rows)
        self._columns.append(columns)
        self._values.append(np.broadcast_to(values, rows.shape))

    def matrix(self, shape: tuple[int, int]) -> scipy.sparse.csr_array:
        """Entries of the same place are added."""
        places = (np.concatenate(self._rows), np.concatenate(self._columns))
        matrix = scipy.sparse.coo_array((np.concatenate(self._values), places), shape=shape)
        return scipy.sparse.csr_array(matrix.tocsr())
