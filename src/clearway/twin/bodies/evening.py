"""An even skin for all bodies: from the body model's triangles to those of a packaged population.

The body model spends over half of its triangles on hands, feet and face, and the insides of mouth,
nose and eye sockets; on trunk and legs they are long and flat.  Here hollows are closed, and the
right half of the mean body is triangulated anew (`clearway.twin.bodies.remeshing`) and mirrored.
Each new vertex is a fixed mean of old ones, so every body, and its weights, follow alike.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import scipy.sparse
from numpy.typing import NDArray
from scipy.spatial import KDTree

from clearway.scattering.facets import Facets
from clearway.scattering.visibility import Blockers
from clearway.twin.bodies.nearest import Surface
from clearway.twin.bodies.remeshing import evened
from clearway.twin.bodies.skeleton import Bone

__all__ = ["EvenSkin", "even_skin"]

_EDGE_M = 0.0245
_EDGE_OF_HANDS_M = 0.015
"""Fingers are so thin that longer edges cannot go around them."""
_GROWTH = 0.5
"""How much longer edges become for each metre away from the hands."""
_MIDDLE_M = 2e-4
"""Vertices nearer to the plane of symmetry lie on it."""
_DIRECTIONS = 256
_GRAZING = 0.05
_LIFT_M = 1e-5
_HIDDEN = 0.1
"""A face is inside a hollow when a smaller share of the directions before it leads outside."""


class EvenSkin(NamedTuple):
    """A new triangulation, and how it follows an old one."""

    faces: NDArray[np.int32]
    """(n_faces, 3)"""
    matrix: scipy.sparse.csr_array
    """(n_new_vertices, n_old_vertices), not negative, rows sum to 1."""


def even_skin(
    vertices_m: NDArray[np.float64],
    faces: NDArray[np.int32],
    weights: NDArray[np.float64],
) -> EvenSkin:
    """Triangulate a body evenly and symmetrically.

    Parameters
    ----------
    vertices_m : (n_vertices, 3) ndarray of float
        A symmetric body at rest, x forward and y to the left; the mean of those that follow.
    faces : (n_faces, 3) ndarray of int
        Closed and symmetric too; no face crosses the plane of symmetry.
    weights : (n_vertices, n_bones) ndarray of float
        How far each vertex follows each bone.

    Returns
    -------
    EvenSkin

    Raises
    ------
    MissingExtraError
        Embree's Python package is not installed.
    """
    partner = np.asarray(KDTree(vertices_m).query(vertices_m * [1.0, -1.0, 1.0])[1])
    places = vertices_m.copy()
    places[np.abs(places[:, 1]) < _MIDDLE_M, 1] = 0.0
    closing = _over_hollows(faces, _hidden(places, faces, partner))
    places = closing @ places
    right = faces[places[faces, 1].mean(axis=1) < 0.0]
    old, corners = np.unique(right, return_inverse=True)
    right_faces = corners.reshape(-1, 3).astype(np.int32)
    wanted = _wanted_edges_m(places[old], weights[old])
    new, new_faces = evened(places[old], right_faces, wanted)
    matrix = _carried(Surface(places[old], right_faces), new, new_faces) @ closing[old]
    return _mirrored(new, new_faces, scipy.sparse.csr_array(matrix), partner)


def _hidden(
    vertices_m: NDArray[np.float64], faces: NDArray[np.int32], partner: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """(n_vertices,) whether nothing about a vertex can be seen from outside."""
    corners = vertices_m[faces]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    before = corners.mean(axis=1) + _LIFT_M * normals
    n_faces = len(faces)
    still, one_part = np.zeros((n_faces, 3)), np.zeros(n_faces, dtype=np.intp)
    blockers = Blockers(Facets(corners, still, one_part, np.ones(n_faces, dtype=bool)))
    seen, tried = np.zeros(len(faces)), np.zeros(len(faces))
    for direction in _directions():
        facing = np.flatnonzero(normals @ direction > _GRAZING)
        outside = before[facing] + 3.0 * direction
        seen[facing] += blockers.clear(before[facing], outside)
        tried[facing] += 1.0
    hidden = np.ones(len(vertices_m), dtype=bool)
    hidden[faces[seen >= _HIDDEN * tried]] = False
    return hidden & hidden[partner]


def _directions() -> NDArray[np.float64]:
    """(n, 3) even over the sphere, along a spiral."""
    turn = np.arange(_DIRECTIONS) + 0.5
    height = 1.0 - 2.0 * turn / _DIRECTIONS
    angle = np.pi * (1.0 + np.sqrt(5.0)) * turn
    across = np.sqrt(1.0 - height**2)
    return np.stack([across * np.cos(angle), across * np.sin(angle), height], axis=1)


def _over_hollows(faces: NDArray[np.int32], hidden: NDArray[np.bool_]) -> scipy.sparse.csr_array:
    """(n, n) matrix that spans hollows: each hidden vertex becomes the mean of its neighbours."""
    ends = (faces.ravel(), np.roll(faces, -1, axis=1).ravel())
    joined = scipy.sparse.coo_array((np.ones(len(ends[0])), ends), shape=(len(hidden),) * 2)
    inside = np.flatnonzero(hidden)
    rows = scipy.sparse.csr_array(joined.tocsr()[inside])
    means = scipy.sparse.csc_array(scipy.sparse.diags_array(1.0 / rows.sum(axis=1)) @ rows)
    seen = np.flatnonzero(~hidden)
    rim = seen[np.diff(means.indptr)[seen] > 0]
    within = np.eye(len(inside)) - means[:, inside].toarray()
    spanned = np.linalg.solve(within, means[:, rim].toarray())
    columns = (np.repeat(inside, len(rim)), np.tile(rim, len(inside)))
    values = np.concatenate([np.ones(len(seen)), spanned.ravel()])
    places = tuple(np.concatenate([seen, part]) for part in columns)
    matrix = scipy.sparse.coo_array((values, places), shape=joined.shape).tocsr()
    return scipy.sparse.csr_array(matrix)


def _wanted_edges_m(
    vertices_m: NDArray[np.float64], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    hands = weights[:, [Bone.RIGHT_HAND, Bone.LEFT_HAND]].sum(axis=1) > 0.5
    away_m = KDTree(vertices_m[hands]).query(vertices_m)[0]
    return np.minimum(_EDGE_OF_HANDS_M + _GROWTH * away_m, _EDGE_M)


def _carried(
    surface: Surface, places_m: NDArray[np.float64], faces: NDArray[np.int32]
) -> scipy.sparse.csr_array:
    """(n_new, n_old) matrix that puts each vertex where it lies on the old surface."""
    normals = np.zeros_like(places_m)
    first, second, third = places_m[faces].swapaxes(0, 1)
    for corner in range(3):
        np.add.at(normals, faces[:, corner], np.cross(second - first, third - first))
    on_middle = places_m[:, 1] == 0.0
    normals[on_middle, 1] = 0.0
    bound = surface.nearest(places_m, normals)
    rows = np.repeat(np.arange(len(places_m)), 3)
    columns = surface.faces[bound.face].ravel()
    shares = bound.shares.ravel()
    # A vertex in the plane of symmetry stays in it, whichever body it is of.
    shares[on_middle[rows] & (surface.vertices_m[columns, 1] != 0.0)] = 0.0
    matrix = scipy.sparse.coo_array(
        (shares, (rows, columns)), shape=(len(places_m), len(surface.vertices_m))
    ).tocsr()
    return scipy.sparse.csr_array(scipy.sparse.diags_array(1.0 / matrix.sum(axis=1)) @ matrix)


def _mirrored(
    vertices_m: NDArray[np.float64],
    faces: NDArray[np.int32],
    matrix: scipy.sparse.csr_array,
    partner: NDArray[np.int64],
) -> EvenSkin:
    """Both halves, from the right one."""
    n_vertices = len(vertices_m)
    apart = np.flatnonzero(vertices_m[:, 1] != 0.0)
    other = np.arange(n_vertices)
    other[apart] = n_vertices + np.arange(len(apart))
    left_faces = other[faces][:, ::-1]
    left = matrix[apart][:, partner]
    return EvenSkin(
        np.concatenate([faces, left_faces]).astype(np.int32),
        scipy.sparse.csr_array(scipy.sparse.vstack([matrix, left], format="csr")),
    )
