from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearway.errors import ArgumentError
from clearway.recognition import RegionOfInterest, View, Volume
from clearway.recognition.roi import REFERENCE
from clearway.recognition.volume import HIGHEST_DB
from tests.recognition.bodies import THINGS, paint

SMALL = RegionOfInterest((8, 8, 12), ahead_m=0.04)


def test_the_reference_box_is_that_of_the_reference_figures() -> None:
    assert int(np.prod(REFERENCE.shape)) == 159_744
    assert REFERENCE.around(View((0.0, 1.2))).grid.shape == (52, 16, 192)


@given(st.floats(-0.8, 0.8), st.floats(0.8, 1.8), st.sampled_from([-1.3, 1.3]), st.integers(0, 767))
def test_a_voxel_keeps_its_place_on_the_person(
    x_m: float, y_m: float, along_m_s: float, voxel: int
) -> None:
    box = SMALL.around(View((x_m, y_m), (along_m_s, 0.0)))
    image = np.zeros(box.grid.shape)
    image.flat[voxel] = 1.0
    volume = box.volume(image)
    brightest = np.unravel_index(int(volume.levels_db.argmax()), volume.levels_db.shape)
    place = box.grid.points_m()[voxel]
    found = box.to_view(volume.forward_m[brightest[0]], volume.depth_m[brightest[1]])
    assert np.abs(np.array(found) - place[:2]).max() < 0.011
    assert abs(volume.height_m[brightest[2]] - place[2]) < 0.011


@given(st.floats(-0.8, 0.8), st.floats(0.8, 1.8))
def test_the_box_lies_around_the_person_within_the_snap(x_m: float, y_m: float) -> None:
    interest = RegionOfInterest()
    grid = interest.around(View((x_m, y_m))).grid
    assert abs(grid.x_m.mean() - x_m) <= interest.snap_m / 2 + 1e-9
    assert abs(grid.y_m[0] + interest.ahead_m - y_m) <= interest.snap_m / 2 + 1e-9


def test_walkers_of_both_directions_have_the_same_volume_when_mirrored() -> None:
    there = RegionOfInterest().around(View((0.0, 1.2), (1.3, 0.0)))
    back = RegionOfInterest().around(View((0.0, 1.2), (-1.3, 0.0)))
    image = paint(there, THINGS["handgun"], np.random.default_rng(1))
    first, second = there.volume(image), back.volume(image[::-1])
    assert np.array_equal(first.levels_db, second.levels_db)
    assert np.allclose(first.forward_m, second.forward_m)


@given(st.floats(1e-6, 1e6))
def test_gain_changes_nothing(gain: float) -> None:
    box = SMALL.around(View((0.0, 1.0)))
    image = np.random.default_rng(2).random(box.grid.shape)
    quiet, loud = box.volume(image), box.volume(gain * image)
    assert np.abs(quiet.levels_db - loud.levels_db).max() < 1e-2
    assert abs(quiet.contrast_db - loud.contrast_db) < 1e-2


def test_one_glint_does_not_move_the_level_of_the_body() -> None:
    box = RegionOfInterest().around(View((0.0, 1.2)))
    image = paint(box, None, np.random.default_rng(3))
    glinting = image.copy()
    glinting[22:26, 9, 100:104] *= 1000
    plain, bright = box.volume(image), box.volume(glinting)
    assert bright.levels_db.max() == HIGHEST_DB
    elsewhere = np.abs(plain.levels_db - bright.levels_db)[:, :, :40]
    assert elsewhere.max() < 0.1


def test_an_image_of_nothing_has_no_contrast() -> None:
    box = SMALL.around(View((0.0, 1.0)))
    assert box.volume(np.zeros(box.grid.shape)).contrast_db == 0.0


def test_the_region_holds_all_voxels_and_the_velocity() -> None:
    box = RegionOfInterest().around(View((0.11, 1.23), (1.3, 0.1)))
    region = box.region((1.3, 0.1))
    assert region.mask(box.grid).all()
    assert region.velocity_m_s == (1.3, 0.1, 0.0)


@given(st.integers(0, 2**32 - 1))
def test_quantised_levels_come_back_within_a_tenth_of_a_decibel(seed: int) -> None:
    axis = np.arange(4.0)
    magnitude = np.random.default_rng(seed).lognormal(size=(4, 4, 4))
    volume = Volume.of(magnitude, axis, axis, axis)
    again = Volume.levels_of(volume.quantised())
    assert np.abs(again - volume.levels_db).max() <= 0.0981


def test_refusals() -> None:
    with pytest.raises(ArgumentError, match="pooling"):
        RegionOfInterest((5, 8, 8))
    with pytest.raises(ArgumentError, match="257 voxels deep"):
        RegionOfInterest((8, 257, 8))
    with pytest.raises(ArgumentError, match="voxel_m"):
        RegionOfInterest(voxel_m=0.0)
    box = SMALL.around(View((0.0, 1.0)))
    with pytest.raises(ArgumentError, match="image"):
        box.volume(np.zeros((1, 1, 1)))
    with pytest.raises(ArgumentError, match="NaN"):
        box.volume(np.full(box.grid.shape, np.nan))
    with pytest.raises(ArgumentError, match="axes"):
        Volume.of(np.ones((2, 2, 2)), np.arange(3.0), np.arange(2.0), np.arange(2.0))
    with pytest.raises(ArgumentError, match="NaN"):
        View((np.nan, 1.0))
    with pytest.raises(ArgumentError, match="share"):
        View((0.0, 1.0), dead_share=1.5)
