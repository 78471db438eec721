"""An even triangulation of a surface, by splitting, collapsing, flipping and smoothing edges.

Botsch and Kobbelt, "A remeshing approach to multiresolution modeling", Symposium on Geometry
Processing 2004.  Used while the packaged population is made, not when it is read.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from clearway.twin.bodies.nearest import Surface

__all__ = ["evened"]

_ROUNDS = 12
_LONG, _SHORT = 4.0 / 3.0, 4.0 / 5.0
"""Edges are split above and collapsed below these multiples of the wanted length."""
_TURNED = 0.5
"""Least cosine between the normals of a face before and after an edge is collapsed or flipped."""
_INNER, _OUTER = 6, 4
"""Wanted number of neighbours within the surface and on its border."""

_Edge = tuple[int, int]
_Face = tuple[int, int, int]


def evened(
    vertices_m: NDArray[np.float64], faces: NDArray[np.int32], wanted_m: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
    """Triangulate a surface anew, with edges of about a wanted length.

    Vertices stay on the surface, those of its border on the border; the surface keeps its
    topology: edges whose collapse would change it stay.

    Parameters
    ----------
    vertices_m : (n_vertices, 3) ndarray of float
    faces : (n_faces, 3) ndarray of int
        Of an orientable surface, closed or with a border.
    wanted_m : (n_vertices,) ndarray of float
        Length of edges near each vertex.

    Returns
    -------
    vertices_m : (n_new_vertices, 3) ndarray of float
    faces : (n_new_faces, 3) ndarray of int
    """
    surface = Surface(vertices_m, faces)
    net = _Net(vertices_m, faces)
    for _ in range(_ROUNDS):
        for change in (net.split_long, net.collapse_short):
            change(surface.nearest_values(net.places, wanted_m))
        net.flip_to_even_degrees()
        net.smooth_along(surface)
    return net.compact()


class _Net:
    """A triangulation that can be changed."""

    def __init__(self, vertices_m: NDArray[np.float64], faces: NDArray[np.int32]) -> None:
        self.places = vertices_m.copy()
        self._faces: dict[int, _Face] = dict(enumerate(map(tuple, faces.tolist())))
        self._about: list[set[int]] = [set() for _ in vertices_m]
        for number, face in self._faces.items():
            for corner in face:
                self._about[corner].add(number)
        self._next_face = len(faces)

    def compact(self) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
        """Vertices that are in use, and faces."""
        used, corners = np.unique(np.array(list(self._faces.values())), return_inverse=True)
        return self.places[used], corners.reshape(-1, 3).astype(np.int32)

    def split_long(self, wanted_m: NDArray[np.float64]) -> None:
        """Put a vertex into the middle of each long edge, longest first."""
        for a, b in self._edges_by_length(wanted_m, longest_first=True):
            if self._relative_m(a, b, wanted_m) <= _LONG:
                break
            middle = len(self.places)
            self.places = np.vstack([self.places, 0.5 * (self.places[a] + self.places[b])])
            self._about.append(set())
            for number in self._about[a] & self._about[b]:
                face = self._removed(number)
                self._add(_replaced(face, b, middle))
                self._add(_replaced(face, a, middle))

    def collapse_short(self, wanted_m: NDArray[np.float64]) -> None:
        """Draw together the ends of each short edge, shortest first."""
        border = self._border()
        for a, b in self._edges_by_length(wanted_m, longest_first=False):
            shared = self._about[a] & self._about[b]
            if not shared:
                continue  # One end is gone, or the edge.
            if self._relative_m(a, b, wanted_m) >= _SHORT:
                continue
            if a in border and b in border and len(shared) != 1:
                continue
            kept, gone = (b, a) if b in border and a not in border else (a, b)
            both = (a in border) == (b in border)
            place = 0.5 * (self.places[a] + self.places[b]) if both else self.places[kept]
            if self._may_collapse(kept, gone, place, wanted_m):
                self.places[kept] = place
                for number in list(self._about[gone]):
                    face = self._removed(number)
                    if number not in shared:
                        self._add(_replaced(face, gone, kept))

    def flip_to_even_degrees(self) -> None:
        """Flip edges where that brings the numbers of neighbours nearer to those wanted."""
        border = self._border()
        degree = [len(about) + (v in border) for v, about in enumerate(self._about)]
        excess = [count - (_OUTER if v in border else _INNER) for v, count in enumerate(degree)]
        for a, b in self._edges():
            shared = self._about[a] & self._about[b]
            if len(shared) != 2:
                continue
            first, second = (self._faces[number] for number in sorted(shared))
            if not _runs(first, a, b):
                first, second = second, first
            c, d = sum(first) - a - b, sum(second) - a - b
            change = (-1, -1, 1, 1)
            before = sum(excess[v] ** 2 for v in (a, b, c, d))
            after = sum(
                (excess[v] + step) ** 2 for v, step in zip((a, b, c, d), change, strict=True)
            )
            if after >= before or self._about[c] & self._about[d]:
                continue
            new = ((a, d, c), (d, b, c))
            old = self._normal(first) + self._normal(second)
            old /= np.linalg.norm(old)
            if any(self._normal(face) @ old < _TURNED for face in new):
                continue
            for number in shared:
                self._removed(number)
            for face in new:
                self._add(face)
            for v, step in zip((a, b, c, d), change, strict=True):
                excess[v] += step

    def smooth_along(self, surface: Surface) -> None:
        """Move each vertex towards the middle of its neighbours, and back onto the surface."""
        faces = np.array(list(self._faces.values()))
        border = self._border()
        on_border = np.zeros(len(self.places), dtype=bool)
        on_border[list(border)] = True
        first, second, third = self.places[faces].swapaxes(0, 1)
        doubled = np.cross(second - first, third - first)
        area = np.linalg.norm(doubled, axis=1)
        middle, weight = np.zeros_like(self.places), np.zeros(len(self.places))
        normal = np.zeros_like(self.places)
        for corner in range(3):
            np.add.at(middle, faces[:, corner], area[:, None] * (first + second + third) / 3.0)
            np.add.at(weight, faces[:, corner], area)
            np.add.at(normal, faces[:, corner], doubled)
        inner = np.flatnonzero((weight > 0) & ~on_border)
        unit = normal[inner] / np.linalg.norm(normal[inner], axis=1, keepdims=True)
        shift = middle[inner] / weight[inner, None] - self.places[inner]
        shift -= np.einsum("vi,vi->v", shift, unit)[:, None] * unit
        moved = self.places[inner] + shift
        self.places[inner] = surface.places(surface.nearest(moved, unit))
        self._smooth_border(border, surface)

    def _smooth_border(self, border: set[int], surface: Surface) -> None:
        if not border:
            return
        follows: dict[int, list[int]] = {v: [] for v in border}
        for a, b in self._edges():
            if len(self._about[a] & self._about[b]) == 1:
                follows[a].append(b)
                follows[b].append(a)
        chosen = np.array(sorted(border))
        ends = np.array([follows[v] for v in chosen.tolist()])
        middle = 0.5 * self.places[chosen] + 0.25 * self.places[ends].sum(axis=1)
        self.places[chosen] = surface.nearest_on_border(middle)

    def _edges(self) -> list[_Edge]:
        edges = {
            (min(a, b), max(a, b))
            for face in self._faces.values()
            for a, b in pairwise((*face, face[0]))
        }
        return sorted(edges)

    def _edges_by_length(
        self, wanted_m: NDArray[np.float64], *, longest_first: bool
    ) -> Iterator[_Edge]:
        edges = np.array(self._edges())
        length = np.linalg.norm(self.places[edges[:, 0]] - self.places[edges[:, 1]], axis=1)
        length /= wanted_m[edges].mean(axis=1)
        order = np.argsort(-length if longest_first else length, kind="stable")
        return iter(map(tuple, edges[order].tolist()))

    def _relative_m(self, a: int, b: int, wanted_m: NDArray[np.float64]) -> float:
        length = float(np.linalg.norm(self.places[a] - self.places[b]))
        return 2.0 * length / float(wanted_m[a] + wanted_m[b])

    def _border(self) -> set[int]:
        return {
            end
            for a, b in self._edges()
            if len(self._about[a] & self._about[b]) == 1
            for end in (a, b)
        }

    def _neighbours(self, vertex: int) -> set[int]:
        return {c for number in self._about[vertex] for c in self._faces[number]} - {vertex}

    def _may_collapse(
        self, kept: int, gone: int, place: NDArray[np.float64], wanted_m: NDArray[np.float64]
    ) -> bool:
        shared = self._about[kept] & self._about[gone]
        around_kept, around_gone = self._neighbours(kept), self._neighbours(gone)
        if len(around_kept & around_gone) != len(shared):
            return False  # It would pinch the surface.
        if len(around_kept | around_gone) - 2 < 4:
            return False
        far = max(
            float(np.linalg.norm(self.places[v] - place)) / (0.5 * (wanted_m[v] + wanted_m[kept]))
            for v in (around_kept | around_gone) - {kept, gone}
        )
        if far > _LONG:
            return False
        for end in (kept, gone):
            for number in self._about[end] - shared:
                face = self._faces[number]
                before = self._normal(face)
                corners = [place if v == end else self.places[v] for v in face]
                if _unit_normal(*corners) @ before < _TURNED:
                    return False
        return True

    def _normal(self, face: _Face) -> NDArray[np.float64]:
        return _unit_normal(*(self.places[v] for v in face))

    def _removed(self, number: int) -> _Face:
        face = self._faces.pop(number)
        for corner in face:
            self._about[corner].discard(number)
        return face

    def _add(self, face: _Face) -> None:
        self._faces[self._next_face] = face
        for corner in face:
            self._about[corner].add(self._next_face)
        self._next_face += 1


def _unit_normal(
    a: NDArray[np.float64], b: NDArray[np.float64], c: NDArray[np.float64]
) -> NDArray[np.float64]:
    (ux, uy, uz), (vx, vy, vz) = (b - a).tolist(), (c - a).tolist()
    normal = np.array([uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx])
    length = float(normal @ normal) ** 0.5
    return normal / length if length > 0.0 else normal


def _replaced(face: _Face, old: int, new: int) -> _Face:
    a, b, c = (new if corner == old else corner for corner in face)
    return a, b, c


def _runs(face: _Face, a: int, b: int) -> bool:
    """Whether a face goes from a straight to b."""
    return (a, b) in pairwise((*face, face[0]))
