from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from clearway.recognition import Volume
from clearway.recognition.features import FEATURES, features_of, surface_view
from clearway.recognition.features.blobs import Blob, largest_blob
from clearway.recognition.features.surface import find_surface
from tests.recognition.bodies import HALF_DEPTH_M, THINGS, person


def values_of(name: str, seed: int = 1) -> dict[str, float]:
    volume = person(name, np.random.default_rng(seed))
    values = features_of(surface_view(volume)).tolist()
    return dict(zip((feature.name for feature in FEATURES), values, strict=True))


def test_the_surface_lies_where_it_was_painted() -> None:
    volume = person("none", np.random.default_rng(2))
    surface = find_surface(volume)
    middle = np.abs(volume.forward_m) < 0.03
    trunk = (volume.height_m > 0.5) & (volume.height_m < 1.5)
    depth_m = surface.depth_m[np.ix_(middle, trunk)]
    assert surface.present[np.ix_(middle, trunk)].all()
    assert np.abs(depth_m + HALF_DEPTH_M).max() < 0.015


def test_a_plain_body_has_nothing_on_it() -> None:
    values = values_of("none")
    assert values["proud_area_m2"] < 0.002
    assert values["bright_area_m2"] < 0.002
    assert values["delayed_area_m2"] < 0.004


def test_a_long_gun_is_long_narrow_upright_and_bright() -> None:
    values = values_of("long_gun")
    assert 0.5 < values["proud_length_m"] < 0.9
    assert values["proud_width_m"] < 0.1
    assert values["proud_slant_rad"] < 0.2
    assert values["bright_area_m2"] > 0.02


def test_a_handgun_is_short_and_stands_out_by_its_thickness() -> None:
    values = values_of("handgun")
    thing = THINGS["handgun"]
    assert thing is not None
    assert values["proud_length_m"] < 0.25
    assert abs(values["most_proud_m"] - thing.thickness_m) < 0.015
    assert abs(values["proud_height_m"] - thing.middle_m[1]) < 0.15


def test_a_belt_of_blocks_goes_around_the_waist_with_an_echo_behind_it() -> None:
    values = values_of("explosive")
    assert values["waist_delayed_cover"] > 0.8
    assert values["delayed_area_m2"] > 0.02
    assert values["waist_level_db"] < -0.5
    assert values["chest_delayed_cover"] < 0.4


def test_the_delay_of_a_block_is_its_optical_thickness() -> None:
    thing = THINGS["explosive"]
    assert thing is not None
    volume = person("explosive", np.random.default_rng(5))
    delay_m = find_surface(volume).delay_m
    rows = np.abs(volume.height_m - thing.middle_m[1]) < 0.03
    columns = np.abs(volume.forward_m) < 0.05
    found = float(np.median(delay_m[np.ix_(columns, rows)]))
    assert abs(found - thing.thickness_m * np.sqrt(thing.permittivity)) < 0.012


def test_empty_volumes_have_finite_features() -> None:
    axes = [np.linspace(0, 1, n) for n in (30, 32, 80)]
    volume = Volume.of(np.zeros((30, 32, 80)), *axes)
    values = features_of(surface_view(volume))
    assert values.shape == (len(FEATURES),)
    assert np.isfinite(values).all()


def test_features_are_named_once_and_explained() -> None:
    names = [feature.name for feature in FEATURES]
    assert len(set(names)) == len(names)
    assert all(feature.unit and feature.meaning for feature in FEATURES)


@pytest.fixture(scope="module")
def axis() -> NDArray[np.float64]:
    return np.arange(40) / 50


@given(
    length=st.integers(6, 30),
    width=st.integers(1, 4),
    at=st.tuples(st.integers(0, 9), st.integers(0, 9)),
)
def test_an_upright_bar_has_its_size_and_place(
    length: int, width: int, at: tuple[int, int]
) -> None:
    axis_m = np.arange(40) / 50
    strength = np.zeros((40, 40))
    strength[at[0] : at[0] + width, at[1] : at[1] + length] = 1.0
    blob = largest_blob(strength, 0.5, axis_m, axis_m)
    assert blob.length_m == pytest.approx(length / 50)
    assert blob.width_m == pytest.approx(width / 50)
    assert blob.area_m2 == pytest.approx(length * width / 2500)
    assert blob.slant_rad == pytest.approx(0.0, abs=1e-6)
    assert blob.height_m == pytest.approx((at[1] + (length - 1) / 2) / 50)


def test_lying_bars_slant_by_a_right_angle(axis: NDArray[np.float64]) -> None:
    strength = np.zeros((40, 40))
    strength[5:30, 10:12] = 1.0
    assert largest_blob(strength, 0.5, axis, axis).slant_rad == pytest.approx(np.pi / 2)


def test_the_heavier_of_two_patches_is_chosen(axis: NDArray[np.float64]) -> None:
    strength = np.zeros((40, 40))
    strength[2:4, 2:4] = 9.0
    strength[20:25, 20:25] = 1.0
    assert largest_blob(strength, 0.5, axis, axis).forward_m == pytest.approx(2.5 / 50)


def test_no_patch_is_all_zeros(axis: NDArray[np.float64]) -> None:
    assert largest_blob(np.zeros((40, 40)), 0.5, axis, axis) == Blob()
