"""Metal on garments: zips, buttons, and bands of retroreflective tape."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import LinearNDInterpolator
from scipy.spatial import KDTree

from clearway.scattering import Mesh
from clearway.twin.clothing.garments import Closure, ClosureKind
from clearway.twin.clothing.panels import Panel

__all__ = ["Trim", "banded_faces", "front_trims"]

_LIFT_M = 1e-3
"""Metal lies this far outside the cloth."""
_BUTTON_SIDES = 8
_TEETH_STEP_M = 0.01
_BAND_PLACES = (0.25, 0.55, 0.85)
"""Heights of bands, as shares of the garment's, from its hem."""


@dataclass(frozen=True, eq=False)
class Trim:
    """A thin metal part that is sewn to a panel and goes where the panel goes."""

    mesh: Mesh
    anchor: NDArray[np.intp]
    """(n_vertices,) vertex of the panel that each follows."""
    source: NDArray[np.intp]
    """(n_faces,) face of the body that each lies over."""

    def following(self, before: Panel, after: Panel) -> Trim:
        """Where it is after its panel has been moved."""
        shift = (after.mesh.vertices_m - before.mesh.vertices_m)[self.anchor]
        return replace(self, mesh=Mesh(self.mesh.vertices_m + shift, self.mesh.faces))


def banded_faces(panel: Panel, closures: Sequence[Closure]) -> NDArray[np.bool_]:
    """(n_faces,) which faces of a panel are bands of tape: rings of constant height."""
    height = panel.base.centroids_m[:, 2]
    banded = np.zeros(len(height), dtype=bool)
    for closure in closures:
        if closure.kind is ClosureKind.BANDS:
            for place in _BAND_PLACES[: closure.count]:
                middle = height.min() + place * (height.max() - height.min())
                banded |= np.abs(height - middle) <= 0.5 * closure.width_m
    return banded


def front_trims(panel: Panel, closures: Sequence[Closure]) -> tuple[Trim, ...]:
    """The zips and buttons of a panel, down the middle of its front.

    A panel that has no front (the body is seen in parts, say) has no trims.
    """
    sewn = [closure for closure in closures if closure.kind is not ClosureKind.BANDS]
    places, outward = panel.mesh.vertices_m, panel.base.outward
    front = np.flatnonzero((outward[:, 0] > 0.3) & (np.abs(places[:, 1]) < 0.15))
    if not sewn or len(front) < 4:
        return ()
    middle = float(places[front, 1].mean())
    central = places[front[np.abs(places[front, 1] - middle) < 0.04]]
    if len(central) < 4:
        return ()
    depth = LinearNDInterpolator(places[front, 1:], places[front, 0])
    bottom, top = float(central[:, 2].min()) + 0.03, float(central[:, 2].max()) - 0.03
    trims = []
    for closure in sewn:
        if closure.kind is ClosureKind.ZIP:
            flat, faces = _strip(middle, bottom, top, closure.width_m)
        else:
            flat, faces = _discs(middle, bottom, top, closure)
        x = depth(flat) + _LIFT_M
        faces = faces[np.isfinite(x)[faces].all(axis=1)]
        if len(faces):
            trims.append(_sewn(panel, np.column_stack([np.nan_to_num(x), flat]), faces))
    return tuple(trims)


def _sewn(panel: Panel, vertices_m: NDArray[np.float64], faces: NDArray[np.int32]) -> Trim:
    mesh = Mesh(vertices_m, faces)
    nearest = KDTree(panel.mesh.centroids_m).query(mesh.centroids_m)[1]
    anchor = KDTree(panel.mesh.vertices_m).query(vertices_m)[1]
    return Trim(mesh, np.asarray(anchor, dtype=np.intp), panel.source[nearest])


_Outline = tuple[NDArray[np.float64], NDArray[np.int32]]
"""(n, 2) places (y, z), and faces that are seen from the front as counter-clockwise."""


def _strip(middle_m: float, bottom_m: float, top_m: float, width_m: float) -> _Outline:
    z = np.arange(bottom_m, top_m, _TEETH_STEP_M)
    sides = np.tile([middle_m - width_m / 2, middle_m + width_m / 2], len(z))
    places = np.column_stack([sides, np.repeat(z, 2)])
    step = 2 * np.arange(max(len(z) - 1, 0))[:, None, None]
    faces = step + np.array([[0, 1, 3], [0, 3, 2]])
    return places, faces.reshape(-1, 3).astype(np.int32)


def _discs(middle_m: float, bottom_m: float, top_m: float, closure: Closure) -> _Outline:
    angle = np.linspace(0, 2 * np.pi, _BUTTON_SIDES, endpoint=False)
    rim = 0.5 * closure.width_m * np.column_stack([np.cos(angle), np.sin(angle)])
    disc = np.concatenate([np.zeros((1, 2)), rim])
    heights = np.linspace(top_m, bottom_m, closure.count)
    places = (disc + np.stack([np.full_like(heights, middle_m), heights], -1)[:, None]).reshape(
        -1, 2
    )
    around = np.arange(_BUTTON_SIDES)
    fan = np.stack([np.zeros_like(around), 1 + around, 1 + (around + 1) % _BUTTON_SIDES], axis=-1)
    first = len(disc) * np.arange(closure.count)[:, None, None]
    return places, (first + fan).reshape(-1, 3).astype(np.int32)
