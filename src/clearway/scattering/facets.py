"""The facets of all parts of a scene in one table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from clearway.scattering.mesh import Mesh
from clearway.scattering.part import Part
from clearway.scattering.slicing import sliced

__all__ = ["Facets", "refined"]

_LIFT_M = 5e-4
"""A ray ends this far outside its facet, so that neither the facet nor its neighbours hide it."""


@dataclass(frozen=True, eq=False)
class Facets:
    """Flat facets of several parts, ordered by part."""

    corners_m: NDArray[np.float64]
    """(n, 3 corners, 3)."""
    velocities_m_s: NDArray[np.float64]
    """(n, 3)."""
    part_numbers: NDArray[np.intp]
    """(n,) index into the list of parts."""
    are_opaque: NDArray[np.bool_]
    """(n,) whether a facet hides what is behind it."""

    @classmethod
    def of(cls, parts: Sequence[Part], first_number: int = 0) -> Facets:
        """Table of the parts' faces, in their order; numbers of parts count from the given one."""
        sizes = [len(part.mesh) for part in parts]
        return cls(
            np.concatenate([np.empty((0, 3, 3)), *(part.mesh.corners_m for part in parts)]),
            np.concatenate(
                [
                    np.empty((0, 3)),
                    *(np.broadcast_to(part.velocity_m_s, (len(part.mesh), 3)) for part in parts),
                ]
            ),
            first_number + np.repeat(np.arange(len(parts)), sizes),
            np.repeat([part.opaque for part in parts], sizes).astype(bool),
        )

    def __len__(self) -> int:
        return len(self.corners_m)

    def take(self, which: NDArray[np.intp] | NDArray[np.bool_] | slice) -> Facets:
        """Give some of the facets."""
        return replace(self, **{own.name: getattr(self, own.name)[which] for own in fields(self)})

    def joined(self, other: Facets) -> Facets:
        """All facets of both, these first."""
        return Facets(
            *(
                np.concatenate((getattr(self, own.name), getattr(other, own.name)))
                for own in fields(self)
            )
        )

    @cached_property
    def centroids_m(self) -> NDArray[np.float64]:
        """(n, 3) centres of gravity."""
        centroids: NDArray[np.float64] = self.corners_m.mean(axis=1)
        return centroids

    @cached_property
    def lifted_m(self) -> NDArray[np.float64]:
        """(n, 3) places just outside the centres, where rays end."""
        lifted: NDArray[np.float64] = self.centroids_m + _LIFT_M * self.normals
        return lifted

    @cached_property
    def _doubled(self) -> NDArray[np.float64]:
        first, second, third = self.corners_m.swapaxes(0, 1)
        doubled: NDArray[np.float64] = np.cross(second - first, third - first)
        return doubled

    @cached_property
    def areas_m2(self) -> NDArray[np.float64]:
        """(n,) areas."""
        areas: NDArray[np.float64] = 0.5 * np.linalg.norm(self._doubled, axis=1)
        return areas

    @cached_property
    def frames(self) -> NDArray[np.float64]:
        """(3, n, 3) unit vectors u and v along each facet and its outward normal n = u x v."""
        normals = _unit(self._doubled)
        u = _unit(self.corners_m[:, 1] - self.corners_m[:, 0])
        frames: NDArray[np.float64] = np.stack((u, np.cross(normals, u), normals))
        return frames

    @property
    def normals(self) -> NDArray[np.float64]:
        """(n, 3) outward unit normals."""
        normals: NDArray[np.float64] = self.frames[2]
        return normals


def _unit(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: NDArray[np.float64] = np.zeros_like(vectors)
    np.divide(vectors, lengths, out=unit, where=lengths > 0)
    return unit


def refined(part: Part, longest_edge_m: float) -> Part:
    """Part whose faces are split where an edge is longer, each piece moving as its face did."""
    corners, whole = sliced(part.mesh.corners_m, longest_edge_m)
    if len(corners) == len(part.mesh):
        return part
    velocity = np.broadcast_to(part.velocity_m_s, (len(part.mesh), 3))
    mesh = Mesh(corners.reshape(-1, 3), np.arange(3 * len(corners)).reshape(-1, 3))
    return replace(part, mesh=mesh, velocity_m_s=velocity[whole])
