from __future__ import annotations

import numpy as np
import pytest

from clearway.scattering.materials import HalfSpace
from clearway.twin.bodies import BodyPose, BoulicGait, Walker, population
from clearway.twin.clothing import Dressing, WornOutfit, draw_outfit, wear
from clearway.twin.clothing.surface import BaseSurface


@pytest.fixture(scope="module")
def poses() -> list[BodyPose]:
    walker = Walker(population()[3], BoulicGait(), speed_m_s=1.3)
    return [walker.at(phase) for phase in (0.0, 0.3)]


def worn(pose: BodyPose, family: str) -> WornOutfit:
    rng = np.random.default_rng(12)
    return wear(pose, draw_outfit(rng, [family]), rng)


@pytest.mark.parametrize("family", ["down_jacket", "dress", "rain_coat", "suit"])
def test_clothes_of_a_walker_lie_outside_the_skin(poses: list[BodyPose], family: str) -> None:
    pose = poses[1]
    skin = BaseSurface(pose.mesh.vertices_m, pose.mesh.faces)
    for garment in worn(pose, family).garments:
        for panel in garment.panels:
            places = panel.mesh.vertices_m
            _, nearest = skin.face_tree.query(places)
            height = np.einsum(
                "ij,ij->i", places - skin.centroids_m[nearest], pose.mesh.normals[nearest]
            )
            # The nearest of the long triangles of the trunk is not always the one beneath.
            assert np.mean(height < -2e-3) < 0.005


def test_the_same_faces_are_dressed_at_every_phase(poses: list[BodyPose]) -> None:
    first, second = (worn(pose, "suit") for pose in poses)
    for one, other in zip(first.garments, second.garments, strict=True):
        assert np.array_equal(one.covered, other.covered)
        assert len(one.panels[0].offset_m) == len(other.panels[0].offset_m)
        agreement = np.corrcoef(one.panels[0].offset_m, other.panels[0].offset_m)[0, 1]
        assert agreement > 0.8


def test_a_dressed_walker_is_covered(poses: list[BodyPose]) -> None:
    dressed = worn(poses[0], "shirt_and_trousers")
    bare = [patch for patch in dressed.body_patches(HalfSpace(20 - 15j)) if not patch.part.covers]
    places = set(dressed.regions[np.concatenate([patch.faces for patch in bare])].tolist())
    skin = {"head", "neck", "right_hand", "left_hand", "right_ankle", "left_ankle"}
    assert {"head", "neck", "right_hand", "left_hand"} <= places
    assert places <= skin


def test_an_outfit_cut_once_is_worn_alike_in_every_pose(poses: list[BodyPose]) -> None:
    rng = np.random.default_rng(12)
    outfit = draw_outfit(rng, ["rain_coat"])
    state = rng.bit_generator.state
    dressing = Dressing.of(poses[0].body, outfit, rng)
    for pose in poses:
        again = np.random.default_rng()
        again.bit_generator.state = state
        alone, dressed = wear(pose, outfit, again), dressing.on(pose)
        for one, other in zip(alone.garments, dressed.garments, strict=True):
            for panel, same in zip(one.panels, other.panels, strict=True):
                assert np.array_equal(panel.mesh.vertices_m, same.mesh.vertices_m)


def test_cloth_has_triangles_small_enough_for_folds(poses: list[BodyPose]) -> None:
    for garment in worn(poses[0], "suit").garments:
        shortest_m, _ = garment.piece.garment.fold_wavelength_m
        assert garment.panels[0].base.edge_m < shortest_m / 3
