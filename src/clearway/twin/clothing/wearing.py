"""A dressed body, and the parts that it makes of a scene."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import KDTree

from clearway.errors import ArgumentError
from clearway.scattering import Mesh, Part
from clearway.scattering.part import Cover, Material
from clearway.twin.clothing.cloth import METAL, cover_of, material_of
from clearway.twin.clothing.garments import Piece
from clearway.twin.clothing.panels import Panel
from clearway.twin.clothing.trims import Trim, banded_faces

__all__ = ["BodyPatch", "GarmentPatch", "WornGarment", "WornOutfit"]


@dataclass(frozen=True, eq=False)
class WornGarment:
    """One garment on a body."""

    piece: Piece
    panels: tuple[Panel, ...]
    """The one that follows the body, then the one that hangs, where there is one."""
    trims: tuple[Trim, ...]
    """Zips and buttons, sewn to the first panel."""
    covered: NDArray[np.bool_]
    """(n_body_faces,) what lies under it."""


@dataclass(frozen=True, eq=False)
class BodyPatch:
    """Skin under one and the same clothes."""

    faces: NDArray[np.intp]
    """Faces of the body."""
    part: Part


@dataclass(frozen=True, eq=False)
class GarmentPatch:
    """Cloth of one garment, or metal on it, under one and the same further clothes."""

    garment: int
    """Which one, from the inside out."""
    sheet: int
    """Its panels come first, then its trims."""
    faces: NDArray[np.intp]
    """Faces of the panel or trim."""
    part: Part


@dataclass(frozen=True, eq=False)
class WornOutfit:
    """A dressed body, in the frame of its pose: x forward, y to the person's left, z up.

    Build one with `wear` or `dress`.
    """

    mesh: Mesh
    regions: NDArray[np.str_]
    velocity_m_s: NDArray[np.float64]
    garments: tuple[WornGarment, ...]
    """From the inside out."""

    @cached_property
    def _covers(self) -> tuple[Cover, ...]:
        return tuple(cover_of(garment.piece) for garment in self.garments)

    @cached_property
    def _stack_code(self) -> NDArray[np.int64]:
        """(n_body_faces,) sum of 2**g over the garments g that lie on each."""
        code = np.zeros(len(self.mesh), dtype=np.int64)
        for place, garment in enumerate(self.garments):
            code |= garment.covered.astype(np.int64) << place
        return code

    def nearest_face(self, place_m: ArrayLike) -> int:
        """The face of the body that is nearest to a place, such as the origin of a site."""
        return int(self._face_tree.query(np.asarray(place_m, dtype=np.float64))[1])

    @cached_property
    def _face_tree(self) -> KDTree:
        return KDTree(self.mesh.centroids_m)

    def garments_over(self, face: int) -> tuple[int, ...]:
        """Which garments lie over a face of the body, from the inside out."""
        return tuple(
            place for place, garment in enumerate(self.garments) if bool(garment.covered[face])
        )

    def over_object(self, face: int, under: int | None = None) -> tuple[int, ...]:
        """Which garments lie over an object at a face of the body.

        Parameters
        ----------
        face : int
            Face of the body at which the object is carried.
        under : int, optional
            Number of garments that cover it, counted from the outermost: 0 outside of all, 1 under
            the coat.  Against the skin when left out or more than there are.
        """
        worn = self.garments_over(face)
        if under is None:
            return worn
        if under < 0:
            raise ArgumentError("under", f"is {under}", "give 0 for an object outside of all")
        return worn[max(len(worn) - under, 0) :]

    def covers_at(self, face: int, under: int | None = None) -> tuple[Cover, ...]:
        """The layers over an object, from the outside in; see `over_object`."""
        return tuple(self._covers[place] for place in reversed(self.over_object(face, under)))

    def standoff_m(self, face: int, under: int | None = None) -> float:
        """How far from the skin an object lies on the clothes beneath it; see `over_object`."""
        over = self.over_object(face, under)
        beneath = [place for place in self.garments_over(face) if place not in over]
        heights = [0.0]
        centre, normal = self.mesh.centroids_m[face], self.mesh.normals[face]
        for place in beneath:
            for panel in self.garments[place].panels:
                corners = panel.mesh.corners_m[panel.source == face].reshape(-1, 3)
                heights.extend(((corners - centre) @ normal).tolist())
        return max(heights)

    def body_patches(self, skin: Material) -> tuple[BodyPatch, ...]:
        """The body, one part for each combination of clothes over it; together all its faces."""
        return tuple(
            BodyPatch(
                faces,
                _part(self.mesh, faces, skin, self._stack(code), self.velocity_m_s[faces], True),
            )
            for code, faces in _groups(self._stack_code)
        )

    @cached_property
    def garment_patches(self) -> tuple[GarmentPatch, ...]:
        """All cloth and metal, from the inside out; the parts of a scene beside the body's."""
        patches = []
        for place, garment in enumerate(self.garments):
            cloth = material_of(garment.piece)
            for number, panel in enumerate(garment.panels):
                bands = banded_faces(panel, garment.piece.closures) & (number == 0)
                for is_metal, material in ((False, cloth), (True, METAL)):
                    patches += self._patches(
                        place,
                        number,
                        panel.mesh,
                        panel.source,
                        bands == is_metal,
                        material,
                        opaque=is_metal,
                    )
            for number, trim in enumerate(garment.trims, start=len(garment.panels)):
                # Narrower than a wavelength: waves go round it, it casts no shadow.
                whole = np.ones(len(trim.mesh), dtype=bool)
                patches += self._patches(
                    place, number, trim.mesh, trim.source, whole, METAL, opaque=False
                )
        return tuple(patches)

    def _patches(
        self,
        place: int,
        sheet: int,
        mesh: Mesh,
        source: NDArray[np.intp],
        chosen: NDArray[np.bool_],
        material: Material,
        *,
        opaque: bool,
    ) -> list[GarmentPatch]:
        """Chosen faces of a sheet, parted by what is worn over them."""
        outer = (self._stack_code[source] >> (place + 1)) << (place + 1)
        outer[~chosen] = -1
        return [
            GarmentPatch(
                place,
                sheet,
                faces,
                _part(
                    mesh,
                    faces,
                    material,
                    self._stack(code),
                    self.velocity_m_s[source[faces]],
                    opaque,
                ),
            )
            for code, faces in _groups(outer)
            if code >= 0
        ]

    def _stack(self, code: int) -> tuple[Cover, ...]:
        """The covers of a stack of garments, from the outside in."""
        worn = [place for place in range(len(self.garments)) if code >> place & 1]
        return tuple(self._covers[place] for place in reversed(worn))


def _part(
    mesh: Mesh,
    faces: NDArray[np.intp],
    material: Material,
    covers: tuple[Cover, ...],
    velocity_m_s: NDArray[np.float64],
    opaque: bool,
) -> Part:
    vertices, corners = np.unique(mesh.faces[faces], return_inverse=True)
    piece = Mesh(mesh.vertices_m[vertices], corners.reshape(-1, 3))
    return Part(piece, material, covers, opaque, velocity_m_s)


def _groups(code: NDArray[np.int64]) -> list[tuple[int, NDArray[np.intp]]]:
    """Each value and where it stands, values ascending."""
    return [(int(value), np.flatnonzero(code == value)) for value in np.unique(code)]
