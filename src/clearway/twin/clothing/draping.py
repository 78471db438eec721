"""Clothes over a carried object: what moves, and what of a cached scene has to be done again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from clearway.errors import ArgumentError
from clearway.scattering import Mesh, Part
from clearway.twin.clothing.garments import ARMS_AND_HANDS
from clearway.twin.clothing.panels import Panel
from clearway.twin.clothing.wearing import GarmentPatch, WornOutfit

__all__ = ["CarriedShape", "DrapedChange", "drape"]

_CLEARANCE_M = 1e-3
_SAMPLE_EDGE_M = 8e-3
_TENT_M = 0.045
"""About how far around an object cloth is lifted."""
_STILL_M = 1e-3
"""Cloth beside an object that would move less stays where it is."""


@dataclass(frozen=True, eq=False)
class CarriedShape:
    """The surface of an object on the body."""

    mesh: Mesh
    """In the frame of the dressed body."""
    face: int
    """Face of the body at which it is carried."""
    under: int | None = None
    """How many garments cover it, from the outermost; against the skin when left out."""


@dataclass(frozen=True, eq=False)
class DrapedChange:
    """What an object changes in the clothes over it."""

    removed: tuple[NDArray[np.bool_], ...]
    """For each of `WornOutfit.garment_patches`, the faces that are no longer where they were."""
    added: tuple[Part, ...]
    """The same faces where they are now."""
    worn: WornOutfit
    """All clothes after the change."""


def drape(worn: WornOutfit, shapes: Sequence[CarriedShape]) -> DrapedChange:
    """Push clothes outward so that they pass over objects.

    Every face of cloth near a point of an object is raised above it, away from the skin; around
    it the cloth comes down like a tent.  Garments further out lie on those further in.  Sleeves
    are not raised by what is carried on the trunk, nor the other way round.  What reaches beyond
    the hem of a garment stays uncovered.

    Parameters
    ----------
    worn : WornOutfit
    shapes : sequence of CarriedShape

    Returns
    -------
    DrapedChange

    Raises
    ------
    ArgumentError
        A face that the body does not have.
    """
    on_arm = np.isin(worn.regions, ARMS_AND_HANDS)
    loads = [
        _Load(_samples_m(shape.mesh), _over(worn, shape), bool(on_arm[shape.face]))
        for shape in shapes
    ]
    garments = []
    for place, garment in enumerate(worn.garments):
        panels = tuple(
            _tented(panel, _floor_m(panel, place, loads, on_arm)) for panel in garment.panels
        )
        trims = tuple(trim.following(garment.panels[0], panels[0]) for trim in garment.trims)
        garments.append(replace(garment, panels=panels, trims=trims))
        outer = tuple(range(place + 1, len(worn.garments)))
        for before, after in zip(garment.panels, panels, strict=True):
            loads += _loads_of_cloth(before, after, outer, on_arm)
    draped = replace(worn, garments=tuple(garments))
    patches = list(zip(worn.garment_patches, draped.garment_patches, strict=True))
    removed = tuple(_changed(was.part.mesh, is_now.part.mesh) for was, is_now in patches)
    added = tuple(
        _only(is_now, changed)
        for (_, is_now), changed in zip(patches, removed, strict=True)
        if changed.any()
    )
    return DrapedChange(removed, added, draped)


class _Load(NamedTuple):
    """Points that garments must pass over."""

    points_m: NDArray[np.float64]
    over: tuple[int, ...]
    """Those garments."""
    on_arm: bool
    """Whether they lift sleeves, or the rest."""


def _over(worn: WornOutfit, shape: CarriedShape) -> tuple[int, ...]:
    if not 0 <= shape.face < len(worn.mesh):
        raise ArgumentError(
            "face", f"is {shape.face}", f"give one of the body's {len(worn.mesh)} faces"
        )
    return worn.over_object(shape.face, shape.under)


def _samples_m(mesh: Mesh) -> NDArray[np.float64]:
    """Points on a surface, no further than a few millimetres from each other."""
    return np.concatenate([mesh.vertices_m, mesh.subdivided(_SAMPLE_EDGE_M).centroids_m])


def _loads_of_cloth(
    before: Panel, after: Panel, outer: tuple[int, ...], on_arm: NDArray[np.bool_]
) -> list[_Load]:
    """What a panel that has been lifted is to the garments outside it."""
    moved = after.offset_m != before.offset_m
    arm = after.base.touched(on_arm[after.source])
    places = after.mesh.vertices_m
    return [_Load(places[moved & (arm == is_arm)], outer, is_arm) for is_arm in (False, True)]


def _floor_m(
    panel: Panel, garment: int, loads: Sequence[_Load], on_arm: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """(n_vertices,) how far a panel of a garment must stand off to pass over all loads."""
    panel_on_arm = on_arm[panel.source]
    floor = np.full(len(panel.offset_m), -np.inf)
    for load in loads:
        if garment in load.over:
            least = _least_offset_m(panel, load.points_m, panel_on_arm == load.on_arm)
            np.maximum(floor, least, out=floor)
    return floor


def _least_offset_m(
    panel: Panel, points_m: NDArray[np.float64], faces: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """(n_vertices,) how far a panel must stand off to pass over points; -inf where it need not.

    Each of the four faces nearest to a point is raised as a whole, so that no point comes out
    between vertices.  Points beside the panel, beyond its hem, raise nothing.
    """
    base, chosen = panel.base, np.flatnonzero(faces)
    least = np.full(len(base.vertices_m), -np.inf)
    if not len(chosen) or not len(points_m):
        return least
    tree = base.face_tree if faces.all() else KDTree(base.centroids_m[chosen])
    count = min(4, len(chosen))
    distance, nearest = tree.query(points_m, k=range(1, count + 1))
    corners = base.faces[chosen[nearest]]
    from_corner = points_m[:, None, None] - base.vertices_m[corners]
    height = np.einsum("pkci,pkci->pkc", from_corner, base.outward[corners])
    edge = np.linalg.norm(
        base.vertices_m[corners] - np.roll(base.vertices_m[corners], 1, axis=2), axis=-1
    ).max(axis=2)
    mean_height = height.mean(axis=2)
    beside = np.sqrt(np.maximum(distance**2 - mean_height**2, 0))
    is_over = (beside < 1.5 * edge + 0.3 * np.abs(mean_height)) & (mean_height > -edge)
    raised = np.where(is_over[..., None], height + panel.thickness_m + _CLEARANCE_M, -np.inf)
    np.maximum.at(least, corners.ravel(), raised.ravel())
    return least


def _tented(panel: Panel, floor_m: NDArray[np.float64]) -> Panel:
    """A panel raised to a floor, and around it as far as cloth is lifted along."""
    lift = np.maximum(floor_m - panel.offset_m, 0)
    if not lift.any():
        return panel
    tent = lift
    # A pass spreads by half an edge: as a random walk, n passes by sqrt(n) times that.
    for _ in range(round((2 * _TENT_M / panel.base.edge_m) ** 2)):
        tent = np.maximum(panel.base.means @ tent, lift)
    tent = np.maximum(tent - _STILL_M, lift)
    return panel.moved_to(panel.offset_m + tent)


def _changed(before: Mesh, after: Mesh) -> NDArray[np.bool_]:
    """(n_faces,) which faces have moved."""
    changed: NDArray[np.bool_] = (before.corners_m != after.corners_m).any(axis=(1, 2))
    return changed


def _only(patch: GarmentPatch, faces: NDArray[np.bool_]) -> Part:
    part = patch.part
    vertices, corners = np.unique(part.mesh.faces[faces], return_inverse=True)
    velocity = np.asarray(part.velocity_m_s)[faces]
    mesh = Mesh(part.mesh.vertices_m[vertices], corners.reshape(-1, 3))
    return replace(part, mesh=mesh, velocity_m_s=velocity)
