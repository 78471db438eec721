"""The packaged population: closed skins of plausible people."""

import numpy as np
import pytest

from clearway.twin.bodies import Body, Region, population
from clearway.twin.bodies.body import _FILE, STEP_M
from clearway.twin.bodies.regions import regions
from clearway.twin.bodies.skeleton import Bone

PACKAGED_MOST_BYTES = 1_000_000


def test_sixty_people_of_five_families() -> None:
    people = population()
    assert len(people) == 60
    assert len({body.name for body in people}) == 60
    assert {body.family for body in people} == {
        *("man", "woman", "old man", "old woman", "adolescent")
    }
    assert all(set(body.sliders) >= {"gender", "age", "weight", "height"} for body in people)


def test_heights_and_volumes_are_those_of_people() -> None:
    heights = np.array([body.height_m for body in population()])
    volumes = np.array([body.volume_m3 for body in population()])
    assert heights.min() > 1.44
    assert heights.max() < 2.01
    assert 1.6 < np.median(heights) < 1.8
    # Positive only when the faces' order gives outward normals.
    assert volumes.min() > 0.039
    assert volumes.max() < 0.13
    assert np.std(heights) > 0.05


@pytest.mark.parametrize("number", [0, 21, 59])
def test_soles_are_on_the_floor_and_the_face_looks_ahead(number: int) -> None:
    body = population()[number]
    assert abs(body.vertices_m[:, 2].min()) < STEP_M
    assert body.vertices_m[:, 0].max() == body.vertices_m[toes_and_hands(body), 0].max()
    assert body.joints_m[Bone.LEFT_HAND, 1] > 0.2
    assert body.joints_m[Bone.RIGHT_HAND, 1] < -0.2


def toes_and_hands(body: Body) -> np.ndarray:
    main = body.skin.weights.toarray().argmax(axis=1)
    parts = [Bone.RIGHT_TOES, Bone.LEFT_TOES, Bone.RIGHT_HAND, Bone.LEFT_HAND]
    return np.isin(main, parts)


@pytest.mark.parametrize("detail", [0, 1, 2])
def test_every_edge_belongs_to_two_faces_that_agree_on_the_outside(detail: int) -> None:
    faces = population()[0].refined(detail).skin.faces.astype(np.int64)
    there = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    keys = there[:, 0] * (faces.max() + 1) + there[:, 1]
    back = there[:, 1] * (faces.max() + 1) + there[:, 0]
    assert len(np.unique(keys)) == len(keys)
    assert np.array_equal(np.sort(keys), np.sort(back))


def test_weights_are_shares_of_at_most_four_bones() -> None:
    weights = population()[0].skin.weights
    assert np.allclose(weights.sum(axis=1), 1.0)
    assert np.diff(weights.indptr).max() <= 4
    assert weights.data.min() > 0.0


def test_bodies_are_symmetric_and_joints_too() -> None:
    body = population()[5]
    left = [bone for bone in Bone if bone.name.startswith("LEFT")]
    right = [Bone[bone.name.replace("LEFT", "RIGHT")] for bone in left]
    mirrored = body.joints_m[left] * [1.0, -1.0, 1.0]
    assert np.allclose(mirrored, body.joints_m[right], atol=1e-3)


@pytest.mark.parametrize("detail", [0, 1, 2])
def test_regions_cover_all_places_alike_on_both_sides(detail: int) -> None:
    region, body = regions(detail), population()[0].refined(detail)
    area = np.bincount(region, body.rest.areas_m2, minlength=len(Region))
    assert area.min() > 0.002
    for place in Region:
        if place.name.startswith("LEFT"):
            other = Region[place.name.replace("LEFT", "RIGHT")]
            assert area[place] == pytest.approx(area[other], rel=0.02)


def test_regions_lie_where_they_are_called() -> None:
    region, centroids = regions(), population()[0].rest.centroids_m
    mean = {place: centroids[region == place].mean(axis=0) for place in Region}
    assert mean[Region.CHEST][0] > mean[Region.BACK][0] + 0.1
    assert mean[Region.RIGHT_TORSO][1] < -0.05 < 0.05 < mean[Region.LEFT_TORSO][1]
    order = [Region.HEAD, Region.NECK, Region.CHEST, Region.ABDOMEN, Region.WAIST]
    order += [Region.RIGHT_THIGH, Region.RIGHT_CALF, Region.RIGHT_ANKLE]
    heights = [mean[place][2] for place in order]
    assert heights == sorted(heights, reverse=True)
    assert Region.RIGHT_TORSO.place == "right_torso"


def test_the_packaged_file_is_small() -> None:
    assert len(_FILE.read_bytes()) < PACKAGED_MOST_BYTES
