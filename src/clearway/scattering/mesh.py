"""Triangulated surfaces."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from clearway.errors import ArgumentError
from clearway.imaging.checks import positions
from clearway.scattering.slicing import sliced

__all__ = ["Mesh"]


class Mesh:
    """A surface of flat triangles, each seen from outside as counter-clockwise.

    Parameters
    ----------
    vertices_m : (n_vertices, 3) array_like of float
        Metres.
    faces : (n_faces, 3) array_like of int
        Vertices of each triangle; by the right-hand rule their order gives the outward normal.

    Raises
    ------
    ArgumentError
        Wrong shapes, places that are not finite, or faces of vertices that do not exist.

    Examples
    --------
    >>> square = Mesh([[0, 0, 0], [1, 0, 0], [1, 0, 1], [0, 0, 1]], [[0, 1, 2], [0, 2, 3]])
    >>> square.areas_m2.tolist(), square.normals[0].tolist()
    ([0.5, 0.5], [0.0, -1.0, 0.0])
    """

    def __init__(self, vertices_m: ArrayLike, faces: ArrayLike) -> None:
        self.vertices_m = positions("vertices_m", vertices_m)
        given = np.asarray(faces)
        if given.ndim != 2 or given.shape[1] != 3 or given.dtype.kind not in "iu":
            raise ArgumentError(
                "faces",
                f"has shape {given.shape} and dtype {given.dtype}",
                "give three whole numbers per triangle",
            )
        if len(given) and (given.min() < 0 or given.max() >= len(self.vertices_m)):
            raise ArgumentError(
                "faces",
                f"names vertices {given.min()} to {given.max()} of {len(self.vertices_m)}",
                "count vertices from 0",
            )
        self.faces: NDArray[np.int32] = given.astype(np.int32)

    def __len__(self) -> int:
        return len(self.faces)

    @cached_property
    def corners_m(self) -> NDArray[np.float64]:
        """(n_faces, 3 corners, 3) places."""
        corners: NDArray[np.float64] = self.vertices_m[self.faces]
        return corners

    @cached_property
    def centroids_m(self) -> NDArray[np.float64]:
        """(n_faces, 3) centres of gravity."""
        centroids: NDArray[np.float64] = self.corners_m.mean(axis=1)
        return centroids

    @cached_property
    def _doubled(self) -> NDArray[np.float64]:
        """(n_faces, 3) normals with twice the area as their length."""
        first, second, third = self.corners_m.swapaxes(0, 1)
        doubled: NDArray[np.float64] = np.cross(second - first, third - first)
        return doubled

    @cached_property
    def areas_m2(self) -> NDArray[np.float64]:
        """(n_faces,) areas."""
        doubled: NDArray[np.float64] = np.linalg.norm(self._doubled, axis=1)
        return 0.5 * doubled

    @cached_property
    def normals(self) -> NDArray[np.float64]:
        """(n_faces, 3) outward unit normals; zero for a triangle without area."""
        length = 2.0 * self.areas_m2[:, None]
        return np.divide(self._doubled, length, out=np.zeros_like(self._doubled), where=length > 0)

    def moved(self, rotation: ArrayLike, translation_m: ArrayLike = (0.0, 0.0, 0.0)) -> Mesh:
        """Rotate by a (3, 3) matrix about the origin, then translate."""
        turned = self.vertices_m @ np.asarray(rotation, dtype=np.float64).T
        return Mesh(turned + np.asarray(translation_m, dtype=np.float64), self.faces)

    def subdivided(self, longest_edge_m: float) -> Mesh:
        """Cut triangles until no edge is longer; flat, so the shape stays the same.

        Cuts of neighbours need not meet, which is harmless to an integral over facets.

        Raises
        ------
        ArgumentError
            The length is not above 0.
        """
        if not longest_edge_m > 0:
            raise ArgumentError("longest_edge_m", f"is {longest_edge_m}", "give a length above 0")
        flat = sliced(self.corners_m, longest_edge_m)[0].reshape(-1, 3)
        return Mesh(flat, np.arange(len(flat)).reshape(-1, 3))

    @classmethod
    def joined(cls, *meshes: Mesh) -> Mesh:
        """All surfaces as one, faces in the order given."""
        offsets = np.cumsum([0, *(len(mesh.vertices_m) for mesh in meshes[:-1])])
        return cls(
            np.concatenate([mesh.vertices_m for mesh in meshes]),
            np.concatenate(
                [mesh.faces + offset for mesh, offset in zip(meshes, offsets, strict=True)]
            ),
        )
