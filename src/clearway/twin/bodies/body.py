"""People as skins over bones, from a packaged population.

The packaged skin is even: edges of 22 to 28 mm, shorter on hands.  Refined once it has edges of
about 12 mm, refined twice of 6 mm.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property, lru_cache
from importlib.resources import as_file, files
from typing import NamedTuple

import numpy as np
import scipy.sparse
from numpy.typing import NDArray

from clearway.errors import ArgumentError
from clearway.scattering import Mesh
from clearway.twin.bodies.skeleton import Bone
from clearway.twin.bodies.subdivision import butterfly

__all__ = ["MOST_DETAIL", "STEP_M", "Body", "RefinedSkin", "Skin", "population"]

MOST_DETAIL = 3
"""How often a skin can be refined: 3 mm then, a sixth of the shortest wavelength."""

STEP_M = 1e-4
"""Packaged places are rounded to it; half of it is the largest error of a coordinate."""
_KEPT_SKINS, _KEPT_BODIES = 8, 16
_FILE = files("clearway.twin.bodies") / "population.npz"


@dataclass(frozen=True, eq=False)
class Skin:
    """What all bodies share: triangles, and how far each vertex follows each bone."""

    faces: NDArray[np.int32]
    """(n_faces, 3), counter-clockwise from outside; each edge belongs to two."""
    weights: scipy.sparse.csr_array
    """(n_vertices, n_bones), rows sum to 1, not negative."""

    detail: int = 0
    """How often it has been refined."""

    def refined(self, levels: int = 1) -> RefinedSkin:
        """Give a smoother skin, of four times as many faces at each level.

        Worked out once, and kept.

        Parameters
        ----------
        levels : int, optional

        Returns
        -------
        RefinedSkin

        Raises
        ------
        ArgumentError
            That would be less detail than there is, or more than a radar can see.
        """
        most = MOST_DETAIL - self.detail
        if levels not in range(most + 1):
            raise ArgumentError("levels", f"is {levels}", f"choose 0 to {most}")
        return _refined(self, levels)

    @cached_property
    def main_bone(self) -> NDArray[np.int64]:
        """(n_faces,) the bone that each face follows most."""
        bone: NDArray[np.int64] = self.face_weights.argmax(axis=1)
        return bone

    @cached_property
    def face_weights(self) -> NDArray[np.float64]:
        """(n_faces, n_bones) mean of the corners' weights."""
        weights: NDArray[np.float64] = self.weights.toarray()[self.faces].mean(axis=1)
        return weights

    def vertex_normals(
        self, vertices_m: NDArray[np.float64], chosen: NDArray[np.int32] | None = None
    ) -> NDArray[np.float64]:
        """(n, 3) outward unit normals: of the faces about each vertex, weighted by area.

        Parameters
        ----------
        vertices_m : (n_vertices, 3) ndarray of float
        chosen : (n,) ndarray of int, optional
            Some of the vertices; all when left out.
        """
        about = self._faces_about if chosen is None else self._faces_about[chosen]
        faces, column = np.unique(about.indices, return_inverse=True)
        first, second, third = vertices_m[self.faces[faces]].swapaxes(0, 1)
        doubled = np.cross(second - first, third - first)
        summed = np.add.reduceat(doubled[column], about.indptr[:-1])
        unit: NDArray[np.float64] = summed / np.linalg.norm(summed, axis=1, keepdims=True)
        return unit

    @cached_property
    def _faces_about(self) -> scipy.sparse.csr_array:
        """(n_vertices, n_faces) with 1 where a face has a vertex."""
        n_vertices, n_faces = self.weights.shape[0], len(self.faces)
        face = np.repeat(np.arange(n_faces), 3)
        return scipy.sparse.csr_array(
            (np.ones(3 * n_faces), (self.faces.ravel(), face)), shape=(n_vertices, n_faces)
        )


class RefinedSkin(NamedTuple):
    """A finer skin, and how its vertices follow those of the coarser one."""

    skin: Skin
    matrix: scipy.sparse.csr_array
    """(n_fine_vertices, n_vertices): fine places, or velocities, are its product with coarse
    ones."""


@lru_cache(maxsize=_KEPT_SKINS)
def _refined(skin: Skin, levels: int) -> RefinedSkin:
    if levels == 0:
        return RefinedSkin(skin, scipy.sparse.eye_array(skin.weights.shape[0], format="csr"))
    coarse = skin.refined(levels - 1)
    finer = butterfly(coarse.skin.faces)
    weights = coarse.skin.weights
    # The scheme's own weights are negative here and there; means of the ends never are.
    between = 0.5 * (weights[finer.edges[:, 0]] + weights[finer.edges[:, 1]])
    stacked = scipy.sparse.csr_array(scipy.sparse.vstack([weights, between], format="csr"))
    return RefinedSkin(
        Skin(finer.faces, stacked, coarse.skin.detail + 1), finer.matrix @ coarse.matrix
    )


@dataclass(frozen=True, eq=False)
class Body:
    """One person at rest: upright, arms held off the trunk, soles on the floor.

    x forward, y to the person's left, z up from the floor, metres.
    """

    name: str
    family: str
    """``man``, ``woman``, ``old man``, ``old woman`` or ``adolescent``."""
    sliders: Mapping[str, float]
    """What the body model was set to: 0 to 1 each, named as there."""
    skin: Skin
    vertices_m: NDArray[np.float64]
    """(n_vertices, 3)"""
    joints_m: NDArray[np.float64]
    """(n_bones, 3), in the order of `Bone`."""

    def refined(self, levels: int = 1) -> Body:
        """Give the same person with a smoother skin; see `Skin.refined`."""
        return self if levels == 0 else _refined_body(self, levels)

    @cached_property
    def rest(self) -> Mesh:
        """The skin at rest."""
        return Mesh(self.vertices_m, self.skin.faces)

    @cached_property
    def vertex_normals(self) -> NDArray[np.float64]:
        """(n_vertices, 3) outward unit normals at rest."""
        return self.skin.vertex_normals(self.vertices_m)

    @property
    def height_m(self) -> float:
        """From the soles to the top of the head."""
        return float(np.ptp(self.vertices_m[:, 2]))

    @cached_property
    def volume_m3(self) -> float:
        """Enclosed by the skin (divergence theorem)."""
        first, second, third = self.rest.corners_m.swapaxes(0, 1)
        return float(np.einsum("fi,fi->", first, np.cross(second, third)) / 6.0)

    @cached_property
    def leg_m(self) -> float:
        """Height of the hip joint above the floor, standing on straight legs."""
        hip, knee, ankle = self.joints_m[[Bone.RIGHT_THIGH, Bone.RIGHT_SHIN, Bone.RIGHT_FOOT]]
        straight = np.linalg.norm(knee - hip) + np.linalg.norm(ankle - knee)
        return float(straight + ankle[2])


@lru_cache(maxsize=_KEPT_BODIES)
def _refined_body(body: Body, levels: int) -> Body:
    skin, matrix = body.skin.refined(levels)
    return replace(body, skin=skin, vertices_m=matrix @ body.vertices_m)


@cache
def population() -> tuple[Body, ...]:
    """The packaged bodies, made by `clearway.twin.bodies.making`.

    Returns
    -------
    tuple of Body
        60 adults and adolescents, 1.45 to 2.0 m tall, 40 to 125 l.

    Examples
    --------
    >>> tallest = max(population(), key=lambda body: body.height_m)
    >>> tallest.name, tallest.family, round(tallest.height_m, 2)
    ('body 36', 'adolescent', 1.95)
    """
    with as_file(_FILE) as path, np.load(path) as stored:
        faces = stored["faces"].astype(np.int32)
        steps = stored["mean_steps"].astype(np.int32) + stored["difference_steps"]
        bones, weights = stored["bones"], stored["weights"].astype(np.float64)
        joints = stored["joints_m"].astype(np.float64)
        families, values = stored["family"].tolist(), stored["values"].tolist()
        sliders = stored["sliders"].tolist()
    rows = np.repeat(np.arange(len(bones)), bones.shape[1])
    shares = weights / weights.sum(axis=1, keepdims=True)
    matrix = scipy.sparse.csr_array(
        (shares.ravel(), (rows, bones.ravel())), shape=(len(bones), len(Bone))
    )
    matrix.eliminate_zeros()
    skin = Skin(faces, matrix)
    return tuple(
        Body(
            name=f"body {number + 1}",
            family=families[number],
            sliders=dict(zip(sliders, values[number], strict=True)),
            skin=skin,
            vertices_m=steps[number] * STEP_M,
            joints_m=joints[number],
        )
        for number in range(len(steps))
    )
