"""One body at one moment: its skin, how it moves, and the sites on it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from clearway.errors import ArgumentError
from clearway.scattering import Mesh
from clearway.twin.bodies.body import Body
from clearway.twin.bodies.regions import regions
from clearway.twin.bodies.sites import BoundPoints, bound_ring, bound_site, seat_named

__all__ = ["BodyPose", "Girth", "Site"]

_BEFORE, _NOW, _AFTER = range(3)
_FEWEST = 3


@dataclass(frozen=True, eq=False)
class Site:
    """A frame on the skin, for something carried there.

    ``outward`` and ``up`` are perpendicular unit vectors.
    """

    name: str
    place: str
    """What the console calls it."""
    origin_m: NDArray[np.float64]
    """(3,) on the skin."""
    outward: NDArray[np.float64]
    """(3,) normal of the skin."""
    up: NDArray[np.float64]
    """(3,) along the body part, towards the head or the trunk."""
    velocity_m_s: NDArray[np.float64]
    """(3,) of the origin, with the advance of the walker."""
    spin_rad_s: NDArray[np.float64]
    """(3,) angular velocity of the frame."""

    @property
    def axes(self) -> NDArray[np.float64]:
        """(3, 3) rotation with the columns ``outward``, ``up`` x ``outward`` and ``up``.

        Seen from outside, the second points to the right.
        """
        return np.stack([self.outward, np.cross(self.up, self.outward), self.up], axis=1)

    def placed(self, mesh: Mesh) -> Mesh:
        """An object given in the site's frame (x outward, z up), where it is now."""
        return mesh.moved(self.axes, self.origin_m)

    def velocity_at(self, points_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n, 3) velocities of (n, 3) points that move rigidly with the frame."""
        return self.velocity_m_s + np.cross(self.spin_rad_s, points_m - self.origin_m)


@dataclass(frozen=True, eq=False)
class Girth:
    """A closed line around the trunk, on the skin, from straight ahead to the left."""

    points_m: NDArray[np.float64]
    """(n, 3); the last joins the first."""
    outward: NDArray[np.float64]
    """(n, 3) unit normals of the skin."""
    up: NDArray[np.float64]
    """(n, 3) unit tangents along the trunk."""
    velocity_m_s: NDArray[np.float64]
    """(n, 3) with the advance of the walker."""


class BodyPose:
    """One body at one moment of its walk.

    The origin is on the floor under the mean place of the pelvis; x is the walking direction, y to
    the person's left, z up.

    Parameters
    ----------
    body : Body
    vertices_m : (3, n_vertices, 3) ndarray of float
        A moment before, now, and as long after, in a frame that stays with the floor.
    rotations : (3, n_bones, 3, 3) ndarray of float
        Of the bones at these moments.
    step_s : float
        Time between them.
    """

    def __init__(
        self,
        body: Body,
        vertices_m: NDArray[np.float64],
        rotations: NDArray[np.float64],
        step_s: float,
    ) -> None:
        self.body = body
        self._rotations = rotations
        self._vertices_m = vertices_m
        self._step_s = step_s
        self.mesh = Mesh(vertices_m[_NOW], body.skin.faces)

    @cached_property
    def velocity_m_s(self) -> NDArray[np.float64]:
        """(n_faces, 3) of the centroids over the floor: of the limbs, and the walker's advance.

        Central differences over 2 ms.
        """
        velocity: NDArray[np.float64] = self._vertex_velocity_m_s[self.body.skin.faces].mean(axis=1)
        return velocity

    @property
    def region(self) -> NDArray[np.int64]:
        """(n_faces,) `clearway.twin.bodies.Region` of each face."""
        return regions(self.body.skin.detail)

    def site(self, name: str, *, up_m: float = 0.0, around_m: float = 0.0) -> Site:
        """A named site, shifted along the skin.

        Parameters
        ----------
        name : str
            A key of `clearway.twin.bodies.SITES`.
        up_m : float, optional
            Along the body part, towards the head or the trunk.
        around_m : float, optional
            Around it, counter-clockwise seen from above: to the person's left where in front.

        Returns
        -------
        Site

        Raises
        ------
        ArgumentError
            There is no such site, or it is shifted off its body part.
        """
        seat = seat_named(name)
        bound = bound_site(self.body, seat, up_m, around_m)
        before, now, after = (self._frames(bound, moment) for moment in (_BEFORE, _NOW, _AFTER))
        turned = _axes(after) @ _axes(before).T
        return Site(
            name=name,
            place=seat.place,
            origin_m=now.places_m[0],
            outward=now.outward[0],
            up=now.up[0],
            velocity_m_s=(after.places_m[0] - before.places_m[0]) / (2 * self._step_s),
            spin_rad_s=Rotation.from_matrix(turned).as_rotvec() / (2 * self._step_s),
        )

    def girth(self, along: float | str, *, up_m: float = 0.0, points: int = 72) -> Girth:
        """The outline of the trunk at one height, for belts and vests.

        Parameters
        ----------
        along : float or str
            0 at the pelvis, 1 at the neck; or the name of a site on the trunk.
        up_m : float, optional
            Shift along the trunk.
        points : int, optional

        Returns
        -------
        Girth

        Raises
        ------
        ArgumentError
            Fewer than three points, a site that is not on the trunk, or a height beyond it.
        """
        if points < _FEWEST:
            raise ArgumentError("points", f"is {points}", f"ask for {_FEWEST} or more")
        if isinstance(along, str):
            seat = seat_named(along)
            if seat.part != "trunk":
                raise ArgumentError("along", f"is {along!r}", "name a site on the trunk")
            along = seat.along
        bound = bound_ring(self.body, along, up_m, points)
        before, now, after = (self._frames(bound, moment) for moment in (_BEFORE, _NOW, _AFTER))
        velocity_m_s = (after.places_m - before.places_m) / (2 * self._step_s)
        return Girth(now.places_m, now.outward, now.up, velocity_m_s)

    @cached_property
    def _vertex_velocity_m_s(self) -> NDArray[np.float64]:
        velocity: NDArray[np.float64] = (self._vertices_m[_AFTER] - self._vertices_m[_BEFORE]) / (
            2 * self._step_s
        )
        return velocity

    def _frames(self, bound: BoundPoints, moment: int) -> _Frames:
        skin = self.body.skin
        corners = skin.faces[bound.face]
        places = np.einsum("pc,pci->pi", bound.shares, self._vertices_m[moment][corners])
        normals = skin.vertex_normals(self._vertices_m[moment], corners.ravel())
        outward = _unit(np.einsum("pc,pci->pi", bound.shares, normals.reshape(-1, 3, 3)))
        # The skin between two bones turns by the mean of both, as its places do.
        turned = np.einsum("pb,bij->pij", skin.face_weights[bound.face], self._rotations[moment])
        up = np.einsum("pij,pj->pi", turned, bound.up)
        up = _unit(up - np.einsum("pi,pi->p", up, outward)[:, None] * outward)
        return _Frames(places, outward, up)


class _Frames(NamedTuple):
    """(n, 3) each."""

    places_m: NDArray[np.float64]
    outward: NDArray[np.float64]
    up: NDArray[np.float64]


def _axes(frames: _Frames) -> NDArray[np.float64]:
    outward, up = frames.outward[0], frames.up[0]
    return np.stack([outward, np.cross(up, outward), up], axis=1)


def _unit(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    unit: NDArray[np.float64] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit
