from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.spatial import KDTree

from clearway.errors import ArgumentError
from clearway.scattering.materials import HalfSpace, material
from clearway.twin.clothing import FAMILIES, WornOutfit, draw_outfit, dress
from clearway.twin.clothing.surface import BaseSurface
from tests.twin.clothing.figure import Figure

SKIN_TOLERANCE_M = 2e-3
"""Heights over the skin are taken over the tangent plane at its nearest vertex."""


def dressed(figure: Figure, family: str, seed: int) -> WornOutfit:
    rng = np.random.default_rng(seed)
    outfit = draw_outfit(rng, [family])
    return dress(figure.mesh, figure.regions, figure.velocity_m_s, outfit, rng)


def heights_m(figure: Figure, places_m: NDArray[np.float64]) -> NDArray[np.float64]:
    skin = BaseSurface(figure.mesh.vertices_m, figure.mesh.faces)
    _, nearest = KDTree(skin.vertices_m).query(places_m)
    heights: NDArray[np.float64] = np.einsum(
        "ij,ij->i", places_m - skin.vertices_m[nearest], skin.outward[nearest]
    )
    return heights


families = st.sampled_from(sorted(FAMILIES))
seeds = st.integers(0, 2**32)
few = settings(max_examples=3, deadline=None)


@few
@given(families, seeds)
def test_clothes_lie_on_the_skin_and_on_each_other(figure: Figure, family: str, seed: int) -> None:
    worn = dressed(figure, family, seed)
    level: dict[tuple[float, ...], float] = {}
    for garment in worn.garments:
        for panel in garment.panels:
            assert heights_m(figure, panel.mesh.vertices_m).min() > -SKIN_TOLERANCE_M
        fitted = garment.panels[0]
        places = [tuple(place) for place in fitted.base.vertices_m.tolist()]
        beneath = np.array([level.get(place, 0.0) for place in places])
        gap = fitted.offset_m - beneath - garment.piece.thickness_m
        assert np.all(gap > -garment.piece.thickness_m)
        # Only at the hems of what is worn beneath, and under the arms, is cloth pressed.
        assert np.mean(gap > 0) > 0.9
        level.update(zip(places, fitted.offset_m.tolist(), strict=True))


@few
@given(families, seeds)
def test_cloth_is_not_torn(figure: Figure, family: str, seed: int) -> None:
    for garment in dressed(figure, family, seed).garments:
        for panel in garment.panels:
            faces = panel.mesh.faces
            ends = np.stack([faces, np.roll(faces, 1, axis=1)], axis=-1).reshape(-1, 2)
            steps = np.abs(np.diff(panel.offset_m[ends], axis=1)).ravel()
            lengths = np.linalg.norm(np.diff(panel.base.vertices_m[ends], axis=1)[:, 0], axis=1)
            assert np.percentile(steps / lengths, 99) < 1.5
            assert steps.max() < 0.04


@few
@given(families, seeds)
def test_body_patches_are_the_whole_body(figure: Figure, family: str, seed: int) -> None:
    worn = dressed(figure, family, seed)
    patches = worn.body_patches(HalfSpace(20 - 15j))
    faces = np.concatenate([patch.faces for patch in patches])
    assert np.array_equal(np.sort(faces), np.arange(len(figure.mesh)))
    for patch in patches:
        assert np.array_equal(patch.part.mesh.corners_m, figure.mesh.corners_m[patch.faces])
        assert np.array_equal(patch.part.velocity_m_s, figure.velocity_m_s[patch.faces])
        assert patch.part.opaque
        for face in patch.faces[:: max(len(patch.faces) // 5, 1)]:
            assert tuple(patch.part.covers) == worn.covers_at(int(face))


@few
@given(families, seeds)
def test_garment_patches_are_all_the_cloth_once(figure: Figure, family: str, seed: int) -> None:
    worn = dressed(figure, family, seed)
    for place, garment in enumerate(worn.garments):
        meshes = [sheet.mesh for sheet in garment.panels] + [trim.mesh for trim in garment.trims]
        for number, mesh in enumerate(meshes):
            faces = np.concatenate(
                [
                    patch.faces
                    for patch in worn.garment_patches
                    if (patch.garment, patch.sheet) == (place, number)
                ]
            )
            assert np.array_equal(np.sort(faces), np.arange(len(mesh)))
    for patch in worn.garment_patches:
        outer = range(patch.garment + 1, len(worn.garments))
        assert len(patch.part.covers) <= len(outer)


@settings(max_examples=2, deadline=None)
@given(families, seeds)
def test_same_seed_same_clothes(figure: Figure, family: str, seed: int) -> None:
    one, other = dressed(figure, family, seed), dressed(figure, family, seed)
    for patch, again in zip(one.garment_patches, other.garment_patches, strict=True):
        assert np.array_equal(patch.part.mesh.vertices_m, again.part.mesh.vertices_m)


def test_head_and_hands_are_bare(figure: Figure) -> None:
    worn = dressed(figure, "wool_coat", 1)
    for place in ("head", "right_hand", "left_hand"):
        face = int(np.flatnonzero(figure.regions == place)[0])
        assert worn.garments_over(face) == ()
        assert worn.covers_at(face) == ()


def test_covers_of_an_object_depend_on_where_it_is_carried(figure: Figure) -> None:
    worn = dressed(figure, "wool_coat", 1)
    chest = figure.face_near((0.12, 0.0, 1.35))
    assert worn.garments_over(chest) == (0, 2)
    assert worn.covers_at(chest, under=0) == ()
    assert worn.covers_at(chest, under=1) == worn.covers_at(chest)[:1]
    assert len(worn.covers_at(chest, under=5)) == 2
    on_shirt, on_skin = worn.standoff_m(chest, under=1), worn.standoff_m(chest)
    assert on_skin == 0
    assert on_skin < on_shirt < worn.standoff_m(chest, under=0)
    with pytest.raises(ArgumentError, match="under"):
        worn.covers_at(chest, under=-1)


def test_coat_surrounds_both_legs(figure: Figure) -> None:
    worn = dressed(figure, "wool_coat", 1)
    coat = worn.garments[-1]
    skirt = coat.panels[1].mesh.vertices_m
    thighs = figure.mesh.vertices_m[figure.mesh.faces[figure.regions == "right_thigh"].ravel()]
    hem = skirt[:, 2].min()
    assert hem == pytest.approx(0.5 * 0.87, abs=0.05)
    axis = skirt[:, :2].mean(axis=0)
    for height in np.arange(hem + 0.03, 0.8, 0.05):
        ring = skirt[np.abs(skirt[:, 2] - height) < 0.007, :2] - axis
        leg = thighs[np.abs(thighs[:, 2] - height) < 0.01, :2] - axis
        bearings = np.degrees(np.arctan2(ring[:, 1], ring[:, 0]))
        for place in leg:
            bearing = np.degrees(np.arctan2(place[1], place[0]))
            beside = np.abs((bearings - bearing + 180) % 360 - 180).argmin()
            assert np.linalg.norm(ring[beside]) > np.linalg.norm(place)
    knee = figure.face_near((0.1, 0.09, 0.5))
    assert 2 in worn.garments_over(knee)


def test_cloth_moves_with_the_skin_beneath(figure: Figure) -> None:
    worn = dressed(figure, "suit", 4)
    for patch in worn.garment_patches:
        velocity = np.asarray(patch.part.velocity_m_s)
        expected = 1.2 + 0.2 * patch.part.mesh.centroids_m[:, 2]
        np.testing.assert_allclose(velocity[:, 0], expected, atol=0.02)


def test_metal_on_clothes(figure: Figure) -> None:
    metal = material("steel")
    vest = dressed(figure, "hi_vis_vest", 2)
    bands = [patch for patch in vest.garment_patches if patch.part.material == metal]
    assert len(bands) == 1
    assert bands[0].part.opaque
    # Two bands of 5 cm around a trunk of about 1 m.
    assert bands[0].part.mesh.areas_m2.sum() == pytest.approx(0.1, rel=0.3)
    jacket = dressed(figure, "denim_jacket", 2)
    studs = [patch for patch in jacket.garment_patches if patch.sheet == 1 and patch.garment == 2]
    assert len(studs) == 1
    assert not studs[0].part.opaque
    assert studs[0].part.mesh.normals[:, 0].min() > 0.5
    assert studs[0].part.mesh.areas_m2.sum() == pytest.approx(6 * np.pi * 8.5e-3**2, rel=0.3)


def test_wrong_shapes_are_refused(figure: Figure) -> None:
    outfit = draw_outfit(np.random.default_rng(0), ["suit"])
    with pytest.raises(ArgumentError, match="give one for each of"):
        dress(
            figure.mesh, figure.regions[:-1], figure.velocity_m_s, outfit, np.random.default_rng(0)
        )
    with pytest.raises(ArgumentError, match="velocity_m_s"):
        dress(figure.mesh, figure.regions, np.zeros((4, 3)), outfit, np.random.default_rng(0))
