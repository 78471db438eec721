from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from clearway.recognition import Volume
from clearway.recognition.cells import CELL, Cells
from clearway.recognition.features import FEATURES, features_of, shows
from clearway.recognition.features.echoes import find_echoes
from tests.recognition.bodies import HALF_DEPTH_M, THINGS, person

NAMES = [feature.name for feature in FEATURES]


def cells_of(name: str, seed: int = 1) -> Cells:
    return Cells.of(person(name, np.random.default_rng(seed)))


def cell_at(cells: Cells, place_m: tuple[float, float]) -> tuple[int, int]:
    """Number of the cell at a place along the walk and above the floor."""
    x = int(np.abs(cells.forward_m - place_m[0]).argmin())
    return x, int(np.abs(cells.height_m - place_m[1]).argmin())


def values_at(name: str, place_m: tuple[float, float]) -> dict[str, float]:
    cells = cells_of(name)
    values = features_of(cells)[cell_at(cells, place_m)]
    return dict(zip(NAMES, values.tolist(), strict=True))


def empty(level_db: float = -20.0) -> Cells:
    shape = (8, 32, 20)
    axes = [np.arange(n) / 12 for n in shape]
    fine = (CELL * shape[0], CELL * shape[2])
    return Cells(
        np.full(shape, level_db, np.float32),
        axes[0],
        axes[1],
        axes[2],
        np.full(fine, level_db, np.float32),
        np.zeros(fine),
    )


def bar(along: slice, up: slice) -> Cells:
    """A bright upright bar at one depth."""
    cells = empty()
    cells.levels_db[along, 10, up] = 5.0
    return cells


def test_the_skin_lies_where_it_was_painted() -> None:
    cells = cells_of("none", 2)
    echoes = find_echoes(cells)
    middle = np.abs(cells.forward_m) < 0.05
    trunk = (cells.height_m > 0.5) & (cells.height_m < 1.5)
    there = shows(features_of(cells))
    assert there[np.ix_(middle, trunk)].all()
    assert not there[:, cells.height_m > 1.8].any()
    assert np.abs(echoes.depth_m[np.ix_(middle, trunk)] + HALF_DEPTH_M).max() < 0.025


@pytest.mark.parametrize("name", ["long_gun", "handgun"])
def test_metal_is_brighter_than_its_surroundings_and_stands_out(name: str) -> None:
    thing = THINGS[name]
    assert thing is not None
    bare, with_it = (values_at(one, thing.middle_m) for one in ("none", name))
    assert with_it["level_db"] > bare["level_db"] + 5.0
    assert with_it["depth_m"] < bare["depth_m"] - 0.5 * thing.thickness_m
    assert with_it["image_peak_db"] > bare["image_peak_db"] + 3.0


def test_the_delay_of_a_block_is_its_optical_thickness() -> None:
    thing = THINGS["explosive"]
    assert thing is not None
    values = values_at("explosive", thing.middle_m)
    assert values["echoes"] >= 2
    assert abs(values["delay_m"] - thing.thickness_m * np.sqrt(thing.permittivity)) < 0.025
    assert values["second_db"] > values_at("none", thing.middle_m)["second_db"] + 5.0


@given(low=st.integers(0, 10), length=st.integers(1, 9), at=st.integers(0, 7))
def test_a_bar_is_as_long_as_its_run(low: int, length: int, at: int) -> None:
    values = features_of(bar(slice(at, at + 1), slice(low, low + length)))
    runs: NDArray[np.float32] = values[..., NAMES.index("run_cells")]
    assert (runs[at, low : low + length] == length).all()
    assert runs.sum() == length**2
    rows: NDArray[np.float32] = values[..., NAMES.index("row_cells")]
    assert (rows[:, low : low + length] == 1).all()
    assert rows.sum() == length * len(runs)


def test_neighbours_are_named_after_where_they_are() -> None:
    values = features_of(bar(slice(4, 5), slice(6, 7)))
    bright = 5.0
    for name, there in (
        ("ahead_db", (3, 6)),
        ("behind_db", (5, 6)),
        ("above_db", (4, 5)),
        ("below_db", (4, 7)),
        ("ahead_above_db", (3, 5)),
        ("far_behind_db", (6, 6)),
        ("farther_above_db", (4, 3)),
    ):
        column = values[..., NAMES.index(name)]
        assert column[there] == bright
        assert (column == bright).sum() == 1


@pytest.mark.parametrize("lying", [False, True])
def test_the_surface_tells_the_way_of_a_bar(lying: bool) -> None:
    cells = empty()
    surface_db = cells.surface_db.T if lying else cells.surface_db
    surface_db[14:16, 8:24] = 5.0
    there = (4, 3) if lying else (3, 4)
    values = features_of(cells)[there]
    found = dict(zip(NAMES, values.tolist(), strict=True))
    way = -1.0 if lying else 1.0
    assert way * found["upright"] > 0.9
    assert found["slanted"] < 0.1
    upright, along = found["fine_upright_ridge"], found["fine_lying_ridge"]
    assert way * (upright - along) > 1.0
    assert found["bright_share"] == pytest.approx(0.5)
    whole, half = ("bright_widths", "bright_heights")[:: 1 if lying else -1]
    assert (found[whole], found[half]) == (1.0, pytest.approx(0.5))


def test_the_height_is_a_share_of_the_person() -> None:
    cells = empty()
    share = features_of(cells, 1.6)[..., NAMES.index("height_share")]
    np.testing.assert_allclose(share[0], cells.height_m / 1.6, rtol=1e-6)


@given(st.floats(-20.0, 30.0))
def test_even_images_have_finite_features(level_db: float) -> None:
    values = features_of(empty(level_db))
    assert values.shape == (8, 20, len(FEATURES))
    assert np.isfinite(values).all()


def test_an_empty_volume_has_finite_features() -> None:
    axes = [np.linspace(0, 1, n) for n in (30, 32, 80)]
    assert np.isfinite(features_of(Cells.of(Volume.of(np.zeros((30, 32, 80)), *axes)))).all()


def test_features_are_named_once_and_explained() -> None:
    assert len(set(NAMES)) == len(NAMES)
    assert all(feature.unit and feature.meaning for feature in FEATURES)
