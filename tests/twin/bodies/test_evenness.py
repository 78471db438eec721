"""The packaged skin: even triangles, smooth where refined, the shape of the model's own bodies."""

from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from clearway.twin.bodies import Body, Region, population
from clearway.twin.bodies.regions import regions

SOME = [0, 12, 36, 59]
FULL_VOLUMES_M3 = {0: 0.0572, 12: 0.06703, 36: 0.07038, 59: 0.04258}
FULL_HEIGHTS_M = {0: 1.7131, 12: 1.8556, 36: 1.74, 59: 1.5425}
"""Of the same bodies in the triangles of the body model, before the skin was made even."""

HANDS = (Region.RIGHT_HAND, Region.LEFT_HAND)
TRUNK = (
    *(Region.CHEST, Region.ABDOMEN, Region.WAIST, Region.BACK, Region.LOWER_BACK),
    *(Region.RIGHT_TORSO, Region.LEFT_TORSO, Region.RIGHT_HIP, Region.LEFT_HIP),
    *(Region.RIGHT_THIGH, Region.LEFT_THIGH),
)


@cache
def body(number: int, detail: int) -> Body:
    return population()[number].refined(detail)


def edges_m(someone: Body) -> NDArray[np.float64]:
    """(n_faces, 3)"""
    corners = someone.rest.corners_m
    lengths: NDArray[np.float64] = np.linalg.norm(corners - np.roll(corners, 1, axis=1), axis=2)
    return lengths


@cache
def neighbours(detail: int) -> NDArray[np.int64]:
    """(n_edges, 2) the faces on both sides of each edge."""
    faces = population()[0].refined(detail).skin.faces
    ends = np.sort(np.stack([faces, np.roll(faces, -1, axis=1)], axis=-1).reshape(-1, 2), axis=1)
    order = np.lexsort(ends.T)
    return np.repeat(np.arange(len(faces)), 3)[order].reshape(-1, 2)


def bends_deg(someone: Body, chosen: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Angles between the normals of neighbouring faces, both of them chosen."""
    pairs = neighbours(someone.skin.detail)
    first, second = someone.rest.normals[pairs[chosen[pairs].all(axis=1)]].swapaxes(0, 1)
    cosine = np.clip(np.einsum("ei,ei->e", first, second), -1.0, 1.0)
    bends: NDArray[np.float64] = np.degrees(np.arccos(cosine))
    return bends


def test_faces_are_few_and_half_of_them_on_the_trunk_and_legs() -> None:
    region = regions()
    assert 6000 < len(region) < 7000
    assert np.isin(region, [*HANDS, Region.HEAD]).mean() < 0.2


@pytest.mark.parametrize("number", SOME)
@pytest.mark.parametrize(("detail", "low_m", "high_m"), [(0, 0.02, 0.0285), (1, 0.01, 0.0145)])
def test_edges_are_alike_all_over(number: int, detail: int, low_m: float, high_m: float) -> None:
    elsewhere = edges_m(body(number, detail))[~np.isin(regions(detail), HANDS)]
    assert low_m < np.median(elsewhere) < high_m
    least, most = np.percentile(elsewhere, [2, 98]) / np.median(elsewhere)
    assert 0.6 < least < most < 1.45


@pytest.mark.parametrize("number", SOME)
@pytest.mark.parametrize("detail", [0, 1, 2])
def test_no_face_is_a_sliver(number: int, detail: int) -> None:
    someone = body(number, detail)
    quality = 4.0 * np.sqrt(3.0) * someone.rest.areas_m2 / (edges_m(someone) ** 2).sum(axis=1)
    # An equilateral triangle has 1.
    assert quality.min() > 0.3
    assert np.percentile(quality, 1) > 0.7


@pytest.mark.parametrize("number", SOME)
def test_the_refined_trunk_is_smooth(number: int) -> None:
    away_from_cleft = np.abs(body(number, 2).rest.centroids_m[:, 1]) > 0.025
    trunk = np.isin(regions(2), TRUNK) & away_from_cleft
    bends = bends_deg(body(number, 2), trunk)
    assert np.median(bends) < 2.5
    assert np.percentile(bends, 99) < 12.0
    assert bends.max() < 45.0
    coarse = np.isin(regions(0), TRUNK)
    assert np.median(bends) < 0.35 * np.median(bends_deg(body(number, 0), coarse))


@pytest.mark.parametrize("number", SOME)
@pytest.mark.parametrize(("detail", "most"), [(0, 0.015), (1, 0.005), (2, 0.006)])
def test_bodies_keep_their_volume_and_height(number: int, detail: int, most: float) -> None:
    someone = body(number, detail)
    assert someone.volume_m3 == pytest.approx(FULL_VOLUMES_M3[number], rel=most)
    assert someone.height_m == pytest.approx(FULL_HEIGHTS_M[number], abs=3e-3)
