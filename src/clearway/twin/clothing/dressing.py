"""Putting an outfit on a body."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from clearway.errors import ArgumentError
from clearway.scattering import Mesh
from clearway.twin.bodies import Body, BodyPose, Region
from clearway.twin.bodies.regions import regions
from clearway.twin.clothing.folds import Folds, draw_folds
from clearway.twin.clothing.garments import ARMS_AND_HANDS, LEGS, Piece
from clearway.twin.clothing.outfits import Outfit
from clearway.twin.clothing.panels import Ground, Panel, fitted_panel, hanging_panel
from clearway.twin.clothing.surface import BaseSurface, Cut, cut_out, neighbour_means
from clearway.twin.clothing.trims import front_trims
from clearway.twin.clothing.wearing import WornGarment, WornOutfit

__all__ = ["Dressing", "dress", "wear"]


class _Tailored(NamedTuple):
    """One garment, cut for a body."""

    piece: Piece
    covered: NDArray[np.bool_]
    """(n_faces,) of the body."""
    cut: Cut
    source: NDArray[np.intp]
    folds: Folds
    heights: NDArray[np.float64]
    """(n_vertices of the cut,) of the folds."""


class Dressing:
    """An outfit cut for a body, to be put on in any of its poses.

    What depends on the body at rest is worked out once: where garments end, and where they fold.
    Cloth has the triangles of the skin beneath it, so the skin must be fine enough for folds: edges
    of some 12 mm, as those of a `clearway.twin.bodies.Walker` with a ``detail`` of 1.

    Parameters
    ----------
    faces : (n_faces, 3) int32
        Of the skin.
    regions : (n_faces,) sequence of str
        Place on the body of each face, by the names that alarms use: ``right_torso``, ...
    rest_m : (n_vertices, 3) float64
        The skin at rest, arms hanging, in the person's frame: x forward, y to the person's left, z
        up, floor z = 0.
    outfit : Outfit
    rng : numpy.random.Generator
        For the folds: the same state gives the same folds.

    Raises
    ------
    ArgumentError
        Regions of another number of faces.

    Examples
    --------
    >>> from clearway.twin.bodies import BoulicGait, Walker, population
    >>> from clearway.twin.clothing import draw_outfit
    >>> rng = np.random.default_rng(1)
    >>> walker = Walker(population()[0], BoulicGait(), speed_m_s=1.2)
    >>> dressing = Dressing.of(walker.refined_body, draw_outfit(rng, ["suit"]), rng)
    >>> worn = dressing.on(walker.at(phase=0.25))
    >>> [garment.piece.garment.name for garment in worn.garments]
    ['shirt', 'suit_trousers', 'suit_jacket']
    """

    def __init__(
        self,
        faces: NDArray[np.int32],
        regions: Sequence[str] | NDArray[np.str_],
        rest_m: NDArray[np.float64],
        outfit: Outfit,
        rng: np.random.Generator,
    ) -> None:
        self._faces = faces
        self._places = np.asarray(regions, dtype=np.str_)
        _for_each_face("regions", self._places.shape, (len(faces),))
        height = rest_m[faces, 2].mean(axis=1)
        self._means = neighbour_means(faces, len(rest_m))
        self._garments = tuple(
            self._tailored(piece, piece.covered(self._places, height), rest_m, rng)
            for piece in outfit.pieces
        )
        self._legs = np.isin(self._places, LEGS)
        dressed = np.logical_or.reduce([garment.covered for garment in self._garments])
        self._on_legs = self._touched(self._legs)
        self._below_arms = self._touched(dressed & ~np.isin(self._places, ARMS_AND_HANDS))

    @classmethod
    def of(cls, body: Body, outfit: Outfit, rng: np.random.Generator) -> Dressing:
        """Cut an outfit for a body in the detail of its poses."""
        names = np.array([region.place for region in Region])
        return cls(body.skin.faces, names[regions(body.skin.detail)], body.vertices_m, outfit, rng)

    def on(self, pose: BodyPose) -> WornOutfit:
        """Dress the body at one moment of its walk."""
        return self.over(pose.mesh, pose.velocity_m_s)

    def over(self, mesh: Mesh, velocity_m_s: NDArray[np.float64]) -> WornOutfit:
        """Dress the body in a pose that is given as a surface.

        Parameters
        ----------
        mesh : Mesh
            The skin, with the faces that the outfit was cut for.
        velocity_m_s : (n_faces, 3) float64
            Of each face; garments move with the skin beneath.

        Raises
        ------
        ArgumentError
            Velocities of another number of faces.
        """
        velocity = np.asarray(velocity_m_s, dtype=np.float64)
        _for_each_face("velocity_m_s", velocity.shape, (len(self._faces), 3))
        body = BaseSurface(mesh.vertices_m, self._faces, means=self._means)
        level = np.zeros(len(mesh.vertices_m))
        beneath = [mesh.vertices_m[self._on_legs]]
        garments = []
        for garment in self._garments:
            panels, covered = [], garment.covered
            if covered.any():
                panels.append(self._fitted(body, garment, level))
            trims = front_trims(panels[0], garment.piece.closures) if panels else ()
            skirt = self._skirt(body, garment, beneath, level)
            if skirt is not None:
                beneath.append(skirt.mesh.vertices_m)
                panels.append(skirt)
                hem_m = beneath[-1][:, 2].min()
                covered = covered | (self._legs & (body.centroids_m[:, 2] > hem_m))
            garments.append(WornGarment(garment.piece, tuple(panels), trims, covered))
        return WornOutfit(mesh, self._places, velocity, tuple(garments))

    def _tailored(
        self,
        piece: Piece,
        covered: NDArray[np.bool_],
        rest_m: NDArray[np.float64],
        rng: np.random.Generator,
    ) -> _Tailored:
        folds = draw_folds(rng, piece.garment.fold_wavelength_m, hangs=piece.garment.hangs)
        cut = cut_out(rest_m, self._faces, covered)
        heights = folds.at(rest_m[cut.vertices])
        return _Tailored(piece, covered, cut, np.flatnonzero(covered), folds, heights)

    def _fitted(self, body: BaseSurface, garment: _Tailored, level_m: NDArray[np.float64]) -> Panel:
        """The sheet that follows the body; raises the level to its outer face."""
        ground = Ground(body, garment.cut, garment.source)
        below = level_m[garment.cut.vertices]
        panel = fitted_panel(ground, below, garment.piece, garment.heights)
        level_m[garment.cut.vertices] = panel.offset_m
        return panel

    def _skirt(
        self,
        body: BaseSurface,
        garment: _Tailored,
        beneath_m: list[NDArray[np.float64]],
        level_m: NDArray[np.float64],
    ) -> Panel | None:
        if not garment.piece.garment.skirt:
            return None
        around = np.concatenate([*beneath_m, body.raised_m(level_m)[self._below_arms]])
        return hanging_panel(body, self._legs, around, garment.piece, garment.folds)

    def _touched(self, faces: NDArray[np.bool_]) -> NDArray[np.intp]:
        """Vertices that belong to some of the faces."""
        return np.unique(self._faces[faces]).astype(np.intp)


def _for_each_face(name: str, shape: tuple[int, ...], wanted: tuple[int, ...]) -> None:
    if shape != wanted:
        raise ArgumentError(name, f"has shape {shape}", f"give one for each of {wanted[0]} faces")


def wear(pose: BodyPose, outfit: Outfit, rng: np.random.Generator) -> WornOutfit:
    """Dress a body at one moment of its walk.

    From pose to pose of one body, the same state of the generator gives the same folds, at the
    same places of the body.  For several poses, a `Dressing` is quicker.

    Parameters
    ----------
    pose : BodyPose
    outfit : Outfit
    rng : numpy.random.Generator
        For the folds.

    Returns
    -------
    WornOutfit

    Examples
    --------
    >>> from clearway.twin.bodies import BoulicGait, Walker, population
    >>> from clearway.twin.clothing import draw_outfit
    >>> rng = np.random.default_rng(1)
    >>> pose = Walker(population()[0], BoulicGait(), speed_m_s=1.2).at(phase=0.25)
    >>> worn = wear(pose, draw_outfit(rng, ["suit"]), rng)
    >>> [garment.piece.garment.name for garment in worn.garments]
    ['shirt', 'suit_trousers', 'suit_jacket']
    >>> chest = worn.nearest_face(pose.site("chest_left").origin_m)
    >>> len(worn.covers_at(chest)), len(worn.covers_at(chest, under=1))
    (2, 1)
    """
    return Dressing.of(pose.body, outfit, rng).on(pose)


def dress(
    mesh: Mesh,
    regions: Sequence[str] | NDArray[np.str_],
    velocity_m_s: NDArray[np.float64],
    outfit: Outfit,
    rng: np.random.Generator,
    *,
    rest_m: NDArray[np.float64] | None = None,
) -> WornOutfit:
    """Dress a body that is given as a surface.

    Parameters
    ----------
    mesh : Mesh
        The skin, in the person's frame: x forward, y to the person's left, z up, floor z = 0.
    regions : (n_faces,) sequence of str
        Place on the body of each face, by the names that alarms use: ``right_torso``, ...
    velocity_m_s : (n_faces, 3) float64
        Of each face; garments move with the skin beneath.
    outfit : Outfit
    rng : numpy.random.Generator
        For the folds: the same state gives the same folds.
    rest_m : (n_vertices, 3) float64, optional
        The skin at rest, arms hanging: where garments end and fold is worked out there, so that
        it stays the same from pose to pose.  The pose itself when left out.

    Returns
    -------
    WornOutfit

    Raises
    ------
    ArgumentError
        Regions or velocities of another number of faces.
    """
    rest = mesh.vertices_m if rest_m is None else rest_m
    return Dressing(mesh.faces, regions, rest, outfit, rng).over(mesh, velocity_m_s)
