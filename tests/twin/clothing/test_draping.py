from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.spatial import KDTree

from clearway.errors import ArgumentError
from clearway.twin.clothing import CarriedShape, WornOutfit, drape
from clearway.twin.objects.solids import box
from tests.twin.clothing.figure import Figure
from tests.twin.clothing.test_wearing import dressed

OBJECT_TOLERANCE_M = 3e-3
"""Of cloth over the edges of an object, between vertices a centimetre apart."""
ABDOMEN = (0.1, -0.05, 1.1)


def carried(
    worn: WornOutfit,
    under: int | None,
    place: tuple[float, float, float] = ABDOMEN,
    depth_m: float = 0.03,
) -> CarriedShape:
    """A block of 18 x 12 cm on the clothes that it lies on."""
    face = worn.nearest_face(place)
    outward = worn.mesh.normals[face]
    left = np.cross([0.0, 0.0, 1.0], outward)
    left /= np.linalg.norm(left)
    axes = np.stack([left, np.cross(outward, left), outward], axis=1)
    block = box((0.18, 0.12, depth_m))
    low = block.vertices_m.min(axis=0)
    centred = block.moved(np.eye(3), -0.5 * (low + block.vertices_m.max(axis=0)))
    height = worn.standoff_m(face, under) + 0.02 + 0.5 * depth_m
    shape = centred.moved(axes, worn.mesh.centroids_m[face] + height * outward)
    return CarriedShape(shape, face, under)


def depths_m(worn: WornOutfit, garment: int, points_m: NDArray[np.float64]) -> NDArray[np.float64]:
    """How far points before the trunk lie under the nearest cloth of a garment, sleeves apart."""
    panel = worn.garments[garment].panels[0]
    trunk = ~np.isin(worn.regions[panel.source], ["right_arm", "left_arm"])
    centroids, normals = panel.mesh.centroids_m[trunk], panel.mesh.normals[trunk]
    _, nearest = KDTree(centroids).query(points_m)
    depths: NDArray[np.float64] = np.einsum(
        "ij,ij->i", centroids[nearest] - points_m, normals[nearest]
    )
    return depths


@settings(max_examples=3, deadline=None)
@given(
    st.sampled_from(["t_shirt_and_jeans", "sweater", "down_jacket", "wool_coat", "rain_coat"]),
    st.integers(0, 2**32),
    st.sampled_from([1, None]),
    st.floats(0.01, 0.08),
)
def test_cloth_passes_over_an_object(
    figure: Figure, family: str, seed: int, under: int | None, depth_m: float
) -> None:
    worn = dressed(figure, family, seed)
    shape = carried(worn, under, depth_m=depth_m)
    change = drape(worn, [shape])
    over = worn.over_object(shape.face, under)
    assert over
    for garment in over:
        points = shape.mesh.subdivided(0.015).centroids_m
        assert depths_m(change.worn, garment, points).min() > -OBJECT_TOLERANCE_M
    for before, after in zip(worn.garments, change.worn.garments, strict=True):
        for was, now in zip(before.panels, after.panels, strict=True):
            assert np.all(now.offset_m >= was.offset_m)


@settings(max_examples=3, deadline=None)
@given(st.sampled_from(["suit", "wool_coat", "hoodie"]), st.integers(0, 2**32))
def test_removed_and_kept_and_added_are_all_the_cloth(
    figure: Figure, family: str, seed: int
) -> None:
    worn = dressed(figure, family, seed)
    change = drape(worn, [carried(worn, 1)])
    assert len(change.removed) == len(worn.garment_patches)
    added = iter(change.added)
    for removed, was, now in zip(
        change.removed, worn.garment_patches, change.worn.garment_patches, strict=True
    ):
        assert removed.shape == (len(was.part.mesh),)
        kept = ~removed
        assert np.array_equal(was.part.mesh.corners_m[kept], now.part.mesh.corners_m[kept])
        if removed.any():
            part = next(added)
            assert np.array_equal(part.mesh.corners_m, now.part.mesh.corners_m[removed])
            assert part.material == was.part.material
            assert part.covers == was.part.covers
            assert np.array_equal(part.velocity_m_s, np.asarray(was.part.velocity_m_s)[removed])
    assert next(added, None) is None
    assert sum(int(removed.sum()) for removed in change.removed) > 100


def test_cloth_far_from_an_object_stays(figure: Figure) -> None:
    worn = dressed(figure, "wool_coat", 3)
    shape = carried(worn, 1)
    change = drape(worn, [shape])
    tree = KDTree(shape.mesh.subdivided(0.01).vertices_m)
    for removed, patch in zip(change.removed, worn.garment_patches, strict=True):
        distance, _ = tree.query(patch.part.mesh.centroids_m)
        assert not removed[distance > 0.3].any()


def test_an_object_outside_all_clothes_moves_none(figure: Figure) -> None:
    worn = dressed(figure, "suit", 3)
    change = drape(worn, [carried(worn, 0)])
    assert change.added == ()
    assert not any(removed.any() for removed in change.removed)


def test_only_clothes_over_an_object_move(figure: Figure) -> None:
    worn = dressed(figure, "wool_coat", 3)
    change = drape(worn, [carried(worn, 1)])
    moved = {
        patch.garment
        for removed, patch in zip(change.removed, worn.garment_patches, strict=True)
        if removed.any()
    }
    assert moved == {2}


def test_outer_clothes_lie_on_the_inner_ones_that_an_object_lifts(figure: Figure) -> None:
    worn = dressed(figure, "down_jacket", 5)
    shape = carried(worn, None, depth_m=0.06)
    change = drape(worn, [shape])
    shirt, jacket = (change.worn.garments[garment].panels[0] for garment in (0, 2))
    lifted = shirt.offset_m > worn.garments[0].panels[0].offset_m
    depths = depths_m(change.worn, 2, shirt.mesh.vertices_m[lifted])
    assert depths.min() > -OBJECT_TOLERANCE_M
    assert np.median(depths) > 0.5 * jacket.thickness_m


def test_what_is_carried_on_the_trunk_does_not_lift_a_sleeve(figure: Figure) -> None:
    worn = dressed(figure, "suit", 6)
    change = drape(worn, [carried(worn, 1, place=(0.0, -0.17, 1.2))])
    moved = np.concatenate(
        [
            worn.garments[patch.garment].panels[patch.sheet].source[patch.faces[removed]]
            for removed, patch in zip(change.removed, worn.garment_patches, strict=True)
            if patch.sheet == 0
        ]
    )
    assert len(moved)
    assert not np.isin(figure.regions[moved], ["right_arm", "left_arm"]).any()


def test_buttons_go_with_their_cloth(figure: Figure) -> None:
    worn = dressed(figure, "denim_jacket", 7)
    change = drape(worn, [carried(worn, 1, place=(0.1, 0.0, 1.1))])
    before, after = (outfit.garments[2].trims[0] for outfit in (worn, change.worn))
    shift = after.mesh.vertices_m - before.mesh.vertices_m
    panel = change.worn.garments[2].panels[0].mesh.vertices_m
    was = worn.garments[2].panels[0].mesh.vertices_m
    np.testing.assert_allclose(shift, (panel - was)[before.anchor], atol=1e-12)
    assert shift[:, 0].max() > 0.01


def test_draping_is_the_same_each_time(figure: Figure) -> None:
    worn = dressed(figure, "hoodie", 8)
    one, other = (drape(worn, [carried(worn, 1)]) for _ in range(2))
    for part, again in zip(one.added, other.added, strict=True):
        assert np.array_equal(part.mesh.vertices_m, again.mesh.vertices_m)


def test_a_face_that_is_not_there(figure: Figure) -> None:
    worn = dressed(figure, "suit", 9)
    shape = CarriedShape(carried(worn, 1).mesh, len(figure.mesh))
    with pytest.raises(ArgumentError, match="face"):
        drape(worn, [shape])
